"""The servers that the internet reaches in any protocol, beside the entries that read its web requests."""

from __future__ import annotations

from archgen.analysis.exposure import arrivals
from archgen.analysis.topology import Topology
from archgen.model.kinds import FORWARDING


def public_servers(topology: Topology) -> dict[str, tuple[str, ...]]:
    """Return the servers of your own that take calls from the internet, directly or over what passes packets on, with the flows of these.

    What is for administrators, or for those who watch, is no way in for everybody; nor is a port that a firewall denies.
    """
    reached: dict[str, dict[str, None]] = {}
    for call in topology.calls_from_outside:
        for arriving in arrivals(topology, call):
            for target in arriving.targets if any(not port.admin for port in arriving.ports) else ():
                if not topology.is_denied(call, target):
                    reached.setdefault(target, {}).update(dict.fromkeys(topology.flows_over[arriving.id]))
    servers = (name for name in topology.components if name in reached and _is_server(topology, name))
    return {name: tuple(reached[name]) for name in servers}


def _is_server(topology: Topology, name: str) -> bool:
    kind = topology.kind(name)
    watches = kind.observes or kind.protects
    return not (topology.components[name].managed or kind.foreign or watches or kind.id in ("client", *FORWARDING))
