"""The place of another replica: a host that does the same kind of work in the same network, or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from archgen.model.architecture import Component
from archgen.model.kinds import KINDS
from archgen.model.products import scope_of
from archgen.reliability.index import Index


def find_host(index: Index, component: Component, is_taken: Callable[[str], bool]) -> str | None:
    """Return the first host for another replica, of those that aren't taken; None where a new host is needed.

    It is in the network of a host that the component runs on, and carries the same kind of component, or something
    that runs beside the component as well: a database isn't put on the host of a cache, and nothing on a firewall.
    One in a zone without a replica comes first.
    """
    own = dict.fromkeys(host for replica in component.replicas for host in replica.hosts)
    networks = {index.hosts[host].network for host in own}
    below = {*own, *(each for host in own for each in index.hosts_below(host))}

    def fits(host: str) -> bool:
        return (
            below.isdisjoint((host, *index.hosts_below(host)))
            and index.hosts[host].network in networks
            and not is_taken(host)
        )

    pools: list[tuple[tuple[str, ...], Sequence[str]]] = [
        (index.nearest_zones(host), (host,))
        for pool in dict.fromkeys(pool for host in own for pool in index.neighbours.get(host, ()))
        for host in pool
    ]
    if component.kind != "other" and not KINDS[component.kind].protects:
        pools += index.carrying.get((component.kind, component.product), {}).items()
    around = {zone for host in own for zone in index.nearest_zones(host)}
    far = [hosts for zones, hosts in pools if around.isdisjoint(zones)]
    for some in (far, [hosts for _, hosts in pools]):
        fitting = {host for hosts in some for host in islice(filter(fits, hosts), 1)}
        if fitting:
            return next(host for host in index.hosts if host in fitting)
    return None


def can_be_doubled(component: Component) -> bool:
    """Return False for what has no second provider or needs none: payment, sign-in and mail of others, services over zones."""
    if not component.managed:
        return True
    return component.kind not in _ALONE and scope_of(component) not in ("regional", "global")


_ALONE = ("external-service", "identity-provider", "mail")
"""The kinds whose users, accounts or contracts are with their provider, so that another can't stand in."""
