"""Hosts, zones and networks of components."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.encryption import plaintext_between_hosts
from archgen.analysis.exposure import firewall_past, gateways, unseparated
from archgen.analysis.firewalls import has_port, leads_anywhere, lets_in, ports_of
from archgen.analysis.hops import encrypted
from archgen.analysis.topology import Topology
from archgen.edits.names import unused_name
from archgen.model.architecture import Component, Connection, Port
from archgen.model.kinds import FORWARDING
from archgen.model.products import scope_of, zone_of
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed
from archgen.rules.model_quality.questions.gap import MOST_NAMES, Gap, component_gap


def components_without_host(topology: Topology) -> Iterator[Gap]:
    """Yield components without a host at an end of a plaintext hop, in a flow that is encrypted before it.

    What surely crosses hosts, as to a device, `plaintext-between-hosts` reports.
    """
    lost: dict[str, str] = {}
    reported = {call.id for call in plaintext_between_hosts(topology)}
    for hops in topology.hops.values():
        secured = False
        for hop in hops:
            if (
                secured
                and hop.connection is not None
                and hop.port is not None
                and hop.connection.id not in reported
                and _is_open(topology, hop.connection, hop.port)
            ):
                for end in (hop.connection.source, *hop.targets):
                    lost.setdefault(end, hop.connection.id)
            secured = secured or hop.meaning == "encrypted"
    for component in topology.architecture.components:
        if component.id in lost and topology.hosts and not topology.hosts_of(component.id):
            yield component_gap(
                component,
                f"{component.id} doesn't declare where it runs, so {lost[component.id]} may leave a host unencrypted",
                f"Add `runs_on` to {component.id}, or `managed: true` if a provider runs it.",
            )


def _is_open(topology: Topology, connection: Connection, port: Port) -> bool:
    """Return True if a port is unencrypted and the model leaves open if its traffic leaves a host; DNS queries don't count."""
    return topology.meaning(connection, port) == "unknown" and encrypted(port) is False


def firewalls_beside_path(topology: Topology) -> Iterator[Gap]:
    """Yield firewalls on a host of their own around a network that flows come into without a step to them."""
    for name, flows in gateways(topology).items():
        hosts = listed(list(topology.hosts_of(name)))
        yield component_gap(
            topology.components[name],
            f"No step goes through {name}, which guards {listed(list(topology.components[name].guards))} from {hosts}, so no loss of "
            f"{hosts} stops {listed(first_few(list(flows), MOST_NAMES))} in any analysis",
            f"If their traffic passes {hosts}, make {name} a step of the flows. If not, leave its `runs_on` out.",
        )


def calls_past_firewall(topology: Topology) -> Iterator[Gap]:
    """Yield calls from the internet to a component before which a firewall has a rule for them, and no step leads over it."""
    for call in topology.architecture.connections if topology.firewalls.with_rules else ():
        for target in call.targets if topology.trust(call.source) == "internet" else ():
            firewall = firewall_past(topology, call, target)
            if firewall is not None and not all(map(topology.firewalls.guarding, topology.components[target].replicas)):
                yield Gap(
                    Subject("connection", call.id),
                    f"{firewall} has a rule for {target}, but {call.id} doesn't lead over {firewall}, so no loss of {firewall} stops "
                    "it in any analysis",
                    f"Write {call.source} -> {firewall} and {firewall} -> {target} in its place, in the steps too.",
                )
                break


def calls_past_router(topology: Topology) -> Iterator[Gap]:
    """Yield firewalls on a host of their own with a rule that lets a network out, where calls out of it lead over none."""
    for wall in topology.firewalls.with_rules:
        hosts = topology.hosts_of(wall.id)
        if not hosts or any(_is_shared(topology, host) for host in hosts):
            continue
        past: dict[str, tuple[Connection, str]] = {}
        for flow, hops in topology.hops.items():
            if any(topology.kind(hop.step.source).id in FORWARDING for hop in hops):
                continue
            calls = (hop.connection for hop in hops if hop.connection and not hop.optional)
            leaving = ((call, network) for call in calls for network in _let_out(topology, wall, call))
            past |= {flow: first} if (first := next(leaving, None)) else {}
        if past:
            call, network = next(iter(past.values()))
            yield component_gap(
                wall,
                f"{wall.id} has a rule that lets {network} out, but {call.id} doesn't lead over it, so no loss of "
                f"{listed(list(hosts))} stops {listed(first_few([*past], MOST_NAMES))} in any analysis",
                f"Write {call.source} -> {wall.id} and {wall.id} -> {' | '.join(call.targets)} in its place, in the steps too. If the "
                "traffic takes another way, accept this with the way as the reason (`accept`).",
            )


