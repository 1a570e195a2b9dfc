"""Included files: their sections are joined to those of the document."""

from __future__ import annotations

import posixpath

from archgen.language.expand.context import SECTIONS, place_of
from archgen.language.parts import PartReader, Reader
from archgen.language.schema import schema
from archgen.language.yaml.faults import SourceProblem
from archgen.language.yaml.scalars import shorten
from archgen.language.yaml.tree import Document, Map, Seq, TreeNode

_JOINED = (*SECTIONS.values(), "connections")
_LISTS = ("expect", "accept")
"""Keys whose values are joined. A model keeps its other keys to itself when another model includes it."""


def join_includes(document: Document, read: Reader | None) -> list[SourceProblem]:
    """Join the included files to the document; report those that can't be read or joined."""
    return join_includes_of(document, read, posixpath.basename(document.sources[0].name.replace("\\", "/")))


def join_includes_of(document: Document, read: Reader | None, name: str) -> list[SourceProblem]:
    """Join the included files to a document whose root stands in a file, named relative to the model."""
    if "include" not in document.root:
        return []
    joiner = _Joiner(document, read)
    joiner.join(document.root, posixpath.dirname(name), [name])
    return joiner.reader.faults


class _Joiner:
    def __init__(self, document: Document, read: Reader | None) -> None:
        self.document = document
        self.reader = PartReader(document, read, "include")
        self.seen: set[str] = set()

    def join(self, root: Map, directory: str, chain: list[str]) -> None:
        """Join every file that a mapping includes; paths are relative to the directory of the file it is in."""
        for path, mark in _included(root):
            name = posixpath.normpath(posixpath.join(directory, path))
            if name in chain:
                ring = " includes ".join(f"`{shorten(each)}`" for each in (*chain[chain.index(name) :], name))
                message = f"files include each other in a circle: {ring}"
                self.reader.faults.append(SourceProblem(mark, message, "Remove one `include`."))
            elif name not in self.seen:
                self.seen.add(name)
                part = self.reader.root(name, mark)
                if part is not None:
                    self._merge(part)
                    self.join(part, posixpath.dirname(name), [*chain, name])

    def _merge(self, part: Map) -> None:
        root = self.document.root
        for index, (key, value) in enumerate(part.items()):
            key_mark, mark = part.marks[2 * index], part.marks[2 * index + 1]
            joined = key in _JOINED or key in _LISTS
            if key == "archgen" and value != 1:
                self._put(root, key, value, key_mark, mark)
            elif not joined and key in schema()["properties"]:
                continue
            elif key not in root:
                self._put(root, key, value, key_mark, mark)
            elif key in _JOINED and isinstance(root[key], Map) and isinstance(value, Map):
                self._merge_section(key, root[key], value)
            elif key in _LISTS and isinstance(root[key], Seq) and isinstance(value, Seq):
                root[key].extend(value)
                root[key].marks.extend(value.marks)
            else:
                fix = "Write it in the form of the reference, in this file and in the one that includes it."
                self.reader.faults.append(
                    SourceProblem(mark, f"can't join `{shorten(key)}` to that of the model", fix, True)
                )

    def _put(self, root: Map, key: str, value: TreeNode, key_mark: int, mark: int) -> None:
        root.cut(key)
        root.put(key, value, key_mark, mark)

    def _merge_section(self, section: str, section_map: Map, part: Map) -> None:
        for index, (key, value) in enumerate(part.items()):
            key_mark = part.marks[2 * index]
            if key in section_map:
                first = place_of(self.document, section_map.key_mark(key))
                message = f"duplicate id `{shorten(key)}` in {section}, first in {first.file} on line {first.line}"
                self.reader.faults.append(SourceProblem(key_mark, message, "Remove one of them, or rename it."))
                continue
            section_map.put(key, value, key_mark, part.marks[2 * index + 1])


def _included(root: Map) -> list[tuple[str, int]]:
    value = root.get("include")
    if isinstance(value, str):
        return [(value, root.value_mark("include"))]
    if isinstance(value, Seq):
        return [(path, mark) for path, mark in zip(value, value.marks, strict=True) if isinstance(path, str)]
    return []
