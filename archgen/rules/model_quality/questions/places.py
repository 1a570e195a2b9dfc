"""Hosts, zones and networks of components."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.exposure import firewall_past, gateways
from archgen.analysis.hops import encrypted
from archgen.analysis.topology import Topology
from archgen.model.architecture import Connection, Port
from archgen.model.products import scope_of, zone_of
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed
from archgen.rules.model_quality.questions.gap import MOST_NAMES, Gap, component_gap


def components_without_host(topology: Topology) -> Iterator[Gap]:
    """Yield components without a host at an end of a plaintext hop, in a flow that is encrypted before it."""
    lost: dict[str, str] = {}
    for hops in topology.hops.values():
        secured = False
        for hop in hops:
            if (
                secured
                and hop.connection is not None
                and hop.port is not None
                and _is_open(topology, hop.connection, hop.port)
            ):
                for end in (hop.connection.source, *hop.connection.targets):
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


def services_without_zone(topology: Topology) -> Iterator[Gap]:
    """Yield managed services of one zone or region that don't say which, where there is a choice (`single-zone`)."""
    kinds = {zone.id: zone.kind for zone in topology.architecture.zones}
    zonal = [zone for zone, kind in kinds.items() if kind in ("availability-zone", "datacenter")]
    regions = [zone for zone, kind in kinds.items() if kind == "region"]
    choices = {"zonal": zonal, "regional": regions}
    for component in topology.architecture.components:
        if not component.managed:
            continue
        places = choices.get(scope_of(component) or "", [])
        single = len(component.replicas) == 1 and not component.replicas[0].hosts
        if single and len(places) > 1 and topology.flows_of[component.id] and zone_of(component) is None:
            yield component_gap(
                component,
                f"{component.id} doesn't declare its zone, so it survives the loss of "
                f"{listed(first_few(places, MOST_NAMES), 'or')} in every analysis",
                f"Add `managed: {{zone: …}}` with its {kinds[places[0]].replace('-', ' ')} to {component.id}.",
            )


def clients_without_network(topology: Topology) -> Iterator[Gap]:
    """Yield clients of no network that call into private networks, where nobody on the internet can."""
    for client, networks in topology.insiders.items():
        where = networks[0]
        yield component_gap(
            topology.components[client],
            f"{client} doesn't declare where it is, but calls into the private {'network' if len(networks) == 1 else 'networks'} "
            f"{listed(networks)}, which the internet can't reach",
            f"Add `network: {where}` to {client} if it is inside, in an office or over a VPN; else give what it reaches a "
            "network with `trust: dmz`.",
        )
