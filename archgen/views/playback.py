"""A flow as it's played: step by step, each with its connections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.hops import Meaning
from archgen.analysis.topology import Topology
from archgen.model.architecture import Flow
from archgen.views.diagram import Block, Item, Message, Remark
from archgen.views.flow import flow_sequence


class PlaybackStep(Struct, frozen=True):
    """A step of a flow: its number, its sender and receivers as components, its text, and its connections' ids."""

    number: str
    source: str
    targets: tuple[str, ...]
    text: str
    protocol: str
    meaning: Meaning
    connections: tuple[str, ...]
    answer: bool


def playback_steps(topology: Topology, flow: Flow) -> tuple[PlaybackStep, ...]:
    """Return the steps of a flow in order; a step to several alternatives is one."""
    steps: list[PlaybackStep] = []
    for message in _messages(flow_sequence(topology, flow).items):
        used = _connection(topology, message)
        if not message.number and steps:
            last = steps[-1]
            steps[-1] = replace(last, targets=(*last.targets, message.target), connections=(*last.connections, *used))
            continue
        steps.append(
            PlaybackStep(
                message.number,
                message.source,
                (message.target,),
                message.text,
                message.protocol,
                message.meaning,
                used,
                message.answer,
            )
        )
    return tuple(steps)


def _connection(topology: Topology, message: Message) -> tuple[str, ...]:
    ends = (message.target, message.source) if message.answer else (message.source, message.target)
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
