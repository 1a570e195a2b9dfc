"""A placed diagram as native shapes: groups that move as one, cards, and connectors glued to them."""

from __future__ import annotations

from pptx.enum.shapes import MSO_SHAPE

from archgen.layout.deployment.cards import chip_rows, chip_words, heading_lead
from archgen.layout.placed import Box, Placed, PlacedEdge, PlacedGroup, PlacedNode, Point
from archgen.slides.pptx.canvas import Canvas, NativeShape, RunLine, ShapeGroup
from archgen.slides.pptx.dashes import dash_widths
from archgen.slides.pptx.marks import Marks
from archgen.slides.pptx.rerouting import simplify_routes
from archgen.slides.pptx.routes import connector_route
from archgen.style.glyphs import group_glyph
from archgen.style.text_metrics import text_width
from archgen.style.theme import LINES, SIZES
from archgen.views.diagram import SINGLE, mark_role

_SIDES = 4
_READABLE, _LEGIBLE = 10.5, 8.5
"""Sizes that a name on a slide and the text below it should have, in points."""

_HEAVY = 2.5
"""Width of the border of a card that its diagram is about."""

_LINE = 1.22
"""The height of a line of text, in its size."""

_HEADING = 0.7
"""The size of the largest text in a heading, in its height."""

_PADDING, _SMALLEST_ICON = 14.0, 28.0


def names(placed: Placed) -> dict[str, str]:
    """Return the name of each node's shape: its component if the node stands for all of it, else the replica."""
    count: dict[str, int] = {}
    for node in placed.nodes:
        count[node.node.subject] = count.get(node.node.subject, 0) + 1
    return {node.node.id: node.node.subject if count[node.node.subject] == 1 else node.node.id for node in placed.nodes}


def paint_diagram(canvas: Canvas, placed: Placed, marks: Marks) -> None:
    """Put a diagram on a slide."""
    _Painter(canvas, placed, marks).paint()


