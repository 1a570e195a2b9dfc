"""Rules about the model itself: contradictions, references, missing facts. One file a rule, which knows no other rule."""
