"""Slides: the deck of some tiers, wired from their pictures, findings and steps."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from archgen.app.drawing.pictures import Drawing
from archgen.app.drawing.slide_diagrams import deployment_diagrams, flow_route, system_diagram
from archgen.improve.recommendation import recommend
from archgen.linting.acceptance import accepted_elements
from archgen.linting.checked_model import CheckedModel
from archgen.model.wording import listed
from archgen.render.scene.shapes import Scene
from archgen.render.svg.document import svg
from archgen.rules import BY_NAME
from archgen.site.system_change import FlowComparison, RuleChange, compare
from archgen.slides.deck import STORY, DeckOptions, build_deck
from archgen.slides.facts import SystemFacts
from archgen.slides.section import ChangeSummary, DeckSection
from archgen.slides.story import ROUTES
from archgen.slides.values import Deck, failed_slide
from archgen.style.theme import THEMES
from archgen.system.internal_errors import EXPOSED, Isolation

MOST = 6


def make_deck(
    tiers: tuple[CheckedModel, ...],
    drawing: Drawing,
    title: str | None,
    options: DeckOptions = STORY,
    isolation: Isolation = EXPOSED,
    today: str = "0001-01-01",
) -> Deck:
    """The deck of some tiers; without a title it has the name of the only one, or says what it is.

    `today` is an ISO date, after whose `until` an acceptance no longer counts.
    """
    by_id = {tier.id: tier for tier in tiers}
    sections = tuple(_section(tier, by_id, drawing, options, isolation, today) for tier in tiers)
    only = tiers[0].topology.architecture.name if len(tiers) == 1 else "Architecture"
    return build_deck(sections, title or only, options, isolation)


FORMATS = ("pptx", "pdf", "png", "svg")
"""What a deck can be: a presentation, its pages, or a folder of pictures."""

DECK_THEMES = tuple(THEMES)
"""The names of the looks that a deck can have."""


def export_pptx(
    tiers: tuple[CheckedModel, ...],
    drawing: Drawing,
    deck: Deck,
    template: bytes | None,
    isolation: Isolation = EXPOSED,
) -> bytes:
    """The deck as a PowerPoint file."""
    from archgen.slides.pptx import write_pptx

    return write_pptx(deck, drawing.icon_lookup(tiers), template, drawing.theme, isolation)


def export_pdf(tiers: tuple[CheckedModel, ...], drawing: Drawing, deck: Deck, isolation: Isolation = EXPOSED) -> bytes:
    """The deck as a PDF of vectors, a page a slide."""
    from archgen.render.raster.pdf import pdf

    return pdf(tuple(_pictures(tiers, drawing, deck, isolation)), drawing.literal().mode, deck.title)


def slide_images(
    tiers: tuple[CheckedModel, ...], drawing: Drawing, deck: Deck, form: str, isolation: Isolation = EXPOSED
) -> Iterator[tuple[str, bytes]]:
    """The slides as pictures, each under its number; as pixels 1920 by 1080 at the usual scale."""
    from archgen.render.raster.png import png

    wide, mode = len(str(len(deck.slides))), drawing.literal().mode
    for place, slide in enumerate(_pictures(tiers, drawing, deck, isolation), 1):
        name = f"slide-{place:0{wide}}.{form}"
        yield name, svg(slide, mode).encode() if form == "svg" else png(slide, mode, drawing.raster.scale)


def _pictures(tiers: tuple[CheckedModel, ...], drawing: Drawing, deck: Deck, isolation: Isolation) -> Iterator[Scene]:
    from archgen.slides.slide_scene import slide_scene

    icons = drawing.icon_lookup(tiers)
    for place, slide in enumerate(deck.slides, 1):
        drawn = isolation.attempt(partial(slide_scene, slide, place, icons), "", f"slide {slide.title}")
        if drawn is None:
            drawn = slide_scene(failed_slide(slide.title, isolation.errors[-1].words), place, icons)
        yield drawn


def _section(
    tier: CheckedModel,
    tiers: dict[str, CheckedModel],
    drawing: Drawing,
    options: DeckOptions,
    isolation: Isolation,
    today: str,
) -> DeckSection:
    architecture = tier.topology.architecture
    follows = tiers.get(architecture.follows or "")
    flows = [
        isolation.attempt(partial(drawing.flow, tier, flow), architecture.file, f"flow {flow.id}")
        for flow in architecture.flows
    ]
    missing = [flow.title for flow, sequence in zip(architecture.flows, flows, strict=True) if sequence is None]
    deployed = None
    if options.full:
        deployed = isolation.attempt(partial(deployment_diagrams, tier, drawing), architecture.file, "the deployment")
    system = isolation.attempt(partial(system_diagram, tier, drawing), architecture.file, "the deployment")
    shown = SystemFacts(tier).important[:ROUTES]
    routes = [
        isolation.attempt(partial(flow_route, tier, flow, drawing), architecture.file, flow.title) for flow in shown
    ]
    missing += [flow.title for flow, drawn in zip(shown, routes, strict=True) if drawn is None]
    accepted = accepted_elements(tier.topology, today)
    advice = isolation.attempt(partial(recommend, tier.topology, accepted), architecture.file, "the recommendation")
    change = None
    if follows is not None:
        change = isolation.attempt(partial(_change, follows, tier), architecture.file, "the comparison")
    return DeckSection(
        model=tier,
        deployment=deployed or (),
        system=system,
        routes=tuple(drawn for drawn in routes if drawn is not None),
        recommendation=advice,
        flows=tuple(flow for flow in flows if flow is not None),
        change=change,
        whys={finding.rule: BY_NAME[finding.rule].why for finding in tier.findings if finding.rule in BY_NAME},
        rules={finding.rule: BY_NAME[finding.rule].title for finding in tier.findings if finding.rule in BY_NAME},
        failed=tuple(dict.fromkeys(missing) if system is not None else ("deployment", *missing)),
    )


def _change(before: CheckedModel, after: CheckedModel) -> ChangeSummary:
    step = compare(before, after)
    return ChangeSummary(
        follows=before.topology.architecture.name,
        added=(*step.added, *step.hosts_added),
        closed=_rules(step.resolved),
        left=_rules(step.left),
        introduced=_rules(step.introduced),
        verdicts=tuple(_verdict(flow) for flow in step.flows),
        reasons=tuple(_reasons(after, step.added)),
    )


def _reasons(after: CheckedModel, added: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The added components that the model gives a reason for."""
    for name in added:
        component = after.topology.components[name]
        if component.why:
            yield component.title, component.why


def _rules(changes: tuple[RuleChange, ...]) -> tuple[str, ...]:
    return tuple(change.rule for change in changes)


def _verdict(flow: FlowComparison) -> str:
    if not flow.after:
        return f"{flow.title}: no single point of failure."
    names = flow.after if len(flow.after) <= MOST else (*flow.after[:MOST], f"{len(flow.after) - MOST} more")
    return f"{flow.title}: single points of failure are {listed(names)}."
