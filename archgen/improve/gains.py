"""What a change against the loss of an element would win a flow: a replica elsewhere, or failover by itself.

The list of what to fix first says how much longer a flow would be up if an element never failed, which nobody can buy; this
says what the best change of the known kinds brings. Each is tried on its own, by the structure function of what the
model would be then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.assessment import FlowAssessment, Probabilities, quantified
from archgen.analysis.topology import Topology
from archgen.edits.changes import (
    AddHost,
    AddReplica,
    AutomateFailover,
    Edit,
    apply_edit,
    describe_edit,
    needs_manual_failover,
)
from archgen.improve.repair import against
from archgen.model.architecture import Architecture, Branch, Flow, Frame, Request, Step
from archgen.model.subject import Subject
from archgen.reliability.availability import Calculation, FlowAvailability, Importance
from archgen.reliability.failure import failures
from archgen.reliability.structure import requests

ELEMENTS = 8
"""How many elements of a flow something is tried against: those that a list of what to fix first shows."""

FLOWS = 200
"""How many flows of a model are looked at."""

CHANGES = 4
"""How many changes are tried against one element."""

WORK = 500_000
"""Nodes of diagrams, over all flows, after which no more elements are looked at: about two seconds."""

NEARLY = 0.9
"""The share of the most that can be won for which a smaller change is preferred."""

LEAST = 1 / 3600
"""Hours a year, a second, below which there is nothing to win that anybody would tell."""

_NODES = 20_000
"""The most that one try may take; the changes of a flow that takes more are not worked out."""

_FIXED = 50
"""Nodes that stand for what a try costs beside its diagram."""


class Gain(Struct, frozen=True):
    """A change in words, and how many hours a year less the flow would fail."""

    change: str
    hours_per_year: float


_Shape = tuple[Flow, FlowAvailability]
"""What decides what a flow gains."""

Gains = Mapping[Subject, Gain | None]
"""For each element that something was tried against, what wins most; None where nothing that was tried wins any time."""


def gains(topology: Topology, assessed: Iterable[FlowAssessment]) -> dict[str, Gains]:
    """For each flow, by its id, what wins most against each of the elements that it loses most time by.

    Flows whose availability is not exact have none; where there is much to try, only the first elements of each flow.
    """
    search = _Search(topology)
    exact = [one for one in assessed if one.possible and one.result.method == "exact"]
    # flows that differ in nothing but words gain the same, which is then looked for once
    alike = {one.flow: (_wordless(topology.flows[one.flow]), one.result) for one in exact[:FLOWS]}
    firsts = {alike[one.flow]: _FlowSearch(search, one) for one in reversed(exact[:FLOWS])}
    shapes = [(shape, firsts[shape]) for shape in dict.fromkeys(alike.values())]
    found: dict[_Shape, dict[Subject, Gain | None]] = {shape: {} for shape, _ in shapes}
    for place in range(ELEMENTS):
        for shape, one in shapes:
            lost = one.before.importance[place : place + 1]
            if lost and lost[0].hours_per_year >= LEAST and search.work < WORK and not one.given_up:
                gain = one.against(lost[0])
                if gain is not None or not one.given_up:
                    found[shape][lost[0].element] = gain
    return {flow: found[shape] for flow, shape in alike.items() if found[shape]}


def _wordless(flow: Flow) -> Flow:
    """What of a flow decides when it works: its requests in their order, without any words."""
    return replace(flow, id="", title="", summary=None, steps=_requests(flow.steps))


def _requests(steps: Iterable[Step]) -> tuple[Step, ...]:
    found: list[Step] = []
    for step in steps:
        if isinstance(step, Request):
            found.append(replace(step, id="", message=""))
        elif isinstance(step, Frame):
            branches = (Branch("", _requests(branch.steps)) for branch in step.branches)
            found.append(replace(step, id="", branches=tuple(branches)))
    return tuple(found)


class _Search:
    """What the flows of a model share: its elements that break any of them, and the work that is done."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.work = 0
        self.breaking = frozenset(element for points in topology.losses.points.values() for element in points)


