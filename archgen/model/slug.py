"""Names as parts of paths and addresses: safe on every file system, in every link, and telling which name they are of."""

from __future__ import annotations

import re
from collections.abc import Iterable

from archgen.model.sha256 import digest

LONGEST = 96
"""Bytes of a slug; file systems end at 255, and a picture's name holds a model's slug and a flow's."""

_DIGITS = 8
"""Hexadecimal digits of a digest that stand for the end of a name that was cut."""

_ASCII_UNSAFE = r"[^A-Za-z0-9._-]+"
_INVISIBLE = "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
"""Letters and marks that take no room, so that two names could look the same."""

_DEVICES = r"(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?=\.|$)"
"""What Windows takes for a device, with or without an extension.

These are compiled when a name is asked for, and not at the start of a lint, which needs none.
"""


def slug(name: str) -> str:
    """The name with its letters, digits, dots, hyphens and underscores; all else between them becomes a hyphen.

    It neither begins nor ends with a mark, so that it is no hidden file, no option and no way up. A device of Windows
    gets an underscore, and the end of a long name is a digest of the name. Empty for a name without letter and digit.
    """
    kept = _kept(name).strip("._-")
    device = re.match(_DEVICES, kept, re.IGNORECASE)
    safe = f"{device[0]}_{kept[device.end() :]}" if device else kept
    return safe if len(safe.encode()) <= LONGEST else _cut(safe, name)


def _kept(name: str) -> str:
    if name.isascii():
        return re.sub(_ASCII_UNSAFE, "-", name)
    from unicodedata import category, normalize

    shown = re.sub(_INVISIBLE, "", normalize("NFKC", name))
    safe = (
        char if char in "._-" or category(char)[0] in "LN" or category(char) in {"Mn", "Mc"} else " " for char in shown
    )
    return "-".join("".join(safe).split())


def _cut(safe: str, name: str) -> str:
    start = safe.encode()[: LONGEST - _DIGITS - 1].decode("utf-8", "ignore")
    return f"{start.strip('._-')}-{digest(name)[:_DIGITS]}"


def same_place(slug: str) -> str:
    """The slug as a file system compares it that does not tell capitals from small letters."""
    return slug.casefold()


def distinct(names: Iterable[str]) -> dict[str, str]:
    """A slug for each name, of which no two are the same place: later ones get a number."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        first = free = slug(name)
        number = 1
        while same_place(free) in taken:
            number += 1
            free = f"{first}-{number}"
        taken.add(same_place(free))
        found[name] = free
    return found
