"""The diagrams of a slide: of several that show less and less, the first whose text can be read from the back of a room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp, log

from archgen.app.drawing.pictures import Drawing
from archgen.engines.legible_aspects import legible_levels
from archgen.layout.placed import Placed
from archgen.linting.checked_model import CheckedModel
from archgen.model.architecture import Flow
from archgen.slides.layout.legible import FLOOR, LABEL, READABLE, ROUNDING, points
from archgen.slides.layout.steps import StepForm, step_forms, steps_height
from archgen.slides.section import RouteDiagram
from archgen.slides.values import CAPTIONED, PICTURE
from archgen.views.deployment import deployment
from archgen.views.deployment_folding import fold_equal_legibly
from archgen.views.diagram import Diagram, without_words
from archgen.views.levels import Candidate, Picture, by_group, by_kind, by_network, by_role, by_zone, collapsed, crossed
from archgen.views.route import on_route, route_diagram, route_steps, successive_pairs

CARDS, LINES = 28, 36
"""The most cards and lines of a diagram that is tried; one with more is never readable on a slide."""

_LEAST = 100.0
"""The least height of a diagram above the steps of its flow, in points."""

_AS_LARGE, _AMPLE = 0.95, 18.0
"""The share of its size that a diagram keeps above larger steps, and the size of names in points that is enough."""

_PROMISING = 0.55
"""The share of the least readable size that the names of a diagram's first layouts reach, if any of its layouts is readable."""

DiagramSize = tuple[float, float]

_PLACES = 1.25
"""The preference for groups of places over groups of kinds, which tell less of a system."""

_FULL = 0.65
"""The share of a slide from which on a diagram fills it."""

_PAIRS = 3
"""The most pairs of components of a route that share cards before all of a role do."""

_OPENED = 3
"""Ways to group whose groups are opened as far as they stay readable."""

_WAYS: tuple[tuple[Candidate, float], ...] = (
    (by_group, _PLACES),
    (by_network, _PLACES),
    (by_zone, _PLACES),
    (crossed(by_network, by_role), _PLACES),
    (crossed(by_zone, by_role), _PLACES),
    (crossed(by_network, by_kind), _PLACES),
    (by_role, 1.0),
    (by_kind, 1.0),
    (crossed(by_role, by_kind), 1.0),
)


def system_diagram(tier: CheckedModel, drawing: Drawing) -> Placed:
    """Return the most detailed diagram of a system that is readable on a slide, else the one with the largest text."""
    levels = tuple(_levels(tier, drawing))
    readable = _first(levels, drawing, PICTURE) or _grouped(tier, drawing)
    if readable is not None:
        return _fuller(tier, drawing, readable)
    groups = (placed for way, _ in _WAYS if (placed := _in_groups(tier, drawing, way, promising=0.0)) is not None)
    return max((_largest(levels, drawing, PICTURE), *groups), key=lambda placed: _points(placed, *PICTURE))


def deployment_diagrams(tier: CheckedModel, drawing: Drawing) -> tuple[Placed, ...]:
    """Return the complete deployment of a system if it can be read on a slide, else the system in groups and each group opened.

    Each group is as large as leaves its diagram readable; lines lose their words and equal hosts are folded before that.
    """
    findings = tier.findings if drawing.findings else ()
    everything = deployment(tier.topology, findings)
    complete = drawing.fitted(everything, PICTURE, FLOOR, promising=_PROMISING)
    if points(complete, *PICTURE) >= READABLE and _label_points(complete) >= LABEL:
        return (complete,)
    folded = deployment(tier.topology, findings, fold_equal_legibly(tier.topology))
    if one := _first((without_words(everything), folded, without_words(folded)), drawing, PICTURE):
        return (one,)

    def is_legible(diagram: Diagram) -> bool:
        return _first((diagram, without_words(diagram)), drawing, PICTURE) is not None

    levels = _unrepeated(legible_levels(tier.topology, findings, legible=is_legible))
    return tuple(_largest((each.diagram, without_words(each.diagram)), drawing, PICTURE) for each in levels)