class _FlowSearch:
    """Tries of one flow, on a model of nothing but what the flow uses."""

    def __init__(self, search: _Search, assessed: FlowAssessment) -> None:
        self.search = search
        self.whole = search.topology.architecture
        self.flow = search.topology.flows[assessed.flow]
        self.before = assessed.result
        self.used = frozenset(search.topology.losses.plans[assessed.flow].members)
        self.own = _of_flow(search.topology, self.flow, self.used)
        self.given_up = False
        self.known: dict[tuple[Edit, ...], FlowAvailability | None] = {}

    def against(self, lost: Importance) -> Gain | None:
        """The best change against an element; None where nothing wins any time, or the flow had to be given up."""
        found = self._best(lost, self._edits(lost.element))
        if found is None and lost.element.kind == "replica":
            # what may call nobody but its neighbours is of no use elsewhere without them
            hosts = self.search.topology.replicas[lost.element.id].hosts
            machines = (each for host in hosts for each in self._edits(Subject("host", host)))
            found = self._best(lost, (each for each in machines if isinstance(each[0], AddHost)))
        return found

    def _best(self, lost: Importance, options: Iterable[tuple[Edit, ...]]) -> Gain | None:
        """The first of the changes that wins nearly as much as any; the first ones are the smallest."""
        tried: list[tuple[float, tuple[Edit, ...]]] = []
        for edits in options:
            after = self._after(edits)
            left = sum(one.hours_per_year for one in after.importance if one.element == lost.element) if after else 0.0
            # what wins by something else, and leaves the element as dear as it was, is no answer to it
            if after is not None and left <= lost.hours_per_year / 2:
                tried.append((self.before.downtime - after.downtime, edits))
        most = max((won for won, _ in tried), default=0.0)
        won, best = next((one for one in tried if one[0] >= NEARLY * most), (0.0, ()))
        return Gain(", and ".join(describe_edit(self.whole, edit) for edit in best), won) if won >= LEAST else None

    def _edits(self, element: Subject) -> Iterator[tuple[Edit, ...]]:
        """Changes against an element; where a new replica would wait for a person, with automatic failover as well."""
        index = self.search.topology.index
        # a flow of few components in a large model is not looked for among all of them
        self.search.work += len(index.components) // 20
        breaking = self.search.breaking | {element}
        found = against(index, element, self.used, breaking)
        for edit in islice((one for one in found if not self._floats(one)), CHANGES):
            yield (edit,)
            if isinstance(edit, AddReplica | AddHost):
                grown = (edit.component,) if isinstance(edit, AddReplica) else edit.components
                # what waits for a person as it is has been tried by itself
                fresh = [one for one in grown if not needs_manual_failover(index.components[one])]
                after = {one.id: one for one in self._applied((edit,)).components}
                waiting = [AutomateFailover(one) for one in fresh if one in after and needs_manual_failover(after[one])]
                if waiting:
                    yield (edit, *waiting)

    def _floats(self, edit: Edit) -> bool:
        """Whether a change adds to replicas that may stand on several hosts, for which the model names more hosts."""
        names = edit.components if isinstance(edit, AddHost) else (edit.component,)
        parts = (self.search.topology.components[one] for one in names)
        return isinstance(edit, AddReplica | AddHost) and any(
            replica.floating for one in parts for replica in one.replicas
        )

    def _applied(self, edits: tuple[Edit, ...]) -> Architecture:
        """The flow's part of the model with some changes."""
        changed = self.own
        parts = {one.id for one in changed.components}
        for edit in edits:
            if isinstance(edit, AddReplica):
                changed = self._with_host(changed, edit.host)
            if isinstance(edit, AddHost):
                edit = replace(edit, components=tuple(one for one in edit.components if one in parts))
            changed = apply_edit(changed, edit, self.search.topology.index.callers)
        return changed

    def _with_host(self, changed: Architecture, host: str | None) -> Architecture:
        """The part with a host of the model that the flow has not used so far."""
        known = self.search.topology.hosts
        if host not in known or any(one.id == host for one in changed.hosts):
            return changed
        return replace(changed, hosts=(*changed.hosts, known[host]))

    def _after(self, edits: tuple[Edit, ...]) -> FlowAvailability | None:
        """The flow's availability with some changes; None where it is not exact, and then for every other one."""
        if edits not in self.known:
            self.known[edits] = None if self.given_up else self._tried(edits)
        return self.known[edits]

    def _tried(self, edits: tuple[Edit, ...]) -> FlowAvailability | None:
        topology = Topology(self._applied(edits))
        plan, up = quantified(topology, Probabilities(topology), self.flow.id)
        single = failures(plan) if plan.awaiting() else topology.losses.failures[self.flow.id]
        calculation = Calculation(plan, single, _NODES)
        self.given_up = not calculation.exact
        self.search.work += _FIXED + (2 * _NODES if self.given_up else calculation.nodes)
        return None if self.given_up else calculation.availability(up)


def _of_flow(topology: Topology, flow: Flow, used: frozenset[str]) -> Architecture:
    """A model of one flow and nothing but what its structure function looks at, which a try then takes no longer for."""
    whole = topology.architecture
    asked = ((one.source, target) for one, _ in requests(flow.steps) for target in one.targets)
    calls = {one.id: one for each in asked if (one := topology.index.connections.get(each)) is not None}
    copied = (topology.components[name].replication for name in used)
    promoters = {one.by for one in copied if one is not None and one.by in topology.components}
    # a connection without its ends is none, and what an optional call leads to decides what starts a flow
    ends = {name for one in calls.values() for name in (one.source, *one.targets)}
    kept = used | promoters | ends
    hosts = {host for name in kept for host in topology.hosts_of(name)}
    return replace(
        whole,
        components=tuple(one for one in whole.components if one.id in kept),
        hosts=tuple(one for one in whole.hosts if one.id in hosts),
        connections=tuple(one for one in whole.connections if one.id in calls),
        flows=(flow,),
    )
