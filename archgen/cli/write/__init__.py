"""Commands that help to write models and rules. A command knows no other."""
