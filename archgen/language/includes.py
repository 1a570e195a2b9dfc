"""Included files: their sections are joined to those of the document."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from msgspec.structs import replace

from archgen.language.expand.context import SECTIONS, place_of
from archgen.language.schema import schema
from archgen.language.yaml.faults import SourceProblem, Unreadable
from archgen.language.yaml.parser import parse
from archgen.language.yaml.scalars import shorten
from archgen.language.yaml.tree import Document, Map, Seq, TreeNode

Reader = Callable[[str], bytes]

_JOINED = (*SECTIONS.values(), "connections")
_LISTS = ("expect", "accept")
"""Keys whose values are joined. A model keeps its other keys to itself when another model includes it."""

_MOST_FILES = 1000


def join_includes(document: Document, read: Reader | None) -> list[SourceProblem]:
    """Join the included files to the document; report those that can't be read or joined."""
    if "include" not in document.root:
        return []
    joiner = _Joiner(document, read)
    joiner.join(document.root, "", [posixpath.basename(document.sources[0].name.replace("\\", "/"))])
    return joiner.faults


class _Joiner:
    def __init__(self, document: Document, read: Reader | None) -> None:
        self.document = document
        self.read = read
        self.faults: list[SourceProblem] = []
        self.seen: set[str] = set()
        self.directory = posixpath.dirname(document.sources[0].name.replace("\\", "/"))

    def join(self, root: Map, directory: str, chain: list[str]) -> None:
        """Join every file that a mapping includes; paths are relative to the directory of the file it is in."""
        for path, mark in _included(root):
            name = posixpath.normpath(posixpath.join(directory, path))
            if name in chain:
                ring = " includes ".join(f"`{shorten(each)}`" for each in (*chain[chain.index(name) :], name))
                self.faults.append(
                    SourceProblem(mark, f"files include each other in a circle: {ring}", "Remove one `include`.")
                )
            elif name not in self.seen:
                self.seen.add(name)
                self._read(name, mark, chain)

    def _read(self, name: str, mark: int, chain: list[str]) -> None:
        number = len(self.document.sources)
        if self.read is None or number > _MOST_FILES:
            why = (
                "files can't be included here"
                if self.read is None
                else f"a model must include at most {_MOST_FILES} files"
            )
            self.faults.append(SourceProblem(mark, why, "Copy its content into this file.", True))
            return
        try:
            data = self.read(name)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            reason = reason.replace(f"{name} ", "it ", 1)
            message = f"can't include `{shorten(name)}`: {reason[:1].lower()}{shorten(reason[1:])}"
            self.faults.append(
                SourceProblem(mark, message, "Name a file inside the project, relative to this one.", True)
            )
            return
        self._add(name, data, number, chain)

    def _add(self, name: str, data: bytes, number: int, chain: list[str]) -> None:
        shown = posixpath.join(self.directory, name)
        try:
            part, faults = parse(number, shown, data)
        except Unreadable as unreadable:
            self.document.sources.append(unreadable.source(shown))
            self.faults.append(replace(unreadable.fault, hides=True))
            return
        self.document.sources += part.sources
        self.document.written.update(part.written)
        self.faults += faults
        self._merge(part.root)
        self.join(part.root, posixpath.dirname(name), [*chain, name])

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
                self.faults.append(SourceProblem(mark, f"can't join `{shorten(key)}` to that of the model", fix, True))

    def _put(self, root: Map, key: str, value: TreeNode, key_mark: int, mark: int) -> None:
        root.cut(key)
        root[key] = value
        root.marks += (key_mark, mark)

    def _merge_section(self, section: str, section_map: Map, part: Map) -> None:
        for index, (key, value) in enumerate(part.items()):
            key_mark = part.marks[2 * index]
            if key in section_map:
                first = place_of(self.document, section_map.key_mark(key))
                message = f"duplicate id `{shorten(key)}` in {section}, first in {first.file} on line {first.line}"
                self.faults.append(SourceProblem(key_mark, message, "Remove one of them, or rename it."))
                continue
            section_map[key] = value
            section_map.marks += (key_mark, part.marks[2 * index + 1])


def _included(root: Map) -> list[tuple[str, int]]:
    value = root.get("include")
    if isinstance(value, str):
        return [(value, root.value_mark("include"))]
    if isinstance(value, Seq):
        return [(path, mark) for path, mark in zip(value, value.marks, strict=True) if isinstance(path, str)]
    return []
