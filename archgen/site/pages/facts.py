"""The facts of a model as tables: its elements, names, machines, networks, certificates, monitoring and backups."""

from __future__ import annotations

from collections.abc import Sequence

from archgen.analysis.hops import encrypted
from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Connection, FirewallRule, Host, Port
from archgen.model.kinds import KINDS
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.site.escape import code, link, outside, text
from archgen.site.markdown import table
from archgen.site.page import flow_path
from archgen.site.pages.ladder import codes
from archgen.style.svg_markup import identifier

FIRST = ("client", "dns")
"""The kinds that stand before the servers in the table of elements: what a request meets first."""


def elements(topology: Topology) -> str:
    """Every element with what it is, where it runs and why it is there: visitors, names, servers, then the rest."""
    parts = topology.architecture.components
    rows = [_component(topology, one) for one in parts if one.kind in FIRST]
    rows += [_domain(one) for one in parts if one.domain]
    rows += [_host(topology, host) for host in topology.architecture.hosts]
    rows += [_component(topology, one) for one in parts if one.kind not in FIRST]
    return table(("Element", "What it is", "Product", "Where it runs", "Why it is here"), rows)


def _component(topology: Topology, one: Component) -> Sequence[str]:
    name = place("component", one.id) + (f"{text(one.name)} ({code(one.id)})" if one.name else code(one.id))
    links = "".join(f", {outside(label, url)}" for label, url in one.links)
    product = " ".join(filter(None, (text(one.product or ""), text(one.version or ""))))
    return (
        f"{name}{links}",
        KINDS[one.kind].title,
        product,
        _where(topology, one),
        text(one.why or KINDS[one.kind].summary),
    )


def _where(topology: Topology, one: Component) -> str:
    if one.kind == "client":
        return "outside"
    if one.managed:
        return "run by somebody else"
    if one.guards:
        return f"guards {codes(one.guards)}"
    if any(replica.floating for replica in one.replicas):
        return f"any of {codes(topology.hosts_of(one.id))}"
    return codes(topology.hosts_of(one.id)) if one.placed else ""


def _domain(one: Component) -> Sequence[str]:
    names = [record.name for record in one.records]
    leads = (
        f"The name that people remember; {codes(names)} lead{'s' if len(names) == 1 else ''} to the site."
        if names
        else ""
    )
    return (code(one.domain or ""), "Domain name", "", f"zone kept by {code(one.id)}", leads)


def _host(topology: Topology, host: Host) -> Sequence[str]:
    carried = topology.replicas_on[host.id]
    why = host.why or (f"Carries {listed_components(carried)}." if carried else "")
    name = place("host", host.id) + (f"{text(host.name)} ({code(host.id)})" if host.name else code(host.id))
    return (name, "Server", "", code(host.address) if host.address else "", text(why))


def listed_components(carried: Sequence[object]) -> str:
    """The names of the components on a host, as plain text."""
    return ", ".join(str(getattr(one, "component", "")) for one in carried)


def records(topology: Topology) -> str:
    """The DNS records."""
    rows = [
        (
            code(record.name),
            text(record.type),
            code(record.value),
            f"{record.ttl:g} s" if record.ttl is not None else "",
            code(one.id),
        )
        for one in topology.architecture.components
        for record in one.records
    ]
    return table(("Name", "Type", "Value", "Kept for (TTL)", "Answered by"), rows)


def hosts(topology: Topology) -> str:
    """The hosts and what each carries."""
    rows = [
        (
            code(host.id),
            code(host.address) if host.address else "",
            codes(host.zones) if host.zones else "",
            code(host.network) if host.network else "",
            codes(dict.fromkeys(replica.component for replica in topology.replicas_on[host.id])),
            text(host.owner or ""),
        )
        for host in topology.architecture.hosts
    ]
    return table(("Host", "Address", "Zone", "Network", "Carries", "Owner"), rows)


def networks(topology: Topology) -> str:
    """The networks, who is in them and which firewalls guard them."""
    rows = []
    for network in topology.architecture.networks:
        members = [host.id for host in topology.architecture.hosts if host.network == network.id]
        members += [one.id for one in topology.architecture.components if one.network == network.id]
        guarding = topology.guards.get(f"network:{network.id}", ())
        name = f"{place('network', network.id)}{code(network.id)}"
        rows.append((name, network.trust, codes(members), codes(guarding)))
    return table(("Network", "Trust", "Members", "Guarded by"), rows)


