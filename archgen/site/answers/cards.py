"""What a picture says of a thing when a reader points at it: the facts of the model, in the words of the page."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Connection, Host
from archgen.model.finding import Finding
from archgen.model.kinds import KINDS
from archgen.model.subject import Subject
from archgen.model.wording import listed, plural
from archgen.site.page import Tier
from archgen.site.pages.facts import way

MOST = 6
"""Names that a card lists before it counts the rest."""

RULES = 4
"""Rules of a firewall that a card tells; the page has a table of them all."""


class Card(Struct, frozen=True):
    """A card: its title, what it is of, its rows of a word and a fact, and the numbers of its open issues."""

    title: str
    kind: str
    rows: tuple[tuple[str, str], ...]
    issues: tuple[int, ...] = ()


def cards(tier: Tier) -> dict[str, dict[str, Card]]:
    """The card of each component, connection, host, zone and network, by kind and id."""
    topology = tier.topology
    marks = _marks(tier)
    architecture = topology.architecture

    def found(kind: str, id: str) -> tuple[int, ...]:
        return tuple(marks.get((kind, id), ()))

    return {
        "component": {
            one.id: Card(one.title, KINDS[one.kind].title, _rows(_component(topology, one)), found("component", one.id))
            for one in architecture.components
        },
        "connection": {
            one.id: Card(one.id, "Connection", _rows(_connection(topology, one)), found("connection", one.id))
            for one in architecture.connections
        },
        "host": {
            one.id: Card(one.name or one.id, "Host", _rows(_host(topology, one)), found("host", one.id))
            for one in architecture.hosts
        },
        "zone": {
            one.id: Card(
                one.name or one.id,
                one.kind.replace("-", " ").capitalize(),
                _rows(_zone(topology, one.id)),
                found("zone", one.id),
            )
            for one in architecture.zones
        },
        "network": {
            one.id: Card(
                one.name or one.id, "Network", _rows(_network(topology, one.id, one.trust)), found("network", one.id)
            )
            for one in architecture.networks
        },
    }


def _rows(rows: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((word, fact) for word, fact in rows if fact)


def few(names: Iterable[str]) -> str:
    """Names as an English list, the rest of many counted."""
    found = tuple(dict.fromkeys(names))
    return listed((*found[:MOST], f"{len(found) - MOST} more") if len(found) > MOST + 1 else found)


def _marks(tier: Tier) -> dict[tuple[str, str], list[int]]:
    """The numbers of the open issues of each thing; a replica's are its component's, a step's its connection's."""
    found: dict[tuple[str, str], list[int]] = {}
    for number, finding in tier.open:
        for key in _keys(tier.topology, finding):
            found.setdefault(key, []).append(number)
    return found


def _keys(topology: Topology, finding: Finding) -> Iterable[tuple[str, str]]:
    subject: Subject = finding.subject
    match subject.kind:
        case "replica":
            replica = topology.replicas.get(subject.id)
            return [("component", replica.component if replica else subject.id)]
        case "step":
            hops = (hop for hops in topology.hops.values() for hop in hops if hop.step.id == subject.id)
            return [("connection", hop.connection.id) for hop in hops if hop.connection is not None]
        case "record":
            holders = topology.architecture.components
            return [("component", one.id) for one in holders if any(each.id == subject.id for each in one.records)]
        case "certificate":
            known = (one for one in topology.architecture.certificates if one.id == subject.id)
            return [("component", holder) for one in known for holder in one.installed_on]
        case _:
            return [(subject.kind, subject.id)]


# Things


def _component(topology: Topology, one: Component) -> Iterable[tuple[str, str]]:
    yield "Product", " ".join(filter(None, (one.product, one.version)))
    yield "Runs on", "somebody else's machines" if one.managed else few(topology.hosts_of(one.id))
    replication = one.replication
    if replication is not None and replication.primary:
        yield "Takes writes", few(replication.primary)
    network = topology.network_of(one.id)
    trust = topology.trust(one.id)
    yield "Network", f"{network.id} ({network.trust})" if network else f"none stated ({trust})" if trust else ""
    yield "Guards" if one.guards else "Guarded by", few(one.guards or guards(topology, one.id))
    yield from _filter(one)
    calls = topology.outgoing[one.id]
    yield "Calls", few(target for call in calls for target in call.targets)
    yield "Called by", few(call.source for call in topology.architecture.connections if one.id in call.targets)
    yield "Watched", "yes" if Subject("component", one.id) in topology.watched else ""
    yield "Backed up", few(backup.id for backup in topology.backups.get(one.id, ()))
    if one.kind != "client":
        yield "Loss stops", _stops(topology, [Subject("replica", replica.id) for replica in one.replicas])


def _filter(one: Component) -> Iterable[tuple[str, str]]:
    """What a firewall lets pass and what not, its rules in their order and the default last."""
    for rule in one.rules[:RULES]:
        word = f"{rule.action.capitalize()}s {rule.direction}"
        ports = f" on {few(rule.ports)}" if rule.ports else ""
        yield word, f"{few(rule.sources) or 'anything'} to {few(rule.targets) or 'anything'}{ports}"
    if len(one.rules) > RULES:
        yield "", f"and {plural(len(one.rules) - RULES, 'rule')} more"
    yield "All else", {"allow": "allowed", "deny": "denied", None: ""}[one.default]


def guards(topology: Topology, component: str) -> tuple[str, ...]:
    """The firewalls that guard a component or what it runs on and in."""
    replicas = topology.components[component].replicas
    return tuple(dict.fromkeys(name for replica in replicas for name in topology.guarding(replica)))


def _connection(topology: Topology, one: Connection) -> Iterable[tuple[str, str]]:
    for port in one.ports:
        words = " ".join(str(word) for word in (port.protocol, port.port) if word is not None)
        yield "Protocol", f"{words}, redirects to {port.redirect}" if port.redirect else words
        yield "On the way", way(topology, one, port)
        if port.tls is not None:
            yield (
                "TLS",
                " ".join(filter(None, (port.tls.version, port.tls.mode.replace("on", ""), port.tls.certificate))),
            )
    yield "Access", one.access or ""
    yield "Needs", f"{one.needs} of its targets" if one.needs != 1 else "" if one.required else "optional"
    yield "Locality", one.locality or ""
    yield "Passes", few(passed(topology, one))
    yield "Used by", few(topology.flows[flow].title for flow in topology.flows_over[one.id])


def passed(topology: Topology, one: Connection) -> tuple[str, ...]:
    """The firewalls that guard a connection's targets and not its source."""
    inside = set(guards(topology, one.source))
    found = (name for target in one.targets for name in guards(topology, target))
    return tuple(dict.fromkeys(name for name in found if name not in inside))


