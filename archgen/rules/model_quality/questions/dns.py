"""Names, DNS records and the hosts that they lead to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.analysis.dns_names import address, pointee
from archgen.analysis.firewalls import spoken
from archgen.analysis.hops import Hop
from archgen.analysis.record_paths import (
    UnclaimedAddresses,
    balancer_on_path,
    components_at_addresses,
    components_behind,
    is_located,
    is_private,
    places_of,
    records_behind,
    sick_entries,
)
from archgen.analysis.topology import Topology
from archgen.model.architecture import Flow, Port
from archgen.model.dns_zones import lies_under, normalize_name
from archgen.model.protocols import WEB
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed
from archgen.reliability.structure import look_ups
from archgen.rules.model_quality.questions.gap import MOST_NAMES, Gap, component_gap


def servers_without_records(topology: Topology) -> Iterator[Gap]:
    """Yield name servers without records, where a flow goes by a name that no other record is for."""
    names = topology.names
    named = [(flow.id, normalize_name(flow.domain)) for flow in topology.architecture.flows if flow.domain is not None]
    sought = dict.fromkeys(name for flow, name in named if not is_located(topology, flow, name))
    wanted = [name for name in sought if address(name) is None and not names.leads(name)]
    for server in names.silent:
        asked = [name for name in wanted if server.domain is None or lies_under(name, normalize_name(server.domain))]
        if asked:
            yield component_gap(
                server,
                f"{server.id} lists no records, so it is unknown where {listed(asked)} leads",
                f"Add `records: [{{name: {asked[0]}, type: A, value: …}}]` to {server.id}.",
            )


def look_ups_shut_out(topology: Topology) -> Iterator[Gap]:
    """Yield name servers that firewalls let no visitor reach, where flows go by a name that only these answer for."""
    shut: dict[str, dict[str, None]] = {}
    firewalls: dict[str, dict[str, None]] = {}
    port = Port("dns", 53)
    for flow in topology.architecture.flows:
        for use in look_ups(topology.index, flow):
            call = use.connections[0]
            denying = {server: topology.denied(call, server, port) for server in call.targets}
            # a connection that a firewall denies is a contradiction of its own
            declared = any((call.source, server) in topology.index.connections for server in call.targets)
            if all(denying.values()) and not declared:
                shut.setdefault(call.targets[0], {})[flow.id] = None
                firewalls.setdefault(call.targets[0], {}).update(dict.fromkeys(filter(None, denying.values())))
    for server, flows in shut.items():
        walls = listed(list(firewalls[server]))
        go = "goes" if len(flows) == 1 else "go"
        yield Gap(
            Subject("component", server),
            f"{walls} lets no visitor in to {server} ({spoken(port)}), and {listed(first_few(list(flows), MOST_NAMES))} {go} by a name "
            "that it answers for, so who answers visitors is unknown",
            f"Add a rule for port 53 of {server} to {walls}, or the name server that the internet asks as a component of its own.",
            tuple(flows),
        )


def hosts_without_address(topology: Topology) -> Iterator[Gap]:
    """Yield name servers whose records hold addresses that no host declares, though one may have them."""
    names, unclaimed = topology.names, UnclaimedAddresses(topology)
    for server in names.servers if topology.hosts else ():
        unplaced = [pointee(record) for record, leads_nowhere in unclaimed.of(server) if not leads_nowhere]
        held = list(dict.fromkeys(unplaced))
        if held:
            what = f"declares {'them' if held[1:] else 'it'}" if names.addresses else "declares its address"
            yield component_gap(
                server,
                f"{server.id} leads to {listed(held)}, but no host {what}, so the host is unknown",
                f"Add `address` to the host that has {held[0]}, or name the host as the record's value; if a firewall "
                "translates the address, name the component behind it.",
            )


def records_with_private_address(topology: Topology) -> Iterator[Gap]:
    """Yield name servers that lead a client on the internet to a private address, which it reaches by another if something translates."""
    led: dict[str, dict[tuple[str, str], list[str]]] = {}
    for flow in topology.architecture.flows:
        outside = [client for client in topology.clients_in[flow.id] if topology.trust(client) == "internet"]
        domain = normalize_name(flow.domain or "")
        for record in topology.names.leading(domain) if outside else ():
            for end in records_behind(topology, record):
                host = topology.hosts.get(pointee(end).removeprefix("host:"))
                text = pointee(end) if host is None else host.address or ""
                if is_private(text):
                    server = next(each.id for each in topology.names.servers if end in each.records)
                    led.setdefault(server, {}).setdefault((domain, text), []).extend(outside)
    for server, names in led.items():
        clients = list(dict.fromkeys(client for each in names.values() for client in each))
        ways = listed([f"{name} to {text}" for name, text in names])
        yield component_gap(
            topology.components[server],
            f"{server} leads {listed(clients)}, who {'are' if clients[1:] else 'is'} on the internet, to a private address: {ways}",
            "Write the public address, or as the value the component to which a firewall translates it. If the client is inside, add its "
            "`network`.",
        )


def flows_without_domain(topology: Topology) -> Iterator[Gap]:
    """Yield flows of visitors that do not say by which name they come, where the model has records to compare with it."""
    names = topology.names
    if not any(server.records for server in names.servers):
        return
    for flow in topology.architecture.flows:
        visits = [hop for hop in topology.hops[flow.id] if topology.kind(hop.step.source).role == "visitor"]
        if flow.domain is None and _come_from_outside(topology, visits) and not _are_at_provider(topology, visits):
            past = _leading_past(topology, flow)
            yield Gap(
                Subject("flow", flow.id),
                f"{flow.id} doesn't declare the visitor's domain{past or ', so no record can be checked against it'}",
                f"Add `domain` to {flow.id}.",
            )


def _are_at_provider(topology: Topology, visits: Sequence[Hop]) -> bool:
    """Return True if visitors ask a sign-in under its provider's name alone, which no record names."""
    # a visit has a step that asks for more than a name
    asked = {target for hop in visits if hop.meaning != "lookup" for target in hop.targets}
    if any(not topology.components[each].managed or topology.kind(each).id != "identity-provider" for each in asked):
        return False
    return not any(pointee(record) in asked for server in topology.names.servers for record in server.records)


