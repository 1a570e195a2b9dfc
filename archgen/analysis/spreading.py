"""A flow's requests spread over the replicas that may answer them, step by step; after a loss, the steps that it changes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from heapq import heapify, heappop, heappush
from math import prod
from operator import itemgetter

from archgen.analysis.caching import Caching, Share, caching
from archgen.analysis.topology import Topology
from archgen.model.architecture import Balance, Component, Connection, Flow, Replica
from archgen.model.steps import Frame, Request, Step
from archgen.model.subject import Subject
from archgen.reliability.evaluation import single_bits
from archgen.reliability.locality import near
from archgen.reliability.members import eligible
from archgen.reliability.requests import asked_by, connections_under
from archgen.reliability.traffic import chooser, traffic_shares

Rates = dict[str, float]
"""Requests per second, or a share of a flow's requests, by replica id."""

Works = Callable[[str], bool]
"""True if a replica works in the state that is asked about."""

_STEP = itemgetter(0)
_NONE: Mapping[str, float] = {}
_ALL = Caching({}, {})
"""What a flow without caches sends on: all of it."""


class FlowShares:
    """The shares of one flow's requests that each replica gets, today and after the loss of one element.

    A loss changes the steps from or to replicas that don't work then, and those behind them: only these are spread anew.
    Of the requests in `held`, the share that is named there comes at a time.
    """

    def __init__(self, topology: Topology, flow: Flow, held: Mapping[str, float] = _NONE) -> None:
        self._topology = topology
        self._flow = flow
        self._evaluation = topology.losses.single_losses[flow.id]
        self._bits = {element: 2 << place for place, element in enumerate(self._evaluation.plan.elements)}
        self._caching = caching(topology, flow, held)
        self.today = None if self._evaluation.flow & 1 else self._spread(self._works(1, ())).run(flow.steps)

    @cached_property
    def choices(self) -> list[list[Rates]]:
        """The shares that each branch of an `alt` brings today beside what all of its branches do, if it were always taken."""
        spread = self._spread(self._works(1, ()))
        spread.run(self._flow.steps)
        return [[_beyond(branch, _least(branches)) for branch in branches] for branches in spread.choices]

    def _spread(self, works: Works) -> Spread:
        return Spread(self._topology, self._flow, works, self._caching)

    def after(self, lost: Subject) -> Rates | None:
        """Return the shares that a loss changes, 0 for a replica that gets nothing then; None if the flow fails."""
        bit = self._bits.get(lost, 1)
        if self.today is None or self._evaluation.flow & bit:
            return None
        down = (*self._failing.get(bit, ()), *self._standing.get(lost, ()))
        redone = self._redo(self._works(bit, down), {self._topology.replicas[replica].component for replica in down})
        changed = dict.fromkeys(name for place, rates in redone.items() for name in (*self._rates[place], *rates))
        shares = {}
        for replica in changed:
            own = sorted({*self._places_of.get(replica, ()), *(place for place in redone if replica in redone[place])})
            total = 0.0
            for place in own:
                total += redone.get(place, self._rates[place]).get(replica, 0.0)
            shares[replica] = total
        return shares

    def _works(self, bit: int, down: Iterable[str]) -> Works:
        failed, gone = self._evaluation.failed, frozenset(down)
        # a replica that no required step reaches is no part of the structure function, and counts as up
        return lambda replica: not failed.get(replica, 0) & bit and replica not in gone

    @cached_property
    def _failing(self) -> dict[int, list[str]]:
        """For the bit of each loss that the flow survives, the replicas that work today and not then."""
        failing: dict[int, list[str]] = {}
        for replica, states in self._evaluation.failed.items():
            if not states & 1:
                for bit in single_bits(states & ~self._evaluation.flow):
                    failing.setdefault(bit, []).append(replica)
        return failing

    @cached_property
    def _standing(self) -> dict[Subject, list[str]]:
        """For each element, the replicas of the flow that surely go down with it, those of optional calls included."""
        standing: dict[Subject, list[str]] = {}
        components = dict.fromkeys(name for pair in self._ends for names in pair for name in names)
        for replica in (replica for name in components for replica in self._topology.components[name].replicas):
            standing.setdefault(Subject("replica", replica.id), []).append(replica.id)
            for host in replica.hosts if len(replica.hosts) == 1 else ():
                for each in (host, *self._topology.index.hosts_below(host)):
                    standing.setdefault(Subject("host", each), []).append(replica.id)
            for zone in self._topology.index.shared_zones(replica):
                standing.setdefault(Subject("zone", zone), []).append(replica.id)
        return standing

    @cached_property
    def _ends(self) -> list[tuple[list[str], list[str]]]:
        """The calling and the called components of each step."""
        counted = [list(_counted((step,))) for step in self._flow.steps]
        return [
            ([request.source for request in step], [target for request in step for target in request.targets])
            for step in counted
        ]

    @cached_property
    def _steps_of(self) -> dict[str, list[int]]:
        """The steps that call from or to each component, or stand behind it as a cache."""
        steps: dict[str, list[int]] = {}
        for place, (sources, targets) in enumerate(self._ends):
            caches = (
                share.cache
                for request in _counted((self._flow.steps[place],))
                for share in self._caching.shares.get(request.id, ())
                if share.cache is not None
            )
            for component in dict.fromkeys((*sources, *targets, *caches)):
                steps.setdefault(component, []).append(place)
        return steps

    @cached_property
    def _walk(self) -> tuple[list[Rates], dict[str, list[tuple[int, Rates]]]]:
        """Shares that each step brings today, and for each component those that it has after each step that calls it."""
        spread = self._spread(self._works(1, ()))
        rates: list[Rates] = []
        reached: dict[str, list[tuple[int, Rates]]] = {}
        for place, step in enumerate(self._flow.steps):
            rates.append(spread.run((step,)))
            for target in dict.fromkeys(self._ends[place][1]):
                reached.setdefault(target, []).append((place, spread.at[target]))
        return rates, reached

    @cached_property
    def _rates(self) -> list[Rates]:
        return self._walk[0]

    @cached_property
    def _places_of(self) -> dict[str, list[int]]:
        """The steps that bring anything to each replica today."""
        steps: dict[str, list[int]] = {}
        for place, rates in enumerate(self._rates):
            for replica in rates:
                steps.setdefault(replica, []).append(place)
        return steps

    def _redo(self, works: Works, components: Iterable[str]) -> dict[int, Rates]:
        """Spread the steps from or to some components anew, and those behind what that changes."""
        reached = self._walk[1]
        waiting = list({place for component in components for place in self._steps_of.get(component, ())})
        heapify(waiting)
        now: dict[str, tuple[int, Rates]] = {}
        redone: dict[int, Rates] = {}
        while waiting:
            place = heappop(waiting)
            if place in redone:
                continue
            spread = self._spread(works)
            sources, targets = self._ends[place]
            for source in sources:
                history = reached.get(source, [])
                before = history[: bisect_left(history, place, key=_STEP)][-1:]
                # what was spread anew counts before what the same step brings today
                if latest := max([*([now[source]] if source in now else []), *before], key=_STEP, default=None):
                    spread.at[source] = latest[1]
            redone[place] = spread.run((self._flow.steps[place],))
            for target in targets:
                now[target] = (place, spread.at[target])
                history = reached[target]
                if history[bisect_left(history, place, key=_STEP)][1] != spread.at[target]:
                    for later in self._steps_of[target]:
                        if later > place:
                            heappush(waiting, later)
        return redone


