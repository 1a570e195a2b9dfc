"""Files, revisions and processes of a run: inputs, atomic writes, watching, workers. No use case stands here."""
