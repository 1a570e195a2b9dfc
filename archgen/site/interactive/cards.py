"""The cards of a diagram: the facts of the model about an element, which a reader sees on pointing at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from archgen.analysis.monitoring import monitored
from archgen.analysis.topology import Topology
from archgen.linting.checked_model import CheckedModel
from archgen.model.architecture import Component, Connection, Host, Network, Zone
from archgen.model.finding import Finding
from archgen.model.kinds import KINDS
from archgen.model.products import service_place
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed, zone_words
from archgen.site.pages.facts import transport

MOST = 6
"""Names that a card lists before it counts the rest."""

RULES = 4
"""Rules of a firewall that a card lists; the page has a table of them all."""

_Rows = Iterable[tuple[str, str]]


class ElementCard(Struct, frozen=True, omit_defaults=True):
    """A card: its title, the kind of its element, rows of a label and a fact, its open issues by their places.

    A component's has its hosts too, whose issues are shown where one card stands for all replicas.
    """

    title: str
    kind: str
    rows: tuple[tuple[str, str], ...]
    issues: tuple[int, ...] = ()
    hosts: tuple[str, ...] = ()


def element_cards(system: CheckedModel) -> dict[str, dict[str, ElementCard]]:
    """Return the card of each component, connection, host, zone and network, by kind and id."""
    issues = _issues(system)
    cards: dict[str, dict[str, ElementCard]] = {kind: {} for kind in _KINDS}
    for kind, id, title, kind_title, rows in _described(system.topology):
        facts = tuple((label, fact) for label, fact in rows if fact)
        hosts = tuple(dict.fromkeys(system.topology.hosts_of(id))) if kind == "component" else ()
        cards[kind][id] = ElementCard(title, kind_title, facts, tuple(issues.get((kind, id), ())), hosts)
    return cards


_KINDS = ("component", "connection", "host", "zone", "network")


def _described(topology: Topology) -> Iterator[tuple[str, str, str, str, _Rows]]:
    """Yield the kind, id, title, title of the kind, and facts of each element."""
    architecture = topology.architecture
    for component in architecture.components:
        kind = KINDS[component.kind].title
        yield "component", component.id, component.title, kind, component_facts(topology, component)
    for connection in architecture.connections:
        yield "connection", connection.id, connection.id, "Connection", _connection(topology, connection)
    for host in architecture.hosts:
        yield "host", host.id, host.name or host.id, "Host", _host(topology, host)
    for zone in architecture.zones:
        kind = zone_words(zone.kind).capitalize()
        yield "zone", zone.id, zone.name or zone.id, kind, _zone(topology, zone)
    for network in architecture.networks:
        yield "network", network.id, network.name or network.id, "Network", _network(topology, network)


def _few(names: Iterable[str]) -> str:
    """Return names as an English list, the rest of many counted."""
    once = tuple(dict.fromkeys(names))
    return listed(first_few(once, MOST))


def _issues(system: CheckedModel) -> Mapping[tuple[str, str], list[int]]:
    """Return the places of the open issues of each element; a replica's are its component's, a step's its connection's."""
    places: dict[tuple[str, str], list[int]] = {}
    for place, (_, finding) in enumerate(system.open):
        for key in _keys(system.topology, finding):
            places.setdefault(key, []).append(place)
    return places


def _keys(topology: Topology, finding: Finding) -> Iterable[tuple[str, str]]:
    id, components = finding.subject.id, topology.architecture.components
    match finding.subject.kind:
        case "replica":
            replica = topology.replicas.get(id)
            return [("component", replica.component if replica else id)]
        case "step":
            hops = (hop for hops in topology.hops.values() for hop in hops if hop.step.id == id)
            return [("connection", hop.connection.id) for hop in hops if hop.connection is not None]
        case "record":
            return [("component", part.id) for part in components if any(record.id == id for record in part.records)]
        case "certificate":
            certificates = (item for item in topology.architecture.certificates if item.id == id)
            return [("component", holder) for item in certificates for holder in item.installed_on]
        case kind:
            return [(kind, id)]


# Elements


def component_facts(topology: Topology, component: Component) -> _Rows:
    """Yield the facts of a component with their labels; a fact that is not declared is empty."""
    yield "Product", " ".join(filter(None, (component.product, component.version)))
    yield "Runs on", service_place(component) if component.managed else _few(topology.hosts_of(component.id))
    yield "Owner", component.owner or ""
    replication = component.replication
    if replication is not None and replication.primary:
        yield "Takes writes", _few(replication.primary)
    network = topology.network_of(component.id)
    trust = topology.trust(component.id)
    yield "Network", f"{network.id} ({network.trust})" if network else f"not declared ({trust})" if trust else ""
    yield "Guards" if component.guards else "Guarded by", _few(component.guards or guards(topology, component.id))
    yield from _filter(component)
    yield "Calls", _few(target for call in topology.outgoing[component.id] for target in call.targets)
    connections = topology.architecture.connections
    yield "Called by", _few(call.source for call in connections if component.id in call.targets)
    yield "Monitored", "yes" if Subject("component", component.id) in monitored(topology) else ""
    yield "Backed up by", _few(backup.id for backup in topology.backups.get(component.id, ()))
    if component.kind != "client":
        yield "Loss takes down", _stops(topology, [Subject("replica", replica.id) for replica in component.replicas])


def _filter(firewall: Component) -> _Rows:
    """Yield the rules of a firewall in their order, and the default last."""
    for rule in firewall.rules[:RULES]:
        ports = f" on {_few(rule.ports)}" if rule.ports else ""
        ends = f"{_few(rule.sources) or 'anything'} to {_few(rule.targets) or 'anything'}{ports}"
        yield f"{rule.action.capitalize()}s {rule.direction}", ends
    if len(firewall.rules) > RULES:
        yield "", f"and {len(firewall.rules) - RULES} more rules"
    yield "Other traffic", {"allow": "allowed", "deny": "denied", None: ""}[firewall.default]


def guards(topology: Topology, component: str) -> tuple[str, ...]:
    """Return the firewalls that guard a component or what it runs on and in."""
    replicas = topology.components[component].replicas
    return tuple(dict.fromkeys(name for replica in replicas for name in topology.guarding(replica)))


def _connection(topology: Topology, connection: Connection) -> _Rows:
    for port in connection.ports:
        protocol = " ".join(str(word) for word in (port.protocol, port.port) if word is not None)
        yield "Protocol", f"{protocol}, redirects to {port.redirect}" if port.redirect else protocol
        yield "Transport", transport(topology, connection, port)
        if port.tls is not None:
            tls = (port.tls.version, port.tls.mode.replace("on", ""), port.tls.certificate, port.tls.tunnel)
            yield "TLS", " ".join(filter(None, tls))
    yield "Access", connection.access or ""
    needs = f"{connection.needs} of its targets" if connection.needs != 1 else ""
    yield "Needs", needs or ("" if connection.required else "optional")
    yield "Locality", connection.locality or ""
    yield "Passes", _few(_passed(topology, connection))
    yield "Used by", _few(topology.flows[flow].title for flow in topology.flows_over[connection.id])


def _passed(topology: Topology, connection: Connection) -> tuple[str, ...]:
    """Return the firewalls that guard a connection's targets and not its source."""
    inside = guards(topology, connection.source)
    outside = (name for target in connection.targets for name in guards(topology, target))
    return tuple(name for name in outside if name not in inside)