def _counted(steps: Iterable[Step]) -> Iterator[Request]:
    """Yield the requests that are counted: all but those inside `opt`."""
    for step in steps:
        if isinstance(step, Request):
            yield step
        elif isinstance(step, Frame) and step.kind != "opt":
            for branch in step.branches:
                yield from _counted(branch.steps)


class Spread:
    """The shares of a flow's requests, carried from step to step.

    `choices` are what each branch of an `alt` would bring if it were always taken; how often it is, the model doesn't say.
    """

    def __init__(self, topology: Topology, flow: Flow, works: Works, caching: Caching = _ALL) -> None:
        self.topology = topology
        self.flow = flow
        self.works = works
        self.caching = caching
        self.at: dict[str, Rates] = {}
        self.choices: list[list[Rates]] = []

    def run(self, steps: Iterable[Step]) -> Rates:
        """Return the requests that each replica gets for a request of the flow."""
        total: Rates = {}
        for step in steps:
            if isinstance(step, Request):
                _add(total, self._step(step))
            elif isinstance(step, Frame) and step.kind != "opt":
                outer = len(self.choices)
                branches = [self.run(branch.steps) for branch in step.branches]
                if step.kind == "alt":
                    # how often a branch within another is taken depends on both
                    del self.choices[outer:]
                if step.id in self.caching.hit_branches:
                    _add(total, branches.pop(self.caching.hit_branches[step.id]))
                elif step.kind == "alt":
                    self.choices.append(branches)
                _add(total, _least(branches) if step.kind == "alt" else sum_rates(branches))
        return total

    def _made(self, share: Share) -> float:
        """Return the share with which a step is made: without its cache, all of it."""
        if share.cache is None:
            return share.with_cache
        replicas = self.topology.components[share.cache].replicas
        return share.with_cache if any(self.works(replica.id) for replica in replicas) else share.without

    def _step(self, request: Request) -> Rates:
        rates: Rates = {}
        connections = connections_under(self.topology.index, request)
        made = prod(map(self._made, self.caching.shares.get(request.id, ())))
        for caller, share in self._callers(request.source, connections):
            for replica, part in self._targets(request, connections, caller).items() if share else ():
                rates[replica] = rates.get(replica, 0.0) + share * made * part
        for target in request.targets:
            members = {replica.id for replica in self.topology.components[target].replicas}
            self.at[target] = {replica: part for replica, part in rates.items() if replica in members}
        return rates

    def _start(self, component: str) -> Rates:
        """Return even shares for a component that starts the flow."""
        up = [replica.id for replica in self.topology.components[component].replicas if self.works(replica.id)]
        return {replica: 1.0 / len(up) for replica in up}

    def _callers(self, source: str, connections: tuple[Connection, ...]) -> Iterator[tuple[Replica | None, float]]:
        """Yield the calling replicas with their shares; one None stands for all if no locality tells them apart."""
        sources = self.at[source] if source in self.at else self.at.setdefault(source, self._start(source))
        if all(connection.locality is None for connection in connections):
            yield None, sum(sources.values())
        else:
            yield from ((self.topology.replicas[replica], share) for replica, share in sources.items())

    def _targets(self, request: Request, connections: tuple[Connection, ...], caller: Replica | None) -> Rates:
        """Share a caller's requests out over what may answer them."""
        now: list[str] = []
        later: list[str] = []
        asked = asked_by(self.topology.index, self.flow, request)
        for connection in connections:
            for component in map(self.topology.components.__getitem__, connection.targets):
                asking, pinned = asked[component.id]
                first, second = eligible(component, asking)
                now += self._up(_at_work(component, first, self.works), pinned, connection, caller)
                later += self._up(second, pinned, connection, caller)
        # of several replicas that could be promoted, one is
        choosing = chooser(self.topology.index, self.flow, request.source, request.targets)
        return _weighed(choosing.balance, now or later[:1], self.topology.replicas)

    def _up(
        self, replicas: Iterable[str], pinned: tuple[str, ...], connection: Connection, caller: Replica | None
    ) -> list[str]:
        up = [replica for replica in replicas if self.works(replica) and (not pinned or replica in pinned)]
        return near(self.topology.index, up, connection.locality, caller)


