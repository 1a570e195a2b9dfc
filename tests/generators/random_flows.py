"""Random small architectures with every feature that the structure function knows, the same for the same seed."""

from __future__ import annotations

from random import Random

from archgen.model.architecture import (
    Architecture,
    Cluster,
    Component,
    Connection,
    Flow,
    Host,
    Port,
    Replica,
    Replication,
    Zone,
    ZoneKind,
)
from archgen.model.steps import Branch, Frame, Request, Step

KINDS = ("service", "database", "cache", "load-balancer", "worker", "web-server")
ZONE_KINDS: tuple[ZoneKind, ...] = ("rack", "power", "datacenter", "availability-zone", "region", "provider")
LOCALITIES = ("same-host", "same-zone", *(f"same-{kind}" for kind in ZONE_KINDS))


def architecture(seed: int) -> Architecture:
    """A random architecture of at most seven components, five hosts and five zones."""
    random = Random(seed)
    zones = _zones(random)
    hosts = _hosts(random, zones)
    names = [f"c{number}" for number in range(random.randint(1, 6))]
    components = [_component(random, name, hosts, names) for name in names]
    if random.random() < 0.6:
        components.insert(0, Component(id="user", kind="client", replicas=(Replica("user", "user"),)))
    connections = _connections(random, [one.id for one in components], names)
    flows = tuple(_flow(random, f"f{number}", components, connections) for number in range(random.randint(1, 3)))
    return Architecture(
        id="random",
        file="random.arch.yaml",
        name="random",
        zones=zones,
        hosts=hosts,
        components=tuple(components),
        connections=connections,
        flows=flows,
    )


def _zones(random: Random) -> tuple[Zone, ...]:
    zones: list[Zone] = []
    for number in range(random.choice((0, 0, 1, 2, 3, 5))):
        within = random.choice(zones).id if zones and random.random() < 0.6 else None
        zones.append(Zone(f"z{number}", random.choice(ZONE_KINDS), within=within))
    return tuple(zones)


def _hosts(random: Random, zones: tuple[Zone, ...]) -> tuple[Host, ...]:
    def inside() -> tuple[str, ...]:
        count = min(len(zones), random.choice((0, 1, 1, 1, 2)))
        return tuple(one.id for one in random.sample(zones, count))

    return tuple(Host(f"h{number}", zones=inside()) for number in range(random.choice((0, 1, 2, 3, 4, 5))))


def _component(random: Random, name: str, hosts: tuple[Host, ...], names: list[str]) -> Component:
    replicas = _replicas(random, name, [host.id for host in hosts])
    ids = [one.id for one in replicas]
    cluster = None
    if random.random() < 0.15:
        failover = random.choice(("manual", "manual", "automatic", None))
        by = random.choice((None, "vrrp", "orchestrator")) if failover == "automatic" else None
        cluster = Cluster(active=(random.choice(ids),), failover=failover, by=by)  # type: ignore[arg-type]
    quorum: int | str | None = None
    if random.random() < 0.2:
        quorum = random.choice(("majority", random.randint(1, len(ids) + (random.random() < 0.1))))
    return Component(
        id=name,
        kind=random.choice(KINDS),
        replicas=replicas,
        cluster=cluster,
        quorum=quorum,  # type: ignore[arg-type]
        replication=_replication(random, ids, names),
    )


def _replicas(random: Random, name: str, hosts: list[str]) -> tuple[Replica, ...]:
    form = random.random()
    if not hosts or form < 0.15:
        return tuple(Replica(f"{name}#{number}", name) for number in range(1, random.randint(1, 3) + 1))
    chosen = random.sample(hosts, random.randint(1, min(3, len(hosts))))
    if form < 0.3:
        return tuple(
            Replica(f"{name}#{number}", name, tuple(chosen), floating=True)
            for number in range(1, random.randint(1, 2) + 1)
        )
    if form < 0.4:
        return tuple(Replica(f"{name}@{chosen[0]}#{number}", name, (chosen[0],)) for number in (1, 2))
    return tuple(Replica(f"{name}@{host}", name, (host,)) for host in chosen)


def _replication(random: Random, ids: list[str], names: list[str]) -> Replication | None:
    form = random.random()
    if form < 0.6:
        return None
    if form < 0.65:
        return Replication(all_write=True)
    if form < 0.68:
        return Replication(copy_of=random.choice(names))
    failover = random.choice((None, "manual", "automatic", "automatic"))
    by = random.choice((None, None, *names)) if failover == "automatic" else None
    primary = tuple(random.sample(ids, 1))
    return Replication(primary=primary, failover=failover, by=by)  # type: ignore[arg-type]


def _connections(random: Random, sources: list[str], names: list[str]) -> tuple[Connection, ...]:
    found: dict[str, Connection] = {}
    for _ in range(random.randint(1, 9)):
        source = random.choice(sources)
        targets = tuple(random.sample(names, min(len(names), random.choice((1, 1, 1, 1, 2)))))
        name = f"{source} -> {' | '.join(targets)}"
        found[name] = Connection(
            id=name,
            source=source,
            targets=targets,
            ports=(Port("http"),),
            needs=random.choice((1, 1, 1, 1, 2, "all")),
            required=random.random() < 0.9,
            locality=random.choice((None, None, None, None, *LOCALITIES)),
            access=random.choice((None, None, "read", "write")),
        )
    return tuple(found.values())


def _flow(random: Random, name: str, components: list[Component], connections: tuple[Connection, ...]) -> Flow:
    numbers = iter(range(1, 1000))
    steps = tuple(_step(random, name, components, connections, numbers, 0) for _ in range(random.randint(1, 7)))
    return Flow(name, name, steps, access=random.choice((None, None, "read", "write")))


def _step(random, name, components, connections, numbers, depth) -> Step:  # type: ignore[no-untyped-def]
    if depth < 2 and random.random() < 0.15:
        kind = random.choice(("opt", "loop", "alt", "par"))
        branches = tuple(
            Branch("", tuple(_step(random, name, components, connections, numbers, depth + 1) for _ in range(2)))
            for _ in range(2 if kind in ("alt", "par") else 1)
        )
        return Frame(f"{name}/{next(numbers)}", kind, branches)
    connection = random.choice(connections)
    targets = connection.targets
    if len(targets) > 1 and random.random() < 0.3:
        targets = targets[:1]
    source = connection.source
    if random.random() < 0.02:
        source = random.choice(components).id
    ids = [replica.id for one in components if one.id == targets[0] for replica in one.replicas]
    pinned = (random.choice(ids),) if len(targets) == 1 and random.random() < 0.06 else ()
    return Request(
        f"{name}/{next(numbers)}",
        source,
        targets,
        access=random.choice((None, None, None, "read", "write", "read-write")),
        required=None if random.random() < 0.93 else False,
        pinned=pinned,
    )
