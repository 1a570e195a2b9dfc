"""The requests of a flow, in order: which of them it fails without, which nobody waits for, and what they and checks ask of whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from archgen.model.architecture import Balance, Component, Connection, Flow
from archgen.model.kinds import JOB_KEEPERS, KINDS, QUEUES, RELAYING
from archgen.model.products import product_of
from archgen.model.steps import Access, Answer, Frame, Request, Step, steps_in_order, tells_of_copies
from archgen.reliability.index import Index
from archgen.reliability.members import AskedOf, asked_of, deep_asks


class Turn(Struct, frozen=True, gc=False):
    """A request in the order of its flow.

    `required` tells that the flow fails with it, `later` that nobody waits for it, and `starts` that nothing called its source
    before. `passes_on` are the requests that a balancer got and passes on with this one, the last one first.
    """

    request: Request
    connections: tuple[Connection, ...]
    required: bool
    later: bool
    starts: bool
    passes_on: tuple[Request, ...]


class Use(Struct, frozen=True):
    """A required call in a flow: what a step asks of whom, by target, and over which connections, if each target has one.

    `name` is the domain name that it looks up, where no step shows it. Over a connection that isn't required the step can be
    answered, but can do without the answer. `blind` is the balance by which it goes to each target, whether that is up or not.
    """

    step: str
    source: str
    connections: tuple[Connection, ...]
    asked: dict[str, AskedOf]
    name: str | None = None
    blind: Balance | None = None

    @property
    def required(self) -> tuple[Connection, ...]:
        """The connections that say how many must answer, and of which each request must be."""
        return tuple(each for each in self.connections if each.required)


class Asked(Struct, frozen=True):
    """A component that a health check asks through the targets, with the access that must work.

    `through` others, but not back through the balancer that checks, where no target of the check is the component itself or
    has a connection of its own to it.
    """

    component: str
    access: Access
    through: bool
    checker: str

    def hop_from(self, index: Index, component: str) -> str | None:
        """Return what a component on the way calls next; None if the check asks nothing behind it, as it answers itself."""
        if component == self.component:
            return None
        if (component, self.component) in index.connections:
            return self.component
        return index.step_towards(component, self.component, self.checker) if self.through else None


Asks = tuple[Asked, ...]


def asks_of(index: Index, component: Component) -> Asks:
    """Return what the health check of a component asks behind its targets."""
    declared = deep_asks(component)
    if not declared:
        return ()
    targets = [target for source, target in index.connections if source == component.id]
    return tuple(
        Asked(
            name,
            access,
            name not in targets and not any((target, name) in index.connections for target in targets),
            component.id,
        )
        for name, access in declared
    )


Branches = tuple[tuple[str, int], ...]


"""The branches of `alt` and `par` frames around a step, each by its frame and number, the outermost first."""


def requests(steps: Iterable[Step], optional: bool = False) -> Iterator[tuple[Request, bool]]:
    """Yield every request of a flow in order, with whether it lies inside an `opt` frame."""
    return ((request, inside) for request, inside, _ in _in_branches(steps, optional, ()))


def _in_branches(steps: Iterable[Step], optional: bool, branches: Branches) -> Iterator[tuple[Request, bool, Branches]]:
    for step in steps:
        if isinstance(step, Request):
            yield step, optional, branches
        elif isinstance(step, Frame):
            apart = len(step.branches) > 1
            for number, branch in enumerate(step.branches):
                around = (*branches, (step.id, number)) if apart else branches
                yield from _in_branches(branch.steps, optional or step.kind == "opt", around)


def asked_by(index: Index, flow: Flow, request: Request) -> dict[str, AskedOf]:
    """Return what a step asks of each target that a connection leads to."""
    return {
        target: asked_over(index, request, connection, access_of(request, flow, connection), target)
        for connection in connections_under(index, request)
        for target in connection.targets
    }


def asked_over(index: Index, request: Request, connection: Connection | None, access: Access, target: str) -> AskedOf:
    """Return what a step asks of a target with an access over a connection."""
    locality = connection.locality if connection is not None else None
    return asked_of(
        index.components[target], access, request.pinned, locality, copies=_reads_copies(index, request, target)
    )


def _reads_copies(index: Index, request: Request, target: str) -> bool:
    """Return True if a step tells that it reads the copies, or comes by a balancer, which asks nothing who leads."""
    if tells_of_copies(request.message):
        return True
    source = index.components[request.source]
    if source.balance is None and KINDS[source.kind].role != "balancer":
        return False
    return product_of(index.components[target].product).asks_primary == "promoted"


def turns(index: Index, flow: Flow) -> Iterator[Turn]:
    """Yield every request of a flow in order, with whether anybody waits for it.

    Nobody waits for one that is deferred, nor for those of what only such ones have started or called so far, or of what begins by
    taking from a queue that only such ones have filled. A balancer calls nobody by itself: its request passes on the last ones that it got.
    """
    later_only: dict[str, bool] = {}
    # what balancers got, and the places at which they passed it on
    seen: dict[str, list[tuple[Branches, Request | None]]] = {}
    later_requests: set[str] = set()
    for number, (request, optional, branches) in enumerate(_in_branches(flow.steps, False, ())):
        source, connections = request.source, connections_under(index, request)
        required = not optional and is_required(index, request)
        deferred = is_deferred(index, request) and not (number == 0 and takes_job(index, flow, request))
        passed = _got_last(seen[source], branches) if source in seen else ()
        led = all(each.id in later_requests for each in passed) if passed else later_only.get(source, False)
        led = led or (source not in later_only and _takes_later(index, request, connections, later_only))
        later = required and (deferred or led)
        starts = source not in later_only
        yield Turn(request, connections, required, later, starts, passed)
        if later:
            later_requests.add(request.id)
        if required and starts:
            # what starts the flow has to be there, though nobody waits for what it hands on
            later_only[source] = later and number > 0
        if source in seen:
            seen[source].append((branches, None))
        for target in dict.fromkeys(request.targets):
            later_only[target] = later_only.get(target, True) and later
            if index.components[target].kind in RELAYING:
                seen.setdefault(target, []).append((branches, request))


def _takes_later(
    index: Index, request: Request, connections: Iterable[Connection], later_only: Mapping[str, bool]
) -> bool:
    """Return True for what takes by itself what nobody waits for, from what keeps it, unless the model says who waits for that."""
    if request.deferred is not None or any(each.deferred is not None for each in connections):
        return False
    keeping = JOB_KEEPERS if index.components[request.source].kind == "worker" else QUEUES
    return all(later_only.get(each, False) and index.components[each].kind in keeping for each in request.targets)


def _got_last(seen: Sequence[tuple[Branches, Request | None]], branches: Branches) -> tuple[Request, ...]:
    """Return the requests that a balancer got last, since it passed others on: those of another branch are no part of it."""
    got: list[Request] = []
    for around, request in reversed(seen):
        if branches[: len(around)] == around:
            if request is not None:
                got.append(request)
            elif got:
                break
    return tuple(got)


def answers(steps: Iterable[Step]) -> Iterator[Answer]:
    """Return every answer of a flow in order."""
    return (step for step in steps_in_order(steps) if isinstance(step, Answer))


def access_of(request: Request, flow: Flow, connection: Connection | None) -> Access:
    """Return the access of a step: its own, else a read over a connection for reading, else the flow's, else the connection's.

    Who looks a name up reads, unless the step or the connection says that it updates the zone (RFC 2136).
    """
    over = connection.access if connection else None
    if over is None and connection is not None and _looks_up(connection):
        over = "read"
    # a flow that writes may look something up over a connection that only reads
    return request.access or ("read" if over == "read" else None) or flow.access or over or "read-write"


def _looks_up(connection: Connection) -> bool:
    return bool(connection.ports) and all(port.protocol == "dns" for port in connection.ports)


def is_required(index: Index, request: Request) -> bool:
    """Return True if a flow fails with a step: there is an alternative that it can't do without."""
    return any(is_needed(request, index.connections.get((request.source, target))) for target in request.targets)


