"""Commands that check models and say what to change. A command knows no other."""
