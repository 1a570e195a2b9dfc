"""Random models with the keys that only a moment knows: times to recover, bad changes, replicas that float and are moved.

All numbers are declared, so that the definition needs no table of assumed ones.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from msgspec.structs import replace

from archgen.model.architecture import (
    Architecture,
    Availability,
    Changes,
    Cluster,
    Component,
    Placement,
    Replica,
    Replication,
)
from tests.generators.random_meaning import DECORATIONS, chain


def passing(seed: int) -> Architecture:
    """Return the small model of a seed, with every number declared and each of the keys in a share of the models."""
    random = Random(f"moment {seed}")
    model = chain(random)
    for decorate in DECORATIONS.values() if seed % 2 else ():
        if random.random() < 0.3:
            model = decorate(random, model)
    model = declared(random, model)
    for decorate in KEYS.values():
        if random.random() < 0.6:
            model = decorate(random, model)
    return model


def declared(random: Random, model: Architecture) -> Architecture:
    """Return the model with all numbers declared: availabilities, times to repair and to recover, no bad changes."""

    def availability() -> Availability:
        mttr = random.choice((0.05, 0.5, 2.0))
        return Availability(random.choice((0.5, 0.9, 0.99)), 1.0, mttr)

    def component(each: Component) -> Component:
        data = each.replication
        if data is not None and data.failover == "automatic":
            data = replace(data, recovery=0.0)
        cluster = each.cluster
        if cluster is not None and cluster.failover != "manual":
            cluster = replace(cluster, recovery=0.0)
        return replace(each, availability=availability(), replication=data, cluster=cluster, changes=False)

    return replace(
        model,
        hosts=tuple(replace(each, availability=availability()) for each in model.hosts),
        zones=tuple(replace(each, availability=availability()) for each in model.zones),
        components=tuple(component(each) if each.kind != "client" else each for each in model.components),
    )


def _components(
    model: Architecture, change: Callable[[Component], Component], share: float, random: Random
) -> Architecture:
    components = (
        change(each) if each.kind != "client" and random.random() < share else each for each in model.components
    )
    return replace(model, components=tuple(components))


_SECONDS = (30.0, 90.0, 600.0, 3600.0)


def _promotions(random: Random, model: Architecture) -> Architecture:
    def change(each: Component) -> Component:
        failover = random.choice(("automatic", "automatic", "manual", None))
        first = each.replication or Replication(primary=(each.replicas[0].id,))
        by = first.by if failover == "automatic" else None
        return replace(
            each,
            replication=replace(first, failover=failover, by=by, recovery=random.choice(_SECONDS)),
        )

    return _components(model, change, 0.7, random)


def _takeovers(random: Random, model: Architecture) -> Architecture:
    def change(each: Component) -> Component:
        mode = random.choice(("active-passive", "active-passive", "active-active", None))
        failover = random.choice(("automatic", "automatic", None, "manual")) if mode != "active-active" else "automatic"
        active = mode != "active-active" and (random.random() < 0.5 or failover == "manual" or mode is None)
        chosen = (random.choice(each.replicas).id,) if active else ()
        watches = random.choice((None, None, "host"))
        cluster = Cluster(mode, chosen, failover=failover, watches=watches, recovery=random.choice(_SECONDS))  # type: ignore[arg-type]
        return replace(each, cluster=cluster)

    return _components(model, change, 0.7, random)


def _changes(random: Random, model: Architecture) -> Architecture:
    codebase = random.choice((None, "code", "code"))

    def change(each: Component) -> Component:
        changes = Changes(86400.0, random.choice((0.1, 0.5, 1.0)), random.choice((3600.0, 86400.0)))
        return replace(each, changes=changes, codebase=codebase if random.random() < 0.7 else None)

    return _components(model, change, 0.8, random)


def _no_changes(random: Random, model: Architecture) -> Architecture:
    """The model says that nothing is changed, whatever its components say."""
    return replace(_changes(random, model), changes=random.random() < 0.3)


def floating(random: Random, model: Architecture, spread: str | None, recovery: float) -> Architecture:
    """Return the model with some components whose replicas may run on any host, and no name of a replica that is none."""
    hosts = tuple(host.id for host in model.hosts)

    def change(each: Component) -> Component:
        replicas = tuple(
            Replica(f"{each.id}#{number}", each.id, hosts, True) for number in (1, 2)[: random.choice((1, 2, 2))]
        )
        placement = Placement(recovery, spread)  # type: ignore[arg-type]
        return replace(each, replicas=replicas, replication=None, cluster=None, balance=None, placement=placement)

    return _components(model, change, 0.6, random) if len(hosts) > 1 else model


def _rescheduling(random: Random, model: Architecture) -> Architecture:
    return floating(random, model, None, random.choice(_SECONDS))


def _spread(random: Random, model: Architecture) -> Architecture:
    return floating(random, model, random.choice(("none", "host", "zone")), random.choice(_SECONDS))


KEYS: dict[str, Callable[[Random, Architecture], Architecture]] = {
    "recovery of data": _promotions,
    "recovery of traffic": _takeovers,
    "recovery of replicas": _rescheduling,
    "spread": _spread,
    "changes of components": _changes,
    "changes of the model": _no_changes,
}
"""The keys, each with what adds it to a model."""
