"""The text of a health check as what it sees: an open port, an answer, or the role of a store's replica."""

from __future__ import annotations

_PORT_ONLY = (
    *("tcp", "port", "connect", "ping", "icmp", "syn", "l4", "layer 4", "tcp-check"),
    # HAProxy's word on a line of a server, which opens a connection unless an option asks more
    *("check inter", "check port", "check fall", "check rise"),
)
_ANSWERS = ("get ", "head ", "options ", "http", "/", "grpc", "200")
_ROLE_BLIND = (
    *_PORT_ONLY,
    "mysql-check",
    "pgsql-check",
    "mysql check",
    "pgsql check",
    "redis-check",
    "mysql login",
    "postgresql login",
    "redis ping",
)
_ROLES = ("primary", "master", "leader", "role", "writ", "read_only", "read-only")
"""Words of a check that asks a store whether it is the one that takes writes."""

_SYNCED = ("wsrep", "clustercheck", "sync")
"""Words of a check that asks a member of Galera whether it belongs to the majority and has its writes."""

HealthCheck = str | bool | None


def sees_port_only(check: HealthCheck) -> bool:
    """Return True if a check sees only that a port is open."""
    return _is_any(check, _PORT_ONLY, _ANSWERS)


def is_blind_to_roles(check: HealthCheck) -> bool:
    """Return True if a check passes each replica of a store, whether it takes writes or not."""
    return _is_any(check, _ROLE_BLIND, (*_ROLES, *_ANSWERS))


def is_blind_to_members(check: HealthCheck) -> bool:
    """Return True if a check passes a member of Galera that accepts connections and refuses every query."""
    return _is_any(check, _ROLE_BLIND, (*_SYNCED, *_ANSWERS))


def _is_any(check: HealthCheck, begin: tuple[str, ...], unless: tuple[str, ...]) -> bool:
    """Return True if a check is described by one of the beginnings, and by no word that says that it asks more."""
    text = check.strip().casefold().removeprefix("option ") if isinstance(check, str) else ""
    return text.startswith(begin) and not any(word in text for word in unless)
