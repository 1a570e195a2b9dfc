"""Writes `archgen/widths.py` from the font of the fontpkg-arimo package: `python tests/font_widths.py` from the root."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import fontpkg_arimo
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

TARGET = Path(__file__).parent.parent / "archgen" / "widths.py"
FONT = Path(fontpkg_arimo.__file__).parent / "files" / "Arimo[wght].ttf"
LAST = 0x2BFF
HEADER = '''"""Advance widths of Arimo, regular and bold, by code point. Generated: `python tests/font_widths.py` writes it."""

from __future__ import annotations

UNITS = {units}
"""Font units to an em."""

'''


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


def ranges(found: dict[int, int]) -> list[tuple[int, list[int]]]:
    """Runs of neighbouring code points with their widths."""
    runs: list[tuple[int, list[int]]] = []
    for code, width in found.items():
        if runs and runs[-1][0] + len(runs[-1][1]) == code and len(runs[-1][1]) < 20:
            runs[-1][1].append(width)
        else:
            runs.append((code, [width]))
    return runs


def table(name: str, found: dict[int, int]) -> str:
    """One table as Python source."""
    rows = [f'    (0x{start:04X}, "{" ".join(map(str, widths))}"),\n' for start, widths in ranges(found)]
    return f"{name}: tuple[tuple[int, str], ...] = (\n{''.join(rows)})\n"


def source() -> str:
    """The whole module."""
    units, regular = advances(400)
    return HEADER.format(units=units) + table("REGULAR", regular) + "\n" + table("BOLD", advances(700)[1])


if __name__ == "__main__":
    TARGET.write_text(source(), encoding="utf-8")
