"""Random systems in which the members of clusters call what stands beside each of them."""

from __future__ import annotations

from random import Random

from archgen.model.architecture import Architecture, Cluster, Component, Connection, Flow, Host, Port, Replica, Zone
from archgen.model.steps import Request

SHARE = 0.1
"""The share of the models of seeds that are such systems."""


def with_pairs(seed: int, model: Architecture) -> Architecture:
    """Return the model of a seed; in a share of the seeds, a pair instead."""
    random = Random(f"pairs {seed}")
    return pair(random) if random.random() < SHARE else model


def pair(random: Random) -> Architecture:
    """Return a visitor or a job, a cluster on two hosts or three, what its members call there, and a store behind that.

    The store is there too, or on a host of its own. Some call back, call themselves, or are clusters as well.
    """
    hosts, zones = _hosts(random)
    near = [host.id for host in hosts if host.id != "apart"]
    front = Component(
        id="front", kind="web-server", replicas=_on("front", near), cluster=_cluster(random, "front", near)
    )
    back = Component(id="back", kind="service", replicas=_on("back", near[: random.choice((1, 2, 3, 3))]))
    deep = Component(id="deep", kind="database", replicas=_on("deep", random.choice((near, near, ["apart"], near[:1]))))
    if random.random() < 0.3 and len(back.replicas) > 1:
        back = Component(
            id="back",
            kind="service",
            replicas=back.replicas,
            cluster=_cluster(random, "back", near[: len(back.replicas)]),
        )
    calls = [("front", "back"), ("back", "deep"), *random.choice(([], [], [("back", "front")], [("front", "front")]))]
    visited = random.random() < 0.7
    if visited:
        calls.insert(0, ("user", "front"))
    connections = tuple(
        Connection(
            id=f"{source} -> {target}",
            source=source,
            targets=(target,),
            ports=(Port("http"),),
            locality=_locality(random, source),
        )
        for source, target in calls
    )
    steps = tuple(Request(f"f0/{number}", each.source, each.targets) for number, each in enumerate(connections, 1))
    user = Component(id="user", kind="client", replicas=(Replica("user", "user"),))
    return Architecture(
        id="pair",
        file="pair.arch.yaml",
        name="pair",
        zones=zones,
        hosts=hosts,
        components=(*([user] if visited else []), front, back, deep),
        connections=connections,
        flows=(Flow("f0", "f0", steps, access=random.choice((None, "read", "write"))),),
    )


def _hosts(random: Random) -> tuple[tuple[Host, ...], tuple[Zone, ...]]:
    zones = (Zone("z0", "datacenter"), Zone("z1", "datacenter"))[: random.choice((0, 0, 1, 2, 2))]
    names = ["a", "b", *random.choice(([], ["c"])), "apart"]
    return tuple(Host(name, zones=(random.choice(zones).id,) if zones else ()) for name in names), zones


def _locality(random: Random, source: str) -> str | None:
    return None if source == "user" else random.choice(("same-host", "same-host", "same-zone", None))


def _cluster(random: Random, component: str, hosts: list[str]) -> Cluster:
    mode = random.choice(("active-passive", "active-passive", "active-passive", "active-active"))
    active = (f"{component}@{random.choice(hosts)}",) if mode == "active-passive" and random.random() < 0.5 else ()
    watches = random.choice(("process", "process", "host", "service", None))
    return Cluster(mode, active, failover=random.choice(("automatic", "automatic", None)), watches=watches)  # type: ignore[arg-type]


def _on(component: str, hosts: list[str]) -> tuple[Replica, ...]:
    return tuple(Replica(f"{component}@{host}", component, (host,)) for host in hosts)
