"""What only watches a system, beside its work."""

from __future__ import annotations

from archgen.analysis.topology import Topology
from archgen.model.architecture import Connection


def only_watches(topology: Topology, component: str) -> bool:
    """Return True for a component that observes others and is on no flow; on one, it does the system's own work."""
    return topology.kind(component).observes and not topology.flows_of[component]


def is_for_watching(topology: Topology, connection: Connection) -> bool:
    """Return True for a connection from or to a component that observes others, unless a flow takes it."""
    observes = any(topology.kind(end).observes for end in (connection.source, *connection.targets))
    return observes and not topology.flows_over[connection.id]
