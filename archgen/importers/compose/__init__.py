"""Compose files: services, their connections and their ports (https://github.com/compose-spec/compose-spec)."""
