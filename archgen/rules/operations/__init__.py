"""Rules about deployments, versions, maintenance, ownership. One file a rule, which knows no other rule."""
