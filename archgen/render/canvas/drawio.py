"""Scenes as draw.io files: groups that hold their cards, lines bound to them, every mark an object that can be edited."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import assert_never

from msgspec.structs import replace

from archgen.layout.placed import Box, Point
from archgen.render.scene.shapes import (
    BadgeMark,
    CanvasBox,
    CanvasLine,
    Curve,
    IconImage,
    Inset,
    Pen,
    Rectangle,
    Scene,
    SceneGroup,
    SceneShape,
    TextLine,
    leaves,
)
from archgen.style.glyphs import Icon
from archgen.style.svg_markup import badge_size, element, escape, number
from archgen.style.text_metrics import text_width
from archgen.style.theme import FONT, LIGHT, SIZES, Theme, colours

_ROOT = "1"
_MARKS = {
    "error": "shape=mxgraph.basic.octagon2;dx=6;",
    "warning": "triangle;direction=north;",
    "info": "ellipse;",
}
_TEXT = "text;strokeColor=none;fillColor=none;spacing=0;verticalAlign=middle;"
_BOX = "container=1;collapsible=0;recursiveResize=0;"


def drawio(scene: Scene, theme: Theme = LIGHT) -> str:
    """Return the file."""
    cells = _Cells(scene, colours(theme)).cells()
    size = {"pageWidth": scene.view.width, "pageHeight": scene.view.height}
    root = element("root", element("mxCell", id="0"), element("mxCell", id=_ROOT, parent="0"), *cells)
    model = element("mxGraphModel", root, grid="1", gridSize="8", page="0", **size)
    diagram = element("diagram", model, id="picture", name_=scene.title or "Picture")
    return element("mxfile", diagram, host="archgen") + "\n"


class _Parent:
    """A cell that others stand in, and its box, which their places are relative to."""

    def __init__(self, name: str = _ROOT, box: Box | None = None) -> None:
        self.name, self.box = name, box


_PAGE = _Parent()


class _Cells:
    """The cells of one scene, under made-up names."""

    def __init__(self, scene: Scene, palette: dict[str, str]) -> None:
        self._scene, self._palette = scene, palette
        self._count = 0
        parts = [shape.part for shape in scene.shapes if isinstance(shape, SceneGroup)]
        boxes = [part for part in parts if isinstance(part, CanvasBox)]
        groups, cards = ([box for box in boxes if box.holds == holds] for holds in (True, False))
        self._groups = {box.id: _Parent(f"g{count}", box.box) for count, box in enumerate(groups, 1)}
        self._cards = {box.id: _Parent(f"n{count}", box.box) for count, box in enumerate(cards, 1)}
        self._lines = 0

    def cells(self) -> Iterator[str]:
        """Yield the cells in the order of painting."""
        return self._all(self._scene.shapes)

    def _all(self, shapes: Iterable[SceneShape], parent: _Parent = _PAGE) -> Iterator[str]:
        for shape in shapes:
            yield from self._shape(shape, parent)

    def _shape(self, shape: SceneShape, parent: _Parent) -> Iterator[str]:
        match shape:
            case SceneGroup(part=CanvasBox() as part):
                yield from self._box(part, shape)
            case SceneGroup(part=CanvasLine() as part):
                yield from self._line(part, shape)
            case SceneGroup():
                yield from self._all(shape.shapes, parent)
            case Rectangle():
                # the ground is the page's
                if shape.fill != "ground":
                    yield self._vertex("", self._outline(shape.fill, shape.pen, shape.radius), shape.box, parent)
            case Curve(outline=Box() as box):
                yield self._vertex("", self._outline(shape.fill, shape.pen), box, parent)
            case Curve(outline=tuple() as points, pen=Pen() as pen):
                yield self._edge(points, self._stroke(pen) + "endArrow=none;")
            case Curve():
                return
            case TextLine():
                yield self._text(shape, parent)
            case IconImage():
                box = Box(shape.x, shape.y, shape.size, shape.size)
                yield self._vertex("", _image(shape.icon, self._palette[shape.role]), box, parent)
            case BadgeMark():
                yield self._badge(shape, parent)
            case Inset():
                return
            case _:
                assert_never(shape)

    # Objects

    def _box(self, part: CanvasBox, group: SceneGroup) -> Iterator[str]:
        """Yield a group or a card with its words, then what stands on it."""
        cell = (self._groups if part.holds else self._cards).get(part.id) or _Parent(self._name(), part.box)
        shapes = list(leaves(group.shapes))
        frame = next(shape for shape in shapes if isinstance(shape, Rectangle))
        lines = [shape for shape in shapes if isinstance(shape, TextLine)]
        is_band = part.holds and frame.fill is None
        ground = f"pointerEvents=0;labelBackgroundColor={self._palette['tint_1']};"
        style = self._outline(frame.fill, frame.pen, frame.radius, frame.lid) + (ground if is_band else _BOX)
        value = (" " if part.holds else "\n").join(line.text for line in lines)
        parent = _PAGE if part.parent is None else self._groups.get(part.parent, _PAGE)
        yield self._vertex(value, style + self._words(lines, part.box), part.box, parent, cell.name)
        marks = [shape for shape in shapes if isinstance(shape, IconImage | BadgeMark)]
        yield from self._all(marks, _PAGE if is_band else cell)

    def _words(self, lines: list[TextLine], box: Box) -> str:
        """Return the style of the words of a box: where they stand in the picture, in one form that fits all lines."""
        if not lines:
            return ""
        first = lines[0]
        size = sum(line.size for line in lines) / len(lines)
        font = self._font(replace(first, size=size, bold=all(line.bold for line in lines)))
        above = max(first.y - first.size - box.y - 4, 0.0)
        left = first.x - box.x - 2 if first.anchor == "start" else 0.0
        place = f"align={'left' if first.anchor == 'start' else 'center'};spacingLeft={number(left)};"
        return f"{place}verticalAlign=top;spacingTop={number(above)};{font}"

    def _line(self, part: CanvasLine, group: SceneGroup) -> Iterator[str]:
        """Yield a line: one between cards has its words as its label, another has them beside it."""
        shapes = list(leaves(group.shapes))
        heads = "endArrow=block;endFill=1;endSize=5;"
        heads += "startArrow=block;startFill=1;startSize=5;" if part.both_heads else ""
        double = "shape=link;width=3;" if part.double else ""
        style = f"{heads}{self._stroke(part.pen)}{double}"
        lines = [shape for shape in shapes if isinstance(shape, TextLine)]
        badges = [shape for shape in shapes if isinstance(shape, BadgeMark)]
        source, target = self._cards.get(part.source or ""), self._cards.get(part.target or "")
        self._lines += 1
        name = f"e{self._lines}"
        if source is None or target is None or source.box is None or target.box is None:
            yield self._edge(part.points, style, name)
            yield from self._all(shape for shape in shapes if not isinstance(shape, Curve))
            return
        ends = _anchor("exit", source.box, part.points[0]) + _anchor("entry", target.box, part.points[-1])
        style += f"edgeStyle=orthogonalEdgeStyle;rounded=1;arcSize={2 * SIZES.line_radius};{ends}jumpStyle=arc;"
        style += f"labelBackgroundColor={self._palette['ground']};{self._font(lines[0]) if lines else ''}"
        along = _along(part.points, part.label.centre) if part.label else 0.0
        corners = "".join(element("mxPoint", x=x, y=y) for x, y in part.points[1:-1])
        path = [element("Array", corners, as_="points")] if corners else []
        geometry = element("mxGeometry", *path, x=along, relative="1", as_="geometry")
        words = "\n".join(line.text for line in lines)
        yield _cell(name, words, f"html=0;{style}", geometry, _ROOT, edge="1", source=source.name, target=target.name)
        yield from self._all(badges)

    # Cells

    def _name(self) -> str:
        self._count += 1
        return f"s{self._count}"

    def _vertex(self, value: str, style: str, box: Box, parent: _Parent, name: str | None = None) -> str:
        x, y = (box.x - parent.box.x, box.y - parent.box.y) if parent.box else (box.x, box.y)
        geometry = element("mxGeometry", x=x, y=y, width=box.width, height=box.height, as_="geometry")
        return _cell(name or self._name(), value, f"html=0;{style}", geometry, parent.name, vertex="1")

    def _edge(self, points: tuple[Point, ...], style: str, name: str | None = None) -> str:
        (x0, y0), (x1, y1) = points[0], points[-1]
        parts = [element("mxPoint", x=x0, y=y0, as_="sourcePoint"), element("mxPoint", x=x1, y=y1, as_="targetPoint")]
        if len(points) > 2:
            parts.append(element("Array", *(element("mxPoint", x=x, y=y) for x, y in points[1:-1]), as_="points"))
        geometry = element("mxGeometry", *parts, relative="1", as_="geometry")
        return _cell(name or self._name(), "", f"html=0;{style}", geometry, _ROOT, edge="1")

    def _text(self, line: TextLine, parent: _Parent) -> str:
        wide = text_width(line.text, line.size, line.bold)
        left = line.x - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[line.anchor]
        align = "center" if line.anchor == "middle" else "left"
        box = Box(left, line.y - 0.78 * line.size, wide, line.size)
        return self._vertex(line.text, f"{_TEXT}align={align};{self._font(line)}", box, parent)

    def _badge(self, badge: BadgeMark, parent: _Parent) -> str:
        wide, tall = (length * badge.radius / SIZES.badge for length in badge_size(badge.text))
        box = Box(badge.x - wide / 2, badge.y - tall / 2, wide, tall)
        fill, line = self._palette[badge.severity], self._palette["ground"]
        digits = TextLine(0, 0, "", SIZES.small, "on_badge", bold=True)
        style = f"{_MARKS[badge.severity]}fillColor={fill};strokeColor={line};spacing=0;{self._font(digits)}"
        return self._vertex(badge.text, style, box, self._groups.get(badge.group or "") or parent)

    # Styles

    def _outline(self, fill: str | None, pen: Pen | None, radius: float | None = None, lid: float = 0.0) -> str:
        corners = f"rounded=1;absoluteArcSize=1;arcSize={number(2 * radius)};" if radius else ""
        if lid:
            corners = f"shape=cylinder3;boundedLbl=0;backgroundOutline=1;size={number(lid)};"
        ground = self._palette[fill] if fill else "none"
        return f"{corners}fillColor={ground};{self._stroke(pen) if pen else 'strokeColor=none;'}"

    def _stroke(self, pen: Pen) -> str:
        dash = f"dashed=1;dashPattern={pen.dash};" if pen.dash else ""
        return f"strokeColor={self._palette[pen.role]};strokeWidth={number(pen.width or 1.0)};{dash}"

    def _font(self, line: TextLine) -> str:
        family, color = FONT.partition(",")[0], self._palette[line.role]
        return f"fontFamily={family};fontSize={number(line.size)};fontColor={color};fontStyle={int(line.bold)};"


def _cell(name: str, value: str, style: str, geometry: str, parent: str, **more: str) -> str:
    cell = element("mxCell", geometry, id=name, value="@", style=style, parent=parent, **more)
    words = "&#10;".join(escape(line) for line in value.split("\n"))
    return cell.replace('value="@"', f'value="{words}"', 1)


def _image(icon: Icon, color: str) -> str:
    """Return a drawing as a style; the editor wants no `;` in it."""
    svg = element(
        "svg", icon.body, xmlns="http://www.w3.org/2000/svg", viewBox=icon.view_box, color=icon.colour or color
    )
    return f"shape=image;imageAspect=1;aspect=fixed;image=data:image/svg+xml,{b64encode(svg.encode()).decode()};"


def _anchor(which: str, box: Box, point: Point) -> str:
    x, y = (point[0] - box.x) / max(box.width, 1), (point[1] - box.y) / max(box.height, 1)
    return f"{which}X={number(x)};{which}Y={number(y)};{which}Dx=0;{which}Dy=0;{which}Perimeter=0;"


def _along(points: tuple[Point, ...], place: Point) -> float:
    """Return the position of the point of a line nearest to a place, from -1 at its start to 1 at its end."""
    length = sum(abs(x1 - x0) + abs(y1 - y0) for (x0, y0), (x1, y1) in pairwise(points)) or 1.0
    shortest, position, walked = float("inf"), 0.0, 0.0
    for (x0, y0), (x1, y1) in pairwise(points):
        near = min(max(place[0], min(x0, x1)), max(x0, x1)), min(max(place[1], min(y0, y1)), max(y0, y1))
        distance = abs(near[0] - place[0]) + abs(near[1] - place[1])
        if distance < shortest:
            shortest, position = distance, walked + abs(near[0] - x0) + abs(near[1] - y0)
        walked += abs(x1 - x0) + abs(y1 - y0)
    return 2 * position / length - 1
