"""The levels that a view is drawn at: the one asked for, or those that keep each diagram readable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from archgen.app.config.choice import require_choice
from archgen.app.drawing.pictures import Drawing
from archgen.engines.best import best
from archgen.engines.legible_aspects import TANGLED, Legibility, legible_aspect, legible_levels, without_costly_hints
from archgen.engines.score import crossings_of
from archgen.layout.placed import Placed
from archgen.linting.checked_model import CheckedModel
from archgen.model.finding import Finding
from archgen.model.slug import distinct
from archgen.views.aspects import ASPECTS
from archgen.views.deployment import deployment
from archgen.views.deployment_folding import fold_equal_legibly, foldings
from archgen.views.diagram import Diagram, without_words
from archgen.views.levels import CARDS, EVERYTHING, FEW, SYSTEM, Picture, declared_view, is_readable

USUAL = ("deployment",)
"""The view that is weighed unless others are asked for."""

MESH = 3
"""The lines for each card from which on a diagram's replicas are a mesh."""

_SPARED = 3
"""The crossings of a deployment, for one of it with differing zones folded: a reader no longer sees what each of them holds."""

UNFOLDED = 120
"""Up to so many cards a deployment with more crossings is laid out with equal hosts and zones folded, too."""

_FEWER = (18, 12, 8)
"""The cards of a diagram where more of them have no text that can be read."""

_PREFIX = "group:"
OVERVIEW = "overview"
"""The view of every component."""

_LEVELED = frozenset((EVERYTHING, OVERVIEW))
"""The views that are shown in levels; networks and zones are levels themselves."""


NamedDiagram = tuple[str, Diagram]
"""A diagram with the part of its file's name that tells its view and group."""


def _anywhere(_: Diagram) -> float:
    return 1.0


def at_levels(
    tier: CheckedModel,
    view: str,
    level: str | None,
    findings: bool,
    complete: bool,
    legibility: Legibility = _anywhere,
    wordless: bool = False,
) -> tuple[NamedDiagram, ...]:
    """Return the diagrams of a view with their names: the view, and `<view>.<group>` for each group that is opened.

    Without a level, the view is drawn as it is if it's readable or a `complete` one is wanted, else in levels, of fewer
    cards each if they aren't legible where they are seen. A readable view is drawn in levels, too, if only these are all
    legible there. Where that isn't enough, the lines of `wordless` diagrams lose their words. Raises UsageError for a
    level that the system doesn't have. A system without the view has no diagrams of it.
    """
    shown = tier.findings if findings else ()
    declared = {declared.id: declared for declared in tier.architecture.views}
    if view in declared:
        return _named(view, declared_view(tier.topology, declared[view], shown))
    usual = ASPECTS[view](tier.topology, shown) if view in ASPECTS else None
    if usual is None:
        return ()
    if view == EVERYTHING == level and len(usual.nodes) <= UNFOLDED:
        return ((view, _untangled(tier, shown, usual)),)
    if level is None and not complete:
        usual = legible_aspect(tier.topology, shown, usual, legibility)
    elif view != EVERYTHING:
        usual = without_costly_hints(usual)
    if view not in _LEVELED or level == EVERYTHING or (level is None and complete):
        return ((view, usual),)
    if level is None:
        single = _as_one(tier, shown, view, usual)
        if single is not None and view == OVERVIEW and legibility(single) < 1:
            # every component in another direction tells more than groups in the one that a model asks for
            hints = tier.architecture.layout
            single = without_costly_hints(replace(single, direction=None, rank=hints.rank, near=hints.near))
        for trim in (_as_it_is, _trimmed) if wordless else (_as_it_is,):
            trimmed = trim(single, legibility) if single is not None else None
            if trimmed is not None and legibility(trimmed) >= 1:
                return ((view, trimmed),)
            pictures, least = _legible(tier, shown, legibility, trim)
            if least >= 1:
                break
        return ((view, single),) if single is not None and least < 1 else _named(view, pictures)
    return _named(view, (_picture(legible_levels(tier.topology, shown), level),))


def _as_it_is(diagram: Diagram, _: Legibility) -> Diagram:
    return diagram


def _trimmed(diagram: Diagram, legibility: Legibility) -> Diagram:
    """Return a diagram, without the words of its lines if it's illegible."""
    return diagram if legibility(diagram) >= 1 else without_words(diagram)


