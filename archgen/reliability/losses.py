"""Flows that fail when elements do, over all flows of one architecture; each answer is computed once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from archgen.model.architecture import Replica
from archgen.model.finding import Proof
from archgen.model.steps import Answer, Request
from archgen.model.subject import Subject
from archgen.reliability.evaluation import Evaluation
from archgen.reliability.failure import Failures, SinglePoint, States, failures, prove, single_failures, single_points
from archgen.reliability.index import Index
from archgen.reliability.levels import ServiceLevels, delaying_points, levels
from archgen.reliability.needs import Need, answering_of
from archgen.reliability.plan import Plan
from archgen.reliability.structure import Structure, build
from archgen.reliability.waiting import TAKING, answers_before, defer, takers


class RootCause(Struct, frozen=True):
    """An element and the flows that its loss breaks, each with its proof; a host absorbs the replicas on it.

    `left_out` are the replicas on it of which others tell.
    """

    element: Subject
    points: tuple[SinglePoint, ...]
    absorbed: tuple[str, ...]
    left_out: frozenset[str] = frozenset()

    @property
    def flows(self) -> tuple[str, ...]:
        """The ids of the broken flows."""
        return tuple(point.flow for point in self.points)

    def own(self, replicas: Iterable[str]) -> tuple[str, ...]:
        """Return some replicas without those of which others tell."""
        return tuple(replica for replica in replicas if replica not in self.left_out)


class Losses:
    """The structure functions of an architecture, ready to be asked; answers are in the order of the model."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._lying: dict[str, dict[Subject, list[Replica]]] = {}
        self._answering: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {}
        self._stand_ins: dict[tuple[str, str], bool] = {}
        self._needed_whole: dict[str, dict[str, tuple[str, ...]]] = {}

    @cached_property
    def structures(self) -> dict[str, Structure]:
        """The structure function of each flow."""
        return {flow.id: build(self._index, flow) for flow in self._index.architecture.flows}

    @cached_property
    def members(self) -> dict[str, frozenset[str]]:
        """The components that each flow stands on, in its steps or behind them."""
        structures = self.structures.items()
        return {flow: frozenset(replica.component for replica in structure.replicas) for flow, structure in structures}

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """The structure function of each flow, ordered for evaluation."""
        return {flow: Plan(self._index, structure) for flow, structure in self.structures.items()}

    @cached_property
    def levels(self) -> dict[str, ServiceLevels]:
        """The three functions of each flow."""
        return {flow.id: levels(self._index, flow, self.plans[flow.id]) for flow in self._index.architecture.flows}

    @cached_property
    def delaying(self) -> dict[str, tuple[Subject, ...]]:
        """The elements whose loss alone makes work of a flow wait and fails none of its requests, of each flow that has any."""
        delaying = {flow: delaying_points(each) for flow, each in self.levels.items()}
        return {flow: elements for flow, elements in delaying.items() if elements}

    @cached_property
    def failures(self) -> dict[str, Failures]:
        """Effects of the loss of each single element on each flow."""
        return {flow: failures(plan) for flow, plan in self.plans.items()}

    @cached_property
    def points(self) -> dict[str, dict[Subject, SinglePoint]]:
        """The single points of failure of each flow, by element."""
        return {flow: {point.element: point for point in each.points} for flow, each in self.failures.items()}

    @cached_property
    def takers(self) -> dict[str, tuple[Request, ...]]:
        """The requests that take out what their flow put in a queue, where the model doesn't say if the flow waits for them."""
        if not any(component.kind in TAKING for component in self._index.architecture.components):
            return {}
        asked = {flow.id: tuple(takers(self._index, flow)) for flow in self._index.architecture.flows}
        return {flow: requests for flow, requests in asked.items() if requests}

    @cached_property
    def _surely_broken(self) -> dict[tuple[str, tuple[str, ...]], frozenset[Subject]]:
        """The elements whose loss breaks a flow with `takers` also if it doesn't wait for all of them, or for one."""
        surely: dict[tuple[str, tuple[str, ...]], frozenset[Subject]] = {}
        for flow in self._index.architecture.flows:
            steps = tuple(request.id for request in self.takers.get(flow.id, ()))
            for deferred in {steps, *((step,) for step in steps)} - {()}:
                plan = Plan(self._index, build(self._index, defer(flow, deferred)))
                surely[flow.id, deferred] = frozenset(single_points(plan))
        return surely

    def breaks_if_waiting(self, element: Subject, flow: str) -> tuple[Request, ...]:
        """Return what is taken from a queue, if the loss of an element breaks a flow only if it waits for that."""
        taken = self.takers.get(flow, ())
        if not taken or element in self._surely_broken[flow, tuple(request.id for request in taken)]:
            return ()
        alone = tuple(request for request in taken if element not in self._surely_broken[flow, (request.id,)])
        return alone or taken

    @cached_property
    def answered(self) -> dict[str, dict[str, Answer]]:
        """By flow, the requests that take from a queue after who filled it has answered, with that answer."""
        flows = {flow.id: flow for flow in self._index.architecture.flows}
        return {flow: answers_before(self._index, flows[flow], taken) for flow, taken in self.takers.items()}

    def breaks_after_answer(self, element: Subject, flow: str) -> bool:
        """Return True if the loss of an element breaks a flow only if it waits for what is done after its answer."""
        taken = self.breaks_if_waiting(element, flow)
        return bool(taken) and all(request.id in self.answered[flow] for request in taken)

    @cached_property
    def single_losses(self) -> dict[str, Evaluation[int]]:
        """When each replica of a flow does not work: bit 0 with nothing lost, bit i with the plan's element i lost."""
        return {flow: single_failures(plan) for flow, plan in self.plans.items()}

    @cached_property
    def root_causes(self) -> tuple[RootCause, ...]:
        """Root causes of single failures over all flows: hosts, zones, and replicas that no broken host explains.

        The lowest host whose loss breaks as many flows absorbs a replica on it and the hosts between; a zone absorbs nothing.
        """
        points: dict[Subject, list[SinglePoint]] = {}
        for losses in self.failures.values():
            for point in losses.points:
                points.setdefault(point.element, []).append(point)
        absorbed: dict[Subject, list[str]] = {}
        flows = {element: {point.flow for point in own} for element, own in points.items()}
        for element in list(points):
            lowest = next((host for host in self._carriers(element) if flows.get(host, set()) >= flows[element]), None)
            if lowest is not None:
                del points[element]
                if element.kind == "replica":
                    absorbed.setdefault(lowest, []).append(element.id)
        return tuple(
            RootCause(element, tuple(own), tuple(absorbed.get(element, ()))) for element, own in points.items()
        )

    @cached_property
    def awaited_causes(self) -> tuple[RootCause, ...]:
        """The root causes, without the flows that have answered before they would need the element; those with flows left."""
        awaited = (
            replace(
                cause,
                points=tuple(
                    point for point in cause.points if not self.breaks_after_answer(cause.element, point.flow)
                ),
            )
            for cause in self.root_causes
        )
        return tuple(cause for cause in awaited if cause.points)

    @cached_property
    def kept(self) -> dict[str, dict[Subject, tuple[str, ...]]]:
        """By component, the single points of failure that its failover would notice if it asked through its members, with their flows.

        A member that keeps the traffic can't do its part without them, and another one could.
        """
        owners = {each: self._index.replicas[each].component for plan in self.plans.values() for each in plan.keeping}
        if not owners:
            return {}
        architecture = self._index.architecture
        asking = tuple(
            replace(each, cluster=replace(each.cluster, watches="service"))
            if each.cluster is not None and each.id in owners.values()
            else each
            for each in architecture.components
        )
        index = Index(replace(architecture, components=asking))
        kept: dict[str, dict[Subject, tuple[str, ...]]] = {}
        for flow in architecture.flows:
            plan, members = self.plans[flow.id], self.plans[flow.id].keeping
            left = frozenset(single_points(Plan(index, build(index, flow)))) if members else frozenset()
            for element in self.points[flow.id] if members else ():
                state = 2 << plan.elements.index(element)
                stuck = (owners[each] for each in members if single_failures(plan).stuck(each) & state)
                for name in dict.fromkeys(stuck) if element not in left else ():
                    own = kept.setdefault(name, {})
                    own[element] = (*own.get(element, ()), flow.id)
        return kept

    def paths_to(self, cause: RootCause, replicas: Iterable[str]) -> dict[str, list[tuple[str, ...]]]:
        """Return the paths of the proofs by which each of some replicas breaks flows of a root cause itself."""
        points = [self.points[flow] for flow in cause.flows]
        lost = [Subject("replica", name) for name in replicas]
        return {each.id: [own[each].proof.path for own in points if each in own] for each in lost}

    def _carriers(self, element: Subject) -> list[Subject]:
        """Return the hosts that an element is lost with, the lowest first: what its host runs on, the host of a replica."""
        if element.kind == "zone":
            return []
        hosts = self._index.replicas[element.id].hosts if element.kind == "replica" else (element.id,)
        if len(hosts) != 1:
            return []
        own = hosts if element.kind == "replica" else ()
        return [Subject("host", host) for host in (*reversed(self._index.hosts_below(hosts[0])), *own)]

    @cached_property
    def causes(self) -> dict[str, tuple[SinglePoint, ...]]:
        """The root causes of single failures by flow, in the order of `root_causes`."""
        causes: dict[str, list[SinglePoint]] = {flow: [] for flow in self.failures}
        for breaking in self.root_causes:
            for point in breaking.points:
                causes[point.flow].append(point)
        return {flow: tuple(points) for flow, points in causes.items()}

    @cached_property
    def zones_holding(self) -> dict[str, frozenset[str]]:
        """For each flow, the zones in which every replica that has a host surely lies."""
        holding: dict[str, frozenset[str]] = {}
        for flow, structure in self.structures.items():
            placed = [
                replica
                for replica in structure.replicas
                if replica.component not in structure.clients and (replica.hosts or self._index.zones_with(replica))
            ]
            around = [self._index.shared_zones(replica) for replica in placed]
            holding[flow] = frozenset.intersection(*around) if around else frozenset()
        return holding

    def holds_all(self, zone: str, flow: str) -> bool:
        """Return True if every replica of a flow that has a host surely lies in a zone."""
        return zone in self.zones_holding[flow]

    def breaks_as_zone(self, zone: str, flow: str) -> bool:
        """Return True if losing a zone breaks a flow by what fails together, not by one host or inner zone alone.

        The zone's hosts fail together, those apart that break the flow alone or lie in an inner zone that does.
        """
        inner = [point.id for point in self.points[flow] if point.kind == "zone" and self._index.inside(point.id, zone)]
        around = self._harmless_alone(zone, flow)
        return self._break_together(
            flow, [element for element, zones in around.items() if not any(each in zones for each in inner)]
        )

    def holds_stand_ins(self, zone: str, flow: str) -> bool:
        """Return True if what breaks a flow in a zone only together stands in for each other there: no part of it does alone."""
        answer = self._stand_ins.get((zone, flow))
        if answer is None:
            answer = self._stand_ins[zone, flow] = self._break_together(flow, self._harmless_alone(zone, flow))
        return answer

    def zones_to_leave(self, element: Subject, flows: Collection[str]) -> dict[str, list[str]]:
        """Return the zones around a host or service, nearest first, that hold all of some flows, with the flows that they take down.

        Such a zone is the next loss. None is among them where replicas stand in for each other, as its loss is a fault of its own.
        """
        replica = self._index.replicas.get(element.id) if element.kind == "replica" else None
        around = self._index.zones_around(element.id) if replica is None else self._index.zones_of(replica)
        next_lost = (zone for zone in around if any(self.holds_all(zone, flow) for flow in flows))
        return {
            zone: [flow for flow in flows if self.holds_all(zone, flow) or Subject("zone", zone) in self.points[flow]]
            for zone in next_lost
            if not any(self.holds_stand_ins(zone, flow) for flow in flows)
        }

    def _harmless_alone(self, zone: str, flow: str) -> dict[Subject, frozenset[str]]:
        """Return a flow's hosts and services in a zone whose loss alone doesn't break it, with the zones around each.

        Virtual machines that break it together, on a machine that does, are lost with that, and not by the zone.
        """
        elements, replicas = self.plans[flow].elements, self._index.replicas
        places = [(each, self._index.zones_around(each.id)) for each in elements if each.kind == "host"]
        places += [(each, self._index.zones_with(replicas[each.id])) for each in elements if each.kind == "replica"]
        points = self.points[flow]
        harmless = {
            element: frozenset(around) for element, around in places if zone in around and element not in points
        }
        guests: dict[Subject, list[Subject]] = {}
        for element in harmless:
            machine = Subject("host", self._index.machine(element.id)) if element.kind == "host" else element
            if machine in points:
                guests.setdefault(machine, []).append(element)
        told = {each for own in guests.values() if self._break_together(flow, own) for each in own}
        return {element: around for element, around in harmless.items() if element not in told}

    def breaks_with(self, flow: str, replicas: Iterable[Replica]) -> bool:
        """Return True if the loss of some replicas together breaks a flow."""
        return self._break_together(flow, [Subject("replica", replica.id) for replica in replicas])

    def _break_together(self, flow: str, lost: Iterable[Subject]) -> bool:
        return bool(self._without(flow, lost).flow & 2)

    def _without(self, flow: str, lost: Iterable[Subject]) -> Evaluation[int]:
        return Evaluation(self.plans[flow], States(dict.fromkeys(lost, 2), 3))

    def proof_without(self, flow: str, replicas: Iterable[Replica]) -> Proof | None:
        """Return the proof that the loss of some replicas together breaks a flow; None if it doesn't."""
        lost = tuple(Subject("replica", replica.id) for replica in replicas)
        together = self._without(flow, lost)
        return prove(together, 2, lost) if together.flow & 2 else None

    def broken_as_zone(self, breaking: RootCause) -> tuple[str, ...]:
        """Return the flows of which the loss of a zone is a root cause: not all of the flow lies in it, and no part of it is one."""
        zone = breaking.element.id
        return tuple(
            flow for flow in breaking.flows if not self.holds_all(zone, flow) and self.breaks_as_zone(zone, flow)
        )

    def fails_beside(self, component: str, need: Need, flows: Iterable[str]) -> bool:
        """Return True if flows fail with a replica of a component by itself, which is none that a need asks for."""
        needed = {*answering_of(need)}
        members = {replica.id for replica in self._index.components[component].replicas}
        alone = {element.id for flow in flows for element in self.points[flow] if element.kind == "replica"}
        return members.isdisjoint(needed) and not members.isdisjoint(alone)

    def lying_in(self, element: Subject, flow: str) -> tuple[Replica, ...]:
        """Return the replicas of a flow that surely go down with a host or a zone."""
        return tuple(self._lying_by_place(flow).get(element, ()))

    def breaking_in(self, element: Subject, flow: str) -> tuple[Replica, ...]:
        """Return the lost replicas of the components that break a flow by what they lose with an element; all where only several do."""
        lost = self.lying_in(element, flow)
        groups = {name: number for number, name in enumerate(dict.fromkeys(replica.component for replica in lost))}
        states = {Subject("replica", replica.id): 1 << groups[replica.component] for replica in lost}
        broken = Evaluation(self.plans[flow], States(states, (1 << len(groups)) - 1)).flow
        return tuple(replica for replica in lost if broken >> groups[replica.component] & 1) or lost

    def _lying_by_place(self, flow: str) -> dict[Subject, list[Replica]]:
        if flow not in self._lying:
            self._lying[flow] = self._by_place(self.structures[flow])
        return self._lying[flow]

    def needed_whole(self, host: str, flow: str) -> tuple[str, ...]:
        """Return the components all of which lies on a host, whose replicas break a flow together and none by itself."""
        if flow not in self._needed_whole:
            self._needed_whole[flow] = self._needed_by_host(flow)
        return self._needed_whole[flow].get(host, ())

    def _needed_by_host(self, flow: str) -> dict[str, tuple[str, ...]]:
        """Return what a flow needs of each host as `needed_whole` has it: one state for each component, whatever its host."""
        points = self.points[flow]
        whole: dict[str, list[str]] = {}
        lost: dict[str, list[Subject]] = {}
        for place, replicas in self._lying_by_place(flow).items():
            lying: dict[str, list[Subject]] = {}
            for replica in replicas if place.kind == "host" else ():
                lying.setdefault(replica.component, []).append(Subject("replica", replica.id))
            for name, here in lying.items():
                # one that is alone breaks a flow by itself, or not at all
                if 1 < len(here) == len(self._index.components[name].replicas) and points.keys().isdisjoint(here):
                    whole.setdefault(place.id, []).append(name)
                    lost[name] = here
        states = {element: 2 << number for number, here in enumerate(lost.values()) for element in here}
        broken = Evaluation(self.plans[flow], States(states, (2 << len(lost)) - 1)).flow if lost else 0
        needed = {name for number, name in enumerate(lost) if broken & 2 << number}
        return {host: tuple([name for name in names if name in needed]) for host, names in whole.items()}

    def answering(self, flow: str) -> dict[str, tuple[tuple[str, ...], ...]]:
        """Return the replicas that may answer each request of a flow together, by each of them."""
        if flow not in self._answering:
            members: dict[tuple[str, str | None, str | None], dict[str, None]] = {}
            for need in (need for needs in self.structures[flow].needs.values() for need in needs):
                answering = answering_of(need)
                members.setdefault((need.step, need.connection, need.name), {}).update(dict.fromkeys(answering))
            groups: dict[str, dict[tuple[str, ...], None]] = {}
            for group in map(tuple, members.values()):
                for replica in group:
                    groups.setdefault(replica, {})[group] = None
            self._answering[flow] = {replica: tuple(own) for replica, own in groups.items()}
        return self._answering[flow]

    def _by_place(self, structure: Structure) -> dict[Subject, list[Replica]]:
        """Return the replicas of a flow by the hosts that carry each and by each zone that it is surely in."""
        by_place: dict[Subject, list[Replica]] = {}
        for replica in structure.replicas:
            if replica.component not in structure.clients:
                hosts = replica.hosts if len(replica.hosts) == 1 else ()
                places = [Subject("host", below) for host in hosts for below in (host, *self._index.hosts_below(host))]
                places += [Subject("zone", zone) for zone in self._index.shared_zones(replica)]
                for place in places:
                    by_place.setdefault(place, []).append(replica)
        return by_place

    def breaks_beside(self, flow: str, component: str) -> frozenset[Subject]:
        """Return the elements whose loss alone would break a flow even if a component never failed."""
        return frozenset(single_points(self.plans[flow].sparing((component,))))
