"""What other projects publish on the ports of their machines, which services know by an address and a port."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archgen.importers.addresses import Mention, is_ip_address
from archgen.importers.compose.parts import ServicePart
from archgen.importers.outside import stores_named


class Neighbours:
    """The parts of other projects by the port that each alone publishes."""

    def __init__(self, parts: Iterable[ServicePart] = ()) -> None:
        self.parts = {part.id: part for part in parts}
        published: dict[int, set[str]] = {}
        for part in self.parts.values():
            for port in part.service.ports:
                if port.published is not None and not port.udp:
                    published.setdefault(port.published, set()).add(part.id)
        self.by_port = {port: min(names) for port, names in published.items() if len(names) == 1}

    def hosts(self, own: Mapping[str, str]) -> dict[str, str]:
        """Return the names by which a project reaches its own services, and those ports of others that it doesn't publish."""
        return {f":{port}": name for port, name in self.by_port.items()} | {**own}

    def stores(self, name: str, value: str, port: int | None) -> dict[str, Mention]:
        """Return the stores of other projects that the value of a variable names, by the address that it names them by."""
        found: dict[str, Mention] = {}
        for mention, known in stores_named(name, value, port) if self.by_port else ():
            identity = self.by_port.get(mention.port or known.port or 0)
            if identity is not None and is_ip_address(mention.host) and self.parts[identity].kind == known.kind:
                found[mention.host] = Mention(identity, mention.protocol, mention.port)
        return found
