"""The facts of a model as tables: its elements, DNS records, hosts, networks, certificates, monitoring and backups."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archgen.analysis.dns_names import LEADING_TYPES
from archgen.analysis.hops import encrypted
from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Connection, FirewallRule, Host, Port
from archgen.model.dns_zones import normalize_name
from archgen.model.durations import spell_duration
from archgen.model.kinds import KINDS
from archgen.model.products import service_place
from archgen.model.protocols import WEB
from archgen.model.subject import Subject
from archgen.model.wording import listed, zone_words
from archgen.site.escape import code, external_link, link, text
from archgen.site.html_builder import Html, tag
from archgen.site.markdown import codes, table
from archgen.site.page import flow_path
from archgen.style.svg_markup import identifier

FIRST = ("client", "dns")
"""The kinds that stand before the servers in the table of elements: the first that a request meets."""


def element_table(topology: Topology, address: Callable[[str], str] | None = None) -> str:
    """Return every element with its kind, place and purpose: visitors, names, servers, then the rest.

    `address` gives the path of a component's page, where each has a page.
    """
    components = topology.architecture.components
    rows = [_component(topology, part, address) for part in components if part.kind in FIRST]
    rows += [_domain(part) for part in components if part.domain]
    rows += [_host(topology, host) for host in topology.architecture.hosts]
    rows += [_component(topology, part, address) for part in components if part.kind not in FIRST]
    return table(("Element", "Kind", "Product", "Location", "Purpose"), rows)


def _component(topology: Topology, component: Component, address: Callable[[str], str] | None) -> Sequence[str]:
    links = "".join(f", {external_link(label, url)}" for label, url in component.links)
    return (
        f"{_anchored('component', component.id, component.name, address and address(component.id))}{links}",
        KINDS[component.kind].title,
        " ".join(filter(None, (text(component.product or ""), text(component.version or "")))),
        _where(topology, component),
        text(component.why or _purpose(topology, component)),
    )


def _purpose(topology: Topology, component: Component) -> str:
    """Return what components of its kind are for; a client that speaks no HTTP has no browser."""
    called = [
        port.protocol
        for call in topology.architecture.connections
        if call.source == component.id
        for port in call.ports
    ]
    if component.kind == "client" and called and not set(called) & set(WEB):
        return "A device or a program that calls the system."
    return KINDS[component.kind].summary


def _where(topology: Topology, component: Component) -> str:
    if component.kind == "client":
        return f"in {code(component.network)}" if component.network else "outside"
    if component.managed:
        return text(service_place(component))
    if component.guards:
        return f"guards {codes(component.guards)}"
    hosts = codes(topology.hosts_of(component.id))
    if any(replica.floating for replica in component.replicas):
        return f"any of {hosts}"
    return hosts if component.placed else ""


def _domain(component: Component) -> Sequence[str]:
    servers = {normalize_name(record.value) for record in component.records if record.type.upper() == "NS"}
    leading = (record.name for record in component.records if record.type.upper() in LEADING_TYPES)
    names = dict.fromkeys(name for name in leading if normalize_name(name) not in servers)
    verb = "leads" if len(names) == 1 else "lead"
    why = f"The name for visitors; {codes(names)} {verb} to the site." if names else ""
    return (code(component.domain or ""), "Domain name", "", f"DNS zone at {code(component.id)}", why)


def _host(topology: Topology, host: Host) -> Sequence[str]:
    carried = ", ".join(topology.carried_by(host.id))
    why = host.why or (f"Carries {carried}." if carried else "")
    return (_anchored("host", host.id, host.name), "Host", "", _machine_place(host), text(why))


def _machine_place(host: Host) -> str:
    """Return a host's address, the host below it and the zones around it: "`10.0.0.5`, on `vm-1`, in `rack-a`"."""
    below = f"on {code(host.runs_on)}" if host.runs_on else ""
    around = f"in {codes(host.zones)}" if host.zones else ""
    return ", ".join(filter(None, (_code(host.address), below, around)))


def records(topology: Topology) -> str:
    """Return the DNS records."""
    rows = [
        (
            code(record.name),
            text(record.type),
            code(record.value),
            f"{record.ttl:g} s" if record.ttl is not None else "",
            code(component.id),
        )
        for component in topology.architecture.components
        for record in component.records
    ]
    return table(("Name", "Type", "Value", "TTL", "Name server"), rows)


def hosts(topology: Topology) -> str:
    """Return the hosts, and the components on each."""
    rows = [
        (
            code(host.id),
            _code(host.address),
            codes(host.zones),
            _code(host.network),
            codes(topology.carried_by(host.id)),
            text(host.owner or ""),
        )
        for host in topology.architecture.hosts
    ]
    return table(("Host", "Address", "Zone", "Network", "Carries", "Owner"), rows)


