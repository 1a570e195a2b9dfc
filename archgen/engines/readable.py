"""Diagrams for the room that they are seen in: of several layouts, the first whose text can be read there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import astuple, replace

from archgen.engines.choice import MeasuredEngine, settled
from archgen.engines.outlines import Outline, Outlines, outlines
from archgen.engines.rails import railed
from archgen.engines.rooms import Room, can_be_read, smallest_text
from archgen.engines.score import cost
from archgen.engines.strips import Rank, in_rows, is_for_one_room
from archgen.layout.deployment.cards import cut_chips
from archgen.layout.measures import BOLD, BRIEF, BROAD, CLOSE, FLAT, POCKET, TERSE, USUAL, Measures
from archgen.layout.placed import Engine, Placed
from archgen.layout.straightening import straightened
from archgen.style.text_metrics import ELLIPSIS
from archgen.views.diagram import Diagram

LARGEST = 60
"""A diagram of more nodes has no layout in which it can be read at once, and is laid out once; one of more lines may have."""

_PROMISING = 0.6
"""The share of the smallest readable text that the largest words of a tangle reach, if any of its layouts can be read."""

_STRAIN = 3.0
"""The power by which the cost of a diagram grows as its text shrinks, where no text can be read."""

_SCREEN, _SCROLLED = 800.0, 24.0
"""The height of a screen, and what each further screen costs a reader, in bends of lines."""

_CUT = 2.0
"""What a card whose words are cut costs a reader, in bends of lines."""

_BRIEFER: tuple[tuple[Measures, float], ...] = (
    (USUAL, 0.0),
    (BROAD, 1.0),
    (CLOSE, 2.0),
    (FLAT, 3.0),
    (TERSE, 6.0),
    (BOLD, 7.0),
    (BRIEF, 7.5),
    (POCKET, 8.0),
)
"""Measures, and what a reader loses by those with less room or text, in bends of lines."""

_LARGE = (BOLD, POCKET)
"""The measures with the largest words for their room."""

_NARROW = 400.0
"""The width of a column in which a diagram reads from the top unless it has another direction."""

_TURNED = 7.0
"""What a diagram that reads from the top costs beside one that reads from the left."""


_SAME, _FLATTER, _ACROSS = 0.95, 0.7, 0.6
"""Shares of the cost of a layout that hardly any other falls below: by the same direction and form of cards, by flat cards
where those were high or the other way round, and in the other direction."""

_SPREAD = 0.85
"""The share of what a layout takes beyond its outline that hardly any other of its direction falls below."""


class _Way(Struct, frozen=True):
    """A way to lay a diagram out, and what a reader loses by its measures."""

    engine: MeasuredEngine
    measures: Measures
    loss: float
    down: bool


class _Layout(Struct, frozen=True):
    """A diagram as an engine lays it out, and its rank."""

    placed: Placed
    way: _Way
    engine: MeasuredEngine
    rank: Rank


def usual_engine(across: MeasuredEngine, down: MeasuredEngine) -> Engine:
    """Return an engine that lays a diagram out by the usual measures, as it is read."""

    def lay_out(diagram: Diagram) -> Placed:
        engine = down if diagram.direction == "top-down" else across
        return straightened(railed(engine, diagram, engine(diagram, USUAL)))

    return lay_out


def readable_engine(across: MeasuredEngine, down: MeasuredEngine, room: Room) -> Engine:
    """Return an engine whose diagrams have text that can be read in a room, else the largest that it finds.

    Of those that can be read it takes the one that costs a reader least: by its crossings and bends, by the screens that
    it takes, and by the text that it leaves out. `across` reads from the left, `down` from the top; a diagram with a
    direction keeps it, on a slide or sheet only if it can be read so.
    """

    lay_out_once = usual_engine(across, down)

    def lay_out(diagram: Diagram) -> Placed:
        if len(diagram.nodes) > LARGEST:
            return lay_out_once(diagram)
        search = _Search(diagram, _ways(diagram, across, down, room), room)
        best = search.best()
        if best.rank[0] and room.height and diagram.direction is not None:
            # a page scrolls in the direction that a model asks for; a slide doesn't
            return lay_out(replace(diagram, direction=None))
        # gathered lines may suit another engine; where the text can be read, that isn't worth its time
        placed = railed(best.way.engine if best.rank[0] else best.engine, diagram, best.placed)
        if _may_have_rows(diagram, best, room):
            placed = in_rows(across, diagram, placed, room, best.rank, search.rank)
        return straightened(placed)

    return lay_out


def _ways(diagram: Diagram, across: MeasuredEngine, down: MeasuredEngine, room: Room) -> list[_Way]:
    """Return the ways to lay a diagram out, those from the left first."""
    is_narrow = room.width < _NARROW and not room.height
    ways: list[_Way] = []
    if diagram.direction == "left-right" or (diagram.direction is None and not is_narrow):
        ways += [_Way(across, measures, loss, False) for measures, loss in _BRIEFER if not measures.flat]
    if diagram.direction != "left-right":
        ways += [
            _Way(down, measures, loss + _TURNED, True)
            for measures, loss in _BRIEFER
            if not (measures.flat and room.height) and measures is not BROAD
        ]
    return ways


def _may_have_rows(diagram: Diagram, best: _Layout, room: Room) -> bool:
    """Return True if a diagram can't be read in one row, or lost words or its direction to its room.

    A model that asks for places has them, and a mesh has no place where it may be broken.
    """
    asked = diagram.direction or diagram.asks_for_places
    if asked or room.width < _NARROW or len(diagram.edges) > 2 * len(diagram.nodes):
        return False
    return best.rank[0] or (best.way.loss >= _TURNED and (best.way.down or is_for_one_room(best.placed, room)))


class _Seen(Struct, frozen=True, array_like=True):
    """The least that layouts of one direction and form of cards have cost so far, and have taken beyond their outlines.

    `wider` and `higher` are shares of an outline, `wide` and `high` are lengths in sizes of text.
    """

    cost: float
    wider: float
    higher: float
    wide: float
    high: float


_Kind = tuple[bool, bool]
"""True if a layout is read from the top, and if its cards are flat."""


class _Search:
    """A search for the best layout: what the layouts so far tell of the others decides which of them is made next.

    A diagram has about as many crossings and bends by all measures, and takes by all about as much beyond its outline.
    """

    def __init__(self, diagram: Diagram, ways: Sequence[_Way], room: Room) -> None:
        self._diagram = diagram
        self._room = room
        self._outlines = outlines(diagram)
        self._ways = [way for way in ways if not _is_usual(way, self._outlines)]
        self._seen: dict[_Kind, _Seen] = {}
        self._engines: dict[_Kind, MeasuredEngine] = {}

    def best(self) -> _Layout:
        """Return the layout that costs a reader least, the first of several.

        Of many lines, those with the largest words come first: where they are far too small, so are all others.
        """
        tangled = len(self._diagram.edges) > LARGEST
        large = [place for place, way in enumerate(self._ways) if tangled and way.measures in _LARGE]
        layouts = {place: self._layout(place) for place in large}
        enough = _PROMISING * self._room.floor
        if large and all(self._room.text(layout.placed) < enough for layout in layouts.values()):
            return layouts[_first(layouts)]
        waiting = set(range(len(self._ways))) - layouts.keys()
        while waiting:
            promise, promising = self._most_promising(waiting)
            if layouts and (promise, promising) >= (layouts[_first(layouts)].rank, _first(layouts)):
                break
            waiting.discard(promising)
            layouts[promising] = self._layout(promising)
        return layouts[_first(layouts)]

    def _most_promising(self, waiting: Iterable[int]) -> tuple[Rank, int]:
        """Return the best promise of some ways, and its place.

        No promise is better than what a reader loses by the measures, so that those with the least room are often not asked.
        """
        best: tuple[Rank, int] | None = None
        for loss, place in sorted((self._ways[place].loss, place) for place in waiting):
            if best is not None and best < ((False, loss), place):
                break
            promise = self._promise(place), place
            best = promise if best is None else min(best, promise)
        assert best is not None
        return best

    def _outline(self, place: int) -> Outline:
        way = self._ways[place]
        return self._outlines.of(way.measures, way.down)

    def _layout(self, place: int) -> _Layout:
        """Lay the diagram out in a way, and keep what that tells of others."""
        way, outline = self._ways[place], self._outline(place)
        kind = way.down, way.measures.flat
        before = self._seen.get(kind)
        engine, placed = self._placed(way, kind)
        text = way.measures.sizes.label
        seen = _Seen(
            cost(placed),
            placed.width / outline.width,
            placed.height / outline.height,
            (placed.width - outline.width) / text,
            (placed.height - outline.height) / text,
        )
        pairs = zip(astuple(before or seen), astuple(seen), strict=True)
        self._seen[kind] = _Seen(*[min(pair) for pair in pairs])
        size = replace(outline, width=placed.width, height=placed.height)
        return _Layout(placed, way, engine, self._rank(way.loss, size, seen.cost))

    def _placed(self, way: _Way, kind: _Kind) -> tuple[MeasuredEngine, Placed]:
        """Return the diagram laid out in a way, by the engine that suits its kind.

        What suits it by some measures suits it by others, and by cards of the other form, but for a line that has no room
        for its words then.
        """
        down, flat = kind
        like = next((other for other in (kind, (down, not flat)) if other in self._engines), None)
        if like is not None:
            engine = self._engines[like]
            placed = engine(self._diagram, way.measures)
            if way.engine is engine or _SAME * cost(placed) <= self._seen[like].cost:
                self._engines.setdefault(kind, engine)
                return engine, placed
        engine = settled(way.engine, self._diagram, way.measures)
        self._engines.setdefault(kind, engine)
        return engine, engine(self._diagram, way.measures)

    def _promise(self, place: int) -> Rank:
        """Return the rank that a way hardly betters."""
        way, outline = self._ways[place], self._outline(place)
        down, flat = way.down, way.measures.flat
        seen = self._seen.get((down, flat)) or self._seen.get((down, not flat))
        if seen is None:
            costs = [other.cost for other in self._seen.values()]
            return self._rank(way.loss, outline, _ACROSS * min(costs, default=0.0))
        text = way.measures.sizes.label
        grown = replace(
            outline,
            width=_grown(outline.width, _SPREAD * seen.wider, _SPREAD * seen.wide * text),
            height=_grown(outline.height, _SPREAD * seen.higher, _SPREAD * seen.high * text),
        )
        return self._rank(way.loss, grown, (_SAME if (down, flat) in self._seen else _FLATTER) * seen.cost)

    def rank(self, placed: Placed, loss: float) -> Rank:
        """Return the rank of a layout by what a reader loses by its measures."""
        cut = sum(words.endswith(ELLIPSIS) for node in placed.nodes for words in (*node.title, node.detail))
        cut += sum(cut_chips(node.node, node.box.width, placed.measures) for node in placed.nodes if node.node.chips)
        outline = Outline(placed.width, placed.height, smallest_text(placed), cut)
        return self._rank(loss, outline, cost(placed))

    def _rank(self, loss: float, outline: Outline, cost: float) -> Rank:
        """Return the rank of a layout of some size."""
        room, scale = self._room, self._room.scale(outline)
        text = scale * outline.smallest
        screens = 0.0 if room.height else outline.height * scale / _SCREEN
        burden = cost + loss + _SCROLLED * max(screens - 1.0, 0.0) + _CUT * outline.cut
        return (False, burden) if can_be_read(text, room) else (True, burden / text**_STRAIN)


def _first(layouts: Mapping[int, _Layout]) -> int:
    """Return the place of the best layout, the first of several."""
    return min(layouts, key=lambda place: (layouts[place].rank, place))


def _grown(length: float, times: float, more: float) -> float:
    """Return the lesser of two guesses of what a layout takes whose outline has a length, but not less than that."""
    return max(min(length * times, length + more), length)


def _is_usual(way: _Way, known: Outlines) -> bool:
    """Return True if a way for tall columns is the usual one, since no column of a diagram is tall."""
    tallest = way.measures.tallest
    return tallest != USUAL.tallest and known.roles(tallest) == known.roles(USUAL.tallest)
