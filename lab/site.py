"""A system's places and addresses, as adapters ask for them. Pure: nothing is run, no file is read."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from archgen.model.architecture import Architecture, Component, Connection, Replica
from archgen.model.protocols import PROTOCOLS
from lab.system import System

Endpoint = tuple[str, int]


class Site(Struct, frozen=True):
    """A system laid out below a folder: a place for each host, and for each replica that has none."""

    system: System
    folder: str

    @property
    def architecture(self) -> Architecture:
        """The model."""
        return self.system.architecture

    def component(self, name: str) -> Component:
        """Return a component by its id."""
        return next(component for component in self.architecture.components if component.id == name)

    @property
    def replicas(self) -> tuple[Replica, ...]:
        """All replicas that can be lost: clients never fail."""
        return tuple(
            replica
            for component in self.architecture.components
            for replica in component.replicas
            if component.kind != "client"
        )

    @property
    def places(self) -> dict[str, str]:
        """The address of each place: what the model declares, else one of 198.18.0.0/16, in the model's order."""
        hosts = {host.id: host.address for host in self.architecture.hosts}
        all_places = dict.fromkeys([*hosts, *(place_of(replica) for replica in self.replicas)])
        return {
            place: hosts.get(place) or f"198.18.{number // 250}.{number % 250 + 1}"
            for number, place in enumerate(all_places)
        }

    @property
    def router(self) -> str | None:
        """The host of the firewall that every packet from outside passes, if there is one."""
        return next(
            (
                place_of(replica)
                for component in self.architecture.components
                if component.kind == "firewall" and not component.guards and self.callers(component.id)
                for replica in component.replicas
            ),
            None,
        )

    @property
    def outside(self) -> tuple[str, ...]:
        """The places outside of the router: of managed services, which are on the internet as clients are."""
        managed = [component for component in self.architecture.components if component.managed]
        return tuple(place_of(replica) for component in managed for replica in component.replicas)

    def lost_with(self, name: str) -> tuple[str, ...]:
        """Return the hosts that are lost with a host or a zone: those in it, and guests of hosts that are lost."""
        inner = {zone.id for zone in self.architecture.zones if name in (zone.id, zone.within)}
        direct = [host for host in self.architecture.hosts if name in (host.id, host.runs_on) or inner & {*host.zones}]
        deeper = [each.id for each in self.architecture.zones if each.within == name]
        deeper += [host.id for host in direct if host.id != name]
        return tuple(
            dict.fromkeys(
                [*(host.id for host in direct), *(each for below in deeper for each in self.lost_with(below))]
            )
        )

    def address(self, replica: Replica) -> str:
        """Return the address of a replica's place."""
        return self.places[place_of(replica)]

    def directory(self, replica: Replica) -> str:
        """Return the folder of a replica's files."""
        return f"{self.folder}/{place_of(replica)}/{replica.component}"

    def settings(self, component: str) -> dict[str, Any]:
        """Return what the sidecar sets for a component."""
        return self.system.sidecar.settings.get(component, {})

    def calls(self, component: str) -> tuple[Connection, ...]:
        """Return a component's connections, in the model's order."""
        return tuple(each for each in self.architecture.connections if each.source == component)

    def callers(self, component: str) -> tuple[Connection, ...]:
        """Return the connections to a component."""
        return tuple(each for each in self.architecture.connections if component in each.targets)

    def answering(self, caller: Replica | None, connection: Connection) -> tuple[Replica, ...]:
        """Return the replicas that a connection leads to; on the caller's own host alone where the model says so."""
        replicas = tuple(replica for target in connection.targets for replica in self.component(target).replicas)
        if caller is None or connection.locality is None:
            return replicas
        if connection.locality != "same-host":
            raise ValueError(f"the lab has no locality {connection.locality}")
        return tuple(replica for replica in replicas if replica.hosts == caller.hosts)

    def endpoints(self, caller: Replica | None, connection: Connection) -> tuple[Endpoint, ...]:
        """Return the addresses and ports that a caller uses: the shared one of a cluster, else each replica's."""
        port = port_of(connection)
        clusters = [self.component(target).cluster for target in connection.targets]
        shared = [cluster.shared_address for cluster in clusters if cluster and cluster.shared_address]
        if shared:
            return tuple((address, port) for address in shared)
        return tuple((self.address(replica), port) for replica in self.answering(caller, connection))


def place_of(replica: Replica) -> str:
    """Return the host of a replica, or a place of its own where it has none."""
    if replica.floating:
        raise ValueError(f"the lab has no platform that places {replica.id}")
    return replica.hosts[0] if replica.hosts else replica.id


def port_of(connection: Connection) -> int:
    """Return the port of a connection: the model's, else the protocol's usual one."""
    port = connection.ports[0]
    number = port.port or PROTOCOLS[port.protocol].port
    if number is None:
        raise ValueError(f"{connection.id}: the lab needs the port of {port.protocol}")
    return number


def listening(site: Site, component: str) -> int:
    """Return the port that a component's callers use."""
    return port_of(site.callers(component)[0])
