"""The downtime that an edit against the loss of an element saves a flow: a replica elsewhere, or automatic failover.

The ranking of what to fix first shows the downtime saved if an element never failed, which is unattainable; this module
shows the downtime that the best edit of the known kinds saves. Each is tried on its own, by the structure function of the
model after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.assessment import FlowAssessment, calculation, quantified
from archgen.analysis.probabilities import Probabilities
from archgen.analysis.topology import Topology
from archgen.edits.changes import (
    AddHost,
    AddReplica,
    AutomateFailover,
    Edit,
    MoveHost,
    MoveReplica,
    apply_edit,
    needs_manual_failover,
    with_neighbours,
)
from archgen.edits.description import describe_edit
from archgen.edits.promotion import keeps_files, promoter_of
from archgen.edits.records import stays_by_hand
from archgen.improve.administration import administered
from archgen.improve.candidates import against, lone_components
from archgen.model.architecture import Architecture, Flow
from archgen.model.steps import Branch, Frame, Request, Step, first_request
from archgen.model.subject import EVENTS, Subject
from archgen.reliability.availability import FlowAvailability, Importance
from archgen.reliability.index import Index
from archgen.reliability.promoters import promotion_calls
from archgen.reliability.requests import requests

ELEMENTS = 8
"""The most elements of a flow that edits are tried against: those that the ranking of what to fix first shows."""

FLOWS = 200
"""The most flows of a model that edits are tried for."""

CHANGES = 4
"""The most edits that are tried against one element."""

WORK = 500_000
"""Nodes of diagrams, over all flows, after which no more elements are tried: about two seconds."""

NEARLY = 0.9
"""The share of the greatest saving for which a smaller edit is preferred."""

LEAST = 1 / 3600
"""Hours per year, a second, below which a saving isn't reported."""

_NODES = 20_000
"""The most nodes of one try; a flow that takes more gets no gains."""

_FIXED = 50
"""The cost of a try beside its diagram, in nodes."""


class Gain(Struct, frozen=True):
    """An edit in words, and the downtime of the flow that it saves."""

    change: str
    hours_per_year: float


_Shape = tuple[Flow, FlowAvailability]
"""All that a flow's gains depend on."""

Gains = Mapping[Subject, Gain | None]
"""For each element that edits were tried against, the best gain; None where no edit saves any time."""


def gains(topology: Topology, assessed: Iterable[FlowAssessment]) -> dict[str, Gains]:
    """Return for each flow, by its id, the best gain against each of the elements that cause most of its downtime.

    Flows whose availability isn't exact have none; where there is much to try, only the first elements of each flow.
    """
    search = _Search(topology)
    exact = [assessment for assessment in assessed if assessment.possible and assessment.result.method == "exact"]
    # flows that differ in nothing but words have the same gains, which are searched once
    alike = {
        assessment.flow: (_wordless(topology.flows[assessment.flow]), assessment.result) for assessment in exact[:FLOWS]
    }
    firsts = {alike[assessment.flow]: _FlowSearch(search, assessment) for assessment in reversed(exact[:FLOWS])}
    shapes = [(shape, firsts[shape]) for shape in dict.fromkeys(alike.values())]
    gains_of: dict[_Shape, dict[Subject, Gain | None]] = {shape: {} for shape, _ in shapes}
    for place in range(ELEMENTS):
        for shape, flow_search in shapes:
            lost = flow_search.causes[place : place + 1]
            if lost and lost[0].hours_per_year >= LEAST and search.work < WORK and not flow_search.given_up:
                gain = flow_search.against(lost[0])
                if gain is not None or not flow_search.given_up:
                    gains_of[shape][lost[0].element] = gain
    return {flow: gains_of[shape] for flow, shape in alike.items() if gains_of[shape]}


def _wordless(flow: Flow) -> Flow:
    """Return the flow without its words: its requests in their order decide when it works."""
    return replace(flow, id="", title="", summary=None, steps=_requests(flow.steps))


