"""SVG writers: diagrams, sequences, charts, films. Each renderer is one function of its input."""
