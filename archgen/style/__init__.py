"""The look of pictures: theme, contrast, glyphs, text metrics, SVG markup. Nothing here knows a diagram."""
