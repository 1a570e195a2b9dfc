"""Slide decks: their values, their layout, and PowerPoint files of native shapes."""
