"""Scenes as sheets: the roles of a theme become literal colors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never
from xml.etree import ElementTree

from archgen.layout.placed import Box
from archgen.render.raster.icon_shapes import Quad, basic_path, fit_into, icon_layer, path_segments, placed
from archgen.render.raster.icon_style import color, dashes
from archgen.render.raster.sheet import Color, PaintedLayer, PaintedPath, PaintedText, Sheet, SheetShape, Stroke
from archgen.render.scene.marks import badge_path, badge_text, drum_path
from archgen.render.scene.shapes import (
    BadgeMark,
    Curve,
    IconImage,
    Inset,
    Pen,
    Rectangle,
    Scene,
    SceneGroup,
    SceneShape,
    TextLine,
)
from archgen.style.svg_markup import clean, number
from archgen.style.theme import LIGHT, SIZES, THEMES, Mode, colours

_OUTLINE = 1.5
"""The width of the line around a badge."""


def sheet(scene: Scene, mode: Mode) -> Sheet:
    """Return a scene as a sheet; mode auto is light."""
    view = scene.view
    place = Box(0.0, 0.0, view.width, view.height)
    return Sheet(_short(view.width), _short(view.height), (_Colors(mode).viewport(scene, place),))


class _Colors:
    """Gives shapes the colors and the strokes of one theme."""

    def __init__(self, mode: Mode) -> None:
        theme = THEMES.get(mode, LIGHT)
        self._stroke = theme.stroke
        self._hex = colours(theme)
        self._colors = {role: color(code) for role, code in self._hex.items()}

    def viewport(self, scene: Scene, place: Box) -> PaintedLayer:
        """Return a scene that fills a place."""
        ground = tuple(self._rectangle(Rectangle(scene.ground, "ground"))) if scene.ground else ()
        view = _quad(scene.view)
        return PaintedLayer(
            (*ground, *self._all((*scene.shapes, *scene.foot))), fit_into(_quad(place), view), clip=view
        )

    def _all(self, shapes: Iterable[SceneShape]) -> Iterator[SheetShape]:
        for shape in shapes:
            yield from self._shape(shape)

    def _shape(self, shape: SceneShape) -> Iterable[SheetShape]:
        match shape:
            case TextLine():
                return self._text(shape)
            case Rectangle():
                return self._rectangle(shape)
            case Curve():
                return self._path(shape.d, shape.fill, self._pen(shape.pen))
            case IconImage():
                return self._icon(shape)
            case BadgeMark():
                return self._badge(shape)
            case SceneGroup():
                x, y = shape.move or (0.0, 0.0)
                matrix = (shape.scale, 0.0, 0.0, shape.scale, _short(x), _short(y))
                opacity = 1.0 if shape.opacity is None else shape.opacity
                return placed(tuple(self._all(shape.shapes)), matrix, opacity)
            case Inset():
                return (self.viewport(shape.scene, shape.box),)
            case _:
                assert_never(shape)

    def _color(self, role: str) -> Color:
        color = self._colors[role]
        assert color is not None
        return color

    def _pen(self, pen: Pen | None) -> Stroke | None:
        if pen is None:
            return None
        width = 1.0 if pen.width is None else _short(pen.width * self._stroke)
        cap = "round" if pen.round_ends else "butt"
        return Stroke(self._color(pen.role), width, cap, dashes=dashes(pen.dash or ""))  # type: ignore[arg-type]

    def _path(self, d: str, fill: str | None, stroke: Stroke | None) -> Iterator[SheetShape]:
        if segments := path_segments(d):
            yield PaintedPath(segments, self._color(fill) if fill else None, stroke)

    def _rectangle(self, rectangle: Rectangle) -> Iterable[SheetShape]:
        if rectangle.lid:
            return self._path(drum_path(rectangle), rectangle.fill, self._pen(rectangle.pen))
        x, y, width, height = map(number, _quad(rectangle.box))
        form = {"x": x, "y": y, "width": width, "height": height}
        if rectangle.radius is not None:
            form["rx"] = number(rectangle.radius)
        outline = basic_path(ElementTree.Element("rect", form))
        return self._path(outline, rectangle.fill, self._pen(rectangle.pen))

    def _text(self, line: TextLine) -> Iterator[SheetShape]:
        if text := " ".join(clean(line.text).split()):
            x, y, paint = _short(line.x), _short(line.y), self._color(line.role)
            yield PaintedText(text, x, y, line.size, paint, line.anchor, line.bold)

    def _icon(self, image: IconImage) -> Iterator[SheetShape]:
        icon, size = image.icon, image.size
        box = Box(image.x, image.y, size, size)
        if not icon.coloured:
            yield icon_layer(icon, _quad(box), self._hex[image.role])
            return
        if image.chip:
            yield from self._rectangle(Rectangle(box, "chip", radius=size / 5))
        inset = size / 8
        logo = Box(box.x + inset, box.y + inset, size - 2 * inset, size - 2 * inset)
        yield icon_layer(icon, _quad(logo), icon.colour or "")

    def _badge(self, badge: BadgeMark) -> Iterable[SheetShape]:
        if badge.radius != SIZES.badge:
            usual = BadgeMark(0, 0, badge.text, badge.severity)
            return self._shape(SceneGroup((usual,), move=(badge.x, badge.y), scale=badge.radius / SIZES.badge))
        outline = self._path(badge_path(badge), badge.severity, Stroke(self._color("ground"), _OUTLINE, join="round"))
        return (*outline, *(self._text(badge_text(badge)) if badge.text else ()))


def _quad(box: Box) -> Quad:
    return _short(box.x), _short(box.y), _short(box.width), _short(box.height)


def _short(value: float) -> float:
    """Return a length with two decimals, as every other format has it."""
    return float(number(value))
