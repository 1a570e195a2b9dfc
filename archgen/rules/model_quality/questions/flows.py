"""Flows, requests and answers of which a model says too little."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from archgen.analysis.exposure import STORES, is_unused_call, works_beside
from archgen.analysis.hops import Hop
from archgen.analysis.topology import Topology
from archgen.model.architecture import Connection
from archgen.model.kinds import KINDS, QUEUES, RELAYING, ROUTING
from archgen.model.protocols import ADMINISTRATION
from archgen.model.reasons import tells_that_it_keeps_unsent
from archgen.model.steps import Answer, Request, set_deferred
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed
from archgen.reliability.failure import single_points
from archgen.reliability.plan import Plan
from archgen.reliability.requests import answers, connections_under, defers, requests
from archgen.reliability.structure import build
from archgen.reliability.waiting import handed_on, kept_in
from archgen.rules.model_quality.questions.gap import MOST_NAMES, Gap


def models_without_flow(topology: Topology) -> Iterator[Gap]:
    """Yield the model if it has no flow."""
    if not topology.architecture.flows:
        message = "No flow is declared, so no failure can be simulated"
        yield Gap(
            Subject("model", topology.architecture.id),
            message,
            "Add `flows` with the steps of one request that matters.",
        )


def flows_without_request(topology: Topology) -> Iterator[Gap]:
    """Yield flows without a request that has to succeed, so that nothing could stop them."""
    for flow, structure in topology.losses.structures.items():
        if not structure.initiators:
            yield Gap(
                Subject("flow", flow),
                f"{flow} has no required request, so archgen can't tell which failures affect it",
                f"Add to {flow} a request that it cannot do without: outside of `opt`, and without `required: false` at "
                "the step or at its connection.",
            )


def answers_without_request(topology: Topology) -> Iterator[Gap]:
    """Yield components that answer in a flow without any part in its requests, so that it is not taken to need them."""
    for flow in topology.architecture.flows:
        askable = {end for request, _ in requests(flow.steps) for end in (request.source, *request.targets)}
        for answer in answers(flow.steps):
            if answer.source not in askable and topology.losses.structures[flow.id].initiators:
                askable.add(answer.source)
                yield Gap(
                    Subject("step", answer.id),
                    f"{answer.source} answers in {flow.id}, but no step calls it, so {flow.id} doesn't count as needing it",
                    f"Add the request before the answer: `{answer.target} -> {answer.source}`.",
                )


def entries_without_flow(topology: Topology) -> Iterator[Gap]:
    """Yield the model if clients call components that no flow goes through, so that nothing is known of their failures."""
    clients = {client.id for client in topology.of_kind("client")}
    calls = [
        call.id
        for call in topology.architecture.connections
        if call.source in clients
        and not _is_administration(topology, call)
        and (_asks_store_alone(topology, call) or not any(_is_shown(topology, target) for target in call.targets))
    ]
    if calls and any(topology.hops.values()):
        yield Gap(
            Subject("model", topology.architecture.id),
            f"No flow starts with {listed(first_few(calls, MOST_NAMES))}, so archgen can't tell which failures affect "
            f"{'it' if len(calls) == 1 else 'them'}",
            "Add a flow for each request of a client that matters.",
        )


def _is_administration(topology: Topology, call: Connection) -> bool:
    """Return True for an administrator's way in, which is no request of which the system lives."""
    kinds = {topology.kind(target).id for target in call.targets}
    shell = kinds <= {*ROUTING} and all(port.protocol in ADMINISTRATION for port in call.ports)
    return all(port.admin for port in call.ports) or kinds == {"bastion"} or shell


def _is_shown(topology: Topology, target: str) -> bool:
    return bool(topology.flows_of[target]) or topology.kind(target).id == "dns"


def _asks_store_alone(topology: Topology, call: Connection) -> bool:
    """Return True for a client inside that is in no flow, and has a store answer it itself."""
    if topology.trust(call.source) == "internet":
        return False
    return not topology.flows_of[call.source] and any(topology.kind(target).id in STORES for target in call.targets)


