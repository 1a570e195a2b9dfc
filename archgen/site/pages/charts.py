"""Charts of the site: what to fix first in a system, and how long each system is down."""

from __future__ import annotations

from collections.abc import Sequence

from archgen.analysis.assessment import FlowAssessment
from archgen.compare.flows import called
from archgen.linting.checked_model import CheckedModel
from archgen.model.durations import format_duration
from archgen.render.scene.bar_chart import BarChart, BarGroup, QuantityBar
from archgen.report.common.assessment import format_downtime
from archgen.site.html_builder import one_line
from archgen.site.pages.downtime import worst_flows

FIXES = 5
"""Elements that are shown of each flow."""

FLOWS = 8
"""Flows that a chart, and the details of a page, show."""

SYSTEMS = 12
"""Systems that a chart shows."""

_LEAST = 0.02
"""The share of the longest bar below which a bar is left out: it would be a line."""


def fixes(system: CheckedModel) -> BarChart | None:
    """Return the hours per year that each flow gains if an element never fails; flows of equal bars share theirs."""
    shared: dict[tuple[QuantityBar, ...], list[str]] = {}
    for flow in system.assessments:
        bars = _bars(system, flow)
        if bars:
            shared.setdefault(bars, []).append(one_line(system.topology.flows[flow.flow].title))
    groups = tuple(BarGroup("; ".join(titles), bars) for bars, titles in list(shared.items())[:FLOWS])
    return _chart(f"What to fix first in {one_line(system.architecture.name)}", "downtime saved per year", groups)


def _bars(system: CheckedModel, flow: FlowAssessment) -> tuple[QuantityBar, ...]:
    most = max((gain.hours_per_year for gain in flow.result.importance), default=0.0)
    gains = [gain for gain in flow.result.importance if gain.hours_per_year > most * _LEAST]
    return tuple(
        QuantityBar(called(system.topology, gain.element), gain.hours_per_year, format_duration(gain.hours_per_year))
        for gain in gains[:FIXES]
    )


def downtimes(systems: Sequence[CheckedModel]) -> BarChart | None:
    """Return how long per year the worst flow that reads, and the worst that writes, is down in each system."""
    groups = []
    for system in systems[:SYSTEMS]:
        flows = [(word, flow) for word, flow in worst_flows(system) if flow.possible]
        if flows:
            bars = tuple(QuantityBar(word, flow.result.downtime, format_downtime(flow)) for word, flow in flows)
            groups.append(BarGroup(one_line(system.architecture.name), bars))
    return _chart("Expected downtime per year", "worst flow", tuple(groups)) if len(groups) > 1 else None


def _chart(title: str, quantity: str, groups: tuple[BarGroup, ...]) -> BarChart | None:
    values = "; ".join(
        f"{group.title}: {', '.join(f'{bar.label} {bar.shown}' for bar in group.bars)}" for group in groups
    )
    return BarChart(title, f"{title}, {quantity}. {values}.", groups) if groups else None
