"""Every file of the site, in a fixed order: home, pages across systems, systems with their flows, rules, glossary, assets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

from msgspec import Struct
from msgspec.structs import replace

from archgen.linting.checked_model import BrokenModel, CheckedModel
from archgen.linting.rule import Rule
from archgen.model.architecture import Flow
from archgen.render.scene.bar_chart import BarChart, bar_chart_scene
from archgen.render.scene.tradeoff import tradeoff_scene
from archgen.render.svg.document import svg
from archgen.site.asset import asset
from archgen.site.failed_pages import PartsByPath, assess_system, make_isolated
from archgen.site.html_builder import Html
from archgen.site.interactive.columns import (
    CARD,
    Stage,
    front_svg,
    on_thumbnail,
    path_on_phone,
    stage,
    trial_on_phone,
)
from archgen.site.interactive.groups import group_levels, group_paths
from archgen.site.interactive.trial import trial, trial_path
from archgen.site.interactive.view_block import ViewDrawings, link_to
from archgen.site.interactive.views import views
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
    Page,
    Renderer,
    SitePart,
    flow_path,
    page_path,
)
from archgen.site.pages.charts import downtimes, fixes
from archgen.site.pages.component import MOST, component_page, component_path
from archgen.site.pages.evolution import evolution_page
from archgen.site.pages.failures import TITLE as FAILURES
from archgen.site.pages.failures import brief_explorer, failures_page, is_explorable
from archgen.site.pages.flow import flow_page
from archgen.site.pages.glossary import TermLinks, glossary_page
from archgen.site.pages.group import group_pages
from archgen.site.pages.home import home_page
from archgen.site.pages.invalid_model import invalid_model_page
from archgen.site.pages.issues import issues_page
from archgen.site.pages.llms_txt import llms_files
from archgen.site.pages.rules import rule_index, rule_page
from archgen.site.pages.system import system_page
from archgen.site.pages.tradeoff import tradeoff
from archgen.site.system_change import SystemChange, compare
from archgen.style.svg_markup import identifier
from archgen.system.internal_errors import InternalError
from archgen.views.deployment import deployment
from archgen.views.diagram import Diagram

_ChangeTo = Callable[[str], SystemChange | None]
"""The change to a system, by its id, from the previous one, where that is part of the site."""


def render_pages(
    systems: Sequence[CheckedModel],
    renderer: Renderer,
    rules: Sequence[Rule],
    verdict: Callable[[Rule], str],
) -> Iterator[Page]:
    """Yield the files of a site of `systems`, in their order."""
    for part in site_parts(systems, renderer, rules, verdict):
        yield from part.make()


def site_parts(
    systems: Sequence[CheckedModel],
    renderer: Renderer,
    rules: Sequence[Rule],
    verdict: Callable[[Rule], str],
    invalid: Sequence[BrokenModel] = (),
) -> Iterator[SitePart]:
    """Yield the same site in parts, which can be made in any order and by several processes at once.

    `verdict` gives the output of `archgen lint` for a rule's bad example, as plain text. Each of the `invalid` models has a
    page with its problems.
    """
    pairs = [assess_system(system) for system in systems]
    assessed = [system for system, _ in pairs]
    failed = {page_path(system): errors for system, errors in pairs if errors}
    terms = TermLinks()
    chapters = _chapters(assessed)

    def by_path(some: Sequence[CheckedModel]) -> dict[str, SitePart]:
        parts = _parts(some, renderer, rules, verdict, invalid, chapters)
        return {part.path: replace(part, make=partial(_linked, terms, part.make)) for part in parts}

    for part in by_path(assessed).values():
        yield replace(part, make=partial(_make, part, assessed, by_path, failed.get(part.path, ())))


class _Chapters(Struct, frozen=True):
    """The pages that only some sites have: the evolution of systems, and a page per component."""

    evolution: bool
    components: bool


def _chapters(systems: Sequence[CheckedModel]) -> _Chapters:
    ids = {system.id for system in systems}
    return _Chapters(
        evolution=any(system.architecture.follows in ids for system in systems),
        components=sum(len(system.topology.components) for system in systems) <= MOST,
    )


def _linked(terms: TermLinks, make: Callable[[], Iterator[Page]]) -> Iterator[Page]:
    return map(terms.link, make())


def _make(
    part: SitePart, systems: Sequence[CheckedModel], by_path: PartsByPath, errors: tuple[InternalError, ...]
) -> Iterator[Page]:
    """Yield the pages of a part, the first of them with the errors of its analysis."""
    first, *others = make_isolated(part, systems, by_path)
    yield replace(first, errors=errors + first.errors) if errors else first
    yield from others


def _parts(
    systems: Sequence[CheckedModel],
    renderer: Renderer,
    rules: Sequence[Rule],
    verdict: Callable[[Rule], str],
    invalid: Sequence[BrokenModel],
    chapters: _Chapters,
) -> Iterator[SitePart]:
    by_id = {system.id: system for system in systems}

    @cache
    def change_to(id: str) -> SystemChange | None:
        before = by_id.get(by_id[id].topology.architecture.follows or "")
        return compare(before, by_id[id]) if before else None

    every = tuple(by_id)
    yield SitePart(
        HOME, TITLES[HOME], lambda: _home(systems, invalid, renderer, chapters.evolution), every, borrows=True
    )
    if chapters.evolution:
        yield SitePart(LADDER, TITLES[LADDER], lambda: _evolution(systems, change_to), every, borrows=True)
    yield _single(ISSUES, TITLES[ISSUES], lambda: issues_page(systems, rules), every)
    for system in systems:
        yield from _of_system(system, change_to, renderer, rules, chapters.components)
    for model in invalid:
        yield _single(page_path(model), model.id, partial(invalid_model_page, model), every)
    yield _single(CATALOGUE, TITLES[CATALOGUE], lambda: rule_index(rules), ())
    for rule in rules:
        yield _single(f"rules/{rule.id}/index.md", rule.title, partial(_rule, rule, verdict, systems), every)
    yield _single(GLOSSARY, TITLES[GLOSSARY], lambda: glossary_page(systems), every)
    yield SitePart("", "", lambda: llms_files(systems, rules, chapters.evolution), every)
    yield SitePart(SEARCH, "", _assets, ())


def _single(path: str, title: str, make: Callable[[], Page], systems: tuple[str, ...]) -> SitePart:
    """Return a part of one page."""
    return SitePart(path, title, lambda: iter((make(),)), systems)


def _home(
    systems: Sequence[CheckedModel], invalid: Sequence[BrokenModel], renderer: Renderer, evolution: bool
) -> Iterator[Page]:
    chart = _chart("downtime.svg", "downtime", downtimes(systems))
    first = next((system for system in systems if is_explorable(system.topology)), None)
    yield home_page(systems, invalid, chart, (first, _explorer(first, renderer)) if first else None, evolution)
    if chart:
        yield chart


def _explorer(system: CheckedModel, renderer: Renderer) -> Html:
    return brief_explorer(system, _stage(system, renderer, "try"))


def _evolution(systems: Sequence[CheckedModel], change_to: _ChangeTo) -> Iterator[Page]:
    cost = tradeoff(systems)
    scene = tradeoff_scene(cost, identifier("ladder", "cost")) if cost else None
    chart = Page("ladder/cost.svg", svg(scene), cost.title) if cost and scene else None
    changes = {system.id: change for system in systems if (change := change_to(system.id)) is not None}
    yield evolution_page(systems, changes, chart)
    if chart:
        yield chart


def _of_system(
    system: CheckedModel, change_to: _ChangeTo, renderer: Renderer, rules: Sequence[Rule], components: bool
) -> Iterator[SitePart]:
    """Yield the page of a system, that of its failures, and those of its flows and components."""

    @cache
    def deployed() -> Diagram:
        return deployment(system.topology)

    own, follows = (system.id,), system.architecture.follows
    sources = (*own, follows) if follows else own
    yield SitePart(
        page_path(system),
        system.architecture.name,
        lambda: _system(system, change_to(system.id), renderer, rules, components),
        sources,
    )
    if is_explorable(system.topology):
        failures = f"{system.slug}/failures/index.md"
        yield _single(failures, FAILURES, lambda: _failures(system, renderer), own)
    for flow in system.topology.flows.values():
        make = partial(_flow, system, flow, deployed, renderer)
        yield SitePart(
            f"{system.slug}/{flow_path(system.topology, flow.id)}", system.topology.flow_titles[flow.id], make, own
        )
    for component in system.topology.components.values() if components else ():
        path = f"{system.slug}/{component_path(system.topology, component.id)}"
        yield _single(path, component.title, partial(component_page, system, component), own)
    for level in group_levels(system.topology) if components else ():
        path = f"{system.slug}/{group_paths(system.topology)[level.id]}"
        yield SitePart(path, level.wide.title, partial(group_pages, system, level, renderer), own)


def _system(
    system: CheckedModel, change: SystemChange | None, renderer: Renderer, rules: Sequence[Rule], components: bool
) -> Iterator[Page]:
    chart = _chart(f"{system.slug}/fix-first.svg", system.id, fixes(system))
    groups = group_paths(system.topology) if components else {}
    offered, address = views(system, change, renderer.legibility), link_to(system, groups)
    inside = [(view, renderer.drawn(system, view.diagram, address)) for view in offered[1:]]
    first = front_svg(system, offered[0].diagram, renderer, address)
    files = [Page(f"{system.slug}/{view.file}", renderer.drawn(system, view.diagram)) for view in offered]
    files.append(Page(f"{system.slug}/{CARD}", renderer.thumbnail(system, on_thumbnail(system.topology))))
    yield system_page(
        system,
        change,
        rules,
        ViewDrawings(offered[0], first, tuple(inside)),
        chart,
        partial(component_path, system.topology) if components else None,
    )
    if chart:
        yield chart
    yield from files


def _failures(system: CheckedModel, renderer: Renderer) -> Page:
    return failures_page(system, _stage(system, renderer, "losses"))


def _stage(system: CheckedModel, renderer: Renderer, anchor: str) -> Stage:
    """Return the diagram whose elements a reader fails; without scripts they lead to an anchor."""
    topology = system.topology
    return stage(system, trial(topology), trial_on_phone(topology), renderer, lambda kind, id: f"#{anchor}")


def _flow(system: CheckedModel, flow: Flow, deployed: Callable[[], Diagram], renderer: Renderer) -> Iterator[Page]:
    tried = trial_path(system.topology, flow, deployed())
    brief = path_on_phone(system.topology, flow, tried, renderer)
    shown = stage(system, tried, brief, renderer, lambda kind, id: "#steps")
    yield flow_page(system, flow, renderer.sequence(system, flow, True), shown)
    file = f"{system.slug}/flows/{system.topology.flow_slugs[flow.id]}/sequence.svg"
    yield Page(file, renderer.sequence(system, flow))


def _rule(rule: Rule, verdict: Callable[[Rule], str], systems: Sequence[CheckedModel]) -> Page:
    return rule_page(rule, verdict(rule), systems)


def _assets() -> Iterator[Page]:
    """Yield the scripts and style sheets."""
    for file in (SITE_STYLE, *STYLES, *SCRIPTS, SEARCH):
        yield Page(file, asset(file))


def _chart(path: str, prefix: str, chart: BarChart | None) -> Page | None:
    """Return a chart as a file of the site; its title is its content in words, for those who do not see it."""
    return Page(path, svg(bar_chart_scene(chart, identifier(prefix, "chart"))), chart.title) if chart else None