def _leading_past(topology: Topology, flow: Flow) -> str:
    """Name a record that leads past the first balancer of a flow, if none leads to it or to something before it."""
    ways = balancer_on_path(topology, flow.id)
    if ways is None:
        return ""
    before, balancer, behind = ways
    taken = {normalize_name(each.domain) for each in topology.architecture.flows if each.domain is not None}
    addressed = components_at_addresses(topology)
    led = {
        record: components_behind(topology, record, addressed)
        for server in topology.names.servers
        for record in server.records
        if normalize_name(record.name) not in taken
    }
    # a resolver on the path is no aim of a record
    if any(targets & before for targets in led.values()):
        return ""
    for record, targets in led.items():
        target = next((name for name in topology.components if name in targets & behind), None)
        if target is not None:
            return f": {record.name} leads to {target}, past {balancer}"
    return ""


def _come_from_outside(topology: Topology, visits: Sequence[Hop]) -> bool:
    # no public record is for a client inside
    return any(
        topology.trust(hop.step.source) == "internet" and hop.port is not None and hop.port.protocol in WEB
        for hop in visits
    )


def sites_without_check(topology: Topology) -> Iterator[Gap]:
    """Yield name servers with addresses of several sites, one of which may answer with errors, that don't say what notices that."""
    for sick in sick_entries(topology):
        server, balance = sick.server, sick.server.balance
        if balance is None or balance.health_check is None:
            yield component_gap(
                server,
                f"{server.id} doesn't declare how it detects that one of {listed(places_of(topology, sick))} can't answer: while "
                f"{sick.lost.id} is down, {sick.name} accepts requests and answers them with errors",
                f"Add `balance: {{health_check: GET /health}}` to {server.id}, or `health_check: false` if nothing checks the sites.",
            )


def records_without_ttl(topology: Topology) -> Iterator[Gap]:
    """Yield records that lead to what fails over by DNS and do not say how long their answer is cached."""
    if topology.architecture.objectives.recovery_time is None:
        return
    moved = {
        component.id
        for component in topology.architecture.components
        if component.cluster is not None and component.cluster.address == "dns"
    }
    for server in topology.names.servers:
        for record in server.records:
            if record.ttl is None and pointee(record) in moved:
                yield Gap(
                    Subject("record", record.id),
                    f"{record.id} doesn't declare how long its answer is cached, but {pointee(record)} fails over by DNS",
                    f"Add `ttl` to the record of {record.name}.",
                )
