"""Rules about names and the records behind them. One file a rule, which knows no other rule."""
