"""The places of what a diagram shows: from Diagram to Placed. No colors, no output format."""
