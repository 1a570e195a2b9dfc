"""Pictures as PlantUML text: deployments, sequences and C4, in which every special character is a code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import assert_never

from archgen.analysis.hops import Meaning
from archgen.layout.sequence.lanes import WORDS
from archgen.model.kinds import QUEUES
from archgen.style.svg_markup import clean
from archgen.style.text_metrics import wrap
from archgen.style.theme import LIGHT, LINES, SIZES, Theme, colours
from archgen.views.diagram import Block, Diagram, Group, GroupKind, Item, Message, Node, Remark, chip_text, numbered
from archgen.views.diagram import Sequence as View

_SPECIAL = re.compile(r"[\x21-\x2b\x2d\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]|\.\.")
"""Every ASCII punctuation but commas and single dots: PlantUML reads commands, styles and macros anywhere in a line."""

_MOST = 24
"""Lines of one label: PlantUML gives up on a line of its source with some thousand characters."""

_BLANK = "<U+00A0>"
"""Words that are none: PlantUML refuses an empty title or note."""

_SHAPES = {
    "client": "actor",
    "dns": "cloud",
    "cdn": "cloud",
    "external-service": "cloud",
    "database": "database",
    "cache": "database",
    "key-value-store": "database",
    "queue": "queue",
    "stream": "queue",
    "object-storage": "storage",
    "file-storage": "storage",
    "code-base": "artifact",
}
_GROUPS: dict[GroupKind, str] = {"host": "node", "zone": "frame", "network": "rectangle", "group": "package"}
_STYLES: dict[Meaning, str] = {
    "encrypted": "",
    "plaintext": ",dashed",
    "local": "",
    "replication": ",bold",
    "monitoring": ",dotted",
    "lookup": "",
    "code": ",dashed",
    "unknown": ",dashed",
}


def plantuml_text(text: str) -> str:
    """Text with every special character as its code (`<U+003C>`); white space folds."""
    words = " ".join(clean(text).split())
    return _SPECIAL.sub(lambda match: "".join(f"<U+{ord(character):04X}>" for character in match[0]), words)


def _lines(*texts: str) -> str:
    return "\\n".join(
        plantuml_text(line) for text in texts for line in wrap(clean(text), WORDS, SIZES.text, lines=_MOST)
    )


def _title(words: str) -> list[str]:
    return [f"title {_lines(words)}"] if plantuml_text(words) else []


# Deployments


def diagram_plantuml(diagram: Diagram, theme: Theme = LIGHT) -> str:
    """Return a diagram as a PlantUML deployment diagram from left to right."""
    names = {node.id: f"n{at}" for at, node in enumerate(diagram.nodes, 1)}
    palette = colours(theme)
    lines = ["@startuml", *_title(diagram.title), "left to right direction"]
    lines += _inside(diagram, None, names)
    for edge in diagram.edges:
        line = LINES[edge.meaning]
        arrow = f"{'<' if edge.mutual else ''}-[{palette[line.role]}{_STYLES[edge.meaning]}]->"
        how = "" if edge.counts_unencrypted else line.words
        words = ", ".join(dict.fromkeys(word for word in (edge.label, how, numbered(edge.badges)) if word))
        lines.append(f"{names[edge.source]} {arrow} {names[edge.target]}{_suffix(_lines(words))}")
    return "\n".join([*lines, "@enduml"]) + "\n"


def _suffix(words: str) -> str:
    return f" : {words}" if words else ""


def _inside(diagram: Diagram, parent: str | None, names: dict[str, str]) -> Iterator[str]:
    for at, group in diagram.groups_in(parent):
        yield f'{_GROUPS[group.kind]} "{_heading(group) or " "}" as g{at} {{'
        for line in _inside(diagram, group.id, names):
            yield f"  {line}"
        yield "}"
    for node in diagram.nodes_in(parent):
        words = _lines(node.label, node.mark or node.detail, chip_text(node), numbered(node.badges)) or " "
        yield f'{_SHAPES.get(node.kind, "rectangle")} "{words}" as {names[node.id]}'


def _heading(group: Group) -> str:
    return plantuml_text(" ".join(word for word in (group.label, group.detail, numbered(group.badges)) if word))


# C4


def diagram_c4(diagram: Diagram) -> str:
    """Return a diagram as a C4 deployment diagram for PlantUML, whose standard library has the macros."""
    names = {node.id: f"n{at}" for at, node in enumerate(diagram.nodes, 1)}
    lines = ["@startuml", "!include <C4/C4_Deployment>", *_title(diagram.title), "LAYOUT_LEFT_RIGHT()"]
    lines += _c4_inside(diagram, None, names)
    for edge in diagram.edges:
        words = plantuml_text(edge.label) or " "
        macro = "BiRel" if edge.mutual else "Rel"
        lines.append(
            f'{macro}({names[edge.source]}, {names[edge.target]}, "{words}", "{plantuml_text(LINES[edge.meaning].words)}")'
        )
    return "\n".join([*lines, "@enduml"]) + "\n"


def _c4_inside(diagram: Diagram, parent: str | None, names: dict[str, str]) -> Iterator[str]:
    for at, group in diagram.groups_in(parent):
        yield f'Deployment_Node(g{at}, "{plantuml_text(group.label) or " "}", "{plantuml_text(f"{group.kind} {group.detail}")}") {{'
        for line in _c4_inside(diagram, group.id, names):
            yield f"  {line}"
        yield "}"
    for node in diagram.nodes_in(parent):
        yield _c4_node(node, names[node.id])


def _c4_node(node: Node, name: str) -> str:
    label, description = plantuml_text(node.label) or " ", plantuml_text(node.description)
    if node.kind == "client":
        return f'Person({name}, "{label}", "{description}")'
    words = " · ".join(word for word in (node.mark or node.detail, chip_text(node)) if word)
    macro = "ContainerQueue" if node.kind in QUEUES else "ContainerDb" if node.keeps_data else "Container"
    return f'{macro}({name}, "{label}", "{plantuml_text(words)}", "{description}")'


# Sequences


def sequence_plantuml(sequence: View) -> str:
    """Return a sequence as a PlantUML sequence diagram; messages carry their step's number, protocol and what it means."""
    names = {participant.id: f"p{at}" for at, participant in enumerate(sequence.participants, 1)}
    lines = ["@startuml", *_title(sequence.title)]
    for participant in sequence.participants:
        shape = {"client": "actor", "database": "database"}.get(participant.kind, "participant")
        lines.append(f'{shape} "{_lines(participant.label) or " "}" as {names[participant.id]}')
    lines += _items(sequence.items, names)
    return "\n".join([*lines, "@enduml"]) + "\n"


def _items(items: Sequence[Item], names: dict[str, str]) -> Iterator[str]:
    for item in items:
        match item:
            case Message():
                yield _message(item, names)
            case Remark():
                over = sorted(dict.fromkeys(item.over), key=list(names).index)
                ends = over[:1] + over[-1:] if len(over) > 1 else over
                yield f"note over {', '.join(names[end] for end in ends)} : {_lines(item.text) or _BLANK}"
            case Block():
                yield from _block(item, names)
            case _:
                assert_never(item)


def _message(message: Message, names: dict[str, str]) -> str:
    arrow = "-->" if message.answer else "->"
    how = () if message.answer else (message.protocol, LINES[message.meaning].words)
    detail = ", ".join(word for word in how if word)
    words = _lines(" ".join(word for word in (message.number, message.text) if word), f"({detail})" if detail else "")
    return f"{names[message.source]} {arrow} {names[message.target]}{_suffix(words)}"


def _block(block: Block, names: dict[str, str]) -> Iterator[str]:
    for at, section in enumerate(block.sections):
        yield f"{block.kind if at == 0 else 'else'} {plantuml_text(section.when)}".rstrip()
        for line in _items(section.items, names):
            yield f"  {line}"
    yield "end"
