"""Where one more replica of a component fits: on a machine that does its kind of work in its network, or on a new one."""

from __future__ import annotations

from collections.abc import Callable

from archgen.kinds import KINDS
from archgen.model import Component
from archgen.reliability.index import Index


def room(index: Index, component: Component, taken: Callable[[str], bool]) -> str | None:
    """The first host that another replica fits on, of those that are not `taken`; None where a new one is needed.

    It is in the network of a host that the component stands on, and carries the same kind of component, or something
    that stands beside the component as well: a database is not put on the host of a cache, and nothing on a firewall.
    """
    own = dict.fromkeys(host for replica in component.replicas for host in replica.hosts)
    hosts = {one.id: one for one in index.architecture.hosts}
    networks = {hosts[one].network for one in own}
    company = {one for host in own for one in index.standing_on.get(host, ()) if _works(index.components[one])}
    for host in hosts:
        if host in own or taken(host) or hosts[host].network not in networks:
            continue
        carried = [index.components[one] for one in index.standing_on.get(host, ())]
        if any(one.id in company or _alike(one, component) for one in carried):
            return host
    return None


def _works(component: Component) -> bool:
    """Whether a component says something of what its host is for: agents and files are everywhere."""
    kind = KINDS[component.kind]
    return not kind.observes and not kind.passive


def _alike(one: Component, other: Component) -> bool:
    named = one.kind != "other" and not KINDS[one.kind].protects
    return named and one.kind == other.kind and one.product == other.product
