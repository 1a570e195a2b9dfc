"""Changes of a model's text, told by what they are about: a value that is put, an item that is added or removed.

A path is the way through the document as it is written: `("components", "lb", "balance", "health_check")`. A connection
is named by its id, however its key is spaced; a number below it is the place of a port among its ports, which a short form
has too (`user -> web: http` has one port).
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

Path = tuple[str | int, ...]


class Put(Struct, frozen=True, tag=True):
    """A value in the place of another, or a key that was not there; a key that stays open is made for the last ones."""

    path: Path
    value: Any


class Append(Struct, frozen=True, tag=True):
    """One more item of a list; a lone value becomes a list, and where there is nothing the list is made."""

    path: Path
    value: Any


class Remove(Struct, frozen=True, tag=True):
    """An item or a key taken out; a section that is empty then goes as well."""

    path: Path


Change = Put | Append | Remove
