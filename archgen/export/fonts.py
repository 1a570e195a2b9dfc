"""The fonts that words are rasterised with: the one they are measured with, and others for what it has no glyph for."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from html import unescape
from importlib.util import find_spec
from unicodedata import category

from archgen.metrics import measured

_WORDS = re.compile(r">([^<]+)<")

_CJK = ((0x1100, 0x11FF), (0x2E80, 0x9FFF), (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F))
_WIDE = ((0xFF00, 0xFFEF), (0x20000, 0x3FFFF))
_ARABIC = ((0x0600, 0x06FF), (0x0750, 0x077F), (0x0870, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFE))
_EMOJI = ((0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x1F000, 0x1FAFF))

_SCRIPTS: tuple[tuple[str, tuple[tuple[int, int], ...], str, str], ...] = (
    ("Arabic", _ARABIC, "manimgx_fonts", "NotoSansArabic[wght].ttf"),
    ("emoji", _EMOJI, "manimgx_fonts", "NotoEmoji[wght].ttf"),
    ("Devanagari", ((0x0900, 0x097F),), "manimgx_fonts", "NotoSansDevanagari[wght].ttf"),
    ("Thai", ((0x0E00, 0x0E7F),), "manimgx_fonts", "NotoSansThai[wght].ttf"),
    ("Hebrew", ((0x0590, 0x05FF),), "manimgx_fonts", "NotoSansHebrew[wght].ttf"),
    ("Chinese, Japanese or Korean", (*_CJK, *_WIDE), "manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc"),
)
"""What a script is called, its code points, and the package and file of the font that has its glyphs."""

_MARKS = frozenset({"Cc", "Cf", "Mn", "Me", "Zs"})


def font_files(svg: str, collections: bool = True) -> list[str]:
    """The files of the fonts that the words of a picture want, the usual one first; without font collections if asked."""
    words = "".join(unescape(found) for found in _WORDS.findall(svg))
    files = [file for _, file in fallbacks(words) if file and (collections or not file.endswith(".ttc"))]
    return list(dict.fromkeys([_usual(), *files]))


def fallbacks(text: str) -> list[tuple[str, str | None]]:
    """The scripts in a text that the usual font lacks, each with the file of the font that has them, None for none."""
    strange = {one for one in text if not measured(one) and category(one) not in _MARKS}
    found: list[tuple[str, str | None]] = []
    for name, ranges, package, file in _SCRIPTS:
        inside = {one for one in strange if any(low <= ord(one) <= high for low, high in ranges)}
        if inside:
            found.append((name, _packaged(package, file)))
            strange -= inside
    return [*found, ("another script", None)] if strange else found


def _usual() -> str:
    import fontpkg_arimo

    return os.path.join(os.path.dirname(fontpkg_arimo.__file__), "files", "Arimo[wght].ttf")


@lru_cache(maxsize=16)
def _packaged(package: str, file: str) -> str | None:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    path = os.path.join(os.path.dirname(spec.origin), file)
    return path if os.path.isfile(path) else None
