"""Rules about encryption, exposure, certificates, secrets. One file a rule, which knows no other rule."""
