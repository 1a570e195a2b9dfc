"""Where one more replica of a component fits: on a machine that does its kind of work in its network, or on a new one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from archgen.model.architecture import Component
from archgen.model.kinds import KINDS
from archgen.reliability.index import Index


def room(index: Index, component: Component, taken: Callable[[str], bool]) -> str | None:
    """The first host that another replica fits on, of those that are not `taken`; None where a new one is needed.

    It is in the network of a host that the component stands on, and carries the same kind of component, or something
    that stands beside the component as well: a database is not put on the host of a cache, and nothing on a firewall.
    """
    own = dict.fromkeys(host for replica in component.replicas for host in replica.hosts)
    networks = {index.hosts[one].network for one in own}

    def fits(host: str) -> bool:
        return host not in own and index.hosts[host].network in networks and not taken(host)

    pools = list(dict.fromkeys(pool for host in own for pool in index.neighbours.get(host, ())))
    if component.kind != "other" and not KINDS[component.kind].protects:
        pools.append(index.carrying.get((component.kind, component.product), ()))
    found = {host for pool in pools for host in islice(filter(fits, pool), 1)}
    return next((host for host in index.hosts if host in found), None) if found else None
