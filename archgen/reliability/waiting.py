"""Requests of a flow that a queue or a store keeps in between, where the model doesn't say if the flow waits for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec.structs import replace

from archgen.model.architecture import Flow
from archgen.model.kinds import JOB_KEEPERS, KINDS, QUEUES
from archgen.model.products import product_of
from archgen.model.steps import Answer, Request, set_deferred, steps_in_order
from archgen.reliability.index import Index
from archgen.reliability.requests import connections_under, is_deferred, requests, turns

TAKING = (*QUEUES, "worker")
"""The kinds of which a model has one, or nothing is taken from anywhere later."""


def takers(index: Index, flow: Flow) -> Iterator[Request]:
    """Yield the requests that take out what the flow put in before, unless `async` is declared for them, or for what they pass on."""
    filled: dict[str, set[str]] = {}
    reached: set[str] = set()
    # what a balancer passes on is declared with it
    settled: set[str] = set()
    instead = _instead(flow)
    for turn in turns(index, flow):
        request = turn.request
        declared = _is_declared(index, request) or any(each.id in settled for each in turn.passes_on)
        settled |= {request.id} if declared else set()
        open_ = turn.required and bool(turn.connections) and not declared and not turn.later
        if open_ and _takes(index, request, _before(filled, request, instead), reached):
            yield request
        reached.update((request.source, *request.targets))
        for target in request.targets:
            filled.setdefault(target, set()).add(request.source)


def _is_declared(index: Index, request: Request) -> bool:
    """Return True if a step or its connection says whether what it asks may be done later."""
    connections = connections_under(index, request)
    return request.deferred is not None or any(each.deferred is not None for each in connections)


def handed_on(index: Index, flow: Flow) -> dict[str, Request]:
    """Return, by the ids of the requests that something passes on, the last one of who sent it: a balancer asks for nothing itself."""
    sent: dict[str, Request] = {}
    for turn in turns(index, flow):
        for last in turn.passes_on[:1]:
            sent[turn.request.id] = sent.get(last.id, last)
    return sent


def _takes(index: Index, request: Request, filled: Mapping[str, set[str]], reached: Collection[str]) -> bool:
    """Return True for a queue that hands on what is in it, and for a component that asks for what others put in."""
    source = index.components[request.source]
    if source.kind in QUEUES:
        # what a queue asks of its own coordinator is no job, nor is what it waits for
        waits = any(each.timeout is not None for each in connections_under(index, request))
        return request.source in filled and not waits and all(_works(index, target) for target in request.targets)
    keeping = JOB_KEEPERS if source.kind == "worker" and request.source not in reached else QUEUES
    return any(
        index.components[target].kind in keeping and filled.get(target, set()) - {request.source}
        for target in request.targets
    )


def _before(
    filled: Mapping[str, set[str]], request: Request, instead: Mapping[str, set[str]]
) -> Mapping[str, set[str]]:
    """Return who filled the targets of a request before it, without those that answer instead of its source."""
    others = instead.get(request.source)
    return {each: filled.get(each, set()) - others for each in (request.source, *request.targets)} if others else filled


def _instead(flow: Flow) -> dict[str, set[str]]:
    """Return, by the components behind one of several alternatives alone, those behind the others: a request meets either."""
    instead: dict[str, set[str]] = {}
    steps = [request for request, _ in requests(flow.steps)]
    for alternatives in dict.fromkeys(request.targets for request in steps if len(request.targets) > 1):
        behind = {target: _behind(steps, target) for target in alternatives}
        for target, own in behind.items():
            others = set().union(*(each for name, each in behind.items() if name != target))
            for name in own - others:
                instead.setdefault(name, set()).update(others - own)
    return instead


def _behind(steps: Iterable[Request], component: str) -> set[str]:
    """Return a component and what the requests of a flow reach from there."""
    behind, queue = {component}, [component]
    for name in queue:
        called = {target for request in steps if request.source == name for target in request.targets} - behind
        behind |= called
        queue += called
    return behind


def _works(index: Index, component: str) -> bool:
    """Return True for what may do a job; a broker asks an identity provider who its client is, and a coordinator who leads."""
    told = index.components[component]
    if told.kind == "identity-provider" or product_of(told.product).coordinates:
        return False
    return KINDS[index.components[component].kind].role in ("application", "web", "support")


def kept_in(index: Index, request: Request) -> str:
    """Return what keeps the jobs that a request takes: the queue that hands them on, else what is asked for them."""
    return request.source if index.components[request.source].kind in QUEUES else request.targets[0]


def keepers(index: Index, flow: Flow) -> dict[str, str]:
    """Return what keeps the work of each request until it can be done, where a queue does: its source, or what that took from."""
    keeper_of: dict[str, str] = {}
    holding: dict[str, str] = {}
    filled: dict[str, set[str]] = {}
    instead = _instead(flow)
    for request, _ in requests(flow.steps):
        source = request.source
        keeper = source if index.components[source].kind in QUEUES else holding.get(source)
        queues = (target for target in request.targets if index.components[target].kind in QUEUES)
        others = _before(filled, request, instead)
        taken = next((queue for queue in queues if others.get(queue, set()) - {source}), None)
        if keeper is not None:
            keeper_of[request.id] = keeper
            holding |= {target: keeper for target in request.targets if target not in holding}
        elif taken is not None:
            holding[source] = taken
        for target in request.targets:
            filled.setdefault(target, set()).add(source)
    return keeper_of


def senders(index: Index, flow: Flow) -> dict[str, str]:
    """Return, by the requests that wait with another one, who sent that: nobody else keeps what is to be done.

    A balancer passes on what it got, and what is called by requests that nobody waits for alone calls others as part of that work.
    """
    sender_of: dict[str, str] = {}
    sender_to: dict[str, str] = {}
    waiting: set[str] = set()
    for turn in turns(index, flow):
        request, sender = turn.request, turn.request.source
        if turn.later:
            waiting.add(request.id)
        if turn.passes_on and all(each.id in waiting for each in turn.passes_on):
            last = turn.passes_on[0]
            sender = sender_of.get(last.id, last.source)
        elif turn.later and not is_deferred(index, request):
            sender = sender_to.get(sender, sender)
        if sender != request.source:
            sender_of[request.id] = sender
        if turn.later:
            sender_to |= dict.fromkeys(request.targets, sender)
    return sender_of


def answers_before(index: Index, flow: Flow, taken: Collection[Request]) -> dict[str, Answer]:
    """Return, by the ids of requests that take from a queue, the answer that who filled it gave before."""
    wanted = {request.id for request in taken}
    filled: dict[str, set[str]] = {}
    first_answers: dict[str, Answer] = {}
    before: dict[str, Answer] = {}
    for step in steps_in_order(flow.steps):
        if isinstance(step, Answer):
            first_answers.setdefault(step.source, step)
        if not isinstance(step, Request):
            continue
        if step.id in wanted:
            fillers = filled.get(kept_in(index, step), set()) - {step.source}
            answer = next((first_answers[each] for each in sorted(fillers) if each in first_answers), None)
            before |= {} if answer is None else {step.id: answer}
        for target in step.targets:
            filled.setdefault(target, set()).add(step.source)
    return before


def defer(flow: Flow, steps: Collection[str]) -> Flow:
    """Return the flow in which nobody waits for some of its requests."""
    return replace(flow, steps=set_deferred(flow.steps, steps, deferred=True))
