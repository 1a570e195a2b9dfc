"""Questions that no file answers: each with an id that stays the same as long as it is about the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archgen.importers.assembly.asking import YES_OR_NO, ImportQuestion, question
from archgen.importers.assembly.certainty import is_by_library, open_sharers
from archgen.importers.assembly.doors import Doors, is_local, is_walked, may_redirect
from archgen.importers.assembly.drivers import ask_for_drivers, ask_for_unread
from archgen.importers.assembly.inventory import Call, Entry, Inventory, Part
from archgen.importers.assembly.needs import ask_about_circles, ask_about_needs, run_one_image
from archgen.importers.assembly.open_topics import ask_for_topics
from archgen.importers.assembly.registries import beside_registries, registered_behind
from archgen.importers.facts import AWAITED, BY_PORT
from archgen.importers.names import words_of
from archgen.importers.secrets import is_secret_name
from archgen.model.products import product_of
from archgen.model.wording import first_few, listed

_MOST_NAMED = 5
_MOST_UNREAD = 3
_MANY_CALLERS = 4
"""Callers by one setting from which on a single question is about all of them."""

_WITHOUT_RECORDS = ("queue", "stream", "key-value-store", "cache")
_WORDS_OF_ALL = {"", "service", "svc", "api", "app", "server", "db", "database"}


def questions_of(
    inventory: Inventory, doors: Doors, unknown: tuple[str, ...], client: str
) -> tuple[ImportQuestion, ...]:
    """Return the questions, those first whose answers change the most."""
    questions = [
        *_entrances(inventory, doors, client),
        *_redirects(inventory, doors, client),
        *_modes(inventory),
        *_counts(inventory),
        *_outside(inventory),
        *_unread(inventory),
        *_calls(inventory),
        *ask_about_circles(inventory),
        *_sharers(inventory),
        *ask_about_needs(inventory),
        *_registered(inventory, doors),
        *ask_for_drivers(inventory),
        *ask_for_unread(inventory),
        *_uncalled(inventory, doors),
        *_calling_nothing(inventory, doors),
        *_hosts(inventory),
        *_writers(inventory),
        *_volumes(inventory),
        *(_reach(inventory, doors, client) if "tls" in unknown else ()),
        *ask_for_topics(unknown, inventory),
    ]
    first: dict[str, ImportQuestion] = {}
    for each in questions:
        # of two about the same, the first tells more
        first.setdefault(each.id, each)
    return tuple(first.values())


def _entrances(inventory: Inventory, doors: Doors, client: str) -> Iterator[ImportQuestion]:
    for name in doors.assumed:
        ask = f"No file says how visitors reach {name}. Do they call it directly?"
        if ports := inventory.parts[name].published:
            ask = (
                f"Only a file for development publishes {name}:{' and '.join(ports[:2])}. Do visitors call it directly?"
            )
        yield question("entrance", f"{client} -> {name}", ask, YES_OR_NO, (str(inventory.parts[name].source),))
    named = {*doors.assumed, *(entry.component for entry in inventory.entries)}
    for part in inventory.parts.values():
        if part.is_opened and part.id not in named and part.traits.role in ("application", "web"):
            ask = f"A Service opens {part.id} to what is outside of the cluster. Do visitors call it directly?"
            yield question("entrance", f"{client} -> {part.id}", ask, YES_OR_NO, (str(part.source),))
    for entry in inventory.entries:
        is_page = entry.component in doors.front and not inventory.parts[entry.component].keeps_data
        if is_page and is_local(inventory, entry.component):
            ask = f"{entry.component} is published on this machine alone. Does a proxy in front of it end TLS?"
            if entry.evidence != "ports":
                ask = f"No file that is read describes the proxy that leads to {entry.component}. Does it end TLS?"
            yield question("outer-proxy", entry.component, ask, YES_OR_NO, (str(entry.place),))


def _reach(inventory: Inventory, doors: Doors, client: str) -> Iterator[ImportQuestion]:
    """Yield a question where visitors have nothing but ports on which no site is: a house or an office may be all that sees them."""
    entries = [entry for entry in inventory.entries if entry.component in doors.front]
    # of several hosts, what is published may be for the others alone
    entries = [entry for entry in entries if entry.confidence == "low"] or entries
    if entries and all(
        entry.protocol == "http" and entry.port not in (80, 443) and not entry.local for entry in entries
    ):
        ports = listed(first_few([f"{entry.component}:{entry.port}" for entry in entries], _MOST_NAMED))
        ask = f"{'Is' if len(entries) == 1 else 'Are'} {ports} reached over the internet, or over a private network or a VPN alone?"
        yield question("reach", client, ask, ("internet", "private"), (str(entries[0].place),))


def _redirects(inventory: Inventory, doors: Doors, client: str) -> Iterator[ImportQuestion]:
    published: dict[str, list[Entry]] = {}
    for entry in inventory.entries:
        if not entry.local:
            published.setdefault(entry.component, []).append(entry)
    for name, entries in published.items():
        for entry in entries:
            if name in (*doors.front, *doors.bypasses) and may_redirect(entries, entry):
                ask = f"Does port 80 of {name} redirect to HTTPS on 443? No file says so."
                place = str(entry.place)
                yield question("redirect", f"{client} -> {name}", ask, YES_OR_NO, (place,))


def _modes(inventory: Inventory) -> Iterator[ImportQuestion]:
    for part in inventory.parts.values():
        if part.traits.stores and part.replicas > 1 and not _is_settled(part):
            ask = f"Which of the {part.replicas} replicas of {part.id} take writes?"
            yield question("mode", part.id, ask, ("all", "first-manual", "first-automatic"), (str(part.source),))


def _counts(inventory: Inventory) -> Iterator[ImportQuestion]:
    for part in inventory.parts.values():
        if part.is_uncounted:
            ask = f"No file says how many replicas {part.id} has. How many?"
            if part.is_stopped:
                ask = f"The files start no replica of {part.id}. How many does it have?"
            yield question("count", part.id, ask, ("1", "2", "3", "4", "5", "6"), (str(part.source),))


def _outside(inventory: Inventory) -> Iterator[ImportQuestion]:
    for part in inventory.parts.values():
        # of what nothing calls, the first question is who does; what runs on a host is lost with it
        is_regional = "managed" in part.declared and product_of(part.product).scope is not None
        if (
            part.is_outside
            and not is_regional
            and not part.is_provided
            and part.host is None
            and inventory.callers(part.id)
        ):
            ask = f"No file that is read describes {part.id}. Is it one server, or a service that survives the loss of a zone?"
            yield question("outside", part.id, ask, ("server", "zonal", "regional"), (str(part.source),))


def unread_by(inventory: Inventory) -> Iterator[Part]:
    """Yield the components of a system without any database that may have one all the same: no file holds their settings.

    Of those that take the same settings the first stands for all. What passes on messages or keeps copies is no database.
    """
    if any(part.keeps_data and part.kind not in _WITHOUT_RECORDS for part in inventory.parts.values()):
        return
    seen: set[str] = set()
    for part in inventory.parts.values():
        if part.unread is not None and part.traits.role == "application" and part.unread not in seen:
            seen.add(part.unread)
            yield part


def _unread(inventory: Inventory) -> Iterator[ImportQuestion]:
    for part in [*unread_by(inventory)][:_MOST_UNREAD]:
        ask = f"No file that is read holds {part.unread}, which {part.id} takes its settings from. Does it keep data in a database?"
        yield question("unread", part.id, ask, YES_OR_NO, (str(part.source),))


def _is_settled(part: Part) -> bool:
    """Return True for a store of which is known which replicas take writes: its product decides, or all of it is a copy."""
    return product_of(part.product).agrees or promotes(part) or part.copy_of is not None


def _calls(inventory: Inventory) -> Iterator[ImportQuestion]:
    by_libraries = {call.target for call in inventory.calls.values() if is_by_library(call)}
    asked_at_once = {target: open_sharers(inventory, inventory.parts[target]) for target in by_libraries}
    by_setting = _by_one_setting(inventory)
    for call in inventory.calls.values():
        by_library = is_by_library(call)
        if by_library and call.source in asked_at_once[call.target]:
            continue
        alike = by_setting.get((call.target, call.variable or ""), []) if _may_be_asked_at_once(call) else []
        if len(alike) >= _MANY_CALLERS or run_one_image(inventory, alike):
            if call.source == alike[0]:
                named = listed(first_few(alike, _MOST_NAMED))
                ask = (
                    f"No file holds an address of {call.target} for {call.variable} of {named}. Which of them call it?"
                )
                yield question("sharer", call.target, ask, ("all", *alike, "none"), (str(call.place),))
            continue
        if not (call.guess or call.asked or call.is_named or by_library):
            continue
        ask = f"{call.source} starts after {call.target}. Does it call it, and can it do without?"
        if call.is_named and call.evidence == "their names":
            ask = f"By their names, {call.source} calls {call.target}. Does it, and can it do without?"
        elif call.evidence.endswith(BY_PORT):
            at = f"No file tells whose address {call.source} calls; {call.target} listens on its port."
            ask = f"{at} Does it call it, and can it do without?"
        elif call.lacks_port:
            ask = f"No Service has the port on which {call.source} calls {call.target}. Does it reach it, and can it do without?"
        elif call.is_named:
            ask = f"No Service in reach has the name by which {call.source} calls {call.target}. Does it reach it, and can it do without?"
        if call.variable is not None and is_secret_name(call.variable):
            unserved = f" No Service leads to {call.target}." if inventory.parts[call.target].is_unserved else ""
            ask = f"{call.source} has {call.variable}, and no file an address.{unserved} Does it call {call.target}, and can it do without?"
        elif call.variable is not None and call.variable.islower():
            ask = f"{call.source} runs {call.variable}, and no file holds where {call.target} is. Does it call it, and can it do without?"
        elif call.variable is not None:
            ask = f"No file holds an address of {call.target} for {call.variable} of {call.source}. Does it call it, and can it do without?"
        if by_library:
            ask = f"{call.source} has a library for {call.target}, and no file an address. Does it call it, and can it do without?"
        if call.asked:
            ask = f"Do the main requests of {call.source} fail without {call.target}?"
        place = str(call.place)
        yield question("call", call.id, ask, ("required", "optional", "none"), (place,))


def _by_one_setting(inventory: Inventory) -> dict[tuple[str, str], list[str]]:
    """Return the callers of components by one variable of which no file holds the value, by what they call and that variable."""
    callers: dict[tuple[str, str], list[str]] = {}
    for call in inventory.calls.values():
        if _may_be_asked_at_once(call):
            callers.setdefault((call.target, call.variable or ""), []).append(call.source)
    return callers


def _may_be_asked_at_once(call: Call) -> bool:
    return call.variable is not None and not (call.asked or is_by_library(call) or is_secret_name(call.variable))


def _sharers(inventory: Inventory) -> Iterator[ImportQuestion]:
    """Yield a question for each component that files name to others which may have no use for it: who calls it."""
    for part in inventory.parts.values():
        sharers = open_sharers(inventory, part)
        if sharers:
            calls = inventory.calls
            ask = f"Files name {part.id} to components that may have no use for it. Which of them call it?"
            if all((name, part.id) in calls and calls[name, part.id].evidence == "depends_on" for name in sharers):
                ask = f"Nothing but the order of the start speaks for calls of {part.id}. Which of these components call it?"
            elif all((name, part.id) in calls and calls[name, part.id].evidence.endswith(AWAITED) for name in sharers):
                ask = f"Nothing but a wait before the start speaks for calls of {part.id}. Which of these components call it?"
            elif all((name, part.id) in calls and is_by_library(calls[name, part.id]) for name in sharers):
                ask = f"Nothing but libraries speaks for calls of {part.id}. Which of these components call it?"
            yield question("sharer", part.id, ask, ("all", *sharers, "none"), (str(part.source),))


def _registered(inventory: Inventory, doors: Doors) -> Iterator[ImportQuestion]:
    """Yield a question for each gateway that finds, or may find, what it leads to in a registry."""
    for gateway, registry, found in registered_behind(inventory):
        ask = f"{gateway.id} finds in {registry.id} what it passes requests to. Which components?"
        yield question("callees", gateway.id, ask, ("all", *found, "none"), (str(gateway.source),))
    for proxy, registry, found in beside_registries(inventory, doors.front):
        ask = f"No file says where {proxy.id} passes requests to; it may find that in {registry.id}. Which components are behind it?"
        yield question("callees", proxy.id, ask, ("all", *found, "none"), (str(proxy.source),))


def _is_alone(inventory: Inventory, part: Part, doors: Doors) -> bool:
    """Return True for what no file calls, and what no flow begins at: a store, or what answers requests."""
    if inventory.requests(part.id) or part.id in doors.front or part.is_hooked or part.tests_load:
        return False
    works = part.traits.role in ("application", "web") and part.kind not in ("worker", "scheduler")
    # no name of the cluster leads to what has neither a Service nor a port
    works &= not part.is_deaf
    # a Service that leads to no visitors is there to be called, whatever the program behind it calls itself
    is_served = "cluster" in part.declared and not (part.is_unserved or part.is_opened)
    is_awaited = is_served and part.id not in (*doors.bypasses, *doors.exposed) and _has_others(inventory, part)
    calls = not is_awaited and any(
        is_walked(inventory, call.source, call.target) for call in inventory.own_callees(part.id)
    )
    # a gateway does nothing by itself
    works |= is_awaited and part.traits.role == "balancer"
    return (
        part.keeps_data or (part.kind == "mail" and not part.is_provided) or (works and not calls and not part.is_aside)
    )


def _has_others(inventory: Inventory, part: Part) -> bool:
    others = (each for each in inventory.parts.values() if each is not part)
    return any(each.traits.role in ("application", "web", "balancer") for each in others)


def _uncalled(inventory: Inventory, doors: Doors) -> Iterator[ImportQuestion]:
    for part in inventory.parts.values():
        if _is_alone(inventory, part, doors) and not open_sharers(inventory, part):
            callers = [each.id for each in _likely_callers(inventory, part)]
            ask = _ask_for_callers(inventory, part)
            yield question("caller", part.id, ask, (*callers[:8], "none"), (str(part.source),))


def _ask_for_callers(inventory: Inventory, part: Part) -> str:
    """Return the question what calls a component, with those that files name: what measures it, and what isn't imported."""
    known = [*dict.fromkeys([*(call.source for call in inventory.callers(part.id)), *part.left_callers])]
    if not known:
        return f"No file says what calls {part.id}. What does?"
    return f"Of what calls {part.id}, files name {listed(first_few(known, _MOST_NAMED))} alone. What else does?"


