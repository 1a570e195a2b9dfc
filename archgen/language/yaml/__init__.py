"""YAML text to a tree that knows the place of every value. Nothing here knows a key of the language."""
