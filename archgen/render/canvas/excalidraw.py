"""Scenes as Excalidraw files: the same places, drawn by hand; arrows are bound to their cards."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from typing import Any, assert_never

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
from archgen.style.svg_markup import clean, element
from archgen.style.text_metrics import text_width
from archgen.style.theme import LIGHT, SIZES, Theme, colours

CanvasElement = dict[str, Any]

_LEADING = 1.25
_HELVETICA = 2
_SIDE = 96
"""Pixels of a drawing's side in the file."""

_DOTTED = frozenset({"1.5 4", "2 3"})
_BADGES = {"error": "rectangle", "warning": "diamond", "info": "ellipse"}
_ANCHORS = {"start": ("left", 0.0), "middle": ("center", 0.5), "end": ("right", 1.0)}


def excalidraw(scene: Scene, theme: Theme = LIGHT) -> str:
    """Return the file."""
    return _Canvas(scene, colours(theme)).written()


class _Canvas:
    """Elements in the order they are painted; names and seeds are counted, so that the same picture has the same bytes."""

    def __init__(self, scene: Scene, palette: dict[str, str]) -> None:
        self._palette = palette
        self._elements: list[CanvasElement] = []
        self._files: dict[str, CanvasElement] = {}
        self._lines: list[tuple[CanvasElement, CanvasLine]] = []
        self._cards: dict[str, CanvasElement] = {}
        parts = [shape.part for shape in scene.shapes if isinstance(shape, SceneGroup)]
        boxes = [part for part in parts if isinstance(part, CanvasBox) and part.holds]
        self._parents = {box.id: box.parent for box in boxes}
        self._names = {box.id: f"g{count}" for count, box in enumerate(boxes, 1)}
        self._all(scene.shapes, ())
        self._bind()

    def written(self) -> str:
        """Return the file."""
        content = {
            "type": "excalidraw",
            "version": 2,
            "source": "archgen",
            "elements": self._elements,
            "appState": {"viewBackgroundColor": self._palette["ground"], "gridSize": None},
            "files": self._files,
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"

    def _bind(self) -> None:
        """Bind each line to the cards at its ends."""
        for line, part in self._lines:
            for key, end in (("startBinding", part.source), ("endBinding", part.target)):
                if card := self._cards.get(end or ""):
                    line[key] = {"elementId": card["id"], "focus": 0, "gap": 1}
                    card["boundElements"].append({"id": line["id"], "type": "arrow"})

    # Shapes

    def _all(self, shapes: Iterable[SceneShape], groups: tuple[str, ...]) -> None:
        for shape in shapes:
            self._shape(shape, groups)

    def _shape(self, shape: SceneShape, groups: tuple[str, ...]) -> None:
        match shape:
            case SceneGroup(part=CanvasBox() as part):
                self._box(part, shape)
            case SceneGroup(part=CanvasLine() as part):
                self._line(part, shape)
            case SceneGroup():
                self._all(shape.shapes, groups)
            case Rectangle():
                # the ground is the canvas's
                if shape.fill != "ground":
                    self._outline("rectangle", shape.box, shape.fill, shape.pen, groups, bool(shape.radius))
                if shape.lid and shape.pen:
                    box, deep = shape.box, 2 * shape.lid
                    line = self._path("line", ((box.x, box.y + deep), (box.right, box.y + deep)), shape.pen)
                    line["groupIds"] = list(groups)
            case Curve(outline=Box() as box):
                self._outline("rectangle", box, shape.fill, shape.pen, groups, False)
            case Curve(outline=tuple() as points, pen=Pen() as pen):
                self._path("line", points, pen)
            case Curve():
                return
            case TextLine():
                self._text(shape, groups)
            case IconImage():
                self._image(shape, groups)
            case BadgeMark():
                self._badge(shape, self._around(shape.group) if shape.group else groups)
            case Inset():
                return
            case _:
                assert_never(shape)

    def _around(self, group: str | None) -> tuple[str, ...]:
        """Return the groups around a thing, the innermost first, as the format wants them."""
        if group is None or group not in self._names:
            return ()
        return self._names[group], *self._around(self._parents[group])

    def _box(self, part: CanvasBox, group: SceneGroup) -> None:
        around = self._around(part.id if part.holds else part.parent)
        frame = len(self._elements)
        self._all(group.shapes, around if part.holds else (f"n{len(self._cards) + 1}", *around))
        if not part.holds:
            self._cards[part.id] = self._elements[frame]

    def _line(self, part: CanvasLine, group: SceneGroup) -> None:
        """Add a line with its words; those of a line between cards stand above it, since it has no gap."""
        line = self._path("arrow", part.points, part.pen)
        line["strokeWidth"] = 3.0 if part.double else 1.0
        line["startArrowhead"] = "triangle" if part.both_heads else None
        self._lines.append((line, part))
        rise = SIZES.label + 3.0 if part.label else 0.0
        for shape in leaves(group.shapes):
            match shape:
                case TextLine():
                    self._text(shape, (), rise)
                case IconImage():
                    self._image(shape, (), rise)
                case BadgeMark():
                    self._badge(shape, ())
                case _:
                    # its path is the element's
                    continue

    # Elements

    def _add(self, form: str, box: Box, groups: tuple[str, ...], **more: Any) -> CanvasElement:
        count = len(self._elements) + 1
        added: CanvasElement = {
            "id": f"e{count}",
            "type": form,
            "x": round(box.x, 2),
            "y": round(box.y, 2),
            "width": round(box.width, 2),
            "height": round(box.height, 2),
            "angle": 0,
            "strokeColor": self._palette["ink"],
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
        added.update(more)
        self._elements.append(added)
        return added

    def _outline(
        self, form: str, box: Box, fill: str | None, pen: Pen | None, groups: tuple[str, ...], is_round: bool
    ) -> None:
        self._add(
            form,
            box,
            groups,
            strokeColor=self._palette[pen.role] if pen else "transparent",
            backgroundColor=self._palette[fill] if fill else "transparent",
            strokeStyle=_style(pen),
            roundness={"type": 3} if is_round else None,
        )

    def _text(self, line: TextLine, groups: tuple[str, ...], rise: float = 0.0) -> None:
        words = clean(line.text)
        align, share = _ANCHORS[line.anchor]
        wide = text_width(words, line.size, line.bold)
        top = line.y - line.size * (_LEADING + 1) / 2 + 1 - rise
        self._add(
            "text",
            Box(line.x - wide * share, top, wide, line.size * _LEADING),
            groups,
            strokeColor=self._palette[line.role],
            text=words,
            originalText=words,
            fontSize=line.size,
            fontFamily=_HELVETICA,
            textAlign=align,
            verticalAlign="top",
            containerId=None,
            lineHeight=_LEADING,
            autoResize=True,
        )

    def _image(self, image: IconImage, groups: tuple[str, ...], rise: float = 0.0) -> None:
        """Add a drawing; each is in the file once for each of its colors."""
        icon = image.icon
        color = icon.colour or self._palette[image.role]
        name = f"{icon.id}-{color.removeprefix('#')}"
        if name not in self._files:
            svg = element(
                "svg",
                icon.body,
                xmlns="http://www.w3.org/2000/svg",
                viewBox=icon.view_box,
                width=_SIDE,
                height=_SIDE,
                color=color,
            )
            data = f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
            self._files[name] = {"id": name, "mimeType": "image/svg+xml", "dataURL": data, "created": 1}
        box = Box(image.x, image.y - rise, image.size, image.size)
        self._add("image", box, groups, fileId=name, status="saved", scale=[1, 1], crop=None)

    def _path(self, form: str, points: tuple[Point, ...], pen: Pen) -> CanvasElement:
        (x, y), xs, ys = points[0], [point[0] for point in points], [point[1] for point in points]
        return self._add(
            form,
            Box(x, y, max(xs) - min(xs), max(ys) - min(ys)),
            (),
            strokeColor=self._palette[pen.role],
            strokeStyle=_style(pen),
            points=[[round(px - x, 2), round(py - y, 2)] for px, py in points],
            lastCommittedPoint=None,
            startBinding=None,
            endBinding=None,
            startArrowhead=None,
            endArrowhead="triangle" if form == "arrow" else None,
            elbowed=False,
        )

    def _badge(self, badge: BadgeMark, groups: tuple[str, ...]) -> None:
        """Add the number of a finding; an error is square, a warning is a diamond, an info is round."""
        form = _BADGES[badge.severity]
        r = badge.radius + (3 if form == "diamond" else 0)
        box = Box(badge.x - r, badge.y - r, 2 * r, 2 * r)
        self._outline(form, box, badge.severity, Pen("ground"), groups, True)
        digits = TextLine(badge.x, badge.y + SIZES.small / 3, badge.text, SIZES.small, "on_badge", "middle")
        self._text(digits, groups)


def _style(pen: Pen | None) -> str:
    if pen is None or not pen.dash:
        return "solid"
    return "dotted" if pen.dash in _DOTTED else "dashed"
