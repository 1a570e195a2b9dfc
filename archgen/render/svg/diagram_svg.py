"""A placed diagram as a self-contained SVG."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec.structs import replace

from archgen.layout.deployment.cards import chip_words, heading_lead
from archgen.layout.placed import Box, Placed, PlacedEdge, PlacedGroup, PlacedNode
from archgen.render.svg.change import border, drawn_as, faint, sign, text_role
from archgen.render.svg.legend import Legend, legend
from archgen.render.svg.strokes import Crossings, heads, rectangle, strokes
from archgen.style.glyphs import Icon, glyph, group_glyph
from archgen.style.svg_document import picture
from archgen.style.svg_markup import (
    badge_size,
    element,
    escape,
    identifier,
    lock,
    number,
    sized_badge,
    symbols,
    use,
    words,
)
from archgen.style.text_metrics import text_width
from archgen.style.theme import LINES, SIZES, Line, Mode
from archgen.views.diagram import Badge, GroupKind, Node

ItemKind = Literal["component", "connection"] | GroupKind

Icons = Callable[[Node], Icon | None]
"""The logo of a node's product; None where there is none, and the glyph of its kind stands there."""


Sections = Callable[[ItemKind, str], str]
"""Where a page tells more of a thing: the address of its section, by the thing's kind and id."""

NOTHING = "No components to show yet"


def no_icons(_: Node) -> Icon | None:
    """No logos: every card shows the glyph of its kind."""
    return None


def diagram_svg(
    placed: Placed,
    *,
    mode: Mode = "auto",
    icons: Icons = no_icons,
    prefix: str = "diagram",
    caption: bool = True,
    key: bool = True,
    sections: Sections | None = None,
    more: str = "",
) -> str:
    """The picture; `mode` auto carries both palettes, `prefix` starts every id, so that pictures share a page.

    `caption` is the title at the bottom left, `key` the legend of what occurs, `more` is drawn over it. With `sections`
    the picture answers in a page: every thing is a link to its section, with a name to be spoken (WAI-ARIA Graphics
    Module 1.0).
    """
    return _Painter(placed, icons, prefix, sections).document(mode, caption, key, more)