def is_needed(request: Request, connection: Connection | None) -> bool:
    """Return True if a step can't do without what a connection under it leads to: it says so, else the connection does."""
    if request.required is not None:
        return request.required
    return connection is None or connection.required


def is_deferred(index: Index, request: Request) -> bool:
    """Return True if nobody waits for a step, whichever of its alternatives gets it."""
    return all(defers(request, index.connections.get((request.source, target))) for target in request.targets)


def defers(request: Request, connection: Connection | None) -> bool:
    """Return True if nobody waits for what a step asks over a connection: it says so, else the connection does."""
    if request.deferred is not None:
        return request.deferred
    return connection is not None and bool(connection.deferred)


def takes_job(index: Index, flow: Flow, request: Request) -> bool:
    """Return True for a worker's request to what keeps the jobs that others put there: as a flow's first, it takes a job out.

    Nobody else waits for it, but the worker does, so `async` means what was put in before. Where a later step takes it from there,
    where only other workers or readers call what keeps it, and in a database, the worker puts something in.
    """
    if index.components[request.source].kind != "worker":
        return False
    if any(_hands_over(request, each) for each, _ in requests(flow.steps)):
        return False
    return all(
        index.components[target].kind in _HANDED_OUT
        and any(_fills(index, caller, target) for caller in index.callers(target) if caller.id != request.source)
        for target in request.targets
    )


_HANDED_OUT = tuple(kind for kind in JOB_KEEPERS if kind != "database")


def _hands_over(request: Request, later: Request) -> bool:
    """Return True for a request of others to or from what a request goes to."""
    to = later.source != request.source and not set(later.targets).isdisjoint(request.targets)
    return to or later.source in request.targets


def _fills(index: Index, caller: Component, target: str) -> bool:
    return caller.kind != "worker" and index.connections[caller.id, target].access != "read"


def calls_of(index: Index, request: Request) -> Iterable[tuple[Connection | None, list[str]]]:
    """Return the connections under a step, each with the targets that it calls over it; None has those without any."""
    calls: dict[int, tuple[Connection | None, list[str]]] = {}
    for target in dict.fromkeys(request.targets):
        connection = index.connections.get((request.source, target))
        # by identity, because the hash of a connection is that of all its ports
        calls.setdefault(id(connection), (connection, []))[1].append(target)
    return calls.values()


def connections_under(index: Index, request: Request) -> tuple[Connection, ...]:
    """Return the connections under a step, each to the targets that it calls over it; one without a connection is left out."""
    calls = calls_of(index, request)
    return tuple([_narrowed(connection, targets) for connection, targets in calls if connection is not None])


def needed_connections(index: Index, request: Request) -> tuple[Connection, ...]:
    """Return the connections under a step that say how many must answer: those that it needs, or all of them if it needs none."""
    connections = connections_under(index, request)
    return tuple(each for each in connections if is_needed(request, each)) or connections


def _narrowed(connection: Connection, targets: Collection[str]) -> Connection:
    """Return a connection as a step that names some of its alternatives goes over it: to these alone."""
    named = tuple(target for target in connection.targets if target in targets)
    return connection if len(named) == len(connection.targets) else replace(connection, targets=named)