def _unrepeated(levels: Sequence[Picture]) -> Iterator[Picture]:
    """Yield levels without the groups all of whose cards are in an earlier diagram, which opened them as small ones."""
    shown: list[frozenset[str]] = []
    for each in levels:
        inside = frozenset(node.id for node in each.diagram.nodes if not node.beside)
        if not any(inside <= earlier for earlier in shown):
            yield each
        shown.append(inside)


def _levels(tier: CheckedModel, drawing: Drawing) -> Iterator[Diagram]:
    """Yield diagrams of a system, from all replicas and hosts to its highest level."""
    findings = tier.findings if drawing.findings else ()
    everything = deployment(tier.topology, findings)
    folded = deployment(tier.topology, findings, fold_equal_legibly(tier.topology))
    system = legible_levels(tier.topology, findings)[0].diagram
    yield from (everything, folded, without_words(everything), without_words(folded), system, without_words(system))


def _fuller(tier: CheckedModel, drawing: Drawing, placed: Placed) -> Placed:
    """Return a diagram of a system; a strip that leaves its slide mostly empty has as many groups opened as fill it."""
    opens = any(node.node.opens for node in placed.nodes)
    groups = _in_groups(tier, drawing, by_group) if opens and _filled(placed) < _FULL else None
    if groups is None:
        return placed
    opened = _opened(tier, drawing, by_group, groups)
    is_better = _points(opened, *PICTURE) >= FLOOR and len(opened.nodes) > len(placed.nodes)
    return opened if is_better and _filled(opened) > _filled(placed) else placed


def _filled(placed: Placed) -> float:
    """Return the share of a slide that a diagram takes there."""
    shares = placed.width / PICTURE[0], placed.height / PICTURE[1]
    return min(shares) / max(shares)


def _grouped(tier: CheckedModel, drawing: Drawing) -> Placed | None:
    """Return the most telling diagram of a system in groups that is readable."""
    tried = [(way, weight, placed) for way, weight in _WAYS if (placed := _in_groups(tier, drawing, way)) is not None]
    legible = [each for each in tried if _points(each[2], *PICTURE) >= FLOOR]
    first = sorted(legible, key=lambda each: -each[1] * _variety(each[2]))[:_OPENED]
    opened = [(weight, _opened(tier, drawing, way, placed)) for way, weight, placed in first]
    return max(opened, key=lambda each: each[0] * _variety(each[1]))[1] if opened else None


def _opened(tier: CheckedModel, drawing: Drawing, way: Candidate, placed: Placed) -> Placed:
    """Return a diagram with as many of its groups opened as leave it readable, the smallest first; what only watches stays closed."""
    closed = (node.node for node in placed.nodes if node.node.opens and node.node.role != "observer")
    groups = sorted(closed, key=lambda node: len(node.stands_for))
    opened: tuple[str, ...] = ()
    for node in groups:
        wider = _in_groups(tier, drawing, way, (*opened, node.id))
        if wider is not None and _points(wider, *PICTURE) >= FLOOR and len(wider.nodes) >= len(placed.nodes):
            opened, placed = (*opened, node.id), wider
    return placed


def _in_groups(
    tier: CheckedModel, drawing: Drawing, way: Candidate, opened: tuple[str, ...] = (), promising: float = _PROMISING
) -> Placed | None:
    """Return a diagram of a system in groups on a slide; None if it can't be readable."""
    findings = tier.findings if drawing.findings else ()
    diagram = collapsed(tier.topology, way, findings, opened)
    if diagram is None or len(diagram.nodes) > CARDS or len(diagram.edges) > LINES:
        return None
    return drawing.fitted(without_words(diagram), PICTURE, FLOOR, promising=promising)


def _variety(placed: Placed) -> float:
    """Return how many cards of equal size would tell as much as those of a diagram: the exponential of their entropy."""
    sizes = [max(len(node.node.stands_for), 1) for node in placed.nodes]
    shares = [size / sum(sizes) for size in sizes]
    return exp(-sum(share * log(share) for share in shares))


