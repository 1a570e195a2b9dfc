"""Findings and analyses as text, JSON and Markdown: one module per format, which knows no other. Nothing is computed here."""
