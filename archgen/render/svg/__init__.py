"""SVG: a scene as a self-contained document, and its style sheet. No other module writes SVG elements."""
