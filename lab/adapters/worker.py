"""A worker that takes messages from a queue of RabbitMQ, writes each into a database, and only then confirms it."""

from __future__ import annotations

from pathlib import Path

from archgen.model.architecture import Replica
from lab.service import File, Service
from lab.site import Site

SERVES = ("worker",)
PROGRAM = Path(__file__).parent.parent / "programs" / "orders.py"


def service(site: Site, replica: Replica) -> Service:
    """Return a replica of the worker."""
    program = f"{site.directory(replica)}/orders.py"
    called = {each.ports[0].protocol: site.endpoints(replica, each)[0] for each in site.calls(replica.component)}
    addresses = [str(word) for protocol in ("amqp", "mysql") for word in called[protocol]]
    return Service(
        name=replica.id,
        packages=("python3-amqp", "python3-pymysql"),
        files=(File(program, PROGRAM.read_text(encoding="utf-8")),),
        run=("/usr/bin/python3", program, *addresses),
        alive=("pgrep", "-f", program),
    )
