"""Scenes: what stands where in a picture, as shapes with roles. No output format and no color is known here."""
