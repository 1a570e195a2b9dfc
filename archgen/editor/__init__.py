"""What an editor asks of a model while it is written, as values; `server` speaks of them with the editor."""
