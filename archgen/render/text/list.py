"""Diagrams and sequences as plain lists, for terminals that are too narrow for their pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from archgen.render.text.signs import ASCII_SIGNS
from archgen.render.text.words import open_branch
from archgen.style.svg_markup import clean
from archgen.style.theme import LINES
from archgen.views.diagram import Badge, Block, Diagram, Item, Message, Node, Remark, chip_text
from archgen.views.diagram import Sequence as View

_ASCII = str.maketrans({**ASCII_SIGNS, "→": "->", "←": "<-", "⇠": "<-", "↔": "<->", "•": "*"})


def diagram_list(diagram: Diagram, ascii_only: bool = False) -> str:
    """Groups with what is in them, then the connections, one a line."""
    lines = [_folded(diagram.title), "", *_inside(diagram, None, "")]
    labels = _labels(diagram)
    if diagram.edges:
        lines.append("")
    for edge in diagram.edges:
        how = "" if edge.counts_unencrypted else LINES[edge.meaning].words
        words = ", ".join(dict.fromkeys(word for word in (_folded(edge.label), how) if word))
        arrow = "↔" if edge.mutual else "→"
        lines.append(_joined(f"{labels[edge.source]} {arrow} {labels[edge.target]}: {words}", edge.badges))
    return _written(lines, ascii_only)


def _labels(diagram: Diagram) -> dict[str, str]:
    """Return the label of each node, or its id where several have that label."""
    labels = {node.id: _folded(node.label) for node in diagram.nodes}
    count = Counter(labels.values())
    return {name: label if count[label] == 1 else _folded(name) for name, label in labels.items()}


def _written(lines: Iterable[str], ascii_only: bool) -> str:
    text = "\n".join(lines) + "\n"
    return text.translate(_ASCII) if ascii_only else text


def _inside(diagram: Diagram, parent: str | None, indent: str) -> Iterator[str]:
    for _, group in diagram.groups_in(parent):
        words = " ".join(_folded(word) for word in (group.kind, group.label, group.detail) if word)
        yield _joined(f"{indent}{words}", group.badges)
        yield from _inside(diagram, group.id, f"{indent}  ")
    for node in diagram.nodes_in(parent):
        yield _joined(f"{indent}• {_what(node)}", node.badges)


def _what(node: Node) -> str:
    detail = ", ".join(_folded(word) for word in (node.mark, node.detail, chip_text(node)) if word)
    return f"{_folded(node.label)} ({detail})" if detail else _folded(node.label)


def sequence_list(sequence: View, ascii_only: bool = False) -> str:
    """Return the steps, one a line; what a frame holds is indented under it."""
    labels = {participant.id: _folded(participant.label) for participant in sequence.participants}
    return _written([_folded(sequence.title), "", *_items(sequence.items, labels, "")], ascii_only)


def _items(items: Sequence[Item], labels: dict[str, str], indent: str) -> Iterator[str]:
    for item in items:
        match item:
            case Message():
                yield _joined(f"{indent}{_message(item, labels)}", item.badges)
            case Remark():
                yield f"{indent}note: {_folded(item.text)}"
            case Block():
                for at, section in enumerate(item.sections):
                    yield f"{indent}{open_branch(item.kind, at, _folded(section.when))}"
                    yield from _items(section.items, labels, f"{indent}  ")
            case _:
                assert_never(item)


def _message(message: Message, labels: dict[str, str]) -> str:
    arrow = "⇠" if message.answer else "→"
    ends = (message.target, message.source) if message.answer else (message.source, message.target)
    how = () if message.answer else (_folded(message.protocol), LINES[message.meaning].words)
    detail = ", ".join(word for word in how if word)
    words = f"{labels[ends[0]]} {arrow} {labels[ends[1]]}: {_folded(message.text)}".rstrip(": ")
    return f"{message.number:<3} {words}" + (f" ({detail})" if detail else "")


def _folded(text: str) -> str:
    return " ".join(clean(text).split())


def _joined(words: str, badges: Iterable[Badge]) -> str:
    return " ".join([words, *(f"[{badge.text}]" for badge in badges)])
