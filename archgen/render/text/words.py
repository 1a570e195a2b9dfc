"""Words in one line of a terminal: nothing that steers it or takes no room, and no wider than there is space."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from archgen.model.steps import FrameKind
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


def open_branch(kind: FrameKind, at: int, when: str) -> str:
    """Return the line that opens a branch of a frame: branches that are taken together are joined by `and`, others by `else`."""
    word = kind if at == 0 else "and" if kind == "par" else "else"
    # an author may have written the word already
    return word if when == word else f"{word} {when}".rstrip()