def _host(topology: Topology, one: Host) -> Iterable[tuple[str, str]]:
    yield "Address", one.address or ""
    yield "Zone", few(one.zones)
    yield "Network", f"{one.network} ({topology.networks[one.network].trust})" if one.network else ""
    yield "Carries", few(replica.component for replica in topology.replicas_on[one.id])
    yield "Guarded by", few(topology.guards.get(f"host:{one.id}", ()))
    yield "Watched", "yes" if Subject("host", one.id) in topology.watched else "no"
    yield "Loss stops", _stops(topology, [Subject("host", one.id)])


def _zone(topology: Topology, id: str) -> Iterable[tuple[str, str]]:
    yield "Within", topology.zones[id].within or ""
    yield "Holds", few(host for host in topology.hosts if id in topology.index.zones_around(host))
    yield "Loss stops", _stops(topology, [Subject("zone", id)])


def _network(topology: Topology, id: str, trust: str) -> Iterable[tuple[str, str]]:
    members = [
        one.id for one in topology.architecture.components if topology.network_of(one.id) == topology.networks[id]
    ]
    yield "Trust", trust
    yield "Members", few(members)
    yield "Guarded by", few(topology.guards.get(f"network:{id}", ()))


def _stops(topology: Topology, elements: Iterable[Subject]) -> str:
    """The flows that the loss of any one of some elements stops."""
    lost = set(elements)
    found = [flow for flow, points in topology.losses.points.items() if any(one in points for one in lost)]
    if not found:
        return "no flow" if topology.flows else ""
    return "every flow" if len(found) == len(topology.flows) > 1 else few(found) or plural(len(found), "flow")
