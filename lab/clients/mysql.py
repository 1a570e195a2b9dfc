"""A program that reads from any server of a MariaDB or MySQL and writes to its primary."""

from __future__ import annotations

import random
from typing import Any

import pymysql

ACCOUNT = {"user": "lab", "password": "lab", "database": "site"}
LIMITS = {"connect_timeout": 1, "read_timeout": 1, "write_timeout": 1}


class Client:
    """Requests to a database; `primary` is the place of the primary among the servers, or nothing where all take writes."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.servers: list[tuple[str, int]] = [(address, port) for address, port in settings["servers"]]
        primary = settings.get("primary")
        self.writers = self.servers if primary is None else [self.servers[primary]]

    def read(self) -> None:
        """Read a row from a server that answers."""
        rows = self._ask(self.servers, "SELECT title FROM pages", ())
        if rows != ["The first page"]:
            raise ValueError(f"read {rows!r}")

    def write(self, token: str) -> None:
        """Write a row."""
        self._ask(self.writers, "INSERT INTO comments VALUES (%s)", (token,))

    def stored(self) -> set[str]:
        """Return all rows that were written."""
        return set(self._ask(self.writers, "SELECT token FROM comments", ()))

    def _ask(self, servers: list[tuple[str, int]], statement: str, values: tuple[str, ...]) -> list[str]:
        failure: Exception = LookupError("no server")
        for server in random.sample(servers, len(servers)):
            try:
                return _run(server, statement, values)
            except pymysql.err.OperationalError as error:
                failure = error
        raise failure


def _run(server: tuple[str, int], statement: str, values: tuple[str, ...]) -> list[str]:
    host, port = server
    connection = pymysql.connect(host=host, port=port, autocommit=True, **ACCOUNT, **LIMITS)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]