def waits_for_queues(topology: Topology) -> Iterator[Gap]:
    """Yield the connections that take from a queue what a flow put there, where nothing says whether the flow waits for it.

    What takes it through a balancer is asked at its step, as the balancer keeps nothing; so is what sends something over the same
    connection, too.
    """
    asked: dict[str, tuple[str, str, Answer | None]] = {}
    waiting: dict[str, dict[str, None]] = {}
    taking = {request.id for taken in topology.losses.takers.values() for request in taken}
    for flow, taken in topology.losses.takers.items():
        sent = handed_on(topology.index, topology.flows[flow])
        for request in taken:
            answer, queue = topology.losses.answered[flow].get(request.id), kept_in(topology.index, request)
            connection = connections_under(topology.index, request)[0].id
            if request.id in sent:
                yield _at_step(sent[request.id], f", passed on by {request.source},", (queue, flow, answer))
            elif topology.kind(request.source).id not in RELAYING and _is_sent_over(topology, connection, taking):
                yield _at_step(request, "", (queue, flow, answer))
            else:
                asked.setdefault(connection, (queue, flow, answer))
                waiting.setdefault(connection, {})[flow] = None
    for connection, (queue, name, answer) in asked.items():
        yield Gap(
            Subject("connection", connection),
            _waits(connection, queue, name, answer),
            f"{_declared_at(topology, connection)} if {queue} keeps what is sent and it is done later, else `async: false`.",
            tuple(waiting[connection]),
        )


def _declared_at(topology: Topology, connection: str) -> str:
    source = topology.connections[connection].source
    if topology.kind(source).id in RELAYING:
        return f"Show who takes it in a step to {source} before, with `async: true`"
    return f"Add `async: true` to {connection}"


def _is_sent_over(topology: Topology, connection: str, taking: Collection[str]) -> bool:
    """Return True if a step over a connection puts something into a queue: a word at the connection would be about that, too.

    What a flow begins with takes a job, whatever the connection says.
    """
    call = topology.connections[connection]
    later = (hop for flow in topology.flows_over[connection] for hop in topology.hops[flow][1:])
    return any(hop.connection is call and hop.step.id not in taking and hop.step.deferred is None for hop in later)


def _at_step(step: Request, passed: str, kept: tuple[str, str, Answer | None]) -> Gap:
    """Return the question of the step that takes from a queue in a flow."""
    queue, flow, answer = kept
    name = f"{step.source} -> {' | '.join(step.targets)}"
    return Gap(
        Subject("step", step.id),
        _waits(f"{name}{passed}", queue, flow, answer),
        f"Add `async: true` to the step `{name}` of {flow}, and not to a connection, if {queue} keeps what is sent and it is done later, "
        "else `async: false`.",
        (flow,),
    )


def _waits(asked: str, queue: str, flow: str, answer: Answer | None) -> str:
    done = f" after {answer.source} --> {answer.target}: an answer alone doesn't end the wait" if answer else ""
    return (
        f"{asked} doesn't declare whether {flow} waits for what {queue} passes on{done}, so {flow} is assumed to wait"
    )


def messages_kept_by_nobody(topology: Topology) -> Iterator[Gap]:
    """Yield, for each queue, the first call whose `async` alone saves flows from its loss: what is sent then is kept by the caller.

    Where there is none, yield the calls that follow a record in a database, which a crash in between leaves without its message.
    """
    for queue in topology.of_kinds(QUEUES):
        put: dict[str, list[Hop]] = {}
        sent: dict[str, list[Hop]] = {}
        for flow, hops in topology.hops.items():
            filling = next((hop for hop in hops if queue.id in hop.targets), None)
            if filling is None or (call := _unexplained(topology, filling)) is None:
                continue
            own = [hop for hop in hops if hop.connection is call]
            if defers(filling.step, call):
                sent[flow] = put[flow] = own
            elif not (_is_for_devices(call) or _waits_behind(queue.id, hops[hops.index(filling) + 1 :])):
                put[flow] = own
        lost = {flow: points for flow, own in sent.items() if (points := _awaited_points(topology, flow, own))}
        if lost:
            flow = next(iter(lost))
            caller, element = sent[flow][0].step.source, lost[flow][0].id
            calls = [hop.connection.id for hop in sent[flow] if hop.connection is not None]
            if topology.kind(caller).id in RELAYING:
                yield Gap(
                    Subject("connection", calls[0]),
                    f"{caller} keeps nothing of what it passes on while {queue.id} is down, so with `async` the loss of {queue.id} delays "
                    f"{listed([*lost])} in every analysis",
                    f"Take `async` out of {caller} -> {queue.id}; if what sends it keeps it until then, add `async: true` to its own step.",
                    tuple(lost),
                )
                continue
            yield Gap(
                Subject("connection", calls[0]),
                f"{caller} doesn't declare whether it keeps what it sends while {queue.id} is down, so the loss of {queue.id} delays "
                f"{listed([*lost])} in every analysis",
                f"Take `async` out of {caller} -> {queue.id} if what is sent then is lost or refused ({listed([*lost])} then "
                f"goes down with {element}); else say in its `why` where {caller} keeps it, such as in an outbox.",
                tuple(lost),
            )
        for first, stores, flows in () if lost else _written_beside(topology, queue.id, put):
            yield Gap(
                Subject("connection", first),
                f"{first.partition(' -> ')[0]} doesn't declare whether it keeps what it sends to {queue.id} after it wrote to "
                f"{listed(stores)} in {listed(flows)}, so a record may be left without its message",
                f"Say in the `why` of {first} where it is kept until it is sent, such as in an outbox that is written with the record, or "
                "what finds records without their message.",
                tuple(flows),
            )


