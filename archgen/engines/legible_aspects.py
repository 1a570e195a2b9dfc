"""Views as they can be read: folded where their text is small or their lines tangle, with hints that cost no tangle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.engines.best import best, best_turned
from archgen.engines.score import crossings_of
from archgen.model.finding import Finding
from archgen.views.badges import with_every_badge
from archgen.views.diagram import Diagram, without_words
from archgen.views.equal.places import fold_equal
from archgen.views.levels import CARDS, EVERYTHING, Picture, level_diagrams
from archgen.views.networks_folding import networks_by_role
from archgen.views.zones import zones
from archgen.views.zones_folding import without_lines, zones_by_host

Legibility = Callable[[Diagram], float]
"""The smallest text of a diagram where it is seen, as a share of the smallest that can be read there; 1 at most."""

TANGLED = 15
"""The most crossings of a diagram whose lines can be followed."""

_TIMES, _MORE = 2, 3
"""A view may have so many times as many crossings for the hints of the deployment, or so many more."""


def legible_aspect(topology: Topology, findings: Sequence[Finding], usual: Diagram, legibility: Legibility) -> Diagram:
    """Return a view of a model, with equal elements or those of one role folded where it can't be read as it is."""
    if usual.id == EVERYTHING:
        return usual
    if usual.id not in _FOLDED:
        return without_costly_hints(usual)
    return _first_legible(map(without_costly_hints, _FOLDED[usual.id](topology, findings, usual)), legibility)


def legible_levels(
    topology: Topology,
    findings: Sequence[Finding] = (),
    most: int = CARDS,
    legible: Callable[[Diagram], bool] | None = None,
) -> tuple[Picture, ...]:
    """Return the diagrams of a system's levels, the system first, with those hints of the model that cost no tangle."""
    pictures = level_diagrams(topology, findings, most=most, legible=legible)
    return tuple(replace(picture, diagram=without_costly_hints(picture.diagram)) for picture in pictures)


def _zones(topology: Topology, findings: Sequence[Finding], usual: Diagram) -> Iterator[Diagram]:
    """Yield the failure domains: those that differ stay apart, since which of them holds what is what they are drawn for."""
    equal = fold_equal(topology)
    for diagram in (usual, zones(topology, findings, equal), zones_by_host(topology, findings, equal)):
        if diagram is not None:
            yield diagram
    if diagram is not None:
        yield with_every_badge(topology, findings, without_lines(diagram))


def _networks(topology: Topology, findings: Sequence[Finding], usual: Diagram) -> Iterator[Diagram]:
    yield usual
    if (folded := networks_by_role(topology, findings)) is not None:
        yield folded
        if folded.direction is not None:
            # another direction costs a reader less than words
            yield replace(folded, direction=None)
        yield without_words(folded)


_FOLDED = {"zones": _zones, "networks": _networks}
"""The views of which equal elements, or those of one role, fold where they can't be read; from the one with most cards."""


def _first_legible(diagrams: Iterable[Diagram], legibility: Legibility) -> Diagram:
    """Return the first of some diagrams that is legible and whose lines can be followed, else the one with the largest text.

    Of several that are legible it's the last, which has the fewest lines.
    """
    best_diagram, most_legible = None, -1.0
    for diagram in diagrams:
        legible = legibility(diagram)
        if legible >= most_legible:
            best_diagram, most_legible = diagram, legible
        if legible >= 1 and (len(diagram.edges) <= TANGLED or least_crossings(diagram) <= TANGLED):
            break
    assert best_diagram is not None
    return best_diagram


def without_costly_hints(diagram: Diagram) -> Diagram:
    """Return a view without the places that a model asks for, where its lines cross much more often for them.

    Who writes a hint sees the deployment; other views show other cards beside those that the hint names.
    """
    if not diagram.asks_for_places:
        return diagram
    free = replace(diagram, rank=(), near=())
    asked, least = least_crossings(diagram), least_crossings(free)
    return free if asked > max(_TIMES * least, least + _MORE) else diagram


def least_crossings(diagram: Diagram) -> int:
    """Return the crossings of a diagram in the direction that has fewer of them, of those that it may be read in."""
    nameless = diagram.nameless
    ways = {"left-right": (best,), "top-down": (best_turned,)}.get(diagram.direction or "", (best, best_turned))
    return min(crossings_of(way(nameless)) for way in ways)
