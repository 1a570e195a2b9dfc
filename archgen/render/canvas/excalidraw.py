"""Pictures as Excalidraw files: the same places, drawn by hand; arrows are bound to their cards."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from archgen.layout.placed import Box, Placed, PlacedEdge, PlacedGroup, PlacedNode, Point
from archgen.layout.sequence.arrangement import Arrow, FrameBox, Head, Paper, PlacedSequence, Text
from archgen.layout.sequence.lanes import LOOP
from archgen.style.glyphs import IconLookup, glyph
from archgen.style.svg_markup import clean, element
from archgen.style.text_metrics import text_width
from archgen.style.theme import LIGHT, LINES, SIZES, Theme, colours
from archgen.views.diagram import Badge

Element = dict[str, Any]

_LEADING = 1.25
_HELVETICA = 2
_DASHES = {"": "solid", "1.5 4": "dotted"}


def diagram_excalidraw(placed: Placed, icons: IconLookup, theme: Theme = LIGHT) -> str:
    """A deployment."""
    canvas = _Canvas(icons, colours(theme))
    _Diagram(placed, canvas).draw()
    return canvas.written()


def sequence_excalidraw(placed: PlacedSequence, icons: IconLookup, theme: Theme = LIGHT) -> str:
    """A request flow."""
    canvas = _Canvas(icons, colours(theme))
    _Sequence(placed, canvas).draw()
    return canvas.written()


class _Canvas:
    """Elements in the order they are painted; names and seeds are counted, so that the same picture has the same bytes."""

    def __init__(self, icons: IconLookup, palette: dict[str, str]) -> None:
        self.palette = palette
        self._icons = icons
        self._elements: list[Element] = []
        self._files: dict[str, dict[str, Any]] = {}

    def written(self) -> str:
        """The file."""
        whole = {
            "type": "excalidraw",
            "version": 2,
            "source": "archgen",
            "elements": self._elements,
            "appState": {"viewBackgroundColor": self.palette["ground"], "gridSize": None},
            "files": self._files,
        }
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")) + "\n"

    def _add(self, form: str, box: Box, groups: tuple[str, ...], **more: Any) -> Element:
        count = len(self._elements) + 1
        made: Element = {
            "id": f"e{count}",
            "type": form,
            "x": round(box.x, 2),
            "y": round(box.y, 2),
            "width": round(box.width, 2),
            "height": round(box.height, 2),
            "angle": 0,
            "strokeColor": self.palette["ink"],
            "backgroundColor": "transparent",
            "fillStyle": "solid",
            "strokeWidth": 1,
            "strokeStyle": "solid",
            "roughness": 1,
            "opacity": 100,
            "groupIds": list(groups),
            "frameId": None,
            "roundness": None,
            "seed": count,
            "version": 1,
            "versionNonce": count,
            "isDeleted": False,
            "boundElements": [],
            "updated": 1,
            "link": None,
            "locked": False,
        }
        made.update(more)
        self._elements.append(made)
        return made

    def shape(
        self,
        form: str,
        box: Box,
        fill: str | None,
        line: str,
        groups: tuple[str, ...] = (),
        dash: str = "solid",
        round_: bool = True,
    ) -> Element:
        """A rectangle, an ellipse or a diamond by the roles of its colours."""
        ground = self.palette[fill] if fill else "transparent"
        corners = {"type": 3} if round_ else None
        return self._add(
            form,
            box,
            groups,
            strokeColor=self.palette[line],
            backgroundColor=ground,
            strokeStyle=dash,
            roundness=corners,
        )

    def text(
        self, words: str, x: float, y: float, size: float, role: str, align: str = "left", groups: tuple[str, ...] = ()
    ) -> Element:
        """Words whose first line has its top at `y`; `x` is their left side or their middle."""
        words = "\n".join(clean(line) for line in words.split("\n"))
        lines = words.split("\n")
        wide = max(text_width(line, size) for line in lines)
        left = x - wide / 2 if align == "center" else x
        return self._add(
            "text",
            Box(left, y, wide, len(lines) * size * _LEADING),
            groups,
            strokeColor=self.palette[role],
            text=words,
            originalText=words,
            fontSize=size,
            fontFamily=_HELVETICA,
            textAlign=align,
            verticalAlign="top",
            containerId=None,
            lineHeight=_LEADING,
            autoResize=True,
        )

    def image(self, name: str | None, kind: str, box: Box, groups: tuple[str, ...]) -> None:
        """A logo, or the glyph of a kind; each is in the file once."""
        icon = (self._icons(name) if name else None) or glyph(kind)
        if icon.id not in self._files:
            svg = element(
                "svg",
                icon.body,
                xmlns="http://www.w3.org/2000/svg",
                viewBox=icon.view_box,
                width=96,
                height=96,
                color=icon.colour or self.palette["ink"],
            )
            data = f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
            self._files[icon.id] = {"id": icon.id, "mimeType": "image/svg+xml", "dataURL": data, "created": 1}
        self._add("image", box, groups, fileId=icon.id, status="saved", scale=[1, 1], crop=None)

    def arrow(
        self,
        points: tuple[Point, ...],
        role: str,
        dash: str,
        ends: tuple[Element, Element] | None = None,
        head: bool = True,
        width: float = 1.0,
        both: bool = False,
    ) -> None:
        """A line through points, bound to the elements at its ends; with `both` it has a head at each."""
        (x, y), xs, ys = points[0], [one[0] for one in points], [one[1] for one in points]
        made = self._add(
            "arrow" if head else "line",
            Box(x, y, max(xs) - min(xs), max(ys) - min(ys)),
            (),
            strokeColor=self.palette[role],
            strokeStyle=dash,
            strokeWidth=width,
            points=[[round(px - x, 2), round(py - y, 2)] for px, py in points],
            lastCommittedPoint=None,
            startBinding=None,
            endBinding=None,
            startArrowhead="triangle" if both else None,
            endArrowhead="triangle" if head else None,
            elbowed=False,
        )
        for key, end in zip(("startBinding", "endBinding"), ends or (), strict=False):
            made[key] = {"elementId": end["id"], "focus": 0, "gap": 1}
            end["boundElements"].append({"id": made["id"], "type": "arrow"})

    def badge(self, badge: Badge, x: float, y: float, groups: tuple[str, ...]) -> None:
        """The number of an issue around a centre; an error is square, a warning is a diamond, an info is round."""
        form = {"error": "rectangle", "warning": "diamond", "info": "ellipse"}[badge.severity]
        r = float(SIZES.badge) + (3 if form == "diamond" else 0)
        self.shape(form, Box(x - r, y - r, 2 * r, 2 * r), badge.severity, "ground", groups)
        self.text(str(badge.number), x, y - SIZES.small * _LEADING / 2, SIZES.small, "on_badge", "center", groups)


class _Diagram:
    def __init__(self, placed: Placed, canvas: _Canvas) -> None:
        self._placed = placed
        self._canvas = canvas
        self._parents = {one.group.id: one.group.parent for one in placed.groups}
        self._names = {one.group.id: f"g{at}" for at, one in enumerate(placed.groups, 1)}
        self._cards: dict[str, Element] = {}

    def draw(self) -> None:
        for group in self._placed.groups:
            self._group(group)
        for at, node in enumerate(self._placed.nodes, 1):
            self._node(f"n{at}", node)
        for edge in self._placed.edges:
            self._edge(edge)

    def _around(self, group: str | None) -> tuple[str, ...]:
        """The groups around a thing, the innermost first, as the format wants them."""
        found: list[str] = []
        while group is not None and group in self._names:
            found.append(self._names[group])
            group = self._parents[group]
        return tuple(found)

    def _group(self, one: PlacedGroup) -> None:
        canvas = self._canvas
        groups = () if one.group.across else self._around(one.group.id)
        fill = None if one.group.across else f"tint_{min(one.depth, 2) + 1}"
        dash = "solid" if one.group.kind == "host" else "dotted"
        canvas.shape("rectangle", one.box, fill, "group_line", groups, dash)
        if one.heading:
            words = " ".join(word for word in (one.title, one.detail) if word)
            role = "ink" if one.group.kind == "host" else "muted"
            canvas.text(words, one.heading.x, one.heading.y + 4, SIZES.label, role, groups=groups)
        for at, badge in enumerate(reversed(one.group.badges)):
            canvas.badge(badge, one.box.right - 6 - at * 24, one.box.y, groups)

    def _node(self, name: str, one: PlacedNode) -> None:
        canvas, box = self._canvas, one.box
        groups = (name, *(self._around(one.node.group) if not one.node.guards else ()))
        self._cards[one.node.id] = canvas.shape("rectangle", box, "card", "card_line", groups)
        words = "\n".join([*one.title, *([one.detail] if one.detail else [])])
        if one.compact:
            tall = SIZES.label * _LEADING * len(words.split("\n"))
            canvas.image(None, one.node.kind, Box(box.x + 10, box.centre[1] - 10, 20, 20), groups)
            canvas.text(words, box.x + 38, box.centre[1] - tall / 2, SIZES.label, "ink", groups=groups)
        else:
            size = float(SIZES.icon)
            place = Box(box.centre[0] - size / 2, box.y + 8, size, size)
            canvas.image(one.node.icon, one.node.kind, place, groups)
            canvas.text(words, box.centre[0], place.bottom + 4, SIZES.text, "ink", "center", groups)
        for at, badge in enumerate(reversed(one.node.badges)):
            canvas.badge(badge, box.right - 6 - at * 24, box.y, groups)

    def _edge(self, one: PlacedEdge) -> None:
        line, canvas = LINES[one.edge.meaning], self._canvas
        ends = (self._cards[one.edge.source], self._cards[one.edge.target])
        width, both = 3.0 if line.double else 1.0, one.edge.mutual
        canvas.arrow(one.points, line.role, _DASHES.get(line.dash, "dashed"), ends, width=width, both=both)
        if one.label is None:
            return
        box = one.label.box
        if one.label.text:
            marked = f"{one.label.text} ({line.lock})" if line.lock else one.label.text
            canvas.text(marked, box.centre[0], box.y - SIZES.label, SIZES.label, line.role, "center")
        marks = [badge for other in self._placed.edges if other.bundle == one.bundle for badge in other.edge.badges]
        for at, badge in enumerate(marks):
            canvas.badge(badge, box.right - 10 - at * 24, box.centre[1], ())


class _Sequence:
    def __init__(self, placed: PlacedSequence, canvas: _Canvas) -> None:
        self._placed = placed
        self._canvas = canvas

    def draw(self) -> None:
        for at, head in enumerate(self._placed.heads, 1):
            self._head(f"p{at}", head)
        for frame in self._placed.frames:
            self._frame(frame)
        for arrow in self._placed.arrows:
            self._arrow(arrow)
        for paper in self._placed.papers:
            self._paper(paper)

    def _head(self, name: str, head: Head) -> None:
        canvas = self._canvas
        canvas.arrow(((head.x, head.box.bottom), (head.x, self._placed.bottom)), "faint", "solid", head=False)
        canvas.shape("rectangle", head.box, "card", "card_line", (name,))
        if head.icon:
            canvas.image(head.participant.icon, head.participant.kind, head.icon, (name,))
        for text in head.texts:
            self._text(text, (name,))

    def _text(self, text: Text, groups: tuple[str, ...] = ()) -> None:
        align = "center" if text.anchor == "middle" else "left"
        top = text.y - text.size * (_LEADING + 1) / 2 + 1
        self._canvas.text(text.text, text.x, top, text.size, text.role, align, groups)

    def _arrow(self, arrow: Arrow) -> None:
        line = LINES[arrow.message.meaning]
        points: tuple[Point, ...] = ((arrow.x1, arrow.y), (arrow.x2, arrow.y2))
        if arrow.message.source == arrow.message.target:
            out = arrow.x1 + LOOP
            points = (points[0], (out, arrow.y), (out, arrow.y2), points[1])
        self._canvas.arrow(points, line.role, "dashed" if arrow.message.answer else "solid")
        for text in (*arrow.texts, *([arrow.number] if arrow.number else [])):
            self._text(text)
        for x, y, badge in arrow.badges:
            self._canvas.badge(badge, x, y, ())

    def _paper(self, paper: Paper) -> None:
        self._canvas.shape("rectangle", paper.box, "paper", "paper_line", round_=False)
        for text in paper.texts:
            self._text(text)

    def _frame(self, frame: FrameBox) -> None:
        canvas = self._canvas
        canvas.shape("rectangle", frame.box, None, "card_line", round_=False)
        canvas.shape("rectangle", frame.tab, "tint_3", "card_line", round_=False)
        self._text(frame.name)
        for at, band in enumerate(frame.bands):
            if at:
                ends = ((band.box.x, band.box.y), (band.box.right, band.box.y))
                canvas.arrow(ends, "card_line", "dashed", head=False)
            for text in band.texts:
                self._text(text)
