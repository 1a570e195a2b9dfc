"""Changes to an architecture as values: add a replica, a host, failover, and a place for them. No YAML, no search for the best."""
