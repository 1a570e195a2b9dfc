"""Front doors: the components that requests from outside reach first."""

from __future__ import annotations

from msgspec import Struct

from archgen.importers.assembly.certainty import UNPROVEN
from archgen.importers.assembly.inventory import Entry, Inventory, Part
from archgen.importers.facts import PASSED_ON
from archgen.importers.schemes import unsecured


class Doors(Struct, frozen=True):
    """The entries by their meaning.

    `front` begin the flows; `bypasses` are published too, though another door leads to them; `exposed` are stores and pages
    for administrators; `assumed` are components that no file publishes and nothing calls.
    """

    front: tuple[str, ...]
    bypasses: tuple[str, ...]
    exposed: tuple[str, ...]
    assumed: tuple[str, ...] = ()


def sort_doors(inventory: Inventory) -> Doors:
    """Return the doors of an inventory."""
    published: dict[str, list[Entry]] = {}
    for entry in inventory.entries:
        published.setdefault(entry.component, []).append(entry)
    exposed = tuple(name for name, entries in published.items() if _is_exposed(inventory.parts[name], entries))
    candidates = _public(
        inventory,
        [
            name
            for name, entries in published.items()
            if name not in exposed and (_may_lead(inventory.parts[name]) or _is_led_to(inventory.parts[name], entries))
        ],
    )
    reached = _reached(inventory, candidates)
    front = tuple(name for name in candidates if name not in reached)
    assumed = () if front else _assumed(inventory)
    return Doors(front or assumed, tuple(name for name in candidates if name in reached), exposed, assumed)


def _public(inventory: Inventory, candidates: list[str]) -> list[str]:
    """Return the candidates, without those on their own host alone if a page of another is open to visitors."""
    open_ = {
        entry.component
        for entry in inventory.entries
        if not entry.local and not entry.admin and entry.protocol in ("http", "https")
    }
    return [name for name in candidates if name in open_ or not is_local(inventory, name) or not open_ & {*candidates}]


def _is_exposed(part: Part, entries: list[Entry]) -> bool:
    aside = (part.is_aside and part.traits.observes) or part.tests_load
    is_open = any(not entry.local or is_by_proxy(entry) for entry in entries)
    return (part.keeps_data or aside or all(entry.admin for entry in entries)) and is_open


def is_by_proxy(entry: Entry) -> bool:
    """Return True for an entry that a label asks a proxy in no file for: its route comes from outside."""
    return entry.local and entry.evidence != "ports"


def _may_lead(part: Part) -> bool:
    stands_aside = part.keeps_data or part.is_aside or part.tests_load
    return not (stands_aside or part.kind in ("bastion", "dns", "worker", "scheduler"))


def _is_led_to(part: Part, entries: list[Entry]) -> bool:
    """Return True for what its name calls a worker, and what a balancer of its own leads visitors to."""
    named = part.kind in ("worker", "scheduler") and part.confidence != "high"
    return named and any(entry.evidence == "LoadBalancer" and not entry.admin for entry in entries)


def _reached(inventory: Inventory, candidates: list[str]) -> set[str]:
    """Return the candidates that another one leads to; of those that lead to each other the balancer comes first.

    One that is published for certain is a door of its own, whatever else calls it that is no balancer and less certain.
    """
    order = sorted(candidates, key=lambda name: (not inventory.parts[name].traits.balances, name))
    sure = {entry.component for entry in inventory.entries if entry.confidence == "high"}
    reached: set[str] = set()
    for name in order:
        if name not in reached:
            rivals = set() if inventory.parts[name].traits.balances or name in sure else sure
            reached |= (_behind(inventory, name) & set(candidates)) - {name} - rivals
    return reached


def is_led_to(inventory: Inventory, doors: Doors, name: str) -> bool:
    """Return True for pages that are published though a proxy which is a front door leads to them: visitors come by that one.

    Who else reaches the port no file tells.
    """
    proxies = (call.source for call in inventory.callers(name) if call.source in doors.front)
    is_behind = any(
        inventory.parts[each].traits.balances or inventory.parts[each].kind == "web-server" for each in proxies
    )
    entries = [entry for entry in inventory.entries if entry.component == name and not entry.local]
    return (
        name in doors.bypasses
        and is_behind
        and all(entry.evidence == "ports" and unsecured(entry.protocol) == "http" for entry in entries)
    )


