"""The home page: the ladder of tiers, each with its picture and what the step to it bought."""

from __future__ import annotations

from collections.abc import Sequence

from archgen.site.escape import link, text
from archgen.site.ladder import step_blocks
from archgen.site.markdown import counted, heading, page, picture, table
from archgen.site.page import HOME, Broken, Page, Tier
from archgen.site.step import breaking, compare
from archgen.wording import plural

PICTURED = 12
"""Tiers that the home page shows in full; beyond, a table leads to the rest."""


def home_page(tiers: Sequence[Tier], broken: Sequence[Broken]) -> Page:
    """The ladder, from the first tier given to the last."""
    known = {tier.id: tier for tier in tiers}
    parts = (
        heading(1, "Architecture"),
        _overview(tiers),
        _broken(broken),
        *(part for tier in tiers[:PICTURED] for part in _tier(tier, known)),
    )
    return page(HOME, "Architecture", *parts)


def _overview(tiers: Sequence[Tier]) -> str:
    rows = [
        (
            link(text(tier.topology.architecture.name), f"{tier.id}/index.md"),
            str(len(tier.topology.hosts)),
            _breaking(tier),
            counted(tier.findings),
        )
        for tier in tiers
    ]
    return table(("Tier", "Hosts", "Flows that one failure stops", "Issues"), rows)


def _breaking(tier: Tier) -> str:
    stopped = [flow for flow in tier.topology.flows if breaking(tier.topology, flow)]
    return f"{len(stopped)} of {plural(len(tier.topology.flows), 'flow')}"


def _tier(tier: Tier, known: dict[str, Tier]) -> list[str]:
    architecture = tier.topology.architecture
    before = known.get(architecture.follows or "")
    parts = [
        heading(2, link(text(architecture.name), f"{tier.id}/index.md"), f"tier-{tier.id}"),
        text(architecture.summary or ""),
        picture(f"{tier.id}/deployment.svg", f"Deployment of {architecture.name}"),
    ]
    if before is not None:
        parts += [
            heading(3, f"What the step from {text(before.topology.architecture.name)} bought", f"step-{tier.id}"),
            *step_blocks(compare(before, tier), tier, f"{tier.id}/"),
        ]
    return parts


def _broken(broken: Sequence[Broken]) -> str:
    lines = [f"- {link(text(one.id), f'{one.id}/index.md')} ({plural(len(one.findings), 'problem')})" for one in broken]
    return "\n".join(["Not shown, because they cannot be read:", "", *lines]) if lines else ""
