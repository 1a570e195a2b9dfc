"""Pictures as draw.io files: the same places, every card, group and line an object that can be edited."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from itertools import pairwise

from archgen.layout.placed import Box, Placed, PlacedEdge, PlacedGroup, PlacedNode, Point
from archgen.layout.sequence.arrangement import Arrow, FrameBox, Head, PlacedSequence, Text
from archgen.layout.sequence.lanes import LOOP
from archgen.style.glyphs import Icon, glyph
from archgen.style.svg_markup import badge_size, element, escape, number
from archgen.style.theme import FONT, LIGHT, LINES, SIZES, Line, Theme, colours
from archgen.views.diagram import Badge

_ROOT = "1"
_MARKS = {
    "error": "shape=mxgraph.basic.octagon2;dx=6;",
    "warning": "triangle;direction=north;",
    "info": "ellipse;",
}


def diagram_drawio(placed: Placed, icons: Callable[[str | None], Icon | None], theme: Theme = LIGHT) -> str:
    """A deployment; cards stand in their groups, lines are bound to their cards and keep their corners."""
    return _file(placed.diagram.title, _Diagram(placed, icons, colours(theme)).cells(), placed.width, placed.height)


def sequence_drawio(placed: PlacedSequence, icons: Callable[[str | None], Icon | None], theme: Theme = LIGHT) -> str:
    """A request flow."""
    cells = _Sequence(placed, icons, colours(theme)).cells()
    return _file(placed.sequence.title, cells, placed.width, placed.height)


def _file(title: str, cells: Iterator[str], width: float, height: float) -> str:
    root = element("root", element("mxCell", id="0"), element("mxCell", id=_ROOT, parent="0"), *cells)
    model = element("mxGraphModel", root, grid="1", gridSize="8", page="0", pageWidth=width, pageHeight=height)
    return element("mxfile", element("diagram", model, id="picture", name_=title or "Picture"), host="archgen") + "\n"


def _cell(name: str, value: str, style: str, geometry: str, parent: str, **more: str) -> str:
    cell = element("mxCell", geometry, id=name, value="@", style=style, parent=parent, **more)
    words = "&#10;".join(escape(line) for line in value.split("\n"))
    return cell.replace('value="@"', f'value="{words}"', 1)


def _vertex(name: str, value: str, style: str, box: Box, parent: str = _ROOT, around: Box | None = None) -> str:
    x, y = (box.x - around.x, box.y - around.y) if around else (box.x, box.y)
    geometry = element("mxGeometry", x=x, y=y, width=box.width, height=box.height, as_="geometry")
    return _cell(name, value, style, geometry, parent, vertex="1")


def _font(size: float, colour: str, bold: bool = False) -> str:
    family = FONT.partition(",")[0]
    return f"html=0;fontFamily={family};fontSize={number(size)};fontColor={colour};fontStyle={int(bold)};"


def _image(icon: Icon, colour: str) -> str:
    """A drawing as a style; the editor wants no `;` in it."""
    svg = element(
        "svg", icon.body, xmlns="http://www.w3.org/2000/svg", viewBox=icon.view_box, color=icon.colour or colour
    )
    return f"shape=image;imageAspect=1;aspect=fixed;image=data:image/svg+xml,{b64encode(svg.encode()).decode()};"


def _badges(
    badges: tuple[Badge, ...],
    right: float,
    middle: float,
    prefix: str,
    palette: dict[str, str],
    parent: str,
    around: Box | None,
) -> Iterator[str]:
    for badge in reversed(badges):
        wide, tall = badge_size(badge.number)
        box = Box(right - wide, middle - tall / 2, wide, tall)
        style = (
            f"{_MARKS[badge.severity]}fillColor={palette[badge.severity]};strokeColor={palette['ground']};spacing=0;"
        )
        yield _vertex(
            f"{prefix}-issue{badge.number}",
            str(badge.number),
            style + _font(SIZES.small, palette["on_badge"], bold=True),
            box,
            parent,
            around,
        )
        right -= wide + 4


def _stroke(line: Line, palette: dict[str, str]) -> str:
    dash = f"dashed=1;dashPattern={line.dash};" if line.dash else ""
    double = "shape=link;width=3;" if line.double else ""
    return f"strokeColor={palette[line.role]};strokeWidth={number(SIZES.line)};{dash}{double}"


class _Diagram:
    """Cells of one placed diagram, under made-up names."""

    def __init__(self, placed: Placed, icons: Callable[[str | None], Icon | None], palette: dict[str, str]) -> None:
        self._placed = placed
        self._icons = icons
        self._palette = palette
        self._nodes = {one.node.id: f"n{at}" for at, one in enumerate(placed.nodes, 1)}
        self._groups = {one.group.id: f"g{at}" for at, one in enumerate(placed.groups, 1)}
        self._boxes = {one.group.id: one.box for one in placed.groups if not one.group.across}

    def cells(self) -> Iterator[str]:
        """Groups, outer ones first; then cards; then lines."""
        for group in self._placed.groups:
            yield from self._group(group)
        for node in self._placed.nodes:
            yield from self._node(node)
        for at, edge in enumerate(self._placed.edges, 1):
            yield from self._edge(f"e{at}", edge)

    def _parent(self, group: str | None) -> tuple[str, Box | None]:
        around = self._boxes.get(group) if group is not None else None
        return (self._groups[group], around) if group is not None and around else (_ROOT, None)

    def _group(self, one: PlacedGroup) -> Iterator[str]:
        palette, name = self._palette, self._groups[one.group.id]
        fill = "none" if one.group.across else palette[f"tint_{min(one.depth, 2) + 1}"]
        dash = "" if one.group.kind == "host" else "dashed=1;dashPattern=2 3;"
        style = (
            f"rounded=1;absoluteArcSize=1;arcSize={2 * SIZES.group_radius};container=1;collapsible=0;recursiveResize=0;"
            f"fillColor={fill};strokeColor={palette['group_line']};{dash}verticalAlign=top;align=left;spacingLeft=8;"
        )
        words = " ".join(word for word in (one.group.label, one.group.detail) if word)
        parent, around = self._parent(None if one.group.across else one.group.parent)
        ink = palette["ink" if one.group.kind == "host" else "muted"]
        if one.group.across:
            style = style.replace("container=1;", "pointerEvents=0;").replace(
                "verticalAlign=top", "verticalAlign=bottom"
            )
        yield _vertex(name, words, style + _font(SIZES.text, ink, bold=True), one.box, parent, around)
        inside = (_ROOT, None) if one.group.across else (name, one.box)
        yield from _badges(one.group.badges, one.box.right + 4, one.box.y, name, palette, *inside)

    def _node(self, one: PlacedNode) -> Iterator[str]:
        palette, name, box = self._palette, self._nodes[one.node.id], one.box
        place = "align=left;spacingLeft=34;" if one.compact else "verticalAlign=bottom;spacingBottom=4;"
        style = (
            f"rounded=1;absoluteArcSize=1;arcSize={2 * SIZES.card_radius};container=1;collapsible=0;"
            f"fillColor={palette['card']};strokeColor={palette['card_line']};{place}"
        )
        words = "\n".join([*one.title, *([one.detail] if one.detail else [])])
        parent, around = self._parent(one.node.group if not one.node.guards else None)
        yield _vertex(name, words, style + _font(SIZES.text, palette["ink"]), box, parent, around)
        size = 20.0 if one.compact else float(SIZES.icon)
        at = (box.x + 10, box.centre[1] - size / 2) if one.compact else (box.centre[0] - size / 2, box.y + 8)
        icon = (None if one.compact else self._icons(one.node.icon)) or glyph(one.node.kind)
        yield _vertex(f"{name}-icon", "", _image(icon, palette["ink"]), Box(*at, size, size), name, box)
        yield from _badges(one.node.badges, box.right + 4, box.y, name, palette, name, box)

    def _edge(self, name: str, one: PlacedEdge) -> Iterator[str]:
        line = LINES[one.edge.meaning]
        boxes = {node.node.id: node.box for node in self._placed.nodes}
        exits = _anchor("exit", boxes[one.edge.source], one.points[0])
        entry = _anchor("entry", boxes[one.edge.target], one.points[-1])
        style = (
            f"edgeStyle=orthogonalEdgeStyle;rounded=1;arcSize={2 * SIZES.line_radius};{exits}{entry}endArrow=block;endFill=1;"
            f"endSize=5;{'startArrow=block;startFill=1;startSize=5;' if one.edge.mutual else ''}"
            f"jumpStyle=arc;{_stroke(line, self._palette)}labelBackgroundColor={self._palette['ground']};"
        )
        corners = [element("mxPoint", x=x, y=y) for x, y in one.points[1:-1]]
        way = element("Array", *corners, as_="points") if corners else ""
        along = _along(one.points, one.label.box.centre) if one.label else 0.0
        geometry = (
            element("mxGeometry", way, x=along, relative="1", as_="geometry")
            if way
            else element("mxGeometry", x=along, relative="1", as_="geometry")
        )
        words = one.label.text if one.label else ""
        font = _font(SIZES.label, self._palette[line.role])
        ends = {"source": self._nodes[one.edge.source], "target": self._nodes[one.edge.target]}
        yield _cell(name, words, style + font, geometry, _ROOT, edge="1", **ends)
        if one.label:
            badges = tuple(b for other in self._placed.edges if other.bundle == one.bundle for b in other.edge.badges)
            box = one.label.box
            yield from _badges(badges, box.right - 4, box.centre[1], name, self._palette, _ROOT, None)


def _anchor(which: str, box: Box, point: Point) -> str:
    x, y = (point[0] - box.x) / max(box.width, 1), (point[1] - box.y) / max(box.height, 1)
    return f"{which}X={number(x)};{which}Y={number(y)};{which}Dx=0;{which}Dy=0;{which}Perimeter=0;"


def _along(points: tuple[Point, ...], place: Point) -> float:
    """Where on a line the point nearest to a place is, from -1 at its start to 1 at its end."""
    whole = sum(abs(x1 - x0) + abs(y1 - y0) for (x0, y0), (x1, y1) in pairwise(points)) or 1.0
    best, found, walked = float("inf"), 0.0, 0.0
    for (x0, y0), (x1, y1) in pairwise(points):
        near = min(max(place[0], min(x0, x1)), max(x0, x1)), min(max(place[1], min(y0, y1)), max(y0, y1))
        far = abs(near[0] - place[0]) + abs(near[1] - place[1])
        if far < best:
            best, found = far, walked + abs(near[0] - x0) + abs(near[1] - y0)
        walked += abs(x1 - x0) + abs(y1 - y0)
    return 2 * found / whole - 1


class _Sequence:
    """Cells of one placed sequence, under made-up names."""

    def __init__(
        self, placed: PlacedSequence, icons: Callable[[str | None], Icon | None], palette: dict[str, str]
    ) -> None:
        self._placed = placed
        self._icons = icons
        self._palette = palette

    def cells(self) -> Iterator[str]:
        """Lifelines and cards, frames, messages, notes."""
        for at, head in enumerate(self._placed.heads, 1):
            yield from self._head(f"p{at}", head)
        for at, frame in enumerate(self._placed.frames, 1):
            yield from self._frame(f"f{at}", frame)
        for at, arrow in enumerate(self._placed.arrows, 1):
            yield from self._arrow(f"m{at}", arrow)
        for at, paper in enumerate(self._placed.papers, 1):
            style = f"fillColor={self._palette['paper']};strokeColor={self._palette['paper_line']};align=left;spacingLeft=8;"
            words = "\n".join(text.text for text in paper.texts)
            yield _vertex(f"r{at}", words, style + _font(SIZES.text, self._palette["ink"]), paper.box)

    def _head(self, name: str, head: Head) -> Iterator[str]:
        palette, box = self._palette, head.box
        yield self._line(
            f"{name}-line", [(head.x, box.bottom), (head.x, self._placed.bottom)], palette["faint"], "endArrow=none;"
        )
        style = (
            f"rounded=1;absoluteArcSize=1;arcSize={2 * SIZES.card_radius};container=1;collapsible=0;"
            f"fillColor={palette['card']};strokeColor={palette['card_line']};verticalAlign=bottom;spacingBottom=4;"
        )
        words = "\n".join(text.text for text in head.texts)
        yield _vertex(name, words, style + _font(SIZES.text, palette["ink"]), box)
        if head.icon:
            icon = self._icons(head.participant.icon) or glyph(head.participant.kind)
            yield _vertex(f"{name}-icon", "", _image(icon, palette["ink"]), head.icon, name, box)

    def _frame(self, name: str, frame: FrameBox) -> Iterator[str]:
        palette = self._palette
        style = f"fillColor=none;strokeColor={palette['card_line']};pointerEvents=0;"
        yield _vertex(name, "", style + _font(SIZES.label, palette["ink"]), frame.box)
        style = f"fillColor={palette['tint_3']};strokeColor={palette['card_line']};"
        yield _vertex(f"{name}-tab", frame.name.text, style + _font(SIZES.label, palette["ink"], bold=True), frame.tab)
        for at, band in enumerate(frame.bands, 1):
            if at > 1:
                ends = [(band.box.x, band.box.y), (band.box.right, band.box.y)]
                yield self._line(f"{name}-rule{at}", ends, palette["card_line"], "endArrow=none;dashed=1;")
            for text in band.texts[:1]:
                whole = " ".join(each.text for each in band.texts)
                yield self._words(f"{name}-when{at}", text, whole)

    def _arrow(self, name: str, arrow: Arrow) -> Iterator[str]:
        line = LINES[arrow.message.meaning]
        points = [(arrow.x1, arrow.y), (arrow.x2, arrow.y2)]
        if arrow.message.source == arrow.message.target:
            out = arrow.x1 + LOOP
            points[1:1] = [(out, arrow.y), (out, arrow.y2)]
        dash = "dashed=1;dashPattern=5 4;" if arrow.message.answer else ""
        style = f"endArrow=block;endFill=1;endSize=5;{dash}strokeWidth={number(SIZES.line)};"
        yield self._line(name, points, self._palette[line.role], style)
        for at, text in enumerate((*arrow.texts, *([arrow.number] if arrow.number else [])), 1):
            yield self._words(f"{name}-text{at}", text, text.text)
        for x, y, badge in arrow.badges:
            wide = badge_size(badge.number)[0]
            yield from _badges((badge,), x + wide / 2, y, name, self._palette, _ROOT, None)

    def _words(self, name: str, text: Text, words: str) -> str:
        align = "align=center;" if text.anchor == "middle" else "align=left;"
        style = f"text;strokeColor=none;fillColor=none;spacing=0;{align}verticalAlign=middle;"
        box = text.box
        return _vertex(name, words, style + _font(text.size, self._palette[text.role], text.bold), box)

    @staticmethod
    def _line(name: str, points: list[Point], colour: str, style: str) -> str:
        (x0, y0), (x1, y1) = points[0], points[-1]
        parts = [element("mxPoint", x=x0, y=y0, as_="sourcePoint"), element("mxPoint", x=x1, y=y1, as_="targetPoint")]
        if len(points) > 2:
            parts.append(element("Array", *(element("mxPoint", x=x, y=y) for x, y in points[1:-1]), as_="points"))
        geometry = element("mxGeometry", *parts, relative="1", as_="geometry")
        return _cell(name, "", f"html=0;strokeColor={colour};{style}", geometry, _ROOT, edge="1")
