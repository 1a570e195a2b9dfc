"""How surely a call is drawn, by the sort of evidence that shows it: as certain, as assumed, or in a question alone.

The sorts that are asked about alone were wrong as often as right on systems whose calls are known. All that only assume a call
are in `ASSUMING`, or in facts of their own (`is_assumed`), where a reader sees the reason and the assembly doesn't.
"""

from __future__ import annotations

from archgen.importers.assembly.inventory import Call, Inventory
from archgen.importers.facts import ADMITTED, BY_LIBRARY, BY_LOGIN, IN_SOURCE, SCRAPED_IN_PART

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


def _is_weak(inventory: Inventory, call: Call) -> bool:
    """Return True for a call that shows in nothing but the order of the start, a library, or what is there for others."""
    source, target = inventory.parts[call.source], inventory.parts[call.target]
    if call.guess:
        # what exists to pass on, or to watch, waits for what it calls
        return not (source.traits.balances or source.kind == "web-server" or source.traits.observes)
    return call.evidence in UNPROVEN or (call.is_doubtful and target.keeps_data)
