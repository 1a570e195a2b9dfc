"""The entities of two models compared: those added, those removed, and the statements that changed about the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from archgen.analysis.hops import encrypted
from archgen.compare.differences import differences
from archgen.model.architecture import (
    Architecture,
    Certificate,
    Component,
    Connection,
    Flow,
    Host,
    Network,
    Port,
    Replica,
    Zone,
)
from archgen.model.presentation import ComponentGroup
from archgen.model.subject import ChangeKind, Subject, SubjectKind
from archgen.model.wording import listed, plural
from archgen.reliability.requests import requests

Entity = Zone | Network | ComponentGroup | Host | Component | Replica | Connection | Certificate | Flow

_COMPARED_ELSEWHERE = frozenset(
    (
        *("id", "file", "name", "summary", "follows", "accept"),
        *("zones", "hosts", "networks", "groups", "certificates", "components", "connections", "flows"),
    )
)
"""Each model has its own name; its content is compared entity by entity, acceptances with the findings."""

FEW = 3
"""The most hosts that are all named; of more, only those that came and went."""


class EntityChange(Struct, frozen=True):
    """An entity that was added, removed, or whose statements changed; `what` are these changes in words."""

    subject: Subject
    change: ChangeKind
    what: tuple[str, ...] = ()


def compare_entities(old: Architecture, new: Architecture) -> tuple[EntityChange, ...]:
    """Return the changes in the order of a model's sections. Reasons (`why`), links and icons don't count."""
    changes: list[EntityChange] = []
    for kind, entities in _SECTIONS:
        changes += _compare(kind, entities(old), entities(new))
    what = tuple(differences(old, new, apart=_COMPARED_ELSEWHERE))
    return (*changes, *([EntityChange(Subject("model", new.id), "changed", what)] if what else []))


def _replicas(architecture: Architecture) -> tuple[Replica, ...]:
    return tuple(replica for component in architecture.components for replica in component.replicas)


_SECTIONS: tuple[tuple[SubjectKind, Callable[[Architecture], Sequence[Entity]]], ...] = (
    ("zone", lambda model: model.zones),
    ("network", lambda model: model.networks),
    ("group", lambda model: model.groups),
    ("host", lambda model: model.hosts),
    ("component", lambda model: model.components),
    ("replica", _replicas),
    ("certificate", lambda model: model.certificates),
    ("connection", lambda model: model.connections),
    ("flow", lambda model: model.flows),
)


def _compare(kind: SubjectKind, old: Sequence[Entity], new: Sequence[Entity]) -> Iterator[EntityChange]:
    before, after = ({entity.id: entity for entity in entities} for entities in (old, new))
    for entity in new:
        if entity.id not in before:
            yield EntityChange(Subject(kind, entity.id), "added")
        elif what := tuple(_statements(before[entity.id], entity)):
            yield EntityChange(Subject(kind, entity.id), "changed", what)
    for entity in old:
        if entity.id not in after:
            yield EntityChange(Subject(kind, entity.id), "removed")


def _statements(old: Entity, new: Entity) -> Iterator[str]:
    if old == new:
        return
    if isinstance(old, Component) and isinstance(new, Component):
        yield from _placing(old, new)
    elif isinstance(old, Connection) and isinstance(new, Connection):
        yield from _ports(old, new)
    elif isinstance(old, Flow) and isinstance(new, Flow):
        yield from _steps(old, new)
    yield from differences(old, new)


def _placing(old: Component, new: Component) -> Iterator[str]:
    was, now = _hosts(old), _hosts(new)
    if was != now:
        yield _moved(was, now)
    if len(old.replicas) != len(new.replicas) and (not now or was == now or len(now) != len(new.replicas)):
        yield f"{plural(len(new.replicas), 'replica')}, was {len(old.replicas)}"
    floated, floats = (any(replica.floating for replica in component.replicas) for component in (old, new))
    if floated != floats:
        yield "floats between its hosts" if floats else "no longer floats"


def _hosts(component: Component) -> tuple[str, ...]:
    return tuple(dict.fromkeys(host for replica in component.replicas for host in replica.hosts))


def _moved(was: tuple[str, ...], now: tuple[str, ...]) -> str:
    if not was or not now:
        return f"runs on {listed(now) or 'no declared host'}, was on {listed(was) or 'no declared host'}"
    more, less = _both_ways(was, now)
    if not more and not less:
        return "runs on its hosts in another order"
    apart = len(more) == len(now)
    if max(len(was), len(now)) <= FEW and (apart or len(was) + len(now) <= FEW):
        return f"runs on {listed(now)}, was on {listed(was)}"
    parts = [f"now also {listed(_some(more))}"] if more else []
    parts += [f"no longer {listed(_some(less))}"] if less else []
    return f"runs on {plural(len(now), 'host')}, was {len(was)}: {'; '.join(parts)}"


def _both_ways(was: tuple[str, ...], now: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Return the names that came and those that went."""
    return [name for name in now if name not in was], [name for name in was if name not in now]


def _some(names: list[str]) -> list[str]:
    return names if len(names) <= 2 * FEW else [*names[:FEW], f"{len(names) - FEW} more"]


def _ports(old: Connection, new: Connection) -> Iterator[str]:
    if old.ports == new.ports:
        return
    was, now = (listed([_port(port) for port in each.ports]) or "no declared protocol" for each in (old, new))
    if was != now:
        yield f"{now}, was {was}"
    before, after = (all(encrypted(port) for port in each.ports) and bool(each.ports) for each in (old, new))
    if before != after:
        yield "encrypted now" if after else "no longer encrypted"
    elif was == now:
        yield "other TLS settings"


def _port(port: Port) -> str:
    words = [port.protocol, *([str(port.port)] if port.port is not None else [])]
    return " ".join([*words, *([f"(sends callers to {port.redirect})"] if port.redirect else [])])


def _steps(old: Flow, new: Flow) -> Iterator[str]:
    if old.steps == new.steps:
        return
    was, now = (
        tuple(
            dict.fromkeys(f"{request.source} -> {' | '.join(request.targets)}" for request, _ in requests(flow.steps))
        )
        for flow in (old, new)
    )
    more, less = _both_ways(was, now)
    if more:
        yield f"now goes {listed(_some(more))}"
    if less:
        yield f"no longer goes {listed(_some(less))}"
    if not more and not less:
        yield "goes the same way in another order" if was != now else "its steps say something else"