def _requests(steps: Iterable[Step]) -> tuple[Step, ...]:
    wordless: list[Step] = []
    for step in steps:
        if isinstance(step, Request):
            wordless.append(replace(step, id="", message=""))
        elif isinstance(step, Frame):
            branches = (Branch("", _requests(branch.steps)) for branch in step.branches)
            wordless.append(replace(step, id="", branches=tuple(branches)))
    return tuple(wordless)


class _Search:
    """The state that the flows of a model share: the elements that take down any flow, and the work so far."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.work = 0
        self.built = frozenset((*topology.zones, *topology.hosts))
        self.lone = lone_components(topology)
        self.breaking = frozenset(element for points in topology.losses.points.values() for element in points)


class _FlowSearch:
    """Tries of one flow, on a model reduced to the entities that the flow uses."""

    def __init__(self, search: _Search, assessed: FlowAssessment) -> None:
        self.search = search
        self.model = search.topology.architecture
        self.flow = search.topology.flows[assessed.flow]
        self.before = assessed.result
        # no replica helps against a bad change, which takes all of them down
        self.causes = tuple(each for each in assessed.result.importance if each.element.kind not in EVENTS)
        self.used = frozenset(search.topology.losses.plans[assessed.flow].members)
        self.moving = self.used - administered(search.topology.index, self.flow)
        self.own = _of_flow(search.topology, self.flow, self.used)
        self.given_up = False
        self.tried: dict[tuple[Edit, ...], FlowAvailability | None] = {}

    def against(self, lost: Importance) -> Gain | None:
        """Return the best gain against an element; None where no edit saves time, or the flow had to be given up."""
        gain = self._best(lost, self._edits(lost.element))
        if gain is None and lost.element.kind == "replica":
            # a replica that calls its neighbors alone is of no use elsewhere without them
            hosts = self.search.topology.replicas[lost.element.id].hosts
            machines = (edits for host in hosts for edits in self._edits(Subject("host", host)))
            gain = self._best(lost, (edits for edits in machines if isinstance(edits[0], AddHost)))
        return gain

    def _best(self, lost: Importance, options: Iterable[tuple[Edit, ...]]) -> Gain | None:
        """Return the first of the options that saves nearly as much as any; the first ones are the smallest."""
        tried: list[tuple[float, tuple[Edit, ...]]] = []
        for edits in options:
            after = self._after(edits)
            left = (
                sum(importance.hours_per_year for importance in after.importance if importance.element == lost.element)
                if after
                else 0.0
            )
            # an edit that saves time elsewhere, and leaves the element as costly as it was, is no answer to it
            if after is not None and left <= lost.hours_per_year / 2:
                tried.append((self.before.downtime - after.downtime, edits))
        most = max((won for won, _ in tried), default=0.0)
        won, best = next((option for option in tried if option[0] >= NEARLY * most), (0.0, ()))
        return Gain(", and ".join(describe_edit(self.model, edit) for edit in best), won) if won >= LEAST else None

    def _edits(self, element: Subject) -> Iterator[tuple[Edit, ...]]:
        """Yield the edits against an element; where a new replica needs manual failover, with automatic failover as well."""
        index = self.search.topology.index
        # a flow of few components in a large model must not cost a pass over all of them
        self.search.work += len(index.components) // 20
        breaking = self.search.breaking | {element}
        options = against(index, element, self.moving, breaking, self.search.lone, self.search.built)
        for bare in islice(options, CHANGES):
            edit = with_neighbours(index, bare, self.search.lone.__contains__)
            yield (edit,)
            if isinstance(edit, AddReplica | AddHost):
                grown = (edit.component,) if isinstance(edit, AddReplica) else edit.components
                # manual failover that is there already has been tried on its own
                automatic = [name for name in grown if not needs_manual_failover(index.components[name])]
                changed = Index(self._applied((edit,)))
                after = changed.components
                waiting = [
                    AutomateFailover(name, promoter_of(index, index.components[name]))
                    for name in automatic
                    if name in after and needs_manual_failover(after[name]) and not keeps_files(after[name])
                    if not stays_by_hand(changed, after[name])
                ]
                if waiting:
                    yield (edit, *waiting)

    def _applied(self, edits: tuple[Edit, ...]) -> Architecture:
        """Return the flow's part of the model with some edits."""
        changed = self.own
        parts = {component.id for component in changed.components}
        for edit in edits:
            if isinstance(edit, AddReplica | MoveReplica):
                changed = self._with_host(changed, edit.host)
            if isinstance(edit, MoveHost):
                changed = self._with_host(changed, edit.runs_on)
            if isinstance(edit, AddHost):
                edit = replace(edit, components=tuple(name for name in edit.components if name in parts))
            changed = apply_edit(changed, edit, self.search.topology.index.callers)
        return changed

    def _with_host(self, changed: Architecture, host: str | None) -> Architecture:
        """Return the part with a host of the model that the flow hasn't used so far, and the machines that it runs on."""
        topology = self.search.topology
        if host not in topology.hosts:
            return changed
        there = {each.id for each in changed.hosts}
        added = (topology.hosts[name] for name in (host, *topology.index.hosts_below(host)) if name not in there)
        return replace(changed, hosts=(*changed.hosts, *added))

    def _after(self, edits: tuple[Edit, ...]) -> FlowAvailability | None:
        """Return the flow's availability with some edits; None where it isn't exact, and then for all others."""
        if edits not in self.tried:
            self.tried[edits] = None if self.given_up else self._compute(edits)
        return self.tried[edits]

    def _compute(self, edits: tuple[Edit, ...]) -> FlowAvailability | None:
        topology = Topology(self._applied(edits))
        plan, up = quantified(topology, Probabilities(topology), self.flow.id)
        prepared = calculation(topology, plan, budget=_NODES)
        self.given_up = not prepared.exact
        self.search.work += _FIXED + (2 * _NODES if self.given_up else prepared.nodes)
        return None if self.given_up else prepared.availability(up)


