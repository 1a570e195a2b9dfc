"""Every file of the site, in a fixed order: home, what spans the tiers, tiers with their flows, rules, glossary, styles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

from msgspec.structs import replace

from archgen.linting.rule import Rule
from archgen.model.architecture import Flow
from archgen.render.scene.bar_chart import BarChart, bar_chart_scene
from archgen.render.scene.tradeoff import tradeoff_scene
from archgen.render.svg.document import svg
from archgen.site.answers.panorama import View, section
from archgen.site.answers.views import views
from archgen.site.asset import asset
from archgen.site.failed import Build, assessed, isolated
from archgen.site.page import (
    CATALOGUE,
    GLOSSARY,
    HOME,
    ISSUES,
    LADDER,
    SCRIPTS,
    SEARCH,
    SITE_STYLE,
    STYLES,
    TITLES,
    Broken,
    Chapter,
    Draw,
    Page,
    Tier,
    flow_path,
)
from archgen.site.pages.broken import broken_page
from archgen.site.pages.charts import downtimes, fixes
from archgen.site.pages.costs import tradeoff
from archgen.site.pages.evolution import ladder_page
from archgen.site.pages.failures import TITLE as FAILURES
from archgen.site.pages.failures import explorable, failures_page
from archgen.site.pages.flow import flow_page
from archgen.site.pages.glossary import Terms, glossary_page
from archgen.site.pages.home import home_page
from archgen.site.pages.issues import issues_page
from archgen.site.pages.plain import texts
from archgen.site.pages.rules import rule_index, rule_page
from archgen.site.pages.system import tier_page
from archgen.site.step import Step, compare
from archgen.style.svg_markup import identifier
from archgen.system.internal_errors import InternalError
from archgen.views.deployment import deployment
from archgen.views.diagram import Diagram
from archgen.views.path import path

Steps = Callable[[str], Step | None]
"""The step that leads to a tier, by its id, from the tier before it, where that is part of the site."""


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
    for chapter in chapters(tiers, draw, rules, verdict, broken):
        yield from chapter.make()


def chapters(
    tiers: Sequence[Tier],
    draw: Draw,
    rules: Sequence[Rule],
    verdict: Callable[[Rule], str],
    broken: Sequence[Broken] = (),
) -> Iterator[Chapter]:
    """The same site in parts, which can be made in any order and by several at once."""
    pairs = [assessed(tier) for tier in tiers]
    found = [tier for tier, _ in pairs]
    failed = {_page(tier): errors for tier, errors in pairs if errors}
    terms = Terms()

    def build(some: Sequence[Tier]) -> dict[str, Chapter]:
        made = _chapters(some, draw, rules, verdict, broken)
        return {one.path: replace(one, make=partial(_linked, terms, one.make)) for one in made}

    for one in build(found).values():
        yield replace(one, make=partial(_made, one, found, build, failed.get(one.path, ())))


def _linked(terms: Terms, make: Callable[[], Iterator[Page]]) -> Iterator[Page]:
    return map(terms.link, make())


def _made(chapter: Chapter, tiers: Sequence[Tier], build: Build, errors: tuple[InternalError, ...]) -> Iterator[Page]:
    """The pages of a chapter, the first of them with what failed before."""
    for at, page in enumerate(isolated(chapter, tiers, build)):
        yield page if at or not errors else replace(page, errors=errors + page.errors)


def _chapters(
    tiers: Sequence[Tier],
    draw: Draw,
    rules: Sequence[Rule],
    verdict: Callable[[Rule], str],
    broken: Sequence[Broken],
) -> Iterator[Chapter]:
    known = {tier.id: tier for tier in tiers}

    @cache
    def step(to: str) -> Step | None:
        before = known.get(known[to].topology.architecture.follows or "")
        return compare(before, known[to]) if before else None

    every = tuple(known)
    yield Chapter(HOME, TITLES[HOME], lambda: _home(tiers, broken), every, borrows=True)
    yield Chapter(LADDER, TITLES[LADDER], lambda: _ladder(tiers, step), every, borrows=True)
    yield _alone(ISSUES, TITLES[ISSUES], lambda: issues_page(tiers, rules), every)
    for tier in tiers:
        yield from _of_tier(tier, step, draw, rules)
    for model in broken:
        yield _alone(f"{model.slug}/index.md", model.id, partial(broken_page, model), every)
    yield _alone(CATALOGUE, TITLES[CATALOGUE], lambda: rule_index(rules), ())
    for rule in rules:
        yield _alone(f"rules/{rule.id}/index.md", rule.title, partial(_rule, rule, verdict, tiers), every)
    yield _alone(GLOSSARY, TITLES[GLOSSARY], lambda: glossary_page(tiers), every)
    yield Chapter("", "", lambda: texts(tiers, rules), every)
    yield Chapter(SEARCH, "", _assets, ())


def _alone(path: str, title: str, make: Callable[[], Page], tells: tuple[str, ...]) -> Chapter:
    """A chapter of one page."""
    return Chapter(path, title, lambda: iter((make(),)), tells)


def _home(tiers: Sequence[Tier], broken: Sequence[Broken]) -> Iterator[Page]:
    down = _chart("downtime.svg", "downtime", downtimes(tiers))
    yield home_page(tiers, broken, down)
    if down:
        yield down


def _ladder(tiers: Sequence[Tier], step: Steps) -> Iterator[Page]:
    cost = tradeoff(tiers)
    chart = (
        Page("ladder/cost.svg", svg(tradeoff_scene(cost, identifier("ladder", "cost"))), cost.title) if cost else None
    )
    steps = {tier.id: found for tier in tiers if (found := step(tier.id)) is not None}
    yield ladder_page(tiers, steps, chart)
    if chart:
        yield chart


def _of_tier(tier: Tier, step: Steps, draw: Draw, rules: Sequence[Rule]) -> Iterator[Chapter]:
    """The page of a tier, what its failures do, and its flows."""

    @cache
    def deployed() -> Diagram:
        return deployment(tier.topology)

    architecture, own = tier.topology.architecture, (tier.id,)
    tells = (*own, architecture.follows) if architecture.follows else own
    yield Chapter(_page(tier), architecture.name, lambda: _tier(tier, step(tier.id), draw, rules), tells)
    if explorable(tier.topology):
        yield _alone(f"{tier.slug}/failures/index.md", FAILURES, lambda: _failures(tier, deployed(), draw), own)
    for flow in tier.topology.flows.values():
        make = partial(_flow, tier, flow, deployed, draw)
        yield Chapter(f"{tier.slug}/{flow_path(tier.topology, flow.id)}", flow.title, make, own)


def _page(tier: Tier) -> str:
    return f"{tier.slug}/index.md"


def _tier(tier: Tier, step: Step | None, draw: Draw, rules: Sequence[Rule]) -> Iterator[Page]:
    chart = _chart(f"{tier.slug}/fix-first.svg", tier.id, fixes(tier))
    inside, pictures = _drawn(tier, draw, step)
    yield tier_page(tier, step, rules, inside, chart)
    if chart:
        yield chart
    yield from pictures


def _failures(tier: Tier, deployed: Diagram, draw: Draw) -> Page:
    return failures_page(tier, draw.drawn(tier, deployed, lambda kind, id: "#losses"))


def _flow(tier: Tier, flow: Flow, deployed: Callable[[], Diagram], draw: Draw) -> Iterator[Page]:
    shown = draw.drawn(tier, path(tier.topology, flow, (), deployed()), lambda kind, id: "#steps")
    yield flow_page(tier, flow, draw.sequence(tier, flow, True), shown)
    yield Page(f"{tier.slug}/flows/{tier.topology.flow_slugs[flow.id]}/sequence.svg", draw.sequence(tier, flow))


def _rule(rule: Rule, verdict: Callable[[Rule], str], tiers: Sequence[Tier]) -> Page:
    return rule_page(rule, verdict(rule), tiers)


def _assets() -> Iterator[Page]:
    """What browsers read beside the pages."""
    for file in (SITE_STYLE, *STYLES, *SCRIPTS, SEARCH):
        yield Page(file, asset(file))


def _drawn(tier: Tier, draw: Draw, step: Step | None) -> tuple[list[View], list[Page]]:
    """The pictures of a tier's page, and the same as files."""
    address = section(tier)
    found = views(tier, step)
    inside = [View(one.id, one.title, one.file, draw.drawn(tier, one.diagram, address)) for one in found]
    return inside, [Page(f"{tier.slug}/{one.file}", draw.drawn(tier, one.diagram)) for one in found]


def _chart(path: str, prefix: str, chart: BarChart | None) -> Page | None:
    """A chart as a file of the site; its title is what it shows, for those who do not see it."""
    return Page(path, svg(bar_chart_scene(chart, identifier(prefix, "chart"))), chart.title) if chart else None