def flow_route(tier: CheckedModel, flow: Flow, drawing: Drawing) -> RouteDiagram:
    """Return the most detailed readable route of a flow above its steps; without them where no route is readable above them."""
    steps = route_steps(tier.topology, flow)
    routes = tuple(_routes(tier, flow))
    above = (_with_steps(flow, drawing, diagram, steps) for diagram in _tried(routes))
    route = next((each for each in above if each is not None), None)
    return route or RouteDiagram(flow.id, _largest(routes, drawing, CAPTIONED))


def _with_steps(
    flow: Flow, drawing: Drawing, diagram: Diagram, steps: tuple[tuple[str, str], ...]
) -> RouteDiagram | None:
    """Return a route above its steps in the largest text that leaves it as large as it is above small ones."""
    least, *larger = step_forms(steps)
    usual = _above_steps(drawing, diagram, steps, least)
    if usual is None:
        return None
    for form in larger:
        above = _above_steps(drawing, diagram, steps, form)
        if above is not None and (above[1] >= _AS_LARGE * usual[1] or above[1] >= _AMPLE):
            return RouteDiagram(flow.id, above[0], steps, form)
    return RouteDiagram(flow.id, usual[0], steps, least)


def _above_steps(
    drawing: Drawing, diagram: Diagram, steps: tuple[tuple[str, str], ...], form: StepForm
) -> tuple[Placed, float] | None:
    """Return a route above its steps with the size of its names, if they can be read."""
    room = (CAPTIONED[0], CAPTIONED[1] - steps_height(steps, form))
    if room[1] < _LEAST:
        return None
    placed = drawing.fitted(diagram, room, FLOOR, promising=_PROMISING)
    size = _points(placed, *room)
    return (placed, size) if size >= FLOOR else None


def _routes(tier: CheckedModel, flow: Flow) -> Iterator[Diagram]:
    """Yield diagrams of a route, from a card for each component over one for some successive ones to one for each role."""
    topology = tier.topology
    names = on_route(topology, flow.id)
    yield route_diagram(topology, flow)
    pairs = successive_pairs(topology, flow.id)
    some = [*((pair,) for pair in pairs[:_PAIRS]), *(pairs[:count] for count in range(2, _PAIRS + 1))]
    for groups in (*some, *(way(topology, names, "") for way in (by_role, by_network, by_zone, by_kind))):
        if groups:
            yield route_diagram(topology, flow, groups)
    yield without_words(route_diagram(topology, flow, by_role(topology, names, "")))


def _points(placed: Placed, wide: float, tall: float) -> float:
    """Return the size of the smallest name of a diagram in a room, in points: those of small cards are smaller."""
    sizes = placed.measures.sizes
    small = any(node.compact for node in placed.nodes)
    return points(placed, wide, tall) * (min(sizes.text / sizes.name, 1.0) if small else 1.0)


def _label_points(placed: Placed) -> float:
    """Return the size of the words on the lines of a diagram on a slide, in points."""
    sizes = placed.measures.sizes
    return points(placed, *PICTURE) * sizes.label / sizes.name


def _first(diagrams: Sequence[Diagram], drawing: Drawing, room: DiagramSize) -> Placed | None:
    """Return the first of some diagrams that is readable."""
    for diagram in _tried(diagrams):
        placed = drawing.fitted(diagram, room, FLOOR, promising=_PROMISING)
        if _points(placed, *room) >= FLOOR - ROUNDING:
            return placed
    return None


def _largest(diagrams: Sequence[Diagram], drawing: Drawing, room: DiagramSize) -> Placed:
    """Return the first of some diagrams that is readable, else the one with the largest names."""
    readable = _first(diagrams, drawing, room)
    fitted = (drawing.fitted(diagram, room, FLOOR) for diagram in _tried(diagrams))
    return readable or max(fitted, key=lambda placed: _points(placed, *room))


def _tried(diagrams: Sequence[Diagram]) -> Iterator[Diagram]:
    """Yield the first of some diagrams, and the others that aren't too large to be readable."""
    yield diagrams[0]
    yield from (each for each in diagrams[1:] if len(each.nodes) <= CARDS and len(each.edges) <= LINES)
