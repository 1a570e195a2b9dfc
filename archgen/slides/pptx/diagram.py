"""The scene of a diagram as native shapes: groups that move as one, cards, and connectors glued to them."""

from __future__ import annotations

from itertools import groupby

from msgspec.structs import replace
from pptx.enum.shapes import MSO_SHAPE

from archgen.layout.placed import Box, Point
from archgen.render.scene.card import card_icon, icon_size
from archgen.render.scene.shapes import BadgeMark, CanvasBox, CanvasLine, Pen, Scene, SceneGroup
from archgen.slides.pptx.canvas import Canvas, NativeShape, RunLine, ShapeGroup
from archgen.slides.pptx.card_outline import OWN_SITES, card_outline
from archgen.slides.pptx.dashes import dash_widths
from archgen.slides.pptx.diagram_parts import DiagramItem, DiagramLine, diagram_item, diagram_line, ends_of, names_of
from archgen.slides.pptx.marks import Marks
from archgen.slides.pptx.routes import connector_route
from archgen.style.text_metrics import text_width

_READABLE, _LEGIBLE = 10.5, 8.5
"""Sizes that a name on a slide and the text below it should have, in points."""

_LINE = 1.22
"""The height of a line of text, in its size."""

_HEADING = 0.7
"""The size of the largest text in a heading, in its height."""

_PADDING, _SMALLEST_ICON = 14.0, 28.0


def paint_diagram(canvas: Canvas, scene: Scene, marks: Marks) -> None:
    """Put a diagram on a slide; its lines have two corners at most."""
    _Painter(canvas, scene, marks).paint()


