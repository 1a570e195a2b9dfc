"""Edits of an architecture, as values and as a patch of its text: a replica, a host, failover. No YAML, no search for the best."""
