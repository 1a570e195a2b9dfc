"""Configurations in a project collected, imported, and reported."""
