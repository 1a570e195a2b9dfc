"""What the charts of the site show: what to fix first in a tier, and how long each tier is down."""

from __future__ import annotations

from collections.abc import Sequence

from archgen.analysis.assessment import FlowAssessment
from archgen.compare.flows import called
from archgen.render.scene.bar_chart import Bar, BarChart, BarGroup
from archgen.report.common.assessment import lasting
from archgen.site.escape import one_line
from archgen.site.page import Tier
from archgen.site.step import access

FIXES = 5
"""Elements that are shown of each flow."""

FLOWS = 8
"""Flows that a chart, and the details of a page, show."""

TIERS = 12
"""Tiers that a chart shows."""

_LEAST = 0.02
"""The share of the longest bar below which a bar is left out: it would be a line."""


def fixes(tier: Tier) -> BarChart | None:
    """Hours a year that each flow would be up longer if an element never failed; flows of equal bars share theirs."""
    shared: dict[tuple[Bar, ...], list[str]] = {}
    for one in tier.assessments:
        bars = _bars(tier, one)
        if bars:
            shared.setdefault(bars, []).append(one_line(tier.topology.flows[one.flow].title))
    groups = tuple(BarGroup("; ".join(titles), bars) for bars, titles in list(shared.items())[:FLOWS])
    return _chart(f"What to fix first in {one_line(tier.topology.architecture.name)}", "won a year", groups)


def _bars(tier: Tier, one: FlowAssessment) -> tuple[Bar, ...]:
    most = max((each.hours_per_year for each in one.result.importance), default=0.0)
    told = [each for each in one.result.importance if each.hours_per_year > most * _LEAST]
    return tuple(
        Bar(called(tier.topology, each.element), each.hours_per_year, lasting(each.hours_per_year))
        for each in told[:FIXES]
    )


def downtimes(tiers: Sequence[Tier]) -> BarChart | None:
    """How long a year the worst flow that reads, and the worst that writes, is down in each tier."""
    groups = []
    for tier in tiers[:TIERS]:
        found = [(word, worst(tier, reading)) for word, reading in (("reads", True), ("writes", False))]
        bars = tuple(
            Bar(word, one.result.downtime, lasting(one.result.downtime)) for word, one in found if one and one.possible
        )
        if bars:
            groups.append(BarGroup(one_line(tier.topology.architecture.name), bars))
    return _chart("Expected downtime a year", "down a year", tuple(groups)) if len(groups) > 1 else None


def worst(tier: Tier, reading: bool) -> FlowAssessment | None:
    """The flow of one kind that is down longest; None if there is none."""
    found = [one for one in tier.assessments if (access(tier.topology, one.flow) == "read") == reading]
    return max(found, key=lambda one: one.result.downtime, default=None)


def _chart(title: str, what: str, groups: tuple[BarGroup, ...]) -> BarChart | None:
    told = "; ".join(
        f"{group.title}: {', '.join(f'{bar.label} {bar.shown}' for bar in group.bars)}" for group in groups
    )
    return BarChart(title, f"{title}, {what}. {told}.", groups) if groups else None
