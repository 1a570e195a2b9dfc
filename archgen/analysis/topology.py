"""Indexed questions over one model, each answered once: what rules and views ask, so that both mean the same by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from archgen.analysis.hops import PASSING, Hop, port_of
from archgen.analysis.inventory import Inventory
from archgen.model.architecture import Component, Connection, Flow
from archgen.model.products import product_of
from archgen.model.protocols import WEB
from archgen.model.subject import Subject
from archgen.reliability.losses import Losses
from archgen.reliability.structure import access_of, requests


class Topology(Inventory, frozen=True, dict=True, eq=False):
    """One architecture, ready to be asked; every answer is a frozen value in the order of the model."""

    # Flows

    @cached_property
    def hops(self) -> dict[str, tuple[Hop, ...]]:
        """The request steps of each flow, one hop a step and target, in order; a step names its target's connection."""
        return {flow.id: tuple(self._hops(flow)) for flow in self.architecture.flows}

    def _hops(self, flow: Flow) -> list[Hop]:
        found: list[Hop] = []
        for request, inside in requests(flow.steps):
            under = [self.index.connections.get((request.source, target)) for target in request.targets]
            # by what they are and not by what they say, whose hash is that of every port
            for connection in under if len(under) == 1 else {id(one): one for one in under}.values():
                port = port_of(connection, request) if connection else None
                found.append(
                    Hop(
                        flow=flow.id,
                        step=request,
                        connection=connection,
                        port=port,
                        access=access_of(request, flow, connection),
                        meaning=self.meaning(connection, port) if connection else "unknown",
                        optional=inside or not request.required or bool(connection and not connection.required),
                    )
                )
        return found

    @cached_property
    def flows_of(self) -> dict[str, tuple[str, ...]]:
        """For each component, the flows that have it as an end of a request step, or as an alternative of one."""
        found: dict[str, dict[str, None]] = {}
        for flow, hops in self.hops.items():
            for hop in hops:
                for end in (hop.step.source, *hop.step.targets, *(hop.connection.targets if hop.connection else ())):
                    found.setdefault(end, {})[flow] = None
        return {component: tuple(found.get(component, ())) for component in self.components}

    @cached_property
    def flows_over(self) -> dict[str, tuple[str, ...]]:
        """For each connection, the flows whose steps use it."""
        found: dict[str, dict[str, None]] = {}
        for flow, hops in self.hops.items():
            for hop in hops:
                if hop.connection is not None:
                    found.setdefault(hop.connection.id, {})[flow] = None
        return {one.id: tuple(found.get(one.id, ())) for one in self.architecture.connections}

    @cached_property
    def used(self) -> tuple[str, ...]:
        """The connections that flows use, in the order in which they first do."""
        hops = (hop for hops in self.hops.values() for hop in hops)
        return tuple(dict.fromkeys(hop.connection.id for hop in hops if hop.connection is not None))

    def flows_through(self, components: Iterable[str]) -> tuple[str, ...]:
        """The flows that have any of the components as an end of a request step, in the order of the model."""
        found = {flow for component in components for flow in self.flows_of[component]}
        return tuple(sorted(found, key=self._place_of_flow.__getitem__))

    @cached_property
    def _place_of_flow(self) -> dict[str, int]:
        return {flow: place for place, flow in enumerate(self.flows)}

    @cached_property
    def entries(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Where web requests from the internet arrive: for each such component, by flow, what they pass before it."""
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for flow, hops in self.hops.items():
            passed: dict[str, tuple[str, ...]] = {}
            for hop in hops:
                source = hop.step.source
                if self.kind(source).id == "client" and self.trust(source) == "internet":
                    passed.setdefault(source, ())
                if source not in passed or hop.port is None or hop.port.protocol not in WEB:
                    continue
                for target in hop.targets:
                    if self.kind(target).id in PASSING:
                        passed.setdefault(target, (*passed[source], target))
                    elif self.kind(target).entry:
                        found.setdefault(target, {}).setdefault(flow, passed[source])
        return found

    @cached_property
    def behind_balancers(self) -> frozenset[str]:
        """The components that some flow reaches through one that can spread requests over several replicas."""
        found: set[str] = set()
        for hops in self.hops.values():
            behind: set[str] = set()
            for hop in hops:
                if hop.step.source in behind or self.kind(hop.step.source).balances:
                    behind.update(hop.step.targets)
            found |= behind
        return frozenset(found)

    @cached_property
    def losses(self) -> Losses:
        """What the loss of elements breaks."""
        return Losses(self.index)

    # The control plane

    @cached_property
    def coordinators(self) -> frozenset[str]:
        """What decides who leads, and what only that asks: a control plane, in which no application keeps anything."""
        led = self._led_by
        deciding = self._deciding
        # what observes calls whatever it observes
        beside = {one for one, kind in self._kinds.items() if kind.observes or kind.id == "backup"}
        asked = {
            target for one in deciding - beside for connection in self.outgoing[one] for target in connection.targets
        }
        known = deciding | beside | {one for one, leading in led.items() if leading} | asked
        alone = {one for one in asked if all(call.source in known for call in self.incoming[one])}
        return frozenset(deciding | {one for one in alone if not self.flows_of[one] and not led[one]})

    @cached_property
    def _led_by(self) -> dict[str, set[str]]:
        """For each component, those that say which of its replicas leads."""
        return {
            one.id: {how.by for how in (one.replication, one.cluster) if how and how.by in self.components}
            for one in self.architecture.components
        }

    @cached_property
    def _deciding(self) -> set[str]:
        """What others name as what leads them, and products made for that, unless an application calls them.

        A flow may ask the first who leads, as a lease does; the second may be asked by any store and balancer.
        """
        led = self._led_by
        named = {by for one, leading in led.items() for by in leading if by != one}
        made_for_it = {one.id for one in self.architecture.components if product_of(one.product).coordinates}
        leaders = named | made_for_it
        askers = {one for one in self.components if led[one] or self._kinds[one].observes} | leaders
        parties = askers | {one for one, kind in self._kinds.items() if kind.role in ("data", "balancer")}
        return {one for one in named if self._callers_in_flows(one) <= askers} | {
            one for one in made_for_it if {call.source for call in self.incoming[one]} <= parties
        }

    def _callers_in_flows(self, component: str) -> set[str]:
        """The components that call a component in a step of a flow."""
        return {
            hop.step.source
            for flow in self.flows_of[component]
            for hop in self.hops[flow]
            if component in hop.step.targets or (hop.connection is not None and component in hop.connection.targets)
        }

    # Monitoring

    @cached_property
    def observers(self) -> tuple[Component, ...]:
        """The components that collect from others."""
        return tuple(one for one in self.architecture.components if self._kinds[one.id].observes)

    @cached_property
    def watched(self) -> frozenset[Subject]:
        """The hosts and components that something collects from.

        An agent watches the hosts it runs on and the components it names; an observer also watches what it calls and
        what calls it. A host is watched if a component on it is, and a component if all its hosts are.
        """
        named = {source for one in self.architecture.components for part in one.collects for source in part.sources}
        for connection in self.architecture.connections if self.observers else ():
            named.update(self._observed(connection))
        hosts = {host for one in named for host in self.hosts_of(one)}
        for component in self.architecture.components:
            if component.kind in ("monitoring-agent", "log-collector"):
                hosts.update(self.hosts_of(component.id))
        places = self._hosts_of if hosts else {}
        on_hosts = {one for one, around in places.items() if around and hosts.issuperset(around)}
        return frozenset(
            [*(Subject("host", host) for host in hosts), *(Subject("component", one) for one in named | on_hosts)]
        )

    def _observed(self, connection: Connection) -> Iterator[str]:
        """The ends of a connection that a monitoring at its other end collects from."""
        if self.kind(connection.source).observes:
            yield from (target for target in connection.targets if not self.kind(target).observes)
        elif any(self.kind(target).observes for target in connection.targets):
            yield connection.source
