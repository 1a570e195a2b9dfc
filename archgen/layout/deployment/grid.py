"""The widths of a diagram: how far apart columns stand, and where trunks and labels stand between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archgen.layout.deployment.alignment import ColumnBlock
from archgen.layout.deployment.bundles import Bundle
from archgen.layout.deployment.cards import label_size
from archgen.layout.deployment.levels import Levels
from archgen.layout.deployment.routing import EdgeRoute
from archgen.layout.deployment.tracks import Trunk
from archgen.layout.measures import USUAL, Measures
from archgen.layout.placed import Box, Label
from archgen.style.theme import LINES
from archgen.views.diagram import Diagram

TRACK = 12.0
ARROW = 20.0
BAND_PAD = 10.0
NARROWEST = 40.0
_CLEAR = 4.0
"""The room between what stands out of a card and the first track beside it."""


class LabelWish:
    """A label's wish for a place: the channel, which side of it, and the height of the line that it interrupts.

    `headed` lines have an arrow head between the label and the card.
    """

    def __init__(
        self,
        bundle: Bundle,
        channel: int,
        right: bool,
        height: float,
        size: tuple[float, float],
        stacked: bool,
        headed: bool,
    ) -> None:
        self.bundle = bundle
        self.channel = channel
        self.right = right
        self.height = height
        self.size = size
        self.stacked = stacked
        self.headed = headed
        self.offset = 0.0


class Grid:
    """The x of every column's cards, of every track, and the labels of all bundles.

    A `turned` one is read from the top: x grows downwards, headings stand before what is in a group, and lines leave their
    words some room on each side of the tracks.
    """

    def __init__(
        self,
        diagram: Diagram,
        root: ColumnBlock,
        levels: Levels,
        widths: Sequence[float],
        ways: list[EdgeRoute],
        channels: Mapping[int, list[Trunk]],
        measures: Measures = USUAL,
        turned: bool = False,
    ) -> None:
        columns = levels.columns
        self._measures = measures
        self._widths = widths
        self._pitch = max(TRACK, measures.label + 4) if turned else TRACK
        self._channels = channels
        self.count = max(columns.values(), default=-1) + 1
        self.reaches = _reaches(root, measures.header if turned else measures.pad, measures.pad)
        self._left, self._right = [0.0] * max(self.count, 1), [0.0] * max(self.count, 1)
        for name, level in levels.groups.items():
            self._left[level.first] = max(self._left[level.first], self.reaches[name][0])
            self._right[level.last] = max(self._right[level.last], self.reaches[name][1])
        for group in diagram.groups:
            for member in group.across:
                if member in columns:
                    self._left[columns[member]] = max(self._left[columns[member]], BAND_PAD)
                    self._right[columns[member]] = max(self._right[columns[member]], BAND_PAD)
        if not turned:
            # a track keeps off the badges and the second sheet that stand out of the cards beside it
            out = max(measures.sizes.hang + _CLEAR - measures.side, 0.0)
            for node in diagram.nodes:
                column = columns.get(node.id, -1)
                turning = any(not trunk.straight for trunk in channels.get(column, ()))
                if turning and (node.badges or node.is_stack):
                    self._right[column] = max(self._right[column], out)
        self._badged = {edge.id: len(edge.badges) for edge in diagram.edges}
        wishes = [] if turned else _wishes(ways, columns, measures)
        beside: dict[tuple[int, bool], list[LabelWish]] = {}
        for wish in wishes:
            if wish.headed and not wish.right and wish.channel >= 0 and self._right[wish.channel] < measures.tip:
                wish.offset = measures.tip
            beside.setdefault((wish.channel, wish.right), []).append(wish)
        self._zones = {side: _stagger(wishes, measures.gap) for side, wishes in beside.items()}
        if turned:
            self._zones = {(channel, right): measures.zone for channel in channels for right in (False, True)}
        self._starts: list[float] = []
        self._place()
        self.labels = {wish.bundle.id: self._label(wish, channels) for wish in wishes}

    # Columns and tracks

    def _place(self) -> None:
        x = 0.0
        for column in range(self.count):
            x += self._channel_width(column - 1) + (self._left[column] if column else 0.0)
            self._starts.append(x)
            x += self._widths[column] + self._right[column]

    def _channel_width(self, channel: int) -> float:
        if channel < 0:
            return 0.0
        tracks = self._tracks(channel)
        room = self._zone(channel, False) + self._zone(channel, True) + tracks
        return max(room, NARROWEST if self._between(channel) else self._measures.node_gap)

    def _between(self, channel: int) -> bool:
        return bool(self._channels.get(channel))

    def _zone(self, channel: int, right: bool) -> float:
        wide = self._zones.get((channel, right), 0.0)
        return wide + (self._measures.tip if right else self._measures.gap) if wide else 0.0

    def _tracks(self, channel: int) -> float:
        turning = [trunk.track for trunk in self._channels.get(channel, ()) if not trunk.straight]
        if turning:
            return 2 * self._measures.side + self._pitch * max(turning) + self._arrow(channel)
        return 2 * self._measures.side + self._tip(channel) if self._channels.get(channel) else 0.0

    def _tip(self, channel: int) -> float:
        """Return the room that an arrow head behind the labels of straight lines wants beyond the usual gap."""
        beyond = self._left[channel + 1] if channel + 1 < self.count else 0.0
        return max(self._measures.tip - self._measures.gap - beyond, 0.0) if self._zone(channel, False) else 0.0

    def _arrow(self, channel: int) -> float:
        """Return room for an arrow head where no group's padding gives it."""
        beyond = self._left[channel + 1] if channel + 1 < self.count else 0.0
        return max(ARROW - self._measures.side - beyond - self._zone(channel, True), 0.0)

    def column(self, column: int) -> float:
        """Return the left side of a column's cards."""
        return self._starts[column]

    def middle(self, column: int) -> float:
        """Return the middle of a column's cards."""
        return self._starts[column] + self._widths[column] / 2

    def edge(self, column: int, right: bool) -> float:
        """Return the left or right side of a column's cards."""
        return self._starts[column] + (self._widths[column] if right else 0.0)

    def channel(self, channel: int) -> float:
        """Return the start of a channel: right of the cards left of it and of the groups around them."""
        if channel < 0:
            return -self._left[0] - 2 * self._measures.gap
        return self._starts[channel] + self._widths[channel] + self._right[channel]

    def track(self, channel: int, track: int) -> float:
        """Return the x of a track."""
        return self.channel(channel) + self._zone(channel, False) + self._measures.side + self._pitch * track

    def _label(self, wish: LabelWish, channels: Mapping[int, list[Trunk]]) -> Label:
        wide, tall = wish.size
        turning = any(not trunk.straight for trunk in channels.get(wish.channel, ()))
        start = self.channel(wish.channel) + self._measures.gap / 2
        if wish.right:
            start = self.channel(wish.channel) + self._channel_width(wish.channel) - self._zone(wish.channel, True)
        elif not turning and not self._zone(wish.channel, True):
            spare = self._channel_width(wish.channel) - self._zone(wish.channel, False) - self._tip(wish.channel)
            start += spare / 2
        box = Box(start + wish.offset, wish.height - tall / 2, wide, tall)
        return Label(wish.bundle.label, box, wish.stacked)


