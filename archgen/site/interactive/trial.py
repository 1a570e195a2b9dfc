"""The diagram in which a visitor fails elements: the deployment, or the system's level of groups if that is too large to read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.engines.legible_aspects import legible_levels
from archgen.model.architecture import Flow
from archgen.model.finding import Finding
from archgen.model.subject import Subject
from archgen.site.structure_data import Nodes, element_indices
from archgen.views.deployment import deployment
from archgen.views.diagram import Diagram, Node
from archgen.views.levels import is_readable
from archgen.views.path import folded_path, path_diagram


class Trial(Struct, frozen=True):
    """A diagram, and the elements behind each card where a card stands for several replicas; None in a deployment."""

    diagram: Diagram
    nodes: Nodes | None = None


@lru_cache(maxsize=64)
def fits_one_diagram(topology: Topology) -> bool:
    """Return True if the deployment of a system can be read as one diagram."""
    return is_readable(deployment(topology))


@lru_cache(maxsize=64)
def trial(topology: Topology) -> Trial:
    """Return the diagram of a system that a visitor can read as one."""
    if fits_one_diagram(topology):
        return Trial(deployment(topology))
    return _folded(topology, legible_levels(topology)[0].diagram)


def trial_path(topology: Topology, flow: Flow, deployed: Diagram, findings: Sequence[Finding] = ()) -> Trial:
    """Return the path of a flow in the deployment, or with a card per component if that is too large to read."""
    complete = path_diagram(topology, flow, findings, deployed)
    return Trial(complete) if is_readable(complete) else _folded(topology, folded_path(topology, flow, findings))


def _folded(topology: Topology, diagram: Diagram) -> Trial:
    return Trial(diagram, behind(topology, diagram))


def behind(topology: Topology, diagram: Diagram) -> Nodes:
    """Return the elements behind each card of a diagram of components or groups."""
    indices = element_indices(topology)
    return {node.id: _elements(topology, node, indices) for node in diagram.nodes}


def _elements(topology: Topology, node: Node, indices: dict[Subject, int]) -> list[int]:
    replicas = (
        replica
        for name in node.stands_for or (node.subject,)
        if name in topology.components
        for replica in topology.components[name].replicas
    )
    subjects = (Subject("replica", replica.id) for replica in replicas)
    return [indices[subject] for subject in subjects if subject in indices]
