"""What monitoring takes from one component, as far as the model tells: its logs, and the figures of its requests."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.model.architecture import Collection, Component

_OF_REQUESTS = (
    "request",
    "quer",
    "rps",
    "qps",
    "latency",
    "duration",
    "response",
    "error",
    "5xx",
    "throughput",
    "traffic",
)
"""Parts of the names of measurements that tell how many requests come, how long they take or how many fail."""


class Collected(Struct, frozen=True):
    """What is collected from a component: None where something collects and does not say what.

    `observers` are the components that collect; `named` is whether any of them speaks of this component or its host.
    """

    observers: tuple[str, ...]
    logs: bool | None
    requests: bool | None
    named: bool


def collected(facts: Topology, component: str) -> Collected | None:
    """What is collected from a component; None where nothing collects from it at all."""
    observers = tuple(one for one in facts.observers if _watches(facts, one, component))
    if not observers:
        return None
    logs: list[bool | None] = []
    requests: list[bool | None] = []
    named = False
    for observer in observers:
        said = tuple(_said(facts, observer, component))
        named = named or bool(said)
        if observer.kind == "log-collector" and not said:
            logs.append(True)
            requests.append(None)
        elif not observer.collects:
            logs.append(None)
            requests.append(None)
        for one in said:
            logs.append("logs" in one.what if one.what else None)
            requests.append(_measures(one))
    return Collected(tuple(one.id for one in observers), _any(logs), _any(requests), named)


def _measures(one: Collection) -> bool | None:
    """Whether a collection counts requests; unknown where it takes metrics, or logs to count in, and names no figure."""
    if "traces" in one.what or any(word in each.lower() for each in one.measures for word in _OF_REQUESTS):
        return True
    if one.measures:
        return False
    return None if {"metrics", "logs"}.intersection(one.what) or not one.what else False


def _any(told: list[bool | None]) -> bool | None:
    if True in told:
        return True
    return None if None in told else False


def _watches(facts: Topology, observer: Component, component: str) -> bool:
    """Whether an observer names a component, stands on a host of it as a client, or is connected with it."""
    if observer.id == component:
        return False
    if any(component in one.sources for one in observer.collects) or _beside(facts, observer, component):
        return True
    calls = any(component in one.targets for one in facts.outgoing[observer.id])
    return calls or any(observer.id in one.targets for one in facts.outgoing[component])


def _beside(facts: Topology, observer: Component, component: str) -> bool:
    hosts = facts.hosts_of(component)
    return observer.kind != "monitoring" and any(host in hosts for host in facts.hosts_of(observer.id))


def _said(facts: Topology, observer: Component, component: str) -> Iterator[Collection]:
    """What an observer says of a component: by its name, or of all that it watches."""
    for one in observer.collects:
        if component in one.sources or not one.sources:
            yield one
