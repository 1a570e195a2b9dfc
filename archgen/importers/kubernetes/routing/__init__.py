"""Routes by which visitors come in, and the components that route."""
