"""Rules about data: copies, backups, sessions, consistency. One file a rule, which knows no other rule."""
