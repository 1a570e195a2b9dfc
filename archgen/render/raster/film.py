"""Pictures one after the other as GIF or APNG, the same bytes for the same pictures."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Literal

from archgen.render.raster.png import png

if TYPE_CHECKING:
    from PIL import Image

_REST = 3000
"""Milliseconds that the whole stands."""

_COLOURS, _FLAT, _NEAR = 128, 16, 8
"""Colours of a GIF; the largest areas have theirs to themselves, as Pillow takes what is nearer than that for the same."""


def film(svgs: tuple[str, ...], form: Literal["gif", "apng"], scale: float, pace: int = 1100, whole: int = -1) -> bytes:
    """The pictures, all of one size, played again and again, each for `pace` milliseconds.

    The one at the place `whole` shows everything: it stands longer, and a GIF has its palette.
    """
    from PIL import Image

    frames = [Image.open(BytesIO(png(svg, scale))).convert("RGB") for svg in svgs]
    lasting = [pace] * len(frames)
    lasting[whole] = _REST
    target = BytesIO()
    if form == "gif":
        palette = Image.new("P", (1, 1))
        palette.putpalette(_palette(frames[whole]))
        frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
        frames[0].save(target, "GIF", save_all=True, append_images=frames[1:], duration=lasting, loop=0, optimize=False)
    else:
        frames[0].save(target, "PNG", save_all=True, append_images=frames[1:], duration=lasting, loop=0)
    return target.getvalue()


def _palette(picture: Image.Image) -> list[int]:
    """Red, green and blue of each colour: those of grounds and cards as they are, the others near to what is there."""
    found = picture.getcolors(picture.width * picture.height) or []
    flat = [colour for _, colour in sorted(found, reverse=True)[:_FLAT] if isinstance(colour, tuple)]
    mixed = picture.quantize(_COLOURS - _FLAT).getpalette() or []
    others = [tuple(mixed[at : at + 3]) for at in range(0, len(mixed), 3)]
    kept = [one for one in others if all(_apart(one, colour) >= _NEAR for colour in flat)]
    return [part for colour in (*flat, *kept) for part in colour]


def _apart(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return max(abs(first - second) for first, second in zip(one, other, strict=True))
