"""Services as others know them: on a network in common by their names, in other projects by a port of their machine too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from msgspec.structs import replace

from archgen.importers.addresses import Mention, is_ip_address, mentions, with_told
from archgen.importers.compose.indirect import IndirectCall
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.project import Project
from archgen.importers.compose.service import Service, SourceText
from archgen.importers.facts import FactSheet
from archgen.importers.outside import stores_named
from archgen.importers.schemes import Beside


class Neighbours:
    """The parts of other projects by the port that each alone publishes, and by their names on networks that others use."""

    def __init__(self, projects: Iterable[tuple[Project, Iterable[ServicePart]]] = ()) -> None:
        self.parts: dict[str, ServicePart] = {}
        self.names: dict[str, tuple[str, Set[str]]] = {}
        for project, parts in projects:
            for part in parts:
                self.parts[part.id] = part
                for name in (part.service.name, *sorted(part.service.aliases)):
                    self.names.setdefault(name.lower(), (part.id, networks_of(project, part)))
        published: dict[int, set[str]] = {}
        for part in self.parts.values():
            for port in part.machine_ports:
                published.setdefault(port, set()).add(part.id)
        self.by_port = {port: min(names) for port, names in published.items() if len(names) == 1}

    def hosts(self, own: Mapping[str, str], project: Project, parts: Iterable[ServicePart]) -> dict[str, str]:
        """Return the names by which a project reaches its own services, and those of others on networks that it uses too.

        Ports of others that it doesn't publish are among them.
        """
        networks = {network for part in parts for network in networks_of(project, part)}
        beside = {name: identity for name, (identity, on) in self.names.items() if on & networks}
        return {f":{port}": name for port, name in self.by_port.items()} | beside | {**own}

    def with_near(self, project: Project, parts: Mapping[str, ServicePart]) -> Mapping[str, ServicePart]:
        """Return the parts of a project, and those of others on networks that it uses too."""
        networks = {network for part in parts.values() for network in networks_of(project, part)}
        return {**parts, **{identity: self.parts[identity] for identity, on in self.names.values() if on & networks}}

    def stores(self, name: str, value: str, beside: Beside) -> dict[str, Mention]:
        """Return the stores of other projects that the value of a variable names, by the address that it names them by."""
        stores: dict[str, Mention] = {}
        for mention, known in stores_named(name, value, beside.port) if self.by_port else ():
            identity = self.by_port.get(mention.port or known.port or 0)
            if identity is not None and is_ip_address(mention.host) and self.parts[identity].kind == known.kind:
                stores[mention.host] = with_told(replace(mention, host=identity), beside)
        return stores


class Networks:
    """The services of a project that no network joins, and the names that a service can call others by."""

    def __init__(self, project: Project, parts: Iterable[ServicePart], hosts: Mapping[str, str]) -> None:
        self._project = project
        self._services = {part.id: part.service for part in parts}
        self._hosts = hosts
        self._networks: dict[str, frozenset[str]] = {}
        self._reached: dict[tuple[frozenset[str], frozenset[str]], Mapping[str, str]] = {}

    def are_apart(self, service: Service, target: str) -> bool:
        """Return True for a service and a component of the project without a network in common, where files tell those of both."""
        other = self._services.get(target)
        on, others = self._networks_of(service), self._networks_of(other) if other is not None else frozenset()
        return bool(on) and bool(others) and on.isdisjoint(others)

    def joined(self, calls: Iterable[IndirectCall]) -> Iterator[IndirectCall]:
        """Yield the calls without an address whose targets are in reach."""
        yield from (call for call in calls if not self.are_apart(self._services[call.source], call.target))

    def mentions(
        self, part: ServicePart, name: str, value: SourceText, beside: Beside, sheet: FactSheet
    ) -> tuple[Mention, ...]:
        """Return the mentions of what a service reaches in a value; one of a name that doesn't lead there is a warning."""
        hosts = self.hosts_of(part.service)
        reached = mentions(name, value.text, hosts, beside)
        if hosts is not self._hosts:
            present = {mention.host for mention in reached}
            others = {host: identity for host, identity in self._hosts.items() if host not in hosts}
            for mention in mentions(name, value.text, others, beside):
                if mention.host not in present:
                    sheet.warn(
                        f"unresolved: {part.id} names {mention.host} ({value.source}), which is on none of its networks"
                    )
        return reached

    def hosts_of(self, service: Service) -> Mapping[str, str]:
        """Return the hosts that a service reaches: ports of the machine, its own names, and those of others that it isn't apart from."""
        networks = self._networks_of(service), service.extra_hosts
        if networks not in self._reached:
            apart = {name for name in self._services if self.are_apart(service, name)}
            # a name with a domain may be known outside of all networks
            named = {
                host: name
                for host, name in self._hosts.items()
                if host.startswith(":") or "." in host or name not in apart or host.lower() in service.extra_hosts
            }
            for name, each in self._services.items():
                # an alias in reach counts before the name of a service that isn't
                for alias, network in sorted(each.aliases_on) if name not in apart and apart else ():
                    holds = not network or self._project.networks.get(network, network) in networks[0]
                    if holds and self._hosts.get(alias.lower()) in apart:
                        named.setdefault(alias.lower(), name)
            self._reached[networks] = named if apart else self._hosts
        return self._reached[networks]

    def _networks_of(self, service: Service) -> frozenset[str]:
        """Return the networks of a service by their names on the machine; none where files don't tell them."""
        passed: dict[str, None] = {}
        # each may use those of another one, and the last those of the first
        while service.name not in passed and service.name not in self._networks:
            passed[service.name] = None
            kind, _, beside = service.network_mode.partition(":")
            other = self._project.services.get(beside)
            if kind != "service" or other is None:
                self._networks[service.name] = self._own_networks_of(service)
            else:
                service = other
        networks = self._networks.get(service.name, frozenset())
        self._networks.update(dict.fromkeys(passed, networks))
        return networks

    def _own_networks_of(self, service: Service) -> frozenset[str]:
        kind = service.network_mode.partition(":")[0]
        names = service.networks or {"default"}
        if kind or any("$" in name for name in names):
            return frozenset()
        return frozenset(self._project.networks.get(name, name) for name in names)


def networks_of(project: Project, part: ServicePart) -> Set[str]:
    """Return the networks of a service that other projects may use too, by their names on the machine."""
    return {project.networks[name] for name in part.service.networks or ("default",) if name in project.networks}
