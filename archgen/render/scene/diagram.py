"""The scene of a placed diagram."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec.structs import replace

from archgen.layout.badge_places import BadgePlaces, badge_places
from archgen.layout.deployment.cards import has_small_icon, heading_lead, small_lead
from archgen.layout.hanging import sheet_of
from archgen.layout.placed import Box, Placed, PlacedEdge, PlacedGroup, PlacedNode
from archgen.render.scene.card import NodeIcons, card_shapes, node_glyph
from archgen.render.scene.change import border, drawn_as, sign, text_role
from archgen.render.scene.legend import BESIDE, foot
from archgen.render.scene.marks import finding_badge, lock
from archgen.render.scene.shapes import (
    CanvasBox,
    CanvasLine,
    Curve,
    IconImage,
    Link,
    Pen,
    Rectangle,
    Scene,
    SceneGroup,
    SceneShape,
    TextLine,
    scene,
)
from archgen.render.scene.strokes import Crossings, heads, strokes
from archgen.style.glyphs import Icon, group_glyph
from archgen.style.svg_markup import number
from archgen.style.text_metrics import ELLIPSIS, text_width
from archgen.style.theme import LINES, SIZES, Line
from archgen.views.diagram import SINGLE, Badge, GroupKind, Node, chip_text

ItemKind = Literal["component", "connection", "level"] | GroupKind

Sections = Callable[[ItemKind, str], str]
"""The address of a thing's section in a page, by the thing's kind and id."""

Styles = Callable[[str], str | None]
"""The style of the cards and lines of a component or a connection; None for nothing of its own."""

NOTHING = "No components to show yet"


def no_icons(_: Node) -> Icon | None:
    """Return no logo: every card shows the glyph of its kind."""
    return None


def _no_styles(_: str) -> str | None:
    return None


def diagram_scene(
    placed: Placed,
    icons: NodeIcons = no_icons,
    *,
    name: str = "diagram",
    caption: bool = True,
    key: bool = True,
    sections: Sections | None = None,
    styles: Styles = _no_styles,
    more: tuple[SceneShape, ...] = (),
) -> Scene:
    """Return the scene; `caption` is the title at the bottom left, `key` the legend of what occurs.

    With `sections` the picture answers in a page: every thing is a link to its section. `more` is drawn over it.
    """
    shapes = [*_Painter(placed, icons, sections, styles).shapes(), *more]
    width = placed.width
    if not placed.nodes:
        shapes.append(TextLine(SIZES.margin, SIZES.margin + 8, NOTHING, SIZES.text, "muted"))
        width = max(width, text_width(NOTHING, SIZES.text) + 2 * SIZES.margin)
    below, width, height = foot(placed, width, caption=caption, key=key)
    diagram, is_live = placed.diagram, sections is not None
    return scene(
        name,
        width,
        height,
        tuple(shapes),
        diagram.title,
        diagram.alt,
        foot=below,
        interactive=is_live,
        sizes=placed.measures.sizes,
    )


_NO_BADGES = BadgePlaces()


class _Painter:
    """A placed diagram, its logos and the addresses of its things."""

    def __init__(self, placed: Placed, icons: NodeIcons, sections: Sections | None, styles: Styles) -> None:
        self._placed = placed
        self._measures, self._sizes = placed.measures, placed.measures.sizes
        self._icons, self._sections, self._styles = icons, sections, styles
        self._flat = {group.group.id for group in placed.groups if not group.group.across}
        self._labels = {edge.bundle: edge.label.box for edge in placed.edges if edge.label}
        self._joined = {edge.bundle for edge in placed.edges if edge.pieces != (edge.points,)}
        self._badge_places = badge_places(placed)
        self._badges: dict[str, list[Badge]] = {}
        for edge in placed.edges:
            self._badges.setdefault(edge.bundle, []).extend(edge.edge.badges)

    def shapes(self) -> list[SceneShape]:
        """Return groups, then lines, then cards, then the badges of groups.

        Cards whose badges cover something come last: the next card would be drawn over their badges.
        """
        placed = self._placed
        cards = sorted(placed.nodes, key=lambda each: self._badges_of(each.node.id).cover)
        crossings = Crossings(placed)
        return [
            *(self._group(group) for group in placed.groups if not group.group.across),
            *(self._band(group) for group in placed.groups if group.group.across),
            *(sheet for node in placed.nodes for sheet in self._sheet(node)),
            *(self._edge(edge, crossings) for edge in placed.edges),
            *(self._node(node) for node in cards),
            *(badge for group in placed.groups for badge in self._group_badges(group)),
        ]

    def _badges_of(self, owner: str) -> BadgePlaces:
        return self._badge_places.get(owner, _NO_BADGES)

    def _link(self, kind: ItemKind, subject: str, name: str, box: Box | None) -> Link | None:
        return Link(self._sections(kind, subject), name, kind, box) if self._sections else None

    # Groups

    def _group(self, placed: PlacedGroup) -> SceneShape:
        group, pen = placed.group, border(placed.group.change, "group_line")
        frame = Rectangle(
            placed.box,
            f"tint_{min(placed.depth, 2) + 1}",
            replace(pen, dash=pen.dash or ("2 3" if group.kind == "network" else None)),
            SIZES.card_radius if group.kind == "host" else SIZES.group_radius,
        )
        return self._around(placed, frame, tuple(self._heading(placed, placed.heading)) if placed.heading else ())

    def _around(self, placed: PlacedGroup, frame: Rectangle, heading: tuple[SceneShape, ...]) -> SceneShape:
        """Return a group; in a page its heading is the link, since its ground is there to be dragged."""
        group, box = placed.group, placed.box
        full = _joined(group.label, group.detail, group.change or "")
        signs = sign(group.change, box.x, box.y)
        named, data = ("group", group.id), {"group": group.subject}
        part = CanvasBox(
            group.id,
            box,
            None if group.across else group.parent,
            holds=True,
            name=group.subject,
            alt=" ".join(word for word in (group.kind, group.label, group.detail) if word),
            heading=placed.heading,
        )
        if self._sections is None:
            return SceneGroup((frame, *heading, *signs), full, named, data=data, part=part)
        link = self._link(group.kind, group.subject, f"{group.kind} {full}", placed.heading)
        head = (SceneGroup(heading, link=link),) if heading else ()
        return SceneGroup((frame, *head, *signs), id=named, data={**data, "kind": group.kind})

    def _heading(self, placed: PlacedGroup, box: Box) -> list[SceneShape]:
        sizes, shapes = self._sizes, list[SceneShape]()
        x, middle = box.x, box.y + box.height / 2
        y = middle + sizes.text / 3
        if lead := heading_lead(placed, self._measures):
            side = sizes.text + 4
            shapes.append(IconImage(group_glyph("host"), x, middle - side / 2 - 0.5, side, "muted"))
            x += lead
        role = text_role(placed.group.change) if placed.group.kind == "host" else "muted"
        shapes.append(TextLine(x, y, placed.title, sizes.text, role, bold=True))
        x += text_width(placed.title, sizes.text, bold=True) + 8
        if placed.detail:
            shapes.append(TextLine(x, y, placed.detail, sizes.label, "muted"))
        return shapes

    def _band(self, placed: PlacedGroup) -> SceneShape:
        pen = replace(border(placed.group.change, "muted"), dash="2 3")
        shapes: list[SceneShape] = []
        if placed.heading:
            tag, size = placed.heading, self._sizes.label
            y = tag.y + tag.height / 2 + size / 2.75
            shapes.append(Rectangle(tag, "tint_1", Pen("group_line"), 8))
            shapes.append(TextLine(tag.x + 8, y, placed.title, size, "muted", bold=True))
            x = tag.x + 14 + text_width(placed.title, size, bold=True)
            if placed.detail:
                shapes.append(TextLine(x, y, placed.detail, size, "muted"))
        return self._around(placed, Rectangle(placed.box, None, pen, SIZES.group_radius), tuple(shapes))

    def _group_badges(self, placed: PlacedGroup) -> list[SceneShape]:
        group, radius = placed.group, self._sizes.badge
        places = self._badges_of(group.id).middles
        return [
            finding_badge(badge, *place, radius, group.id) for badge, place in zip(group.badges, places, strict=True)
        ]

    # Nodes

    def _node(self, placed: PlacedNode) -> SceneShape:
        node, box = placed.node, placed.box
        short = _abbreviated(placed) if self._sections else ""
        full = _joined(node.label, short, node.mark, node.detail, node.description, node.change or "")
        full = _joined(full, chip_text(node))
        kind: ItemKind = "level" if node.opens else "host" if node.holds else "component"
        link = self._link(kind, node.opens or node.subject, full, box)
        places = self._badges_of(node.id).middles
        in_corner = [badge.text for badge, (_, y) in zip(node.badges, places, strict=True) if y == box.y]
        return SceneGroup(
            (
                Rectangle(
                    box,
                    "tint_1" if node.beside else "card",
                    self._border(node),
                    SIZES.card_radius,
                    float(self._sizes.lid) if node.is_drum else 0.0,
                ),
                *card_shapes(placed, self._measures, self._icons, in_corner),
                *(
                    finding_badge(badge, *place, self._sizes.badge)
                    for badge, place in zip(node.badges, places, strict=True)
                ),
                *sign(node.change, box.x, box.y),
            ),
            None if link else full,
            ("node", node.id),
            style=self._styles(node.subject),
            data={"node": node.id, "component": node.subject},
            link=link,
            part=self._part(placed),
        )

    @staticmethod
    def _border(node: Node) -> Pen:
        if node.change is None and (node.emphasized or node.mark == SINGLE):
            return Pen("error" if node.mark == SINGLE else "accent", 2.5)
        usual = border(node.change, "card_line")
        return replace(usual, dash=BESIDE) if node.beside and node.change is None else usual

    def _sheet(self, placed: PlacedNode) -> list[SceneShape]:
        """Return the sheet behind a card that stands for several components."""
        sheet = sheet_of(placed, self._sizes)
        return [Rectangle(sheet, "card", Pen("card_line"), SIZES.card_radius)] if sheet else []

    def _part(self, placed: PlacedNode) -> CanvasBox:
        node = placed.node
        return CanvasBox(
            node.id,
            placed.box,
            node.group if node.group in self._flat and not node.guards else None,
            name=node.subject,
            alt=_joined(node.label, node.mark, node.detail, node.description),
            lead=self._lead(placed) if placed.compact else None,
            icon=self._icons(node) or node_glyph(node),
            above=bool(node.guards),
            sheet=sheet_of(placed, self._sizes),
        )

    def _lead(self, placed: PlacedNode) -> float:
        """Return the start of the words on a small card."""
        has_icon = has_small_icon(placed.node, placed.box.width, self._measures)
        return small_lead(self._measures) if has_icon else self._measures.inset / 2

    # Lines

    def _edge(self, placed: PlacedEdge, crossings: Crossings) -> SceneShape:
        edge = placed.edge
        line, width = drawn_as(edge.change, LINES[edge.meaning])
        stroke = strokes(placed, line, crossings, self._labels.get(placed.bundle), self._sizes.arrow)
        head, apart = heads(placed, self._sizes.arrow), self._apart(placed, line, crossings)
        thick = self._sizes.line / SIZES.line
        pen = Pen(line.role, width * thick, _longer(line.dash, thick) or None)
        how = "" if edge.counts_unencrypted else line.words
        words = " ".join(dict.fromkeys(word for word in (edge.label, how, edge.change) if word))
        full = f"{edge.source} → {edge.target}: {words}"
        label = placed.label.box if placed.label else None
        link = self._link("connection", edge.subject, full, label)
        return SceneGroup(
            (
                *((Curve(stroke, pen=pen),) if stroke or apart else ()),
                *((Curve(head, line.role),) if head else ()),
                *(() if line.double else self._joints(placed, line)),
                *self._label(placed, line),
            ),
            None if link else full,
            style=self._styles(edge.subject),
            data={"edge": edge.subject, **self._ends(placed), **apart},
            link=link,
            part=CanvasLine(
                placed.points,
                pen,
                line,
                edge.source,
                edge.target,
                label,
                line.double,
                edge.mutual,
                edge.subject,
                words,
                placed.bundle,
            ),
        )

    def _joints(self, placed: PlacedEdge, line: Line) -> Iterator[SceneShape]:
        """Yield a dot where a line leaves another of its bundle, or runs into it: lines that only cross have none."""
        radius = self._sizes.joint
        circle, wide = f"a{number(radius)} {number(radius)} 0 1 0", number(2 * radius)
        for x, y in placed.joints:
            yield Curve(f"M{number(x - radius)} {number(y)}{circle} {wide} 0{circle} -{wide} 0z", line.role)

    def _ends(self, placed: PlacedEdge) -> dict[str, str]:
        """Return what a page dims by: the two ends of a line and what it means."""
        if self._sections is None:
            return {}
        return {"from": placed.edge.source, "to": placed.edge.target, "meaning": placed.edge.meaning}

    def _apart(self, placed: PlacedEdge, line: Line, crossings: Crossings) -> dict[str, str]:
        """Return what a page needs to show a line in full where another of its bundle, which has their common part, is dim."""
        if self._sections is None or placed.bundle not in self._joined:
            return {}
        if placed.pieces == (placed.points,):
            return {"bundle": placed.bundle}
        full = replace(placed, pieces=(placed.points,), arrow=True)
        path = strokes(full, line, crossings, self._labels.get(placed.bundle), self._sizes.arrow)
        return {"bundle": placed.bundle, "way": path}

    def _label(self, placed: PlacedEdge, line: Line) -> list[SceneShape]:
        if placed.label is None:
            return []
        box, sizes, shapes = placed.label.box, self._sizes, list[SceneShape]()
        x, middle = box.x + 4, box.centre[1]
        if line.lock:
            shapes.append(lock(x, middle - sizes.lock / 2, line.lock, line.role, sizes.lock))
            x += sizes.lock + 3
        lines, leading = placed.label.lines, self._measures.label
        first = middle + sizes.label / 2.75 - (len(lines) - 1) * leading / 2
        for row, text in enumerate(lines):
            shapes.append(TextLine(x, first + row * leading, text, sizes.label, line.role))
        x += max((text_width(text, sizes.label) for text in lines), default=0.0)
        for badge in self._badges[placed.bundle]:
            shapes.append(finding_badge(badge, x + sizes.badge + 6, middle, sizes.badge))
            x += 2 * sizes.badge + 4
        return shapes


def _longer(dash: str, scale: float) -> str:
    """Return the dashes of a line that is thicker."""
    return dash if scale == 1.0 else " ".join(number(float(part) * scale) for part in dash.split())


def _abbreviated(placed: PlacedNode) -> str:
    """Return the words below a card's title unless its full name has them there, since a name has all that is written."""
    shown = placed.detail.removesuffix(ELLIPSIS)
    return "" if _joined(placed.node.mark, placed.node.detail).startswith(shown) else shown


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
