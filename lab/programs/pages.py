"""The small application of the lab: a page out of the database, comments into it, and a health check."""

from __future__ import annotations

import json
import os
import random
import socket
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pymysql
import uwsgi

SETTINGS = json.loads(Path(os.fsdecode(uwsgi.opt["settings"])).read_text(encoding="utf-8"))
SUSPECT_SECONDS = 2.0
"""For so long a database that did not answer is asked last."""

suspects: dict[str, float] = {}

Answer = tuple[str, str]


def rows(statement: str, values: tuple[str, ...], databases: list[list[Any]]) -> list[str]:
    """Run a statement in the first database that answers, and return its first column."""
    order = sorted(
        random.sample(databases, len(databases)), key=lambda each: suspects.get(each[0], 0) > time.monotonic()
    )
    failure: Exception = LookupError("no database")
    for address, port in order:
        try:
            return run(address, port, statement, values)
        except pymysql.err.OperationalError as error:
            suspects[address], failure = time.monotonic() + SUSPECT_SECONDS, error
    raise failure


def run(address: str, port: int, statement: str, values: tuple[str, ...]) -> list[str]:
    """Run a statement in a database."""
    with (
        pymysql.connect(
            host=address,
            port=port,
            user="lab",
            password="lab",
            database="site",
            autocommit=True,
            connect_timeout=1,
            read_timeout=1,
            write_timeout=1,
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]


def health() -> Answer:
    """Answer for what the check asks: nothing behind the program, a read or a write."""
    if SETTINGS["health"] == "read":
        rows("SELECT title FROM pages", (), SETTINGS["readers"])
    if SETTINGS["health"] in ("write", "read-write"):
        rows("INSERT IGNORE INTO comments VALUES ('health')", (), SETTINGS["writers"])
    return "200 OK", "ok"


def answer(method: str, path: str, body: str) -> Answer:
    """Answer a request."""
    if path == "/health":
        return health()
    if method == "POST":
        rows("INSERT INTO comments VALUES (%s)", (body,), SETTINGS["writers"])
        return "303 See Other", body
    if path == "/comments":
        return "200 OK", "\n".join(rows("SELECT token FROM comments", (), SETTINGS["writers"]))
    return "200 OK", page()


def page() -> str:
    """Return the page: from the cache, which keeps it for a second, else from a database."""
    kept = cached()
    if kept is not None:
        return kept
    text = "\n".join(rows("SELECT title FROM pages", (), SETTINGS["readers"]))
    keep(text)
    return text


def cached() -> str | None:
    """Return the page that the cache has; None where it has none or does not answer."""
    reply = ask_cache(b"get page\r\n")
    return reply.split("\r\n")[1] if reply.startswith("VALUE") else None


def keep(text: str) -> None:
    """Keep the page in the cache, if it answers."""
    ask_cache(f"set page 0 1 {len(text.encode())}\r\n{text}\r\n".encode())


def ask_cache(command: bytes) -> str:
    """Return the reply of memcached to a command; nothing where there is none."""
    if SETTINGS["cache"] is None:
        return ""
    try:
        with socket.create_connection(SETTINGS["cache"], timeout=0.3) as connection:
            connection.sendall(command)
            return connection.recv(4096).decode()
    except OSError:
        return ""


def application(environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request of WSGI."""
    length = int(environment.get("CONTENT_LENGTH") or 0)
    body = environment["wsgi.input"].read(length).decode()
    try:
        status, text = answer(environment["REQUEST_METHOD"], environment["PATH_INFO"], body)
    except Exception as error:
        status, text = "503 Service Unavailable", repr(error)
    start(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(text.encode())))])
    return [text.encode()]
