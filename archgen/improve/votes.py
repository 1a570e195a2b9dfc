"""The third vote of what promotes a store: on a machine that is there, where one in a new place saves nothing more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from msgspec.structs import replace

from archgen.edits.changes import AutomateFailover, Edit
from archgen.edits.placement import zones_shared
from archgen.edits.witnesses import first_two_hosts, takes_requests
from archgen.model.architecture import Architecture, Component
from archgen.model.kinds import FORWARDING, KINDS
from archgen.reliability.index import Index

_MOST = 4
"""The most machines that are tried for a vote."""


def with_votes_there(
    architecture: Architecture,
    edits: tuple[Edit, ...],
    applied: Callable[[tuple[Edit, ...]], Architecture],
    is_as_good: Callable[[tuple[Edit, ...]], bool],
) -> tuple[Edit, ...]:
    """Return the edits with their votes in new places on machines that are there, where these leave no more single points."""
    declared = Index(architecture)
    for edit in edits:
        if not isinstance(edit, AutomateFailover):
            continue
        promoter = edit.promoter
        if promoter is None or promoter.witness is None or not promoter.new:
            continue
        index = Index(applied(edits))
        if promoter.witness not in index.hosts or promoter.witness in declared.hosts:
            continue
        for host in islice(_machines(declared, index, index.components[edit.component]), _MOST):
            there = replace(edit, promoter=replace(promoter, witness=host, chosen=True))
            changed = tuple(there if each == edit else each for each in edits)
            if is_as_good(changed):
                edits = changed
                break
    return edits


def _machines(declared: Index, index: Index, store: Component) -> Iterator[str]:
    """Yield the declared hosts in a network of a store, each apart from the machines of its first two: the least in their zones first.

    A vote stands beside neither a database, what lets traffic in, takes requests from outside or lets people sign in, nor what a provider
    runs, nor virtual hosts, and no machine for files runs one.
    """
    voters = first_two_hosts(store)
    machines = {index.machine(host) for host in voters}
    networks = {index.hosts[host].network for host in voters}
    carrying = {host.runs_on for host in declared.hosts.values()}
    free = (
        host
        for host in declared.hosts
        if declared.hosts[host].network in networks
        and declared.machine(host) not in machines
        and host not in carrying
        and host not in declared.instances
        and not takes_requests(declared, host, store)
        and not any(_stands_alone(each) or _is_filer(declared, host, each) for each in _standing_on(declared, host))
    )
    yield from sorted(free, key=lambda host: len(zones_shared(index, host, voters)))


def _standing_on(index: Index, host: str) -> Iterator[Component]:
    return map(index.components.__getitem__, index.standing_on.get(host, ()))


def _is_filer(index: Index, host: str, component: Component) -> bool:
    """Return True for shared files on a machine, which is an appliance; a virtual one is a server as others."""
    return component.kind == "file-storage" and index.hosts[host].runs_on is None


def _stands_alone(component: Component) -> bool:
    kind = KINDS[component.kind]
    return kind.protects or kind.balances or component.kind in (*FORWARDING, "identity-provider", "secrets", "database")
