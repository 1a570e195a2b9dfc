"""Look-ups over one architecture that the structure function needs: replicas, connections, failure domains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from archgen.model.architecture import Architecture, Component, Connection, Flow, Host, Replica, Zone
from archgen.model.dns_zones import servers_of
from archgen.model.job_starters import job_starters
from archgen.model.kinds import AGENTS, KINDS
from archgen.model.product_facts.traits import Product
from archgen.model.products import product_of, zone_of
from archgen.model.subject import Subject


class Index:
    """Answers each question about one architecture once; the architecture is frozen, so an answer never ages."""

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture
        self._levels: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._around: dict[str, tuple[str, ...]] = {}
        self._below: dict[str, tuple[str, ...]] = {}
        self._distances: dict[tuple[str, str], dict[str, int]] = {}
        self.homes: dict[tuple[tuple[str, ...], str], dict[str, frozenset[str]]] = {}
        self._servers: dict[tuple[str, str], tuple[str, ...]] = {}
        self.unreached: dict[str, frozenset[str]] = {}

    @cached_property
    def components(self) -> dict[str, Component]:
        """Components by id."""
        return {component.id: component for component in self.architecture.components}

    @cached_property
    def replicas(self) -> dict[str, Replica]:
        """Replicas by id."""
        return {replica.id: replica for component in self.architecture.components for replica in component.replicas}

    @cached_property
    def flows(self) -> dict[str, Flow]:
        """Flows by id."""
        return {flow.id: flow for flow in self.architecture.flows}

    @cached_property
    def standing_on(self) -> dict[str, frozenset[str]]:
        """For each host with any, the components of which a replica stands there."""
        standing: dict[str, set[str]] = {}
        for replica in self.replicas.values():
            if len(replica.hosts) == 1:
                standing.setdefault(replica.hosts[0], set()).add(replica.component)
        return {host: frozenset(components) for host, components in standing.items()}

    @cached_property
    def instances(self) -> frozenset[str]:
        """The hosts that are instances of managed stores, which carry nothing else."""
        stores = {name for name, each in self.components.items() if each.managed and KINDS[each.kind].role == "data"}
        return frozenset(host for host, names in self.standing_on.items() if not stores.isdisjoint(names))

    @cached_property
    def idle_hosts(self) -> tuple[str, ...]:
        """The hosts that carry nothing but agents, which stand beside what is watched, and no virtual hosts."""
        busy = {host.runs_on for host in self.architecture.hosts}
        for component in self.components.values():
            if component.kind not in AGENTS or len(component.replicas) == 1:
                busy.update(host for replica in component.replicas for host in replica.hosts)
        return tuple(host for host in self.hosts if host not in busy)

    @cached_property
    def ports(self) -> dict[str, frozenset[int]]:
        """The ports that connections declare for each component that they call."""
        ports: dict[str, set[int]] = {}
        for connection in self.architecture.connections:
            declared = [each.port for each in connection.ports if each.port is not None]
            for target in connection.targets if declared else ():
                ports.setdefault(target, set()).update(declared)
        return {target: frozenset(own) for target, own in ports.items()}

    @cached_property
    def agents(self) -> frozenset[str]:
        """The components of which each replica serves the host that it stands on, beside what isn't there to watch: no pair or cluster."""
        watched = {
            host
            for component in self.components.values()
            if not KINDS[component.kind].observes
            for replica in component.replicas
            for host in replica.hosts
        }
        several = (
            each
            for each in self.components.values()
            if each.kind in AGENTS and len(each.replicas) > 1 and not (each.cluster or each.replication or each.quorum)
        )
        return frozenset(
            each.id
            for each in several
            if all(replica.hosts and watched.issuperset(replica.hosts) for replica in each.replicas)
        )

    def callers(self, component: str) -> tuple[Component, ...]:
        """Return the components that may call a component, once for each of their connections to it."""
        return self._callers.get(component, ())

    @cached_property
    def _callers(self) -> dict[str, tuple[Component, ...]]:
        callers: dict[str, list[Component]] = {}
        for connection in self.architecture.connections:
            for target in dict.fromkeys(connection.targets):
                callers.setdefault(target, []).append(self.components[connection.source])
        return {target: tuple(sources) for target, sources in callers.items()}

    @cached_property
    def hosts(self) -> dict[str, Host]:
        """Hosts by id, in the model's order."""
        return {host.id: host for host in self.architecture.hosts}

    @cached_property
    def host_order(self) -> dict[str, int]:
        """The place of each host in the model's order."""
        return {host: number for number, host in enumerate(self.hosts)}

    @cached_property
    def neighbours(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        """For each host, the hosts of each component there that says what its host is for; the same hosts once."""
        hosts: dict[str, dict[tuple[str, ...], None]] = {}
        for component in self.components.values():
            if _says_what_for(component):
                alone = tuple(replica.hosts[0] for replica in component.replicas if len(replica.hosts) == 1)
                for host in alone:
                    hosts.setdefault(host, {})[alone] = None
        return {host: tuple(each) for host, each in hosts.items()}

    @cached_property
    def shrinking(self) -> tuple[Component, ...]:
        """The components whose product counts fewer votes once a replica has left in order."""
        return self.made_of(lambda product: product.forgets_who_leaves or product.steps_down == "everything")

    def made_of(self, is_meant: Callable[[Product], bool]) -> tuple[Component, ...]:
        """Return the components whose product is meant, in the model's order; each product is asked once."""
        meant = {name for name in self._products if is_meant(product_of(name))}
        return tuple(each for each in self.architecture.components if each.product in meant) if meant else ()

    @cached_property
    def _products(self) -> frozenset[str | None]:
        return frozenset([component.product for component in self.architecture.components])

    @cached_property
    def promoting(self) -> frozenset[str]:
        """The components that promote stores."""
        stores = (component.replication for component in self.components.values())
        return frozenset(each.by for each in stores if each is not None and each.by is not None)

    @cached_property
    def starting_jobs(self) -> frozenset[str]:
        """The components of which each replica does all of the work by itself: two at work would do each job twice."""
        return job_starters(self.architecture)

    @cached_property
    def nodes(self) -> tuple[tuple[str, ...], ...]:
        """The groups of hosts over which replicas float."""
        return tuple(dict.fromkeys(replica.hosts for replica in self.replicas.values() if replica.floating))

    @cached_property
    def carrying(self) -> dict[tuple[str, str | None], dict[tuple[str, ...], list[str]]]:
        """The hosts that carry components of a kind and product, in the model's order, by the zones that they stand in."""
        carriers: dict[tuple[str, str | None], dict[tuple[str, ...], list[str]]] = {}
        for host in self.hosts:
            for key in {
                (component.kind, component.product)
                for component in map(self.components.__getitem__, self.standing_on.get(host, ()))
            }:
                carriers.setdefault(key, {}).setdefault(self.nearest_zones(host), []).append(host)
        return carriers

    @cached_property
    def connections(self) -> dict[tuple[str, str], Connection]:
        """The connection from a source to a target; one that names the target alone wins over one of alternatives."""
        connections: dict[tuple[str, str], Connection] = {}
        for connection in sorted(self.architecture.connections, key=lambda connection: len(connection.targets)):
            for target in connection.targets:
                connections.setdefault((connection.source, target), connection)
        return connections

    def servers_of(self, name: str, client: str) -> tuple[str, ...]:
        """Return the DNS components that answer a client for the closest zone around a domain name."""
        key = (name, client)
        if key not in self._servers:
            answering = [server for server in self._name_servers if self._answers(server, client)]
            self._servers[key] = servers_of(name, answering)
        return self._servers[key]

    @cached_property
    def _name_servers(self) -> tuple[Component, ...]:
        return tuple(component for component in self.components.values() if component.kind == "dns")

    def _answers(self, server: Component, client: str) -> bool:
        """Return True if a name server answers a client: anybody, those that are declared to ask it, or those of its network."""
        if server.id not in self.inner_servers or any(caller.id == client for caller in self.callers(server.id)):
            return True
        return not self._networks_of(server).isdisjoint(self._networks_of(self.components[client]))

    @cached_property
    def inner_servers(self) -> frozenset[str]:
        """The name servers for the inside: products that resolve for others, and what only programs and clients inside ask.

        A provider's name server answers the internet, whoever else asks it, and what watches one tells nothing of who else does.
        """
        askers: dict[str, list[Component]] = {}
        for connection in self.architecture.connections if self._name_servers else ():
            source = self.components[connection.source]
            if any(port.protocol == "dns" for port in connection.ports) and not KINDS[source.kind].observes:
                for target in connection.targets:
                    askers.setdefault(target, []).append(source)
        return frozenset(
            server.id
            for server in self._name_servers
            if product_of(server.product).resolves
            or (not server.managed and server.id in askers and not any(map(self._is_outside, askers[server.id])))
        )

    def _is_outside(self, asker: Component) -> bool:
        """Return True if who asks a name server may be, or ask for, anybody: a client, other name servers, a service of others."""
        trusts = {network.trust for network in self.architecture.networks if network.id in self._networks_of(asker)}
        if asker.kind == "client":
            return not trusts or "internet" in trusts
        return asker.kind == "dns" or KINDS[asker.kind].foreign

    def _networks_of(self, component: Component) -> frozenset[str]:
        """Return the networks that a component may stand in: its own, else those of its hosts."""
        around = {self.hosts[host].network for replica in component.replicas for host in replica.hosts}
        return frozenset(network for network in ((component.network,) if component.network else around) if network)

    def callees(self, component: str) -> tuple[str, ...]:
        """Return the components that a component may call, each once."""
        return self._called.get(component, ())

    @cached_property
    def _called(self) -> dict[str, tuple[str, ...]]:
        called: dict[str, dict[str, None]] = {}
        for connection in self.architecture.connections:
            called.setdefault(connection.source, {}).update(dict.fromkeys(connection.targets))
        return {source: tuple(targets) for source, targets in called.items()}

    def step_towards(self, source: str, component: str, avoided: str) -> str | None:
        """Return what a component calls first on the shortest path to another past a third; None if none leads there."""
        distance = self._distances_to(component, avoided)
        nearer = [target for target in self.callees(source) if target in distance]
        return min(nearer, key=distance.__getitem__, default=None)

    def _distances_to(self, component: str, avoided: str) -> dict[str, int]:
        key = (component, avoided)
        if key not in self._distances:
            distance = {component: 0}
            for reached in (queue := [component]):
                for caller in self.callers(reached):
                    if caller.id not in distance and caller.id != avoided:
                        distance[caller.id] = distance[reached] + 1
                        queue.append(caller.id)
            self._distances[key] = distance
        return self._distances[key]

    @cached_property
    def _parents(self) -> dict[str, str | None]:
        return {zone.id: zone.within for zone in self.architecture.zones}

    @cached_property
    def element_names(self) -> frozenset[str]:
        """The ids of components, hosts and zones, none of which a new element may have."""
        return self.architecture.element_names

    @cached_property
    def zone_kinds(self) -> dict[str, str]:
        """The kind of each zone."""
        return {zone.id: zone.kind for zone in self.architecture.zones}

    def zones_like(self, zone: str) -> tuple[Zone, ...]:
        """Return the other zones of the kind of a zone."""
        kind = self.zone_kinds[zone]
        return tuple(each for each in self.architecture.zones if each.kind == kind and each.id != zone)

    @cached_property
    def _host_zones(self) -> dict[str, tuple[str, ...]]:
        return {host.id: host.zones for host in self.architecture.hosts}

    def hosts_below(self, host: str) -> tuple[str, ...]:
        """Return the hosts that a host runs on, and is lost with, nearest first."""
        below = self._below.get(host)
        if below is None:
            chain: list[str] = []
            carrier = self._carrier.get(host)
            while carrier is not None and carrier not in chain:
                chain.append(carrier)
                carrier = self._carrier.get(carrier)
            below = self._below[host] = tuple(chain)
        return below

    def nearest_zones(self, host: str) -> tuple[str, ...]:
        """Return the zones that a host, or a host that it runs on, declares; not those around them."""
        return tuple(dict.fromkeys(zone for each in (host, *self.hosts_below(host)) for zone in self.hosts[each].zones))

    def machine(self, host: str) -> str:
        """Return the lowest host that a host runs on; a host that runs on none is its own."""
        return (host, *self.hosts_below(host))[-1]

    @cached_property
    def machines(self) -> dict[str, tuple[str, ...]]:
        """For each lowest host, itself and the hosts above it, in the model's order."""
        above: dict[str, list[str]] = {}
        for host in self.hosts:
            above.setdefault(self.machine(host), []).append(host)
        return {machine: tuple(hosts) for machine, hosts in above.items()}

    @cached_property
    def _carrier(self) -> dict[str, str | None]:
        return {host.id: host.runs_on for host in self.architecture.hosts if host.runs_on is not None}

    def zone_levels(self, host: str) -> tuple[tuple[str, ...], ...]:
        """Return the zones around a host, nearest first, and then those of what it runs on.

        A level holds several where domains cross.
        """
        if host not in self._levels:
            levels: list[tuple[str, ...]] = []
            for carrier in (host, *self.hosts_below(host)):
                levels += self._levels_from(self._host_zones.get(carrier, ()))
            self._levels[host] = tuple(levels)
        return self._levels[host]

    def _levels_from(self, level: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Return zones, those around them, and so on."""
        levels: list[tuple[str, ...]] = []
        seen: set[str] = set()
        while level:
            levels.append(level)
            seen.update(level)
            above = [self._parents.get(zone) for zone in level]
            level = tuple(dict.fromkeys(zone for zone in above if zone is not None and zone not in seen))
        return levels

    def zones_with(self, replica: Replica) -> tuple[str, ...]:
        """Return the zones that a replica without hosts is lost with, nearest first: those of a managed service."""
        return tuple([zone for level in self.service_levels(replica) for zone in level])

    def service_levels(self, replica: Replica) -> list[tuple[str, ...]]:
        """Return the zones that a replica without hosts is lost with, and those around them, by level."""
        zone = zone_of(self.components[replica.component])
        return [] if replica.hosts or zone is None else self._levels_from((zone,))

    def zones_of(self, replica: Replica) -> tuple[str, ...]:
        """Return all zones around the hosts of a replica, or those that it is lost with, nearest first, each once."""
        if not replica.hosts:
            return self.zones_with(replica)
        return tuple(dict.fromkeys(zone for host in replica.hosts for zone in self.zones_around(host)))

    def zones_around(self, host: str) -> tuple[str, ...]:
        """Return all zones around a host, nearest first, each once."""
        if host not in self._around:
            self._around[host] = tuple(dict.fromkeys(zone for level in self.zone_levels(host) for zone in level))
        return self._around[host]

    def takes_down(self, element: Subject, host: str) -> bool:
        """Return True if a host is lost when another host, or a zone, is."""
        if element.kind == "host":
            return element.id == host or element.id in self.hosts_below(host)
        return element.id in self.zones_around(host)

    def zones_outside(self, zone: str) -> Iterator[str]:
        """Yield the zones around a zone, nearest first."""
        above = self._parents[zone]
        while above is not None:
            yield above
            above = self._parents[above]

    def inside(self, zone: str, around: str) -> bool:
        """Return True if a zone lies within another."""
        return around in self.zones_outside(zone)

    def shared_zones(self, replica: Replica) -> frozenset[str]:
        """Return the zones a replica is surely in: those around its host, or around every host it may float to."""
        around = [frozenset(self.zones_around(host)) for host in replica.hosts]
        return frozenset.intersection(*around) if around else frozenset(self.zones_with(replica))


def _says_what_for(component: Component) -> bool:
    """Return True if a component says something of what its host is for: agents and files are everywhere."""
    kind = KINDS[component.kind]
    return not kind.observes and not kind.passive
