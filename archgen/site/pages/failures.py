"""The page on which a reader takes elements of a tier away; without scripts it tells the loss of each element alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archgen.analysis.topology import Topology
from archgen.compare.flows import called
from archgen.model.subject import Subject
from archgen.reliability.simulation import Status, alone
from archgen.site.answers.panorama import guarded
from archgen.site.compiled import compiled, elements, written
from archgen.site.escape import code, link, text
from archgen.site.markdown import heading, page, table
from archgen.site.page import Page, Tier, flow_path
from archgen.site.pages.ladder import codes
from archgen.views.folding import fold

COLUMNS = 6
"""Flows that have a column of their own; with more of them, a row names those that an element stops."""

TITLE = "What fails"
"""What the page is called in menus."""

_SIGNS: dict[Status, str] = {"ok": "ok", "degraded": "degraded", "down": "**down**"}


def explorable(topology: Topology) -> bool:
    """Whether there is anything to lose, and a flow to lose it for."""
    return bool(topology.flows and elements(topology))


def failures_page(tier: Tier, svg: str) -> Page:
    """The page of one tier; `svg` is its deployment as it stands in a page."""
    topology = tier.topology
    name = topology.architecture.name
    parts = (
        heading(1, "What happens when something fails"),
        f"Take parts of {link(text(name), '../index.md')} away, one or several at once. Each request flow then says "
        "whether it still works, where it stops, and what is left to fail.",
        explorer(tier, svg),
        heading(2, "Each loss alone", "losses"),
        _losses(tier, elements(topology)),
    )
    return page(f"{tier.slug}/failures/index.md", TITLE, *parts)


def explorer(tier: Tier, svg: str) -> str:
    """The picture and the structure functions behind it, without an empty line, as Markdown asks of HTML."""
    data = compiled(tier.topology, None, tier.assessments) | folded(tier.topology)
    return (
        '<div class="archgen-failures" data-search-exclude data-flows="../flows/">'
        f'<figure class="archgen-stage">{guarded(svg)}</figure>'
        f'<script type="application/json">{written(data)}</script></div>'
    )


def folded(topology: Topology) -> dict[str, Any]:
    """The elements behind each card and host of a large picture, where one stands for several."""
    folding = fold(topology)
    if not folding.nodes:
        return {}
    place = {one: at for at, one in enumerate(elements(topology))}
    nodes: dict[str, list[int]] = {}
    hosts: dict[str, list[int]] = {}
    for replica, node in folding.nodes.items():
        if (at := place.get(Subject("replica", replica))) is not None:
            nodes.setdefault(node, []).append(at)
    for host, shown in folding.hosts.items():
        hosts.setdefault(shown, []).append(place[Subject("host", host)])
    return {"nodes": nodes, "hosts": hosts}


def _losses(tier: Tier, known: tuple[Subject, ...]) -> str:
    topology = tier.topology
    flows = topology.architecture.flows
    found = [alone(topology.index, flow, topology.losses.plans[flow.id], known) for flow in flows]
    rows = [(element, [each[at] for each in found]) for at, element in enumerate(known)]
    if len(flows) <= COLUMNS:
        names = [link(text(flow.title), f"../{flow_path(topology, flow.id)}") for flow in flows]
        body = ((*_named(topology, one), *(_SIGNS[each] for each in verdicts)) for one, verdicts in rows)
        return table(("Lost", "Kind", *names), body)
    return table(("Lost", "Kind", "Down", "Degraded"), _counted(tier, rows))


def _named(topology: Topology, element: Subject) -> tuple[str, str]:
    return code(called(topology, element)), element.kind


def _counted(tier: Tier, rows: list[tuple[Subject, list[Status]]]) -> Iterator[tuple[str, ...]]:
    flows = tuple(tier.topology.flows)
    for element, verdicts in rows:
        ends = (
            codes([flow for flow, each in zip(flows, verdicts, strict=True) if each == status])
            for status in ("down", "degraded")
        )
        yield (*_named(tier.topology, element), *ends)
