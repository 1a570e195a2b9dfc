"""The home page: each tier as a card with its picture, what stops it, how long it is down, and the ways further in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.analysis.assessment import FlowAssessment
from archgen.model.wording import plural
from archgen.report.common.assessment import lasting
from archgen.site.escape import html, link, one_line, text
from archgen.site.markdown import chart as figure
from archgen.site.markdown import counted, heading, page, table
from archgen.site.page import GLOSSARY, HOME, ISSUES, LADDER, TITLES, Broken, Page, Tier
from archgen.site.pages.charts import worst
from archgen.site.pages.ladder import IMPOSSIBLE, codes
from archgen.site.step import access, breaking

PICTURED = 12
"""Tiers that the home page shows as cards; beyond, the table leads to the rest."""


def home_page(tiers: Sequence[Tier], broken: Sequence[Broken], chart: Page | None) -> Page:
    """The tiers at a glance, in the order given; `chart` shows how long each is down."""
    parts = (
        heading(1, "Architecture"),
        "What runs, which failure stops which request, and what to change: drawn, computed and judged from one model "
        "per tier."
        if tiers
        else "",
        _broken(broken),
        _cards(tiers),
        heading(2, "At a glance", "glance") if tiers else "",
        _overview(tiers),
        *_down(chart),
        *_further(tiers),
    )
    return page(HOME, TITLES[HOME], *parts)


def _cards(tiers: Sequence[Tier]) -> str:
    cards = "".join(_card(tier) for tier in tiers[:PICTURED])
    return f'<div class="archgen-cards">{cards}</div>' if cards else ""


def _card(tier: Tier) -> str:
    architecture = tier.topology.architecture
    name = html(one_line(architecture.name))
    facts = "".join(f"<li>{fact}</li>" for fact in _facts(tier))
    return (
        f'<a class="archgen-tier-card" href="{tier.slug}/index.md"><figure class="archgen-thumb">'
        f'<img src="{tier.slug}/deployment.svg" alt="Deployment of {name}"></figure>'
        f"<strong>{name}</strong><span>{html(one_line(architecture.summary or ''))}</span><ul>{facts}</ul></a>"
    )


def _facts(tier: Tier) -> Iterator[str]:
    for word, reading in (("Reads", True), ("Writes", False)):
        one = worst(tier, reading)
        if one is not None:
            yield f"{word}: {f'down {lasting(one.result.downtime)} a year' if one.possible else IMPOSSIBLE}"
    yield counted(tier.findings)


def _overview(tiers: Sequence[Tier]) -> str:
    rows = [
        (
            link(text(tier.topology.architecture.name), f"{tier.slug}/index.md"),
            str(len(tier.topology.hosts)),
            _stopping(tier, reading=True),
            _stopping(tier, reading=False),
            *_downtime(tier),
            link(counted(tier.findings), f"{tier.slug}/index.md#issues"),
        )
        for tier in tiers
    ]
    return table(
        (
            "Tier",
            "Hosts",
            "Alone stops a read",
            "Alone stops a write",
            "Reads down a year",
            "Writes down a year",
            "Issues",
        ),
        rows,
    )


def _stopping(tier: Tier, reading: bool) -> str:
    """The elements whose loss alone stops a flow that only reads, or one that writes; empty if there is no such flow."""
    topology = tier.topology
    flows = [flow for flow in topology.flows if (access(topology, flow) == "read") == reading]
    if not all(topology.losses.failures[flow].possible for flow in flows):
        return IMPOSSIBLE
    return codes(dict.fromkeys(one for flow in flows for one in breaking(topology, flow))) or (
        "nothing" if flows else ""
    )


def _downtime(tier: Tier) -> tuple[str, str]:
    """How long the worst flow that reads, and the worst that writes, is down in a year."""
    found = (worst(tier, reading) for reading in (True, False))
    reads, writes = (link(_down_for(one), f"{tier.slug}/index.md#reliability") if one else "" for one in found)
    return (reads, writes)


def _down_for(one: FlowAssessment) -> str:
    return lasting(one.result.downtime) if one.possible else "always"


def _down(chart: Page | None) -> list[str]:
    if chart is None:
        return []
    return [
        "Expected downtime a year of the flow that reads, and of the one that writes, which is down longest. What the "
        "models do not state is assumed; each tier's page lists what, and its source.",
        figure(chart.path, chart.title),
    ]


def _further(tiers: Sequence[Tier]) -> Iterator[str]:
    if not tiers:
        return
    yield heading(2, "Further in", "further")
    lines = [
        f"{link('The ladder', LADDER)}: what each step bought, what it left open, and what it brought with it"
        if len(tiers) > 1
        else "",
        f"{link('Issues', ISSUES)}: all that the rules find, by severity, rule, component and flow",
        f"{link('Rules', 'rules/index.md')}: what is checked, why, and a model in which each finds something",
        f"{link('Glossary', GLOSSARY)}: what the words mean",
    ]
    yield "\n".join(f"- {line}" for line in lines if line)


def _broken(broken: Sequence[Broken]) -> str:
    lines = [
        f"- {link(text(one.id), f'{one.slug}/index.md')} ({plural(len(one.invalidating), 'problem')})" for one in broken
    ]
    return "\n".join(["Not shown, because they cannot be read:", "", *lines]) if lines else ""
