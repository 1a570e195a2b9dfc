"""The structure functions of a model as data that `assets/structure.js` evaluates in a page.

Everything that is named more than once is named by its place in a list: elements, replicas, components, steps, needs.
The order of each list is that of the values it is made from, so that the page walks them as Python does and gives the
same proofs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

from archgen.analysis.assessment import FlowAssessment, Probabilities, quantified
from archgen.analysis.topology import Topology
from archgen.compare.flows import called
from archgen.model.architecture import Component, Flow, Request
from archgen.model.subject import Subject
from archgen.reliability.availability import AvailabilityFormula, Calculation, FlowAvailability
from archgen.reliability.evaluation import Plan
from archgen.reliability.failure import failures
from archgen.reliability.simulation import skippable, used, with_all_options
from archgen.reliability.structure import Need, access_of, eligible, quorum, requests
from archgen.views.elements import qualified

NODES = 3000
"""Nodes of a flow's decision diagram that a page carries; past it the page samples once something is lost, and says so."""

_UNSAFE = re.compile(r"[<>&\u007f-\uffff\U00010000-\U0010ffff]|\{(?=[{%#])")


def compiled(
    topology: Topology, flows: Sequence[Flow] | None = None, assessments: Sequence[FlowAssessment] = ()
) -> dict[str, Any]:
    """The data of one model, with all of its flows or some; see `structure.js` for what each list means to it.

    `assessments` tell the availability of flows whose decision diagram is too large for a page.
    """
    compiler = _compiler(topology)
    chosen = topology.architecture.flows if flows is None else flows
    known = {one.flow: _told(one.result) for one in assessments}
    found = [compiler.flow(flow) for flow in chosen]
    return {
        **compiler.whole,
        "flows": [one if one["chart"] else {**one, "known": known.get(one["id"])} for one in found],
    }


def _told(one: FlowAvailability) -> dict[str, Any]:
    """The availability with nothing lost, as it stands in the tables of the site."""
    return {"method": one.method, "value": one.availability, "bounds": one.bounds}


def written(data: dict[str, Any]) -> str:
    """JSON in ASCII that ends no script, and holds nothing that HTML, Markdown or a template engine reads as its own."""
    plain = json.dumps(data, separators=(",", ":"), ensure_ascii=True)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", plain)


def elements(topology: Topology) -> tuple[Subject, ...]:
    """Everything of a model that can fail on its own: replicas, hosts, zones."""
    clients = {one.id for one in topology.architecture.components if one.kind == "client"}
    return (
        *(Subject("replica", one.id) for one in topology.replicas.values() if one.component not in clients),
        *(Subject("host", one) for one in topology.hosts),
        *(Subject("zone", one) for one in topology.zones),
    )


@lru_cache(maxsize=1)
def _compiler(topology: Topology) -> _Compiler:
    """What the pages of one model share."""
    return _Compiler(topology)


