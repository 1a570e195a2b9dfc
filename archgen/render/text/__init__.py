"""Diagrams and sequences as plain text for a terminal."""
