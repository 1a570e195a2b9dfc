"""The structure functions of a model as data that `assets/structure.js` evaluates in a page.

Everything that is named more than once is named by its place in a list: elements, replicas, components, steps, needs.
The order of each list is that of the values it is made from, so that the page walks them as Python does and gives the
same proofs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from functools import cached_property, lru_cache
from typing import Any

from msgspec.structs import replace

from archgen.analysis.assessment import FlowAssessment, calculation, quantified
from archgen.analysis.probabilities import Probabilities
from archgen.analysis.topology import Topology
from archgen.compare.flows import called
from archgen.model.architecture import Balance, Component, Flow
from archgen.model.steps import Request
from archgen.model.subject import Subject
from archgen.reliability.availability import AvailabilityFormula, FlowAvailability, all_up
from archgen.reliability.hints import local_data, unseen_cause, visited
from archgen.reliability.levels import levels
from archgen.reliability.members import eligible, quorum
from archgen.reliability.moment import recent_loss
from archgen.reliability.needs import Guarded, Need, answering_of, asked_component
from archgen.reliability.plan import Plan
from archgen.reliability.promoters import Restart, control_plane, restarts
from archgen.reliability.requests import asked_by, needed_connections, requests
from archgen.reliability.simulation import skippable, used, with_all_options
from archgen.reliability.traffic import chooser, made_by_each_request
from archgen.reliability.waiting import keepers, senders
from archgen.site.html_builder import Html, tag
from archgen.views.deployment_folding import fold
from archgen.views.elements import qualified

NODES = 3000
"""Nodes of a flow's decision diagram that a page carries; past it the page samples once something fails, and says so."""

_ASKED = {"read": 0, "lead": 1}
"""What a step asks of a component, as a number: to read, or to read from whichever replica takes the writes; else to write (2)."""

_UNSAFE = re.compile(r"[<>&\u007f-\uffff\U00010000-\U0010ffff]|\{(?=[{%#])")


Nodes = dict[str, list[int]]
"""The elements behind each card of a diagram in which a card stands for several replicas."""


def behind_cards(nodes: Nodes) -> dict[str, Any]:
    """Return the data of a diagram with such cards, in place of that of a deployment's."""
    return {"nodes": nodes, "hosts": {}}


def structure_data(
    topology: Topology, flows: Sequence[Flow] | None = None, assessments: Sequence[FlowAssessment] = ()
) -> dict[str, Any]:
    """Return the data of one model, with all of its flows or some; `structure.js` explains each list.

    `assessments` have the availability of flows whose decision diagram is too large for a page.
    """
    encoder = _encoder(topology)
    results = {assessment.flow: _availability(assessment.result) for assessment in assessments}
    encoded = [encoder.flow(flow) for flow in (topology.architecture.flows if flows is None else flows)]
    return {
        **encoder.shared,
        "flows": [flow if flow["chart"] else {**flow, "known": results.get(flow["id"])} for flow in encoded],
        **folded_elements(topology),
    }


def _availability(result: FlowAvailability) -> dict[str, Any]:
    """Return the availability with every element up, formatted as in the site's tables."""
    return {"method": result.method, "value": result.availability, "bounds": result.bounds}


def script_data(data: dict[str, Any]) -> Html:
    """Return data as JSON in a script element, for the scripts of a page."""
    return tag("script", Html(script_json(data)), type="application/json")


def script_json(data: dict[str, Any]) -> str:
    """Return JSON in ASCII that ends no script, and that neither HTML, Markdown nor a template engine reads as its own."""
    plain = json.dumps(data, separators=(",", ":"), ensure_ascii=True)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", plain)


def elements(topology: Topology) -> tuple[Subject, ...]:
    """Return everything of a model that can fail on its own: replicas, hosts, zones."""
    clients = {component.id for component in topology.architecture.components if component.kind == "client"}
    return (
        *(Subject("replica", replica.id) for replica in topology.replicas.values() if replica.component not in clients),
        *(Subject("host", host) for host in topology.hosts),
        *(Subject("zone", zone) for zone in topology.zones),
    )


def element_indices(topology: Topology) -> dict[Subject, int]:
    """Return the place of each element in their list."""
    return {element: index for index, element in enumerate(elements(topology))}