def _let_out(topology: Topology, wall: Component, call: Connection) -> Iterator[str]:
    """Yield the private network of a caller if a rule lets it out, on the port of its call, to what is in no network of the firewall."""
    network = topology.network_of(call.source)
    if network is None or network.trust == "internet":
        return
    inside = {f"network:{network.id}", *wall.guards}
    if not any(inside.isdisjoint(topology.firewalls.places(target)) for target in call.targets):
        return
    for rule in wall.rules:
        if lets_in(rule) and (leads_anywhere(rule) or "internet" in rule.targets):
            means = not {network.id, f"network:{network.id}"}.isdisjoint(rule.sources)
            if means and any(has_port(rule, port) is not False for port in ports_of(call)):
                yield network.id
                return


def _is_shared(topology: Topology, host: str) -> bool:
    """Return True for a host with programs that pass nothing on: its packet filter is for these alone."""
    kinds = (topology.kind(replica.component) for replica in topology.replicas_on[host])
    return any(not (kind.id in FORWARDING or kind.observes) for kind in kinds)


_OWN_ZONES = ("datacenter", "rack", "power")
"""The kinds of zones inside a region that is no provider's."""


def undeclared_places(topology: Topology) -> dict[str, tuple[str, ...]]:
    """For each managed service of one zone or region that doesn't say which, the zones with which it may be lost.

    The only region of a provider counts where a flow of a regional service survives it.
    """
    kinds = {zone.id: zone.kind for zone in topology.architecture.zones}
    regions = tuple(zone for zone, kind in kinds.items() if kind == "region")
    choices = {
        "zonal": tuple(zone for zone, kind in kinds.items() if kind in ("availability-zone", "datacenter")),
        "regional": regions,
    }
    places: dict[str, tuple[str, ...]] = {}
    for component in topology.architecture.components:
        choice = choices.get(scope_of(component) or "", ())
        asked = len(choice) > 1 or (choice != () and choice == regions and _survives(topology, component.id, choice[0]))
        if asked and _is_unplaced(component) and _is_needed(topology, component.id):
            places[component.id] = choice
    return places


def _is_needed(topology: Topology, component: str) -> bool:
    """Return True for what a flow can't do without: wherever anything else is, its loss stops none."""
    return any(not hop.optional for hop in topology.hops_to[component])


def _is_unplaced(component: Component) -> bool:
    single = len(component.replicas) == 1 and not component.replicas[0].hosts
    return single and zone_of(component) is None


def _survives(topology: Topology, component: str, region: str) -> bool:
    """Return True if a flow of a component survives the loss of a provider's region: one's own datacenters are not in any."""
    if any(zone.kind in _OWN_ZONES for zone in topology.architecture.zones):
        return False
    lost = Subject("zone", region)
    return any(lost not in topology.losses.points[flow] for flow in topology.flows_of[component])


def services_without_zone(topology: Topology) -> Iterator[Gap]:
    """Yield managed services of one zone or region that don't say which, where that decides what survives (`single-zone`)."""
    for name, places in undeclared_places(topology).items():
        kind = topology.zones[places[0]].kind.replace("-", " ")
        yield component_gap(
            topology.components[name],
            f"{name} doesn't declare its zone, so it survives the loss of {listed(first_few(list(places), MOST_NAMES), 'or')} in every "
            "analysis",
            f"Add `managed: {{zone: …}}` with its {kind} to {name}."
            if len(places) > 1
            else f"Add `managed: {{zone: {places[0]}}}` to {name} if it is there.",
        )


def clients_without_network(topology: Topology) -> Iterator[Gap]:
    """Yield clients of no network that call into private networks, where nobody on the internet can.

    People sit among servers only where the model has others there already; else their network is one that has none.
    """
    inside = {topology.network_of(each.id) for each in topology.of_kind("client")}
    homes = [each.id for each in topology.architecture.networks if each in inside and each.trust == "private"]
    new = unused_name("office", topology.element_names)
    added = f"Add a network without servers (`{new}: {{trust: private}}`) as `network: {new}`"
    for client, networks in topology.insiders.items():
        where = next((name for name in networks if name in homes), next(iter(homes), None))
        own = added if where is None else f"Add `network: {where}`"
        yield component_gap(
            topology.components[client],
            f"{client} doesn't declare where it is, but calls into the private {'network' if len(networks) == 1 else 'networks'} "
            f"{listed(networks)}, which the internet can't reach",
            f"{own} to {client} for an office or a VPN; for callers on the internet, give what answers them a network with `trust: dmz`.",
        )


def networks_without_firewall(topology: Topology) -> Iterator[Gap]:
    """Yield the first network with data that nothing keeps apart from those with people or web servers (`flat-network`)."""
    for network, (others, stores) in unseparated(topology).items():
        before = listed([*others], "or")
        yield Gap(
            Subject("network", network),
            f"No firewall is declared between {before} and {network}, so archgen can't tell if an attacker in {before} reaches "
            f"{listed(first_few([*stores], MOST_NAMES))}",
            f"Declare the firewall or policies that let in what the flows need: `kind: firewall` with `guards: {network}` and `rules`. "
            "Where nothing does, declare one network.",
        )
        return