def _legible(
    tier: CheckedModel,
    findings: Sequence[Finding],
    legibility: Legibility,
    trim: Callable[[Diagram, Legibility], Diagram],
) -> tuple[tuple[Picture, ...], float]:
    """Return the levels of the most cards at which every diagram is legible, else those with the largest smallest text.

    Also return how legible their smallest text is.
    """
    best_pictures: tuple[Picture, ...] = ()
    most_legible = 0.0
    for most in (CARDS, *_FEWER):
        pictures = tuple(
            replace(picture, diagram=trim(picture.diagram, legibility))
            for picture in legible_levels(tier.topology, findings, most=most)
        )
        least = min(legibility(picture.diagram) for picture in pictures)
        if not best_pictures or least > most_legible:
            best_pictures, most_legible = pictures, least
        if least >= 1:
            break
    return best_pictures, most_legible


def placed_at(
    tier: CheckedModel, drawing: Drawing, views: Sequence[str], level: str | None
) -> Iterator[tuple[str, Placed]]:
    """Yield each diagram of the views asked for with its places, the deployment unless others are."""
    for view in views or USUAL:
        for name, diagram in at_levels(tier, view, level, drawing.findings, False, drawing.legibility, drawing.is_page):
            yield name, drawing.showing(diagram).placed(tier)


def declared_views(tiers: Iterable[CheckedModel]) -> tuple[str, ...]:
    """Return the names of the views that systems declare."""
    return tuple(dict.fromkeys(view.id for tier in tiers for view in tier.architecture.views))


def _named(view: str, pictures: Sequence[Picture]) -> tuple[NamedDiagram, ...]:
    slugs = distinct(picture.level for picture in pictures if picture.level != SYSTEM)
    return tuple(
        (view if picture.level == SYSTEM else f"{view}.{slugs[picture.level]}", picture.diagram) for picture in pictures
    )


def _is_crowded(diagram: Diagram) -> bool:
    """Return True if a diagram isn't readable, or its lines are a mesh."""
    return not is_readable(diagram) or len(diagram.edges) > MESH * len(diagram.nodes) or _is_tangled(diagram)


def _is_tangled(diagram: Diagram) -> bool:
    """Return True if so many lines of a diagram cross that nobody follows them."""
    return _tangle(diagram) > TANGLED


def _tangle(diagram: Diagram) -> int:
    """Return the crossings of a diagram, as none if it has so few lines that these can be followed however they cross."""
    return crossings_of(best(diagram.nameless)) if len(diagram.edges) > TANGLED else 0


def _untangled(tier: CheckedModel, findings: Sequence[Finding], usual: Diagram) -> Diagram:
    """Return a deployment, with equal hosts and zones folded if its lines cross too often, as little as that takes.

    Hosts and zones that differ fold only where the lines can be followed then, or where most of the tangle goes.
    """
    best_diagram, least = usual, _tangle(usual)
    enough = max(TANGLED, least / _SPARED)
    if least > TANGLED:
        for are_equal, folding in zip((True, False, False), foldings(tier.topology), strict=True):
            folded = deployment(tier.topology, findings, folding)
            crossings = crossings_of(best(folded.nameless))
            if crossings < least and (are_equal or crossings <= enough):
                best_diagram, least = folded, crossings
            if least <= TANGLED:
                break
    return best_diagram


def _as_one(tier: CheckedModel, findings: Sequence[Finding], view: str, usual: Diagram) -> Diagram | None:
    """Return a view as one diagram, a crowded deployment with equal hosts folded; None if levels show it better."""
    if not _is_crowded(usual):
        return usual
    return _folded(tier, findings, usual) if view == EVERYTHING else None


def _folded(tier: CheckedModel, findings: Sequence[Finding], usual: Diagram) -> Diagram | None:
    """Return a crowded deployment with equal hosts folded, or as it is; None if levels show it better."""
    folded = deployment(tier.topology, findings, fold_equal_legibly(tier.topology))
    if not _is_crowded(folded) and len(folded.nodes) >= min(FEW, len(usual.nodes), len(tier.topology.components)):
        return folded
    return usual if is_readable(usual) and not _is_tangled(usual) else None


def _picture(pictures: Sequence[Picture], level: str) -> Picture:
    by_level = {picture.level: picture for picture in pictures}
    name = level.removeprefix(_PREFIX) if level.removeprefix(_PREFIX) in by_level else level
    return by_level[require_choice(name, (*by_level, EVERYTHING), "level")]
