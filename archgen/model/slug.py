"""Slugs: names as parts of paths and addresses, safe on every file system and in every link, and recognizable."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import category, normalize

from archgen.model.sha256 import digest

LONGEST = 96
"""The most bytes of a slug; file systems end at 255, and an image's name has a model's slug and a flow's."""

_DIGITS = 8
"""The hexadecimal digits of a digest in place of the end of a long name."""

_ASCII_UNSAFE = r"[^A-Za-z0-9._-]+"
_INVISIBLE = "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
"""Letters and marks without a width, with which two names could look the same."""

_DEVICES = r"(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?=\.|$)"
"""The device names of Windows, with or without an extension.

These patterns are compiled for the first slug, and not at the start of a lint, which needs none.
"""


def slug(name: str) -> str:
    """Return the name with its letters, digits, dots, hyphens and underscores; others become hyphens.

    It neither begins nor ends with a mark, so that it is no hidden file, no option and no parent directory. A device of
    Windows gets an underscore, and a long name ends in its digest. The slug is empty without a letter and a digit.
    """
    safe = _safe(name).strip("._-")
    device = re.match(_DEVICES, safe, re.IGNORECASE)
    safe = f"{device[0]}_{safe[device.end() :]}" if device else safe
    return safe if len(safe.encode()) <= LONGEST else _cut(safe, name)


def _safe(name: str) -> str:
    if name.isascii():
        return re.sub(_ASCII_UNSAFE, "-", name)
    visible = re.sub(_INVISIBLE, "", normalize("NFKC", name))
    safe = (
        char if char in "._-" or category(char)[0] in "LN" or category(char) in {"Mn", "Mc"} else " "
        for char in visible
    )
    return "-".join("".join(safe).split())


def _cut(safe: str, name: str) -> str:
    start = safe.encode()[: LONGEST - _DIGITS - 1].decode("utf-8", "ignore")
    return f"{start.strip('._-')}-{digest(name)[:_DIGITS]}"


def same_place(slug: str) -> str:
    """Return the slug as a case-insensitive file system compares it."""
    return slug.casefold()


def distinct(names: Iterable[str]) -> dict[str, str]:
    """Return a slug for each name, without two of the same place: later ones get a number."""
    slugs: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        first = free = slug(name)
        number = 1
        while same_place(free) in taken:
            number += 1
            free = f"{first}-{number}"
        taken.add(same_place(free))
        slugs[name] = free
    return slugs
