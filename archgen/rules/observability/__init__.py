"""Rules about monitoring, logs, alerts, probes. One file a rule, which knows no other rule."""
