"""The page on which a reader selects elements of a system to fail; without scripts it shows the loss of each element alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.analysis.topology import Topology
from archgen.compare.flows import called
from archgen.linting.checked_model import CheckedModel
from archgen.model.subject import Subject
from archgen.reliability.simulation import Status, alone
from archgen.site.escape import code, link, text
from archgen.site.html_builder import Html, Scripted, tag
from archgen.site.interactive.columns import Stage
from archgen.site.interactive.views import front
from archgen.site.markdown import codes, heading, image, page, table
from archgen.site.page import Page, flow_path
from archgen.site.structure_data import elements, script_data, structure_data

COLUMNS = 6
"""Flows that have a column of their own; with more of them, a row names those that an element stops."""

TITLE = "Failures"
"""The title of the page in menus."""

_HINT = (
    "Select one or more elements of {} to fail. Each request flow shows whether it is ok, degraded, delayed, partial or "
    "down, its failing step, and its remaining single points of failure."
)

_SIGNS: dict[Status, str] = {
    "ok": "ok",
    "degraded": "degraded",
    "delayed": "delayed",
    "partial": "**partial**",
    "down": "**down**",
}
_BETWEEN: tuple[Status, ...] = ("partial", "delayed")


def is_explorable(topology: Topology) -> bool:
    """Return True if there is an element to lose, and a flow to lose it for."""
    return bool(topology.flows and elements(topology))


def failures_page(system: CheckedModel, stage: Stage) -> Page:
    """Return the page of one system with its diagram."""
    name = link(text(system.architecture.name), "../index.md")
    parts = (
        heading(1, "Failure simulation"),
        Scripted(_HINT.format(name), f"Which request flows of {name} stop, or lose a part, with each element."),
        Scripted(
            _explorer(system, stage),
            image(f"../{front(system)}", f"Deployment of {system.architecture.name}"),
        ),
        heading(2, "Losses of single elements", "losses"),
        _losses(system.topology, elements(system.topology)),
        *anyway_down(system.topology),
    )
    return page(f"{system.slug}/failures/index.md", TITLE, *parts)


def anyway_down(topology: Topology) -> Iterator[str]:
    """Yield the sentence on the flows that no loss takes down, as they fail with every element up."""
    names = [name for name, failures in topology.losses.failures.items() if not failures.possible]
    if names:
        yield f"Not counted: {codes(names)} {'fails' if len(names) == 1 else 'fail'} with every element up."


def brief_explorer(system: CheckedModel, stage: Stage) -> Html:
    """Return the diagram for the home page: the state of each flow without its availability, which rests on assumptions.

    Where a card stands for several replicas, a click fails one more of them.
    """
    return _explorer(system, stage, f"{system.slug}/", brief=True)


def _explorer(system: CheckedModel, stage: Stage, directory: str = "../", brief: bool = False) -> Html:
    """Return the diagram and the structure functions behind it, without an empty line, as Markdown asks of HTML."""
    data = structure_data(system.topology, None, system.assessments)
    return tag(
        "div",
        tag("figure", *stage.svg.html(), class_="archgen-stage"),
        script_data(stage.data(data)),
        class_="archgen-failures",
        data_search_exclude=True,
        data_flows=Html(f"{directory}flows/"),
        data_brief=brief or None,
        data_one=stage.nodes is not None or None,
    )


def _losses(topology: Topology, lost: Sequence[Subject]) -> str:
    flows = [flow for flow in topology.architecture.flows if topology.losses.failures[flow.id].possible]
    columns = [alone(topology.index, flow, topology.losses.plans[flow.id], tuple(lost)) for flow in flows]
    rows = [(element, [column[index] for column in columns]) for index, element in enumerate(lost)]
    if len(flows) <= COLUMNS:
        names = [link(text(flow.title), f"../{flow_path(topology, flow.id)}") for flow in flows]
        body = ((*_name(topology, element), *(_SIGNS[status] for status in statuses)) for element, statuses in rows)
        return table(("Element", "Kind", *names), body)
    between = [status for status in _BETWEEN if any(status in column for column in columns)]
    wanted: list[Status] = ["down", *between, "degraded"]
    return table(
        ("Element", "Kind", *map(str.capitalize, wanted)), _counted(topology, [flow.id for flow in flows], rows, wanted)
    )


def _name(topology: Topology, element: Subject) -> tuple[str, str]:
    return code(called(topology, element)), element.kind


def _counted(
    topology: Topology, names: list[str], rows: list[tuple[Subject, list[Status]]], wanted: list[Status]
) -> Iterator[tuple[str, ...]]:
    for element, statuses in rows:
        states = list(zip(names, statuses, strict=True))
        flows = ([flow for flow, status in states if status == each] for each in wanted)
        yield (*_name(topology, element), *map(codes, flows))