class _Painter:
    """One placed diagram and the drawings that it uses."""

    def __init__(self, placed: Placed, icons: Icons, prefix: str, sections: Sections | None) -> None:
        self._placed = placed
        self._measures, self._sizes = placed.measures, placed.measures.sizes
        self._sections = sections
        self._prefix = prefix
        self._icons = {
            one.node.id: (None if one.compact else icons(one.node)) or glyph(one.node.kind) for one in placed.nodes
        }
        self._used: dict[str, Icon] = {}
        self._labels = {one.bundle: one.label.box for one in placed.edges if one.label}
        self._joined = {one.bundle for one in placed.edges if one.pieces != (one.points,)}
        self._marks: dict[str, list[Badge]] = {}
        for one in placed.edges:
            self._marks.setdefault(one.bundle, []).extend(one.edge.badges)

    def document(self, mode: Mode, caption: bool, key: bool, more: str) -> str:
        placed = self._placed
        body = self._body() + more
        foot = legend(placed, self._prefix) if key else Legend("", 0.0, 0.0)
        title = words(0, 0, placed.diagram.title, SIZES.label, "muted", bold=True) if caption else ""
        named = text_width(placed.diagram.title, SIZES.label, bold=True) if caption else 0.0
        beside_title = named + foot.width + 3 * SIZES.margin <= placed.width
        height = placed.height + (SIZES.margin if caption or foot.body else 0)
        width = max(placed.width, named + 2 * SIZES.margin, foot.width + 2 * SIZES.margin)
        if not placed.nodes:
            body += words(SIZES.margin, SIZES.margin + 8, NOTHING, SIZES.text, "muted")
            width = max(width, text_width(NOTHING, SIZES.text) + 2 * SIZES.margin)
        if title:
            body += element("g", title, transform=f"translate({SIZES.margin} {number(height - 16)})")
        if foot.body:
            height += 0 if beside_title or not caption else SIZES.margin
            x = width - SIZES.margin - foot.width if beside_title else SIZES.margin
            body += element("g", foot.body, transform=f"translate({number(x)} {number(height - 20)})")
        return picture(
            body,
            width=width,
            height=height,
            prefix=self._prefix,
            title=placed.diagram.title,
            alt=placed.diagram.alt,
            mode=mode,
            role="graphics-document" if self._sections else "img",
            defs=symbols(self._used.values(), self._prefix),
        )

    def _body(self) -> str:
        placed = self._placed
        crossings = Crossings(placed)
        flat = [one for one in placed.groups if not one.group.across]
        bands = [one for one in placed.groups if one.group.across]
        return "".join(
            [
                *(self._group(one) for one in flat),
                *(self._band(one) for one in bands),
                *(self._edge(one, crossings) for one in placed.edges),
                *(self._node(one) for one in placed.nodes),
                *(self._group_badges(one) for one in placed.groups),
            ]
        )

    def _use(self, icon: Icon, x: float, y: float, size: float, role: str = "ink") -> str:
        self._used.setdefault(icon.id, icon)
        return use(icon, self._prefix, x, y, size, role)

    def _item(self, kind: ItemKind, subject: str, said: str, box: Box | None, *body: str, **named: str | None) -> str:
        """A thing of the picture with its words, which a page makes a link that says where its card stands."""
        if self._sections is None:
            return element("g", element("title", escape(said)), *body, **named)
        place = " ".join(number(one) for one in (box.x, box.y, box.width, box.height)) if box else None
        href = self._sections(kind, subject)
        # Material's instant navigation assigns to the `href` of every `a` of a page, which SVG's refuses (read-only)
        link: dict[str, str | None] = {
            "xlink:href": href,
            "role": "link",
            "tabindex": "-1",
            "aria-label": said,
            "data-item": kind,
        }
        link |= {"data-box": place}
        return element("a", *body, **{**link, **named})

    # Groups

    def _group(self, one: PlacedGroup) -> str:
        line = border(one.group.change, "group_line")
        frame = rectangle(
            one.box,
            rx=SIZES.card_radius if one.group.kind == "host" else SIZES.group_radius,
            class_=f"f-tint_{min(one.depth, 2) + 1} s-{line.role}",
            stroke_width=line.width,
            stroke_dasharray=line.dash or ("2 3" if one.group.kind == "network" else None),
        )
        return self._around(one, frame, self._heading(one) if one.heading else "")

    def _around(self, one: PlacedGroup, frame: str, heading: str) -> str:
        """A group; in a page its heading is the link, since its ground is there to be dragged."""
        box, full = one.box, _full(one.group.label, one.group.detail, one.group.change or "")
        changed = sign(one.group.change, box.x, box.y)
        named = {"id": identifier(f"{self._prefix}-group", one.group.id), "data_group": one.group.subject}
        if self._sections is None:
            return element("g", element("title", escape(full)), frame, heading, changed, **named)
        kind = one.group.kind
        head = self._item(kind, one.group.subject, f"{kind} {full}", one.heading, heading) if heading else ""
        return element("g", frame, head, changed, **named, data_kind=kind)

    def _heading(self, one: PlacedGroup) -> str:
        assert one.heading is not None
        sizes = self._sizes
        x, middle = one.heading.x, one.heading.y + one.heading.height / 2
        y = middle + sizes.text / 3
        host = one.group.kind == "host"
        parts = []
        if lead := heading_lead(one, self._measures):
            side = sizes.text + 4
            parts.append(self._use(group_glyph("host"), x, middle - side / 2 - 0.5, side, "muted"))
            x += lead
        role = text_role(one.group.change) if host else "muted"
        parts.append(words(x, y, one.title, sizes.text, role, bold=True))
        x += text_width(one.title, sizes.text, bold=True) + 8
        if one.detail:
            parts.append(words(x, y, one.detail, sizes.label, "muted"))
        return "".join(parts)

    def _band(self, one: PlacedGroup) -> str:
        line = border(one.group.change, "muted")
        frame = rectangle(
            one.box,
            rx=SIZES.group_radius,
            fill="none",
            class_=f"s-{line.role}",
            stroke_width=line.width,
            stroke_dasharray="2 3",
        )
        parts: list[str] = []
        if one.heading:
            tag, sizes = one.heading, self._sizes
            y = tag.y + tag.height / 2 + sizes.label / 2.75
            parts.append(rectangle(tag, rx=8, class_="f-tint_1 s-group_line"))
            parts.append(words(tag.x + 8, y, one.title, sizes.label, "muted", bold=True))
            x = tag.x + 14 + text_width(one.title, sizes.label, bold=True)
            parts.append(words(x, y, one.detail, sizes.label, "muted") if one.detail else "")
        return self._around(one, frame, "".join(parts))

    def _group_badges(self, one: PlacedGroup) -> str:
        if one.group.across and one.heading:
            return self._row(one.group.badges, one.box.right - 4, one.heading.y + one.heading.height / 2)
        return self._row(one.group.badges, one.box.right + self._sizes.hang, one.box.y)

    # Nodes

    def _node(self, one: PlacedNode) -> str:
        box, line = one.box, border(one.node.change, "card_line")
        card = rectangle(
            box,
            rx=SIZES.card_radius,
            class_=f"f-card s-{line.role}",
            stroke_width=line.width,
            stroke_dasharray=line.dash,
        )
        full = _full(one.node.label, one.node.mark, one.node.detail, one.node.description, one.node.change or "")
        return self._item(
            "component",
            one.node.subject,
            full,
            box,
            card,
            self._compact(one) if one.compact else self._large(one),
            self._row(one.node.badges, box.right + self._sizes.hang, box.y),
            sign(one.node.change, box.x, box.y),
            id=identifier(f"{self._prefix}-node", one.node.id),
            data_node=one.node.id,
            data_component=one.node.subject,
        )

    def _large(self, one: PlacedNode) -> str:
        box, lines, sizes, leading = one.box, one.title, self._sizes, self._measures.title
        middle = box.centre[0]
        told = leading * len(lines) + (self._measures.label if one.detail else 0)
        size = min(sizes.icon, box.height - 12 - told)
        y = box.y + (box.height - size - 4 - told) / 2
        icon = self._use(self._icons[one.node.id], middle - size / 2, y, size)
        parts, ink = [faint(one.node.change, icon)], text_role(one.node.change)
        y += size + 4
        for line in lines:
            y += leading
            parts.append(words(middle, y - 0.1875 * leading, line, sizes.name, ink, anchor="middle", bold=True))
        if one.detail:
            marked = bool(one.node.mark) and one.node.change != "removed"
            role = "accent" if marked and one.node.mark in ("primary", "active") else "muted"
            parts.append(words(middle, y + sizes.label, one.detail, sizes.label, role, anchor="middle", bold=marked))
        return "".join(parts)

    def _compact(self, one: PlacedNode) -> str:
        box, sizes, side = one.box, self._sizes, self._measures.chip_icon
        icon = self._use(self._icons[one.node.id], box.x + 10, box.centre[1] - side / 2, side, "muted") if side else ""
        parts, ink = [faint(one.node.change, icon)], text_role(one.node.change)
        x = box.x + chip_words(self._measures)
        if not one.detail:
            middle = box.centre[1] + sizes.text / 3
            if not side:
                return words(box.centre[0], middle, "".join(one.title), sizes.text, ink, anchor="middle", bold=True)
            return "".join([*parts, *(words(x, middle, line, sizes.text, ink, bold=True) for line in one.title)])
        parts += [words(x, box.centre[1] - sizes.text / 6, line, sizes.text, ink, bold=True) for line in one.title]
        parts.append(words(x, box.centre[1] + 1.1 * sizes.small, one.detail, sizes.small, "muted"))
        return "".join(parts)

    # Lines

    def _edge(self, one: PlacedEdge, crossings: Crossings) -> str:
        line, width = drawn_as(one.edge.change, LINES[one.edge.meaning])
        drawn = strokes(one, line, crossings, self._labels.get(one.bundle), self._sizes.arrow)
        head = heads(one, self._sizes.arrow)
        apart = self._apart(one, line, crossings)
        stroke = element(
            "path",
            d=drawn,
            fill="none",
            class_=f"s-{line.role}",
            stroke_width=width * self._sizes.line / SIZES.line,
            stroke_dasharray=line.dash or None,
        )
        said = " ".join(dict.fromkeys(word for word in (one.edge.label, line.words, one.edge.change) if word))
        return self._item(
            "connection",
            one.edge.subject,
            f"{one.edge.source} → {one.edge.target}: {said}",
            one.label.box if one.label else None,
            stroke if drawn or apart else "",
            element("path", d=head, class_=f"f-{line.role}") if head else "",
            self._label(one, line),
            data_edge=one.edge.subject,
            **self._ends(one),
            **apart,
        )

    def _ends(self, one: PlacedEdge) -> dict[str, str]:
        """What a page dims by: the two ends of a line and what it means."""
        if self._sections is None:
            return {}
        return {"data_from": one.edge.source, "data_to": one.edge.target, "data_meaning": one.edge.meaning}

    def _apart(self, one: PlacedEdge, line: Line, crossings: Crossings) -> dict[str, str]:
        """What a page needs to show a line whole where another of its bundle, which painted their common way, is dimmed."""
        if self._sections is None or one.bundle not in self._joined:
            return {}
        if one.pieces == (one.points,):
            return {"data_bundle": one.bundle}
        whole = replace(one, pieces=(one.points,), arrow=True)
        way = strokes(whole, line, crossings, self._labels.get(one.bundle), self._sizes.arrow)
        return {"data_bundle": one.bundle, "data_way": way}

    def _label(self, one: PlacedEdge, line: Line) -> str:
        if one.label is None:
            return ""
        box, sizes, parts = one.label.box, self._sizes, []
        x, middle = box.x + 4, box.centre[1]
        if line.lock:
            parts.append(lock(self._prefix, x, middle - sizes.lock / 2, line.lock, line.role, sizes.lock))
            x += sizes.lock + 3
        lines, leading = one.label.lines, self._measures.label
        first = middle + sizes.label / 2.75 - (len(lines) - 1) * leading / 2
        for at, text in enumerate(lines):
            parts.append(words(x, first + at * leading, text, sizes.label, line.role))
        x += max((text_width(text, sizes.label) for text in lines), default=0.0)
        for mark in self._marks[one.bundle]:
            parts.append(self._badge(x + sizes.badge + 6, middle, mark))
            x += 2 * sizes.badge + 4
        return "".join(parts)

    # Badges

    def _badge(self, x: float, y: float, mark: Badge) -> str:
        return sized_badge(x, y, mark.number, mark.severity, mark.title, self._sizes.badge)

    def _row(self, badges: tuple[Badge, ...], right: float, middle: float) -> str:
        """Badges side by side, the last one's right side at a place."""
        parts: list[str] = []
        for mark in reversed(badges):
            wide = badge_size(mark.number)[0] * self._sizes.badge / SIZES.badge
            parts.append(self._badge(right - wide / 2, middle, mark))
            right -= wide + 4
        return "".join(reversed(parts))


def _full(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
