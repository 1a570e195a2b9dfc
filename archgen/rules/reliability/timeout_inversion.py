"""A caller gives up before its callee has used up its own tries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from archgen.analysis.exposure import hands_on_queries
from archgen.analysis.hops import Hop, is_passed_through
from archgen.analysis.topology import Topology
from archgen.edits.remedy import connection_of
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Connection
from archgen.model.change import Change, Put, Remove
from archgen.model.durations import spell_duration
from archgen.model.products import passes_on_unread
from archgen.model.steps import Answer
from archgen.model.subject import Subject
from archgen.model.wording import MOST_NAMED, first_few, listed
from archgen.reliability.requests import defers, requests


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each connection whose timeout is too short for a call behind it."""
    flows: dict[tuple[str, str], list[str]] = {}
    pairs: dict[tuple[str, str], tuple[Connection, Connection]] = {}
    for flow in context.topology.flows:
        for outer, inner in _nested(context.topology, flow):
            key = (outer.id, inner.id)
            pairs[key] = (outer, inner)
            if flow not in flows.setdefault(key, []):
                flows[key].append(flow)
    inverted: dict[str, list[Connection]] = {}
    for outer, inner in pairs.values():
        # what passes connections on has no answer of its own to give
        alike = _patience(inner) == outer.timeout
        unread = alike and _passes_unread(context.topology, inner)
        if _is_inverted(outer, inner) and not unread:
            inverted.setdefault(outer.id, []).append(inner)
    hits: list[Hit] = []
    for name, calls in inverted.items():
        longest_first = sorted(calls, key=_patience, reverse=True)
        in_flows = dict.fromkeys(flow for call in longest_first for flow in flows[name, call.id])
        hits.append(_hit(pairs[name, longest_first[0].id][0], longest_first, tuple(in_flows)))
    yield from _once(context.topology, hits)


def _once(facts: Topology, hits: Sequence[Hit]) -> Iterator[Hit]:
    """Yield the hits, those of callers that give up at the same time with one of which the fix is theirs too."""
    late = {hit.fix: hit for hit in reversed(hits) if hit.case is None}
    beside: dict[str, list[Hit]] = {}
    for hit in hits:
        if hit.case is not None and hit.fix in late:
            beside.setdefault(late[hit.fix].subject.id, []).append(hit)
    for hit in hits:
        others = beside.get(hit.subject.id, [])
        if others:
            callers = listed(list(dict.fromkeys(facts.connections[other.subject.id].source for other in others)))
            yield replace(
                hit,
                message=f"{hit.message}; {callers} may give up first, too, at the same time",
                related=(*hit.related, *((other.subject, _ALIKE) for other in others)),
                flows=facts.in_order((*hit.flows, *(flow for other in others for flow in other.flows))),
            )
        elif hit.case is None or hit.fix not in late:
            yield hit


_ALIKE = "gives up at the same time"


def _nested(facts: Topology, flow: str) -> Iterator[tuple[Connection, Connection]]:
    """Yield a call, and the calls that are made later in the flow before it is answered: by its target, or behind what passes it on."""
    reached: dict[str, list[Connection]] = {}
    calling: set[str] = set()
    for step in _in_order(facts, flow):
        if isinstance(step, Answer):
            reached.pop(step.source, None)
            continue
        source, call = step.step.source, step.connection
        if call is None:
            continue
        calling.add(source)
        if defers(step.step, call):
            continue
        waiting_here = reached.get(source, [])
        yield from ((outer, call) for outer in waiting_here)
        passed = waiting_here if not call.timeout and _passes_on(facts, source) else []
        for target in step.targets:
            # what comes again after it has called others begins anew; several callers before that wait alike
            waiting = reached.get(target, []) if target not in calling else []
            reached[target] = [*waiting, *passed, call]
            calling.discard(target)


def _in_order(facts: Topology, flow: str) -> Iterator[Hop | Answer]:
    """Yield the hops of a flow, and the answers between them; an answer in a frame is that of one case."""
    hops: dict[str, list[Hop]] = {}
    for hop in facts.hops[flow]:
        hops.setdefault(hop.step.id, []).append(hop)
    for step in facts.flows[flow].steps:
        if isinstance(step, Answer):
            yield step
        else:
            for request, _ in requests((step,)):
                yield from hops[request.id]


_PASSING = ("edge", "balancer", "web")
"""The roles of what passes requests on and waits for the answer; without a `timeout` it has a default that isn't in the model."""


def _passes_on(facts: Topology, component: str) -> bool:
    return facts.kind(component).role in _PASSING or hands_on_queries(facts, component)


def _passes_unread(facts: Topology, connection: Connection) -> bool:
    """Return True for a call that its source passes on unread: by its product, or because TLS is passed through."""
    return passes_on_unread(facts.components[connection.source]) or any(map(is_passed_through, connection.ports))


def _patience(connection: Connection) -> float:
    """Return the longest time that a call can take: every try until its timeout."""
    return (connection.timeout or 0.0) * (1 + (connection.retries or 0))


def _is_inverted(outer: Connection, inner: Connection) -> bool:
    """Return True if the outer caller gives up first; a timeout of 0 means none, so it waits."""
    return 0.0 < (outer.timeout or 0.0) <= _patience(inner)


