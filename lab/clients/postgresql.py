"""A program that knows the addresses of all replicas and lets libpq look for the one that it needs."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2

CONNECT_SECONDS = 2
"""The limit for each address; libpq has no shorter one."""


class Client:
    """Requests of a flow; the first of `targets` are the replicas, or what stands before them."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.addresses = next(iter(settings["targets"].values()))
        self.timeout = settings["timeout"]

    def read(self) -> None:
        """Read the page from any replica."""
        with self._cursor("any") as cursor:
            cursor.execute("SELECT title FROM pages")
            rows = cursor.fetchall()
        if rows != [("The first page",)]:
            raise ValueError(repr(rows))

    def write(self, token: str) -> None:
        """Store a comment on the primary."""
        with self._cursor("read-write") as cursor:
            cursor.execute("INSERT INTO comments VALUES (%s)", (token,))

    def stored(self) -> set[str]:
        """Return the comments that are stored."""
        with self._cursor("read-write") as cursor:
            cursor.execute("SELECT token FROM comments")
            return {token for (token,) in cursor.fetchall()}

    @contextmanager
    def _cursor(self, attributes: str) -> Iterator[Any]:
        """Yield a cursor of a new connection, which is shut when its time is over: libpq waits for an answer forever."""
        connection = psycopg2.connect(
            host=",".join(address for address, _ in self.addresses),
            port=",".join(str(port) for _, port in self.addresses),
            user="lab",
            dbname="postgres",
            connect_timeout=CONNECT_SECONDS,
            target_session_attrs=attributes,
            load_balance_hosts="random",
        )
        connection.autocommit = True
        end = threading.Timer(self.timeout - CONNECT_SECONDS, _shut, (connection.fileno(),))
        end.start()
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            end.cancel()
            connection.close()


def _shut(descriptor: int) -> None:
    with socket.socket(fileno=os.dup(descriptor)) as copy:
        copy.shutdown(socket.SHUT_RDWR)