def _written_beside(
    topology: Topology, queue: str, sent: Mapping[str, Sequence[Hop]]
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield each call that puts something into a queue right after its caller wrote to databases, with these and the flows."""
    written: dict[str, dict[str, None]] = {}
    flows: dict[str, list[str]] = {}
    for flow, (first, *_) in sent.items():
        hops = topology.hops[flow]
        own = [hop for hop in hops[: hops.index(first)] if hop.step.source == first.step.source and not hop.optional]
        stores = [
            name for hop in own if hop.access != "read" for name in hop.targets if topology.kind(name).id == "database"
        ]
        if stores and not first.optional:
            call = topology.index.connections[first.step.source, queue].id
            written.setdefault(call, {}).update(dict.fromkeys(stores))
            flows.setdefault(call, []).append(flow)
    yield from ((call, list(stores), flows[call]) for call, stores in written.items())


def _unexplained(topology: Topology, hop: Hop) -> Connection | None:
    """Return the call by which a program puts something into a queue, if nothing says where it keeps it until then."""
    call, step = hop.connection, hop.step
    # what a worker takes is kept by the queue that it takes from
    if call is None or call.why is not None or topology.kind(step.source).id in ("worker", *QUEUES):
        return None
    kept = tells_that_it_keeps_unsent(step.message) or tells_that_it_keeps_unsent(topology.components[step.source].why)
    return None if kept else call


def _is_for_devices(call: Connection) -> bool:
    """Return True for the protocol of commands to devices, which are worth nothing later."""
    return any(port.protocol in ("mqtt", "mqtts") for port in call.ports)


def _waits_behind(queue: str, hops: Sequence[Hop]) -> bool:
    """Return True if a flow waits for what is taken from a queue: the sender's caller learns of a message that is missing."""
    taken = (hop for hop in hops if queue in (hop.step.source, *hop.targets))
    return not all(defers(hop.step, hop.connection) for hop in taken)


def _awaited_points(topology: Topology, flow: str, sent: list[Hop]) -> list[Subject]:
    """Return what alone would take a flow down if it waited until what it sends is in the queue, beside what does so anyway."""
    awaited = set_deferred(topology.flows[flow].steps, {hop.step.id for hop in sent}, deferred=False)
    plan = Plan(topology.index, build(topology.index, replace(topology.flows[flow], steps=awaited)))
    points = topology.losses.points[flow]
    return [element for element in single_points(plan) if element not in points and not topology.provided(element)]


def unused_calls(topology: Topology) -> Iterator[Gap]:
    """Yield calls of a store in no flow, though flows show what else the caller calls (`exposed-database`)."""
    for connection in topology.calls_to(STORES):
        if connection.why is not None or not topology.flows_of[connection.source]:
            continue
        if topology.kind(connection.source).id in ("client", *STORES):
            continue
        stores = [target for target in connection.targets if topology.kind(target).id in STORES]
        shown = any(topology.flows_over[call.id] for call in topology.outgoing[connection.source])
        if shown and is_unused_call(topology, connection, stores[0]):
            yield Gap(
                Subject("connection", connection.id),
                f"No flow shows what {connection.source} needs {stores[0]} for",
                f"Add the flow that goes over {connection.id}, or remove the connection and the account behind it.",
            )


def alternatives_without_way(topology: Topology) -> Iterator[Gap]:
    """Yield the calls that one of several alternatives makes in a flow, and another one that has the connection doesn't."""
    asked: dict[str, tuple[str, str, str, list[str]]] = {}
    for flow, hops in topology.hops.items():
        needed = [hop for hop in hops if not hop.optional]
        going: dict[str, dict[str, None]] = {}
        for hop in needed:
            going.setdefault(hop.step.source, {}).update(dict.fromkeys(hop.step.targets))
        for alternatives in dict.fromkeys(hop.step.targets for hop in needed):
            idle = [name for name in alternatives if name not in going]
            ways = ((name, target) for name in alternatives for target in going.get(name, ()))
            for taken, target in ways:
                for call in (call for name in idle for call in topology.outgoing[name]):
                    if target in call.targets and call.required and not call.deferred:
                        asked.setdefault(call.id, (taken, call.source, target, []))[3].append(flow)
    for call_id, (taken, ending, target, flows) in asked.items():
        names = listed(list(dict.fromkeys(flows)))
        yield Gap(
            Subject("connection", call_id),
            f"{ending} has no step on to {target} in {names}, as {taken} has, so no loss of {target} stops {names} in any analysis",
            f"Add the step `{ending} -> {target}` to {names}, beside that of {taken}.",
        )


def alternatives_without_step(topology: Topology) -> Iterator[Gap]:
    """Yield the connections of whose alternatives no step of a flow names all, though those that one leaves out would do the same."""
    asked: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for flow, hops in topology.hops.items():
        needed = [hop for hop in hops if not hop.optional]
        over: dict[str, dict[tuple[str, ...], None]] = {}
        for hop in needed:
            if hop.connection is not None and not defers(hop.step, hop.connection):
                over.setdefault(hop.connection.id, {})[hop.targets] = None
        for call, steps in over.items():
            named = next(iter(steps))
            of_others = {target for own in steps for target in own}
            left = [target for target in _led_to(topology, call) if target not in named]
            is_alike = any(other in of_others or _does_the_same(topology, needed, named, other) for other in left)
            if is_alike and not any(set(own).issuperset((*named, *left)) for own in steps):
                asked.setdefault((call, named), []).append(flow)
    for (call, named), flows in asked.items():
        connection, names, only = topology.connections[call], listed(flows), listed(named)
        yield Gap(
            Subject("connection", call),
            f"A step of {names} names only {only} of {call}, so nothing else answers it: the loss of {only} stops {names} in any analysis",
            f"Write one step `{connection.source} -> {' | '.join(connection.targets)}` if any of them answers it, else give {only} a "
            "connection of its own.",
            tuple(flows),
        )


def _led_to(topology: Topology, call: str) -> list[str]:
    """Return the targets of a connection that have none of their own from the same source."""
    source, targets = topology.connections[call].source, topology.connections[call].targets
    return [target for target in targets if topology.index.connections[source, target].id == call]


def _does_the_same(topology: Topology, hops: Iterable[Hop], named: tuple[str, ...], other: str) -> bool:
    """Return True for a component of a kind with those that a step names that has a connection to all that they call in the flow."""
    called = {target for hop in hops if hop.step.source in named for target in hop.targets}
    alike = all(topology.components[name].kind == topology.components[other].kind for name in named)
    return alike and bool(called) and called.issubset(topology.index.callees(other))


def stores_without_step(topology: Topology) -> Iterator[Gap]:
    """Yield the first call of a store that no flow reaches by a component that flows reach, for all of them."""
    calls = [call for call in topology.calls_to(_HOLDING) if _hides_store(topology, call)]
    if calls:
        stores = list(dict.fromkeys(target for call in calls for target in call.targets))
        names = listed(first_few([call.id for call in calls], MOST_NAMES))
        yield Gap(
            Subject("connection", calls[0].id),
            f"No step goes over {names}, so no loss of {listed(first_few(stores, MOST_NAMES), 'or')} stops a flow in any analysis",
            "Add the step to a flow that needs it, or `required: false` to the connection.",
        )


_HOLDING = (*(kind.id for kind in KINDS.values() if kind.stores), "secrets", "queue", "identity-provider")
"""The kinds that hold what others need: data, messages, secrets and accounts."""


def _hides_store(topology: Topology, call: Connection) -> bool:
    if not call.required or call.deferred or call.why is not None or not topology.flows_of[call.source]:
        return False
    caller = topology.kind(call.source)
    if caller.role not in ("application", "web") and caller.id != "api-gateway":
        return False
    holders = [target for target in call.targets if topology.kind(target).id in _HOLDING]
    return not any(topology.flows_of[target] or works_beside(topology, call, target) for target in holders)
