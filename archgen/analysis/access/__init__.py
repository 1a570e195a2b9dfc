"""Callers that may reach a port: administrators and those whom firewalls name. No findings, no text for users."""
