"""The values of a model from an inventory, with the place of each in a comment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from msgspec import Struct, field

from archgen.importers.assembly.asking import ImportQuestion
from archgen.importers.assembly.certainty import UNPROVEN, leave_open
from archgen.importers.assembly.collecting import collect, find_inner, spread_callees
from archgen.importers.assembly.copies import mark_copies
from archgen.importers.assembly.doors import (
    Doors,
    is_by_proxy,
    is_led_to,
    is_local,
    is_walked,
    may_redirect,
    sort_doors,
)
from archgen.importers.assembly.flows import flows_of
from archgen.importers.assembly.grouping import group
from archgen.importers.assembly.inventory import Call, Entry, Inventory, Part
from archgen.importers.assembly.joining import join_pools
from archgen.importers.assembly.pairs import join_alike, pair_neighbours, pair_seekers, pair_stores
from archgen.importers.assembly.questions import promotes, questions_of, unread_by
from archgen.importers.assembly.reached_proxies import reach_proxies
from archgen.importers.assembly.registries import lead_by_registries
from archgen.importers.assembly.ways import questions_of_templates, questions_of_ways, with_lost
from archgen.importers.catalogue import BY_PRODUCT
from archgen.importers.facts import PASSED_ON, Fact
from archgen.importers.names import free_id, make_id

Comments = dict[tuple[str, str], str]


class ImportedModel(Struct, frozen=True):
    """The values of a model, the comments of its elements by section and id, and what nobody can read from the files."""

    values: dict[str, Any]
    comments: Comments
    questions: tuple[ImportQuestion, ...]
    inventory: Inventory
    doors: Doors


class _Draft(Struct):
    inventory: Inventory
    doors: Doors
    client: str
    outer: str | None
    application: str | None = None
    components: dict[str, Any] = field(default_factory=dict)
    connections: dict[str, Any] = field(default_factory=dict)
    comments: Comments = field(default_factory=dict)


def assemble_model(
    facts: Iterable[Fact],
    name: str,
    sources: Iterable[str],
    undecided: Iterable[tuple[str, ...]] = (),
    lost: Mapping[str, Sequence[str]] | None = None,
) -> ImportedModel:
    """Return the model that facts state.

    `undecided` are the ways to run the system, each that which is read and others, and `lost` the templates of charts that aren't read.
    """
    lost = lost or {}
    joined = join_alike(spread_callees(find_inner(join_pools(reach_proxies(collect(facts))))))
    inventory = leave_open(group(lead_by_registries(pair_neighbours(pair_seekers(pair_stores(joined))))))
    mark_copies(inventory.parts)
    doors = sort_doors(inventory)
    taken = set(inventory.parts)
    client = free_id("visitor", taken)
    application = _application(inventory, doors)
    by_proxy = {entry.component for entry in inventory.entries if is_by_proxy(entry)}
    behind = [*doors.front, *(name for name in (*doors.bypasses, *doors.exposed) if name in by_proxy)]
    local = [name for name in behind if is_local(inventory, name) and application is None]
    outer = free_id("outer-proxy", taken) if local else None
    draft = _Draft(inventory, doors, client, outer, application)
    groups = _groups(inventory)
    _add_components(draft)
    _add_entries(draft, local)
    for call in inventory.calls.values():
        if not call.is_open:
            _add_call(draft, call)
    between = dict.fromkeys(local, outer) if outer else {}
    flows = flows_of(
        inventory, doors, draft.application or client, {door: proxy for door, proxy in between.items() if proxy}
    )
    unknown = _unknown(inventory, doors)
    asked = questions_of(inventory, doors, unknown, draft.application or client)
    questions = (*questions_of_ways(undecided), *questions_of_templates(lost), *with_lost(asked, lost))
    values: dict[str, Any] = {"archgen": 1, "name": name, "sources": sorted(set(sources)), "unknown": list(unknown)}
    values["hosts"] = {make_id(host): _host(host, inventory) for host in inventory.hosts}
    assumed = inventory.assumed_hosts
    for host, place in inventory.hosts.items():
        comment = f"? {place!s}, one host for all that is started together" if host in assumed else str(place)
        draft.comments["hosts", make_id(host)] = comment
    values["groups"] = groups
    values |= {"components": draft.components, "connections": draft.connections, "flows": flows}
    values["questions"] = {
        each.id: {"kind": each.kind, "about": each.about, "ask": each.ask, "options": list(each.options)}
        for each in questions
    }
    for flow in flows:
        draft.comments["flows", flow] = "? assumed from the front door and what it calls"
    return ImportedModel(
        {key: value for key, value in values.items() if value}, draft.comments, questions, inventory, doors
    )


def _host(name: str, inventory: Inventory) -> dict[str, str]:
    """Return the values of a host; one that is known by its address has it."""
    address = inventory.addresses.get(name, name)
    if not (address[:1].isdecimal() or ":" in address):
        return {}
    try:
        return {"address": str(ip_address(address))}
    except ValueError:
        return {}


def _application(inventory: Inventory, doors: Doors) -> str | None:
    """Return the id of the application that uses a system of stores alone; None for any other system."""
    alone = bool(doors.assumed) and all(inventory.parts[name].keeps_data for name in doors.assumed)
    return free_id("app", set(inventory.parts)) if alone else None


def _protocol(part: Part) -> str:
    """Return the protocol that a component is called by."""
    known = BY_PRODUCT.get(part.product or "")
    return known.protocol if known is not None else "tcp" if part.keeps_data else "http"


def _promotion(part: Part) -> dict[str, Any]:
    """Return the replication of a store whose product promotes a replica on its own."""
    first = f"{part.id}@{make_id(part.host)}#1" if part.host is not None else f"{part.id}#1"
    if part.places:
        # each host has one, unless there is one host alone
        first = f"{part.id}@{make_id(part.places[0])}{'#1' if len(part.places) == 1 else ''}"
    return {"primary": first, "failover": "automatic"}


def _add_promoters(draft: _Draft) -> None:
    """Add what promotes the replicas of stores that operators run: the operator, or an agent beside each replica."""
    operators: dict[str, str] = {}
    for part in draft.inventory.parts.values():
        if part.promoter is None or part.replicas < 2:
            continue
        _, is_beside, product = part.promoter.rpartition("{}-")
        name = operators.get(product, "") if not is_beside else ""
        if not name:
            name = free_id(part.promoter.replace("{}", part.id), {*draft.inventory.parts, *draft.components})
            replicas = {"replicas": part.replicas} if is_beside else {}
            draft.components[name] = {"kind": "service", "product": product} | replicas
            draft.comments["components", name] = f"? in no file: it promotes the replicas of {part.id}"
            operators[product] = name
        draft.components[part.id]["replication"]["by"] = name


def _add_components(draft: _Draft) -> None:
    if draft.application is not None:
        draft.components[draft.application] = {"kind": "app-server", "managed": True, "replicas": 2}
        draft.comments["components", draft.application] = "? in no file: the application that uses these stores"
    if (draft.doors.front and draft.application is None) or draft.doors.exposed:
        draft.components[draft.client] = {"kind": "client"}
    if draft.outer is not None:
        host = next((part.host for part in draft.inventory.parts.values() if part.host), None)
        draft.components[draft.outer] = {"kind": "reverse-proxy"} | ({"runs_on": host} if host else {})
        entries = [entry for entry in draft.inventory.entries if entry.component in draft.doors.front and entry.local]
        is_published = any(entry.evidence == "ports" for entry in entries)
        reason = "ports are published on 127.0.0.1 only" if is_published else "labels ask for a proxy"
        draft.comments["components", draft.outer] = f"? in no file: {reason}"
    for part in draft.inventory.parts.values():
        draft.components[part.id] = _component(part)
        mark = "" if part.confidence == "high" else "? "
        members = f", {', '.join(part.members[:4])}" if len(part.members) > 1 else ""
        draft.comments["components", part.id] = f"{mark}{part.source!s}{members}, {part.evidence}"
    _add_promoters(draft)


def _groups(inventory: Inventory) -> dict[str, Any]:
    """Return the groups of several namespaces or projects; those of one alone would show nothing."""
    names = {part.group: part.host for part in inventory.parts.values() if part.group is not None}
    if len(names) < 2:
        for part in inventory.parts.values():
            part.group = None
        return {}
    ids: dict[str, str] = {}
    taken = {*inventory.parts, *map(make_id, inventory.hosts)}
    for name in names:
        ids[name] = free_id(name if make_id(name) not in taken else f"{name}-group", taken)
        taken.add(ids[name])
    for part in inventory.parts.values():
        part.group = ids[part.group] if part.group is not None else None
    return {ids[name]: {"kind": "system" if host is not None else "namespace"} for name, host in sorted(names.items())}


def _component(part: Part) -> dict[str, Any]:
    value: dict[str, Any] = {"kind": part.kind}
    named = {"product": part.product, "image": part.image}
    value |= {key: declared for key, declared in named.items() if declared is not None}
    if part.places:
        places = [make_id(place) for place in part.places]
        value["runs_on"] = places[0] if len(places) == 1 and part.replicas == 1 else places
        if len(places) == 1 and part.replicas > 1:
            value["runs_on"] = {places[0]: part.replicas}
    elif part.host is not None:
        host = make_id(part.host)
        value["runs_on"] = host if part.replicas == 1 else {host: part.replicas}
    elif part.replicas > 1:
        value["replicas"] = part.replicas
    if part.group is not None:
        value["group"] = part.group
    if promotes(part) and part.replicas > 1:
        value["replication"] = _promotion(part)
    if part.copy_of is not None:
        value["replication"] = {"of": part.copy_of, "mode": "asynchronous"}
    if part.backs_up:
        value["backs_up"] = part.backs_up
    return value | part.declared


def _add_call(draft: _Draft, call: Call) -> None:
    value: dict[str, Any] = {"protocol": call.protocol}
    served = sorted(pair for pair in call.ports.items() if pair[0])
    if len(served) > 1 and (call.evidence == PASSED_ON or draft.inventory.parts[call.target].listens):
        ports = [{"protocol": protocol, "port": port} for port, protocol in served]
        value = {"ports": [each | {"tls": True} if each["port"] in call.secured else each for each in ports]}
    elif call.port is not None:
        value["port"] = call.port
    tls = call.tls if call.tls is not None or "ports" in value or (call.port or 0) not in call.secured else True
    if tls is not None and call.protocol not in ("https",):
        value["tls"] = tls
    proven = not call.guess and call.evidence not in UNPROVEN
    if not call.required or not (proven or is_walked(draft.inventory, call.source, call.target)):
        value["required"] = False
    admission = _admission(draft.inventory.parts[call.target])
    if call.locality is not None:
        admission = {"locality": call.locality, **admission}
    value |= {key: admission[key] for key in ("authentication", "locality", "access") if key in admission}
    if call.guess or call.is_assumed:
        value["assumed"] = call.confidence if call.guess else "medium"
    draft.connections[call.id] = value if value.keys() != {"protocol"} else call.protocol
    mark = "? " if call.guess or call.is_assumed else ""
    draft.comments["connections", call.id] = f"{mark}{call.place!s}, {call.evidence}{' only' if call.guess else ''}"


def _add_entries(draft: _Draft, local: list[str]) -> None:
    published: dict[str, list[Entry]] = {}
    for entry in draft.inventory.entries:
        published.setdefault(entry.component, []).append(entry)
    shown = (*draft.doors.front, *draft.doors.bypasses, *draft.doors.exposed)
    for name in dict.fromkeys(shown):
        entries = published.get(name, [])
        if name in local and draft.outer is not None:
            _add_local(draft, name, entries)
        elif name in draft.doors.assumed:
            part = draft.inventory.parts[name]
            source, value = draft.application or draft.client, {"protocol": _protocol(part), "assumed": "low"}
            _connect(draft, source, name, value, f"? {part.source!s}, nothing else calls it")
        elif any(not entry.local for entry in entries):
            outside = [entry for entry in entries if not entry.local]
            is_sure = outside[0].confidence == "high" or name in draft.doors.exposed
            is_aside = is_led_to(draft.inventory, draft.doors, name)
            is_aside |= all(entry.confidence == "low" for entry in outside) and name not in draft.doors.exposed
            mark = "" if is_sure and not (is_aside or any(may_redirect(outside, entry) for entry in outside)) else "? "
            value = _ports(outside) | ({"assumed": "low"} if is_aside else {})
            _connect(draft, draft.client, name, value, f"{mark}{outside[0].place!s}, {outside[0].evidence}")
            led = [entry for entry in entries if is_by_proxy(entry)]
            if led and draft.outer is not None:
                _add_local(draft, name, led)


def _add_local(draft: _Draft, name: str, entries: list[Entry]) -> None:
    outer = draft.outer or ""
    if name in draft.doors.exposed:
        # a port of a store on its own host is for those who work there
        entries = [entry for entry in entries if is_by_proxy(entry)]
    if f"{draft.client} -> {outer}" not in draft.connections:
        _connect(draft, draft.client, outer, {"protocol": "https", "port": 443}, "? in no file")
    # a label is for a proxy, an address of the machine may as well be for those who work there
    is_sure = any(is_by_proxy(entry) for entry in entries)
    value = _ports(entries) if is_sure else _ports(entries) | {"assumed": "medium"}
    _connect(draft, outer, name, value, f"{'' if is_sure else '? '}{entries[0].place!s}, {entries[0].evidence}")


def _admission(part: Part) -> dict[str, Any]:
    """Return what a component asks of those who call it, and lets them do: a copy of a store is read alone."""
    value: dict[str, Any] = {"authentication": False} if part.is_open else {}
    return value | ({"access": "read"} if part.copy_of is not None else {})


def _connect(draft: _Draft, source: str, target: str, value: Mapping[str, Any], comment: str) -> None:
    part = draft.inventory.parts.get(target)
    draft.connections[f"{source} -> {target}"] = {**value, **(_admission(part) if part is not None else {})}
    draft.comments["connections", f"{source} -> {target}"] = comment


def _ports(entries: list[Entry]) -> dict[str, Any]:
    """Return the ports of a door; port 80 beside one of HTTPS is taken to redirect, and asked, unless a file says."""
    ports: dict[tuple[str, int], dict[str, Any]] = {}
    for entry in sorted(entries, key=lambda each: (each.admin, each.protocol != "https", each.port)):
        port: dict[str, Any] = {"protocol": entry.protocol, "port": entry.port}
        if entry.admin:
            port["admin"] = True
        if entry.redirect:
            port["redirect"] = entry.redirect
        elif may_redirect(entries, entry):
            port["redirect"] = "https"
        ports.setdefault((entry.protocol, entry.port), port)
    values = list(ports.values())
    return values[0] if len(values) == 1 else {"ports": values}


def _unknown(inventory: Inventory, doors: Doors) -> tuple[str, ...]:
    """Return the words for what the files leave open, in the order of the language."""
    parts = inventory.parts.values()
    kinds = {part.kind for part in parts}
    copied = inventory.backed_up
    words = {
        "backups": any(
            (part.traits.stores or part.kind == "search" or part.file_database) and part.id not in copied
            for part in parts
        )
        or any(part.files for part in parts)
        or any(True for _ in unread_by(inventory)),
        "monitoring": inventory.unwatched != [],
        # what admits traffic to some pods says nothing of the edge
        "firewalls": True,
        "hosts": True,
        "writers": any(part.traits.stores for part in parts),
        "tls": bool(doors.assumed)
        or any(entry.local or _is_open(entry) for entry in inventory.entries if entry.component in doors.front),
        "dns": "dns" not in kinds,
    }
    return tuple(word for word, is_open in words.items() if is_open)


def _is_open(entry: Entry) -> bool:
    """Return True if something in no file may end TLS before this port."""
    return entry.protocol == "http" and entry.port not in (80, 443) and not entry.admin
