"""What gateways lead to by a registry, in which programs say where they are: no file names one to the other."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.importers.assembly.inventory import Call, Inventory, Part
from archgen.importers.catalogue import REGISTRIES


def lead_by_registries(inventory: Inventory) -> Inventory:
    """Return the inventory with a call of each program that a gateway may find in a registry, and that nothing else calls."""
    for gateway, registry, found in list(registered_behind(inventory)):
        for name in found:
            part = inventory.parts[name]
            if not inventory.requests(name):
                inventory.calls[gateway.id, name] = Call(
                    source=gateway.id,
                    target=name,
                    is_assumed=True,
                    place=part.source,
                    evidence=f"both call {registry.id}",
                    confidence="medium",
                )
    inventory.calls = dict(sorted(inventory.calls.items()))
    return inventory


def registered_behind(inventory: Inventory) -> Iterator[tuple[Part, Part, tuple[str, ...]]]:
    """Yield each gateway that calls a registry, with the registry and the programs that call it too.

    Those that the gateway calls by their addresses are left out.
    """
    for gateway in inventory.parts.values():
        # an Ingress leads to the pages of a registry, and looks for nothing in it
        if not gateway.traits.balances or gateway.product is not None or "managed" in gateway.declared:
            continue
        for call in inventory.callees(gateway.id):
            registry = inventory.parts[call.target]
            if registry.product in REGISTRIES:
                found = tuple(
                    each.source
                    for each in inventory.callers(registry.id)
                    if _may_follow(inventory, gateway, each.source)
                )
                if found:
                    yield gateway, registry, found


def _may_follow(inventory: Inventory, gateway: Part, name: str) -> bool:
    """Return True for a program that answers requests, and that no file names to the gateway."""
    part = inventory.parts[name]
    present = inventory.calls.get((gateway.id, name))
    works = part.traits.serves and not part.traits.balances and part.kind not in ("worker", "scheduler")
    return works and (present is None or present.evidence.startswith("both call"))