class _Painter:
    def __init__(self, canvas: Canvas, placed: Placed, marks: Marks) -> None:
        self._canvas = canvas
        self._placed = placed = simplify_routes(placed)
        self._measures, self._theirs = placed.measures, placed.measures.sizes
        self._marks = marks
        self._names = names(placed)
        self._cards: dict[str, NativeShape] = {}
        self._sites: dict[str, list[Point]] = {node.node.id: [] for node in placed.nodes}
        self._widths = dash_widths(placed, float(self._theirs.line))
        for edge in placed.edges:
            way = edge.points
            for node, point in ((edge.edge.source, way[0]), (edge.edge.target, way[-1])):
                if point not in self._sites[node]:
                    self._sites[node].append(point)
        self._flat = {group.group.id: group for group in placed.groups if not group.group.across}

    def paint(self) -> None:
        shapes = self._canvas.root
        self._inside(shapes, None)
        for band in self._placed.groups:
            if band.group.across:
                self._band(shapes, band)
        for node in self._placed.nodes:
            if node.node.guards:
                self._node(shapes, node)
        for edge in self._placed.edges:
            self._edge(shapes, edge)
        for edge in self._placed.edges:
            self._label(shapes, edge)

    # Groups

    def _inside(self, into: ShapeGroup, parent: str | None) -> None:
        for group in self._placed.groups:
            if not group.group.across and group.group.parent == parent:
                self._group(into, group)
        for node in self._placed.nodes:
            if (node.node.group if node.node.group in self._flat else None) == parent and not node.node.guards:
                self._node(into, node)

    def _group(self, into: ShapeGroup, group: PlacedGroup) -> None:
        alt = " ".join(word for word in (group.group.kind, group.group.label, group.group.detail) if word)
        inner = self._canvas.group(into, group.group.subject, alt)
        host = group.group.kind == "host"
        self._canvas.shape(
            inner,
            MSO_SHAPE.ROUNDED_RECTANGLE,
            group.box,
            fill=_tint(group),
            line="group_line",
            radius=SIZES.card_radius if host else SIZES.group_radius,
            dash="2 3" if group.group.kind == "network" else "",
            name=f"{group.group.subject} frame",
        )
        self._heading(inner, group)
        self._inside(inner, group.group.id)
        self._marks.row(
            self._canvas, inner, group.group.badges, group.box.right + self._theirs.hang, group.box.y, self._theirs
        )

    def _heading(self, into: ShapeGroup, group: PlacedGroup) -> None:
        if group.heading is None:
            return
        box, sizes = group.heading, self._theirs
        host = group.group.kind == "host"
        x = box.x
        if lead := heading_lead(group, self._measures):
            side = sizes.text + 4
            glyph = Box(x, box.y + box.height / 2 - side / 2 - 0.5, side, side)
            self._marks.drawing(self._canvas, into, glyph, group_glyph("host"), "muted")
            x += lead
        role = "ink" if host else "muted"
        used = (
            self._canvas.wider
            * (text_width(group.title, sizes.text, bold=True) + text_width(group.detail, sizes.label))
            + 12
        )
        room = group.box.right - 20 - 1.4 * sizes.badge * len(group.group.badges) - x
        most = _HEADING * box.height / sizes.text
        grown = max(1.0, min(_READABLE / self._canvas.points(sizes.text), room / used, most))
        wider = self._canvas.wider
        wide = wider * text_width(group.title, sizes.text * grown, bold=True) + 2
        where = Box(x, box.y, wide, box.height)
        self._canvas.text(into, where, ((group.title, role, True),), sizes.text * grown, anchor="start", name="name")
        if group.detail:
            where = Box(x + wide + 6, box.y, wider * text_width(group.detail, sizes.label * grown) + 2, box.height)
            run = (group.detail, "muted", False)
            self._canvas.text(into, where, (run,), sizes.label * grown, anchor="start", name="detail")

    def _band(self, into: ShapeGroup, band: PlacedGroup) -> None:
        alt = " ".join(word for word in (band.group.kind, band.group.label, band.group.detail) if word)
        self._canvas.shape(
            into,
            MSO_SHAPE.ROUNDED_RECTANGLE,
            band.box,
            fill=None,
            line="muted",
            radius=SIZES.group_radius,
            dash="2 3",
            name=band.group.subject,
            alt=alt,
        )
        if band.heading:
            tag = self._canvas.shape(
                into, MSO_SHAPE.ROUNDED_RECTANGLE, band.heading, fill="tint_1", line="group_line", radius=8, name="name"
            )
            runs = ((band.title, "muted", True), (f"  {band.detail}" if band.detail else "", "muted", False))
            self._canvas.write(tag, ((tuple(run for run in runs if run[0]), self._theirs.label),))
            middle = band.heading.y + band.heading.height / 2
            self._marks.row(self._canvas, into, band.group.badges, band.box.right - 4, middle, self._theirs)

    # Nodes

    def _node(self, into: ShapeGroup, node: PlacedNode) -> None:
        name = self._names[node.node.id]
        canvas, box = self._canvas, node.box
        group = canvas.group(into, f"{name} card", "")
        words = (node.node.label, node.node.mark, node.node.detail, node.node.description)
        card = canvas.shape(
            group,
            MSO_SHAPE.ROUNDED_RECTANGLE,
            box,
            fill="card",
            line="error" if node.node.mark == SINGLE else "accent" if node.node.emphasized else "card_line",
            width=_HEAVY if node.node.mark == SINGLE or node.node.emphasized else 1.0,
            name=name,
            alt=" · ".join(word for word in words if word) or name,
            geometry=_outline(box, self._sites[node.node.id]),
        )
        self._cards[node.node.id] = card
        self._large(group, card, node) if not node.compact else self._compact(group, card, node)
        self._marks.row(canvas, group, node.node.badges, box.right + self._theirs.hang, box.y, self._theirs)

    def _large(self, into: ShapeGroup, card: NativeShape, node: PlacedNode) -> None:
        box, sizes = node.box, self._theirs
        room = box.height - _PADDING
        words = self._sizes(node, box.width - _PADDING, room - _SMALLEST_ICON, sizes.name, sizes.label)
        heights = [size * _LINE for _, size in words]
        size = min(sizes.icon, room - sum(heights))
        y = box.y + (box.height - size - sum(heights) - 4) / 2
        where = Box(box.centre[0] - size / 2, y, size, size)
        self._marks.icon(self._canvas, into, where, node.node.kind, node.node.icon)
        self._canvas.write(card, words, vertical="t", insets=(0, y + size + 4 - box.y, 0, 0))

    def _compact(self, into: ShapeGroup, card: NativeShape, node: PlacedNode) -> None:
        box, sizes, side = node.box, self._theirs, self._measures.chip_icon
        if side:
            where = Box(box.x + 10, box.centre[1] - side / 2, side, side)
            self._marks.icon(self._canvas, into, where, node.node.kind, None, "muted")
        left = chip_words(self._measures)
        words = self._sizes(node, box.width - left - (4 if side else left), box.height - 4, sizes.text, sizes.small)
        if side:
            self._canvas.write(card, words, anchor="start", insets=(left, 0, 0, 0))
        else:
            self._canvas.write(card, words, insets=(0, 0, 0, 0))

    def _sizes(self, node: PlacedNode, wide: float, tall: float, name: float, detail: float) -> tuple[RunLine, ...]:
        """Return the text of a card; in a diagram that is scaled down, it's as large as the card has room for.

        `wide` and `tall` limit the text; `name` and `detail` are its sizes in a diagram at its own scale.
        """
        role = mark_role(node.node)
        texts = [((line, "ink", True), name) for line in node.title]
        if node.detail:
            texts.append(
                (
                    (node.detail, role if not node.compact else "muted", bool(node.node.mark and not node.compact)),
                    detail,
                )
            )
        texts += [
            ((" ".join(chip.words for chip in row), LINES[row[0].chip.meaning].role, False), detail)
            for row in chip_rows(node.node, node.box.width, self._measures)
        ]
        wanted = [max(size, self._wanted(size, name)) for _, size in texts]
        share = min(1.0, tall / (_LINE * sum(wanted)))
        lines: list[RunLine] = []
        for (run, size), large in zip(texts, wanted, strict=True):
            fitting = size * wide / max(text_width(run[0], size, bold=run[2]), 1.0)
            lines.append(((run,), max(size, min(share * large, fitting))))
        return tuple(lines)

    def _wanted(self, size: float, name: float) -> float:
        """Return the preferred size of text on the slide, in pixels: names are larger than details."""
        points = _READABLE if size == name else _LEGIBLE
        return points / self._canvas.points(1.0)

    # Lines

    def _edge(self, into: ShapeGroup, edge: PlacedEdge) -> None:
        line = LINES[edge.edge.meaning]
        words = " ".join(dict.fromkeys(word for word in (edge.edge.label, line.words) if word))
        source, target = self._names[edge.edge.source], self._names[edge.edge.target]
        way = edge.points
        ends = [
            (self._cards[node], _SIDES + self._sites[node].index(point))
            for node, point in ((edge.edge.source, way[0]), (edge.edge.target, way[-1]))
        ]
        self._canvas.connector(
            into,
            connector_route([self._canvas.at(point) for point in way]),
            role=line.role,
            name=edge.edge.subject,
            alt=f"{source} {'↔' if edge.edge.mutual else '→'} {target}: {words}",
            width=self._widths.get(edge.bundle, self._theirs.line),
            dash=line.dash,
            double=line.double,
            both=edge.edge.mutual,
            ends=(ends[0], ends[1]),
        )

    def _label(self, into: ShapeGroup, edge: PlacedEdge) -> None:
        if edge.label is None:
            return
        line, box, canvas, sizes = LINES[edge.edge.meaning], edge.label.box, self._canvas, self._theirs
        badges = [badge for other in self._placed.edges if other.bundle == edge.bundle for badge in other.edge.badges]
        ground = canvas.text(into, box, (), sizes.label, fill=self._under(box), name=f"{edge.edge.subject} label")
        x = box.x + 4
        if line.lock:
            self._marks.lock(canvas, into, x, box.centre[1] - sizes.lock / 2, line.lock, line.role, sizes.lock)
            x += sizes.lock + 3
        lines = edge.label.lines
        if lines:
            written = tuple((((text, line.role, False),), float(sizes.label)) for text in lines)
            leading = self._measures.label if len(lines) > 1 else None
            canvas.write(ground, written, anchor="start", insets=(x - box.x, 0, 0, 0), leading=leading)
            x += max(text_width(text, sizes.label) for text in lines)
        for badge in badges:
            self._marks.badge(canvas, into, x + sizes.badge + 6, box.centre[1], badge, sizes)
            x += 2 * sizes.badge + 4

    def _under(self, box: Box) -> str:
        """Return the role of the background below a label."""
        around = [group for group in self._flat.values() if group.box.contains(box)]
        return _tint(max(around, key=lambda group: group.depth)) if around else "ground"


