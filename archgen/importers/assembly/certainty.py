"""How surely a call is drawn, by the sort of evidence that shows it: as certain, as assumed, or in a question alone.

The sorts that are asked about alone were wrong as often as right on systems whose calls are known. All that only assume a call
are in `ASSUMING`, or in facts of their own (`is_assumed`), where a reader sees the reason and the assembly doesn't.
"""

from __future__ import annotations

from archgen.importers.assembly.inventory import Call, Inventory, Part
from archgen.importers.facts import ADMITTED, BY_DRIVER, BY_LIBRARY, BY_LOGIN, IN_SOURCE, SCRAPED_IN_PART
from archgen.model.kinds import QUEUES

ASSUMING = (ADMITTED, BY_LIBRARY, BY_LOGIN, IN_SOURCE, SCRAPED_IN_PART)
"""Evidence that makes a call likely, and proves none."""

UNPROVEN = (BY_LIBRARY,)
"""Evidence of what a program may use, and of nothing that it is given: no flow follows such a call before an answer does."""


def leave_open(inventory: Inventory) -> Inventory:
    """Return the inventory with its weakest calls marked: a question names each of them, and no connection does.

    A store that nothing else calls keeps them as assumed connections: without any, nothing would depend on it.
    """
    weak = [call for call in inventory.calls.values() if _is_weak(inventory, call)]
    ids = {call.id for call in weak}
    called = {call.target for call in inventory.calls.values() if call.id not in ids}
    for call in weak:
        call.is_open = call.target in called or not inventory.parts[call.target].keeps_data
    return inventory


def _have_broker(inventory: Inventory, call: Call) -> bool:
    """Return True for a program and another one that both call a broker, of which the first has the address of no program."""
    own, others = (
        [inventory.parts[each.target] for each in inventory.callees(identity) if not each.guess]
        for identity in (call.source, call.target)
    )
    brokers = {part.id for part in others if part.kind in QUEUES}
    return any(part.id in brokers for part in own) and not any(part.traits.role == "application" for part in own)


def _is_weak(inventory: Inventory, call: Call) -> bool:
    """Return True for a call that shows in nothing but the order of the start, a library, or what is there for others."""
    source, target = inventory.parts[call.source], inventory.parts[call.target]
    if call.guess:
        # what exists to pass on, or to watch, waits for what it calls, unless it speaks with that by a broker
        leads = source.traits.balances or source.kind == "web-server" or source.traits.observes
        return not leads or _have_broker(inventory, call)
    return call.evidence in UNPROVEN or (call.is_doubtful and target.keeps_data)


def is_by_library(call: Call) -> bool:
    """Return True for a call that a library in the source of a program shows, and no address."""
    return call.evidence in UNPROVEN or call.evidence.endswith(BY_DRIVER)


def open_sharers(inventory: Inventory, part: Part) -> tuple[str, ...]:
    """Return the components that may call one of which files, libraries or an order of the start speak to several of them."""
    callers = inventory.callers(part.id)
    doubtful = {call.source for call in callers if call.is_doubtful and (call.is_open or call.evidence == "depends_on")}
    libraries = {call.source for call in callers if is_by_library(call)}
    doubtful |= libraries if len(libraries) > 1 else set()
    return tuple(name for name in sorted({*part.sharers, *doubtful}) if _is_open(inventory, name, part.id))


def _is_open(inventory: Inventory, caller: str, target: str) -> bool:
    call = inventory.calls.get((caller, target))
    return caller in inventory.parts and (call is None or call.is_assumed)
