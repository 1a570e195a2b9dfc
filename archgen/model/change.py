"""Changes to a model's text by path: a value that is set, an item that is added or removed.

A path leads through the document as it is written: `("components", "lb", "balance", "health_check")`. A connection is
named by its id, however its key is spaced; a number below it is the position of a port among its ports, which a short form
has too (`user -> web: http` has one port).
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

Path = tuple[str | int, ...]


class Put(Struct, frozen=True, tag=True):
    """A value that replaces another, or a new key; missing keys on the path are created."""

    path: Path
    value: Any


class Append(Struct, frozen=True, tag=True):
    """Another item of a list; a lone value becomes a list, and a missing list is created."""

    path: Path
    value: Any


class Remove(Struct, frozen=True, tag=True):
    """The removal of an item or a key, and of a section that is empty then."""

    path: Path


Change = Put | Append | Remove
