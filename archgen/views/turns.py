"""A flow as it is played: step by step, each with the connections that it takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.hops import Meaning
from archgen.analysis.topology import Topology
from archgen.model.architecture import Flow
from archgen.views.diagram import Block, Item, Message, Remark
from archgen.views.flow import flow_sequence


class Turn(Struct, frozen=True):
    """One step of a flow: its number, who sends, who may receive, by component; words, and the connections' ids."""

    number: str
    source: str
    targets: tuple[str, ...]
    text: str
    protocol: str
    meaning: Meaning
    connections: tuple[str, ...]
    answer: bool


def turns(topology: Topology, flow: Flow) -> tuple[Turn, ...]:
    """The steps of a flow in their order; a step to alternatives is one."""
    found: list[Turn] = []
    for one in _messages(flow_sequence(topology, flow).items):
        used = _connection(topology, one)
        if not one.number and found:
            last = found[-1]
            found[-1] = replace(last, targets=(*last.targets, one.target), connections=(*last.connections, *used))
            continue
        found.append(Turn(one.number, one.source, (one.target,), one.text, one.protocol, one.meaning, used, one.answer))
    return tuple(found)


def _connection(topology: Topology, one: Message) -> tuple[str, ...]:
    ends = (one.target, one.source) if one.answer else (one.source, one.target)
    connection = topology.index.connections.get(ends)
    return (connection.id,) if connection is not None else ()


def _messages(items: Iterable[Item]) -> Iterator[Message]:
    for item in items:
        match item:
            case Message():
                yield item
            case Block():
                for section in item.sections:
                    yield from _messages(section.items)
            case Remark():
                pass
