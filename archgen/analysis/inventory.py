"""The inventory of a model: everything that it declares, with its place in hosts, zones and networks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from archgen.analysis.dns_names import Names
from archgen.analysis.elements import Elements
from archgen.analysis.firewalls import AFAR, Firewalls, denied_alone, ports_of
from archgen.analysis.hops import Meaning, encrypted, is_said_to_be_tunnelled
from archgen.model.architecture import Component, Connection, Network, Port, Replica, Trust
from archgen.model.kinds import FORWARDING, KINDS
from archgen.model.products import is_over_zones, scope_of, zone_of
from archgen.model.subject import Subject
from archgen.reliability.locality import SAME_HOST, stands_afar
from archgen.reliability.members import writers

_SPREAD = ("cdn", "waf", "identity-provider", "mail", "external-service")
"""The kinds of services that providers run in several places, and don't sell in one."""

_SERVING = frozenset(("web", "application", "data"))


class ArchitectureIndex(Elements, frozen=True, dict=True, eq=False):
    """Look-ups over an architecture, each computed once; they know flows by id, and nothing of their steps."""

    @cached_property
    def replicas_on(self) -> dict[str, tuple[Replica, ...]]:
        """The replicas that run on each host, without those that may float to it."""
        standing: dict[str, list[Replica]] = {host.id: [] for host in self.architecture.hosts}
        for replica in self.replicas.values():
            if len(replica.hosts) == 1:
                standing[replica.hosts[0]].append(replica)
        return {host: tuple(replicas) for host, replicas in standing.items()}

    def carried_by(self, host: str) -> tuple[str, ...]:
        """Return what goes down with a host for certain: the components on it, then the hosts that run on it."""
        components = dict.fromkeys(replica.component for replica in self.replicas_on[host])
        return (*components, *self.guests_of(host))

    def guests_of(self, host: str) -> tuple[str, ...]:
        """Return the hosts that run on a host."""
        return self._guests.get(host, ())

    @cached_property
    def _guests(self) -> dict[str, tuple[str, ...]]:
        guests: dict[str, list[str]] = {}
        for host in self.architecture.hosts:
            if host.runs_on is not None:
                guests.setdefault(host.runs_on, []).append(host.id)
        return {host: tuple(running) for host, running in guests.items()}

    @cached_property
    def hosts_of(self) -> Callable[[str], tuple[str, ...]]:
        """The hosts that a component's replicas run on or may float to, each once."""
        return self._hosts_of.__getitem__

    @cached_property
    def _hosts_of(self) -> dict[str, tuple[str, ...]]:
        return {
            component.id: tuple(dict.fromkeys([host for replica in component.replicas for host in replica.hosts]))
            for component in self.architecture.components
        }

    def writers(self, component: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the replicas that take writes, and those that take them once promoted automatically."""
        return writers(self.components[component])

    @cached_property
    def manual_clusters(self) -> tuple[Component, ...]:
        """The components of several replicas with manual failover."""
        return tuple(
            component
            for component in self.architecture.components
            if component.cluster and component.cluster.failover == "manual" and len(component.replicas) > 1
        )

    def rented(self, element: Subject) -> bool:
        """Return True if a replica, or every replica on a host, is a managed service."""
        if element.kind == "host":
            replicas = self.replicas_on[element.id]
        else:
            replicas = (self.replicas[element.id],) if element.kind == "replica" else ()
        return bool(replicas) and all(self.components[replica.component].managed for replica in replicas)

    def is_place_of_service(self, host: str) -> bool:
        """Return True for a host that only says where managed services are lost, and is no machine beside them."""
        bare = self.hosts[host].runs_on is None and not self.guests_of(host) and host not in self._floated_to
        return bare and self.rented(Subject("host", host))

    @cached_property
    def _floated_to(self) -> frozenset[str]:
        """The hosts that replicas may float to."""
        return frozenset(host for replica in self.replicas.values() if len(replica.hosts) > 1 for host in replica.hosts)

    def may_be_spread(self, element: Subject) -> bool:
        """Return True for a managed service that providers spread over zones as a rule, where the model doesn't say how far."""
        if element.kind != "replica" or self.replicas[element.id].hosts:
            return False
        component = self.components[self.replicas[element.id].component]
        unplaced = zone_of(component) is None and scope_of(component) is None
        return bool(component.managed) and component.kind in _SPREAD and unplaced

    def provided(self, element: Subject) -> bool:
        """Return True for a replica that its provider spreads over the zones of a region, or over regions."""
        if element.kind != "replica" or self.replicas[element.id].hosts:
            return False
        return is_over_zones(self.components[self.replicas[element.id].component])

    @cached_property
    def names(self) -> Names:
        """The names and addresses of the model."""
        return Names(self.architecture)

    # Networks and trust

    def network_of(self, component: str) -> Network | None:
        """Return the network of a component: its own, else the one that all its hosts are in."""
        return self._network_of.get(component)

    @cached_property
    def _network_of(self) -> dict[str, Network]:
        # without networks nothing can be in one
        if not self.architecture.networks:
            return {}
        networks: dict[str, Network] = {}
        for component in self.architecture.components:
            around = {self.hosts[host].network for host in self.hosts_of(component.id)}
            name = component.network or (around.pop() if len(around) == 1 else None)
            if name is not None:
                networks[component.id] = self.networks[name]
        return networks

    @cached_property
    def trust(self) -> Callable[[str], Trust | None]:
        """The trust of a component's network; a client or external service without a network is on the internet."""
        return self._trusts.__getitem__

    @cached_property
    def _trusts(self) -> dict[str, Trust | None]:
        trusts: dict[str, Trust | None] = {}
        for component, kind in self._kinds.items():
            network = self._network_of.get(component)
            is_outside = (
                (kind.id == "client" and component not in self.insiders)
                or kind.foreign
                or (kind.id == "other" and self._is_service(component))
            )
            outside: Trust | None = "internet" if is_outside else None
            trusts[component] = network.trust if network is not None else outside
        return trusts

    @cached_property
    def external_services(self) -> frozenset[str]:
        """The services of others on the internet."""
        return frozenset(name for name in self.outsiders if self._kinds[name].foreign)

    @cached_property
    def outsiders(self) -> dict[str, None]:
        """The components on the internet, in the model's order."""
        return dict.fromkeys(name for name, trust in self._trusts.items() if trust == "internet")

    def _is_service(self, component: str) -> bool:
        """Return True for a component of no kind that is a service of others, such as one for builds: it calls in, and nothing calls it."""
        own = self.components[component]
        if not own.managed or self._hosts_of[component]:
            return False
        local = scope_of(own) in ("zonal", "regional") or zone_of(own) is not None
        callers = {self._kinds[call.source].id for call in self.incoming[component]}
        return bool(self.outgoing[component]) and not local and callers <= {"client"}

    @cached_property
    def insiders(self) -> dict[str, tuple[str, ...]]:
        """The clients of no network that call nothing but private networks, which nobody on the internet can, by client.

        Sign-in and services of others, which are called from anywhere, say nothing of where a client is; a firewall that lets
        in the internet, or the client by its name, says that it comes from outside.
        """
        insiders: dict[str, tuple[str, ...]] = {}
        for component, kind in self._kinds.items() if self._network_of else ():
            if kind.id != "client" or component in self._network_of:
                continue
            targets = dict.fromkeys(target for call in self.outgoing[component] for target in call.targets)
            telling = [target for target in targets if self._kinds[target].role not in ("support", "client")]
            networks = {target: self._network_of.get(target) for target in (*telling, *targets)}
            private = {name: each.id for name, each in networks.items() if each is not None and each.trust == "private"}
            let_in = any(self._may_come_in(component, call) for call in self.outgoing[component])
            if telling and private.keys() >= set(telling) and not let_in:
                insiders[component] = tuple(dict.fromkeys(private.values()))
        return insiders

    def _may_come_in(self, client: str, connection: Connection) -> bool:
        """Return True if a firewall before what a client calls lets it in from the internet, for all that its rules say."""
        names = {client, f"component:{client}", "internet"}
        for target in connection.targets:
            if self._kinds[target].role in ("support", "client"):
                continue
            for firewall in self.firewalls.before(target):
                own = self.components[firewall]
                ports = connection.ports if own.rules else ()
                if any(self.firewalls.admits(firewall, names, target, port) is not False for port in ports):
                    return True
                if not own.rules and own.default != "deny":
                    return True
        return False

    @cached_property
    def firewalls(self) -> Firewalls:
        """The firewalls, as their rules are read."""
        networks = {component: network.id for component, network in self._network_of.items()}
        return Firewalls(self.architecture, networks, self._hosts_of)

    def qualified(self, reference: str) -> str:
        """Return a reference to a host, network or component as `kind:id`."""
        return self.firewalls.qualified(reference)

    def guarding(self, replica: Replica) -> tuple[str, ...]:
        """Return the firewalls that guard a replica: its component, its host, or the network of either."""
        return self.firewalls.guarding(replica)

    @cached_property
    def guarded_calls(self) -> tuple[tuple[Connection, str, Port], ...]:
        """The calls that a firewall may deny, as connection, target and port: none where no firewall guards anything."""
        return tuple(
            (connection, target, port)
            for connection in (self.architecture.connections if self.firewalls.guards else ())
            for target in connection.targets
            for port in ports_of(connection)
        )

    def denied(self, connection: Connection, target: str, port: Port) -> str | None:
        """Return the firewall that denies a call for certain; None if none does, or if it isn't declared where the caller is."""
        if not self.firewalls.guards:
            return None
        if self.caller_names(connection.source) is None:
            denying = [*self._denying_hosts(connection, target, port).values()]
        else:
            denying = [
                self.firewalls.denies(names, connection.source, target, port) if names is not None else None
                for names in map(self.caller_names, self.senders(connection.source))
            ]
        return denying[0] if denying and all(denying) else None

    def partly_denied(self, connection: Connection, target: str, port: Port) -> tuple[str, tuple[str, ...]] | None:
        """Return the firewall that denies a call from some hosts of the caller and not from others, with the first; None if none does."""
        return denied_alone(self._denying_hosts(connection, target, port))

    def _denying_hosts(self, connection: Connection, target: str, port: Port) -> dict[str, str | None]:
        """Return the first firewall that denies a call, by the hosts of the caller; empty where a place of these isn't known."""
        caller = self.components[connection.source]
        networks = {self.hosts[host].network or caller.network for each in caller.replicas for host in each.hosts}
        placed = all(len(each.hosts) == 1 for each in caller.replicas) and None not in networks
        if not placed or self.senders(caller.id) != (caller.id,):
            return {}
        denying = self.firewalls.denying_replica
        return {each.hosts[0]: next(iter(denying(each, target, port)), None) for each in caller.replicas}

    def senders(self, component: str) -> tuple[str, ...]:
        """Return a component, and those whose packets it passes on as they come: a firewall behind a router sees these."""
        senders = [component]
        for sender in senders:
            if self._kinds[sender].id in FORWARDING:
                senders += [call.source for call in self.incoming[sender] if call.source not in senders]
        return tuple(senders)

    def caller_names(self, component: str) -> frozenset[str] | None:
        """Return the names by which a firewall's rule can mean a component as a caller; None if it isn't declared where it is."""
        if self.trust(component) == "internet":
            return self.firewalls.places(component) | {"internet"}
        if component in self._network_of:
            return self.firewalls.places(component)
        is_afar = stands_afar(self.index, self.components[component])
        return self.firewalls.places(component) | {AFAR} if is_afar else None

    def is_denied(self, connection: Connection, target: str) -> bool:
        """Return True if a firewall denies a connection to a target on each of its ports."""
        if not self.firewalls.guards:
            return False
        ports = ports_of(connection)
        return bool(ports) and all(self.denied(connection, target, port) is not None for port in ports)

    # Connections

    @cached_property
    def calls_from_outside(self) -> tuple[Connection, ...]:
        """The connections from the internet, in the model's order."""
        outsiders = self.outsiders
        return tuple(each for each in self.architecture.connections if each.source in outsiders)

    def crosses(self, connection: Connection) -> bool | None:
        """Return True if calls over a connection may leave a host; None where the hosts are unknown."""
        return self._crossings[connection.id]

    @cached_property
    def _crossings(self) -> dict[str, bool | None]:
        return {connection.id: self._leaves_host(connection) for connection in self.architecture.connections}

    def _leaves_host(self, connection: Connection) -> bool | None:
        if connection.locality == SAME_HOST:
            return False
        caller = self.components[connection.source]
        # a managed service runs on none of the model's hosts
        if caller.kind == "client" or caller.managed:
            return True
        callees = [self.components[target] for target in connection.targets]
        for callee in callees:
            if callee.managed:
                return True
        if connection.locality is None and caller.kind == "backup" and _is_beside(caller, callees):
            return False
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
        """Return the meaning of a connection's line on one of its ports."""
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
        return "plaintext" if safe is False and across and not is_said_to_be_tunnelled(connection) else "unknown"

    @cached_property
    def backups(self) -> dict[str, tuple[Component, ...]]:
        """The backups of each component, of itself or of a copy of it."""
        backups: dict[str, list[Component]] = {}
        for component in self.architecture.components:
            for source in component.backs_up:
                backups.setdefault(source, []).append(component)
                copied = self.components[source].replication if source in self.components else None
                if copied is not None and copied.copy_of is not None:
                    backups.setdefault(copied.copy_of, []).append(component)
        return {source: tuple(dict.fromkeys(components)) for source, components in backups.items()}

    @cached_property
    def states_load(self) -> bool:
        """True if the model declares both a demand and a capacity, without which there is nothing to compare."""
        demanded = any(flow.busiest is not None for flow in self.architecture.flows)
        return demanded and any(component.capacity is not None for component in self.architecture.components)

    # Servers

    def load(self, host: str) -> tuple[str, ...]:
        """Return the components on a host that serve requests or store data; what a provider runs has only its place there."""
        return self._loads[host]

    @cached_property
    def _loads(self) -> dict[str, tuple[str, ...]]:
        own = (component for component in self.architecture.components if not component.managed)
        working = {component.id for component in own if KINDS[component.kind].serves or KINDS[component.kind].stores}
        return {
            host: tuple(dict.fromkeys([replica.component for replica in replicas if replica.component in working]))
            for host, replicas in self.replicas_on.items()
        }

    @cached_property
    def _roles(self) -> dict[str, frozenset[str]]:
        kinds = self._kinds
        return {host: frozenset([kinds[component].role for component in load]) for host, load in self._loads.items()}

    def carries_all_roles(self, host: str) -> bool:
        """Return True if a host carries a web server, an application and a data store."""
        return self._roles[host] >= _SERVING

    @cached_property
    def identical_servers(self) -> tuple[str, ...]:
        """All hosts that serve or store, if there are several and each carries the same web server, application and data."""
        carrying = tuple(host for host in self.hosts if self.load(host))
        if len(carrying) < 2 or not self.carries_all_roles(carrying[0]):
            return ()
        first = frozenset(self.load(carrying[0]))
        return carrying if all(first == frozenset(self.load(host)) for host in carrying) else ()


def _is_beside(caller: Component, callees: Iterable[Component]) -> bool:
    """Return True if a caller has a replica that it calls beside each of its own: a backup copies the one there."""
    beside = {replica.hosts for callee in callees for replica in callee.replicas if len(replica.hosts) == 1}
    return all(replica.hosts in beside for replica in caller.replicas)
