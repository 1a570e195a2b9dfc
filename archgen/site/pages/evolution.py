"""The page that walks the ladder: what each step cost and bought, what it left open and what it brought with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archgen.compare.flows import FlowChange
from archgen.model.wording import plural
from archgen.report.common.assessment import lasting, percent
from archgen.site.escape import link, text
from archgen.site.markdown import chart as figure
from archgen.site.markdown import heading, page, picture, table
from archgen.site.page import LADDER, TITLES, Page, Tier, flow_path
from archgen.site.pages.charts import worst
from archgen.site.pages.costs import replicas
from archgen.site.pages.ladder import IMPOSSIBLE, step_blocks
from archgen.site.step import Step

TOLD = 60
"""Tiers that the page walks; beyond, their own pages tell of the rest."""


def ladder_page(tiers: Sequence[Tier], steps: Mapping[str, Step], chart: Page | None) -> Page:
    """The ladder from the first tier given to the last; `chart` shows the cost of each against its downtime.

    `steps` lead to tiers, by their ids, from the tiers before them.
    """
    parts = (
        heading(1, "The ladder"),
        "Each tier answers what the one before it left open, and pays for it with more to run. This page walks from "
        "one to the next: what it is, what each request flow gained, which issues it closed and which it brought.",
        *_chart(chart),
        _overview(tiers, steps),
        *(part for tier in tiers[:TOLD] for part in _tier(tier, steps.get(tier.id))),
        f"… and {plural(len(tiers) - TOLD, 'tier')} more." if len(tiers) > TOLD else "",
    )
    return page(LADDER, TITLES[LADDER], *parts)


def _chart(chart: Page | None) -> Iterator[str]:
    if chart is None:
        return
    yield heading(2, "Cost and availability", "cost")
    yield (
        "Each replica is something to run, to pay and to watch; further right costs more. Further up is better: each "
        "line is one nine of availability more. The flow that is down longest stands for all that read, or write."
    )
    yield figure(chart.path.rpartition("/")[2], chart.title)


def _overview(tiers: Sequence[Tier], steps: Mapping[str, Step]) -> str:
    rows = []
    for number, tier in enumerate(tiers, 1):
        step = steps.get(tier.id)
        down = (worst(tier, reading) for reading in (True, False))
        rows.append(
            (
                str(number),
                link(text(tier.topology.architecture.name), f"#tier-{tier.slug}"),
                str(len(tier.topology.hosts)),
                str(replicas(tier)),
                *(("" if one is None else lasting(one.result.downtime) if one.possible else "always") for one in down),
                *_counts(step, tier),
            )
        )
    head = ("", "Tier", "Hosts", "Replicas", "Reads down a year", "Writes down a year", "Closed", "Left open", "New")
    return table(head, rows)


def _counts(step: Step | None, tier: Tier) -> tuple[str, str, str]:
    if step is None:
        return ("", "", str(len(tier.open)))
    left, new = (str(sum(len(one.after) for one in each)) for each in (step.left, step.introduced))
    return (str(sum(len(one.before) for one in step.resolved)), left, new)


def _tier(tier: Tier, step: Step | None) -> Iterator[str]:
    architecture = tier.topology.architecture
    prefix = f"../{tier.slug}/"
    yield heading(2, link(text(architecture.name), f"{prefix}index.md"), f"tier-{tier.slug}")
    yield text(architecture.summary or "")
    if step is None:
        yield picture(f"{prefix}deployment.svg", f"Deployment of {architecture.name}")
        yield _standing(tier, prefix)
        return
    name = text(step.before.topology.architecture.name)
    yield picture(f"{prefix}step.svg", f"What the step from {step.before.topology.architecture.name} changed")
    yield heading(3, f"What the step from {name} bought", f"step-{tier.slug}")
    yield from step_blocks(step, tier, prefix)
    yield _availability(step, tier, prefix)


def _standing(tier: Tier, prefix: str) -> str:
    """Where a tier stands that follows none of the others."""
    rows = [
        (
            link(text(tier.topology.flows[one.flow].title), f"{prefix}{flow_path(tier.topology, one.flow)}"),
            percent(one.result.availability) if one.possible else IMPOSSIBLE,
            lasting(one.result.downtime) if one.possible else "always",
        )
        for one in tier.assessments
    ]
    return table(("Flow", "Availability", "Down a year"), rows)


def _availability(step: Step, tier: Tier, prefix: str) -> str:
    rows = []
    for one in step.evolution.flows:
        if one.after is None or one.after.assessment is None:
            continue
        after = one.after.assessment
        before = one.before.assessment if one.before is not None else None
        rows.append(
            (
                link(text(one.title), f"{prefix}{flow_path(tier.topology, one.flow)}"),
                "new flow" if before is None else lasting(before.result.downtime) if before.possible else "always",
                lasting(after.result.downtime) if after.possible else "always",
                percent(after.result.availability) if after.possible else IMPOSSIBLE,
                _verdict(one),
            )
        )
    return table(("Flow", "Down a year before", "Down a year now", "Availability now", "Verdict"), rows)


def _verdict(one: FlowChange) -> str:
    """Which way it went, how far, and whether that hangs on the numbers that were assumed."""
    if one.direction is None or one.before is None or one.after is None:
        return ""
    before, after = one.before.assessment, one.after.assessment
    if one.direction == "same" or before is None or after is None:
        return "unchanged"
    assumed = "" if one.firm else ", if the assumed numbers hold"
    better, worse = sorted((before.result.downtime, after.result.downtime))
    times = f" {worse / better:.1f} times" if better > 0 and worse / better < 1e6 else ""
    return f"{times.strip()} {'less' if one.direction == 'better' else 'more'} downtime{assumed}".strip()
