"""The levels that a view is drawn at: the one asked for, or those that keep each diagram readable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.app.config.choice import require_choice
from archgen.app.drawing.pictures import Drawing
from archgen.engines.rooms import COLUMN
from archgen.engines.score import Score, score
from archgen.linting.checked_model import CheckedModel
from archgen.model.slug import distinct
from archgen.views.aspects import ASPECTS
from archgen.views.diagram import Diagram
from archgen.views.levels import CARDS, LINES, SYSTEM, Picture, readable

EVERYTHING = "deployment"
"""The level that shows every replica and host."""

_PREFIX = "group:"


def at_levels(
    tier: CheckedModel, view: str, level: str | None, findings: bool, complete: bool
) -> tuple[tuple[str, Diagram], ...]:
    """Return the diagrams of a view with their names: the view, and `<view>.<group>` for each group that is opened.

    Without a level, the view is drawn as it is if it's readable or a `complete` one is wanted, else in levels. Raises
    UsageError for a level that the system doesn't have.
    """
    shown = tier.findings if findings else ()
    whole_view = ASPECTS[view](tier.topology, shown)
    if whole_view is None:
        return ()
    if level == EVERYTHING or (level is None and (complete or _is_readable(whole_view))):
        return ((view, whole_view),)
    if view not in _LEVELED:
        return ((view, whole_view),) if level is None else ()
    pictures = readable(tier.topology, shown)
    if level is not None:
        pictures = (_picture(pictures, level),)
    slugs = distinct(picture.level for picture in readable_levels(pictures))
    return tuple(
        (view if picture.level == SYSTEM else f"{view}.{slugs[picture.level]}", picture.diagram) for picture in pictures
    )


_LEVELED = frozenset(("deployment", "overview"))
"""The views that are shown in levels."""


def scores(
    tier: CheckedModel, drawing: Drawing, views: Sequence[str], level: str | None
) -> Iterator[tuple[str, Score]]:
    """Yield the score of each diagram of the views asked for, the deployment unless others are."""
    for view in ASPECTS:
        if view in (views or ("deployment",)):
            for name, diagram in at_levels(tier, view, level, drawing.findings, complete=False):
                yield name, score(drawing.showing(diagram).placed(tier), drawing.room or COLUMN)


def readable_levels(pictures: Sequence[Picture]) -> tuple[Picture, ...]:
    """Return the pictures of opened groups."""
    return tuple(picture for picture in pictures if picture.level != SYSTEM)


def _is_readable(diagram: Diagram) -> bool:
    return len(diagram.nodes) <= CARDS and len(diagram.edges) <= LINES


def _picture(pictures: Sequence[Picture], level: str) -> Picture:
    by_level = {picture.level: picture for picture in pictures}
    name = level.removeprefix(_PREFIX) if level.removeprefix(_PREFIX) in by_level else level
    return by_level[require_choice(name, (*by_level, EVERYTHING), "level")]
