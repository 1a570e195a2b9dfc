"""Words of scripts that the usual font lacks, as outlines: shaped by HarfBuzz, in the order in which they are read.

Rasterisers choose a font for a whole line, and show boxes where a line mixes scripts. So the characters that the usual
font lacks are drawn from the font that has them, each run where it belongs, and the rest of the line stays text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from unicodedata import bidirectional

from msgspec import Struct
from msgspec.structs import replace

from archgen.render.raster.fonts import Face, face_of, shaper, usual
from archgen.render.scene.shapes import Curve, Inset, Scene, SceneGroup, SceneShape, TextLine
from archgen.style.svg_markup import clean
from archgen.style.text_metrics import text_width


class _Run(Struct, frozen=True):
    """Neighboring characters of one font and one embedding level of the bidirectional algorithm (UAX #9)."""

    text: str
    face: Face
    level: int


def outlined(scene: Scene) -> Scene:
    """Return the picture with an outline in place of each run of words that the usual font lacks and another font has.

    A run that no installed font has stays text. Without the shaper the picture stays as it is.
    """
    return replace(scene, shapes=_outlined(scene.shapes), foot=_outlined(scene.foot)) if shaper() else scene


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
    shaped = [(run, _shaped(run, line)) for run in _visual(runs)]
    widths = [outline.width if outline else text_width(run.text, line.size, line.bold) for run, outline in shaped]
    x = line.x - sum(widths) * {"start": 0.0, "middle": 0.5, "end": 1.0}[line.anchor]
    for (run, outline), width in zip(shaped, widths, strict=True):
        if outline is not None:
            if path := outline.path(x, line.y):
                yield Curve(path, line.role)
        elif words := run.text.strip():
            # the space before a word is width, not text: renderers drop it
            lead = width - text_width(run.text.lstrip(), line.size, line.bold)
            yield replace(line, text=words, x=x + lead, anchor="start")
        x += width


def _shaped(run: _Run, line: TextLine) -> Any:
    """Return the outline of a run; None for one that reads from the left in the usual font and stays text."""
    module = shaper()
    if module is None or (run.face == usual() and run.level % 2 == 0):
        return None
    return module.Shaped(run.text, run.face, line.size, line.bold, run.level % 2 == 1)


# Order


def _runs(text: str) -> list[_Run]:
    """Return the line in runs, as it is written."""
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
    """Return the font of each character; marks and joiners take that of what stands before them."""
    faces: list[Face] = []
    for character in text:
        face = face_of(character)
        faces.append(face if face is not None else faces[-1] if faces else usual())
    return faces


def _levels(text: str) -> list[int]:
    """Return the embedding level of each character of a line that reads from the left and has no controls of direction.

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
    """Return the runs from left to right (rule L2 of UAX #9)."""
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