def _tint(group: PlacedGroup) -> str:
    return f"tint_{min(group.depth, 2) + 1}"


# Cards with sites where their lines arrive


def _outline(box: Box, sites: list[Point]) -> str:
    """Return the outline of a rounded rectangle with a connection site for each line, after the usual four."""
    wide, tall = round(box.width * 100), round(box.height * 100)
    guides, listed = [], []
    usual = [(wide / 2, 0.0), (0.0, tall / 2), (wide / 2, tall), (float(wide), tall / 2)]
    for at, (x, y) in enumerate([*usual, *(((x - box.x) * 100, (y - box.y) * 100) for x, y in sites)]):
        guides.append(f'<a:gd name="connsiteX{at}" fmla="*/ {round(x)} w {wide}"/>')
        guides.append(f'<a:gd name="connsiteY{at}" fmla="*/ {round(y)} h {tall}"/>')
        angle = _angle(x, y, wide, tall)
        listed.append(f'<a:cxn ang="{angle}"><a:pos x="connsiteX{at}" y="connsiteY{at}"/></a:cxn>')
    return (
        f"<a:custGeom><a:avLst/><a:gdLst>{''.join(guides)}</a:gdLst><a:ahLst/><a:cxnLst>{''.join(listed)}</a:cxnLst>"
        f'<a:rect l="l" t="t" r="r" b="b"/><a:pathLst>{_rounded(wide, tall, round(SIZES.card_radius * 100))}</a:pathLst>'
        "</a:custGeom>"
    )


def _angle(x: float, y: float, wide: float, tall: float) -> str:
    """Return the direction in which a line leaves a side, clockwise from the right, in 1/60,000 of a degree."""
    gaps = {"0": abs(wide - x), "10800000": abs(x), "16200000": abs(y), "5400000": abs(tall - y)}
    return min(gaps, key=lambda way: gaps[way])


def _rounded(wide: int, tall: int, radius: int) -> str:
    radius = min(radius, wide // 2, tall // 2)
    corners = (
        ((radius, 0), (wide - radius, 0), "16200000"),
        ((wide, radius), (wide, tall - radius), "0"),
        ((wide - radius, tall), (radius, tall), "5400000"),
        ((0, tall - radius), (0, radius), "10800000"),
    )
    steps = "".join(
        f'<a:lnTo>{_point(end)}</a:lnTo><a:arcTo wR="{radius}" hR="{radius}" stAng="{start}" swAng="5400000"/>'
        for _, end, start in corners
    )
    return f'<a:path w="{wide}" h="{tall}"><a:moveTo>{_point(corners[0][0])}</a:moveTo>{steps}<a:close/></a:path>'


def _point(place: tuple[int, int]) -> str:
    return f'<a:pt x="{place[0]}" y="{place[1]}"/>'
