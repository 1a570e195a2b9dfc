"""The random models of `random_flows` with the keys of the second meaning: checks, watches, scopes, quorums by access …

They are drawn apart, so that the models without them stay the same for the same seed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from random import Random

from msgspec.structs import replace

from archgen.model.architecture import (
    Architecture,
    Balance,
    Cluster,
    Component,
    Connection,
    Flow,
    Host,
    Managed,
    Network,
    Port,
    Quorum,
    Replica,
    Replication,
    Zone,
)
from archgen.model.steps import Access, Branch, Frame, Request, Step
from tests.generators.random_alternatives import with_alternatives
from tests.generators.random_floats import with_floats
from tests.generators.random_flows import architecture
from tests.generators.random_pairs import with_pairs
from tests.generators.random_platforms import with_platform
from tests.generators.random_relays import with_relays


def decorated(seed: int) -> Architecture:
    """Return the model of a seed with some of the keys, each in a share of the models; every other is a chain."""
    random = Random(f"meaning {seed}")
    model = architecture(seed) if seed % 4 < 2 else chain(random)
    for decorate in DECORATIONS.values():
        if random.random() < 0.6:
            model = decorate(random, model)
    model = _remembered_names(random, model) if random.random() < 0.5 else model
    model = with_platform(seed, with_floats(seed, with_alternatives(seed, with_relays(seed, model))))
    return with_pairs(seed, model)


def chain(random: Random) -> Architecture:
    """Return a small system in which nearly all is needed: a user, and components that call the next, on few hosts."""
    zones = (Zone("z0", "datacenter"), Zone("z1", "rack", within="z0"))[: random.choice((0, 0, 1, 2))]
    hosts = tuple(
        Host(f"h{number}", zones=(random.choice(zones).id,) if zones and random.random() < 0.7 else ())
        for number in range(random.choice((1, 2, 2, 3)))
    )
    names = [f"c{number}" for number in range(random.choice((1, 2, 2, 3)))]
    components = [Component(id="user", kind="client", replicas=(Replica("user", "user"),))]
    for name in names:
        chosen = random.sample(hosts, random.choice((1, 2, 2, len(hosts)))) if len(hosts) > 1 else list(hosts)
        replicas = tuple(Replica(f"{name}@{host.id}", name, (host.id,)) for host in chosen)
        kind = random.choice(("service", "database", "queue", "load-balancer"))
        replication = None
        if random.random() < 0.3:
            failover = random.choice((None, "automatic", "automatic"))
            by = random.choice((None, *names)) if failover == "automatic" else None
            replication = Replication(primary=(replicas[0].id,), failover=failover, by=by)  # type: ignore[arg-type]
        components.append(Component(id=name, kind=kind, replicas=replicas, replication=replication))
    ends = list(itertools.pairwise(["user", *names]))
    if len(names) > 2 and random.random() < 0.5:
        ends.append((names[0], names[2]))
    connections = tuple(
        Connection(
            id=f"{source} -> {target}",
            source=source,
            targets=(target,),
            ports=(Port("http"),),
            needs=random.choice((1, 1, 1, 1, "all")),
            required=source == "user" or random.random() < 0.8,
            locality=random.choice((None, None, None, "same-host", "same-zone")) if source != "user" else None,
        )
        for source, target in ends
    )
    # what a check asks need not be in a flow
    taken = connections[:-1] if len(connections) > 2 and random.random() < 0.3 else connections
    steps = tuple(Request(f"f0/{number}", *_ends(each)) for number, each in enumerate(taken, 1))
    flow = Flow("f0", "f0", steps, access=random.choice((None, "read", "write")))
    return Architecture(
        id="random",
        file="random.arch.yaml",
        name="random",
        zones=zones,
        hosts=hosts,
        components=tuple(components),
        connections=connections,
        flows=(flow,),
    )


def _ends(connection: Connection) -> tuple[str, tuple[str, ...]]:
    return connection.source, connection.targets


def _components(
    model: Architecture, change: Callable[[Component], Component], share: float, random: Random
) -> Architecture:
    """Return the model with a share of its components changed, clients apart."""
    components = (
        change(component) if component.kind != "client" and random.random() < share else component
        for component in model.components
    )
    return replace(model, components=tuple(components))


def _unchecked(random: Random, model: Architecture) -> Architecture:
    called = {connection.source: connection.targets for connection in model.connections}
    replicas = {component.id: [replica.id for replica in component.replicas] for component in model.components}

    def change(component: Component) -> Component:
        names = [name for target in called.get(component.id, ()) for name in (target, *replicas[target])]
        backup = tuple(random.sample(names, 1)) if names and random.random() < 0.2 else ()
        return replace(
            component, balance=Balance(health_check=random.choice((False, False, False, True)), backup=backup)
        )

    return _components(model, change, 0.6, random)


def _quorums(random: Random, model: Architecture) -> Architecture:
    sides = (None, 1, 2, "majority", "majority")

    def change(component: Component) -> Component:
        if random.random() < 0.4:
            kind = random.choice(("database", "key-value-store", "queue", "service", "search"))
            product = random.choice(("etcd", "galera", "mongodb", "mongodb", "mysql", "elasticsearch", "kafka"))
            elsewhere = product in ("elasticsearch", "kafka") and random.random() < 0.2
            return replace(component, kind=kind, product=product, votes_elsewhere=elsewhere, quorum=None)
        return replace(component, quorum=Quorum(random.choice(sides), random.choice(sides)))  # type: ignore[arg-type]

    return _components(model, change, 0.5, random)


def _waiting_writes(random: Random, model: Architecture) -> Architecture:
    def change(component: Component) -> Component:
        copies = len(component.replicas) - 1
        data = component.replication or Replication(primary=(component.replicas[0].id,), failover="automatic")
        waits_for = random.choice((None, 1, 2, "all")) if copies > 1 else random.choice((None, "all"))
        without = random.choice(("stop", "stop", "stop", "continue", None))
        return replace(component, replication=replace(data, waits_for=waits_for, without=without))

    return _components(model, change, 0.3, random)


def _watches(random: Random, model: Architecture) -> Architecture:
    def change(component: Component) -> Component:
        mode = random.choice(("active-passive", "active-passive", "active-active", None))
        failover = random.choice(("automatic", None, "automatic", "manual"))
        active = random.random() < 0.5 or failover == "manual" or mode is None
        chosen = (random.choice(component.replicas).id,) if active and mode != "active-active" else ()
        if failover == "manual" and not chosen:
            failover = None
        watches = random.choice(("host", "host", "process", "process", "service"))
        return replace(component, cluster=Cluster(mode, chosen, failover=failover, watches=watches))  # type: ignore[arg-type]

    return _components(model, change, 0.5, random)


def _deferred(random: Random, model: Architecture) -> Architecture:
    """Nobody waits for some steps and connections, of the first requests of flows for fewer."""

    def change(step: Step, first: bool = False) -> Step:
        if isinstance(step, Frame):
            branches = (replace(each, steps=tuple(map(change, each.steps))) for each in step.branches)
            return replace(step, branches=tuple(branches))
        choices = (False, False, None, True) if first else (None, None, True, True, False)
        return replace(step, deferred=random.choice(choices)) if isinstance(step, Request) else step

    connections = (replace(each, deferred=random.random() < 0.2) for each in model.connections)
    flows = (
        replace(flow, steps=tuple(change(step, number == 0) for number, step in enumerate(flow.steps)))
        for flow in model.flows
    )
    return replace(model, connections=tuple(connections), flows=tuple(flows))


def _deep_checks(random: Random, model: Architecture) -> Architecture:
    calls: dict[str, list[str]] = {}
    for connection in model.connections:
        calls.setdefault(connection.source, []).extend(connection.targets)

    def change(component: Component) -> Component:
        behind = [name for target in calls.get(component.id, ()) for name in calls.get(target, ())]
        if not behind:
            return component
        chosen = random.sample(behind, random.randint(1, min(2, len(behind))))
        # what no target calls itself is asked through others
        farther = [name for each in behind for name in calls.get(each, ()) if name not in behind]
        if farther and random.random() < 0.5:
            chosen = [random.choice(farther)]
        accesses: tuple[Access, ...] = ("read", "write")
        asks = tuple((name, random.choice(accesses)) for name in dict.fromkeys(chosen))
        opens = random.choice((None, None, None, True, False))
        product = random.choice(("haproxy", "haproxy", "envoy"))
        return replace(component, product=product, balance=Balance(health_check=True, asks=asks, fail_open=opens))

    return _components(model, change, 0.8, random)


def _hosts_on_hosts(random: Random, model: Architecture) -> Architecture:
    """Some hosts run on others, which come before them or are new."""
    if not model.hosts:
        return model
    hosts = list(model.hosts)
    if random.random() < 0.7:
        zones = (random.choice(model.zones).id,) if model.zones and random.random() < 0.5 else ()
        hosts.insert(0, Host("hv", zones=zones))
    for place in range(1, len(hosts)):
        if random.random() < 0.6:
            hosts[place] = replace(hosts[place], runs_on=random.choice(hosts[:place]).id)
    return replace(model, hosts=tuple(hosts))


def _services_in_zones(random: Random, model: Architecture) -> Architecture:
    """Some components are managed services, which are lost with a zone."""
    zones = model.zones or (Zone("z9", "availability-zone"),)

    def change(component: Component) -> Component:
        replicas = tuple(
            Replica(f"{component.id}#{number}", component.id) for number, _ in enumerate(component.replicas, 1)
        )
        moved = dict(zip([replica.id for replica in component.replicas], [each.id for each in replicas], strict=True))
        data, cluster = component.replication, component.cluster
        if data is not None:
            data = replace(data, primary=tuple(moved[each] for each in data.primary))
        if cluster is not None:
            cluster = replace(cluster, active=tuple(moved[each] for each in cluster.active))
        managed = Managed(zone=random.choice(zones).id)
        return replace(component, replicas=replicas, replication=data, cluster=cluster, managed=managed)

    if any(_names_replicas(each) for each in model.components) or _pins(model):
        return model
    return replace(_components(model, change, 0.6, random), zones=zones)


def _movers(random: Random, model: Architecture) -> Architecture:
    """Some clusters are moved by a component, and some stores stop without a majority of the votes."""
    names = [component.id for component in model.components if component.kind != "client"]

    def change(component: Component) -> Component:
        first, by = component.replicas[0].id, random.choice(names)
        if random.random() < 0.5:
            moved = Cluster("active-passive", random.choice(((), (first,))), failover="automatic", by=by)
            return replace(component, cluster=moved)
        data = Replication(primary=(first,), failover="automatic", by=by)
        return replace(component, kind="database", product=random.choice(("mssql", "mongodb")), replication=data)

    return _components(model, change, 0.5, random)


def _names(random: Random, model: Architecture) -> Architecture:
    """Some flows go to a name, and name servers beside the rest answer for a zone around it or for another."""
    domains = ("a.example", "a.example", "example", "b.example")
    servers = []
    for name in ("ns0", "ns1")[: random.choice((1, 1, 2))]:
        places = random.sample(model.hosts, min(len(model.hosts), random.choice((1, 1, 2))))
        replicas = tuple(Replica(f"{name}@{host.id}", name, (host.id,)) for host in places) or (
            Replica(f"{name}#1", name),
        )
        servers.append(Component(id=name, kind="dns", replicas=replicas, domain=random.choice(domains)))
    names = ("www.a.example", "www.a.example", "WWW.a.example.", "a.example", "b.example", None)
    flows = tuple(replace(flow, domain=random.choice(names)) for flow in model.flows)
    first = model.components[0].id
    asked = ("ns0",) if random.random() < 0.3 else ()
    declared = tuple(
        Connection(f"{first} -> {name}", first, (name,), (Port("dns"),), required=random.random() < 0.6)
        for name in asked
    )
    return replace(
        model,
        components=(*model.components, *servers),
        connections=(*model.connections, *declared),
        flows=flows,
    )


def inner_names(random: Random, model: Architecture) -> Architecture:
    """Return a model whose name servers may be of a product that resolves, or asked by what is inside, in some networks."""
    networks = (Network("lan", "private"), Network("outside", "internet"))
    others = [one.id for one in model.components if one.kind != "dns"]

    def change(component: Component) -> Component:
        network = random.choice((None, None, "lan", "outside"))
        if component.kind != "dns":
            return replace(component, network=network if component.kind == "client" else component.network)
        product, managed = random.choice((None, None, "unbound")), random.random() < 0.2
        replicas = (Replica(f"{component.id}#1", component.id),) if managed else component.replicas
        return replace(component, network=network, product=product, managed=managed, replicas=replicas)

    asking = tuple(
        Connection(f"{source} -> {one.id}", source, (one.id,), (Port(random.choice(("dns", "dns", "https"))),))
        for one in model.components
        if one.kind == "dns" and (source := random.choice(others)) and random.random() < 0.6
        if not any(each.source == source and one.id in each.targets for each in model.connections)
    )
    components = tuple(map(change, model.components))
    return replace(model, components=components, networks=networks, connections=(*model.connections, *asking))


def _names_replicas(component: Component) -> bool:
    return component.balance is not None and any("@" in each or "#" in each for each in component.balance.backup)


def _pins(model: Architecture) -> bool:
    def pins(step: Step) -> bool:
        if isinstance(step, Frame):
            return any(map(pins, [inner for branch in step.branches for inner in branch.steps]))
        return isinstance(step, Request) and bool(step.pinned)

    return any(pins(step) for flow in model.flows for step in flow.steps)


def _arbitrators(random: Random, model: Architecture) -> Architecture:
    """Another component votes beside some stores whose replicas all take writes."""
    names = [component.id for component in model.components if component.kind != "client"]

    def change(component: Component) -> Component:
        data = Replication(all_write=True, by=random.choice(names))
        product = random.choice(("galera", "galera", "cockroachdb", None, None, None))
        quorum = None if product else random.choice(("majority", "majority", 1))
        return replace(component, kind="database", product=product, quorum=quorum, replication=data)

    return _components(model, change, 0.4, random)


def _checks_of_targets(random: Random, model: Architecture) -> Architecture:
    """Some checks ask a target itself, beside what others of the targets call, and some targets call back."""
    calls: dict[str, list[str]] = {}
    for connection in model.connections:
        calls.setdefault(connection.source, []).extend(connection.targets)
    back = [
        (target, source)
        for source, targets in calls.items()
        for target in dict.fromkeys(targets)
        if source not in calls.get(target, ()) and random.random() < 0.3
    ]
    clients = {component.id for component in model.components if component.kind == "client"}
    added = tuple(
        Connection(f"{source} -> {target}", source, (target,), (Port("http"),), required=False)
        for source, target in back
        if not {source, target} & clients
    )

    def change(component: Component) -> Component:
        targets = calls.get(component.id, ())
        if not targets:
            return component
        own = component.balance or Balance(health_check=True)
        asks = dict(own.asks or ()) | {random.choice(targets): "read"}
        return replace(component, balance=replace(own, health_check=True, asks=tuple(asks.items())))

    return _components(replace(model, connections=(*model.connections, *added)), change, 0.8, random)


def _remembered_names(random: Random, model: Architecture) -> Architecture:
    """Some look-ups are in steps that may be left out, some callers are services of others."""
    first = model.components[0]
    servers = [component.id for component in model.components if component.kind == "dns"]
    if not servers:
        return model
    asked = random.choice(servers)
    call = Connection(f"{first.id} -> {asked}", first.id, (asked,), (Port("dns"),))
    connected = any(each.source == first.id and asked in each.targets for each in model.connections)

    def change(flow: Flow) -> Flow:
        request = Request(f"{flow.id}/look-up", first.id, (asked,))
        form = random.choice(("opt", "opt", "opt", "required", "as it was"))
        if form == "as it was":
            return flow
        step = Frame(f"{flow.id}/known", "opt", (Branch("not yet known", (request,)),)) if form == "opt" else request
        return replace(flow, steps=(step, *flow.steps))

    components = model.components
    if first.kind == "client" and random.random() < 0.3:
        components = (replace(first, kind="external-service"), *components[1:])
    return replace(
        model,
        components=components,
        connections=model.connections if connected else (*model.connections, call),
        flows=tuple(map(change, model.flows)),
    )


DECORATIONS: dict[str, Callable[[Random, Architecture], Architecture]] = {
    "unchecked": _unchecked,
    "quorums": _quorums,
    "waiting writes": _waiting_writes,
    "watches": _watches,
    "deferred": _deferred,
    "deep checks": _deep_checks,
    "hosts on hosts": _hosts_on_hosts,
    "services in zones": _services_in_zones,
    "movers": _movers,
    "names": _names,
    "arbitrators": _arbitrators,
    "checks of targets": _checks_of_targets,
}
"""The keys, each with what adds it to a model."""