def _likely_callers(inventory: Inventory, part: Part) -> list[Part]:
    """Return what may call a component, the likeliest first: what shares a word of its name, then what is in its group.

    Before a store stand balancers that lead nowhere yet, and applications.
    """
    others = [each for each in inventory.parts.values() if each is not part and not each.tests_load]
    served = {call.source for call in inventory.calls.values() if inventory.parts[call.target].traits.serves}
    leading = [
        each for each in others if each.traits.role == "balancer" and (not part.keeps_data or each.id not in served)
    ]
    callers = [*leading, *(each for each in others if each.traits.role in ("application", "web"))]
    words = {*words_of(part.id)} - _WORDS_OF_ALL
    return sorted(callers, key=lambda each: (words.isdisjoint(words_of(each.id)), each.group != part.group))


def _calling_nothing(inventory: Inventory, doors: Doors) -> Iterator[ImportQuestion]:
    """Yield a question for each proxy of which no file that was read says where it leads to.

    A web server may serve files alone: it is asked about where a component has no other way to its visitors.
    """
    for part in inventory.parts.values():
        serves_files = part.kind == "web-server"
        if (part.traits.balances or (serves_files and part.id in doors.front)) and not inventory.own_callees(part.id):
            serving = [
                each.id
                for each in inventory.parts.values()
                if each.traits.serves
                and not each.traits.balances
                and not (serves_files and each.id in (part.id, *doors.front, *doors.bypasses))
            ]
            behind = [each for each in serving if not inventory.requests(each)]
            if behind:
                ask = f"No file says where {part.id} passes requests to. Where?"
                if part.strays:
                    names = listed(first_few(part.strays, _MOST_NAMED))
                    ask = f"{part.id} passes requests to {names}, and nothing imported is called so. Where do they go?"
                # what others call as well may be open to visitors all the same
                named = [*behind, *(each for each in serving if each not in behind)]
                yield question("callee", part.id, ask, (*named[:8], "none"), (str(part.source),))


