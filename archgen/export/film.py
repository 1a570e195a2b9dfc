"""Pictures one after the other as GIF or APNG, the same bytes for the same pictures."""

from __future__ import annotations

from io import BytesIO
from typing import Literal

from archgen.export.png import png

_STEP, _LAST = 1100, 3000
"""Milliseconds that a picture stands, and that the last one does."""

_COLOURS = 128


def film(svgs: tuple[str, ...], form: Literal["gif", "apng"], scale: float) -> bytes:
    """The pictures, all of one size, played again and again; a GIF has one palette, that of the last picture."""
    from PIL import Image

    frames = [Image.open(BytesIO(png(svg, scale))).convert("RGB") for svg in svgs]
    lasting = [_STEP] * (len(frames) - 1) + [_LAST]
    target = BytesIO()
    if form == "gif":
        palette = frames[-1].quantize(_COLOURS, dither=Image.Dither.NONE)
        frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
        frames[0].save(target, "GIF", save_all=True, append_images=frames[1:], duration=lasting, loop=0, optimize=False)
    else:
        frames[0].save(target, "PNG", save_all=True, append_images=frames[1:], duration=lasting, loop=0)
    return target.getvalue()
