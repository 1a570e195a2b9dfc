"""Which views the page of a tier offers: where everything runs first, then the others that say something of it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archgen.site.page import Tier
from archgen.site.step import Step
from archgen.views.aspects import ASPECTS
from archgen.views.diagram import Diagram
from archgen.views.diff import change_diagram
from archgen.views.path import path

FLOWS = 6
"""Flows whose path is a view of the tier's page; more would make the page heavy."""

LARGEST = 120
"""Cards that a view beside the deployment may have, and a deployment beside its flows, for the same reason."""

_TITLES = {
    "deployment": "Deployment",
    "overview": "Overview",
    "zones": "Failure domains",
    "networks": "Networks",
}


class Offered(Struct, frozen=True):
    """A view by its id, the words on its tab, its file beside the page and what it shows."""

    id: str
    title: str
    file: str
    diagram: Diagram


def views(tier: Tier, step: Step | None) -> list[Offered]:
    """The views of a tier; `step` leads to it from the tier before."""
    found: list[Offered] = []
    for id, title in _TITLES.items():
        diagram = ASPECTS[id](tier.topology, tier.findings)
        if diagram is not None and (id == "deployment" or len(diagram.nodes) <= LARGEST):
            found.append(Offered(id, title, f"{id}.svg", diagram))
    found += _changes(step)
    if len(found[0].diagram.nodes) <= LARGEST:
        found += _paths(tier, found[0].diagram)
    return found


def _changes(step: Step | None) -> Iterator[Offered]:
    if step is not None:
        yield Offered("changes", "What changed", "step.svg", change_diagram(step.evolution))


def _paths(tier: Tier, deployed: Diagram) -> Iterator[Offered]:
    for flow in tier.topology.architecture.flows[:FLOWS]:
        shown = path(tier.topology, flow, tier.findings, deployed)
        yield Offered(f"path-{flow.id}", f"Flow: {flow.title}", f"path-{tier.topology.flow_slugs[flow.id]}.svg", shown)
