"""Titles of slides: on two lines of one size, or on one of a template, made smaller before they are truncated."""

from __future__ import annotations

import re

from archgen.style.text_metrics import elide, text_width, wrap

SMALLEST = 0.75
"""Smallest scale of a title before words are left out."""

_LINES = 2

_TAIL = re.compile(r"(: [^:]{1,40})?( \(\d+ of \d+\))?$")
"""The end that a truncated title keeps: the aspect of its subject, and its number among several slides."""


def whole_words(text: str) -> str:
    """Return a truncated text without the part of a word before its ellipsis."""
    head, gap, part = text.rpartition(" ")
    return f"{head.rstrip(',;:')}{gap}…" if gap and part.endswith("…") else text


def whole_clause(text: str) -> str:
    """Return a truncated text without a bracket or a code that it opens and doesn't close; up to a semicolon in its second half."""
    words = text.removesuffix("…").rstrip()
    if words == text.rstrip():
        return text
    for opening, closing in (("(", ")"), ("[", "]")):
        if words.count(opening) > words.count(closing):
            words = words[: words.rindex(opening)].rstrip()
    if words.count("`") % 2:
        words = words[: words.rindex("`")].rstrip()
    if words.rfind("; ") > len(words) / 2:
        words = words[: words.rfind("; ")]
    return f"{words.rstrip(',;:')} …"


def closed_quote(text: str, before: str = "") -> str:
    """Return a truncated text with the mark that ends a quote which it opens, or the text `before` it."""
    return f"{text}”" if f"{before}{text}".count("“") > f"{before}{text}".count("”") else text


def title_lines(title: str, room: float, size: float) -> tuple[str, ...]:
    """Break a title into at most two lines; a longer one is truncated before the end that it keeps."""
    words = " ".join(title[:2000].split())
    lines = wrap(words, room, size, bold=True)
    if len(lines) <= _LINES:
        return lines
    match = _TAIL.search(words)
    tail = match[0] if match else ""
    head, second = lines[0], words[len(lines[0]) :].strip()
    room -= _mark(words, size)
    left = room - text_width(tail, size, bold=True)
    if not tail or left < room / 3:
        return head, closed_quote(whole_words(elide(second, room, size, bold=True)), head)
    shown = whole_words(elide(second[: len(second) - len(tail)], left, size, bold=True))
    return head, closed_quote(shown, head) + tail


def _mark(words: str, size: float) -> float:
    """Return the room of the mark that ends a quote."""
    return text_width("”", size, bold=True) if "“" in words else 0.0


def fitted_title(title: str, room: float, size: float, smallest: float = SMALLEST) -> tuple[str, float]:
    """Fit the title into a room; return it with its size."""
    words = " ".join(title[:2000].split())
    wide = text_width(words, size, bold=True)
    if wide <= room:
        return words, size
    smaller = max(size * room / wide, size * smallest)
    smaller = float(int(smaller))
    if text_width(words, smaller, bold=True) <= room:
        return words, smaller
    match = _TAIL.search(words)
    tail = match[0] if match else ""
    room -= _mark(words, smaller)
    left = room - text_width(tail, smaller, bold=True)
    if not tail or left < room / 3:
        return closed_quote(elide(words, room, smaller, bold=True)), smaller
    return closed_quote(elide(words[: len(words) - len(tail)], left, smaller, bold=True)) + tail, smaller
