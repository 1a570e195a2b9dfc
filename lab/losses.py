"""The losses that are tried: every element alone, in each way that the sidecar names, and pairs. Pure.

What has no process can't stand still: it isn't frozen.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from lab import adapters
from lab.site import Site, place_of
from lab.system import Way

Loss = tuple[tuple[str, ...], Way]


def losses(site: Site) -> Iterator[Loss]:
    """All losses of a system, in the order of the model."""
    sidecar = site.system.sidecar
    replicas = [replica.id for replica in site.replicas]
    hosts = [host.id for host in site.architecture.hosts]
    running = {replica.id: place_of(replica) for replica in site.replicas if adapters.service(site, replica).run}
    for replica in site.replicas:
        yield from (((replica.id,), way) for way in sidecar.replicas if way == "crash" or replica.id in running)
    for host in hosts:
        runs = set(running.values()) & {*site.lost_with(host)}
        yield from (((host,), way) for way in sidecar.hosts if way != "freeze" or runs)
    yield from (((zone.id,), "crash") for zone in site.architecture.zones)
    if sidecar.pairs:
        held = {(replica.id, host) for replica in site.replicas for host in replica.hosts}
        for pair in combinations([*replicas, *hosts], 2):
            if pair not in held:
                yield pair, "crash"
