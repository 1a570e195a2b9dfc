"""What something that can fail is called where its id alone could mean another thing as well."""

from __future__ import annotations

from archgen.analysis.topology import Topology
from archgen.model.subject import Subject


def qualified(element: Subject, topology: Topology) -> str:
    """An element's id, with its kind where the id alone is ambiguous: the word that names it on the command line."""
    sharing = [elements for elements in (topology.replicas, topology.hosts, topology.zones) if element.id in elements]
    beside = element.kind != "replica" and element.id in topology.components
    return f"{element.kind}:{element.id}" if len(sharing) > 1 or beside else element.id
