"""Comparisons in the formats of `diff`. A report is one function and knows no other report."""
