"""The places of a deployment's cards, groups and lines. No colors, no output format."""