def _hosts(inventory: Inventory) -> Iterator[ImportQuestion]:
    for host in inventory.assumed_hosts:
        if not any(part.is_alone for part in inventory.parts.values() if part.host == host):
            place = inventory.hosts[host]
            ask = f"Does everything run on one host, {host}? The import assumes so."
            yield question("hosts", host, ask, YES_OR_NO, (str(place),))


def _writers(inventory: Inventory) -> Iterator[ImportQuestion]:
    for part in inventory.parts.values():
        callers = tuple(
            call.source
            for call in inventory.callers(part.id)
            if is_walked(inventory, call.source, call.target)
            and call.source != part.id
            and inventory.parts[call.source].kind != "backup"
        )
        if part.traits.stores and len(callers) > 1:
            yield question(
                "writers", part.id, f"Which components write to {part.id}?", ("all", *callers), (str(part.source),)
            )


def _volumes(inventory: Inventory) -> Iterator[ImportQuestion]:
    for part in inventory.parts.values():
        if part.files:
            noun = "the volume" if len(part.files) == 1 else "the volumes"
            ask = (
                f"{part.id} keeps files on {noun} {listed(part.files)}. Are any of them, such as uploads, nowhere else?"
            )
            yield question("volumes", part.id, ask, YES_OR_NO, (str(part.source),))


def promotes(part: Part) -> bool:
    """Return True for a store whose product promotes a replica on its own, or whose sentinels do."""
    names = f"{part.id} {part.image or ''}"
    by_product = part.kind == "database" and re.search(r"patroni|spilo|repmgr|stolon", names) is not None
    return by_product or part.is_promoted
