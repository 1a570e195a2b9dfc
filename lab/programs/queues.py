"""The lab's queues: `declare ADDRESS PORT quorum|classic` makes and fills them, `whole ADDRESS PORT NODES` asks whether all is there."""

from __future__ import annotations

import base64
import json
import sys
import urllib.request
from typing import Any

import amqp

PAGES = 50
"""Each taker holds one for a moment."""


def declare(address: str, port: str, kind: str) -> None:
    """Declare both queues, and fill the one of pages; what is there stays."""
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


def whole(address: str, port: str, count: str) -> None:
    """Exit with 1 unless a node sees all nodes and no partition, and each quorum queue has all of its members."""
    nodes, queues = _ask(address, port, "nodes"), _ask(address, port, "queues")
    seen = len(nodes) == int(count) and all(node["running"] and not node.get("partitions") for node in nodes)
    online = all(len(queue.get("online", ())) == int(count) for queue in queues if queue.get("type") == "quorum")
    stopped = [queue["name"] for queue in queues if queue.get("state") not in (None, "running")]
    sys.exit(0 if seen and online and not stopped else 1)


def _ask(address: str, port: str, what: str) -> list[dict[str, Any]]:
    account = base64.b64encode(b"lab:lab").decode()
    request = urllib.request.Request(
        f"http://{address}:{port}/api/{what}", headers={"Authorization": f"Basic {account}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        result: list[dict[str, Any]] = json.load(answer)
        return result


if __name__ == "__main__":
    {"declare": declare, "whole": whole}[sys.argv[1]](*sys.argv[2:])
