"""The Evolution page: the cost and the benefit of each system's changes, and the resolved, still open and new issues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archgen.compare.flows import FlowChange
from archgen.linting.checked_model import CheckedModel
from archgen.linting.finding_groups import group_findings
from archgen.report.common.assessment import format_downtime
from archgen.site.escape import link, text
from archgen.site.markdown import figure, full_size_figure, heading, page, table
from archgen.site.page import LADDER, TITLES, Page, flow_path
from archgen.site.pages.change_blocks import change_blocks
from archgen.site.pages.downtime import availability_cell, worst_flow
from archgen.site.pages.tradeoff import operated_replicas
from archgen.site.system_change import RuleChange, SystemChange

SYSTEMS = 60
"""Systems that the page describes; the rest have their own pages."""


def evolution_page(systems: Sequence[CheckedModel], changes: Mapping[str, SystemChange], chart: Page | None) -> Page:
    """Return the page of the systems in the order given; `chart` shows the cost of each against its downtime.

    `changes` lead to systems, by their ids, from the previous ones.
    """
    parts = (
        heading(1, "Evolution"),
        "Each system fixes weaknesses of the previous one, and costs more to run. For each system, this page shows the "
        "changes, their effect on each request flow, and the resolved, still open and new issues.",
        *_chart(chart),
        _overview(systems, changes),
        *(part for system in systems[:SYSTEMS] for part in _system(system, changes.get(system.id))),
        f"… and {len(systems) - SYSTEMS} more systems." if len(systems) > SYSTEMS else "",
    )
    return page(LADDER, TITLES[LADDER], *parts)


def _chart(chart: Page | None) -> Iterator[str]:
    if chart is None:
        return
    yield heading(2, "Cost and availability", "cost")
    yield (
        "Each replica has to be run, paid for and monitored, so costs rise to the right. Availability rises upward: each "
        "line is one more nine. The points show the read flow and the write flow that are down longest."
    )
    yield figure(chart.path.rpartition("/")[2], chart.title)


def _overview(systems: Sequence[CheckedModel], changes: Mapping[str, SystemChange]) -> str:
    rows = []
    for number, system in enumerate(systems, 1):
        flows = (worst_flow(system, reading) for reading in (True, False))
        rows.append(
            (
                str(number),
                link(text(system.architecture.name), f"#tier-{system.slug}"),
                str(len(system.topology.hosts)),
                str(operated_replicas(system)),
                *("" if flow is None else format_downtime(flow) for flow in flows),
                *_counts(changes.get(system.id), system),
            )
        )
    head = ("", "System", "Hosts", "Replicas", "Read downtime per year", "Write downtime per year")
    return table((*head, "Resolved", "Still open", "New"), rows)


def _counts(change: SystemChange | None, system: CheckedModel) -> tuple[str, str, str]:
    if change is None:
        return ("", "", str(len(system.open_groups)))
    resolved = sum(len(group_findings(rule.before)) for rule in change.resolved)
    return (str(resolved), _count(change.left), _count(change.introduced))


def _count(rules: Sequence[RuleChange]) -> str:
    return str(sum(len({number for number, _ in rule.after}) for rule in rules))


def _system(system: CheckedModel, change: SystemChange | None) -> Iterator[str]:
    prefix = f"../{system.slug}/"
    yield heading(2, link(text(system.architecture.name), f"{prefix}index.md"), f"tier-{system.slug}")
    yield text(system.architecture.summary or "")
    if change is None:
        yield full_size_figure(f"{prefix}deployment.svg", f"Deployment of {system.architecture.name}")
        yield _availability(system, prefix)
        return
    yield full_size_figure(f"{prefix}step.svg", f"Changes since {change.before.architecture.name}")
    yield heading(3, f"What changed since {text(change.before.architecture.name)}", f"step-{system.slug}")
    yield from change_blocks(change, system, prefix)
    yield _availability_change(change, system, prefix)


def _availability(system: CheckedModel, prefix: str) -> str:
    """Return the flows of a system without a previous one."""
    rows = [
        (
            link(text(system.topology.flows[flow.flow].title), f"{prefix}{flow_path(system.topology, flow.flow)}"),
            availability_cell(flow),
            format_downtime(flow),
        )
        for flow in system.assessments
    ]
    return table(("Flow", "Availability", "Downtime per year"), rows)


def _availability_change(change: SystemChange, system: CheckedModel, prefix: str) -> str:
    rows = []
    for flow in change.evolution.flows:
        if flow.after is None or flow.after.assessment is None:
            continue
        before = flow.before.assessment if flow.before is not None else None
        rows.append(
            (
                link(text(flow.title), f"{prefix}{flow_path(system.topology, flow.flow)}"),
                "new flow" if before is None else format_downtime(before),
                format_downtime(flow.after.assessment),
                availability_cell(flow.after.assessment),
                _verdict(flow),
            )
        )
    return table(("Flow", "Previous downtime per year", "Downtime per year", "Availability", "Change"), rows)


def _verdict(flow: FlowChange) -> str:
    """Return the direction of the change, how far it went, and whether that depends on the assumptions."""
    if flow.direction is None or flow.before is None or flow.after is None:
        return ""
    before, after = flow.before.assessment, flow.after.assessment
    if flow.direction == "same" or before is None or after is None:
        return "unchanged"
    assumed = "" if flow.firm else ", if the assumptions hold"
    better, worse = sorted((before.result.downtime, after.result.downtime))
    times = f"{worse / better:.1f} times " if better > 0 and worse / better < 1e6 else ""
    return f"{times}{'less' if flow.direction == 'better' else 'more'} downtime{assumed}"
