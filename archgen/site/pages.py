"""Every file of the site, in a fixed order: home, what spans the tiers, tiers with their flows, rules, glossary, styles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files

from msgspec.structs import replace

from archgen.assessment import assess
from archgen.markup import identifier
from archgen.render.chart_svg import Chart, chart_svg
from archgen.render.tradeoff_svg import tradeoff_svg
from archgen.rule import Rule
from archgen.site.answers.panorama import View, section
from archgen.site.answers.views import views
from archgen.site.broken import broken_page
from archgen.site.charts import downtimes, fixes
from archgen.site.climb import ladder_page
from archgen.site.costs import tradeoff
from archgen.site.everything import issues_page
from archgen.site.failures import explorable, failures_page
from archgen.site.flow import flow_page
from archgen.site.glossary import Terms, glossary_page
from archgen.site.home import home_page
from archgen.site.page import SCRIPTS, SEARCH, STYLES, Broken, Draw, Page, Tier
from archgen.site.plain import texts
from archgen.site.rules import rule_index, rule_page
from archgen.site.step import Step, compare
from archgen.site.tier import tier_page
from archgen.views.deployment import deployment
from archgen.views.path import path


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
    terms = Terms()
    yield from (terms.link(page) for page in _pages(tiers, draw, rules, verdict, broken))


def _pages(
    tiers: Sequence[Tier],
    draw: Draw,
    rules: Sequence[Rule],
    verdict: Callable[[Rule], str],
    broken: Sequence[Broken],
) -> Iterator[Page]:
    tiers = [replace(tier, assessments=assess(tier.topology)) for tier in tiers]
    known = {tier.id: tier for tier in tiers}
    steps = {tier.id: compare(known[before], tier) for tier in tiers if (before := _before(tier)) in known}
    down = _chart("downtime.svg", "downtime", downtimes(tiers))
    yield home_page(tiers, broken, down)
    if down:
        yield down
    yield from _across(tiers, steps, rules)
    for tier in tiers:
        step = steps.get(tier.id)
        chart = _chart(f"{tier.id}/fix-first.svg", tier.id, fixes(tier))
        inside, pictures = _drawn(tier, draw, step)
        yield tier_page(tier, step, rules, inside, chart)
        if chart:
            yield chart
        yield from pictures
        if explorable(tier.topology):
            yield failures_page(tier, draw.drawn(tier, deployment(tier.topology), lambda kind, id: "#losses"))
        for flow in tier.topology.flows.values():
            shown = draw.drawn(tier, path(tier.topology, flow), lambda kind, id: "#steps")
            yield flow_page(tier, flow, draw.sequence(tier, flow, True), shown)
            yield Page(f"{tier.id}/flows/{flow.id}/sequence.svg", draw.sequence(tier, flow))
    for model in broken:
        yield broken_page(model)
    yield rule_index(rules)
    for rule in rules:
        yield rule_page(rule, verdict(rule), tiers)
    yield glossary_page(tiers)
    yield from texts(tiers, rules)
    for asset in (*STYLES, *SCRIPTS, SEARCH):
        yield Page(asset, (files("archgen.site") / asset).read_text("utf-8"))


def _across(tiers: Sequence[Tier], steps: Mapping[str, Step], rules: Sequence[Rule]) -> Iterator[Page]:
    """What spans the tiers: the ladder with its chart, and all issues."""
    cost = tradeoff(tiers)
    chart = Page("ladder/cost.svg", tradeoff_svg(cost, identifier("ladder", "cost")), cost.title) if cost else None
    yield ladder_page(tiers, steps, chart)
    if chart:
        yield chart
    yield issues_page(tiers, rules)


def _drawn(tier: Tier, draw: Draw, step: Step | None) -> tuple[list[View], list[Page]]:
    """The pictures of a tier's page, and the same as files."""
    address = section(tier)
    found = views(tier, step)
    inside = [View(one.id, one.title, one.file, draw.drawn(tier, one.diagram, address)) for one in found]
    return inside, [Page(f"{tier.id}/{one.file}", draw.drawn(tier, one.diagram)) for one in found]


def _before(tier: Tier) -> str:
    return tier.topology.architecture.follows or ""


def _chart(path: str, prefix: str, chart: Chart | None) -> Page | None:
    """A chart as a file of the site; its title is what it shows, for those who do not see it."""
    return Page(path, chart_svg(chart, identifier(prefix, "chart")), chart.title) if chart else None
