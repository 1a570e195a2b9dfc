"""Connections between components, and their ports."""

from __future__ import annotations

from msgspec.structs import replace

from archgen.language.expand.context import Context, SubjectId
from archgen.language.yaml.scalars import probability, seconds
from archgen.language.yaml.tree import Map, Seq, TreeNode
from archgen.model.architecture import Connection, Port, Tls
from archgen.model.kinds import AGENTS, KINDS
from archgen.model.product_facts.managed_services import ENCRYPTED
from archgen.model.products import product_name
from archgen.model.protocols import PROTOCOLS, relays

_NOTHING = Map(0)


def connections(context: Context) -> tuple[Connection, ...]:
    """Return every connection with its short forms expanded and its ends checked."""
    section = context.section("connections")
    by_id: dict[str, Connection] = {}
    components = context.section("components")
    encrypting = {
        key
        for key, entry in components.items()
        if ("product" in entry or "managed" in entry)
        and _refuses_plaintext(context.document.text(entry, "product"), key, entry)
    }
    agents = {key for key, entry in components.items() if entry.get("kind") in AGENTS and _OF_SEVERAL.isdisjoint(entry)}
    for number, (key, value) in enumerate(section.items()):
        source, targets = connection_ends(key)
        name = _id(source, targets)
        subject = ("connection", name)
        if name in by_id:
            message = f"duplicate connection `{name}`"
            context.invalid(section.marks[2 * number], subject, message, "Merge them, with `ports` for several ports.")
        for end in (source, *targets):
            if end not in context.components:
                context.refer(end, section.marks[2 * number], ("component",), subject, f"the connection `{name}`")
        connection = _connection(context, name, source, targets, value)
        if encrypting.issuperset(targets):
            connection = _encrypted(connection)
        if targets[0] in agents and _is_beside_caller(context, connection):
            connection = replace(connection, locality="same-host")
        if components.get(source, _NOTHING).get("kind") in _MAIL_SERVERS and _is_queued(connection):
            connection = replace(connection, deferred=True)
        by_id[name] = connection
    return tuple(by_id.values())


def _refuses_plaintext(product: str | None, key: str, entry: Map) -> bool:
    """Return True for a service that takes TLS alone: by its product, or by an id of what is managed that is a product's name."""
    return product_name(product or (key if entry.get("managed") else None)) in ENCRYPTED


def _encrypted(connection: Connection) -> Connection:
    """Return a connection with TLS where its ports leave that open: what it calls refuses all else."""
    ports = (
        replace(port, tls=Tls("on")) if port.tls is None and not PROTOCOLS[port.protocol].encrypted else port
        for port in connection.ports
    )
    return replace(connection, ports=tuple(ports))


def _is_beside_caller(context: Context, connection: Connection) -> bool:
    """Return True for a call to an agent beside the caller on each of its hosts: that of another host has nothing of it.

    What watches calls the agents of all hosts.
    """
    agents, callers = context.placed.get(connection.targets[0], ()), context.placed.get(connection.source, ())
    kind = KINDS.get(context.section("components").get(connection.source, _NOTHING).get("kind"))
    if connection.locality is not None or len(connection.targets) > 1:
        return False
    if len(agents) < 2 or kind is None or kind.observes:
        return False
    there = {agent.hosts for agent in agents if len(agent.hosts) == 1}
    return bool(callers) and all(caller.hosts in there for caller in callers)


_MAIL_SERVERS = ("external-service", "mail")
"""The kinds of what keeps a mail until the next server takes it."""


def _is_queued(connection: Connection) -> bool:
    """Return True for mail from server to server, unless its caller is said to wait: a server tries again for days (RFC 5321, 4.5.4.1)."""
    return connection.deferred is None and all(relays(port) for port in connection.ports)


_OF_SEVERAL = frozenset(("cluster", "replication", "quorum"))
"""Keys of replicas that stand in for each other, on whatever host."""


def connection_ends(key: str) -> tuple[str, tuple[str, ...]]:
    """Return the source and the targets of `a -> b | c`."""
    source, _, rest = key.partition(" -> ")
    if "|" not in rest:
        return source.strip(), (rest.strip(),)
    return source.strip(), tuple([target.strip() for target in rest.split("|")])


def connection_id(key: str) -> str:
    """Return the id of a connection, whose key may be spaced otherwise."""
    return _id(*connection_ends(key))


def _id(source: str, targets: tuple[str, ...]) -> str:
    return f"{source} -> {' | '.join(targets)}"


_OF_PORT = frozenset(("protocol", "port", "redirect", "tls", "admin", "access"))
"""Keys of a connection of one port that says nothing else but its access, as most are."""


def _connection(context: Context, name: str, source: str, targets: tuple[str, ...], value: TreeNode) -> Connection:
    if value.__class__ is str:
        return Connection(name, source, targets, (Port(value),))
    subject = ("connection", name)
    if value.__class__ is Seq:
        return Connection(name, source, targets, _ports(context, value, subject))
    if value.keys() <= _OF_PORT:
        return Connection(name, source, targets, (_port(context, value, subject),), access=value.get("access"))
    timeout, hits = context.document.text(value, "timeout"), context.document.text(value, "hits")
    ports = _ports(context, value["ports"], subject) if "ports" in value else (_port(context, value, subject),)
    return Connection(
        name,
        source,
        targets,
        ports,
        value.get("needs", 1),
        value.get("required", True),
        value.get("locality"),
        value.get("access"),
        context.document.text(value, "why"),
        None if timeout is None else seconds(timeout),
        value.get("retries"),
        context.document.text(value, "credentials"),
        context.document.text_or_flag(value, "authentication"),
        value.get("assumed"),
        value.get("async"),
        None if hits is None else probability(hits),
    )


def _ports(context: Context, items: Seq, subject: SubjectId) -> tuple[Port, ...]:
    return tuple(Port(item) if item.__class__ is str else _port(context, item, subject) for item in items)


def _port(context: Context, port: Map, subject: SubjectId) -> Port:
    tls = port.get("tls")
    declared = None if tls is None else _tls(context, port, tls, subject)
    return Port(port["protocol"], port.get("port"), port.get("redirect"), declared, port.get("admin"))


def _tls(context: Context, port: Map, tls: TreeNode, subject: SubjectId) -> Tls:
    if tls.__class__ is not Map:
        return Tls("on" if tls is True else "off" if tls is False else "pass-through")
    certificate = context.document.text(tls, "certificate")
    if certificate is not None:
        key = f"`tls` of `{subject[1]}`"
        certificate = context.refer(certificate, tls.value_mark("certificate"), ("certificate",), subject, key)
    return Tls("on", context.document.text(tls, "version"), tls.get("verify"), certificate, tls.get("tunnel"))
