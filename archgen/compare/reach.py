"""What a change opens: callers that a firewall kept from a component, and that may reach it now."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archgen.analysis.firewalls import port_number
from archgen.analysis.topology import Topology
from archgen.model.architecture import Port

INTERNET = "internet"


class Door(Struct, frozen=True):
    """A component with the numbers of its ports."""

    component: str
    ports: tuple[int, ...]


class Opening(Struct, frozen=True):
    """Networks, or the internet, that may now reach doors that these firewalls kept them from, and that none of their calls needs."""

    sources: tuple[str, ...]
    doors: tuple[Door, ...]
    firewalls: tuple[str, ...]


def find_openings(before: Topology, after: Topology) -> tuple[Opening, ...]:
    """Return what networks may reach now and could not, those with the same doors together; a new one was let in nowhere.

    Both verdicts are certain: where the rules of a firewall don't decide (an address of no network), nothing is said.
    """
    groups: dict[tuple[tuple[Door, ...], tuple[str, ...]], list[str]] = {}
    if before.firewalls.guards:
        for source in (INTERNET, *after.networks):
            ports: dict[str, list[int]] = {}
            denied: dict[str, None] = {}
            for target, port, firewalls in _opened(before, after, source):
                ports.setdefault(target, []).append(port)
                denied.update(dict.fromkeys(firewalls))
            if ports:
                doors = tuple(Door(target, tuple(sorted(numbers))) for target, numbers in ports.items())
                groups.setdefault((doors, tuple(denied)), []).append(source)
    return tuple(Opening(tuple(sources), doors, firewalls) for (doors, firewalls), sources in groups.items())


def _opened(before: Topology, after: Topology, source: str) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """Yield the ports that a network may reach now, each with the firewalls that denied it."""
    for target in after.components:
        if target in before.components:
            for number, port in _ports(after, target).items():
                firewalls = _denying(before, source, target, port)
                if (
                    firewalls
                    and _is_admitted(after, source, target, port)
                    and not _is_needed(after, source, target, number)
                ):
                    yield target, number, firewalls


def _ports(model: Topology, target: str) -> dict[int, Port]:
    """Return the ports on which a component is called, by their numbers."""
    ports = (port for call in model.incoming[target] for port in call.ports)
    return {number: port for port in ports if (number := port_number(port)) is not None}


def _denying(model: Topology, source: str, target: str, port: Port) -> tuple[str, ...]:
    return tuple(each for each, admits in model.firewalls.verdicts(source, target, port).items() if admits is False)


def _is_admitted(model: Topology, source: str, target: str, port: Port) -> bool:
    """Return True if all that is between lets a call in for certain; what is private stays so without a firewall before it."""
    verdicts = model.firewalls.verdicts(source, target, port)
    if not verdicts and source == INTERNET:
        network = model.network_of(target)
        return network is not None and network.trust != "private"
    return all(verdicts.values())


def _is_needed(model: Topology, source: str, target: str, number: int) -> bool:
    """Return True if something in the network calls the component on this port."""
    return any(
        source in (INTERNET if model.trust(call.source) == "internet" else "", *model.firewalls.places(call.source))
        and any(port_number(port) == number for port in call.ports)
        for call in model.incoming[target]
    )
