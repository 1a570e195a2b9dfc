"""Words of scripts that the usual font lacks, as outlines: shaped by HarfBuzz, in the order in which they are read.

Rasterisers choose a font for a whole line, and show boxes where a line mixes scripts. So the characters that the usual
font lacks are drawn from the font that has them, each run where it belongs, and the rest of the line stays text.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from unicodedata import bidirectional

from msgspec import Struct
from msgspec.structs import replace

from archgen.render.raster.fonts import Face, face_of, usual
from archgen.render.scene.shapes import Curve, Inset, Scene, SceneGroup, SceneShape, TextLine
from archgen.style.svg_markup import clean, number
from archgen.style.text_metrics import text_width
from archgen.style.theme import WEIGHT_BOLD

_REGULAR = 400


class _Run(Struct, frozen=True):
    """Neighbouring characters of one font and one embedding level of the bidirectional algorithm (UAX #9)."""

    text: str
    face: Face
    level: int


def outlined(scene: Scene) -> Scene:
    """Return the picture with an outline in place of each run of words that the usual font lacks and another font has.

    A run that no installed font has stays text. Without the shaper the picture stays as it is.
    """
    return replace(scene, shapes=_outlined(scene.shapes), foot=_outlined(scene.foot)) if _shaper() else scene


def _outlined(shapes: tuple[SceneShape, ...]) -> tuple[SceneShape, ...]:
    return tuple(outline for shape in shapes for outline in _redrawn(shape))


def _redrawn(shape: SceneShape) -> Iterable[SceneShape]:
    match shape:
        case SceneGroup():
            return (replace(shape, shapes=_outlined(shape.shapes)),)
        case Inset():
            return (replace(shape, scene=outlined(shape.scene)),)
        case TextLine() if not shape.text.isascii():
            return _glyphs(shape)
        case _:
            return (shape,)


def _glyphs(line: TextLine) -> Iterable[SceneShape]:
    runs = _runs(clean(line.text))
    if all(run.face == usual() for run in runs):
        yield line
        return
    shaped = [_Shaped(run, line.size, line.bold) for run in _visual(runs)]
    x = line.x - sum(run.width for run in shaped) * {"start": 0.0, "middle": 0.5, "end": 1.0}[line.anchor]
    for run in shaped:
        yield from run.drawn(replace(line, x=x, anchor="start"))
        x += run.width


# Order


def _runs(text: str) -> list[_Run]:
    """The line in runs, as it is written."""
    faces, levels = _faces(text), _levels(text)
    runs: list[_Run] = []
    for character, face, level in zip(text, faces, levels, strict=True):
        last = runs[-1] if runs else None
        if last is not None and last.face == face and last.level == level:
            runs[-1] = _Run(last.text + character, face, level)
        else:
            runs.append(_Run(character, face, level))
    return runs


def _faces(text: str) -> list[Face]:
    """The font of each character; marks and joiners take that of what stands before them."""
    faces: list[Face] = []
    for character in text:
        face = face_of(character)
        faces.append(face if face is not None else faces[-1] if faces else usual())
    return faces


def _levels(text: str) -> list[int]:
    """The embedding level of each character of a line that reads from the left and has no controls of direction.

    A number after words that read from the right keeps its own direction; what is neutral takes the direction that
    both its sides have, else that of the line (rules W1, W2, W7, N1, N2, I1 and I2 of UAX #9).
    """
    kinds, strong = [], "L"
    for character in text:
        kind = bidirectional(character)
        if kind in ("L", "R", "AL"):
            strong = "L" if kind == "L" else "R"
            kinds.append(strong)
        elif kind in ("EN", "AN"):
            kinds.append("N" if strong == "R" else "L")
        elif kind == "NSM" and kinds:
            kinds.append(kinds[-1])
        else:
            kinds.append("")
    for at, kind in enumerate(kinds):
        if not kind:
            before = "L" if at == 0 else kinds[at - 1]
            after = next((kind for kind in kinds[at:] if kind), "L")
            kinds[at] = "R" if before != "L" and after != "L" else "L"
    return [{"L": 0, "R": 1, "N": 2}[kind] for kind in kinds]


def _visual(runs: list[_Run]) -> list[_Run]:
    """The runs from left to right (rule L2 of UAX #9)."""
    ordered = list(runs)
    for level in range(max((run.level for run in runs), default=0), 0, -1):
        at = 0
        while at < len(ordered):
            end = at
            while end < len(ordered) and ordered[end].level >= level:
                end += 1
            ordered[at:end] = reversed(ordered[at:end])
            at = max(end, at + 1)
    return ordered


# Shapes


class _Shaped:
    """A run with its glyphs and its width in pixels; one that reads from the left in the usual font stays text."""

    def __init__(self, run: _Run, size: float, bold: bool) -> None:
        self._run, self._glyphs, self._scale = run, None, 0.0
        if run.face == usual() and run.level % 2 == 0:
            self.width = text_width(run.text, size, bold)
            return
        import uharfbuzz

        font = _font(run.face, WEIGHT_BOLD if bold else _REGULAR)
        buffer = uharfbuzz.Buffer()
        buffer.add_str(run.text)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if run.level % 2 else "ltr"
        uharfbuzz.shape(font, buffer)
        self._glyphs, self._font = buffer, font
        self._scale = size / font.face.upem
        self.width = sum(glyph.x_advance for glyph in buffer.glyph_positions) * self._scale

    def drawn(self, line: TextLine) -> Iterable[SceneShape]:
        """Yield the run with its left end at the start of a line."""
        text = self._run.text
        if self._glyphs is not None:
            shape = self._path(line.x, line.y)
            if shape:
                yield Curve(shape, line.role)
        elif text.strip():
            # the space before a word is width, not text: renderers drop it
            lead = self.width - text_width(text.lstrip(), line.size, line.bold)
            yield replace(line, text=text.strip(), x=line.x + lead)

    def _path(self, x: float, y: float) -> str:
        assert self._glyphs is not None
        pen = _Pen()
        scale = self._scale
        for glyph, place in zip(self._glyphs.glyph_infos, self._glyphs.glyph_positions, strict=True):
            pen.move(x + place.x_offset * scale, y - place.y_offset * scale, scale)
            self._font.draw_glyph_with_pen(glyph.codepoint, pen)
            x += place.x_advance * scale
        return "".join(pen.parts)


class _Pen:
    """Writes glyphs as the path of an SVG, in the protocol of the pens of fontTools."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._x = self._y = self._scale = 0.0

    def move(self, x: float, y: float, scale: float) -> None:
        """Where the next glyph starts and how large it is."""
        self._x, self._y, self._scale = x, y, scale

    def _write(self, letter: str, *points: tuple[float, float]) -> None:
        self.parts.append(letter)
        self.parts.append(
            " ".join(f"{number(self._x + x * self._scale)} {number(self._y - y * self._scale)}" for x, y in points)
        )

    def moveTo(self, point: tuple[float, float]) -> None:
        self._write("M", point)

    def lineTo(self, point: tuple[float, float]) -> None:
        self._write("L", point)

    def qCurveTo(self, *points: tuple[float, float]) -> None:
        self._write("Q", *points)

    def curveTo(self, *points: tuple[float, float]) -> None:
        self._write("C", *points)

    def closePath(self) -> None:
        self.parts.append("Z")

    def endPath(self) -> None:
        return


@lru_cache(maxsize=1)
def _shaper() -> bool:
    from importlib.util import find_spec

    return find_spec("uharfbuzz") is not None


@lru_cache(maxsize=32)
def _font(face: Face, weight: int) -> Any:
    import uharfbuzz

    font = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(face.file), face.index))
    font.set_variations({"wght": weight})
    return font
