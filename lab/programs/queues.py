"""Declare the lab's queues on a node, `queues.py ADDRESS PORT quorum|classic`, and fill the one of pages once."""

from __future__ import annotations

import sys

import amqp

PAGES = 50
"""Each taker holds one for a moment."""


def declare(address: str, port: str, kind: str) -> None:
    """Declare both queues; what is there stays."""
    arguments: dict[str, object] = {"x-queue-type": kind}
    if kind == "quorum":
        arguments["x-delivery-limit"] = -1
    with amqp.Connection(f"{address}:{port}", "lab", "lab", connect_timeout=10, confirm_publish=True) as connection:
        channel = connection.channel()
        for name in ("pages", "comments"):
            there = channel.queue_declare(name, durable=True, auto_delete=False, arguments=arguments)
            if name == "pages":
                for _ in range(there.message_count, PAGES):
                    channel.basic_publish(amqp.Message("The first page", delivery_mode=2), routing_key=name)


if __name__ == "__main__":
    declare(*sys.argv[1:])
