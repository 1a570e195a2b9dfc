"""Services of other projects, which are known by the port that they publish on their machine, or by a network in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from msgspec.structs import replace

from archgen.importers.addresses import Mention, is_ip_address
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.project import Project
from archgen.importers.outside import stores_named


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

    def hosts(self, own: Mapping[str, str], networks: Set[str]) -> dict[str, str]:
        """Return the names by which a project reaches its own services, and those of others on networks that it uses too.

        Ports of others that it doesn't publish are among them.
        """
        beside = {name: identity for name, (identity, on) in self.names.items() if on & networks}
        return {f":{port}": name for port, name in self.by_port.items()} | beside | {**own}

    def stores(self, name: str, value: str, port: int | None) -> dict[str, Mention]:
        """Return the stores of other projects that the value of a variable names, by the address that it names them by."""
        stores: dict[str, Mention] = {}
        for mention, known in stores_named(name, value, port) if self.by_port else ():
            identity = self.by_port.get(mention.port or known.port or 0)
            if identity is not None and is_ip_address(mention.host) and self.parts[identity].kind == known.kind:
                stores[mention.host] = replace(mention, host=identity)
        return stores


def networks_of(project: Project, part: ServicePart) -> Set[str]:
    """Return the networks of a service that other projects may use too, by their names on the machine."""
    return {project.networks[name] for name in part.service.networks or ("default",) if name in project.networks}