def _at_work(component: Component, replicas: tuple[str, ...], works: Works) -> tuple[str, ...]:
    """Return the replicas that get traffic: of an active-passive cluster the active one, else the first that works."""
    cluster = component.cluster
    if cluster is None or cluster.mode != "active-passive":
        return replicas
    active = tuple(replica for replica in replicas if replica in cluster.active and works(replica))
    return active or tuple(replica for replica in replicas if works(replica))[:1]


def _weighed(balance: Balance | None, chosen: list[str], replicas: Mapping[str, Replica]) -> Rates:
    """Return shares by a balance's weights, even if it declares none; backups count only if no other replica is left."""
    if balance is not None:
        backup = balance.backup
        chosen = [name for name in chosen if name not in backup and replicas[name].component not in backup] or chosen
    shares = traffic_shares(balance, {name: replicas[name].component for name in chosen})
    return {name: share for name, share in shares.items() if share}


def _add(total: Rates, part: Mapping[str, float]) -> None:
    for replica, share in part.items():
        total[replica] = total.get(replica, 0.0) + share


def sum_rates(branches: list[Rates]) -> Rates:
    total: Rates = {}
    for branch in branches:
        _add(total, branch)
    return total


def _beyond(branch: Rates, least: Rates) -> Rates:
    return {replica: more for replica, share in branch.items() if (more := share - least.get(replica, 0.0)) > 0.0}


def _least(branches: list[Rates]) -> Rates:
    """Return what every branch brings: a model doesn't say how often each is taken."""
    first, *others = branches
    shared = [replica for replica in first if all(replica in branch for branch in others)]
    return {replica: min(branch[replica] for branch in branches) for replica in shared}
