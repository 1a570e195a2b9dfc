"""The topology of a model: the answers that rules and views share, each computed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property

from archgen.analysis.elements import by_component
from archgen.analysis.hops import Hop, find_looks, is_for_one_host, port_of
from archgen.analysis.inventory import ArchitectureIndex
from archgen.model.architecture import MOVERS, SMALL_ZONES, WIDE_ZONES, Component, Flow
from archgen.model.dns_zones import normalize_name
from archgen.model.kinds import FORWARDING, PASSING, QUEUES
from archgen.model.products import passes_on_unread, product_of
from archgen.model.protocols import WEB
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed
from archgen.reliability.leaving import left_in_order
from archgen.reliability.losses import Losses
from archgen.reliability.requests import access_of, calls_of, is_needed, requests

_QUEUES = (*QUEUES, "cache", "key-value-store")
"""The kinds from which workers take jobs; a broker may be declared as either."""

_SOCKETS = ("ws", "wss")
"""The protocols of the web that carry others."""


FEW_REQUESTS = 10.0
"""The requests per second at peak that any one server has room for; a team may set its own number."""


class Topology(ArchitectureIndex, frozen=True, dict=True, eq=False):
    """An architecture with the answers about its flows; each is a frozen value in the order of the model."""

    def after_leaving(self, leaving: Collection[Subject]) -> Topology:
        """Return the topology whose quorums are those that are left when elements leave their clusters in order."""
        architecture = left_in_order(self.index, leaving)
        return self if architecture is self.architecture else Topology(architecture)

    # Flows

    @cached_property
    def hops(self) -> dict[str, tuple[Hop, ...]]:
        """The request steps of each flow in order, with a hop for each connection to its targets."""
        return {flow.id: tuple(self._hops(flow)) for flow in self.architecture.flows}

    def _hops(self, flow: Flow) -> list[Hop]:
        hops: list[Hop] = []
        for request, inside in requests(flow.steps):
            for connection, targets in calls_of(self.index, request):
                port = port_of(connection, request) if connection else None
                hops.append(
                    Hop(
                        flow=flow.id,
                        step=request,
                        connection=connection,
                        targets=tuple(targets),
                        port=port,
                        access=access_of(request, flow, connection),
                        meaning=self.meaning(connection, port) if connection else "unknown",
                        optional=inside or not is_needed(request, connection),
                    )
                )
        return hops

    @cached_property
    def flows_of(self) -> dict[str, tuple[str, ...]]:
        """The flows of each component: those with a request step from it, or to it."""
        flows: dict[str, dict[str, None]] = {}
        for flow, hops in self.hops.items():
            for hop in hops:
                for end in (hop.step.source, *hop.step.targets):
                    flows.setdefault(end, {})[flow] = None
        return by_component(self.components, flows)

    @cached_property
    def hops_to(self) -> dict[str, tuple[Hop, ...]]:
        """The hops of all flows that lead to each component."""
        leading: dict[str, list[Hop]] = {}
        for hops in self.hops.values():
            for hop in hops:
                for target in dict.fromkeys(hop.targets):
                    leading.setdefault(target, []).append(hop)
        return by_component(self.components, leading)

    @cached_property
    def clients_in(self) -> dict[str, tuple[str, ...]]:
        """The clients that send requests in each flow: visitors and their like; none in work that starts by itself."""
        return {
            flow: tuple(dict.fromkeys(hop.step.source for hop in hops if self.kind(hop.step.source).id == "client"))
            for flow, hops in self.hops.items()
        }

    @cached_property
    def flows_writing(self) -> dict[str, tuple[str, ...]]:
        """The flows of each component that write to it: those with a request to it that does more than read."""
        flows: dict[str, dict[str, None]] = {}
        for flow, hops in self.hops.items():
            for hop in hops:
                if hop.access != "read":
                    for target in hop.targets:
                        flows.setdefault(target, {})[flow] = None
        return by_component(self.components, flows)

    @cached_property
    def flows_over(self) -> dict[str, tuple[str, ...]]:
        """The flows of each connection: those with a step that uses it."""
        flows: dict[str, dict[str, None]] = {}
        for flow, hops in self.hops.items():
            for hop in hops:
                if hop.connection is not None:
                    flows.setdefault(hop.connection.id, {})[flow] = None
        return by_component([connection.id for connection in self.architecture.connections], flows)

    def is_for_one_host(self, hop: Hop) -> bool:
        """Return True for a request to a host by its own name: to a replica that the step names, or of an administrator."""
        return is_for_one_host(hop, is_spread=all(self.kind(target).balances for target in hop.targets))

    @cached_property
    def own_names(self) -> dict[str, tuple[str, ...]]:
        """The names by which flows come to a component, and none to anything else that clients call, nor to one of its hosts."""
        owners: dict[str, set[str]] = {}
        for flow in self.architecture.flows:
            if flow.domain is not None:
                visits = [hop for hop in self.hops[flow.id] if hop.step.source in self.clients_in[flow.id]]
                called = [
                    set() if self.is_for_one_host(hop) else set(hop.targets)
                    for hop in visits
                    if hop.meaning != "lookup"
                ]
                own = set.intersection(*called) if called else set()
                name = normalize_name(flow.domain)
                owners[name] = owners.get(name, own) & own
        names: dict[str, tuple[str, ...]] = {}
        for name, components in owners.items():
            for component in components:
                names[component] = (*names.get(component, ()), name)
        return names

    @cached_property
    def used(self) -> tuple[tuple[str, int], ...]:
        """The connections that flows use, in the order of their first use, and how many flows use each."""
        counts: dict[str, int] = {}
        for hops in self.hops.values():
            for connection in dict.fromkeys(hop.connection.id for hop in hops if hop.connection is not None):
                counts[connection] = counts.get(connection, 0) + 1
        return tuple(counts.items())

    def flows_through(self, components: Iterable[str]) -> tuple[str, ...]:
        """Return the flows of any of the components, in the order of the model."""
        return self.in_order(flow for component in components for flow in self.flows_of[component])

    def in_order(self, flows: Iterable[str]) -> tuple[str, ...]:
        """Return flows in the order of the model, each once."""
        each = set(flows)
        return tuple(sorted(each, key=self._flow_positions.__getitem__) if len(each) > 1 else each)

    @cached_property
    def _flow_positions(self) -> dict[str, int]:
        return {flow: position for position, flow in enumerate(self.flows)}

    def are_apart_in(self, zone: str, places: Iterable[str]) -> bool:
        """Return True if several places are whole ones inside a region or a provider, which are not lost together within it."""
        inner = {place for place in places if self.index.inside(place, zone)}
        apart = [place for place in inner if self.zones[place].kind not in SMALL_ZONES]
        return self.zones[zone].kind in WIDE_ZONES and len(apart) > 1

    @cached_property
    def entries(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """The components that read web requests from the internet first, each with the components before it by flow."""
        entries: dict[str, dict[str, tuple[str, ...]]] = {}
        for flow, hops in self.hops.items():
            passed: dict[str, tuple[str, ...]] = {}
            # what passes packets on may speak TLS or TCP, and its client still speaks HTTP
            packets: set[str] = set()
            for hop in hops:
                source = hop.step.source
                if self.kind(source).id == "client" and self.trust(source) == "internet":
                    passed.setdefault(source, ())
                if source not in passed or hop.port is None:
                    continue
                if hop.port.protocol not in (*WEB, *(("tcp", "tls") if source in packets else ())):
                    continue
                for target in hop.targets:
                    unread = hop.port.tls is not None and hop.port.tls.mode == "pass-through"
                    forwards = unread or passes_on_unread(self.components[target])
                    if forwards or (source in packets and self.kind(target).id in FORWARDING):
                        packets.add(target)
                    if self.kind(target).id in PASSING or forwards:
                        passed.setdefault(target, (*passed[source], target))
                    elif self.kind(target).entry and not (hop.port.protocol in _SOCKETS and self.takes_calls(target)):
                        entries.setdefault(target, {}).setdefault(flow, passed[source])
        return entries

    def flows_needing(self, component: str) -> tuple[str, ...]:
        """Return the flows of a component that can't do without it."""
        return tuple(flow for flow in self.flows_of[component] if component in self.losses.members[flow])

    def is_light(self, flows: Iterable[str], limit: float) -> bool:
        """Return True for flows that all declare their demand, and together bring fewer requests per second than a limit at peak."""
        rates = [self.flows[flow].busiest for flow in flows]
        return bool(rates) and sum(rate or 0.0 for rate in rates) < limit and None not in rates

    def takes_calls(self, component: str) -> bool:
        """Return True for a server of telephony, to which browsers send SIP over a WebSocket (RFC 7118): no pages, and no web requests."""
        ports = (port for call in self.incoming[component] for port in call.ports)
        return any(port.protocol in ("sip", "sips") for port in ports)

    @cached_property
    def behind_balancers(self) -> frozenset[str]:
        """The components that some flow reaches through a component that can balance requests."""
        reached: set[str] = set()
        for hops in self.hops.values():
            behind: set[str] = set()
            for hop in hops:
                if hop.step.source in behind or self.kind(hop.step.source).balances:
                    behind.update(hop.step.targets)
            reached |= behind
        return frozenset(reached)

    @cached_property
    def losses(self) -> Losses:
        """The effects of the loss of elements."""
        return Losses(self.index)

    # Starts of flows

    def _starting(self, flow: str) -> Iterator[Hop]:
        """Return the hops with which a flow, or a part of it, starts."""
        firsts = {start.step for start in self.losses.structures[flow].initiators}
        return (hop for hop in self.hops[flow] if hop.step.id in firsts)

    def is_fed_by_queue(self, flow: str) -> bool:
        """Return True for a flow that a worker starts by taking from a queue: while it is down, its work waits."""
        return all(
            self.kind(hop.step.source).id == "worker" and any(self.kind(target).id in QUEUES for target in hop.targets)
            for hop in self._starting(flow)
        )

    @cached_property
    def starting_kinds(self) -> dict[str, frozenset[str]]:
        """The kinds of the components that start each flow: a client, a scheduler, a backup …"""
        return {flow: frozenset(self.kind(hop.step.source).id for hop in self._starting(flow)) for flow in self.hops}

    def starts_at_monitoring(self, flow: str) -> bool:
        """Return True for a flow that the monitoring starts by itself: nobody waits for it."""
        return all(self.kind(hop.step.source).observes for hop in self._starting(flow))

    # Losses and waiting work

    def lies_wholly_in(self, zone: Subject, flow: str) -> bool:
        """Return True if a flow has nothing of some component that it needs outside a zone."""
        lying = self.losses.lying_in(zone, flow)
        there = {replica.id for replica in lying}
        return any(
            there.issuperset(each.id for each in self.components[replica.component].replicas) for replica in lying
        )

    def queues_of_lost(self, element: Subject, flow: str) -> list[str]:
        """Return the queue, filled by others and left, from which the lost workers that start a flow take their work first."""
        first = self.hops[flow][0]
        source = first.step.source
        if self.kind(source).id != "worker":
            return []
        own = (each for each in self.losses.structures[flow].replicas if element.id in (each.id, *each.hosts))
        lost = {each.component for each in (self.losses.lying_in(element, flow) if element.kind == "zone" else own)}
        if source not in lost:
            return []
        queues = (name for name in first.targets if self.kind(name).id in _QUEUES and name not in lost)
        return [name for name in queues if any(call.source not in lost for call in self.incoming[name])]

    def takes_from_queue(self, component: str) -> bool:
        """Return True for a worker that takes its work from a queue and that nothing calls: no traffic has to move."""
        calls = (target for call in self.outgoing[component] for target in call.targets)
        if self.kind(component).id != "worker" or not any(self.kind(target).id in _QUEUES for target in calls):
            return False
        return not self.hops_to[component]

    def if_waiting(self, element: Subject, flows: tuple[str, ...], *, named: bool = False) -> str:
        """Return the condition under which the loss of an element takes flows down, where the model leaves it open; else nothing."""
        unsure = {flow: taken for flow in flows if (taken := self.losses.breaks_if_waiting(element, flow))}
        calls = [f"{each.source} -> {' | '.join(each.targets)}" for taken in unsure.values() for each in taken]
        if not unsure:
            return ""
        waits = (
            "it waits"
            if len(flows) == 1 and not named
            else f"{listed([*unsure])} {'waits' if len(unsure) == 1 else 'wait'}"
        )
        return f", if {waits} for {listed(first_few([*dict.fromkeys(calls)], 2))} (`async` isn't declared)"

    def in_components(self, replicas: Sequence[str]) -> list[str]:
        """Return the names for lost replicas: of a component that is lost as a whole its own, of others each replica's."""
        lost = Counter(self.replicas[replica].component for replica in replicas)
        whole = {name for name, count in lost.items() if count == len(self.components[name].replicas)}
        owners = {replica: self.replicas[replica].component for replica in replicas}
        return list(dict.fromkeys(owners[replica] if owners[replica] in whole else replica for replica in replicas))

    # The control plane

    def states_lease(self, store: str, promoter: str) -> bool:
        """Return True if a step asks a promoter for a store's lease, or the connection for it says that it isn't required.

        The step may be that of a manager beside the store, which keeps the lease for it.
        """
        replication = self.components[store].replication
        asking = (store, replication.by if replication is not None else None)
        asked = any(
            hop.step.source in asking and promoter in hop.step.targets
            for flow in self.flows_of[store]
            for hop in self.hops[flow]
        )
        return asked or any(promoter in call.targets and not call.required for call in self.outgoing[store])

    @cached_property
    def coordinators(self) -> frozenset[str]:
        """The control plane: the components that elect leaders, and those that they alone call; no application has data there."""
        electors = self._electors
        if not electors:
            return frozenset()
        led = self._led_by
        # an observer calls everything that it observes
        beside = {name for name, kind in self._kinds.items() if kind.observes or kind.id == "backup"}
        asked = {
            target for name in electors - beside for connection in self.outgoing[name] for target in connection.targets
        }
        control_plane = electors | beside | led.keys() | asked
        alone = {name for name in asked if all(call.source in control_plane for call in self.incoming[name])}
        return frozenset(electors | {name for name in alone if not self.flows_of[name] and name not in led})

    @cached_property
    def _led_by(self) -> dict[str, set[str]]:
        """The components that elect the leader of each component that has any."""
        led: dict[str, set[str]] = {}
        for component in self.architecture.components:
            for how in (component.replication, component.cluster):
                by = how.by if how is not None else None
                if by in self.components and not (how is component.cluster and by in MOVERS):
                    led.setdefault(component.id, set()).add(by)
        return led

    @cached_property
    def _electors(self) -> set[str]:
        """The components that others name as their elector, and products made for that, unless an application calls them.

        A flow may ask the former for the leader, as a lease does; any store and balancer may call the latter.
        """
        led = self._led_by
        named = {by for name, leading in led.items() for by in leading if by != name}
        products = {component.id for component in self.index.made_of(lambda product: product.coordinates)}
        leaders = named | products
        if not leaders:
            return set()
        askers = led.keys() | self.observing | leaders
        parties = askers | {name for name, kind in self._kinds.items() if kind.role in ("data", "balancer")}
        return {name for name in named if self._callers_in_flows(name) <= askers} | {
            name for name in products if {call.source for call in self.incoming[name]} <= parties
        }

    def _callers_in_flows(self, component: str) -> set[str]:
        """Return the components that call a component in a step of a flow."""
        return {
            hop.step.source
            for flow in self.flows_of[component]
            for hop in self.hops[flow]
            if component in hop.step.targets
        }

    # Monitoring

    @cached_property
    def observers(self) -> tuple[Component, ...]:
        """The components that collect data from others."""
        return tuple(component for component in self.architecture.components if self._kinds[component.id].observes)

    @cached_property
    def observing(self) -> frozenset[str]:
        """The ids of the components that collect data from others."""
        return frozenset(component.id for component in self.observers)

    @cached_property
    def looks(self) -> frozenset[str]:
        """The connections by which people look at monitoring."""
        return find_looks(self.architecture, self.hops.values())

    def only_probes(self, observer: str) -> bool:
        """Return True for an observer that knows if others answer, and nothing of what happens in them."""
        return product_of(self.components[observer].product).probes_only
