"""Words in one line of a terminal: nothing that steers it or takes no room, and no wider than there is space."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from archgen.report.common.terminal import display_width
from archgen.style.svg_markup import clean

_LONGEST = 2000
"""Characters of a text that are looked at: no line shows more."""


def fold_lines(text: str) -> str:
    """Return the text in one line, without anything that steers a terminal or takes no room."""
    return "".join(character for character in " ".join(clean(text[:_LONGEST]).split()) if display_width(character))


def cut(text: str, room: int) -> str:
    """Return the text in one line, cut with an ellipsis where it takes more columns than there are."""
    text = fold_lines(text)
    widths = list(accumulate(map(display_width, text)))
    if not widths or widths[-1] <= room:
        return text
    return f"{text[: bisect_right(widths, room - 1)]}…" if room > 0 else ""
