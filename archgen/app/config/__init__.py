"""The configuration of a run: files, settings, rules, dates. No models are read here."""
