"""Static cuts of the variable font, with the characters that a document wants, and the kerning between these."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import Any

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from archgen.render.raster.fonts import usual_file
from archgen.style.text_metrics import measured
from archgen.style.theme import WEIGHT_BOLD

_USUAL = "".join(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180)))) + "–—‘’“”•…→×≤≥−"
"""What most documents write: one cut serves all that need no more."""

_REGULAR = 400
_POSTSCRIPT = 6
"""The number of the name that documents call a font by."""


class StaticFont:
    """A cut of our font; `content` is its file, `units` are those of an em. The `name` tells what characters it has."""

    def __init__(self, characters: str, bold: bool) -> None:
        digest = "" if characters == _USUAL else f"-{sha256(characters.encode()).hexdigest()[:12]}"
        self.name = f"Arimo-{'Bold' if bold else 'Regular'}{digest}"
        font = TTFont(usual_file(), recalcTimestamp=False)
        subsetter = Subsetter(Options(layout_features=["kern"], notdef_outline=True, name_IDs=["*"], hinting=False))
        subsetter.populate(text=characters)
        subsetter.subset(font)
        weight = WEIGHT_BOLD if bold else _REGULAR
        static = instancer.instantiateVariableFont(font, {"wght": weight})
        static["OS/2"].usWeightClass = weight
        for record in static["name"].names:
            if record.nameID == _POSTSCRIPT:
                record.string = self.name
        target = BytesIO()
        static.save(target)
        self.content = target.getvalue()
        self.units: int = static["head"].unitsPerEm
        self._glyphs: dict[int, str] = static.getBestCmap()
        self._tables = _pair_tables(static)
        self._known: dict[tuple[str, str], int] = {}

    def kerning(self, first: str, second: str) -> int:
        """Return how much wider the step from a character to the next one is, in units."""
        pair = first, second
        if pair not in self._known:
            left, right = self._glyphs.get(ord(first)), self._glyphs.get(ord(second))
            self._known[pair] = _kerning(self._tables, left, right) if left and right else 0
        return self._known[pair]


def static_font(characters: str, bold: bool) -> StaticFont:
    """Return a cut that has some characters, if our font does."""
    more = sorted({character for character in characters if measured(character)}.difference(_USUAL))
    return _cut(_USUAL + "".join(more), bold)


@lru_cache(maxsize=16)
def _cut(characters: str, bold: bool) -> StaticFont:
    return StaticFont(characters, bold)


def _pair_tables(font: Any) -> list[list[Any]]:
    """Return the tables of each lookup that adjusts pairs; of those in one lookup the first that knows a pair counts."""
    if "GPOS" not in font or font["GPOS"].table.LookupList is None:
        return []
    lookups = []
    for lookup in font["GPOS"].table.LookupList.Lookup:
        tables = [getattr(table, "ExtSubTable", table) for table in lookup.SubTable]
        lookups.append([table for table in tables if table.LookupType == 2])
    return lookups


def _kerning(lookups: list[list[Any]], left: str, right: str) -> int:
    total = 0
    for tables in lookups:
        covering = [table for table in tables if left in table.Coverage.glyphs]
        values = (value for table in covering if (value := _value(table, left, right)) is not None)
        total += next(values, 0)
    return total


def _value(table: Any, left: str, right: str) -> int | None:
    """Return what a table says of a pair; None where it leaves that to the next one."""
    if table.Format == 1:
        pairs = table.PairSet[table.Coverage.glyphs.index(left)].PairValueRecord
        record = next((pair for pair in pairs if pair.SecondGlyph == right), None)
    else:
        row = table.Class1Record[table.ClassDef1.classDefs.get(left, 0)]
        record = row.Class2Record[table.ClassDef2.classDefs.get(right, 0)]
    if record is None:
        return None
    return getattr(record.Value1, "XAdvance", 0) if record.Value1 else 0
