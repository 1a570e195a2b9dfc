"""Rules about capacity and its limits. One file a rule, which knows no other rule."""
