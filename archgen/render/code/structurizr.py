"""Diagrams as Structurizr DSL: components are containers of one system, replicas are their instances on nodes."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.style.svg_markup import clean
from archgen.style.theme import LINES
from archgen.views.diagram import Diagram, Node

_LOOKALIKES = str.maketrans({'"': "”", "\\": "＼", "$": "＄", "{": "｛", "}": "｝"})
"""The language has strings without a safe escape: what could end or be read in one is written as its lookalike."""


def dsl_string(text: str) -> str:
    """Words as a string of the language; white space folds."""
    return f'"{" ".join(clean(text).split()).translate(_LOOKALIKES)}"'


def structurizr(diagram: Diagram) -> str:
    """Return the diagram as a workspace with a model, its deployment, and a view of each."""
    return "\n".join(_Workspace(diagram).lines()) + "\n"


class _Workspace:
    def __init__(self, diagram: Diagram) -> None:
        self._diagram = diagram
        self._names: dict[str, str] = {}
        for node in diagram.nodes:
            self._names.setdefault(node.subject, f"c{len(self._names) + 1}")
        self._people = {node.subject for node in diagram.nodes if node.kind == "client"}
        self._first = {node.subject: node for node in reversed(diagram.nodes)}
        self._taken: set[str] = set()

    def lines(self) -> Iterator[str]:
        """Yield the whole workspace."""
        yield f"workspace {dsl_string(self._diagram.title or 'Architecture')} {dsl_string(self._diagram.alt)} {{"
        yield "  model {"
        for line in (*self._elements(), *self._relations(), *self._deployment()):
            yield f"    {line}"
        yield "  }"
        yield "  views {"
        yield "    container s {"
        yield "      include *"
        yield "      autolayout lr"
        yield "    }"
        yield '    deployment s "Production" {'
        yield "      include *"
        yield "      autolayout lr"
        yield "    }"
        yield "  }"
        yield "}"

    def _elements(self) -> Iterator[str]:
        for subject, name in self._names.items():
            if subject in self._people:
                node = self._first[subject]
                yield f"{name} = person {self._unique(node.label)} {dsl_string(node.description)}"
        yield f"s = softwareSystem {self._unique(self._diagram.title or 'System')} {{"
        for subject, name in self._names.items():
            if subject not in self._people:
                node = self._first[subject]
                yield f"  {name} = container {self._unique(node.label)} {dsl_string(node.description)} {dsl_string(_what(node))}"
        yield "}"

    def _unique(self, label: str) -> str:
        """Return a name that no other element has: the language wants them apart, whatever their case."""
        # what is white space alone is no name either
        words = dsl_string(label)[1:-1][:199] or "unnamed"
        name, count = f'"{words}"', 1
        while name.casefold() in self._taken:
            count += 1
            name = f'"{words} {count}"'
        self._taken.add(name.casefold())
        return name

    def _relations(self) -> Iterator[str]:
        subjects = {node.id: node.subject for node in self._diagram.nodes}
        # the language has no relation with two heads: a mutual one is two
        facts = dict.fromkeys(
            (self._names[subjects[source]], self._names[subjects[target]], edge.label, edge.meaning)
            for edge in self._diagram.edges
            for source, target in ((edge.source, edge.target), (edge.target, edge.source))[: 1 + edge.mutual]
        )
        seen: set[tuple[str, str, str]] = set()
        for source, target, label, meaning in facts:
            words = dsl_string(label or LINES[meaning].words)
            if (source, target, words) not in seen:
                seen.add((source, target, words))
                yield f"{source} -> {target} {words} {dsl_string(LINES[meaning].words)}"

    def _deployment(self) -> Iterator[str]:
        yield 'deploymentEnvironment "Production" {'
        self._taken = set()
        for line in self._inside(None):
            yield f"  {line}"
        yield "}"

    def _inside(self, parent: str | None) -> Iterator[str]:
        for _, group in self._diagram.groups_in(parent):
            yield f"deploymentNode {self._unique(group.label)} {dsl_string(group.detail)} {dsl_string(group.kind)} {{"
            for line in self._inside(group.id):
                yield f"  {line}"
            yield "}"
        for node in self._diagram.nodes_in(parent):
            if node.subject not in self._people:
                instance = f"containerInstance {self._names[node.subject]}"
                if parent is not None:
                    yield instance
                else:
                    yield f"deploymentNode {self._unique(node.label)} {{"
                    yield f"  {instance}"
                    yield "}"


def _what(node: Node) -> str:
    return node.detail or node.kind
