"""Pictures as Mermaid text: sequences and flowcharts in which hostile text stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import assert_never

from archgen.analysis.hops import Meaning
from archgen.layout.sequence.lanes import WORDS
from archgen.model.subject import ChangeKind
from archgen.style.svg_markup import clean
from archgen.style.text_metrics import wrap
from archgen.style.theme import LIGHT, LINES, SIZES
from archgen.views.diagram import Block, Diagram, Edge, Group, Item, Message, Remark, chip_text
from archgen.views.diagram import Sequence as View
from archgen.views.diff import signed

_SPECIAL = re.compile(r"[^\w .,/()'?!=+*@~^-]|(?i:style|classdef)|^[-+*](?= )|^\d+[.)](?= )")
"""What Mermaid may read as its own: punctuation, words that its preprocessor looks for anywhere, the start of a list."""

_BLANK = "#160;"
"""A label without words: Mermaid refuses an empty one."""

_ARROWS: dict[Meaning, str] = {
    "encrypted": "-->",
    "plaintext": "-.->",
    "local": "-->",
    "replication": "==>",
    "monitoring": "-.->",
    "lookup": "-->",
    "code": "-.->",
    "unknown": "-->",
}

_CHANGED: dict[ChangeKind, str] = {
    "added": f"stroke:{LIGHT.accent},stroke-width:3px",
    "changed": f"stroke:{LIGHT.accent}",
    "removed": "stroke-dasharray:3 3,opacity:0.6",
}


@lru_cache(maxsize=1024)
def mermaid_text(text: str) -> str:
    """Text with everything that Mermaid could read as its own as character codes (`#59;`); white space folds."""
    words = " ".join(clean(text).split())
    return _SPECIAL.sub(lambda match: f"#{ord(match[0][0])};{match[0][1:]}", words)


def _lines(text: str) -> str:
    return "<br/>".join(mermaid_text(line) for line in wrap(clean(text), WORDS, SIZES.text))


# Sequences


def sequence_mermaid(sequence: View) -> str:
    """Return a sequence as a Mermaid sequence diagram; messages carry their step's number, protocol and whether it is encrypted."""
    names = {participant.id: f"p{at}" for at, participant in enumerate(sequence.participants, 1)}
    lines = [
        "sequenceDiagram",
        f"  accTitle: {mermaid_text(sequence.title)}",
        f"  accDescr: {mermaid_text(sequence.alt)}",
    ]
    for participant in sequence.participants:
        role = "actor" if participant.kind == "client" else "participant"
        lines.append(f"  {role} {names[participant.id]} as {_lines(participant.label) or names[participant.id]}")
    lines += [f"  {line}" for line in _items(sequence.items, names)]
    return "\n".join(lines) + "\n"


def _items(items: Sequence[Item], names: dict[str, str]) -> Iterator[str]:
    for item in items:
        match item:
            case Message():
                yield _message(item, names)
            case Remark():
                yield _note(item, names)
            case Block():
                yield from _block(item, names)
            case _:
                assert_never(item)


def _message(message: Message, names: dict[str, str]) -> str:
    arrow = "-->>" if message.answer else "->>"
    how = [] if message.answer else [mermaid_text(message.protocol), LINES[message.meaning].words]
    detail = ", ".join(word for word in how if word)
    words = " ".join(word for word in (mermaid_text(message.number), _lines(message.text)) if word)
    tail = f"<br/>({detail})" if detail else ""
    return f"{names[message.source]}{arrow}{names[message.target]}: {words}{tail}"


def _note(remark: Remark, names: dict[str, str]) -> str:
    order = list(names)
    over = sorted(dict.fromkeys(remark.over), key=order.index)
    ends = over[:1] + over[-1:] if len(over) > 1 else over
    return f"note over {','.join(names[end] for end in ends)}: {_lines(remark.text)}"


def _block(block: Block, names: dict[str, str]) -> Iterator[str]:
    following = "and" if block.kind == "par" else "else"
    for at, section in enumerate(block.sections):
        yield f"{block.kind if at == 0 else following} {mermaid_text(section.when)}".rstrip()
        for line in _items(section.items, names):
            yield f"  {line}"
    yield "end"


# Flowcharts


def diagram_mermaid(diagram: Diagram, *, dense: bool = False) -> str:
    """Return a diagram as a Mermaid flowchart from left to right, groups as subgraphs; a `dense` one has fewer lines."""
    nodes = {node.id: f"n{at}" for at, node in enumerate(diagram.nodes, 1)}
    lines = ["flowchart LR", f"  accTitle: {mermaid_text(diagram.title)}", f"  accDescr: {mermaid_text(diagram.alt)}"]
    lines += [f"  {line}" for line in _inside(diagram, None, nodes, dense)]
    for edge in diagram.edges:
        arrow = f"{'<' if edge.mutual else ''}{_ARROWS[edge.meaning]}"
        lines.append(f"  {nodes[edge.source]} {arrow}{_label(edge)} {nodes[edge.target]}")
    lines += [f"  {line}" for line in _styles(diagram, nodes)]
    return "\n".join(lines) + "\n"


def _styles(diagram: Diagram, nodes: dict[str, str]) -> Iterator[str]:
    """Yield a thick border for what is new and a dashed one for what is gone, in a picture of two models."""
    for change, style in _CHANGED.items():
        changed = [nodes[node.id] for node in diagram.nodes if node.change == change]
        changed += [
            f"g{at}" for at, group in enumerate(diagram.groups, 1) if group.change == change and not group.across
        ]
        lines = [str(at) for at, edge in enumerate(diagram.edges) if edge.change == change]
        if changed:
            yield f"classDef {change} {style}"
            yield f"class {','.join(changed)} {change}"
        if lines and change != "changed":
            yield f"linkStyle {','.join(lines)} {style}"


def _inside(diagram: Diagram, parent: str | None, nodes: dict[str, str], dense: bool = False) -> Iterator[str]:
    for at, group in diagram.groups_in(parent):
        inside = list(_inside(diagram, group.id, nodes, dense))
        lines = [f'subgraph g{at}["{_words(group) or _BLANK}"]', *(f"  {line}" for line in inside), "end"]
        # statements may share a line, but a subgraph within another may not begin in the middle of it
        yield from ["; ".join(map(str.strip, lines))] if dense and not diagram.groups_in(group.id) else lines
    for node in diagram.nodes_in(parent):
        lines = [signed(node.change, node.label), node.mark, node.detail, chip_text(node)]
        yield f'{nodes[node.id]}["{"<br/>".join(mermaid_text(word) for word in lines if word) or _BLANK}"]'


def _words(group: Group) -> str:
    return " ".join(mermaid_text(word) for word in (signed(group.change, group.label), group.detail) if word)


def _label(edge: Edge) -> str:
    how = "" if edge.counts_unencrypted else LINES[edge.meaning].words
    words = ", ".join(dict.fromkeys(word for word in (edge.label, how) if word))
    return f'|"{mermaid_text(words)}"|' if words else ""
