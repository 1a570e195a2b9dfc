"""The views on a system's page: the deployment first, then the others that show something of the system."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archgen.linting.checked_model import CheckedModel
from archgen.site.system_change import SystemChange
from archgen.views.aspects import ASPECTS
from archgen.views.diagram import Diagram
from archgen.views.diff import change_diagram
from archgen.views.path import path

FLOWS = 6
"""Flows whose path is a view of the system's page; more would make the page heavy."""

LARGEST = 120
"""Cards that a view beside the deployment may have, and a deployment beside its flows, for the same reason."""

_TITLES = {
    "deployment": "Deployment",
    "overview": "Overview",
    "zones": "Failure domains",
    "networks": "Networks",
}


class View(Struct, frozen=True):
    """A view by its id, the words on its tab, its file beside the page and its content."""

    id: str
    title: str
    file: str
    diagram: Diagram


def views(system: CheckedModel, change: SystemChange | None) -> list[View]:
    """Return the views of a system; `change` leads to it from the previous one."""
    offered: list[View] = []
    for id, title in _TITLES.items():
        diagram = ASPECTS[id](system.topology, system.findings)
        if diagram is not None and (id == "deployment" or len(diagram.nodes) <= LARGEST):
            offered.append(View(id, title, f"{id}.svg", diagram))
    if change is not None:
        offered.append(View("changes", "Changes", "step.svg", change_diagram(change.evolution)))
    deployed = offered[0].diagram
    return [*offered, *(_paths(system, deployed) if len(deployed.nodes) <= LARGEST else ())]


def _paths(system: CheckedModel, deployed: Diagram) -> Iterator[View]:
    for flow in system.architecture.flows[:FLOWS]:
        diagram = path(system.topology, flow, system.findings, deployed)
        file = f"path-{system.topology.flow_slugs[flow.id]}.svg"
        yield View(f"path-{flow.id}", f"Flow: {flow.title}", file, diagram)
