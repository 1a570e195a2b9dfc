"""The diagram of a flow in time: its participants, its messages, and the encryption of each hop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.hops import Hop
from archgen.analysis.topology import Topology
from archgen.linting.finding_groups import number_findings
from archgen.model.architecture import Component, Flow
from archgen.model.finding import Finding
from archgen.model.kinds import QUEUES
from archgen.model.steps import Answer, Branch, Frame, Note, Request, Step, steps_in_order
from archgen.model.subject import Subject
from archgen.model.wording import listed, plural
from archgen.reliability.requests import answers, is_deferred, requests
from archgen.views.diagram import Badge, Block, BlockSection, Item, Message, Participant, Remark, RequestFailure
from archgen.views.diagram import Sequence as View
from archgen.views.labels import port_label, product_label, step_number

_PASSED_ON = (*QUEUES, "mail")
"""The kinds that take a message and pass it on later."""


class FailedRequest(Struct, frozen=True):
    """The request at which a flow fails, by its id, and the reason as a sentence.

    `before` are remarks on requests that other replicas respond to, by their ids; `again` describes the retries of the
    failing one, `waits` the manual failover that it needs; `error` are the ends of the error response, None if the
    visitor's own request fails.
    """

    step: str
    how: RequestFailure
    words: str
    before: tuple[tuple[str, str], ...] = ()
    again: str = ""
    waits: str = ""
    error: tuple[str, str] | None = None


def flow_sequence(
    topology: Topology, flow: Flow, findings: Sequence[Finding] = (), stop: FailedRequest | None = None
) -> View:
    """Return the sequence of a flow; findings on its steps and connections are badges, numbered from 1.

    A connection's badge is on its first use. A response has the meaning of the latest request that it responds to. With
    a `stop`, the sequence ends there, but keeps all participants.
    """
    builder = _ItemBuilder(topology, flow, findings, stop)
    items = tuple(builder.items(flow.steps if stop is None else _until(flow.steps, stop.step)))
    participants = tuple(_participant(topology, name) for name in dict.fromkeys(_who(flow.steps)))
    alt = _alt(flow, participants, builder.count)
    if stop is not None:
        ends = next(request for request, _ in requests(flow.steps) if request.id == stop.step)
        reasons = tuple(words for words in (stop.words, stop.waits) if words)
        items = (*items, *(Remark((ends.source, *ends.targets), words) for words in reasons))
        if stop.error is not None:
            source, target = stop.error
            items = (*items, Message(number="", source=source, target=target, text="an error", answer=True))
        alt = " ".join((alt, *(words for _, words in stop.before), *reasons))
    return View(id=flow.id, title=flow.title, alt=alt, participants=participants, items=items)


def _until(steps: Iterable[Step], last: str) -> tuple[Step, ...]:
    """Return the steps up to and including a request; a frame around it ends there too."""
    shown: list[Step] = []
    for step in steps:
        if isinstance(step, Frame):
            branches: list[Branch] = []
            for branch in step.branches:
                branches.append(Branch(branch.when, _until(branch.steps, last)))
                if _holds(branches[-1].steps, last):
                    return (*shown, replace(step, branches=tuple(branches)))
        shown.append(step)
        if isinstance(step, Request) and step.id == last:
            break
    return tuple(shown)


def _holds(steps: Iterable[Step], request: str) -> bool:
    return any(step.id == request for step, _ in requests(steps))


def _who(steps: Iterable[Step]) -> Iterable[str]:
    """Yield every component that a step names, in reading order."""
    for step in steps_in_order(steps):
        match step:
            case Request():
                yield step.source
                yield from step.targets
            case Answer():
                yield step.source
                yield step.target
            case Note():
                yield from step.over
            case _:
                assert_never(step)


def _place(topology: Topology, component: Component) -> str:
    """Return the network of a component, or that of all its hosts, as text."""
    around = {topology.hosts[host].network for host in topology.hosts_of(component.id)}
    name = component.network or (next(iter(around)) if len(around) == 1 else None)
    network = next((each for each in topology.architecture.networks if each.id == name), None)
    return (network.name or network.id) if network else ""


def _participant(topology: Topology, name: str) -> Participant:
    component = topology.components[name]
    return Participant(
        name,
        component.title,
        component.kind,
        component.icon or component.product,
        _detail(topology, component),
        _place(topology, component),
    )


def _detail(topology: Topology, component: Component) -> str:
    words = product_label(topology, component)
    return f"{words} ×{len(component.replicas)}" if len(component.replicas) > 1 else words


def _alt(flow: Flow, participants: tuple[Participant, ...], count: int) -> str:
    return f"{flow.title}: {plural(count, 'message')} between {listed([participant.label for participant in participants])}."


class _ItemBuilder:
    """Turns steps into items, and remembers the requests without a response."""

    def __init__(self, topology: Topology, flow: Flow, findings: Sequence[Finding], stop: FailedRequest | None) -> None:
        self.count = 0
        self._stop = stop
        self._index = topology.index
        self._hops: dict[str, list[Hop]] = {}
        for hop in topology.hops[flow.id]:
            self._hops.setdefault(hop.step.id, []).append(hop)
        self._asked: dict[tuple[str, str], Hop] = {}
        self._kinds = {name: component.kind for name, component in topology.components.items()}
        self._answered = {(answer.target, answer.source) for answer in answers(flow.steps)}
        self._badges: dict[Subject, list[Badge]] = {}
        for number, finding in number_findings(findings):
            if finding.subject.kind in ("step", "connection"):
                badge = Badge(number, finding.severity, finding.message)
                self._badges.setdefault(finding.subject, []).append(badge)

    def items(self, steps: Iterable[Step]) -> Iterable[Item]:
        """Yield the items of steps, in order."""
        for step in steps:
            match step:
                case Request():
                    yield from self._request(step)
                    yield from self._failure_items(step)
                case Answer():
                    yield self._answer(step)
                case Note():
                    yield Remark(step.over, step.text)
                case Frame():
                    sections = (BlockSection(branch.when, tuple(self.items(branch.steps))) for branch in step.branches)
                    yield Block(step.kind, tuple(sections))
                case _:
                    assert_never(step)

    def _request(self, step: Request) -> Iterable[Message]:
        """Yield a message to each alternative; only the first has the step's number and text."""
        for position, target in enumerate(step.targets):
            hop = self._hop(step, target)
            self._asked[(step.source, target)] = hop
            self.count += 1
            yield Message(
                number=step_number(step.id) if position == 0 else "",
                source=step.source,
                target=target,
                text=_words(step) if position == 0 else "or here",
                protocol=port_label(hop.port),
                meaning=hop.meaning,
                badges=self._marks(step, hop, first=position == 0),
                stops=self._stop.how if self._stop is not None and self._stop.step == step.id else None,
                asynchronous=self._is_asynchronous(step, target),
            )

    def _is_asynchronous(self, step: Request, target: str) -> bool:
        """Return True for a step that may be done later, and a message to or from a queue, or mail, that has no response."""
        kinds = self._kinds
        passed_on = kinds[target] in _PASSED_ON or kinds[step.source] in QUEUES
        later = passed_on or is_deferred(self._index, step)
        return later and (step.source, target) not in self._answered

    def _failure_items(self, step: Request) -> Iterable[Item]:
        """Yield remarks on replaced replicas, and the retries of the failing request."""
        stop = self._stop
        if stop is None:
            return
        for name, words in stop.before:
            if name == step.id:
                yield Remark((step.source, *step.targets), words)
        if stop.step == step.id and stop.again:
            hop = self._hop(step, step.targets[0])
            self.count += 1
            yield Message(
                number="",
                source=step.source,
                target=step.targets[0],
                text=stop.again,
                protocol=port_label(hop.port),
                meaning=hop.meaning,
                stops=stop.how,
            )

    def _answer(self, step: Answer) -> Message:
        hop = self._asked.get((step.target, step.source))
        self.count += 1
        return Message(
            number=step_number(step.id),
            source=step.source,
            target=step.target,
            text=step.message,
            answer=True,
            protocol=port_label(hop.port) if hop else "",
            meaning=hop.meaning if hop else "unknown",
            badges=tuple(self._badges.pop(Subject("step", step.id), ())),
        )

    def _hop(self, step: Request, target: str) -> Hop:
        hops = self._hops[step.id]
        return next((hop for hop in hops if hop.connection and target in hop.connection.targets), hops[0])

    def _marks(self, step: Request, hop: Hop, first: bool) -> tuple[Badge, ...]:
        badges = self._badges.pop(Subject("step", step.id), []) if first else []
        if hop.connection is not None:
            badges += self._badges.pop(Subject("connection", hop.connection.id), [])
        return tuple(sorted(badges, key=lambda badge: badge.number))


def _words(step: Request) -> str:
    return f"{step.message} ({listed(step.pinned, 'or')})".strip() if step.pinned else step.message
