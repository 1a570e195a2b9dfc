"""PostgreSQL as the lab runs it: the tables, parameters, and the questions that tell whether a copy is complete. Pure."""

from __future__ import annotations

from archgen.model.architecture import Replica
from lab.site import Site, listening

VERSION = "17"
BINARIES = f"/usr/lib/postgresql/{VERSION}/bin"
PACKAGES = (f"postgresql-{VERSION}",)

TABLES = """\
CREATE TABLE pages (title text PRIMARY KEY);
CREATE TABLE comments (token text PRIMARY KEY);
INSERT INTO pages VALUES ('The first page');
"""
PARAMETERS: dict[str, str | int] = {
    "max_connections": 500,
    "shared_buffers": "16MB",
    "max_wal_senders": 8,
    "max_replication_slots": 8,
    "wal_level": "replica",
    "hot_standby": "on",
    "wal_keep_size": "256MB",
    "wal_log_hints": "on",
    "wal_retrieve_retry_interval": "1s",
    "jit": "off",
}


def ask(site: Site, replica: Replica, question: str) -> str:
    """Return the command that asks a replica."""
    return ask_at(site.address(replica), listening(site, replica.component), question)


def ask_at(address: str, port: int, question: str) -> str:
    """Return the command that asks whatever is at an address."""
    return f'PGCONNECT_TIMEOUT=3 timeout 10 psql -X -h {address} -p {port} -U lab -d postgres -Atc "{question}"'


def caught_up(site: Site, replica: Replica, primary: str) -> str:
    """Return the script that succeeds once a copy streams from the primary's address and has all of its rows."""
    port = listening(site, replica.component)
    rows = "SELECT count(*) FROM comments"
    streams = f"SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND client_addr = '{site.address(replica)}'"
    return f"""
test "$({ask_at(primary, port, streams)})" -ge 1
test "$({ask(site, replica, "SELECT pg_is_in_recovery()")})" = t
test "$({ask(site, replica, rows)})" = "$({ask_at(primary, port, rows)})"
"""
