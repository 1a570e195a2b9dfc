"""The document as plain mappings and lists that remember where each key and value stands."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

_LINE_SHIFT = 24
_FILE_SHIFT = 48
_LOW = (1 << _LINE_SHIFT) - 1

LINE = 1 << _LINE_SHIFT
"""By how much a packed position grows with a line."""

TreeNode = Any
"""A Map, a Seq, or a scalar as JSON has them (str, int, float, bool, None)."""


def pack(file: int, line: int, column: int) -> int:
    """Return a position as a number; line and column count from 0, as in libyaml."""
    return (file << _FILE_SHIFT) | (line << _LINE_SHIFT) | min(column, _LOW)


def unpack(mark: int) -> tuple[int, int, int]:
    """Return the number of the file, and line and column counted from 1."""
    return mark >> _FILE_SHIFT, ((mark >> _LINE_SHIFT) & _LOW) + 1, (mark & _LOW) + 1


class Map(dict[str, TreeNode]):
    """A mapping; `marks` holds the positions of key and value in turn, in the order of the file."""

    __slots__ = ("mark", "marks")

    def __init__(self, mark: int) -> None:
        self.mark = mark
        self.marks: list[int] = []

    def key_mark(self, key: str) -> int:
        """Return the position of a key."""
        return self.marks[2 * list(self).index(key)]

    def value_mark(self, key: str) -> int:
        """Return the position of the value of a key."""
        return self.marks[2 * list(self).index(key) + 1]

    def put(self, key: str, value: TreeNode, key_mark: int, value_mark: int) -> None:
        """Add a new key and its value, with their positions."""
        self[key] = value
        self.marks += (key_mark, value_mark)

    def cut(self, key: str) -> None:
        """Remove a key and its value, if it is there."""
        if key in self:
            index = 2 * list(self).index(key)
            del self.marks[index : index + 2]
            del self[key]


class Seq(list[TreeNode]):
    """A list; `marks` holds the positions of its items."""

    __slots__ = ("mark", "marks")

    def __init__(self, mark: int) -> None:
        self.mark = mark
        self.marks: list[int] = []

    def cut(self, index: int) -> None:
        """Remove an item, if it is there."""
        if index < len(self):
            del self.marks[index]
            del self[index]


_DENIALS = ("no", "none", "off", "never")


class SourceFile(Struct, frozen=True):
    """A file that was read: its name as the user wrote it, and its text."""

    name: str
    text: str


class Document(Struct):
    """A tree and the files that it was read from.

    `written` keeps the text of each plain scalar that is no text in YAML (`no` is one, `010` is none), by its
    position: a message, a name or an id is taken as it was written. `removed` are the positions at which a model takes out
    elements of the one that it extends, by section and id.
    """

    root: Map
    sources: list[SourceFile]
    written: dict[int, str]
    removed: dict[tuple[str, str], int] = field(default_factory=dict)

    def text(self, parent: Map, key: str) -> str | None:
        """Return the scalar under `key` as it was written; None if the key is absent."""
        value = parent.get(key)
        if value.__class__ is str:
            return value
        if key not in parent:
            return None
        return self.written_at(parent.value_mark(key), value)

    def text_or_flag(self, parent: Map, key: str) -> str | bool | None:
        """Return the scalar under `key`: a flag, or the text as written; `no`, `none`, `off` and `never` are False."""
        value = parent.get(key)
        if isinstance(value, bool):
            return value
        text = self.text(parent, key)
        return False if text in _DENIALS else text

    def texts(self, parent: Map, key: str) -> tuple[str, ...]:
        """Return the scalar or the list of scalars under `key`, as written."""
        value = parent.get(key)
        if value.__class__ is Seq:
            return tuple([item if item.__class__ is str else self.item(value, at) for at, item in enumerate(value)])
        text = self.text(parent, key)
        return () if text is None else (text,)

    def item(self, items: Seq, index: int) -> str:
        """Return the scalar at `index` as it was written."""
        value = items[index]
        return value if value.__class__ is str else self.written_at(items.marks[index], value)

    def written_at(self, mark: int, value: TreeNode) -> str:
        """Return the text of the scalar at this position."""
        return value if isinstance(value, str) else self.written.get(mark, "")
