"""The names of elements whose id alone is ambiguous."""

from __future__ import annotations

from archgen.analysis.topology import Topology
from archgen.model.subject import Subject


def qualified(element: Subject, topology: Topology) -> str:
    """Return an element's id, with its kind if the id alone is ambiguous, as the command line accepts it."""
    sharing = [elements for elements in (topology.replicas, topology.hosts, topology.zones) if element.id in elements]
    beside = element.kind != "replica" and element.id in topology.components
    return f"{element.kind}:{element.id}" if len(sharing) > 1 or beside else element.id
