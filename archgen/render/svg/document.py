"""Scenes as self-contained SVG documents: title, description, style sheet, drawings, ground and shapes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from archgen.layout.placed import Box
from archgen.render.scene.marks import LOCKS, badge_path, badge_text, drum_path
from archgen.render.scene.shapes import (
    BadgeMark,
    Curve,
    IconImage,
    Inset,
    Link,
    Pen,
    Rectangle,
    Scene,
    SceneGroup,
    SceneShape,
    TextLine,
)
from archgen.render.svg.stylesheet import BOLD, END, MIDDLE, size_class, stylesheet
from archgen.style.glyphs import Icon
from archgen.style.svg_markup import element, escape, identifier, number
from archgen.style.text_metrics import measured, text_width
from archgen.style.theme import LIGHT, SIZES, THEMES, Mode

_SHORT = 3
"""Characters of a text that no font makes wider than its place."""

_LOCKS = tuple(icon.id for icon in LOCKS.values())
_ANCHORS = {"start": "", "middle": f" {MIDDLE}", "end": f" {END}"}


def svg(scene: Scene, mode: Mode = "auto") -> str:
    """Return the document; `mode` auto carries both palettes.

    The things of an interactive scene are links, each with a name to be spoken (WAI-ARIA Graphics Module 1.0).
    """
    return _Document(scene, mode).written(None)


class _Document:
    """Writes one scene and gathers what its style sheet and its definitions need."""

    def __init__(self, scene: Scene, mode: Mode) -> None:
        self._scene, self._mode = scene, mode
        self._stroke = THEMES.get(mode, LIGHT).stroke
        self._icons: dict[str, Icon] = {}
        self._classes: set[str] = set()
        self._is_fitted = True

    def written(self, place: Box | None) -> str:
        """Return the document; one within another has a place."""
        scene, view, shown = self._scene, self._scene.view, place or self._scene.view
        name = identifier(scene.name, "")[:-1]
        title, alt = identifier(scene.name, "title"), identifier(scene.name, "desc")
        ground = self._ground(scene.ground) if scene.ground else ""
        drawn = ground + self._all(scene.shapes)
        self._is_fitted = False
        drawn += self._all(scene.foot)
        style = stylesheet(frozenset(self._classes), name, self._mode) + scene.rules
        defs = self._symbols()
        return element(
            "svg",
            element("title", escape(scene.title), id=title),
            element("desc", escape(scene.alt), id=alt),
            element("style", style),
            element("defs", defs) if defs else "",
            drawn,
            xmlns="http://www.w3.org/2000/svg",
            id=name,
            viewBox=" ".join(map(number, (view.x, view.y, view.width, view.height))),
            x=place.x if place else None,
            y=place.y if place else None,
            width=shown.width,
            height=shown.height,
            role="graphics-document" if scene.interactive else "img",
            aria_labelledby=f"{title} {alt}",
        )

    def _ground(self, box: Box) -> str:
        corners = 12 if self._mode == "auto" else None
        return element("rect", **_place(box), class_=self._class("f-ground"), rx=corners)

    def _symbols(self) -> str:
        """Return each drawing once, in the order of first use; locks last."""
        icons = sorted(self._icons.values(), key=lambda icon: _LOCKS.index(icon.id) + 1 if icon.id in _LOCKS else 0)
        return "".join(
            element("symbol", icon.body, id=identifier(self._scene.name, icon.id), viewBox=icon.view_box)
            for icon in icons
        )

    def _class(self, names: str) -> str:
        self._classes.update(names.split())
        return names

    # Shapes

    def _all(self, shapes: Iterable[SceneShape]) -> str:
        return "".join(map(self._shape, shapes))

    def _shape(self, shape: SceneShape) -> str:
        match shape:
            case TextLine():
                return self._text(shape)
            case Rectangle(lid=lid) if lid:
                return element("path", d=drum_path(shape), **self._painted(shape.fill, shape.pen))
            case Rectangle():
                form = {**_place(shape.box), "rx": shape.radius}
                return element("rect", **form, **self._painted(shape.fill, shape.pen))
            case Curve():
                return element("path", d=shape.d, **self._painted(shape.fill, shape.pen))
            case SceneGroup():
                return self._group(shape)
            case IconImage():
                return self._icon(shape)
            case BadgeMark():
                return self._badge(shape)
            case Inset():
                return _Document(shape.scene, self._mode).written(shape.box)
            case _:
                assert_never(shape)

    def _painted(self, fill: str | None, pen: Pen | None) -> dict[str, str | float | None]:
        classes = [*([f"f-{fill}"] if fill else []), *([f"s-{pen.role}"] if pen else [])]
        return {
            "fill": None if fill else "none",
            "class": self._class(" ".join(classes)),
            "stroke-width": pen.width * self._stroke if pen and pen.width is not None else None,
            "stroke-dasharray": pen.dash if pen else None,
            "stroke-linecap": "round" if pen and pen.round_ends else None,
        }

    def _parted(self, shapes: Iterable[SceneShape]) -> str:
        """Return the shapes of a link with its lines of text parted, so that they are words of its name."""
        return "".join(
            f"{self._shape(shape)} " if isinstance(shape, TextLine) else self._shape(shape) for shape in shapes
        )

    def _text(self, line: TextLine) -> str:
        classes = f"f-{line.role} {size_class(line.size)}{_ANCHORS[line.anchor]}{f' {BOLD}' if line.bold else ''}"
        text = escape(line.text)
        # another font than the one that was measured gives its letters as much room, and no word leaves its card
        wide = (
            round(text_width(line.text, line.size, line.bold), 1)
            if self._is_fitted and _is_measured(line.text)
            else None
        )
        return element("text", text or " ", x=line.x, y=line.y, class_=self._class(classes), textLength=wide)

    def _icon(self, image: IconImage) -> str:
        icon, x, y, size = image.icon, image.x, image.y, image.size
        self._icons.setdefault(icon.id, icon)
        href = f"#{identifier(self._scene.name, icon.id)}"
        if not icon.coloured:
            role = self._class(f"c-{image.role}")
            return element("use", href=href, x=x, y=y, width=size, height=size, class_=role)
        inset = size / 8
        logo = element("use", href=href, x=x + inset, y=y + inset, width=size - 2 * inset, height=size - 2 * inset)
        logo = element("g", logo, color=icon.colour) if icon.colour else logo
        if not image.chip:
            return logo
        return element("rect", x=x, y=y, width=size, height=size, rx=size / 5, class_=self._class("f-chip")) + logo

    def _badge(self, badge: BadgeMark) -> str:
        if badge.radius != SIZES.badge:
            usual = BadgeMark(0, 0, badge.text, badge.severity, badge.title)
            return self._group(SceneGroup((usual,), move=(badge.x, badge.y), scale=badge.radius / SIZES.badge))
        # the style sheet gives the outlines of badges their width
        outline = element("path", d=badge_path(badge), class_=self._class(f"f-{badge.severity} s-ground"))
        css_class = self._class("badge")
        if not badge.text:
            return element("g", outline, class_=css_class)
        name = f"{badge.severity} {badge.text}"
        spoken = element("title", escape(f"{name}: {badge.title}" if badge.title else name))
        # in a page the link around it has a name of its own, and a card with its findings
        hidden = "true" if self._scene.interactive else None
        return element("g", spoken, outline, self._text(badge_text(badge)), class_=css_class, aria_hidden=hidden)

    # Groups

    def _group(self, group: SceneGroup) -> str:
        title = element("title", escape(group.title)) if group.title is not None else ""
        return element(
            "a" if group.link else "g",
            title,
            self._parted(group.shapes) if group.link else self._all(group.shapes),
            **(_link(group.link) if group.link else {}),
            class_=group.css_class,
            style=group.style,
            id=identifier(f"{self._scene.name}-{group.id[0]}", group.id[1]) if group.id else None,
            **{f"data-{name}": value for name, value in group.data.items()},
            opacity=group.opacity,
            transform=_moved(group),
        )


def _is_measured(text: str) -> bool:
    """Return True if a text is more than an abbreviation, and the font that was measured has all of its characters."""
    return len(text) > _SHORT and (text.isascii() or all(map(measured, text))) and text == " ".join(text.split())


def _place(box: Box) -> dict[str, str | float | None]:
    return {"x": box.x or None, "y": box.y or None, "width": box.width, "height": box.height}


def _moved(group: SceneGroup) -> str | None:
    if group.move is None:
        return None
    moved = f"translate({number(group.move[0])} {number(group.move[1])})"
    return moved if group.scale == 1.0 else f"{moved} scale({f'{group.scale:.3g}'.removeprefix('0')})"


def _link(link: Link) -> dict[str, str | None]:
    box = link.box
    return {
        # Material's instant navigation assigns to the `href` of every `a` of a page, which SVG's refuses (read-only)
        "xlink:href": link.href,
        "role": "link",
        "tabindex": "-1",
        "aria-label": link.name,
        "data-item": link.kind,
        "data-box": " ".join(map(number, (box.x, box.y, box.width, box.height))) if box else None,
    }
