"""A placed diagram in characters: the same picture, each column and row no wider than its words want."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise

from archgen.layout.placed import Box, Placed, PlacedEdge, PlacedGroup, PlacedNode, Point
from archgen.render.text.signs import ASCII_SIGNS
from archgen.render.text.words import cut
from archgen.report.common.terminal import display_width
from archgen.style.theme import LINES
from archgen.views.diagram import Badge, chip_text

_NEAR = 3.0
"""Pixels within which two places are one column or row."""

_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_JOINTS = {
    0: " ",
    _UP: "│",
    _DOWN: "│",
    _LEFT: "─",
    _RIGHT: "─",
    _UP | _DOWN: "│",
    _LEFT | _RIGHT: "─",
    _DOWN | _RIGHT: "┌",
    _DOWN | _LEFT: "┐",
    _UP | _RIGHT: "└",
    _UP | _LEFT: "┘",
    _UP | _DOWN | _RIGHT: "├",
    _UP | _DOWN | _LEFT: "┤",
    _LEFT | _RIGHT | _DOWN: "┬",
    _LEFT | _RIGHT | _UP: "┴",
    15: "┼",
}
_ARROWS = {_RIGHT: "▶", _LEFT: "◀", _DOWN: "▼", _UP: "▲"}
_ASCII = str.maketrans(
    {
        **dict.fromkeys("│", "|"),
        **dict.fromkeys("─", "-"),
        **dict.fromkeys("┌┐└┘├┤┬┴┼", "+"),
        "▶": ">",
        "◀": "<",
        "▼": "v",
        "▲": "^",
        **ASCII_SIGNS,
    }
)


SIGNS = "".join(map(chr, _ASCII))
"""The characters that pictures are drawn with, and that not every terminal has."""

Cell = tuple[str, str]
"""A character and the role of its color; an empty one is the second half of a wide character."""

_BLANK: Cell = (" ", "")

CellRows = tuple[tuple[Cell, ...], ...]


def diagram_cells(placed: Placed) -> CellRows:
    """Return the picture as rows of cells, none of them wider than the last cell that is not blank."""
    return _Grid(placed).rows()


def diagram_text(placed: Placed, ascii_only: bool = False) -> str:
    """Return the picture as lines of text, in box-drawing characters or, with `ascii_only`, in ASCII as far as words allow."""
    lines = ["".join(character for character, _ in row).rstrip() for row in diagram_cells(placed)]
    text = "\n".join(lines) + "\n"
    return text.translate(_ASCII) if ascii_only else text


def narrowed(rows: CellRows) -> CellRows:
    """Return the rows in ASCII, as far as words allow."""
    return tuple(tuple((character.translate(_ASCII), role) for character, role in row) for row in rows)


def _issues(badges: Iterable[Badge]) -> str:
    return " ".join(f"[{badge.text}]" for badge in badges)


class _Axis:
    """Places on one axis, told apart in order, and how far apart their columns or rows must at least be."""

    def __init__(self, places: Iterable[float]) -> None:
        self._marks: list[float] = []
        for place in sorted(places):
            if not self._marks or place - self._marks[-1] > _NEAR:
                self._marks.append(place)
        self._gaps: list[tuple[int, int, int]] = []
        self._found: list[int] = []

    def index(self, place: float) -> int:
        """Return the column or row that a place belongs to, as a position in their order."""
        return max(bisect_left(self._marks, place + 0.001) - 1, 0)

    def apart(self, start: float, end: float, least: int) -> None:
        """Asks for room between two places."""
        first, last = self.index(start), self.index(end)
        if last > first:
            self._gaps.append((first, last, least))

    def solve(self) -> None:
        """Gives every place its column or row, as early as the room asked for allows."""
        ending: dict[int, list[tuple[int, int]]] = {}
        for start, end, least in self._gaps:
            ending.setdefault(end, []).append((start, least))
        for at in range(len(self._marks)):
            earliest = self._found[at - 1] + 1 if at else 1
            self._found.append(max([earliest, *(self._found[start] + least for start, least in ending.get(at, ()))]))

    def __getitem__(self, place: float) -> int:
        return self._found[self.index(place)]


class _Grid:
    def __init__(self, placed: Placed) -> None:
        self._placed = placed
        self._labels = {edge.bundle: self._label_words(edge) for edge in placed.edges if edge.label}
        boxes = [node.box for node in placed.nodes] + [group.box for group in placed.groups if not group.group.across]
        labels = [edge.label.box for edge in placed.edges if edge.label]
        points = [point for edge in placed.edges for point in edge.points]
        xs = [place for box in (*boxes, *labels) for place in (box.x, box.right)] + [x for x, _ in points]
        ys = [place for box in boxes for place in (box.y, box.bottom)] + [y for _, y in points]
        ys += [box.centre[1] for box in labels]
        self._x, self._y = _Axis(xs), _Axis(ys)
        self._ask()
        self._x.solve()
        self._y.solve()
        self._cells: dict[tuple[int, int], Cell] = {}
        self._lines: dict[tuple[int, int], tuple[int, str]] = {}

    def _label_words(self, placed: PlacedEdge) -> str:
        assert placed.label is not None
        line = LINES[placed.edge.meaning]
        badges = [badge for other in self._placed.edges if other.bundle == placed.bundle for badge in other.edge.badges]
        mark = {"closed": "tls", "open": "clear", "": ""}[line.lock]
        return cut(" ".join(word for word in (placed.label.text, mark, _issues(badges)) if word), 40)

    def _words(self, placed: PlacedNode) -> list[str]:
        names = " ".join(placed.title)
        return [
            cut(line, 28)
            for line in (names, placed.detail, chip_text(placed.node), _issues(placed.node.badges))
            if line
        ]

    def _heading(self, placed: PlacedGroup) -> str:
        return cut(
            " ".join(word for word in (placed.group.label, placed.group.detail, _issues(placed.group.badges)) if word),
            48,
        )

    def _ask(self) -> None:
        for node in self._placed.nodes:
            lines = self._words(node)
            self._x.apart(node.box.x, node.box.right, max(map(display_width, lines), default=1) + 3)
            self._y.apart(node.box.y, node.box.bottom, len(lines) + 1)
        for group in self._placed.groups:
            if not group.group.across:
                self._x.apart(group.box.x, group.box.right, display_width(self._heading(group)) + 4)
                self._y.apart(group.box.y, group.box.bottom, 2)
        for edge in self._placed.edges:
            if edge.label:
                box = edge.label.box
                self._x.apart(box.x, box.right, display_width(self._labels[edge.bundle]) + 1)
        for edge in self._placed.edges:
            for (x0, y0), (x1, y1) in pairwise(edge.points):
                # an arrow head and a piece of its line are seen between two cards
                if y0 == y1:
                    self._x.apart(min(x0, x1), max(x0, x1), 3)
                else:
                    self._y.apart(min(y0, y1), max(y0, y1), 2)
            self._centre(edge)

    def _centre(self, edge: PlacedEdge) -> None:
        """A line that leaves a card upright leaves it in its middle."""
        boxes = {node.node.id: node for node in self._placed.nodes}
        for name, point, following in (
            (edge.edge.source, edge.points[0], edge.points[1]),
            (edge.edge.target, edge.points[-1], edge.points[-2]),
        ):
            card = boxes[name]
            if point[0] == following[0]:
                half = (max(map(display_width, self._words(card)), default=1) + 3) // 2
                self._x.apart(card.box.x, point[0], half)
                self._x.apart(point[0], card.box.right, half)

    def rows(self) -> CellRows:
        for group in self._placed.groups:
            if not group.group.across:
                self._frame(group.box, "muted")
                self._write(self._free(group), self._y[group.box.y], self._heading(group), "ink")
        for edge in self._placed.edges:
            self._line(edge)
        for place, (joints, role) in self._lines.items():
            self._cells[place] = (_JOINTS[joints], role)
        for node in self._placed.nodes:
            self._node(node)
        for edge in self._placed.edges:
            self._arrow(edge.points[-2:], edge)
            if edge.edge.mutual:
                self._arrow(edge.points[1::-1], edge)
            if edge.label:
                box = edge.label.box
                left, right = self._x[box.x], self._x[box.right]
                words = self._labels[edge.bundle]
                self._write(
                    left + max(0, (right - left - display_width(words)) // 2),
                    self._y[box.centre[1]],
                    words,
                    LINES[edge.edge.meaning].role,
                )
        return self._written()

    def _free(self, group: PlacedGroup) -> int:
        """Return the column in which the words of a group start: behind the cards that stand on its upper border."""
        top = group.box.y
        standing = [
            self._x[node.box.right]
            for node in self._placed.nodes
            if node.box.y < top < node.box.bottom and group.box.x <= node.box.x < group.box.right
        ]
        return max([self._x[group.box.x] + 1, *standing]) + 1

    def _written(self) -> CellRows:
        if not self._cells:
            return ()
        rows = []
        for y in range(min(y for _, y in self._cells), max(y for _, y in self._cells) + 1):
            width = max((x for x, at in self._cells if at == y), default=-1) + 1
            row: list[Cell] = []
            for x in range(1, width):
                cell = self._cells.get((x, y), _BLANK)
                row.append(cell)
            rows.append(tuple(row))
        return tuple(rows)

    def _write(self, x: int, y: int, words: str, role: str) -> None:
        for character in words:
            self._cells[x, y] = (character, role)
            if display_width(character) == 2:
                self._cells[x + 1, y] = ("", role)
            x += display_width(character)

    def _frame(self, box: Box, role: str) -> None:
        left, right, top, bottom = self._x[box.x], self._x[box.right], self._y[box.y], self._y[box.bottom]
        for x in range(left, right + 1):
            self._cells[x, top] = self._cells[x, bottom] = ("─", role)
        for y in range(top, bottom + 1):
            self._cells[left, y] = self._cells[right, y] = ("│", role)
        for place, corner in (((left, top), "┌"), ((right, top), "┐"), ((left, bottom), "└"), ((right, bottom), "┘")):
            self._cells[place] = (corner, role)

    def _node(self, placed: PlacedNode) -> None:
        box = placed.box
        left, right, top, bottom = self._x[box.x], self._x[box.right], self._y[box.y], self._y[box.bottom]
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                self._cells[x, y] = _BLANK
        self._frame(box, "card_line")
        lines = self._words(placed)
        first = top + 1 + max(0, (bottom - top - 1 - len(lines)) // 2)
        for at, line in enumerate(lines):
            last = bool(placed.node.badges) and at == len(lines) - 1
            role = placed.node.badges[0].severity if last else "accent" if at == 0 else "muted"
            self._write(left + 1 + max(0, (right - left - 1 - display_width(line)) // 2), first + at, line, role)

    def _line(self, placed: PlacedEdge) -> None:
        role = LINES[placed.edge.meaning].role
        for (x0, y0), (x1, y1) in pairwise(placed.points):
            start, end = (self._x[x0], self._y[y0]), (self._x[x1], self._y[y1])
            level = start[1] == end[1]
            low, high = sorted((start[0], end[0]) if level else (start[1], end[1]))
            before, after = (_LEFT, _RIGHT) if level else (_UP, _DOWN)
            for at in range(low, high + 1):
                place = (at, start[1]) if level else (start[0], at)
                joints = (before if at > low else 0) | (after if at < high else 0)
                self._lines[place] = (self._lines.get(place, (0, role))[0] | joints, role)

    def _arrow(self, last: Sequence[Point], placed: PlacedEdge) -> None:
        """The arrow at the end of a line's last stretch, in the cell before the card that it points to."""
        (x0, y0), (x1, y1) = last
        x, y = self._x[x1], self._y[y1]
        role = LINES[placed.edge.meaning].role
        if y0 == y1:
            way = _RIGHT if x1 > x0 else _LEFT
            self._cells[x - 1 if way == _RIGHT else x + 1, y] = (_ARROWS[way], role)
        else:
            way = _DOWN if y1 > y0 else _UP
            self._cells[x, y - 1 if way == _DOWN else y + 1] = (_ARROWS[way], role)
