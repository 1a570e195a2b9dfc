"""The content of diagrams as values, without places."""
