"""Scenes to pixels and pages: PNG, PDF, films, with the fonts they need."""