def _reaches(root: ColumnBlock, before: float, beyond: float) -> dict[str, tuple[float, float]]:
    """Return how far each group reaches left and right of the cards of its outermost columns: past the groups in it."""
    reaches: dict[str, tuple[float, float]] = {}

    def reach(block: ColumnBlock) -> tuple[float, float]:
        inner = [(child, reach(child)) for child in block.children if child.children]
        left = max((sides[0] for child, sides in inner if child.first == block.first), default=0.0)
        right = max((sides[1] for child, sides in inner if child.last == block.last), default=0.0)
        reaches[block.name] = (before + left, beyond + right)
        return reaches[block.name]

    for child in root.children:
        if child.children:
            reach(child)
    return reaches


def _wishes(ways: list[EdgeRoute], columns: Mapping[str, int], measures: Measures) -> list[LabelWish]:
    """Return a label for each bundle: where it leaves its only source, or enters its only target."""
    first: dict[str, EdgeRoute] = {}
    for way in ways:
        if not way.direct:
            first.setdefault(way.bundle.id, way)
    wishes: list[LabelWish] = []
    heights = _heights(ways, columns) if measures.stacked else {}
    for way in first.values():
        badges = sum(len(edge.badges) for edge in way.bundle.edges)
        steps = list(way.steps(columns))
        gathering = len(way.bundle.sources) > 1 and len(way.bundle.targets) == 1
        step = steps[-1] if gathering else steps[0]
        right, height = (step.end_right, step.end) if gathering else (step.start_right, step.start)
        stacked = measures.stacked and " " in way.bundle.label
        size = label_size_of(way.bundle, badges, measures, stacked)
        if stacked and _hit(heights[step.channel, right], way.bundle.id, height, size[1] / 2 + 2):
            stacked = False
            size = label_size_of(way.bundle, badges, measures)
        if size[0]:
            headed = gathering or way.bundle.first.mutual
            wishes.append(LabelWish(way.bundle, step.channel, right, height, size, stacked, headed))
    return wishes


_Heights = dict[tuple[int, bool], list[tuple[float, str]]]
"""The heights at which lines come to each side of a channel, and their bundles."""


def _heights(ways: list[EdgeRoute], columns: Mapping[str, int]) -> _Heights:
    heights: _Heights = {}
    for way in ways:
        for step in way.steps(columns):
            heights.setdefault((step.channel, step.start_right), []).append((step.start, way.bundle.id))
            heights.setdefault((step.channel, step.end_right), []).append((step.end, way.bundle.id))
    return heights


def _hit(lines: list[tuple[float, str]], bundle: str, height: float, reach: float) -> bool:
    """Return True if a line of another bundle is nearer to a height than the words there reach."""
    return any(other != bundle and abs(line - height) < reach for line, other in lines)


def label_size_of(
    bundle: Bundle, badges: int, measures: Measures = USUAL, stacked: bool = False
) -> tuple[float, float]:
    """Return the size of a bundle's label with its lock and badges."""
    locked = bool(LINES[bundle.first.meaning].lock)
    words = bundle.label
    return label_size(bundle.first, badges, locked, measures, stacked) if words or badges else (0.0, 0.0)


def _stagger(wishes: list[LabelWish], gap: float) -> float:
    """Set labels that would meet side by side; returns the width that all of them take."""
    placed: list[LabelWish] = []
    tallest = max((wish.size[1] for wish in wishes), default=0.0) + 1
    for wish in sorted(wishes, key=lambda each: each.height):
        for other in reversed(placed):
            if wish.height - other.height > tallest:
                break
            if wish.height - other.height < (other.size[1] + wish.size[1]) / 2 + 1:
                wish.offset = max(wish.offset, other.offset + other.size[0] + gap)
        placed.append(wish)
    return max((wish.offset + wish.size[0] for wish in placed), default=0.0)