def folded_elements(topology: Topology) -> dict[str, Any]:
    """Return the elements behind each card and host of a large diagram, where one stands for several."""
    folding = fold(topology)
    if not folding.nodes:
        return {}
    indices = element_indices(topology)
    nodes: dict[str, list[int]] = {}
    hosts: dict[str, list[int]] = {}
    for replica, node in folding.nodes.items():
        if (index := indices.get(Subject("replica", replica))) is not None:
            nodes.setdefault(node, []).append(index)
    for host, drawn in folding.hosts.items():
        hosts.setdefault(drawn, []).append(indices[Subject("host", host)])
    return {"nodes": nodes, "hosts": hosts}


@lru_cache(maxsize=1)
def _encoder(topology: Topology) -> _Encoder:
    """Return the encoder that the pages of one model share."""
    return _Encoder(topology)


class _Encoder:
    """Encodes one model as lists."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._flows: dict[str, dict[str, Any]] = {}
        self._probabilities = Probabilities(topology)
        self._element = element_indices(topology)
        self._component = {id: index for index, id in enumerate(topology.components)}
        self._replica = {id: index for index, id in enumerate(topology.replicas)}

    @cached_property
    def shared(self) -> dict[str, Any]:
        """The data that is the same for every flow."""
        topology = self._topology
        moved = restarts(topology.index, topology.replicas.values())
        above = {self._element[Subject("host", host)]: self._taking_down(host) for host in topology.hosts}
        return {
            "elements": [
                [element.kind, element.id, qualified(element, topology), called(topology, element)]
                for element in self._element
            ],
            "up": [self._probabilities.of(element)[0] for element in self._element],
            "around": {str(host): around for host, around in above.items() if around},
            "components": [self._describe(component) for component in topology.components.values()],
            "replicas": [
                [
                    replica.id,
                    self._component[replica.component],
                    self._element.get(Subject("replica", replica.id), -1),
                    [self._element[Subject("host", host)] for host in replica.hosts],
                    [self._element[Subject("zone", zone)] for zone in topology.index.zones_with(replica)],
                    *([self._restart(moved[replica.id])] if replica.id in moved else []),
                ]
                for replica in topology.replicas.values()
            ],
            "leading": [
                [votes.count, self._indices(votes.members)]
                for votes in (control_plane(topology.index) if moved else ())
            ],
        }

    def _taking_down(self, host: str) -> list[int]:
        """Return the hosts that a host runs on, and the zones around them all."""
        index = self._topology.index
        return [
            *(self._element[Subject("host", below)] for below in index.hosts_below(host)),
            *(self._element[Subject("zone", zone)] for zone in index.zones_around(host)),
        ]

    def _restart(self, restart: Restart) -> list[Any]:
        """Return how many groups of hosts have to be hit before a replica that floats is on a lost host, and these groups."""
        return [restart.hit, [[self._element[Subject("host", host)] for host in group] for group in restart.groups]]

    def _indices(self, replicas: Sequence[str]) -> list[int]:
        return [self._replica[replica] for replica in replicas]

    def _describe(self, component: Component) -> list[Any]:
        """Return id, title, quorum, replicas; those that read at once, write at once, write once promoted; the promoter.

        Then how it spreads requests, or null; its code base, or -1; the data that is on each replica alone, and those that
        visitors come to.
        """
        reads, _ = eligible(component, "read")
        now, later = eligible(component, "write")
        replicas = tuple(replica.id for replica in component.replicas)
        promoter = component.replication.by if component.replication else None
        groups = [self._indices(group) for group in (replicas, reads, now, later)]
        balance = component.balance
        code = self._component.get(component.codebase or "", -1)
        return [
            component.id,
            component.title,
            quorum(component),
            *groups,
            promoter or "",
            self._balance(component.id, balance) if balance is not None else None,
            code,
            local_data(component),
            self._indices(visited(component)),
        ]

    def _balance(self, name: str, balance: Balance) -> list[Any]:
        """Return the names that wait as backups, the weights, what the health check asks, and what it doesn't see (none: no check)."""
        unseen = [] if balance.health_check is False else unseen_cause(name, balance)
        asked = [self._component[asked] for asked, _ in balance.asks or () if asked in self._component]
        return [list(balance.backup), dict(balance.weights), asked, unseen]

    def flow(self, flow: Flow) -> dict[str, Any]:
        """Return one flow, which is also on a page of its own."""
        if flow.id not in self._flows:
            self._flows[flow.id] = self._flow(flow)
        return self._flows[flow.id]

    def _flow(self, flow: Flow) -> dict[str, Any]:
        topology = self._topology
        steps = [request for request, _ in requests(flow.steps)]
        indices = {step.id: index for index, step in enumerate(steps)}
        plan = topology.losses.plans[flow.id]
        plans = levels(topology.index, flow, plan)
        strict = self._plan(plan, indices)
        loose = self._plan(with_all_options(topology.index, flow), indices)
        chart, steady = self._chart(flow.id)
        whole = made_by_each_request(topology.index, flow)
        keeper_of, sender_of = keepers(topology.index, flow), senders(topology.index, flow)
        return {
            "id": flow.id,
            "title": flow.title,
            "page": topology.flow_slugs[flow.id],
            "steps": [
                self._step(flow, step, keeper_of.get(step.id, ""), sender_of.get(step.id), whole) for step in steps
            ],
            "skippable": [indices[step] for step in skippable(topology.index, flow)],
            "plan": strict,
            "every": None if plans.every is plan else self._plan(plans.every, indices),
            "full": None if plans.full is plans.every else self._plan(plans.full, indices),
            "whole": None if loose == strict else loose,
            "chart": chart,
            "steady": steady,
        }

    def _step(self, flow: Flow, request: Request, keeper: str, sender: str | None, whole: Collection[str]) -> list[Any]:
        """Return id, caller, targets, message, pinned replicas, what it asks of each target, the answers it needs.

        Of a target without a connection it asks -1. Where all must answer, it needs those of a list. Then the queue that keeps it until
        it can be done, or -1, and 1 if each request of the flow makes the step once. Then who has to keep it and whose balance chooses
        among its targets, where that isn't the caller.
        """
        index = self._topology.index
        ends = (sender or request.source, chooser(index, flow, request.source, request.targets).id)
        needed = needed_connections(index, request)
        needs = [connection.needs for connection in needed]
        every = {target for connection in needed for target in connection.targets} if "all" in needs else ()
        count = next((int(need) for need in needs if need not in (1, "all")), 1)
        # the words about named replicas come after those about all
        asked = {target: asking for target, (asking, _) in asked_by(index, flow, replace(request, pinned=())).items()}
        return [
            request.id,
            self._component[request.source],
            [self._component[target] for target in request.targets],
            request.message,
            self._indices(request.pinned),
            [_ASKED.get(asked[target], 2) if target in asked else -1 for target in request.targets],
            [self._component[target] for target in request.targets if target in every] or count,
            self._component.get(keeper, -1),
            int(request.id in whole),
            *([] if ends == (request.source, request.source) else map(self._component.__getitem__, ends)),
        ]

    def _plan(self, plan: Plan, steps: dict[str, int]) -> dict[str, Any]:
        structure = plan.structure
        indices: dict[int, int] = {}
        needs: list[Any] = []
        uses: list[list[int]] = []
        starts: list[int] = []
        there: list[Any] = []
        places: dict[int, tuple[int, list[Any], dict[int, int]]] = {}
        for replica in plan.replicas:
            for need in structure.needs.get(replica, ()):
                if id(need) not in indices:
                    indices[id(need)] = len(needs)
                    if answering_of(need) and need.connection is None:
                        starts.append(len(needs))
                    needs.append([*self._need(need, steps), *self._wherever(plan, need, steps, places, there)])
            uses.append([indices[id(need)] for need in structure.needs.get(replica, ())])
        optional = {steps[step] for step in structure.optional}
        return {
            "replicas": self._indices(tuple(plan.replicas)),
            "order": self._indices(tuple(plan.order)),
            "used": self._indices(used(plan)),
            "cyclic": int(plan.cyclic),
            "clients": [self._component[client] for client in sorted(structure.clients)],
            "initiators": [[self._component[start.component], steps[start.step]] for start in structure.initiators],
            "quorums": [[count, self._indices(members)] for count, members in structure.quorums.values()],
            "elements": [self._element[element] for element in plan.elements],
            "needs": needs,
            "uses": uses,
            "optional": [index for index, need in enumerate(needs) if need[0] in optional],
            "places": [own for _, own, _ in places.values()],
            "there": there,
            "keeping": [self._keeping(plan, replica, indices) for replica in plan.order if replica in plan.keeping],
            # those of standbys that start a flow only with an active member: they call nobody
            "starts": starts,
        }

    def _wherever(
        self,
        plan: Plan,
        need: Need,
        steps: dict[str, int],
        places: dict[int, tuple[int, list[Any], dict[int, int]]],
        there: list[Any],
    ) -> list[Any]:
        """Return for a need that differs by place the replicas before its own, its list of places, and its need at each or -1.

        A place is its host, its group, and its needs in `there`: each with what is up while the host is, and what it depends on.
        """
        if not need.places:
            return []
        if id(need.places) not in places:
            own: list[Any] = []
            numbers: dict[int, int] = {}
            groups = list(dict.fromkeys(place.group for place in need.places))
            for place in need.places:
                host = self._element[Subject("host", place.host)]
                own.append([host, groups.index(place.group), [*range(len(there), len(there) + len(place.needs))]])
                for each in place.needs:
                    numbers[id(each)] = len(there)
                    spared = sorted(self._element[element] for element in plan.spared(place.host, each))
                    there.append([self._need(each, steps), spared, self._indices(plan.behind(each))])
            places[id(need.places)] = (len(places), own, numbers)
        number, _, numbers = places[id(need.places)]
        at_each = (place.own(need) for place in need.places)
        own_needs = [-1 if each is None else numbers[id(each)] for each in at_each]
        return [*([None] if need.name is None else []), [self._indices(need.before), number, own_needs]]

    def _need(self, need: Need, steps: dict[str, int]) -> list[Any]:
        """Return step, candidates, guarded ones, number, kind (0: some, 1: unchecked, 2: unwatched), and a name that is looked up."""
        guarded = [self._guarded(member, steps) for member in need.guarded]
        kind = ("some", "unchecked", "unwatched").index(need.kind)
        names = [] if need.name is None else [need.name]
        return [steps[need.step], self._indices(need.candidates), guarded, need.count, kind, *names]

    def _keeping(self, plan: Plan, replica: str, needs: dict[int, int]) -> list[Any]:
        """Return a replica that keeps its traffic: what is up while it is, what it depends on, its own needs, what is watched."""
        spared = sorted(self._element[element] for element in plan.spared_with(replica))
        own = [needs[id(need)] for need in plan.own_needs(replica)]
        cluster = self._topology.components[plan.replicas[replica].component].cluster
        watched = cluster.watches if cluster is not None else None
        return [self._replica[replica], spared, self._indices(plan.with_callees(replica)), own, watched]

    def _guarded(self, member: Guarded, steps: dict[str, int]) -> list[Any]:
        """Return a candidate, its promoters, numbers of those that must be up, those before it, what is asked of it, those ahead."""
        return [
            self._replica[member.replica],
            [self._component[promoter] for promoter in member.promoters],
            [[votes.count, self._indices(votes.members)] for votes in member.votes],
            self._indices(member.lost),
            [[*self._need(asked, steps), asked_component(asked)] for asked in member.asks],
            *([self._indices(member.ahead)] if member.ahead else []),
        ]

    def _chart(self, flow: str) -> tuple[dict[str, Any] | None, float]:
        """Return the chart of a flow, and the chance that none of the events that break it alone is under way."""
        plan, up = quantified(self._topology, self._probabilities, flow)
        prepared = calculation(self._topology, plan, budget=NODES)
        steady = all_up([point for point in prepared.points if point not in self._element], up)
        chart = prepared.formula()
        return None if chart is None else self._formula(plan, chart, up), steady

    def _formula(self, plan: Plan, chart: AvailabilityFormula, up: dict[Subject, float]) -> dict[str, Any]:
        """Return the chart; a variable is the elements that make it true, and the chance that the rest of it is up.

        One of a failover that takes time also has the element that is lost, and its value once the loss lasts.
        """
        losses = {
            recent_loss(element, wait): [self._element[element], int(wait.manual)]
            for element, waits in plan.waits().items()
            for wait in waits
        }
        variables = []
        for parts in chart.variables:
            rest = all_up([part for part in parts if part not in self._element], up)
            own = [self._element[part] for part in parts if part in self._element]
            variables.append([own, rest, *losses.get(parts[0], ())])
        return {
            "points": [self._element[element] for element in chart.points if element in self._element],
            "variables": variables,
            "nodes": [list(node) for node in chart.nodes],
            "root": chart.root,
        }
