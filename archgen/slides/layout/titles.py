"""Titles of slides: on one line, made smaller before they are truncated."""

from __future__ import annotations

import re

from archgen.style.text_metrics import elide, text_width

SMALLEST = 0.75
"""Smallest scale of a title before words are left out."""

_TAIL = re.compile(r"(: [^:]{1,40})?( \(\d+ of \d+\))?$")
"""The end that a truncated title keeps: the aspect of its subject, and its number among several slides."""


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
    left = room - text_width(tail, smaller, bold=True)
    if not tail or left < room / 3:
        return elide(words, room, smaller, bold=True), smaller
    return elide(words[: len(words) - len(tail)], left, smaller, bold=True) + tail, smaller
