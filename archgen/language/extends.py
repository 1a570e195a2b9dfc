"""A model that extends another one: its values over those of the other, as a JSON merge patch has them (RFC 7386)."""

from __future__ import annotations

import posixpath

from archgen.language.expand.connections import connection_id
from archgen.language.expand.context import NOUNS
from archgen.language.includes import join_includes_of
from archgen.language.parts import PartReader, Reader
from archgen.language.schema import schema
from archgen.language.yaml.faults import SourceProblem
from archgen.language.yaml.scalars import shorten
from archgen.language.yaml.tree import Document, Map, TreeNode
from archgen.model.architecture import SUFFIX
from archgen.model.nearest import nearest

OWN = ("name", "summary", "follows", "extends", "include")
"""Keys that a model says of itself alone: they aren't taken over."""

_DEEPEST = 20
_EMPTY_VALUES = ("hosts",)
"""Sections in which nothing behind an id is a value."""


def join_extended(document: Document, read: Reader | None) -> list[SourceProblem]:
    """Put the document over the model that it extends, and that over the next; report what can't be read or removed."""
    if not isinstance(document.root.get("extends"), str):
        return []
    chain = _Chain(document, read)
    document.root = chain.joined(document.root, [posixpath.basename(document.sources[0].name.replace("\\", "/"))])
    return chain.reader.faults


class _Chain:
    def __init__(self, document: Document, read: Reader | None) -> None:
        self.document = document
        self.read = read
        self.reader = PartReader(document, read, "extend")

    def joined(self, root: Map, chain: list[str]) -> Map:
        """Return a model over the one that it extends; `chain` are the files up to it, the last one its own."""
        if "extends" not in root:
            return root
        mark = root.value_mark("extends")
        words = self.document.text(root, "extends") or ""
        name = posixpath.normpath(posixpath.join(posixpath.dirname(chain[-1]), words.removesuffix(SUFFIX) + SUFFIX))
        if len(chain) == 1 and "follows" not in root and "/" not in words:
            root.put("follows", words.removesuffix(SUFFIX), root.key_mark("extends"), mark)
        if name in chain:
            ring = " extends ".join(f"`{shorten(each)}`" for each in (*chain[chain.index(name) :], name))
            self.reader.fail(mark, f"models extend each other in a circle: {ring}", "Remove one `extends`.")
            return root
        if len(chain) > _DEEPEST:
            self.reader.fail(mark, f"models must extend each other at most {_DEEPEST} times", "Extend an earlier one.")
            return root
        base = self.reader.root(name, mark)
        if base is None:
            return root
        base = self._included(base, name)
        return self._over(self.joined(base, [*chain, name]), root, words)

    def _included(self, base: Map, name: str) -> Map:
        part = Document(base, self.document.sources, self.document.written)
        self.reader.faults += join_includes_of(part, self.read, name)
        return part.root

    def _over(self, base: Map, root: Map, words: str) -> Map:
        inherited = Map(root.mark)
        for index, (key, value) in enumerate(base.items()):
            if key not in OWN and (key != "archgen" or value != 1):
                inherited.put(key, value, base.marks[2 * index], base.marks[2 * index + 1])
        for section, entries in root.items():
            for key, value in entries.items() if isinstance(entries, Map) else ():
                if value is None:
                    self.document.removed[section, key] = entries.key_mark(key)
        for key in [key for key, value in root.items() if value is None and key not in inherited]:
            # there is nothing to remove any more; a key that isn't of the language stays a fault
            if key in schema()["properties"]:
                root.cut(key)
        for section, noun in NOUNS.items():
            self._check_removals(section, noun, inherited.get(section), root.get(section), words)
        return _merged(inherited, root, ())

    def _check_removals(self, section: str, noun: str, base: TreeNode, over: TreeNode, words: str) -> None:
        if not isinstance(over, Map) or section in _EMPTY_VALUES:
            return
        ids = list(map(_identity, base)) if isinstance(base, Map) else []
        for key, value in tuple(over.items()):
            if value is None and _identity(key) not in ids:
                near = nearest(_identity(key), ids)
                message = f"`{shorten(key)}` is no {noun} of `{shorten(words)}`, so it can't be removed"
                fix = f"Did you mean `{near}`?" if near is not None else "Remove this line, or write its value."
                self.reader.faults.append(SourceProblem(over.key_mark(key), message, fix))
                over.cut(key)


def _merged(base: Map, over: Map, way: tuple[str, ...]) -> Map:
    """Return a mapping over another: mappings are merged, nothing removes, and any other value replaces."""
    keys = {_identity(key): key for key in over} if way == ("connections",) else {}
    merged = Map(over.mark)
    taken = set()
    for index, (key, value) in enumerate(base.items()):
        name = keys.get(_identity(key), key) if keys else key
        if name not in over:
            merged.put(key, value, base.marks[2 * index], base.marks[2 * index + 1])
            continue
        taken.add(name)
        declared = over[name]
        if declared is not None:
            mark, value_mark = over.key_mark(name), over.value_mark(name)
            merged.put(name, _value(value, declared, (*way, name), base.marks[2 * index + 1]), mark, value_mark)
    for index, (key, value) in enumerate(over.items()):
        if key not in taken:
            merged.put(key, value, over.marks[2 * index], over.marks[2 * index + 1])
    return merged


def _value(base: TreeNode, over: TreeNode, way: tuple[str, ...], mark: int) -> TreeNode:
    if not isinstance(over, Map):
        return over
    if len(way) == 2 and way[0] == "connections" and isinstance(base, str):
        # `a -> b: http` is short for a mapping
        short = Map(mark)
        short.put("protocol", base, mark, mark)
        base = short
    return _merged(base, over, way) if isinstance(base, Map) else over


def _identity(key: str) -> str:
    return connection_id(key) if " -> " in key else key