class _Painter:
    def __init__(self, canvas: Canvas, scene: Scene, marks: Marks) -> None:
        self._canvas, self._marks, self._sizes = canvas, marks, scene.sizes
        apart = [shape for shape in scene.shapes if isinstance(shape, BadgeMark)]
        groups = [shape for shape in scene.shapes if isinstance(shape, SceneGroup)]
        items = [diagram_item(group, group.part, apart) for group in groups if isinstance(group.part, CanvasBox)]
        self._groups = [item for item in items if item.part.holds]
        self._nodes = [item for item in items if not item.part.holds]
        self._lines = [diagram_line(group, group.part) for group in groups if isinstance(group.part, CanvasLine)]
        self._names = names_of(self._nodes)
        self._cards: dict[str, NativeShape] = {}
        self._sites: dict[str, list[Point]] = {item.part.id: [] for item in self._nodes}
        self._widths = dash_widths([line.part for line in self._lines], float(self._sizes.line))
        for line in self._lines:
            for node, point in ends_of(line.part):
                if point not in self._sites[node]:
                    self._sites[node].append(point)

    def paint(self) -> None:
        shapes = self._canvas.root
        self._inside(shapes, None)
        for group in self._groups:
            if group.is_band:
                self._band(shapes, group)
        for node in self._nodes:
            if node.part.above:
                self._node(shapes, node)
        for line in self._lines:
            self._connector(shapes, line)
        for line in self._lines:
            self._label(shapes, line)

    # Groups

    def _inside(self, into: ShapeGroup, parent: str | None) -> None:
        for group in self._groups:
            if not group.is_band and group.part.parent == parent:
                self._group(into, group)
        for node in self._nodes:
            if not node.part.above and node.part.parent == parent:
                self._node(into, node)

    def _group(self, into: ShapeGroup, group: DiagramItem) -> None:
        inner = self._canvas.group(into, group.part.name, group.part.alt)
        self._frame(inner, group, f"{group.part.name} frame", "")
        self._heading(inner, group)
        self._inside(inner, group.part.id)
        self._badges(inner, group)

    def _frame(self, into: ShapeGroup, item: DiagramItem, name: str, alt: str, geometry: str = "") -> NativeShape:
        frame, pen = item.frame, item.frame.pen
        return self._canvas.shape(
            into,
            MSO_SHAPE.ROUNDED_RECTANGLE,
            frame.box,
            fill=frame.fill,
            line=pen.role if pen else None,
            radius=0.0 if geometry else frame.radius or 0.0,
            width=(pen.width if pen else None) or 1.0,
            dash=(pen.dash if pen else None) or "",
            name=name,
            alt=alt,
            geometry=geometry,
        )

    def _heading(self, into: ShapeGroup, group: DiagramItem) -> None:
        box = group.part.heading
        if box is None:
            return
        canvas = self._canvas
        for icon in group.icons:
            self._marks.image(canvas, into, icon)
        title, *details = group.texts
        used = canvas.wider * sum(text_width(line.text, line.size, bold=line.bold) for line in group.texts) + 12
        room = group.frame.box.right - 20 - 1.4 * self._sizes.badge * len(group.badges) - title.x
        most = _HEADING * box.height / title.size
        grown = max(1.0, min(_READABLE / canvas.points(title.size), room / used, most))
        wide = canvas.wider * text_width(title.text, title.size * grown, bold=True) + 2
        run = (title.text, title.role, True)
        where = Box(title.x, box.y, wide, box.height)
        canvas.text(into, where, (run,), title.size * grown, anchor="start", name="name")
        for line in details:
            beside = canvas.wider * text_width(line.text, line.size * grown) + 2
            where = Box(title.x + wide + 6, box.y, beside, box.height)
            run = (line.text, line.role, False)
            canvas.text(into, where, (run,), line.size * grown, anchor="start", name="detail")

    def _band(self, into: ShapeGroup, band: DiagramItem) -> None:
        self._frame(into, band, band.part.name, band.part.alt)
        for tag in band.tags[:1]:
            shape = self._canvas.shape(
                into,
                MSO_SHAPE.ROUNDED_RECTANGLE,
                tag.box,
                fill=tag.fill,
                line=tag.pen.role if tag.pen else None,
                radius=tag.radius or 0.0,
                name="name",
            )
            runs = tuple(
                (f"  {line.text}" if row else line.text, line.role, line.bold) for row, line in enumerate(band.texts)
            )
            self._canvas.write(shape, ((runs, band.texts[0].size),))
            self._badges(into, band)

    def _badges(self, into: ShapeGroup, item: DiagramItem) -> None:
        for badge in reversed(item.badges):
            self._marks.badge(self._canvas, into, badge)

    # Nodes

    def _node(self, into: ShapeGroup, node: DiagramItem) -> None:
        name = self._names[node.part.id]
        group = self._canvas.group(into, f"{name} card", "")
        if node.part.sheet is not None:
            behind = replace(node.frame, box=node.part.sheet, pen=Pen("card_line"))
            self._frame(group, replace(node, frame=behind), f"{name} sheet", "")
        outline = card_outline(node.frame.box, self._sites[node.part.id], node.frame.lid)
        card = self._frame(group, node, name, node.part.alt or name, outline)
        self._cards[node.part.id] = card
        self._large(group, card, node) if node.part.lead is None else self._compact(group, card, node, node.part.lead)
        self._badges(group, node)

    def _large(self, into: ShapeGroup, card: NativeShape, node: DiagramItem) -> None:
        box = node.frame.box
        # nothing stands on the front of a lid, which reaches twice as far down as the lid's ends
        top = box.y + 2 * node.frame.lid
        room = box.bottom - top - (_PADDING / 2 if node.frame.lid else _PADDING)
        words = self._lines_of(node, box.width - _PADDING, room - _SMALLEST_ICON)
        heights = [size * _LINE for _, size in words]
        size = icon_size(self._sizes, room - sum(heights))
        y = top + (box.bottom - top - size - sum(heights) - 4) / 2
        if node.part.icon and size:
            badges = [badge.text for badge in node.badges if badge.y == box.y]
            icon = card_icon(node.part.icon, box, self._sizes, _PADDING, badges, y, size)
            self._marks.image(self._canvas, into, icon)
        self._canvas.write(card, words, vertical="t", insets=(0, y + size + 4 - box.y, 0, 0))

    def _compact(self, into: ShapeGroup, card: NativeShape, node: DiagramItem, left: float) -> None:
        box = node.frame.box
        for icon in node.icons:
            self._marks.image(self._canvas, into, icon)
        words = self._lines_of(node, box.width - left - (4 if node.icons else left), box.height - 4)
        if node.icons:
            self._canvas.write(card, words, anchor="start", insets=(left, 0, 0, 0))
        else:
            self._canvas.write(card, words, insets=(0, 0, 0, 0))

    def _lines_of(self, node: DiagramItem, wide: float, tall: float) -> tuple[RunLine, ...]:
        """Return the text of a card; in a diagram that is scaled down, it's as large as the card has room for.

        `wide` and `tall` limit the text.
        """
        rows = [tuple(row) for _, row in groupby(node.texts, key=lambda line: line.y)]
        runs = [(" ".join(line.text for line in row), row[0].role, row[0].bold) for row in rows]
        sizes = [row[0].size for row in rows]
        wanted = [max(size, self._wanted(size, sizes[0])) for size in sizes]
        share = min(1.0, tall / (_LINE * sum(wanted)))
        lines: list[RunLine] = []
        for run, size, large in zip(runs, sizes, wanted, strict=True):
            fitting = size * wide / max(text_width(run[0], size, bold=run[2]), 1.0)
            lines.append(((run,), max(size, min(share * large, fitting))))
        return tuple(lines)

    def _wanted(self, size: float, name: float) -> float:
        """Return the preferred size of text on the slide, in pixels: names are larger than details."""
        points = _READABLE if size == name else _LEGIBLE
        return points / self._canvas.points(1.0)

    # Lines

    def _connector(self, into: ShapeGroup, line: DiagramLine) -> None:
        part = line.part
        (source, first), (target, last) = ends_of(part)
        names = self._names[source], self._names[target]
        self._canvas.connector(
            into,
            connector_route([self._canvas.at(point) for point in part.points]),
            role=part.look.role,
            name=part.name,
            alt=f"{names[0]} {'↔' if part.both_heads else '→'} {names[1]}: {part.alt}",
            width=self._widths.get(part.bundle, self._sizes.line),
            dash=part.look.dash,
            double=part.double,
            both=part.both_heads,
            ends=(self._site(source, first), self._site(target, last)),
        )

    def _site(self, node: str, point: Point) -> tuple[NativeShape, int]:
        """Return the card at an end of a line, and the connection site there."""
        return self._cards[node], OWN_SITES + self._sites[node].index(point)

    def _label(self, into: ShapeGroup, line: DiagramLine) -> None:
        box, canvas, texts = line.part.label, self._canvas, line.texts
        if box is None:
            return
        name = f"{line.part.name} label"
        ground = canvas.text(into, box, (), self._sizes.label, fill=self._under(box), name=name)
        for lock in line.locks:
            self._marks.image(canvas, into, lock)
        if texts:
            written = tuple((((text.text, text.role, False),), float(text.size)) for text in texts)
            leading = texts[1].y - texts[0].y if len(texts) > 1 else None
            canvas.write(ground, written, anchor="start", insets=(texts[0].x - box.x, 0, 0, 0), leading=leading)
        for badge in line.badges:
            self._marks.badge(canvas, into, badge)

    def _under(self, box: Box) -> str:
        """Return the role of the background below a label: the deeper a group, the later the tint of its ground."""
        tints = (group.frame.fill for group in self._groups if group.part.box.contains(box))
        return max((tint for tint in tints if tint), default="ground")
