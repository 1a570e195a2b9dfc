"""The places of a sequence's lifelines and messages. No colors, no output format."""