def _of_flow(topology: Topology, flow: Flow, used: frozenset[str]) -> Architecture:
    """Return the model reduced to the entities that a flow's structure function reads, so that a try costs no more."""
    architecture = topology.architecture
    asked = [(request.source, target) for request, _ in requests(flow.steps) for target in request.targets]
    # a look-up that no step shows is in the plan, unless its caller's own connections say that it can do without
    first = first_request(flow.steps)
    if first is not None and flow.domain is not None:
        asked += [(first.source, server) for server in topology.index.servers_of(flow.domain, first.source)]
    calls = {
        connection.id: connection for call in asked if (connection := topology.index.connections.get(call)) is not None
    }
    copied = (topology.components[name].replication for name in used)
    promoters = {
        replication.by for replication in copied if replication is not None and replication.by in topology.components
    }
    for promoter in filter(None, promoters):
        calls |= {call.id: call for some in promotion_calls(topology.index, promoter).values() for call in some}
    # a connection without its ends is none, and what an optional call leads to decides what starts a flow
    ends = {name for connection in calls.values() for name in (connection.source, *connection.targets)}
    components = used | promoters | ends
    # a bad change of a code base is as likely as that of whatever runs it, on the flow's path or not
    code = {topology.components[name].codebase for name in components} - {None}
    components |= {component.id for component in architecture.components if component.codebase in code}
    on = (host for name in components for host in topology.hosts_of(name))
    hosts = {each for host in on for each in (host, *topology.index.hosts_below(host))}
    return replace(
        architecture,
        components=tuple(component for component in architecture.components if component.id in components),
        hosts=tuple(host for host in architecture.hosts if host.id in hosts),
        connections=tuple(connection for connection in architecture.connections if connection.id in calls),
        flows=(flow,),
    )
