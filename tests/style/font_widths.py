"""Writes `archgen/style/arimo_widths.json` from the font that the package carries: `python -m tests.style.font_widths`."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from archgen.render.raster.fonts import usual_file
from tests.paths import ROOT

TARGET = ROOT / "archgen" / "style" / "arimo_widths.json"
FONT = Path(usual_file())
LAST = 0x2BFF


def advances(weight: int) -> tuple[int, dict[int, int]]:
    """The units to an em, and the advance of every visible character up to `LAST` at a weight."""
    font = instantiateVariableFont(TTFont(FONT), {"wght": weight})
    widths, invisible = font["hmtx"], {"Cc", "Cf", "Mn", "Me"}
    found = {
        code: widths[name][0]
        for code, name in sorted(font.getBestCmap().items())
        if code <= LAST and unicodedata.category(chr(code)) not in invisible
    }
    return font["head"].unitsPerEm, found


def runs(widths: dict[int, int]) -> dict[int, list[int]]:
    """Return runs of neighbouring code points with their widths, by the first code point."""
    found: dict[int, list[int]] = {}
    start = 0
    for code, width in widths.items():
        if start + len(found.get(start, ())) != code:
            start = code
        found.setdefault(start, []).append(width)
    return found


def source() -> str:
    """Return the file: a line for each weight."""
    tables = {name: runs(advances(weight)[1]) for name, weight in (("regular", 400), ("bold", 700))}
    lines = [f'"{name}":{json.dumps(table, separators=(",", ":"))}' for name, table in tables.items()]
    return "{" + ",\n".join(lines) + "}\n"


if __name__ == "__main__":
    TARGET.write_text(source(), encoding="utf-8")
