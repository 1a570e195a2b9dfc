"""The steps of a flow as rows: who calls or answers whom, over what, encrypted or in clear."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from msgspec import Struct

from archgen.model import Answer, Flow, Frame, Note, Request, Step
from archgen.protocols import PROTOCOLS
from archgen.topology import Meaning, Topology, port_of


class Line(Struct, frozen=True):
    """A step as one row. `number` is empty for notes and for the edges of frames, whose words are in `message`."""

    number: str
    source: str
    target: str
    message: str
    protocol: str = ""
    meaning: Meaning = "unknown"
    answer: bool = False


def lines(topology: Topology, flow: Flow) -> tuple[Line, ...]:
    """All steps of a flow in order, answers and the insides of frames included."""
    return tuple(Reader(topology).read(flow.steps))


class Reader:
    """Reads steps in order; an answer travels on the connection and port of the latest request that it answers."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._asked: dict[tuple[str, str], tuple[str, Meaning]] = {}

    def read(self, steps: tuple[Step, ...]) -> Iterator[Line]:
        """The rows of some steps."""
        for step in steps:
            match step:
                case Request():
                    yield self._request(step)
                case Answer():
                    yield self._answer(step)
                case Note():
                    yield Line("", ", ".join(step.over), "", step.text)
                case Frame():
                    for branch in step.branches:
                        yield Line("", "", "", f"{step.kind} {branch.when}".strip())
                        yield from self.read(branch.steps)
                    yield Line("", "", "", f"end of {step.kind}")
                case _:
                    assert_never(step)

    def _request(self, step: Request) -> Line:
        found = [self._way(step.source, target, step) for target in step.targets]
        for target, way in zip(step.targets, found, strict=True):
            self._asked[target, step.source] = way
        pinned = f" ({', '.join(step.pinned)})" if step.pinned else ""
        protocol, meaning = (
            found[0] if len(set(found)) == 1 else (" or ".join(dict.fromkeys(way[0] for way in found)), "unknown")
        )
        return Line(_number(step.id), step.source, " or ".join(step.targets) + pinned, step.message, protocol, meaning)

    def _answer(self, step: Answer) -> Line:
        way = self._asked.get((step.source, step.target)) or self._way(step.target, step.source, None)
        return Line(_number(step.id), step.source, step.target, step.message, *way, answer=True)

    def _way(self, source: str, target: str, step: Request | None) -> tuple[str, Meaning]:
        connection = self._topology.index.connections.get((source, target))
        port = port_of(connection, step) if connection else None
        if connection is None or port is None:
            return "", "unknown"
        known = PROTOCOLS.get(port.protocol)
        title = known.title if known else port.protocol
        return f"{title} {port.port}" if port.port else title, self._topology.meaning(connection, port)


def _number(step: str) -> str:
    return step.rpartition("/")[2]


def said(meaning: Meaning) -> str:
    """What a line's meaning says about reading along."""
    match meaning:
        case "encrypted":
            return "encrypted"
        case "plaintext":
            return "in clear"
        case "local":
            return "within the host"
        case "lookup":
            return "in clear (name look-up)"
        case "replication":
            return "replication"
        case "monitoring":
            return "monitoring"
        case "unknown":
            return "not stated"
        case _:
            assert_never(meaning)
