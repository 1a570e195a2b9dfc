"""The inventory of a model: everything that it declares, by id, with its place in hosts, zones and networks."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from msgspec import Struct

from archgen.analysis.dns_names import Names
from archgen.analysis.hops import Meaning, encrypted
from archgen.model.architecture import (
    Architecture,
    Component,
    Connection,
    Flow,
    Host,
    Network,
    Port,
    Replica,
    Trust,
    Zone,
)
from archgen.model.kinds import KINDS, Kind
from archgen.model.slug import distinct, slug
from archgen.model.subject import Subject
from archgen.reliability.index import SAME_HOST, Index
from archgen.reliability.structure import writers

_SERVING = frozenset(("web", "application", "data"))


class Inventory(Struct, frozen=True, dict=True, eq=False):
    """Look-ups over one architecture, each made once; flows are known by id, and nothing of their steps."""

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

    @cached_property
    def manual_clusters(self) -> tuple[Component, ...]:
        """Components of several replicas of which a person makes another one active."""
        return tuple(
            component
            for component in self.architecture.components
            if component.cluster and component.cluster.failover == "manual" and len(component.replicas) > 1
        )

    def rented(self, element: Subject) -> bool:
        """Whether somebody else runs a replica, or all that stands on a host."""
        if element.kind == "host":
            standing = self.replicas_on[element.id]
        else:
            standing = (self.replicas[element.id],) if element.kind == "replica" else ()
        return bool(standing) and all(self.components[one.component].managed for one in standing)

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

    # Connections

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
    def states_load(self) -> bool:
        """Whether the model states both a demand and a capacity, without which there is nothing to compare."""
        demanded = any(flow.busiest is not None for flow in self.architecture.flows)
        return demanded and any(one.capacity is not None for one in self.architecture.components)

    # Servers

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