def network_table(topology: Topology) -> str:
    """Return the networks, their members and the firewalls that guard them."""
    rows = []
    for network in topology.architecture.networks:
        members = [host.id for host in topology.architecture.hosts if host.network == network.id]
        members += [part.id for part in topology.architecture.components if part.network == network.id]
        guarding = topology.firewalls.guards.get(f"network:{network.id}", ())
        rows.append((_anchored("network", network.id), network.trust, codes(members), codes(guarding)))
    return table(("Network", "Trust", "Members", "Guarded by"), rows)


def firewalls(topology: Topology) -> str:
    """Return the rules of the firewalls, the default last."""
    rows: list[Sequence[str]] = []
    for firewall in topology.architecture.components:
        rows += [(code(firewall.id), *_rule(rule)) for rule in firewall.rules]
        if firewall.default is not None:
            rows.append((code(firewall.id), firewall.default, "", "all other traffic", "", ""))
    return table(("Firewall", "Action", "Direction", "From", "To", "Ports"), rows)


def _rule(rule: FirewallRule) -> Sequence[str]:
    ends = (codes(rule.sources), codes(rule.targets), text(", ".join(rule.ports)))
    return (rule.action, rule.direction, *(end or "any" for end in ends))


def certificates(topology: Topology) -> str:
    """Return the certificates."""
    rows = [
        (
            code(certificate.id),
            codes(certificate.names),
            codes(certificate.installed_on),
            text(certificate.expires or ""),
            text(certificate.issuer or ""),
        )
        for certificate in topology.architecture.certificates
    ]
    return table(("Certificate", "Names", "Installed on", "Expires", "Issuer"), rows)


def monitoring(topology: Topology) -> str:
    """Return the monitoring clients, their sources and measurements."""
    rows = []
    for client in topology.architecture.components:
        hosts = topology.hosts_of(client.id)
        for collection in client.collects:
            lists = (text(", ".join(names)) for names in (collection.what, collection.measures))
            rows.append((code(client.id), codes(hosts), codes(collection.sources or hosts), *lists))
    return table(("Monitoring client", "Runs on", "Collects from", "Data", "Measurements"), rows)


def backups(topology: Topology) -> str:
    """Return the backups."""
    rows = [
        (
            code(backup.id),
            codes(backup.backs_up),
            spell_duration(backup.every) if backup.every is not None else "",
            spell_duration(backup.keeps) if backup.keeps is not None else "",
            text(backup.restore_tested or "not declared"),
        )
        for backup in topology.architecture.components
        if backup.backs_up
    ]
    return table(("Backup", "Data", "Interval", "Retention", "Restore test"), rows)


def connection_table(topology: Topology) -> str:
    """Return the connections, with the transport of each port."""
    rows = []
    for connection in topology.architecture.connections:
        for index, port in enumerate(connection.ports):
            name = code(connection.id) if index else _anchored("connection", connection.id)
            how, why = transport(topology, connection, port), text(connection.why or "")
            rows.append((name, text(port.protocol), str(port.port or ""), how, why))
    return table(("Connection", "Protocol", "Port", "Transport", "Purpose"), rows)


def transport(topology: Topology, connection: Connection, port: Port) -> str:
    """Return whether others on the network can read along on a port of a connection."""
    is_encrypted = encrypted(port)
    if is_encrypted:
        return "encrypted"
    if topology.crosses(connection) is False:
        return "within the host"
    return "unencrypted" if is_encrypted is False else "not declared"


def zone_table(topology: Topology) -> str:
    """Return the failure domains, the hosts in each and the flows that its loss stops."""
    rows = []
    for zone in topology.architecture.zones:
        hosts = [host for host in topology.hosts if zone.id in topology.index.zones_around(host)]
        points = topology.losses.points.items()
        stopped = [flow_link(topology, flow) for flow, lost in points if Subject("zone", zone.id) in lost]
        name = _anchored("zone", zone.id)
        rows.append((name, zone_words(zone.kind), _code(zone.within), codes(hosts), listed(stopped) or "none"))
    return table(("Zone", "Kind", "Within", "Hosts", "Loss takes down"), rows)


def _anchored(kind: str, id: str, name: str | None = None, address: str | None = None) -> str:
    """Return an id, after its name if it has one, with the anchor that a diagram leads to; a link if it has an address."""
    anchor = tag("span", id=Html(identifier(kind, id)))
    label = link(text(name) if name else code(id), address) if address else text(name) if name else code(id)
    return f"{anchor}{label} ({code(id)})" if name else f"{anchor}{label}"


def _code(id: str | None) -> str:
    return code(id) if id else ""


def flow_link(topology: Topology, flow: str) -> str:
    """Return a link from a system's page to one of its flows."""
    return link(text(topology.flows[flow].title), flow_path(topology, flow))
