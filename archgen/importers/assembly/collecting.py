"""An inventory collected from the facts that state it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archgen.importers.assembly.inventory import Call, Entry, Inventory, Part
from archgen.importers.assembly.learning import learn
from archgen.importers.facts import NO_PORT, NO_SERVICE, READ, Fact, Origin


def collect(facts: Iterable[Fact]) -> Inventory:
    """Return the inventory that facts state; calls of what is no component are dropped."""
    parts: dict[str, Part] = {}
    calls: dict[tuple[str, str], Call] = {}
    entries: list[Entry] = []
    hosts: dict[str, Origin] = {}
    for fact in _without_moot(list(facts)):
        sort, _, name = fact.subject.partition(":")
        if sort == "component":
            part = parts.setdefault(name, Part(id=name, source=fact.source, members=[name]))
            _state(part, fact, hosts)
        elif sort == "connection":
            source, _, target = name.partition("->")
            _state_call(calls.setdefault((source, target), Call(source=source, target=target)), fact)
        elif sort == "entry":
            value = dict(fact.value)
            entries.append(
                Entry(
                    component=name.rpartition(":")[0],
                    place=fact.source,
                    evidence=fact.evidence,
                    confidence=fact.confidence,
                    **value,
                )
            )
    declared = {
        name: part
        for name, part in sorted(parts.items(), key=lambda pair: (pair[1].source, pair[0]))
        if part.replicas > 0
    }
    for part in declared.values():
        part.files = [] if part.is_refilled else part.files
        part.backs_up = [name for name in dict.fromkeys(part.backs_up) if name in declared]
        part.sharers = sorted({name for name in part.sharers if name in declared})
        part.copy_of = part.copy_of if part.copy_of in declared else None
    # what is only said of a call, such as that of a copy, makes none
    spoken = {pair: call for pair, call in calls.items() if call.place.line > 0}
    kept_calls = learn(declared, spoken, {entry.component for entry in entries})
    for call in kept_calls.values():
        if declared[call.target].is_on_machine and declared[call.target].host is None:
            declared[call.target].host = declared[call.source].host
    entries = [entry for entry in entries if entry.component in declared]
    addressed: dict[tuple[str, int], set[str]] = {}
    for call in kept_calls.values():
        for port, protocol in call.served.items():
            addressed.setdefault((call.target, port), set()).add(protocol)
    for entry in entries:
        # by the addresses of those who call it, a port answers visitors by TLS too
        if entry.protocol == "http" and addressed.get((entry.component, entry.target or entry.port)) == {"https"}:
            entry.protocol = "https"
        _hear(entry, declared[entry.component])
        entry.admin = entry.admin or declared[entry.component].tests_load
    for entry in entries:
        if entry.target is not None:
            # its own network knows the one port, its host the other
            declared[entry.component].ports.setdefault(entry.port, {entry.port, entry.target})
    return Inventory(declared, kept_calls, entries, {name: hosts[name] for name in sorted(hosts)})


def _without_moot(facts: list[Fact]) -> Iterator[Fact]:
    """Yield the facts without the doubts that the order of the start raises of calls that something else shows for certain."""
    shown = {
        fact.subject
        for fact in facts
        if fact.key == "protocol" and fact.confidence == "high" and fact.evidence != "depends_on"
    }
    for fact in facts:
        sharer = str(fact.value).partition("sharer:")[2] if fact.key == "member" else ""
        doubted = f"connection:{sharer}->{fact.subject.partition(':')[2]}" if sharer else fact.subject
        is_doubt = sharer != "" or fact.key in ("is_assumed", "is_doubtful")
        if not (is_doubt and fact.evidence == "depends_on" and doubted in shown):
            yield fact


def _state(part: Part, fact: Fact, hosts: dict[str, Origin]) -> None:
    key, value = fact.key, fact.value
    if key == "kind":
        part.kind, part.source, part.evidence, part.confidence = value, fact.source, fact.evidence, fact.confidence
    elif key == "member" and str(value).startswith("backs_up:"):
        part.backs_up.append(str(value).partition(":")[2])
    elif key == "member" and str(value).startswith("sharer:"):
        part.sharers.append(str(value).partition(":")[2])
    elif key == "member" and str(value).startswith("left_caller:"):
        part.left_callers.append(str(value).partition(":")[2])
    elif key == "member" and str(value).startswith("published:"):
        part.published.append(str(value).partition(":")[2])
    elif key == "member" and str(value).startswith("stray:"):
        part.strays.append(str(value).partition(":")[2])
    elif key == "member" and str(value).startswith("passes_to:"):
        part.passes_to.append(int(str(value).partition(":")[2]))
    elif key == "port":
        part.ports.setdefault(value[0], set()).add(value[1])
    elif key == "member" and str(value).startswith("answers:"):
        part.names.append(str(value).partition(":")[2])
    elif key == "host":
        part.host = value
        hosts[value] = min(hosts.get(value, fact.source), fact.source)
    elif key == "servers":
        part.servers = [tuple(server) for server in value]
    elif key in (
        "product",
        "image",
        "build",
        "replicas",
        "copy_of",
        "is_open",
        "is_outside",
        "is_provided",
        "is_near",
        "is_on_machine",
        "is_unserved",
        "is_deaf",
        "is_opened",
        "is_hooked",
        "is_page",
        "is_promoted",
        "is_secured",
        "promoter",
        "is_uncounted",
        "is_stopped",
        "is_unclear",
        "persists",
        "is_refilled",
        "group",
        "near",
        "unread",
        "file_database",
        "files",
    ):
        setattr(part, key, value)
    elif key == "role":
        part.kind = value
    elif key == "places":
        part.places = value
        for place in value:
            hosts[place] = min(hosts.get(place, fact.source), fact.source)
    elif key == "nodes":
        part.places = [f"{part.id}-{number}" for number in range(1, value + 1)]
        part.replicas = value
        for place in part.places:
            hosts[place] = min(hosts.get(place, fact.source), fact.source)
    elif key.startswith("seeks-"):
        part.seeks[key.partition("-")[2]] = (value["variable"], value["reference"], fact.source)
    elif key.startswith(("needs-", f"{READ}-")):
        others = [name for name in value.get("others", "").split(",") if name]
        sort, _, title = key.partition("-")
        # an address comes before what nothing but a name in a source tells
        if sort != READ or title not in part.needs:
            part.needs[title] = (value["kind"], value["variable"], value["host"], fact.source, others)
    elif key.startswith("drives-"):
        part.drivers[key.partition("-")[2]] = value
    elif key.startswith("listen-"):
        part.listens[int(key.partition("-")[2])] = value
    else:
        part.declared[key] = value


def find_inner(inventory: Inventory) -> Inventory:
    """Mark the calls of proxies behind ports that nothing calls, where others are published: no visitor comes by them."""
    parts = inventory.parts
    published: dict[str, set[int]] = {}
    called: dict[str, set[int]] = {}
    for entry in inventory.entries:
        published.setdefault(entry.component, set()).update(entry.heard(parts[entry.component]))
    for call in inventory.calls.values():
        called.setdefault(call.target, set()).update(parts[call.target].hear(call.ports))
    for call in inventory.calls.values():
        part, ports = parts[call.source], called.get(call.source, set())
        open_ports = published.get(call.source, set())
        if call.fronts and 0 not in ports | open_ports and not open_ports.isdisjoint(part.listens):
            call.is_inner = {0, *open_ports, *ports, *part.passes_to}.isdisjoint(call.fronts)
    return inventory


def _hear(entry: Entry, part: Part) -> None:
    """State of an entry what the proxy's own configuration says of its port."""
    if part.traits.balances and part.listens and entry.confidence != "low":
        entry.confidence = "high"
    heard = part.listens.get(entry.target or entry.port)
    if heard is not None:
        entry.read = True
        if not heard["tcp"]:
            entry.protocol = "https" if heard["tls"] else "grpc" if heard.get("grpc") else "http"
        entry.redirect = "https" if heard["redirect"] else None


