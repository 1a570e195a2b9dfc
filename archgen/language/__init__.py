"""The model language: text to an architecture with its source map, and changes written back into text. No analysis."""
