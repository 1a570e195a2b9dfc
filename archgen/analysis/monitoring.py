"""The data that monitoring collects from a component, as far as it is declared: logs and measurements of requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.model.architecture import Collection, Component
from archgen.model.subject import Subject
from archgen.reliability.failure import single_points

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
"""Parts of the names of measurements of requests: their rate, their duration or their errors."""


class Collected(Struct, frozen=True):
    """The data collected from a component: None where something collects and doesn't declare what.

    `observers` are the components that collect; `named` is True if any of them names this component or its host.
    """

    observers: tuple[str, ...]
    logs: bool | None
    requests: bool | None
    named: bool


def collection_of(topology: Topology, component: str) -> Collected | None:
    """Return the data collected from a component; None where nothing collects from it at all."""
    observers = tuple(observer for observer in topology.observers if _watches(topology, observer, component))
    if not observers:
        return None
    logs: list[bool | None] = []
    requests: list[bool | None] = []
    named = False
    for observer in observers:
        statements = tuple(_statements(topology, observer, component))
        named = named or bool(statements)
        if observer.kind == "log-collector" and not statements:
            logs.append(True)
            requests.append(None)
        elif not observer.collects:
            logs.append(None)
            requests.append(None)
        for statement in statements:
            logs.append("logs" in statement.what if statement.what else None)
            requests.append(_counts_requests(statement))
    return Collected(tuple(observer.id for observer in observers), _any(logs), _any(requests), named)


def _counts_requests(collection: Collection) -> bool | None:
    """Return True if a collection counts requests; None where it takes metrics or logs, and names no measurement."""
    if "traces" in collection.what or any(
        word in measure.lower() for measure in collection.measures for word in _OF_REQUESTS
    ):
        return True
    if collection.measures:
        return False
    return None if {"metrics", "logs"}.intersection(collection.what) or not collection.what else False


def _any(answers: list[bool | None]) -> bool | None:
    if True in answers:
        return True
    return None if None in answers else False


def _watches(topology: Topology, observer: Component, component: str) -> bool:
    """Return True if an observer names a component, runs on a host of it as an agent, or is connected with it to collect."""
    if observer.id == component or topology.only_probes(observer.id):
        return False
    if any(component in collection.sources for collection in observer.collects) or _shares_host(
        topology, observer, component
    ):
        return True
    calls = any(component in call.targets for call in topology.outgoing[observer.id])
    return calls or any(
        observer.id in call.targets and call.id not in topology.looks for call in topology.outgoing[component]
    )


def _shares_host(topology: Topology, observer: Component, component: str) -> bool:
    hosts = topology.hosts_of(component)
    return observer.kind != "monitoring" and any(host in hosts for host in topology.hosts_of(observer.id))


def _statements(topology: Topology, observer: Component, component: str) -> Iterator[Collection]:
    """Yield the collections that an observer declares for a component, by its name or for all that it watches."""
    for collection in observer.collects:
        if component in collection.sources or not collection.sources:
            yield collection


def keeps_logs_alone(topology: Topology, component: Component) -> bool:
    """Return True for a store of logs: collectors of logs alone feed it, and it alerts nobody."""
    feeding = {topology.kind(call.source).id for call in topology.incoming[component.id]}
    return feeding == {"log-collector"} and not (component.alerts or component.probes)


@lru_cache(maxsize=2)
def points_beside_monitoring(topology: Topology) -> Mapping[str, frozenset[Subject]]:
    """Return the single points of failure of the flows that look at monitoring, as they were if no monitoring ever failed."""
    plans = topology.losses.plans.items()
    used = {flow: (plan, topology.observing.intersection(plan.members)) for flow, plan in plans}
    return {flow: frozenset(single_points(plan.sparing(own))) for flow, (plan, own) in used.items() if own}