def spread_callees(inventory: Inventory) -> Inventory:
    """Put what a proxy calls on its own host on each of its nodes, where it has several; return the inventory."""
    parts = inventory.parts
    for proxy in parts.values():
        for part in parts.values() if len(proxy.places) > 1 and proxy.traits.balances else ():
            if part is not proxy and part.places == proxy.places[:1]:
                part.places = list(proxy.places)
                part.replicas *= len(proxy.places)
    return inventory


def _state_call(call: Call, fact: Fact) -> None:
    if fact.key == "protocol":
        call.protocol, call.place, call.evidence, call.confidence = (
            fact.value,
            fact.source,
            fact.evidence,
            fact.confidence,
        )
    elif fact.key == "number":
        call.port = fact.value
    elif fact.key == "served":
        call.served.setdefault(*fact.value)
        # the most certain one comes first
        call.port = next(filter(None, call.served), call.port)
    elif fact.key == "secured":
        call.secured.append(fact.value)
    elif fact.key == "front":
        call.fronts.append(fact.value)
    elif fact.key == "variable":
        call.variable, call.is_named, call.is_assumed = fact.value, True, True
    elif fact.key == "is_assumed" and fact.evidence.endswith((NO_SERVICE, NO_PORT)):
        call.is_named, call.is_assumed, call.lacks_port = True, True, fact.evidence.endswith(NO_PORT)
    elif fact.key in (
        "guess",
        "required",
        "pool",
        "tls",
        "locality",
        "is_assumed",
        "is_spoken",
        "is_doubtful",
        "guard",
    ):
        setattr(call, fact.key, fact.value)
