"""Pictures as D2 text, in which names are made up and every word of the model is a quoted string."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from archgen.analysis.hops import Meaning
from archgen.style.svg_markup import clean
from archgen.style.theme import LIGHT, LINES, Theme, colours
from archgen.views.diagram import Block, Diagram, Edge, Group, Item, Message, Node, Remark, chip_text, numbered
from archgen.views.diagram import Sequence as View

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "$": "\\$"})
_ANGLES = str.maketrans({"<": "\u2039", ">": "\u203a"})
_DASHES: dict[Meaning, int] = {"plaintext": 5, "unknown": 8, "code": 8, "monitoring": 2}
_SHAPES = {"client": "person", "queue": "queue", "stream": "queue", "dns": "cloud"}


def d2_string(*lines: str) -> str:
    """Lines of words as one D2 string in which nothing is read: no escape, no substitution, no Markdown."""
    folded = (" ".join(clean(line).split()).translate(_ESCAPES) for line in lines)
    return '"' + ("\\n".join(line for line in folded if line) or " ") + '"'


# Diagrams


def diagram_d2(diagram: Diagram, theme: Theme = LIGHT) -> str:
    """Return a diagram as D2: groups are containers, lines are told apart by color and dashes."""
    names = {node.id: f"n{at}" for at, node in enumerate(diagram.nodes, 1)}
    paths: dict[str, str] = {}
    lines = ["direction: right"]
    if clean(diagram.title).strip():
        # a text without words is an error of D2
        lines.append(f"title: {d2_string(diagram.title)} {{ near: top-center; shape: text }}")
    lines += _inside(diagram, None, "", names, paths)
    palette = colours(theme)
    lines += [_edge(edge, paths, palette) for edge in diagram.edges]
    return "\n".join(lines) + "\n"


def _inside(
    diagram: Diagram, parent: str | None, path: str, names: dict[str, str], paths: dict[str, str]
) -> Iterator[str]:
    for at, group in diagram.groups_in(parent):
        yield f"g{at}: {d2_string(_words(group))} {{"
        for line in _inside(diagram, group.id, f"{path}g{at}.", names, paths):
            yield f"  {line}"
        yield "}"
    for node in diagram.nodes_in(parent):
        paths[node.id] = path + names[node.id]
        yield _node(node, names[node.id])


def _tooltip(words: str) -> str:
    """Return a description; D2 reads it as Markdown, whose markup has to be well-formed, and then shows it as it is written."""
    return d2_string(words.translate(_ANGLES))


def _words(group: Group) -> str:
    return " ".join(word for word in (group.label, group.detail, numbered(group.badges)) if word)


def _node(node: Node, name: str) -> str:
    label = d2_string(node.label, node.mark or node.detail, chip_text(node), numbered(node.badges))
    shape = _SHAPES.get(node.kind) or ("cylinder" if node.keeps_data else "")
    style = [f"shape: {shape}"] if shape else []
    style += [f"tooltip: {_tooltip(node.description)}"] if node.description else []
    return f"{name}: {label}" + (f" {{ {'; '.join(style)} }}" if style else "")


def _edge(edge: Edge, paths: dict[str, str], palette: dict[str, str]) -> str:
    line = LINES[edge.meaning]
    how = "" if edge.counts_unencrypted else line.words
    words = ", ".join(dict.fromkeys(word for word in (edge.label, how, numbered(edge.badges)) if word))
    style = [f'style.stroke: "{palette[line.role]}"']
    if edge.meaning in _DASHES:
        style.append(f"style.stroke-dash: {_DASHES[edge.meaning]}")
    if line.double:
        style.append("style.stroke-width: 4")
    arrow = "<->" if edge.mutual else "->"
    return f"{paths[edge.source]} {arrow} {paths[edge.target]}: {d2_string(words)} {{ {'; '.join(style)} }}"


# Sequences


def sequence_d2(sequence: View) -> str:
    """Return a sequence as a D2 sequence diagram; frames are its groups."""
    names = {participant.id: f"p{at}" for at, participant in enumerate(sequence.participants, 1)}
    lines = ["shape: sequence_diagram"]
    for participant in sequence.participants:
        shape = " { shape: person }" if participant.kind == "client" else ""
        lines.append(f"{names[participant.id]}: {d2_string(participant.label)}{shape}")
    lines += _Items(names).lines(sequence.items)
    return "\n".join(lines) + "\n"


class _Items:
    """Writes items; groups and notes get names of their own."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names
        self._count = 0

    def lines(self, items: Sequence[Item]) -> Iterator[str]:
        for item in items:
            match item:
                case Message():
                    yield self._message(item)
                case Remark():
                    self._count += 1
                    over = min(item.over, key=list(self._names).index)
                    yield f"{self._names[over]}.x{self._count}: {d2_string(item.text)}"
                case Block():
                    yield from self._block(item)
                case _:
                    assert_never(item)

    def _message(self, message: Message) -> str:
        detail = ", ".join(word for word in (message.protocol, LINES[message.meaning].words) if word)
        words = " ".join(word for word in (message.number, message.text) if word)
        label = d2_string(words, "" if message.answer or not detail else f"({detail})")
        style = " { style.stroke-dash: 4 }" if message.answer else ""
        return f"{self._names[message.source]} -> {self._names[message.target]}: {label}{style}"

    def _block(self, block: Block) -> Iterator[str]:
        for section in block.sections:
            self._count += 1
            yield f"x{self._count}: {d2_string(f'{block.kind} {section.when}')} {{"
            for line in self.lines(section.items):
                yield f"  {line}"
            yield "}"