def _behind(inventory: Inventory, name: str) -> set[str]:
    behind: set[str] = set()
    waiting = [name]
    while waiting:
        for call in inventory.callees(waiting.pop()):
            if is_walked(inventory, call.source, call.target) and call.target not in behind:
                behind.add(call.target)
                waiting.append(call.target)
    return behind


def is_local(inventory: Inventory, name: str) -> bool:
    """Return True for a component that is published on its own host alone."""
    entries = [entry for entry in inventory.entries if entry.component == name]
    return bool(entries) and all(entry.local for entry in entries)


def may_redirect(entries: list[Entry], entry: Entry) -> bool:
    """Return True for port 80 beside one of HTTPS of which no configuration says what it does."""
    is_open = entry.protocol == "http" and entry.port == 80 and not entry.read and not entry.redirect
    return is_open and any(other.protocol == "https" for other in entries)


def is_walked(inventory: Inventory, source: str, target: str) -> bool:
    """Return True if a call is part of a flow: it is required, and proven by a file or the guess of a proxy, which exists to call.

    None is that of a proxy behind a port by which nobody comes.
    """
    call = inventory.calls[source, target]
    if not call.required or call.is_open or call.is_inner or call.evidence in UNPROVEN:
        return False
    front = inventory.parts[source].traits.balances or inventory.parts[source].kind == "web-server"
    return not call.guess or (front and inventory.parts[target].traits.serves)


def _assumed(inventory: Inventory) -> tuple[str, ...]:
    """Return what nothing calls and what could answer a visitor, balancers before the rest.

    A service that calls others may as well be a job, so it is none, unless it answers on a port of pages.
    """
    uncalled = [
        part
        for part in inventory.parts.values()
        if part.traits.entry and _may_lead(part) and not part.is_hooked and not _is_called(inventory, part)
    ]
    if any(not part.is_unserved for part in uncalled):
        uncalled = [part for part in uncalled if not part.is_unserved or _pages_behind(inventory, part)]
    open_ = list({door.id: door for part in uncalled for door in _pages_behind(inventory, part) or [part]}.values())
    balancers = [part.id for part in open_ if part.traits.balances]
    # a product without pages, such as a server of models, is there for programs
    web = [part.id for part in open_ if _is_page(part) or not (part.product or inventory.own_callees(part.id))]
    # a page beside a gateway is visited too: what it shows asks the gateway
    pages = [part.id for part in open_ if part.kind in ("web-server", "app-server") and not part.is_unserved]
    if not any(part.traits.role in ("application", "web", "balancer") for part in inventory.parts.values()):
        # a store alone: whoever calls it stands in no file
        return tuple(
            part.id for part in inventory.parts.values() if part.keeps_data and not _has_callers(inventory, part.id)
        )
    return tuple(dict.fromkeys([*balancers, *pages])) if balancers else tuple(web)


def _is_called(inventory: Inventory, part: Part) -> bool:
    """Return True for what others call; a proxy that leads to several programs is the way in, though one of these calls it back."""
    callers = {call.source for call in inventory.requests(part.id)}
    passes_all = part.traits.balances
    led_to = {call.target for call in inventory.callees(part.id) if passes_all or call.evidence == PASSED_ON}
    return not callers <= (led_to if len(led_to) > 1 else set())


def _is_page(part: Part) -> bool:
    return part.is_page or part.kind in ("web-server", "app-server")


def _pages_behind(inventory: Inventory, part: Part) -> list[Part]:
    """Return the pages that are called by what no name leads to, such as a program that acts as a visitor does."""
    called = [inventory.parts[call.target] for call in inventory.callees(part.id)] if part.is_unserved else []
    return [each for each in called if each.kind in ("web-server", "app-server") and not each.is_unserved]


def _has_callers(inventory: Inventory, name: str) -> bool:
    return any(call.source != name for call in inventory.callers(name))
