"""A visitor over HTTP, who asks for the name anew with each request and reads what comes back."""

from __future__ import annotations

import http.client
import ssl
from typing import Any


class Client:
    """Requests of a flow; `settings` has its name or address, its port, and whether it is encrypted."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings

    def read(self) -> None:
        """Read a page, and refuse another content."""
        status, body = self._ask("GET", "/page", None)
        if status != 200 or body != "The first page":
            raise ValueError(f"{status} {body[:200]}")

    def write(self, token: str) -> None:
        """Send a comment."""
        status, body = self._ask("POST", "/comments", token)
        if status not in (200, 303) or body != token:
            raise ValueError(f"{status} {body[:200]}")

    def stored(self) -> set[str]:
        """Return the comments that are stored."""
        status, body = self._ask("GET", "/comments", None)
        if status != 200:
            raise ValueError(f"{status} {body[:200]}")
        return set(body.split("\n"))

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        settings = self.settings
        host, port, timeout = settings["name"], settings["port"], settings["timeout"]
        if settings["encrypted"]:
            context = ssl.create_default_context(cafile=settings["authority"])
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=timeout, context=context
            )
        else:
            connection = http.client.HTTPConnection(host, port, timeout=timeout)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, response.read(1_000_000).decode()
        finally:
            connection.close()
