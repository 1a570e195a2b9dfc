"""Indexed questions over one model, each answered once: what rules and views ask, so that both mean the same by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Literal

from msgspec import Struct

from archgen.analysis.dns_names import Names
from archgen.model.architecture import (
    Access,
    Architecture,
    Component,
    Connection,
    Flow,
    Host,
    Network,
    Port,
    Replica,
    Request,
    Trust,
    Zone,
)
from archgen.model.kinds import KINDS, Kind
from archgen.model.products import product_of
from archgen.model.protocols import PROTOCOLS, WEB
from archgen.model.slug import distinct, slug
from archgen.model.subject import Subject
from archgen.reliability.index import SAME_HOST, Index
from archgen.reliability.losses import Losses
from archgen.reliability.structure import access_of, requests, writers

Meaning = Literal["encrypted", "plaintext", "local", "replication", "monitoring", "lookup", "unknown"]
"""What a line means: encrypted or plaintext across hosts, local within a host, a name look-up, or not stated."""


PASSING = ("firewall", "router", "nat-gateway", "waf", "cdn")
"""The kinds that hand a visitor's request on to the component that it is for."""


_SERVING = frozenset(("web", "application", "data"))


class Hop(Struct, frozen=True):
    """A request step with the connection and port under it; both are None where the model has none.

    `optional` is True if the step's failure does not break the flow.
    """

    flow: str
    step: Request
    connection: Connection | None
    port: Port | None
    access: Access
    meaning: Meaning
    optional: bool

    @property
    def targets(self) -> tuple[str, ...]:
        """Those of the step's targets that the connection leads to: what its port and access are said of."""
        if self.connection is None:
            return self.step.targets
        return tuple([one for one in self.step.targets if one in self.connection.targets])


def encrypted(port: Port) -> bool | None:
    """Whether a port's traffic is encrypted; None where neither `tls` nor the protocol tells."""
    if port.tls is not None:
        return port.tls.mode != "off"
    protocol = PROTOCOLS.get(port.protocol)
    return protocol.encrypted if protocol else None


def relays(port: Port) -> bool:
    """Whether mail servers hand mail on over a port: they try each MX record in turn, and ask for its name (RFC 5321, 5.1)."""
    return port.protocol == "smtp" and port.port in (None, 25)


def port_of(connection: Connection, request: Request | None = None) -> Port | None:
    """The port that a step takes: the one it names, else the first that does not redirect."""
    if request is not None and request.protocol is not None:
        return next((port for port in connection.ports if port.protocol == request.protocol), None)
    ahead = (port for port in connection.ports if port.redirect is None)
    return next(ahead, connection.ports[0] if connection.ports else None)


