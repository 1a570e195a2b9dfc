"""memcached, with its defaults."""

from __future__ import annotations

from archgen.model.architecture import Replica
from lab.service import Service, shell
from lab.site import Site, listening

SERVES = ("memcached",)


def service(site: Site, replica: Replica) -> Service:
    """Return a replica of memcached."""
    port = listening(site, replica.component)
    return Service(
        name=replica.id,
        packages=("memcached",),
        run=("memcached", "-u", "nobody", "-l", "0.0.0.0", "-p", str(port)),
        alive=shell(f"ss -Htln sport = :{port} | grep -q ."),
    )
