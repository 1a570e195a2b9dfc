"""The things of two models compared: what was added, what was removed, and what is now said differently of the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

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
from archgen.model.subject import Subject, SubjectKind
from archgen.model.wording import listed, plural
from archgen.reliability.structure import requests

Change = Literal["added", "removed", "changed"]
Thing = Zone | Network | Host | Component | Replica | Connection | Certificate | Flow

CHANGES: tuple[Change, ...] = ("added", "removed", "changed")

_TOLD_APART = frozenset(
    (
        *("id", "file", "name", "summary", "follows", "accept"),
        *("zones", "hosts", "networks", "certificates", "components", "connections", "flows"),
    )
)
"""What a model is called differs from tier to tier; what is in it is told thing by thing, acceptances with findings."""

FEW = 3
"""So many hosts are named; of more, those that came and went."""


class ThingChange(Struct, frozen=True):
    """A thing that is new, gone, or of which the model now says something else, in words."""

    subject: Subject
    change: Change
    what: tuple[str, ...] = ()


def compare_things(old: Architecture, new: Architecture) -> tuple[ThingChange, ...]:
    """Hosts first, as in a model; `what` is said of what is in both. Reasons (`why`), links and icons do not count."""
    found: list[ThingChange] = []
    for kind, of in _THINGS:
        found += _compare(kind, of(old), of(new))
    whole = tuple(differences(old, new, apart=_TOLD_APART))
    return (*found, *([ThingChange(Subject("model", new.id), "changed", whole)] if whole else []))


def _replicas(architecture: Architecture) -> tuple[Replica, ...]:
    return tuple(replica for component in architecture.components for replica in component.replicas)


_THINGS: tuple[tuple[SubjectKind, Callable[[Architecture], Sequence[Thing]]], ...] = (
    ("zone", lambda one: one.zones),
    ("network", lambda one: one.networks),
    ("host", lambda one: one.hosts),
    ("component", lambda one: one.components),
    ("replica", _replicas),
    ("certificate", lambda one: one.certificates),
    ("connection", lambda one: one.connections),
    ("flow", lambda one: one.flows),
)


def _compare(kind: SubjectKind, old: Sequence[Thing], new: Sequence[Thing]) -> Iterator[ThingChange]:
    before, after = {one.id: one for one in old}, {one.id: one for one in new}
    for thing in new:
        if thing.id not in before:
            yield ThingChange(Subject(kind, thing.id), "added")
        elif what := tuple(_told(before[thing.id], thing)):
            yield ThingChange(Subject(kind, thing.id), "changed", what)
    for thing in old:
        if thing.id not in after:
            yield ThingChange(Subject(kind, thing.id), "removed")


def _told(old: Thing, new: Thing) -> Iterator[str]:
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
    if any(one.floating for one in old.replicas) != any(one.floating for one in new.replicas):
        yield "floats between its hosts" if any(one.floating for one in new.replicas) else "no longer floats"


def _hosts(component: Component) -> tuple[str, ...]:
    return tuple(dict.fromkeys(host for replica in component.replicas for host in replica.hosts))


def _moved(was: tuple[str, ...], now: tuple[str, ...]) -> str:
    if not was or not now:
        return f"runs on {listed(now) or 'no stated host'}, was on {listed(was) or 'no stated host'}"
    more, less = ([one for one in a if one not in b] for a, b in ((now, was), (was, now)))
    if not more and not less:
        return "runs on its hosts in another order"
    apart = len(more) == len(now)
    if max(len(was), len(now)) <= FEW and (apart or len(was) + len(now) <= FEW):
        return f"runs on {listed(now)}, was on {listed(was)}"
    parts = [f"now also {listed(_some(more))}"] if more else []
    parts += [f"no longer {listed(_some(less))}"] if less else []
    return f"runs on {plural(len(now), 'host')}, was {len(was)}: {'; '.join(parts)}"


def _some(names: list[str]) -> list[str]:
    return names if len(names) <= 2 * FEW else [*names[:FEW], f"{len(names) - FEW} more"]


def _ports(old: Connection, new: Connection) -> Iterator[str]:
    if old.ports == new.ports:
        return
    was, now = (listed([_port(one) for one in each.ports]) or "no stated protocol" for each in (old, new))
    if was != now:
        yield f"{now}, was {was}"
    before, after = (all(encrypted(one) for one in each.ports) and bool(each.ports) for each in (old, new))
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
        tuple(dict.fromkeys(f"{one.source} -> {' | '.join(one.targets)}" for one, _ in requests(each.steps)))
        for each in (old, new)
    )
    more, less = ([one for one in a if one not in b] for a, b in ((now, was), (was, now)))
    if more:
        yield f"now goes {listed(_some(more))}"
    if less:
        yield f"no longer goes {listed(_some(less))}"
    if not more and not less:
        yield "goes the same way in another order" if was != now else "its steps say something else"