class Topology:
    """One architecture, ready to be asked; every answer is a frozen value in the order of the model."""

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture
        self.index = Index(architecture)

    @cached_property
    def slug(self) -> str:
        """The model's name in paths and addresses; empty where its id has neither letter nor digit."""
        return slug(self.architecture.id)

    @cached_property
    def flow_slugs(self) -> dict[str, str]:
        """The flows' names in paths and addresses below the model's, by their ids."""
        return distinct(flow.id for flow in self.architecture.flows)

    @cached_property
    def components(self) -> dict[str, Component]:
        """Components by id."""
        return self.index.components

    @cached_property
    def replicas(self) -> dict[str, Replica]:
        """Replicas by id."""
        return self.index.replicas

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
    def flows(self) -> dict[str, Flow]:
        """Flows by id."""
        return {flow.id: flow for flow in self.architecture.flows}

    @cached_property
    def kind(self) -> Callable[[str], Kind]:
        """The kind of a component; asked for so often that it is the look-up itself."""
        return self._kinds.__getitem__

    @cached_property
    def _kinds(self) -> dict[str, Kind]:
        return {one.id: KINDS[one.kind] for one in self.architecture.components}

    @cached_property
    def replicas_on(self) -> dict[str, tuple[Replica, ...]]:
        """The replicas that stand on each host; those that may float to it are not among them."""
        found: dict[str, list[Replica]] = {host.id: [] for host in self.architecture.hosts}
        for replica in self.replicas.values():
            if len(replica.hosts) == 1:
                found[replica.hosts[0]].append(replica)
        return {host: tuple(replicas) for host, replicas in found.items()}

    @cached_property
    def hosts_of(self) -> Callable[[str], tuple[str, ...]]:
        """The hosts that a component's replicas stand on or may float to, each once."""
        return self._hosts_of.__getitem__

    @cached_property
    def _hosts_of(self) -> dict[str, tuple[str, ...]]:
        return {
            one.id: tuple(dict.fromkeys([host for replica in one.replicas for host in replica.hosts]))
            for one in self.architecture.components
        }

    def writers(self, component: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The replicas that take writes, and those that take them once promoted automatically."""
        return writers(self.components[component])

    def rented(self, element: Subject) -> bool:
        """Whether somebody else runs a replica, or all that stands on a host."""
        if element.kind == "host":
            standing = self.replicas_on[element.id]
        else:
            standing = (self.replicas[element.id],) if element.kind == "replica" else ()
        return bool(standing) and all(self.components[one.component].managed for one in standing)

    @cached_property
    def manual_clusters(self) -> tuple[Component, ...]:
        """Components of several replicas of which a person makes another one active."""
        return tuple(
            component
            for component in self.architecture.components
            if component.cluster and component.cluster.failover == "manual" and len(component.replicas) > 1
        )

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

    @cached_property
    def names(self) -> Names:
        """What the model says of names and addresses."""
        return Names(self.architecture)

    # Networks and trust

    def network_of(self, component: str) -> Network | None:
        """The network of a component: its own, else the one that all its hosts are in."""
        return self._network_of.get(component)

    @cached_property
    def _network_of(self) -> dict[str, Network]:
        # without networks nothing can be in one
        if not self.architecture.networks:
            return {}
        found: dict[str, Network] = {}
        for one in self.architecture.components:
            around = {self.hosts[host].network for host in self.hosts_of(one.id)}
            name = one.network or (around.pop() if len(around) == 1 else None)
            if name is not None:
                found[one.id] = self.networks[name]
        return found

    @cached_property
    def trust(self) -> Callable[[str], Trust | None]:
        """How far a component's network is trusted; a client or external service that names none is on the internet."""
        return self._trusts.__getitem__

    @cached_property
    def _trusts(self) -> dict[str, Trust | None]:
        found: dict[str, Trust | None] = {}
        for one, kind in self._kinds.items():
            network = self._network_of.get(one)
            outside: Trust | None = "internet" if kind.id == "client" or kind.foreign else None
            found[one] = network.trust if network is not None else outside
        return found

    @cached_property
    def guards(self) -> dict[str, tuple[str, ...]]:
        """For each guarded host, network or component, as `kind:id`, the firewalls that guard it."""
        found: dict[str, list[str]] = {}
        for component in self.architecture.components:
            for subject in component.guards:
                found.setdefault(self.qualified(subject), []).append(component.id)
        return {subject: tuple(firewalls) for subject, firewalls in found.items()}

    def qualified(self, reference: str) -> str:
        """A reference to a host, network or component as `kind:id`."""
        if ":" in reference:
            return reference
        for kind, ids in (("host", self.hosts), ("network", self.networks), ("component", self.components)):
            if reference in ids:
                return f"{kind}:{reference}"
        return reference

    def guarding(self, replica: Replica) -> tuple[str, ...]:
        """The firewalls that guard a replica: its component, its host, or the network of either."""
        if not self.guards:
            return ()
        component = self.components[replica.component]
        subjects = [f"component:{component.id}", f"network:{component.network}"]
        for host in replica.hosts:
            subjects += [f"host:{host}", f"network:{self.hosts[host].network}"]
        return tuple(dict.fromkeys(one for subject in subjects for one in self.guards.get(subject, ())))

    # Connections and steps

    def crosses(self, connection: Connection) -> bool | None:
        """Whether calls over a connection may leave a host; None where the hosts are not told."""
        if connection.locality == SAME_HOST:
            return False
        caller = self.components[connection.source]
        callees = [self.components[target] for target in connection.targets]
        # what somebody else runs stands on none of the model's hosts
        if caller.kind == "client" or caller.managed or any(callee.managed for callee in callees):
            return True
        unknown = False
        for source in caller.replicas:
            for callee in callees:
                for answering in callee.replicas:
                    if not source.hosts or not answering.hosts:
                        unknown = True
                    elif len(source.hosts) > 1 or source.hosts != answering.hosts:
                        return True
        return None if unknown else False

    def meaning(self, connection: Connection, port: Port | None) -> Meaning:
        """What a connection's line means on one of its ports."""
        if port is None:
            return "unknown"
        if port.protocol == "dns":
            return "lookup"
        safe = encrypted(port)
        if safe:
            return "encrypted"
        across = self.crosses(connection)
        if across is False:
            return "local"
        return "plaintext" if safe is False and across else "unknown"

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

    @cached_property
    def outgoing(self) -> dict[str, tuple[Connection, ...]]:
        """The connections of each component as a source."""
        found: dict[str, list[Connection]] = {}
        for connection in self.architecture.connections:
            found.setdefault(connection.source, []).append(connection)
        return {component: tuple(found.get(component, ())) for component in self.components}

    @cached_property
    def incoming(self) -> dict[str, tuple[Connection, ...]]:
        """The connections of each component as a target."""
        found: dict[str, list[Connection]] = {}
        for connection in self.architecture.connections:
            for target in dict.fromkeys(connection.targets):
                found.setdefault(target, []).append(connection)
        return {component: tuple(found.get(component, ())) for component in self.components}

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

    @cached_property
    def backups(self) -> dict[str, tuple[Component, ...]]:
        """For each component that anything backs up, itself or through a copy of it, what does."""
        found: dict[str, list[Component]] = {}
        for component in self.architecture.components:
            for source in component.backs_up:
                found.setdefault(source, []).append(component)
                copied = self.components[source].replication if source in self.components else None
                if copied is not None and copied.copy_of is not None:
                    found.setdefault(copied.copy_of, []).append(component)
        return {source: tuple(dict.fromkeys(backups)) for source, backups in found.items()}

    @cached_property
    def losses(self) -> Losses:
        """What the loss of elements breaks."""
        return Losses(self.index)

    # Servers

    @cached_property
    def states_load(self) -> bool:
        """Whether the model states both a demand and a capacity, without which there is nothing to compare."""
        demanded = any(flow.busiest is not None for flow in self.architecture.flows)
        return demanded and any(one.capacity is not None for one in self.architecture.components)

    def load(self, host: str) -> tuple[str, ...]:
        """The components on a host that serve requests or store data."""
        return self._loads[host]

    @cached_property
    def _loads(self) -> dict[str, tuple[str, ...]]:
        working = {component for component, kind in self._kinds.items() if kind.serves or kind.stores}
        return {
            host: tuple(dict.fromkeys([one.component for one in replicas if one.component in working]))
            for host, replicas in self.replicas_on.items()
        }

    @cached_property
    def _roles(self) -> dict[str, frozenset[str]]:
        kinds = self._kinds
        return {host: frozenset([kinds[one].role for one in load]) for host, load in self._loads.items()}

    def carries_all_roles(self, host: str) -> bool:
        """Whether a host carries a web server, an application and a data store."""
        return self._roles[host] >= _SERVING

    @cached_property
    def identical_servers(self) -> tuple[str, ...]:
        """All hosts that serve or store, if there are several and each carries the same web, application and data."""
        carrying = tuple(host for host in self.hosts if self.load(host))
        if len(carrying) < 2 or not self.carries_all_roles(carrying[0]):
            return ()
        first = frozenset(self.load(carrying[0]))
        return carrying if all(first == frozenset(self.load(host)) for host in carrying) else ()

    def flows_through(self, components: Iterable[str]) -> tuple[str, ...]:
        """The flows that have any of the components as an end of a request step, in the order of the model."""
        found = {flow for component in components for flow in self.flows_of[component]}
        return tuple(sorted(found, key=self._place_of_flow.__getitem__))

    @cached_property
    def _place_of_flow(self) -> dict[str, int]:
        return {flow: place for place, flow in enumerate(self.flows)}
