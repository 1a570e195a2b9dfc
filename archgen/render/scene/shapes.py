"""The shapes of a picture in the order in which they are painted; writers give each role of a theme its color.

Lengths are pixels; x grows to the right, y downwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct

from archgen.layout.placed import Box, Point
from archgen.model.finding import Severity
from archgen.style.glyphs import Icon
from archgen.style.theme import SIZES, Line, Sizes

TextAnchor = Literal["start", "middle", "end"]
"""The part of a line of text that stands at its x."""


class Pen(Struct, frozen=True):
    """The line around a shape: the role of its color, its width (None: a pixel in every theme) and its dashes."""

    role: str
    width: float | None = None
    dash: str | None = None
    round_ends: bool = False


class Rectangle(Struct, frozen=True):
    """A box that is filled, outlined, or both; with a `lid` it's a drum, whose lid is twice as deep."""

    box: Box
    fill: str | None = None
    pen: Pen | None = None
    radius: float | None = None
    lid: float = 0.0


class Curve(Struct, frozen=True):
    """A path in the notation of SVG, which every format of pictures has a library for.

    `outline` is its box or its points, for canvases that know no paths; None for what they leave out.
    """

    d: str
    fill: str | None = None
    pen: Pen | None = None
    outline: Box | tuple[Point, ...] | None = None


class TextLine(Struct, frozen=True):
    """A line of text with its baseline at `y`."""

    x: float
    y: float
    text: str
    size: float
    role: str = "ink"
    anchor: TextAnchor = "start"
    bold: bool = False


class IconImage(Struct, frozen=True):
    """A drawing in a square; a product's own colors stand on a chip, which only a dark ground shows."""

    icon: Icon
    x: float
    y: float
    size: float
    role: str = "ink"
    chip: bool = True


class BadgeMark(Struct, frozen=True):
    """The number of a finding around a centre, as its text; a sample in a legend has none.

    `group` is the id of the group that it marks, where it isn't painted with that.
    """

    x: float
    y: float
    text: str
    severity: Severity
    title: str = ""
    radius: float = SIZES.badge
    group: str | None = None


class Link(Struct, frozen=True):
    """A shape's section in its page: the address, the spoken name, the kind of thing, and where its card stands."""

    href: str
    name: str
    kind: str
    box: Box | None = None


class CanvasBox(Struct, frozen=True):
    """A group or a card (`holds` is False), which editors of diagrams and slides move with what stands in it.

    `name` and `alt` are its name in such an editor and the words that are read aloud. `heading` is the room of a group's
    words, `lead` that before the words of a small card; None for a large one. A large card's `icon` is there even where
    the card is too small to show it. A card that is `above` is painted over groups that cut across; a card of several has a
    second `sheet` behind it.
    """

    id: str
    box: Box
    parent: str | None = None
    holds: bool = False
    name: str = ""
    alt: str = ""
    heading: Box | None = None
    lead: float | None = None
    icon: Icon | None = None
    above: bool = False
    sheet: Box | None = None


class CanvasLine(Struct, frozen=True):
    """A line by its corners, which editors of diagrams bind to the cards at its ends; a `label` is the room of its words.

    `name` and `alt` are those of a `CanvasBox`. `look` is the form that its meaning has at the usual size; lines of one
    `bundle` run together.
    """

    points: tuple[Point, ...]
    pen: Pen
    look: Line
    source: str | None = None
    target: str | None = None
    label: Box | None = None
    double: bool = False
    both_heads: bool = False
    name: str = ""
    alt: str = ""
    bundle: str = ""


class SceneGroup(Struct, frozen=True):
    """Shapes that are moved, scaled, faded, named or linked together.

    `part` is the object that they are in editors of diagrams.

    `title` is shown on hover and read aloud. `id` is a kind and the id of a thing, `css_class`, `style` and `data` are
    what style sheets and scripts of a page find it by.
    """

    shapes: tuple[SceneShape, ...]
    title: str | None = None
    id: tuple[str, str] | None = None
    css_class: str | None = None
    style: str | None = None
    data: Mapping[str, str | None] = {}
    link: Link | None = None
    part: CanvasBox | CanvasLine | None = None
    opacity: float | None = None
    move: Point | None = None
    scale: float = 1.0


class Inset(Struct, frozen=True):
    """A scene within a scene, as large as its box."""

    scene: Scene
    box: Box


SceneShape = Rectangle | Curve | TextLine | IconImage | BadgeMark | SceneGroup | Inset


class Scene(Struct, frozen=True, kw_only=True):
    """A picture: what `view` shows of its shapes, on a ground; None for no ground.

    `name` starts every id, so that pictures can share a page. `title` and `alt` are for those who don't see it. `foot` is
    the caption and the legend below it, which editors of diagrams do without. The things of an `interactive` one are
    links; `rules` are the key frames of one that plays. `sizes` are those of its words and marks.
    """

    name: str
    view: Box
    ground: Box | None
    shapes: tuple[SceneShape, ...]
    title: str
    alt: str
    foot: tuple[SceneShape, ...] = ()
    interactive: bool = False
    rules: str = ""
    sizes: Sizes = SIZES


def leaves(shapes: Iterable[SceneShape]) -> Iterator[SceneShape]:
    """Yield the shapes that are no groups, in the order of painting."""
    for shape in shapes:
        if isinstance(shape, SceneGroup):
            yield from leaves(shape.shapes)
        else:
            yield shape


def scene(
    name: str,
    width: float,
    height: float,
    shapes: tuple[SceneShape, ...],
    title: str,
    alt: str,
    *,
    foot: tuple[SceneShape, ...] = (),
    interactive: bool = False,
    rules: str = "",
    sizes: Sizes = SIZES,
) -> Scene:
    """Return a scene on a ground of its size."""
    view = Box(0.0, 0.0, width, height)
    return Scene(
        name=name,
        view=view,
        ground=view,
        shapes=shapes,
        title=title,
        alt=alt,
        foot=foot,
        interactive=interactive,
        rules=rules,
        sizes=sizes,
    )
