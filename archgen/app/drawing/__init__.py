"""Use cases that draw: diagrams, slides, the terminal, and the formats and layouts that they know. No findings are made."""
