"""A visitor whose orders are put into a queue of RabbitMQ, and are carried out when they are rows of a database."""

from __future__ import annotations

from typing import Any

from lab.clients import mysql, rabbitmq


class Client:
    """Requests that are accepted by the queue; `database` is the address of what a worker writes to."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.queue = rabbitmq.Client(settings)
        self.database = mysql.Client({"servers": [settings["database"]]})

    def read(self) -> None:
        """Read the first page from the queue."""
        self.queue.read()

    def write(self, token: str) -> None:
        """Send an order."""
        self.queue.write(token)

    def stored(self) -> set[str]:
        """Return the orders that were carried out."""
        return self.database.stored()
