"""A program that knows the addresses of all nodes, and sends or takes a message over the first one that answers."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, TypeVar

import amqp

SECONDS = 1.5
"""The limit for a connection and for each answer."""

Answer = TypeVar("Answer")


class Client:
    """Requests of a flow; the first of `targets` are the nodes."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.addresses = next(iter(settings["targets"].values()))

    def read(self) -> None:
        """Take a message and give it back."""
        body = self._ask(_take)
        if body != "The first page":
            raise ValueError(repr(body))

    def write(self, token: str) -> None:
        """Send a message, which the queue confirms."""
        self._ask(lambda channel: _send(channel, token))

    def stored(self) -> set[str]:
        """Return the messages that wait, and empty their queue."""
        return self._ask(_empty)

    def _ask(self, work: Callable[[amqp.Channel], Answer]) -> Answer:
        failure: Exception = LookupError("no address")
        for address, port in random.sample(self.addresses, len(self.addresses)):
            connection = amqp.Connection(
                f"{address}:{port}",
                "lab",
                "lab",
                connect_timeout=SECONDS,
                read_timeout=SECONDS,
                write_timeout=SECONDS,
                confirm_publish=True,
            )
            try:
                connection.connect()
                return work(connection.channel())
            except (OSError, amqp.AMQPError) as error:
                failure = error
            finally:
                connection.collect()
        raise failure


def _take(channel: amqp.Channel) -> str | None:
    message = channel.basic_get("pages")
    if message is None:
        return None
    channel.basic_reject(message.delivery_tag, requeue=True)
    return str(message.body)


def _send(channel: amqp.Channel, token: str) -> None:
    returned: list[object] = []
    channel.events["basic_return"].add(lambda *words: returned.append(words))
    channel.basic_publish(amqp.Message(token, delivery_mode=2), routing_key="comments", mandatory=True)
    if returned:
        raise amqp.AMQPError(f"no queue took it: {returned[0]}")


def _empty(channel: amqp.Channel) -> set[str]:
    messages = set()
    while (message := channel.basic_get("comments", no_ack=True)) is not None:
        messages.add(str(message.body))
    return messages
