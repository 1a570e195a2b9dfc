"""The sources of programs: where they lie, and which variables of their environment they read."""
