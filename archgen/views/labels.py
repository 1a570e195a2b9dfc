"""Texts that several views show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from archgen.analysis.hops import Meaning
from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Connection, Port
from archgen.views.diagram import Chip, Edge, Node
from archgen.views.watching import is_for_watching

WORST: tuple[Meaning, ...] = (
    "plaintext",
    "unknown",
    "encrypted",
    "replication",
    "local",
    "lookup",
    "monitoring",
    "code",
)
"""Meanings of lines, the one first that a line of several shows."""

MORE_PORTS = " +"
"""Before the number of ports that the words of a line don't name."""


def port_label(port: Port | None) -> str:
    """Return the protocol and the number of a port, as far as the model declares them."""
    return " ".join(str(word) for word in (port.protocol, port.port) if word is not None) if port else ""


def step_ports(topology: Topology, flow: str) -> dict[str, tuple[Port, ...]]:
    """Return the ports that the steps of a flow use of each connection."""
    ports: dict[str, tuple[Port, ...]] = {}
    for hop in topology.hops[flow]:
        if hop.connection is not None and hop.port is not None:
            ports[hop.connection.id] = tuple(dict.fromkeys((*ports.get(hop.connection.id, ()), hop.port)))
    return ports


def line_of(topology: Topology, connection: Connection, used: Sequence[Port] = ()) -> tuple[str, Meaning]:
    """Return the words and the meaning of a connection's line: its worst port, and how many others there are: "http 80 +1".

    A port that only redirects doesn't count beside others; of those that a flow has `used` all do, and no others.
    """
    ports = [*used] or [port for port in connection.ports if port.redirect is None] or list(connection.ports[:1])
    meanings = {port: topology.meaning(connection, port) for port in ports}
    port = min(ports, key=lambda each: WORST.index(meanings[each]), default=None)
    meaning = "monitoring" if is_for_watching(topology, connection) else topology.meaning(connection, port)
    more = f"{MORE_PORTS}{len(ports) - 1}" if len(ports) > 1 else ""
    return f"{port_label(port)}{more}", meaning


def own_chip(lines: Sequence[Edge], many: bool) -> Chip:
    """Return the chip of a card for the connections that it has with itself, or that `many` behind it have with each other."""
    meaning = min((line.meaning for line in lines), key=WORST.index)
    return Chip("→ each other" if many else "→ itself", meaning, tuple(dict.fromkeys(line.subject for line in lines)))


def with_own_chips(
    nodes: Iterable[Node], lines: Iterable[Edge], stands_for_many: Callable[[Node], bool]
) -> tuple[Node, ...]:
    """Return cards with a chip on each whose connections with itself no line shows."""
    own: dict[str, list[Edge]] = {}
    for line in lines:
        if line.source == line.target:
            own.setdefault(line.source, []).append(line)
    return tuple(
        replace(node, chips=(*node.chips, own_chip(own[node.id], stands_for_many(node)))) if node.id in own else node
        for node in nodes
    )


def product_label(topology: Topology, component: Component) -> str:
    """Return the product of a component, or its kind if its title names the product."""
    product = component.product or ""
    is_named = _plain(product) in _plain(component.title)
    return topology.kind(component.id).title if is_named else product


def _plain(text: str) -> str:
    return text.replace("-", " ").casefold()


def step_number(step: str) -> str:
    """Return the number of a step, the last part of its id."""
    return step.rpartition("/")[2]
