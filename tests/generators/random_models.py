"""Random architectures for the tests of pictures: hosts, zones, networks, replicas, replication, guards, long names."""

from __future__ import annotations

from random import Random

from msgspec.structs import replace

from archgen.model.architecture import (
    Architecture,
    Balance,
    Cluster,
    Component,
    Connection,
    Host,
    Network,
    Port,
    Replica,
    Replication,
    Tls,
    Zone,
)
from archgen.model.kinds import KINDS

_KINDS = tuple(KINDS)
_NAMES = (
    None,
    None,
    "Shop",
    "The warehouse's order intake of the whole company",
    "Überprüfung",
    "数据库 服务",
    "x" * 90,
)
_RIGHT_TO_LEFT = ("خادم قاعدة البيانات الرئيسي للمتجر", "שרת האינטרנט של החנות", "سرور", "a \u202eb")
_PROTOCOLS = (("http", 80), ("https", 443), ("mysql", 3306), ("tcp", None), ("fastcgi", None), ("dns", None))


def random_model(seed: int, sizes: tuple[int, ...] = (1, 3, 6, 10, 16, 25)) -> Architecture:
    """A valid architecture of one of some sizes in components."""
    dice = Random(seed)
    zones = tuple(
        Zone(f"z{at}", "datacenter", within=f"z{dice.randrange(at)}" if at and dice.random() < 0.4 else None)
        for at in range(dice.choice((0, 0, 1, 2, 4)))
    )
    networks = tuple(Network(f"n{at}", dice.choice(("dmz", "private"))) for at in range(dice.choice((0, 0, 1, 3))))
    hosts = tuple(_host(dice, at, zones, networks) for at in range(dice.choice((0, 1, 2, 3, 5, 9))))
    components = tuple(_component(dice, at, hosts, networks) for at in range(dice.choice(sizes)))
    return Architecture(
        id=f"random-{seed}",
        file="random.arch.yaml",
        name=f"Random {seed}",
        zones=zones,
        networks=networks,
        hosts=hosts,
        components=components,
        connections=_connections(dice, components),
    )


def large_model(seed: int) -> Architecture:
    """A valid architecture of up to 100 components, a third of them with a name that is read from right to left."""
    found = random_model(seed, (5, 10, 20, 40, 100))
    dice = Random(-seed)
    components = tuple(
        replace(one, name=dice.choice(_RIGHT_TO_LEFT)) if dice.random() < 0.33 else one for one in found.components
    )
    return replace(found, components=components)


def _host(dice: Random, at: int, zones: tuple[Zone, ...], networks: tuple[Network, ...]) -> Host:
    return Host(
        f"h{at}",
        name=dice.choice(_NAMES),
        zones=tuple(zone.id for zone in dice.sample(zones, min(len(zones), dice.choice((0, 1, 1, 2))))),
        network=dice.choice(networks).id if networks and dice.random() < 0.7 else None,
        address=dice.choice((None, "192.0.2.1", "2001:db8:0:1:2:3:4:5")),
    )


def _component(dice: Random, at: int, hosts: tuple[Host, ...], networks: tuple[Network, ...]) -> Component:
    name, kind = f"c{at}", dice.choice(_KINDS)
    replicas = _replicas(dice, name, hosts)
    stores = KINDS[kind].stores
    guarded = [host.id for host in hosts] + [network.id for network in networks]
    return Component(
        id=name,
        kind=kind,
        name=dice.choice(_NAMES),
        product=dice.choice((None, "nginx", "mysql", "no-such-product")),
        replicas=replicas,
        managed=not replicas[0].hosts and dice.random() < 0.3,
        network=dice.choice(networks).id if networks and dice.random() < 0.3 else None,
        codebase=f"c{dice.randrange(at)}" if at and dice.random() < 0.1 else None,
        balance=Balance(algorithm="round-robin") if kind == "load-balancer" else None,
        cluster=Cluster(mode="active-passive", active=(replicas[0].id,)) if dice.random() < 0.1 else None,
        replication=Replication(primary=(replicas[0].id,)) if stores and len(replicas) > 1 else None,
        guards=tuple(dice.sample(guarded, min(len(guarded), 2))) if kind == "firewall" and dice.random() < 0.6 else (),
        backs_up=(f"c{dice.randrange(at)}",) if at and kind == "backup" else (),
    )


def _replicas(dice: Random, name: str, hosts: tuple[Host, ...]) -> tuple[Replica, ...]:
    if not hosts or dice.random() < 0.3:
        return tuple(Replica(f"{name}#{at}", name) for at in range(1, dice.choice((1, 1, 1, 2, 4)) + 1))
    chosen = tuple(host.id for host in dice.sample(hosts, dice.randint(1, min(4, len(hosts)))))
    if len(chosen) > 1 and dice.random() < 0.1:
        return (Replica(f"{name}#1", name, chosen, floating=True),)
    return tuple(Replica(f"{name}@{host}", name, (host,)) for host in chosen)


def _connections(dice: Random, components: tuple[Component, ...]) -> tuple[Connection, ...]:
    found: dict[str, Connection] = {}
    for _ in range(int(len(components) * dice.uniform(0.5, 2.0))):
        source, *targets = dice.sample(components, min(len(components), dice.choice((2, 2, 2, 3))))
        if not targets:
            continue
        protocol, port = dice.choice(_PROTOCOLS)
        tls = Tls("on") if dice.random() < 0.2 else None
        one = Connection(
            f"{source.id} -> {' | '.join(target.id for target in targets)}",
            source.id,
            tuple(target.id for target in targets),
            (Port(protocol, port, tls=tls),),
            locality=dice.choice((None, None, "same-host", "same-zone")),
            access=dice.choice((None, "read", "write")),
        )
        found[one.id] = one
    return tuple(found.values())
