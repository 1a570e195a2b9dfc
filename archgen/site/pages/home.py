"""The home page: a diagram to try failures in, each system as a card, their single points of failure, and further links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.linting.checked_model import BrokenModel, CheckedModel
from archgen.model.wording import plural
from archgen.site.escape import link, text
from archgen.site.html_builder import Html, Scripted, one_line, tag
from archgen.site.interactive.columns import CARD
from archgen.site.markdown import blocks, bullets, codes, figure, heading, image, page, severity_counts, table
from archgen.site.page import GLOSSARY, HOME, ISSUES, LADDER, TITLES, Page, page_path
from archgen.site.pages.change_blocks import IMPOSSIBLE
from archgen.site.pages.downtime import is_reading
from archgen.site.system_change import breaking

CARDS = 12
"""Systems that the home page shows as cards; beyond, the table leads to the rest."""


def home_page(
    systems: Sequence[CheckedModel],
    invalid: Sequence[BrokenModel],
    chart: Page | None,
    explorer: tuple[CheckedModel, Html] | None = None,
    evolution: bool = True,
) -> Page:
    """Return the systems at a glance, in the order given; `chart` shows how long each is down.

    `explorer` is a system in which a visitor fails elements. `evolution` is True if the site has that page.
    """
    parts = (
        heading(1, "Architecture"),
        "What runs, which failure takes down which requests, and what to change: drawn, computed and checked from one "
        "model per system."
        if systems
        else "",
        _invalid(invalid),
        *_explorer(explorer),
        heading(2, "Systems", "systems") if explorer else "",
        _cards(systems[:CARDS]),
        heading(2, "At a glance", "glance") if systems else "",
        _overview(systems),
        *_downtime(chart),
        *_further(systems, evolution),
    )
    return page(HOME, TITLES[HOME], *parts)


def _explorer(explorer: tuple[CheckedModel, Html] | None) -> Iterator[str]:
    if explorer is None:
        return
    system, block = explorer
    name = link(text(system.architecture.name), page_path(system))
    yield Scripted(heading(2, "Try a failure", "try"), "")
    exact = (
        "exact for its flows, which are assumed from its connections."
        if system.topology.assumed_flows
        else "exact and needs no assumption."
    )
    yield Scripted(f"Click a server of {name}: which requests stop? The result is {exact}", "")
    yield Scripted(block, "")
    more = f"[All elements, and two failures at once]({system.slug}/failures/index.md){{ .md-button }}"
    yield Scripted(more, "")


def _cards(systems: Sequence[CheckedModel]) -> str:
    if not systems:
        return ""
    block = tag("div", *map(_card, systems), class_="archgen-cards")
    return Scripted(block, blocks(*(part for system in systems for part in _static_card(system))).rstrip())


def _static_card(system: CheckedModel) -> Iterator[str]:
    yield f"**{link(text(system.architecture.name), page_path(system))}**"
    yield text(system.architecture.summary or "")
    yield image(f"{system.slug}/{CARD}", f"Diagram of {system.architecture.name}")
    yield bullets(_facts(system))


def _card(system: CheckedModel) -> Html:
    image = tag("img", src=Html(f"{system.slug}/{CARD}"), alt=one_line(f"Diagram of {system.architecture.name}"))
    return tag(
        "a",
        tag("figure", image, class_="archgen-thumb"),
        tag("strong", system.architecture.name),
        tag("span", system.architecture.summary or ""),
        tag("ul", *(tag("li", Html(fact)) for fact in _facts(system))),
        class_="archgen-tier-card",
        href=Html(page_path(system)),
    )


def _facts(system: CheckedModel) -> Iterator[str]:
    topology = system.topology
    yield f"{plural(len(topology.components), 'component')} on {plural(len(topology.hosts), 'host')}"
    if topology.flows:
        stopped = sum(bool(breaking(topology, flow)) for flow in topology.flows)
        yield f"{stopped} of {plural(len(topology.flows), 'flow')} with a single point of failure"
    yield severity_counts(system.groups)


def _overview(systems: Sequence[CheckedModel]) -> str:
    rows = [
        (
            link(text(system.architecture.name), page_path(system)),
            str(len(system.topology.hosts)),
            _breaking(system, reading=True),
            _breaking(system, reading=False),
            link(severity_counts(system.groups), f"{page_path(system)}#issues"),
        )
        for system in systems
    ]
    return table(("System", "Hosts", "SPOFs of reads", "SPOFs of writes", "Issues"), rows)


def _breaking(system: CheckedModel, reading: bool) -> str:
    """Return the single points of failure of all flows that only read, or of the others; empty without such a flow."""
    topology = system.topology
    flows = [flow for flow in topology.flows if is_reading(system, flow) == reading]
    if not all(topology.losses.failures[flow].possible for flow in flows):
        return IMPOSSIBLE
    names = codes(dict.fromkeys(name for flow in flows for name in breaking(topology, flow)))
    return names or ("none" if flows else "")


def _downtime(chart: Page | None) -> Iterator[str]:
    if chart is not None:
        words = tag(
            "p",
            "Of the read flow and of the write flow that is down longest. Each system's page lists the assumptions behind "
            "it, with their sources.",
        )
        head = tag("summary", "Expected downtime per year, based on assumed availabilities")
        yield tag("details", head, words, figure(chart.path, chart.title), class_="archgen-assumed")


def _further(systems: Sequence[CheckedModel], evolution: bool) -> Iterator[str]:
    if not systems:
        return
    yield heading(2, "More pages", "further")
    lines = (
        f"{link('Evolution', LADDER)}: changes from each system to the next, with resolved, still open and new issues"
        if evolution
        else "",
        f"{link('Issues', ISSUES)}: all findings, by severity, rule, component and flow",
        f"{link('Rules', 'rules/index.md')}: every check, its reason, and a model that triggers it",
        f"{link('Glossary', GLOSSARY)}: terms on these pages",
    )
    yield bullets(filter(None, lines))


def _invalid(models: Sequence[BrokenModel]) -> str:
    links = bullets(
        f"{link(text(model.id), page_path(model))} ({plural(len(model.invalidating), 'problem')})" for model in models
    )
    return f"Not shown, because they are invalid:\n\n{links}" if links else ""
