"""The fonts that words are rasterized with: the one they are measured with, and others for what it has no glyph for."""

from __future__ import annotations

import os
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from unicodedata import category

from msgspec import Struct

from archgen.style.text_metrics import measured


class Face(Struct, frozen=True):
    """A font: its file, and its place in a file that holds several."""

    file: str
    index: int = 0


class _Script(Struct, frozen=True):
    """A script: its name, its code points, and the package, file and place of the font that has its glyphs."""

    name: str
    ranges: tuple[tuple[int, int], ...]
    file: str
    package: str = "manimgx_fonts"
    index: int = 0


def _noto(name: str, *ranges: tuple[int, int]) -> _Script:
    return _Script(name, ranges, f"NotoSans{name}[wght].ttf")


_CJK = ((0x1100, 0x11FF), (0x2E80, 0x9FFF), (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F))
_WIDE = ((0xFF00, 0xFFEF), (0x20000, 0x3FFFF))
_SIMPLIFIED = 2
"""The place of the simplified Chinese forms in the collection, which has those of every other language too."""

_SCRIPTS = (
    _noto("Arabic", (0x0600, 0x06FF), (0x0750, 0x077F), (0x0870, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFE)),
    _Script("emoji", ((0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x1F000, 0x1FAFF)), "NotoEmoji[wght].ttf"),
    _noto("Devanagari", (0x0900, 0x097F)),
    _noto("Thai", (0x0E00, 0x0E7F)),
    _noto("Hebrew", (0x0590, 0x05FF)),
    _noto("Armenian", (0x0530, 0x058F)),
    _noto("Bengali", (0x0980, 0x09FF)),
    _noto("Gurmukhi", (0x0A00, 0x0A7F)),
    _noto("Gujarati", (0x0A80, 0x0AFF)),
    _noto("Oriya", (0x0B00, 0x0B7F)),
    _noto("Tamil", (0x0B80, 0x0BFF)),
    _noto("Telugu", (0x0C00, 0x0C7F)),
    _noto("Kannada", (0x0C80, 0x0CFF)),
    _noto("Malayalam", (0x0D00, 0x0D7F)),
    _noto("Sinhala", (0x0D80, 0x0DFF)),
    _noto("Lao", (0x0E80, 0x0EFF)),
    _noto("Myanmar", (0x1000, 0x109F)),
    _noto("Georgian", (0x10A0, 0x10FF)),
    _noto("Ethiopic", (0x1200, 0x139F)),
    _noto("Khmer", (0x1780, 0x17FF)),
    _Script("Chinese, Japanese or Korean", (*_CJK, *_WIDE), "NotoSansCJK-VF.otf.ttc", "manimgx_fonts_cjk", _SIMPLIFIED),
    _noto("Symbols", (0x2000, 0x2BFF), (0x1F000, 0x1FAFF)),
)

_MARKS = frozenset({"Cc", "Cf", "Mn", "Mc", "Me", "Zs"})


def font_files(text: str) -> list[str]:
    """Return the files of the fonts that a text wants, the usual one first."""
    strange = sorted({character for character in text if not measured(character)})
    faces = [face for character in strange if (face := face_of(character)) is not None]
    return list(dict.fromkeys([usual_file(), *(face.file for face in faces)]))


class Fallback(Struct, frozen=True):
    """A script that the usual font lacks: the file of the font that has it, and the characters that no font has.

    None for no font; `packaged` says whether one that should have them is installed.
    """

    name: str
    file: str | None
    missing: str
    packaged: bool


def fallbacks(text: str) -> tuple[Fallback, ...]:
    """Return the scripts in a text that the usual font lacks, by name, and which characters no installed font has: boxes."""
    by_script: dict[str, list[str]] = {}
    for character in sorted(
        {character for character in text if not measured(character) and category(character) not in _MARKS}
    ):
        by_script.setdefault(_name(character), []).append(character)
    return tuple(
        _fallback(name, by_script[name]) for name in sorted(by_script, key=lambda script: (script == _OTHER, script))
    )


def _fallback(name: str, characters: list[str]) -> Fallback:
    faces = {character: face_of(character) for character in characters}
    files = [face.file for face in faces.values() if face is not None and face != usual()]
    missing = "".join(character for character, face in faces.items() if face == usual())
    own = next((script for script in _SCRIPTS if script.name == name), None)
    packaged = own is not None and _packaged(own.package, own.file) is not None
    return Fallback(name, files[0] if files else None, missing, packaged)


_OTHER = "another script"


def _name(character: str) -> str:
    return next((script.name for script in _of(ord(character))), _OTHER)


@lru_cache(maxsize=4096)
def face_of(character: str) -> Face | None:
    """Return the font of a character; None for marks, joiners and spaces, which go with what stands before them.

    The usual font for what no other has: boxes.
    """
    if character.isspace() or measured(character):
        return usual()
    if category(character) in _MARKS:
        return None
    for script in _of(ord(character)):
        file = _packaged(script.package, script.file)
        if file is not None and _has(Face(file, script.index), character):
            return Face(file, script.index)
    return usual()


def _of(code: int) -> list[_Script]:
    return [script for script in _SCRIPTS if any(low <= code <= high for low, high in script.ranges)]


def usual() -> Face:
    """Return the font that text is measured and rasterized with."""
    return Face(usual_file())


def usual_file() -> str:
    """Return the file of that font, which the package carries under the SIL Open Font License."""
    return os.path.join(os.path.dirname(__file__), "arimo", "Arimo[wght].ttf")


@lru_cache(maxsize=64)
def _packaged(package: str, file: str) -> str | None:
    """Return the path of a font in a package; None where it is not installed, or nothing that shapes its words."""
    spec = find_spec(package)
    if spec is None or spec.origin is None or shaper() is None:
        return None
    path = os.path.join(os.path.dirname(spec.origin), file)
    return path if os.path.isfile(path) else None


@cache
def shaper() -> Any:
    """Return the module that shapes words; None without the extra `fonts`."""
    return import_module("archgen.render.raster.shaping") if find_spec("uharfbuzz") else None


def _has(face: Face, character: str) -> bool:
    module = shaper()
    return module is not None and ord(character) in module.characters(face)
