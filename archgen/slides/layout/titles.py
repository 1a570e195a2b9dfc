"""Titles of slides: one line, smaller before it is cut, and cut where it says least."""

from __future__ import annotations

import re

from archgen.style.text_metrics import elide, text_width

SMALLEST = 0.75
"""A title is made so much smaller before words of it are left out."""

_TAIL = re.compile(r"(: [^:]{1,40})?( \(\d+ of \d+\))?$")
"""What is kept of a title that is cut: what the slide tells of its subject, and which of several slides it is."""


def fitted_title(title: str, room: float, size: float, smallest: float = SMALLEST) -> tuple[str, float]:
    """The title as it fits a room, and its size."""
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
