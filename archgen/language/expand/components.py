"""Components: their kind, the failover of their replicas, and the facts that rules need."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archgen.language.expand.balances import read_balance
from archgen.language.expand.component_reader import ComponentReader, Targets
from archgen.language.expand.context import Context, suggestion
from archgen.language.expand.replica_placement import placement
from archgen.language.expand.replicas import read_cluster, read_quorum, read_replication
from archgen.language.expand.scalars import expand_availability, links
from archgen.language.yaml.scalars import is_ip_or_network, parse_rate, probability, seconds, shorten
from archgen.language.yaml.tree import Document, Map, TreeNode
from archgen.model.architecture import Changes, Collection, Component, FirewallRule, Managed, Record, Replica, Scope
from archgen.model.firewall_ports import HIGHEST, read_firewall_port
from archgen.model.kinds import KINDS
from archgen.model.protocols import PROTOCOLS

_SCOPES: dict[str, Scope] = {
    **dict.fromkeys(("rack", "power", "datacenter", "availability-zone"), "zonal"),
    "region": "regional",
    "provider": "global",
}
"""The scope of a managed service that is lost with a zone of a kind."""


def component(context: Context, name: str, entry: Map, replicas: tuple[Replica, ...], calls: Targets) -> Component:
    """Return a component with its short forms expanded and its references checked."""
    if len(entry) <= 2 and entry.keys() <= {"kind", "runs_on"}:
        return Component(
            id=name,
            kind=entry["kind"],
            replicas=replicas,
            placed=_placed(entry),
            managed=_foreign(entry),
            placement=placement(context, entry),
        )
    return _read(ComponentReader(context, name, entry, replicas, calls))


def _read(reader: ComponentReader) -> Component:
    entry, document = reader.entry, reader.context.document
    declared: dict[str, TreeNode] = {"managed": _foreign(entry), "placement": placement(reader.context, entry)}
    for key, value in entry.items():
        if key in _READERS:
            declared[key] = _READERS[key](reader)
        elif key not in _PLACING:
            reading = _READINGS[key]
            declared[key] = value if reading is None else reading(document, entry, key)
    return Component(id=reader.name, replicas=reader.replicas, placed=_placed(entry), **declared)


def _placed(entry: Map) -> bool:
    return "runs_on" in entry or "replicas" in entry


def _foreign(entry: Map) -> bool:
    """Return True if the component is a managed service unless the model declares otherwise."""
    return KINDS[entry["kind"]].foreign and "runs_on" not in entry


def _managed(reader: ComponentReader) -> TreeNode:
    """Return the declared place of a managed service; a zone without a scope tells the scope."""
    declared = reader.entry["managed"]
    if declared.__class__ is not Map:
        return declared
    scope, zone = declared.get("scope"), next(iter(reader.refer(declared, "zone", ("zone",))), None)
    entry = reader.context.section("zones").get(zone or "")
    kind = entry["kind"] if isinstance(entry, Map) else ""
    implied = _SCOPES.get(kind)
    if implied is not None and scope not in (None, implied):
        message = f"`{reader.name}` is {scope} and can't be lost with `{zone}`, which is a zone of kind `{kind}`"
        fix = "Name a region." if scope == "regional" else f"Write `scope: {implied}`, or remove `zone`."
        reader.context.invalid(declared.value_mark("zone"), reader.subject, message, fix)
    if zone is not None and "runs_on" in reader.entry:
        message = f"`managed` of `{reader.name}` must not name a zone beside `runs_on`: its hosts tell where it is lost"
        reader.context.invalid(declared.key_mark("zone"), reader.subject, message, "Keep one of them.")
    return Managed(scope or implied, zone)


def _changes(reader: ComponentReader) -> TreeNode:
    """Return the declared rate of changes; an interval of no time would be a change at any moment."""
    declared = reader.entry["changes"]
    if declared.__class__ is not Map:
        return declared
    every, bad, recovery = (reader.context.document.text(declared, key) for key in ("every", "bad", "recovery"))
    if every is not None and not seconds(every):
        message = f"`every` of the `changes` of `{reader.name}` must be longer than no time; got {every}"
        fix = "Write the time between two changes, such as `every: 1w`, or `changes: false`."
        reader.context.invalid(declared.value_mark("every"), reader.subject, message, fix)
    return Changes(
        None if every is None else seconds(every),
        None if bad is None else probability(bad),
        None if recovery is None else seconds(recovery),
    )


def _records(reader: ComponentReader) -> tuple[Record, ...]:
    text = reader.context.document.text
    records = []
    for record in reader.entry["records"]:
        name, kind, ttl = text(record, "name") or "", record["type"], text(record, "ttl")
        value = text(record, "value") or ""
        records.append(Record(f"{name} {kind}", name, kind, value, None if ttl is None else seconds(ttl)))
    return tuple(records)


def _rules(reader: ComponentReader) -> tuple[FirewallRule, ...]:
    rules = []
    for rule in reader.entry["rules"]:
        sources, targets = (_peers(reader, rule, key) for key in ("from", "to"))
        ports = _rule_ports(reader, rule)
        rules.append(FirewallRule(sources, targets, ports, rule.get("action", "allow"), rule.get("direction", "in")))
    return tuple(rules)


def _rule_ports(reader: ComponentReader, rule: Map) -> tuple[str, ...]:
    """Return the ports of a rule; none if it names `any` port, which a text that names none must not mean."""
    ports = []
    for text, mark in reader.marked(rule, "ports"):
        if text != "any" and read_firewall_port(text) is None:
            message = f"`ports` in a rule of `{reader.name}` must be ports; got `{shorten(text)}`"
            near = suggestion(text, PROTOCOLS) or f"Write numbers up to {HIGHEST}: `443`, `tcp/443` or `8000-8100`."
            reader.context.invalid(mark, reader.subject, message, near)
        ports.append(text)
    return () if "any" in ports else tuple(ports)


def _peers(reader: ComponentReader, rule: Map, key: str) -> tuple[str, ...]:
    peers = []
    for text, mark in reader.marked(rule, key):
        if text == "any":
            return ()
        if text != "internet" and not is_ip_or_network(text):
            kinds = ("component", "host", "network")
            text = reader.context.refer(text, mark, kinds, reader.subject, f"`{key}` in a rule of `{reader.name}`")
        peers.append(text)
    return tuple(peers)


def _collects(reader: ComponentReader) -> tuple[Collection, ...]:
    texts = reader.context.document.texts
    return tuple(
        Collection(
            tuple(_collected_from(reader, collection)),
            texts(collection, "what"),
            texts(collection, "measures"),
        )
        for collection in reader.entry["collects"]
    )


def _collected_from(reader: ComponentReader, collection: Map) -> Iterator[str]:
    """Yield what data comes from: components, or hosts whose names no component has."""
    for text, mark in reader.marked(collection, "from"):
        kinds = ("component",) if text in reader.context.declared.get("component", ()) else ("component", "host")
        yield reader.context.refer(text, mark, kinds, reader.subject, f"`collects` of `{reader.name}`")


_AS_WRITTEN: dict[str, Callable[[Document, Map, str], TreeNode]] = {
    "str | None": Document.text,
    "str | bool | None": Document.text_or_flag,
}
"""Types of fields whose values are taken as they were written; of any other field, as YAML reads them."""

_READINGS = {key: _AS_WRITTEN.get(hint) for key, hint in Component.__annotations__.items()}

_PLACING = ("runs_on", "replicas")
_READERS: dict[str, Callable[[ComponentReader], TreeNode]] = {
    "network": lambda reader: reader.reference("network", "network"),
    "group": lambda reader: reader.reference("group", "group"),
    "tags": lambda reader: reader.context.document.texts(reader.entry, "tags"),
    "codebase": lambda reader: reader.reference("codebase", "component"),
    "balance": read_balance,
    "cluster": read_cluster,
    "replication": read_replication,
    "quorum": read_quorum,
    "managed": _managed,
    "records": _records,
    "guards": lambda reader: reader.refer(reader.entry, "guards", ("host", "network", "component")),
    "rules": _rules,
    "collects": _collects,
    "alerts": lambda reader: reader.context.document.texts(reader.entry, "alerts"),
    "probes": lambda reader: reader.context.document.texts(reader.entry, "probes"),
    "backs_up": lambda reader: reader.refer(reader.entry, "backs_up", ("component",)),
    "every": lambda reader: reader.span("every"),
    "keeps": lambda reader: reader.span("keeps"),
    "capacity": lambda reader: parse_rate(reader.context.document.text(reader.entry, "capacity") or ""),
    "changes": _changes,
    "links": lambda reader: links(reader.context, reader.entry),
    "availability": lambda reader: expand_availability(reader.context, reader.entry),
}
