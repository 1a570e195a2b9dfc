"""The home page: the ladder of tiers, each with its picture and what the step to it bought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archgen.assessment import FlowAssessment
from archgen.report.assessment import lasting
from archgen.site.charts import worst
from archgen.site.escape import link, text
from archgen.site.ladder import IMPOSSIBLE, codes, step_blocks
from archgen.site.markdown import chart as figure
from archgen.site.markdown import counted, heading, page, picture, table
from archgen.site.page import HOME, Broken, Page, Tier
from archgen.site.step import Step, access, breaking
from archgen.wording import plural

PICTURED = 12
"""Tiers that the home page shows in full; beyond, a table leads to the rest."""


def home_page(tiers: Sequence[Tier], broken: Sequence[Broken], chart: Page | None, steps: Mapping[str, Step]) -> Page:
    """The ladder, from the first tier given to the last; `chart` shows how long each is down.

    `steps` lead to tiers, by their ids, from the tiers before them.
    """
    parts = (
        heading(1, "Architecture"),
        "The tiers of this system, what each is, what the step to it bought, and what it left open." if tiers else "",
        _overview(tiers),
        *_down(chart),
        _broken(broken),
        *(part for tier in tiers[:PICTURED] for part in _tier(tier, steps.get(tier.id))),
    )
    return page(HOME, "Architecture", *parts)


def _overview(tiers: Sequence[Tier]) -> str:
    rows = [
        (
            link(text(tier.topology.architecture.name), f"{tier.id}/index.md"),
            str(len(tier.topology.hosts)),
            _stopping(tier, reading=True),
            _stopping(tier, reading=False),
            *_downtime(tier),
            counted(tier.findings),
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
    if not all(topology.failures[flow].possible for flow in flows):
        return IMPOSSIBLE
    return codes(dict.fromkeys(one for flow in flows for one in breaking(topology, flow))) or (
        "nothing" if flows else ""
    )


def _downtime(tier: Tier) -> tuple[str, str]:
    """How long the worst flow that reads, and the worst that writes, is down in a year."""
    found = (worst(tier, reading) for reading in (True, False))
    reads, writes = (link(_down_for(one), f"{tier.id}/index.md#reliability") if one else "" for one in found)
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


def _tier(tier: Tier, step: Step | None) -> list[str]:
    architecture = tier.topology.architecture
    parts = [
        heading(2, link(text(architecture.name), f"{tier.id}/index.md"), f"tier-{tier.id}"),
        text(architecture.summary or ""),
        picture(f"{tier.id}/deployment.svg", f"Deployment of {architecture.name}"),
    ]
    if step is not None:
        parts += [
            heading(3, f"What the step from {text(step.before.topology.architecture.name)} bought", f"step-{tier.id}"),
            *step_blocks(step, tier, f"{tier.id}/", table=False),
        ]
    return parts


def _broken(broken: Sequence[Broken]) -> str:
    lines = [f"- {link(text(one.id), f'{one.id}/index.md')} ({plural(len(one.findings), 'problem')})" for one in broken]
    return "\n".join(["Not shown, because they cannot be read:", "", *lines]) if lines else ""
