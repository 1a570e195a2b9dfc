"""Rules about what a failure takes down. One file a rule, which knows no other rule."""
