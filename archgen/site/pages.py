"""Every file of the site, in a fixed order: home, tiers with their flows, rules, pictures, styles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files

from msgspec.structs import replace

from archgen.assessment import assess
from archgen.markup import identifier
from archgen.render.chart_svg import Chart, chart_svg
from archgen.rule import Rule
from archgen.site.broken import broken_page
from archgen.site.charts import downtimes, fixes
from archgen.site.flow import flow_page
from archgen.site.home import home_page
from archgen.site.page import SCRIPTS, SEARCH, STYLES, Broken, Draw, Page, Tier
from archgen.site.rules import rule_index, rule_page
from archgen.site.step import compare
from archgen.site.tier import tier_page


def pages(
    tiers: Sequence[Tier],
    draw: Draw,
    rules: Sequence[Rule],
    verdict: Callable[[Rule], str],
    broken: Sequence[Broken] = (),
) -> Iterator[Page]:
    """The files of a site of `tiers`, in their order.

    `verdict` gives what the tool says of a rule's bad example, as plain text. `broken` are models that cannot
    be shown; each has a page that says why.
    """
    tiers = [replace(tier, assessments=assess(tier.topology)) for tier in tiers]
    known = {tier.id: tier for tier in tiers}
    steps = {tier.id: compare(known[before], tier) for tier in tiers if (before := _before(tier)) in known}
    ladder = _chart("downtime.svg", "ladder", downtimes(tiers))
    yield home_page(tiers, broken, ladder, steps)
    if ladder:
        yield ladder
    for tier in tiers:
        step = steps.get(tier.id)
        chart = _chart(f"{tier.id}/fix-first.svg", tier.id, fixes(tier))
        yield tier_page(tier, step, rules, chart)
        if chart:
            yield chart
        if step:
            yield Page(f"{tier.id}/step.svg", draw.change(step.evolution))
        yield Page(f"{tier.id}/deployment.svg", draw.deployment(tier))
        for flow in tier.topology.flows.values():
            yield flow_page(tier, flow)
            yield Page(f"{tier.id}/flows/{flow.id}/sequence.svg", draw.sequence(tier, flow))
    for model in broken:
        yield broken_page(model)
    yield rule_index(rules)
    for rule in rules:
        yield rule_page(rule, verdict(rule), tiers)
    for asset in (*STYLES, *SCRIPTS, SEARCH):
        yield Page(asset, (files("archgen.site") / asset).read_text("utf-8"))


def _before(tier: Tier) -> str:
    return tier.topology.architecture.follows or ""


def _chart(path: str, prefix: str, chart: Chart | None) -> Page | None:
    """A chart as a file of the site; its title is what it shows, for those who do not see it."""
    return Page(path, chart_svg(chart, identifier(prefix, "chart")), chart.title) if chart else None
