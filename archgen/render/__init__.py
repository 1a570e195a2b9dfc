"""Renderers: each is one pure function from one value to text."""