def _hit(outer: Connection, inner: Sequence[Connection], flows: tuple[str, ...]) -> Hit:
    by_source: dict[str, list[str]] = {}
    for call in inner:
        by_source.setdefault(call.source, []).append(f"{_longest(call)} for {call.id}")
    (worst, longest), *others = by_source.items()
    also = [f"{name} {listed(first_few(calls, MOST_NAMED))}" for name, calls in others]
    limit = spell_duration(outer.timeout or 0.0)
    message = (
        f"{outer.source} times out after {limit}, but "
        f"{listed([f'{worst} behind it can take {listed(first_few(longest, MOST_NAMED))}', *first_few(also, MOST_NAMED)])}"
    )
    is_equal = all(_patience(call) == outer.timeout for call in inner)
    if is_equal:
        message = f"{outer.source} and {listed(list(by_source))} behind it give up after {limit} alike, so {outer.source} may be first"
    return Hit(
        subject=Subject("connection", outer.id),
        message=message,
        related=tuple(
            (Subject("connection", call.id), f"can take {spell_duration(_patience(call))}") for call in inner
        ),
        flows=flows,
        fix=_fix(outer, inner),
        case="equal" if is_equal else None,
    )


def _longest(call: Connection) -> str:
    tries = 1 + (call.retries or 0)
    return f"{'' if tries == 1 else f'{tries} × '}{spell_duration(call.timeout or 0.0)}"


def _fitting(outer: Connection, inner: Connection) -> int | None:
    """Return the most retries of the inner call that fit into the outer timeout; None if not even its first try does."""
    limit, timeout = outer.timeout or 0.0, inner.timeout or 0.0
    return next((tries - 1 for tries in range(inner.retries or 0, 0, -1) if tries * timeout < limit), None)


def _fix(outer: Connection, inner: Sequence[Connection]) -> str:
    """Return the retries that each call has to lose, then what calls with too long a single try have to."""
    lowered = [(call, retries) for call in inner if (retries := _fitting(outer, call)) is not None]
    advice = [
        f"Lower the `retries` of {call.id} to {retries}: it then takes "
        f"{spell_duration((call.timeout or 0.0) * (1 + retries))} at most."
        for call, retries in lowered
    ]
    advice += ["Retry at one place only."] if lowered else []
    slow = [call for call in inner if _fitting(outer, call) is None]
    if slow:
        targets = list(dict.fromkeys(call.targets[0] for call in slow))
        timeouts = "a `timeout` of {} that fits" if len(slow) == 1 else "`timeout`s of {} that fit"
        advice.append(
            f"Let {listed(list(dict.fromkeys(call.source for call in slow)))} give up sooner: "
            f"{timeouts.format(listed([call.id for call in slow]))} into {spell_duration(outer.timeout or 0.0)} with every retry, "
            f"or a deadline that travels with the request. If {listed(targets, 'or')} needs that long, {outer.source} has to "
            "wait longer, and so does each caller before it."
        )
    return " ".join(advice)


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Lower the retries of the inner calls to those that fit; which timeout is right for a single try, people decide."""
    outer = connection_of(context.topology, hit.subject.id)
    calls = [connection_of(context.topology, call.id) for call, label in hit.related if label != _ALIKE]
    fitting = [(call, retries) for call in calls if (retries := _fitting(outer, call)) is not None]
    if len(fitting) < len(calls):
        return ()
    paths = [(("connections", call.id, "retries"), retries) for call, retries in fitting]
    return tuple(Put(path, retries) if retries else Remove(path) for path, retries in paths)


RULE = Rule(
    id="timeout-inversion",
    code="REL011",
    title="Inverted timeouts",
    severity="warning",
    cases=(("equal", "info"),),
    category="reliability",
    summary="A caller's timeout is not longer than its callee's timeout times its tries.",
    why=(
        "When the outer caller gives up first, the inner one keeps working for no caller, its retries are useless, "
        "and the outer caller's own retry repeats the same work. That is how a slow database becomes an outage: the "
        "load multiplies when there is least to spare."
    ),
    fix=(
        "Shorten timeouts from the visitor inward: the inner timeout times its tries has to fit into the outer timeout. "
        "Retry at one place only."
    ),
    limits=(
        "Compares calls that follow each other in a flow and declare a `timeout`, also across a balancer, proxy, firewall or pooler "
        "that declares none; pauses between retries don't count, nor do `async` steps and those after the answer (`-->`). "
        "Equal times are an info finding: which caller is first depends on the network."
    ),
    references=(
        (
            "Amazon Builders' Library, Timeouts, retries, and backoff with jitter",
            "https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/",
        ),
    ),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: The outer caller gives up first
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: service, managed: true, replicas: 2}
  store: {kind: database, managed: true, replicas: 2, replication: {writers: all, mode: synchronous}}
connections:
  job -> api: {protocol: https, timeout: 10s}  # finding: timeout-inversion
  api -> store: {protocol: postgresql, tls: true, timeout: 4s, retries: 2}
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
      - api -> store: SELECT
""",
    edits=(
        ("name: The outer caller gives up first", "name: The inner caller gives up first"),
        ("timeout: 4s, retries: 2", "timeout: 4s, retries: 1"),
    ),
)