def firewalls(topology: Topology) -> str:
    """The rules of the firewalls, the default last."""
    rows: list[Sequence[str]] = []
    for one in topology.architecture.components:
        rows += [(code(one.id), *_rule(rule)) for rule in one.rules]
        if one.default is not None:
            rows.append((code(one.id), one.default, "", "anything else", "", ""))
    return table(("Firewall", "Action", "Direction", "From", "To", "Ports"), rows)


def _rule(rule: FirewallRule) -> Sequence[str]:
    return (
        rule.action,
        rule.direction,
        codes(rule.sources) or "any",
        codes(rule.targets) or "any",
        text(", ".join(rule.ports)) or "any",
    )


def certificates(topology: Topology) -> str:
    """The certificates."""
    rows = [
        (code(one.id), codes(one.names), codes(one.installed_on), text(one.expires or ""), text(one.issuer or ""))
        for one in topology.architecture.certificates
    ]
    return table(("Certificate", "Names", "Installed on", "Expires", "Issuer"), rows)


def monitoring(topology: Topology) -> str:
    """Who collects what from whom, measuring what."""
    rows = []
    for one in topology.architecture.components:
        for collection in one.collects:
            sources = collection.sources or topology.hosts_of(one.id)
            rows.append(
                (
                    code(one.id),
                    codes(topology.hosts_of(one.id)),
                    codes(sources),
                    text(", ".join(collection.what)),
                    text(", ".join(collection.measures)),
                )
            )
    return table(("Monitoring client", "Runs on", "Collects from", "What", "Measures"), rows)


def backups(topology: Topology) -> str:
    """The backups."""
    rows = [
        (
            code(one.id),
            codes(one.backs_up),
            _span(one.every),
            _span(one.keeps),
            text(one.restore_tested or "not stated"),
        )
        for one in topology.architecture.components
        if one.backs_up
    ]
    return table(("Backup", "Of", "Every", "Kept for", "Restore tested"), rows)


def _span(seconds: float | None) -> str:
    if seconds is None:
        return ""
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} seconds"


def connections(topology: Topology) -> str:
    """Who may call whom, over what, and whether it is encrypted."""
    rows = []
    for one in topology.architecture.connections:
        for port in one.ports:
            name = f"{place('connection', one.id)}{code(one.id)}" if port == one.ports[0] else code(one.id)
            said = way(topology, one, port)
            rows.append((name, text(port.protocol), str(port.port or ""), said, text(one.why or "")))
    return table(("Connection", "Protocol", "Port", "On the way", "Why"), rows)


def way(topology: Topology, one: Connection, port: Port) -> str:
    """What can be read along on a port of a connection."""
    safe = encrypted(port)
    if safe:
        return "encrypted"
    if topology.crosses(one) is False:
        return "within the host"
    return "in clear" if safe is False else "not stated"


def place(kind: str, id: str) -> str:
    """Where a picture leads to: the anchor of a thing in the row that tells of it."""
    return f'<span id="{identifier(kind, id)}"></span>'


def zones(topology: Topology) -> str:
    """The failure domains, what lies in each and what its loss stops."""
    rows = []
    for zone in topology.architecture.zones:
        held = [host for host in topology.hosts if zone.id in topology.index.zones_around(host)]
        lost = [
            flow_links(topology, flow)
            for flow, points in topology.losses.points.items()
            if Subject("zone", zone.id) in points
        ]
        name = f"{place('zone', zone.id)}{code(zone.id)}"
        within = code(zone.within) if zone.within else ""
        rows.append((name, zone.kind.replace("-", " "), within, codes(held), listed(lost) or "nothing"))
    return table(("Zone", "Kind", "Within", "Hosts", "Its loss stops"), rows)


def flow_links(topology: Topology, flow: str) -> str:
    """A link from a tier's page to one of its flows."""
    return link(text(topology.flows[flow].title), flow_path(topology, flow))