def _host(topology: Topology, host: Host) -> _Rows:
    yield "Address", host.address or ""
    yield "Runs on", host.runs_on or ""
    yield "Zone", _few(host.zones)
    yield "Network", f"{host.network} ({topology.networks[host.network].trust})" if host.network else ""
    yield "Carries", _few(topology.carried_by(host.id))
    yield "Guarded by", _few(topology.firewalls.guards.get(f"host:{host.id}", ()))
    yield "Monitored", "yes" if Subject("host", host.id) in monitored(topology) else "no"
    yield "Loss takes down", _stops(topology, [Subject("host", host.id)])


def _zone(topology: Topology, zone: Zone) -> _Rows:
    yield "Within", zone.within or ""
    yield "Hosts", _few(host for host in topology.hosts if zone.id in topology.index.zones_around(host))
    yield "Loss takes down", _stops(topology, [Subject("zone", zone.id)])


def _network(topology: Topology, network: Network) -> _Rows:
    components = topology.architecture.components
    yield "Trust", network.trust
    yield "Members", _few(part.id for part in components if topology.network_of(part.id) == network)
    yield "Guarded by", _few(topology.firewalls.guards.get(f"network:{network.id}", ()))


def _stops(topology: Topology, lost: Iterable[Subject]) -> str:
    """Return the flows that the loss of any one of some elements stops."""
    elements = set(lost)
    flows = [flow for flow, points in topology.losses.points.items() if not elements.isdisjoint(points)]
    if not flows:
        return "no flow" if topology.flows else ""
    return "every flow" if len(flows) == len(topology.flows) > 1 else _few(flows)
