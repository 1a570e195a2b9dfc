"""Large architectures as values, the same on every run: layered systems, and flows that no method takes apart."""

from __future__ import annotations

from random import Random

from archgen.model.architecture import Architecture, Component, Connection, Flow, Host, Port, Replica, Replication, Zone
from archgen.model.steps import Request

COMPONENTS_PER_HOST = 4
HOSTS_PER_RACK = 16
RACKS_PER_ZONE = 8
LAYERS = ("load-balancer", "web-server", "service", "service", "database")
HTTP = (Port("http", 80),)


def layered(components: int, seed: int = 1) -> Architecture:
    """A system of this many components in layers: each calls one to three of the next, one to four replicas each.

    Hosts stand in racks, racks in zones; every second database has a primary, every third of these promotes a replica
    by itself; every fiftieth component starts a flow that goes all the way down.
    """
    random = Random(seed)
    hosts = max(4, components // COMPONENTS_PER_HOST)
    racks = max(2, hosts // HOSTS_PER_RACK)
    zones = [Zone(f"zone-{at}", "availability-zone") for at in range(max(2, racks // RACKS_PER_ZONE))]
    zones += [Zone(f"rack-{at}", "rack", within=f"zone-{at % max(2, racks // RACKS_PER_ZONE)}") for at in range(racks)]
    machines = tuple(Host(f"host-{at}", zones=(f"rack-{at % racks}",)) for at in range(hosts))
    layers = [[f"{kind}-{layer}-{at}" for at in range(components // len(LAYERS))] for layer, kind in enumerate(LAYERS)]
    made = [_component(random, name, LAYERS[layer], hosts) for layer, names in enumerate(layers) for name in names]
    calls: dict[str, list[str]] = {"user": layers[0][:: max(1, len(layers[0]) * 50 // max(1, components))]}
    for layer, names in enumerate(layers[:-1]):
        below = layers[layer + 1]
        for at, name in enumerate(names):
            near = [below[(at + random.randrange(12)) % len(below)] for _ in range(random.choice((1, 1, 2, 3)))]
            calls[name] = list(dict.fromkeys(near))
    connections = tuple(
        Connection(f"{source} -> {target}", source, (target,), HTTP)
        for source, targets in calls.items()
        for target in targets
    )
    user = Component(id="user", kind="client", replicas=(Replica("user", "user"),))
    flows = tuple(_flow(calls, name) for name in calls["user"])
    return Architecture(
        id="layered",
        file="layered.arch.yaml",
        name="A layered system",
        zones=tuple(zones),
        hosts=machines,
        components=(user, *made),
        connections=connections,
        flows=flows,
    )


def _component(random: Random, name: str, kind: str, hosts: int) -> Component:
    count = random.choice((1, 2, 2, 3, 4))
    chosen = random.sample(range(hosts), min(count, hosts))
    replicas = tuple(Replica(f"{name}@host-{at}", name, (f"host-{at}",)) for at in chosen)
    replication = None
    if kind == "database" and len(replicas) > 1 and random.random() < 0.5:
        failover = "automatic" if random.random() < 0.34 else "manual"
        replication = Replication(primary=(replicas[0].id,), failover=failover)  # type: ignore[arg-type]
    return Component(id=name, kind=kind, replicas=replicas, replication=replication)


def _flow(calls: dict[str, list[str]], entry: str) -> Flow:
    """Every call below an entry, each once, callers first."""
    name = f"flow-{entry}"
    steps = [Request(f"{name}/1", "user", (entry,))]
    queue = [entry]
    seen = {entry}
    for source in queue:
        for target in calls.get(source, ()):
            steps.append(Request(f"{name}/{len(steps) + 1}", source, (target,)))
            if target not in seen:
                seen.add(target)
                queue.append(target)
    return Flow(name, name, tuple(steps))


def entangled(elements: int, seed: int = 1) -> Architecture:
    """One flow whose services stand on hosts drawn at random, so that every part shares hosts with every other."""
    random = Random(seed)
    count = elements // 4
    hosts = tuple(Host(f"h{at}") for at in range(count))
    names = [f"s{at}" for at in range(count)]
    components = [Component(id="user", kind="client", replicas=(Replica("user", "user"),))]
    for name in names:
        chosen = random.sample(range(count), 3)
        replicas = tuple(Replica(f"{name}@h{at}", name, (f"h{at}",)) for at in chosen)
        components.append(Component(id=name, kind="service", replicas=replicas))
    connections = tuple(Connection(f"user -> {name}", "user", (name,), HTTP) for name in names)
    steps = tuple(Request(f"all/{at}", "user", (name,)) for at, name in enumerate(names, 1))
    return Architecture(
        id="entangled",
        file="entangled.arch.yaml",
        name="Entangled",
        hosts=hosts,
        components=tuple(components),
        connections=connections,
        flows=(Flow("all", "all", steps),),
    )
