"""Configurations of other programs read as facts, and facts as a model. Importers do not know each other; no file is opened."""
