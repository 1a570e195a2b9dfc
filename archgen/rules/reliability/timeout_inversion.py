"""A caller gives up before its callee has used up its own tries."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from archgen.analysis.exposure import hands_on_queries
from archgen.analysis.hops import Hop, is_passed_through
from archgen.analysis.retries import retry_chains
from archgen.analysis.topology import Topology
from archgen.edits.remedy import connection_of
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Connection
from archgen.model.change import Change, Put, Remove
from archgen.model.durations import spell_duration, write_duration
from archgen.model.products import passes_on_unread
from archgen.model.steps import Answer
from archgen.model.subject import Subject
from archgen.model.wording import MOST_NAMED, first_few, listed
from archgen.reliability.requests import defers, requests

Calls = dict[str, list[tuple[Connection, Connection]]]
"""Each call of a flow with a call that is made before it is answered, for each flow."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each connection whose timeout is too short for a call behind it."""
    flows: dict[tuple[str, str], list[str]] = {}
    pairs: dict[tuple[str, str], tuple[Connection, Connection]] = {}
    calls_of = _calls(context.topology)
    for flow, nested in calls_of.items():
        for outer, inner in nested:
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
        outer = pairs[name, longest_first[0].id][0]
        fix = _fix(outer, longest_first, {call.id: _shorter(context.topology, calls_of, outer, call) for call in calls})
        hits.append(_hit(outer, longest_first, tuple(in_flows), fix))
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


def _calls(facts: Topology) -> Calls:
    return {flow: list(_nested(facts, flow)) for flow in facts.flows}


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


def _hit(outer: Connection, inner: Sequence[Connection], flows: tuple[str, ...], fix: str) -> Hit:
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
        fix=fix,
        case="equal" if is_equal else None,
    )


def _longest(call: Connection) -> str:
    tries = 1 + (call.retries or 0)
    return f"{'' if tries == 1 else f'{tries} × '}{spell_duration(call.timeout or 0.0)}"


def _fitting(outer: Connection, inner: Connection) -> int | None:
    """Return the most retries of the inner call that fit into the outer timeout; None if not even its first try does."""
    limit, timeout = outer.timeout or 0.0, inner.timeout or 0.0
    return next((tries - 1 for tries in range(inner.retries or 0, 0, -1) if tries * timeout < limit), None)


class _Shorter(NamedTuple):
    """What leaves a call its only retry: the time that all its tries may take, and a timeout that is known to suffice."""

    limit: float
    timeout: float | None = None
    needed: str = ""
    """What is known to need less than the timeout."""


def _shorter(facts: Topology, calls_of: Calls, outer: Connection, call: Connection) -> _Shorter | None:
    """Return how a call keeps the only retry of its chains, where the outer caller would leave it none; the least patient counts."""
    chains = (chain for flow in calls_of for _, chain in retry_chains(facts, flow))
    if _fitting(outer, call) != 0 or any(call in chain and len(chain) > 1 for chain in chains):
        return None
    waiting = (before for nested in calls_of.values() for before, inner in nested if inner.id == call.id)
    limit = min(before.timeout for before in waiting if before.timeout)
    each = limit / (1 + (call.retries or 0))
    # the longest time in whole seconds that fits, and some room
    timeout = math.ceil(each) - 1.0 if each > 2 else math.floor(each * 900) / 1000
    behind = _needed(facts, calls_of, call, frozenset())
    if behind is None or behind[0] >= timeout or _makes_late(calls_of, call, timeout):
        return _Shorter(limit)
    return _Shorter(limit, timeout, f"the calls of {behind[1]} take {spell_duration(behind[0])} at most")


def _needed(facts: Topology, calls_of: Calls, call: Connection, seen: frozenset[str]) -> tuple[float, str] | None:
    """Return the longest declared time of all that one component calls before a call is answered, and that component.

    What only passes the call on waits as long as what it passes it on to. None if a call behind declares no timeout.
    """
    found: list[tuple[float, str]] = []
    for nested in calls_of.values():
        times: dict[str, tuple[float, str]] = {}
        for inner in dict.fromkeys(inner for before, inner in nested if before.id == call.id):
            passed = _passes_on(facts, inner.source) and inner.id not in seen
            time = _needed(facts, calls_of, inner, seen | {call.id}) if passed else (_patience(inner), inner.source)
            if time is None or not time[0]:
                return None
            times[inner.source] = (times.get(inner.source, (0.0, ""))[0] + time[0], time[1])
        found += times.values()
    return max(found, default=None)


def _makes_late(calls_of: Calls, call: Connection, timeout: float) -> bool:
    """Return True if a call behind takes too long with the new timeout alone."""
    behind = (inner for nested in calls_of.values() for before, inner in nested if before.id == call.id)
    return any(timeout <= _patience(inner) < (call.timeout or 0.0) for inner in behind)


def _fix(outer: Connection, inner: Sequence[Connection], kept: Mapping[str, _Shorter | None]) -> str:
    """Return what makes the tries of each call fit, then what calls with too long a single try have to do."""
    lowered = [
        (call, retries) for call in inner if (retries := _fitting(outer, call)) is not None and kept[call.id] is None
    ]
    advice = [
        f"Lower the `retries` of {call.id} to {retries}: it then takes "
        f"{spell_duration((call.timeout or 0.0) * (1 + retries))} at most."
        for call, retries in lowered
    ]
    advice += ["Retry at one place only."] if lowered else []
    advice += [_keep_retry(call, shorter) for call in inner if (shorter := kept[call.id]) is not None]
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


def _keep_retry(call: Connection, shorter: _Shorter) -> str:
    tries, limit = 1 + (call.retries or 0), spell_duration(shorter.limit)
    if shorter.timeout is not None:
        return (
            f"Shorten the `timeout` of {call.id} to {spell_duration(shorter.timeout)}: its {tries} tries then fit into {limit}, "
            f"and {shorter.needed}."
        )
    return (
        f"Shorten the `timeout` of {call.id} to less than {spell_duration(float(f'{shorter.limit / tries:.3g}'))}, so that its "
        f"{tries} tries fit into {limit}. If {call.targets[0]} needs longer, let each caller before {call.source} wait "
        "longer, or retry at another place only."
    )


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Lower the retries of the inner calls to those that fit, or their timeout where that leaves none and is known to suffice."""
    facts = context.topology
    outer = connection_of(facts, hit.subject.id)
    calls_of = _calls(facts)
    changes: list[Change] = []
    for call in (connection_of(facts, call.id) for call, label in hit.related if label != _ALIKE):
        retries, shorter = _fitting(outer, call), _shorter(facts, calls_of, outer, call)
        if retries is None or (shorter is not None and shorter.timeout is None):
            return ()
        if shorter is not None and shorter.timeout is not None:
            changes.append(Put(("connections", call.id, "timeout"), write_duration(shorter.timeout)))
        elif retries:
            changes.append(Put(("connections", call.id, "retries"), retries))
        else:
            changes.append(Remove(("connections", call.id, "retries")))
    return tuple(changes)


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
        "Retry at one place only, and give that a shorter timeout sooner than no retry."
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
