"""The sources of images that no program alone tells."""
