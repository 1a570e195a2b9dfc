"""Random models in which replicas float and call what is near: which it is depends on where each stands."""

from __future__ import annotations

from random import Random

from msgspec.structs import replace

from archgen.model.architecture import Architecture, Component, Connection, Flow, Host, Placement, Port, Replica, Zone
from archgen.model.steps import Request

SHARE = 0.35


def with_floats(seed: int, model: Architecture) -> Architecture:
    """Return the model of a seed, in a share of the models with components that float; the others stay as they are."""
    random = Random(f"floats {seed}")
    return floats(random, model) if random.random() < SHARE else model


def floats(random: Random, model: Architecture) -> Architecture:
    """Return a model in which most components that have a choice of hosts float over these, and call what is near."""
    components = tuple(
        _floating(random, model, component) if random.random() < 0.6 else component for component in model.components
    )
    moving = {component.id for component in components if any(replica.floating for replica in component.replicas)}
    return replace(
        model,
        components=components,
        connections=tuple(_near(random, each) if each.source in moving else each for each in model.connections),
    )


def _floating(random: Random, model: Architecture, component: Component) -> Component:
    hosts = [host.id for host in model.hosts]
    if len(hosts) < 2 or component.kind == "client" or not all(replica.hosts for replica in component.replicas):
        return component
    chosen = tuple(random.sample(hosts, random.randint(2, min(3, len(hosts)))))
    replicas = tuple(replace(replica, hosts=chosen, floating=True) for replica in component.replicas)
    spread = random.choice((None, "none", "host", "zone"))
    return replace(component, replicas=replicas, placement=Placement(spread=spread))  # type: ignore[arg-type]


def _near(random: Random, connection: Connection) -> Connection:
    locality = random.choice(("same-host", "same-zone", "same-datacenter", "same-rack", connection.locality))
    return replace(connection, locality=locality)


def wandering(seed: int) -> Architecture:
    """Return a small system of a component that floats over most hosts, of what is near each, and of what that calls in turn."""
    random = Random(f"wandering {seed}")
    zones = tuple(Zone(f"z{number}", random.choice(("datacenter", "datacenter", "rack"))) for number in range(2))
    hosts = [Host(f"h{number}", zones=(zones[number % 2].id,)) for number in range(random.choice((2, 3, 4)))]
    if random.random() < 0.3:
        hosts = [Host("machine"), *(replace(host, runs_on="machine") if host.id == "h0" else host for host in hosts)]
    ids = [host.id for host in hosts if host.id != "machine"]
    names = ("x", "y", *(("z",) if random.random() < 0.5 else ()))
    components = [Component(id="user", kind="client", replicas=(Replica("user", "user"),))]
    for name in names:
        floats_too = name == "x" or random.random() < 0.2
        chosen = tuple(random.sample(ids, random.randint(2, min(3, len(ids)))))
        count = random.choice((1, 1, 2, 2, 3)) if floats_too else len(chosen)
        replicas = [
            Replica(f"{name}#{n + 1}", name, chosen, floating=True)
            if floats_too
            else Replica(f"{name}@{chosen[n]}", name, (chosen[n],))
            for n in range(count)
        ]
        spread = random.choice((None, "none", "host", "zone"))
        quorum = random.choice((None, None, None, 1, "majority"))
        placement = Placement(spread=spread) if floats_too else None  # type: ignore[arg-type]
        components.append(
            Component(
                id=name,
                kind="service",
                replicas=tuple(replicas),
                placement=placement,
                quorum=quorum,  # type: ignore[arg-type]
            )
        )
    near = ("same-zone", "same-datacenter", "same-host", "same-rack", None)
    calls = [
        ("user", "x", None),
        ("x", "y", random.choice(near[:2])),
        *((("y", "z", random.choice(near)),) if "z" in names else ()),
    ]
    calls += [("x", "z", random.choice(near))] if "z" in names and random.random() < 0.3 else []
    calls += [(names[-1], "x", None)] if random.random() < 0.1 else []
    connections = tuple(
        Connection(
            id=f"{source} -> {target}",
            source=source,
            targets=(target,),
            ports=(Port("http"),),
            needs=random.choice((1, 1, 1, 1, 1, 2, "all")),
            locality=locality,
        )
        for source, target, locality in calls
    )
    steps = tuple(Request(f"f/{number}", each.source, each.targets) for number, each in enumerate(connections, 1))
    return Architecture(
        id="wandering",
        file="wandering.arch.yaml",
        name="wandering",
        zones=zones,
        hosts=tuple(hosts),
        components=tuple(components),
        connections=connections,
        flows=(Flow("f", "f", steps),),
    )
