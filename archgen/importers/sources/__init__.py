"""The sources of programs: where they lie, which variables of their environment they read, and what they call."""
