"""Pictures one after the other as GIF or APNG, the same bytes for the same pictures."""

from __future__ import annotations

from io import BytesIO
from typing import Literal

from PIL import Image

from archgen.render.raster.png import png
from archgen.render.scene.shapes import Scene
from archgen.style.theme import Mode

_REST = 3000
"""Milliseconds that the full picture stands."""

_COLORS, _FLAT, _NEAR = 128, 16, 8
"""Colors of a GIF; the largest areas have theirs to themselves, as Pillow takes what is nearer than that for the same."""


def film(
    scenes: tuple[Scene, ...], form: Literal["gif", "apng"], mode: Mode, scale: float, pace: int = 1100, full: int = -1
) -> bytes:
    """Return the pictures, all of one size, played again and again, each for `pace` milliseconds.

    The one at the index `full` shows everything: it stands longer, and a GIF has its palette.
    """
    frames = [Image.open(BytesIO(png(scene, mode, scale))).convert("RGB") for scene in scenes]
    durations = [pace] * len(frames)
    durations[full] = _REST
    target = BytesIO()
    if form == "gif":
        palette = Image.new("P", (1, 1))
        palette.putpalette(_palette(frames[full]))
        frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
        frames[0].save(
            target, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0, optimize=False
        )
    else:
        frames[0].save(target, "PNG", save_all=True, append_images=frames[1:], duration=durations, loop=0)
    return target.getvalue()


def _palette(picture: Image.Image) -> list[int]:
    """Return red, green and blue of each color: those of grounds and cards as they are, the others near to what is there."""
    areas = picture.getcolors(picture.width * picture.height) or []
    flat = [color for _, color in sorted(areas, reverse=True)[:_FLAT] if isinstance(color, tuple)]
    mixed = picture.quantize(_COLORS - _FLAT).getpalette() or []
    others = [tuple(mixed[start : start + 3]) for start in range(0, len(mixed), 3)]
    distinct = [other for other in others if all(_distance(other, color) >= _NEAR for color in flat)]
    return [part for color in (*flat, *distinct) for part in color]


def _distance(color: tuple[int, ...], other: tuple[int, ...]) -> int:
    return max(abs(first - second) for first, second in zip(color, other, strict=True))
