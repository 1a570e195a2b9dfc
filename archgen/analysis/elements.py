"""Elements by id and by kind, and the calls between them: what a model declares, wherever it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

from msgspec import Struct

from archgen.model.architecture import (
    Architecture,
    Certificate,
    Component,
    Connection,
    Flow,
    Host,
    Network,
    Replica,
    Zone,
)
from archgen.model.finding import CONFIDENCES, Confidence
from archgen.model.kinds import KINDS, Kind
from archgen.model.slug import distinct, slug
from archgen.model.subject import Subject
from archgen.reliability.index import Index

Value = TypeVar("Value")


class Elements(Struct, frozen=True, dict=True, eq=False):
    """The elements of an architecture by id and by kind, each look-up computed once."""

    architecture: Architecture

    @cached_property
    def index(self) -> Index:
        """The look-ups that the structure function needs."""
        return Index(self.architecture)

    @cached_property
    def slug(self) -> str:
        """The model's name in paths and addresses; empty where its id has neither letter nor digit."""
        return slug(self.architecture.id)

    @cached_property
    def flow_slugs(self) -> dict[str, str]:
        """The flows' names in paths and addresses below the model's, by their ids."""
        return distinct(flow.id for flow in self.architecture.flows)

    @cached_property
    def flow_titles(self) -> dict[str, str]:
        """The flows' titles by their ids, each with its id where several have the same."""
        count = Counter(flow.title for flow in self.architecture.flows)
        flows = self.architecture.flows
        return {flow.id: flow.title if count[flow.title] == 1 else f"{flow.title} ({flow.id})" for flow in flows}

    @cached_property
    def components(self) -> dict[str, Component]:
        """Components by id."""
        return self.index.components

    @cached_property
    def replicas(self) -> dict[str, Replica]:
        """Replicas by id."""
        return self.index.replicas

    def names_without_guests(self, elements: Collection[Subject]) -> list[str]:
        """Return some elements by name, without the replicas whose host is among them: its loss takes them along."""
        hosts = {element.id for element in elements if element.kind == "host"}
        replicas = self.replicas
        return [each.id for each in elements if each.kind != "replica" or hosts.isdisjoint(replicas[each.id].hosts)]

    @cached_property
    def hosts(self) -> dict[str, Host]:
        """Hosts by id."""
        return {host.id: host for host in self.architecture.hosts}

    @cached_property
    def zones(self) -> dict[str, Zone]:
        """Zones by id."""
        return {zone.id: zone for zone in self.architecture.zones}

    @cached_property
    def networks(self) -> dict[str, Network]:
        """Networks by id."""
        return {network.id: network for network in self.architecture.networks}

    @cached_property
    def element_names(self) -> frozenset[str]:
        """The ids of components, hosts and zones, none of which a new element may have."""
        return self.architecture.element_names

    @cached_property
    def flows(self) -> dict[str, Flow]:
        """Flows by id."""
        return {flow.id: flow for flow in self.architecture.flows}

    @cached_property
    def kind(self) -> Callable[[str], Kind]:
        """The kind of a component; it is the look-up itself, because it is called so often."""
        return self._kinds.__getitem__

    @cached_property
    def _kinds(self) -> dict[str, Kind]:
        return {component.id: KINDS[component.kind] for component in self.architecture.components}

    def of_kind(self, kind: str) -> tuple[Component, ...]:
        """Return the components of a kind."""
        return self._of_kinds.get(kind, ())

    def of_kinds(self, kinds: Collection[str]) -> tuple[Component, ...]:
        """Return the components of some kinds, in the model's order."""
        there = [kind for kind in kinds if kind in self._of_kinds]
        if len(there) > 1:
            return tuple(component for component in self.architecture.components if component.kind in there)
        return self._of_kinds[there[0]] if there else ()

    @cached_property
    def _of_kinds(self) -> dict[str, tuple[Component, ...]]:
        components: dict[str, list[Component]] = {}
        for component in self.architecture.components:
            components.setdefault(component.kind, []).append(component)
        return {kind: tuple(of_kind) for kind, of_kind in components.items()}

    @cached_property
    def has_provider(self) -> bool:
        """True if a provider runs a component for this system, other than the services of others."""
        return any(each.managed and not self.kind(each.id).foreign for each in self.architecture.components)

    @cached_property
    def connections(self) -> dict[str, Connection]:
        """Connections by id."""
        return {connection.id: connection for connection in self.architecture.connections}

    @cached_property
    def outgoing(self) -> dict[str, tuple[Connection, ...]]:
        """The connections of each component as a source."""
        outgoing: dict[str, list[Connection]] = {}
        for connection in self.architecture.connections:
            outgoing.setdefault(connection.source, []).append(connection)
        return by_component(self.components, outgoing)

    @cached_property
    def incoming(self) -> dict[str, tuple[Connection, ...]]:
        """The connections of each component as a target."""
        incoming: dict[str, list[Connection]] = {}
        for connection in self.architecture.connections:
            for target in dict.fromkeys(connection.targets):
                incoming.setdefault(target, []).append(connection)
        return by_component(self.components, incoming)

    def calls_to(self, kinds: Iterable[str]) -> tuple[Connection, ...]:
        """Return the connections to components of some kinds, in the model's order."""
        connections, positions = self.architecture.connections, self._calls_to
        places = sorted({place for kind in kinds for place in positions.get(kind, ())})
        return tuple([connections[place] for place in places])

    @cached_property
    def _calls_to(self) -> dict[str, list[int]]:
        """The positions of the connections to components of each kind."""
        kinds = self._kinds
        positions: dict[str, list[int]] = {}
        for place, connection in enumerate(self.architecture.connections):
            for target in connection.targets:
                positions.setdefault(kinds[target].id, []).append(place)
        return positions

    @cached_property
    def first_in_turn(self) -> dict[str, str]:
        """The first of the components that take turns with each, as the first connection to several of them has it.

        So do those behind them, if each calls one of a kind and product: a tier that is declared once for each site.
        """
        first: dict[str, str] = {}
        turns = [each.targets for each in self.architecture.connections if len(each.targets) > 1]
        for alternatives in turns:
            for target in alternatives:
                first.setdefault(target, alternatives[0])
            behind = self._one_behind_each(alternatives)
            turns += [each for each in behind if any(name not in first for name in each)]
        return first

    def _one_behind_each(self, alternatives: Iterable[str]) -> list[tuple[str, ...]]:
        """Return the components of a kind and product of which each of several alternatives calls one of its own."""
        called: dict[tuple[str, str | None], list[str]] = {}
        members = list(dict.fromkeys(alternatives))
        for callee in (self.components[name] for member in members for name in self.index.callees(member)):
            called.setdefault((callee.kind, callee.product), []).append(callee.id)
        return [tuple(names) for names in called.values() if len(set(names)) == len(names) == len(members) > 1]

    @cached_property
    def certificates(self) -> dict[str, Certificate]:
        """Certificates by id."""
        return {certificate.id: certificate for certificate in self.architecture.certificates}

    @cached_property
    def assumed_flows(self) -> tuple[Flow, ...]:
        """The flows that the model isn't certain of."""
        return tuple(flow for flow in self.architecture.flows if flow.assumed is not None)

    @cached_property
    def assumed_connections(self) -> tuple[Connection, ...]:
        """The connections that the model isn't certain of."""
        return tuple(each for each in self.architecture.connections if each.assumed is not None)

    def confidence_along(self, path: Iterable[str]) -> Confidence:
        """Return the least confidence in the connections that a path leads over, which names replicas or components."""
        if not self.assumed_connections:
            return "high"
        replicas = self.index.replicas
        names = [replicas[name].component if name in replicas else name for name in path]
        return max(
            (self._assumed_calls.get(step, "high") for step in pairwise(names)), key=CONFIDENCES.index, default="high"
        )

    def only_over_assumed(self, paths: Callable[[], Mapping[str, Collection[Iterable[str]]]]) -> tuple[str, ...]:
        """Return the names of which each path leads over an assumed connection; where there is none, ask for no paths."""
        if not self.assumed_connections:
            return ()
        return tuple(name for name, own in paths().items() if own and "high" not in map(self.confidence_along, own))

    @cached_property
    def _assumed_calls(self) -> dict[tuple[str, str], Confidence]:
        """The confidence in each call that the model isn't certain of."""
        return {
            (each.source, target): each.assumed
            for each in sorted(self.assumed_connections, key=lambda each: CONFIDENCES.index(each.assumed or "high"))
            for target in each.targets
            if each.assumed is not None
        }


def by_component(components: Iterable[str], values: Mapping[str, Iterable[Value]]) -> dict[str, tuple[Value, ...]]:
    """Return the values of each component as a tuple, an empty one where it has none."""
    result: dict[str, tuple[Value, ...]] = dict.fromkeys(components, ())
    for component, each in values.items():
        if component in result:
            result[component] = tuple(each)
    return result