class _Compiler:
    """One model on its way into lists."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._known: dict[str, dict[str, Any]] = {}
        self._probabilities = Probabilities(topology)
        self._elements = elements(topology)
        self._element = {one: at for at, one in enumerate(self._elements)}
        self._component = {one: at for at, one in enumerate(topology.components)}
        self._replica = {one: at for at, one in enumerate(topology.replicas)}

    @cached_property
    def whole(self) -> dict[str, Any]:
        """What is the same for every flow."""
        topology = self._topology
        hosts = {self._element[Subject("host", one)]: self._zones(one) for one in topology.hosts}
        return {
            "elements": [[one.kind, one.id, qualified(one, topology), called(topology, one)] for one in self._elements],
            "up": [self._probabilities.of(one)[0] for one in self._elements],
            "around": {str(at): zones for at, zones in hosts.items() if zones},
            "components": [self._told(one) for one in topology.components.values()],
            "replicas": [
                [
                    one.id,
                    self._component[one.component],
                    self._element.get(Subject("replica", one.id), -1),
                    [self._element[Subject("host", host)] for host in one.hosts],
                ]
                for one in topology.replicas.values()
            ],
        }

    def _zones(self, host: str) -> list[int]:
        return [self._element[Subject("zone", zone)] for zone in self._topology.index.zones_around(host)]

    def _places(self, replicas: tuple[str, ...]) -> list[int]:
        return [self._replica[one] for one in replicas]

    def _told(self, one: Component) -> list[Any]:
        """Id, title, quorum, replicas; who reads at once; who writes at once and once promoted; by whom."""
        reads, _ = eligible(one, "read")
        now, later = eligible(one, "write")
        by = one.replication.by if one.replication else None
        replicas = tuple(each.id for each in one.replicas)
        ways = [self._places(each) for each in (replicas, reads, now, later)]
        return [one.id, one.title, quorum(one), *ways, by or ""]

    def flow(self, flow: Flow) -> dict[str, Any]:
        """One flow, which has a page of its own beside the one of all."""
        if flow.id not in self._known:
            self._known[flow.id] = self._flow(flow)
        return self._known[flow.id]

    def _flow(self, flow: Flow) -> dict[str, Any]:
        topology, plan = self._topology, self._topology.losses.plans[flow.id]
        steps = [request for request, _ in requests(flow.steps)]
        place = {one.id: at for at, one in enumerate(steps)}
        whole = with_all_options(topology.index, flow)
        strict, loose = self._plan(plan, place), self._plan(whole, place)
        chart = self._chart(flow.id)
        return {
            "id": flow.id,
            "title": flow.title,
            "page": topology.flow_slugs[flow.id],
            "steps": [self._step(flow, one) for one in steps],
            "skippable": [place[one] for one in skippable(topology.index, flow)],
            "plan": strict,
            "whole": None if loose == strict else loose,
            "chart": chart,
        }

    def _step(self, flow: Flow, one: Request) -> list[Any]:
        """Id, caller, targets, message, pinned replicas, whether it reads, how many must answer (0: no connection).

        All of them is -1.
        """
        found = [self._topology.index.connections.get((one.source, target)) for target in one.targets]
        connections = [each for each in found if each is not None]
        needs = [each.needs for each in connections]
        count = -1 if "all" in needs else next((int(each) for each in needs if each != 1), 1) if needs else 0
        reads = bool(connections) and access_of(one, flow, connections[0]) == "read"
        targets = [self._component[each] for each in one.targets]
        return [one.id, self._component[one.source], targets, one.message, self._places(one.pinned), int(reads), count]

    def _plan(self, plan: Plan, step: dict[str, int]) -> dict[str, Any]:
        structure = plan.structure
        known: dict[int, int] = {}
        needs: list[Any] = []
        uses: list[list[int]] = []
        for replica in plan.replicas:
            for need in structure.needs.get(replica, ()):
                if id(need) not in known:
                    known[id(need)] = len(needs)
                    needs.append(self._need(need, step))
            uses.append([known[id(need)] for need in structure.needs.get(replica, ())])
        return {
            "replicas": self._places(tuple(plan.replicas)),
            "order": self._places(tuple(plan.order)),
            "used": self._places(used(plan)),
            "cyclic": int(plan.cyclic),
            "clients": [self._component[one] for one in sorted(structure.clients)],
            "initiators": [[self._component[one.component], step[one.step]] for one in structure.initiators],
            "quorums": [[count, self._places(members)] for count, members in structure.quorums.values()],
            "elements": [self._element[one] for one in plan.elements],
            "needs": needs,
            "uses": uses,
        }

    def _need(self, need: Need, step: dict[str, int]) -> list[Any]:
        standbys = [
            [self._replica[one.replica], -1 if one.promoter is None else self._component[one.promoter]]
            for one in need.standbys
        ]
        return [step[need.step], self._places(need.candidates), standbys, need.count]

    def _chart(self, flow: str) -> dict[str, Any] | None:
        topology = self._topology
        plan, up = quantified(topology, self._probabilities, flow)
        single = failures(plan) if plan.awaiting() else topology.losses.failures[flow]
        chart = Calculation(plan, single, NODES).formula()
        return None if chart is None else self._formula(chart, up)

    def _formula(self, chart: AvailabilityFormula, up: dict[Subject, float]) -> dict[str, Any]:
        """A variable is the elements that make it true, and the chance that nothing else of it has happened."""
        variables = []
        for parts in chart.variables:
            known = [self._element[one] for one in parts if one in self._element]
            rest = 1.0
            for one in parts:
                rest *= 1.0 if one in self._element else up[one]
            variables.append([known, rest])
        return {
            "points": [self._element[one] for one in chart.points],
            "variables": variables,
            "nodes": [list(one) for one in chart.nodes],
            "root": chart.root,
        }
