"""The facts that a condition can ask: what a model declares of an element, by the types of its fields, and what follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from msgspec import Struct

from archgen.analysis.hops import encrypted
from archgen.analysis.topology import Topology
from archgen.linting.conditions import FactValue, Type
from archgen.model.architecture import Component, Connection, Flow, Host

Each = Literal["component", "host", "connection", "flow"]
Element = Component | Host | Connection | Flow

_STRUCTS: dict[Each, type[Struct]] = {"component": Component, "host": Host, "connection": Connection, "flow": Flow}
_TYPES: dict[object, Type] = {str: "text", bool: "truth", int: "number", float: "number", tuple[str, ...]: "texts"}


class FactDefinition(Struct, frozen=True):
    """A fact about an element: its type, and its value by the model and the element."""

    type: Type
    value: Callable[[Topology, Any], FactValue]


@cache
def facts_of(each: Each) -> dict[str, FactDefinition]:
    """Return the facts about elements of a kind: their fields of the types that conditions have, then derived ones."""
    fields = get_type_hints(_STRUCTS[each]).items()
    declared = {name: FactDefinition(kind, _field(name)) for name, hint in fields for kind in _types(hint)}
    return declared | _DERIVED[each]


def elements_of(topology: Topology, each: Each) -> Sequence[Element]:
    """Return the elements of a kind in the order of the model."""
    model = topology.architecture
    elements: dict[Each, Sequence[Element]] = {
        "component": model.components,
        "host": model.hosts,
        "connection": model.connections,
        "flow": model.flows,
    }
    return elements[each]


def _types(hint: Any) -> tuple[Type, ...]:
    """Return the type that all values of a field have in a condition; none if it has no such type or several."""
    forms = set(get_args(hint)) - {type(None)} if get_origin(hint) not in (None, tuple, Literal) else {hint}
    bases = {type(get_args(form)[0]) if get_origin(form) is Literal else form for form in forms}
    return (_TYPES[bases.pop()],) if len(bases) == 1 and bases <= _TYPES.keys() else ()


def _field(name: str) -> Callable[[Topology, Element], FactValue]:
    def value(_: Topology, element: Element) -> FactValue:
        declared: FactValue = getattr(element, name)
        return float(declared) if isinstance(declared, int) and not isinstance(declared, bool) else declared

    return value


def _encrypted(_: Topology, connection: Connection) -> bool | None:
    """Return True if all ports are encrypted, False if one is known not to be, None if that isn't known."""
    ports = [encrypted(port) for port in connection.ports if port.redirect is None]
    return False if False in ports else None if None in ports or not ports else True


def _hosts(topology: Topology, component: Component) -> FactValue:
    return topology.hosts_of(component.id) if component.placed else None


_DERIVED: dict[Each, dict[str, FactDefinition]] = {
    "component": {
        "trust": FactDefinition("text", lambda topology, component: topology.trust(component.id)),
        "managed": FactDefinition("truth", lambda _, component: bool(component.managed)),
        "stores": FactDefinition("truth", lambda topology, component: topology.kind(component.id).stores),
        "replicas": FactDefinition("number", lambda _, component: float(len(component.replicas))),
        "hosts": FactDefinition("texts", _hosts),
        "flows": FactDefinition("texts", lambda topology, component: topology.flows_of.get(component.id, ())),
        "backups": FactDefinition(
            "texts", lambda topology, component: tuple(backup.id for backup in topology.backups.get(component.id, ()))
        ),
        "links": FactDefinition("texts", lambda _, component: tuple(title for title, _ in component.links)),
    },
    "host": {
        "replicas": FactDefinition(
            "texts", lambda topology, host: tuple(replica.id for replica in topology.replicas_on.get(host.id, ()))
        ),
    },
    "connection": {
        "source_kind": FactDefinition("text", lambda topology, connection: topology.components[connection.source].kind),
        "source_trust": FactDefinition("text", lambda topology, connection: topology.trust(connection.source)),
        "target_kinds": FactDefinition(
            "texts",
            lambda topology, connection: tuple(topology.components[target].kind for target in connection.targets),
        ),
        "protocols": FactDefinition("texts", lambda _, connection: tuple(port.protocol for port in connection.ports)),
        "encrypted": FactDefinition("truth", _encrypted),
        "crosses_hosts": FactDefinition("truth", lambda topology, connection: topology.crosses(connection)),
        "flows": FactDefinition("texts", lambda topology, connection: topology.flows_over.get(connection.id, ())),
    },
    "flow": {
        "requests": FactDefinition("number", lambda topology, flow: float(len(topology.hops[flow.id]))),
    },
}
