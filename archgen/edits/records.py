"""DNS records that lead to the address that moves between the hosts of a component, and to none of the hosts."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.dns_names import ADDRESS_TYPES
from archgen.analysis.record_paths import hosts_named
from archgen.analysis.topology import Topology
from archgen.model.architecture import Component
from archgen.model.change import Change, Put
from archgen.model.dns_zones import normalize_name


def lead_to_moving_address(topology: Topology, component: Component) -> Iterator[Change]:
    """Yield the changes of address records that lead the component's visitors to one host, where they lead to nothing else there.

    Nobody knows the address yet: the record names the component, which has it.
    """
    for name in _own_names(topology, component):
        if len(hosts_named(topology, component, name)) != 1:
            continue
        leading = {record.id for record in topology.names.leading(name) if record.type.upper() in ADDRESS_TYPES}
        for server in topology.names.servers:
            for index, record in enumerate(server.records):
                if record.id in leading:
                    yield Put(("components", server.id, "records", index, "value"), component.id)


def _own_names(topology: Topology, component: Component) -> list[str]:
    """Return the names by which flows come to a component, and none to anything else that clients call."""
    arrives: dict[str, list[bool]] = {}
    for flow in topology.architecture.flows:
        if flow.domain is not None:
            visits = [
                hop
                for hop in topology.hops[flow.id]
                if topology.kind(hop.step.source).id == "client" and hop.meaning != "lookup"
            ]
            own = bool(visits) and all(component.id in hop.targets for hop in visits)
            arrives.setdefault(normalize_name(flow.domain), []).append(own)
    return [name for name, own in arrives.items() if all(own)]
