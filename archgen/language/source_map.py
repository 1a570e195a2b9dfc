"""The places of a model's elements in its source."""

from __future__ import annotations

from functools import cached_property

from archgen.language.expand.connections import connection_id
from archgen.language.expand.context import SECTIONS, place_of
from archgen.language.expand.flow_steps import FRAMES, branches
from archgen.language.yaml.syntax import lines_of
from archgen.language.yaml.tree import Document, Map, Seq, TreeNode, unpack
from archgen.model.problems import Place
from archgen.model.subject import Subject


class SourceMap:
    """Places of elements by their ids, looked up on demand."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[str, dict[str, int]] = {}

    def lines(self, file: str) -> tuple[str, ...]:
        """Return the lines of a file that the model was read from; none for any other file."""
        for source in self._document.sources:
            if source.name == file:
                return lines_of(source.text)
        return ()

    def place(self, subject: Subject) -> Place:
        """Return the place where an element is declared; the place of the model for an element without one."""
        kind, name = subject.kind, subject.id
        mark = self._replica(name) if kind == "replica" else (self._known.get(kind) or self._marks(kind)).get(name)
        if mark is None and kind == "connection":
            mark = self._spaced_connections.get(name)
        if mark is None:
            return self._model
        file, line, column = unpack(mark)
        return Place(self._names[file], line, column, line)

    def at(self, *path: str | int) -> Place:
        """Return the place of a key or an item by its path; of the deepest part that exists."""
        node: TreeNode = self._document.root
        mark = 0
        for step in path:
            if isinstance(node, Map) and step in node:
                mark, node = node.key_mark(str(step)), node[str(step)]
            elif isinstance(node, Seq) and isinstance(step, int) and 0 <= step < len(node):
                mark, node = node.marks[step], node[step]
            else:
                break
        return place_of(self._document, mark)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(source.name for source in self._document.sources)

    @cached_property
    def _model(self) -> Place:
        root = self._document.root
        return place_of(self._document, root.key_mark("name") if "name" in root else 0)

    def _marks(self, kind: str) -> dict[str, int]:
        """Return the position of each declaration of a kind; none for a kind without declarations."""
        marks = self._known.get(kind)
        if marks is None:
            search = {"step": self._steps, "record": self._records}.get(kind)
            section = self._document.root.get("connections" if kind == "connection" else SECTIONS.get(kind, ""))
            marks = self._known[kind] = search() if search is not None else _marks(section)
        return marks

    @cached_property
    def _spaced_connections(self) -> dict[str, int]:
        """The positions of connections by their ids, for those whose key is spaced otherwise."""
        marks: dict[str, int] = {}
        for key, mark in _marks(self._document.root.get("connections")).items():
            marks.setdefault(connection_id(key), mark)
        return marks

    def _steps(self) -> dict[str, int]:
        marks: dict[str, int] = {}
        for name, flow in (self._document.root.get("flows") or {}).items():
            _number(flow["steps"], f"{name}/", 0, marks)
        return marks

    def _records(self) -> dict[str, int]:
        marks: dict[str, int] = {}
        for component in (self._document.root.get("components") or {}).values():
            for record in component.get("records", ()):
                text = self._document.text(record, "name")
                marks.setdefault(f"{text} {record['type']}", record.mark)
        return marks

    def _replica(self, name: str) -> int | None:
        component, _, rest = name.partition("@")
        component = component.partition("#")[0]
        mark = self._marks("component").get(component)
        if mark is None:
            return None
        entry = self._document.root["components"][component]
        runs_on = entry.get("runs_on")
        host = rest.partition("#")[0]
        if isinstance(runs_on, Seq):
            hosts = self._document.texts(entry, "runs_on")
            return runs_on.marks[hosts.index(host)] if host in hosts else mark
        if isinstance(runs_on, Map) and host in runs_on:
            return runs_on.key_mark(host)
        return mark if runs_on is None else entry.key_mark("runs_on")


def _marks(section: TreeNode) -> dict[str, int]:
    return dict(zip(section, section.marks[::2], strict=True)) if isinstance(section, Map) else {}


def _number(steps: Seq, prefix: str, number: int, marks: dict[str, int]) -> int:
    """Add the place of each step, numbered as in the architecture; return the number of the last one."""
    for index, step in enumerate(steps):
        key, value = next(iter(step.items()))
        if key == "note":
            continue
        number += 1
        marks[f"{prefix}{number}"] = steps.marks[index]
        inner = 0
        for branch in branches(key, value) if key in FRAMES else ():
            inner = _number(branch["steps"], f"{prefix}{number}.", inner, marks)
    return number
