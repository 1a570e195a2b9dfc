"""The views on a system's page: the deployment first, or its groups if that is too large to read; then others, and its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import Struct

from archgen.engines.legible_aspects import Legibility, legible_aspect, legible_levels
from archgen.linting.checked_model import CheckedModel
from archgen.model.slug import distinct
from archgen.site.interactive.trial import fits_one_diagram, trial_path
from archgen.site.system_change import SystemChange
from archgen.views.aspects import ASPECTS
from archgen.views.diagram import Diagram
from archgen.views.diff import change_diagram
from archgen.views.levels import declared_view

FLOWS = 6
"""Flows whose path is a view of the system's page; more would make the page heavy."""

GROUPS = 12
"""Groups whose inside is a view of the system's page, for the same reason."""

DECLARED = 12
"""Views that a model declares, and their diagrams, that are views of the system's page, for the same reason."""

LARGEST = 120
"""Cards that a view beside the deployment may have, and a deployment beside its flows, for the same reason."""

_TITLES = {
    "deployment": "Deployment",
    "overview": "Overview",
    "zones": "Failure domains",
    "networks": "Networks",
}


class ViewTab(Struct, frozen=True):
    """A view by its id, the words on its tab, its file beside the page and its content.

    `opens` is the id of the card in another view that leads to this one. The diagrams of one view that the model declares
    have a `scope` in common: its cards lead to them first.
    """

    id: str
    title: str
    file: str
    diagram: Diagram
    opens: str = ""
    scope: str = ""


def views(system: CheckedModel, change: SystemChange | None, legibility: Legibility) -> list[ViewTab]:
    """Return the views of a system, folded where `legibility` tells too small text; `change` leads to it from the previous one."""
    levels = [] if fits_one_diagram(system.topology) else list(_levels(system))
    offered: list[ViewTab] = levels[:1]
    for id, title in _TITLES.items():
        if id == "overview" and levels:
            continue
        diagram = ASPECTS[id](system.topology, system.findings)
        if diagram is not None:
            diagram = legible_aspect(system.topology, system.findings, diagram, legibility)
            if id == "deployment" or len(diagram.nodes) <= LARGEST:
                offered.append(ViewTab(id, title, f"{id}.svg", diagram))
    if change is not None:
        offered.append(ViewTab("changes", "Changes", "step.svg", change_diagram(change.evolution)))
    deployed = next(view.diagram for view in offered if view.id == "deployment")
    offered += islice(_declared(system), DECLARED)
    return [*offered, *levels[1 : GROUPS + 1], *(_paths(system, deployed) if len(deployed.nodes) <= LARGEST else ())]


def opened_by_card(views: Sequence[ViewTab]) -> dict[str, dict[str, str]]:
    """Return the ids of the views that cards lead to, by the scope of the cards' view; without one, they hold everywhere."""
    opened: dict[str, dict[str, str]] = {"": {}}
    for view in views:
        if view.opens:
            opened.setdefault(view.scope, {})[view.opens] = view.id
    for view in views:
        for node in view.diagram.nodes if view.scope else ():
            # the rest of a group, beside the part of it that the view shows, has an id of its own
            if node.opens != node.id and node.opens in opened[""]:
                opened.setdefault(view.scope, {})[node.id] = opened[""][node.opens]
    return opened


def front(system: CheckedModel) -> str:
    """Return the file of the first view, beside the page."""
    return "deployment.svg" if fits_one_diagram(system.topology) else "system.svg"


def _levels(system: CheckedModel) -> Iterator[ViewTab]:
    """Yield the system with its groups collapsed, then each group opened."""
    pictures = legible_levels(system.topology, system.findings)
    slugs = distinct(picture.level for picture in pictures[1:])
    yield ViewTab("system", "System", "system.svg", pictures[0].diagram)
    for picture in pictures[1:]:
        name = f"group-{slugs[picture.level]}"
        yield ViewTab(name, f"Group: {picture.title}", f"{name}.svg", picture.diagram, opens=picture.level)


def _declared(system: CheckedModel) -> Iterator[ViewTab]:
    """Yield the views that a model declares, each followed by the groups that it is opened in if it doesn't fit."""
    own = [
        (view, picture, f"view-{view.id} {picture.level}" if number else f"view-{view.id}")
        for view in system.architecture.views[:DECLARED]
        for number, picture in enumerate(declared_view(system.topology, view, system.findings))
    ]
    ids = distinct(name for _, _, name in own)
    for view, picture, name in own:
        if len(picture.diagram.nodes) > LARGEST:
            continue
        title, is_group = view.title or view.id, name != f"view-{view.id}"
        yield ViewTab(
            ids[name],
            f"{title}: {picture.title}" if is_group else title,
            f"{ids[name]}.svg",
            picture.diagram,
            opens=picture.level if is_group else "",
            scope=ids[f"view-{view.id}"],
        )


def _paths(system: CheckedModel, deployed: Diagram) -> Iterator[ViewTab]:
    for flow in system.architecture.flows[:FLOWS]:
        diagram = trial_path(system.topology, flow, deployed, system.findings).diagram
        file = f"path-{system.topology.flow_slugs[flow.id]}.svg"
        yield ViewTab(f"path-{flow.id}", f"Flow: {system.topology.flow_titles[flow.id]}", file, diagram)
