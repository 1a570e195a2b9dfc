"""What gateways lead to by a registry, in which programs say where they are: no file names one to the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator

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
                found = _callers_behind(inventory, gateway, registry)
                if found:
                    yield gateway, registry, found


def beside_registries(inventory: Inventory, doors: Collection[str]) -> Iterator[tuple[Part, Part, tuple[str, ...]]]:
    """Yield each proxy of a known product that leads to nothing but a registry, with that and the programs that call it too.

    Of such a proxy at a front door, what it is told by the registry is in no file, as a template of Consul fills it in.
    """
    for name in doors:
        proxy = inventory.parts[name]
        leads = proxy.traits.balances or proxy.kind == "web-server"
        callees = [inventory.parts[call.target] for call in inventory.own_callees(name)] if leads else []
        registries = [each for each in callees if each.product in REGISTRIES]
        if proxy.product is None or len(registries) != 1 or any(each.traits.serves for each in callees):
            continue
        found = _callers_behind(inventory, proxy, registries[0])
        if found:
            yield proxy, registries[0], found


def _callers_behind(inventory: Inventory, gateway: Part, registry: Part) -> tuple[str, ...]:
    return tuple(
        each.source
        for each in inventory.callers(registry.id)
        if each.source != gateway.id and _may_follow(inventory, gateway, each.source)
    )


def _may_follow(inventory: Inventory, gateway: Part, name: str) -> bool:
    """Return True for a program that answers requests, and that no file names to the gateway."""
    part = inventory.parts[name]
    present = inventory.calls.get((gateway.id, name))
    works = part.traits.serves and not part.traits.balances and part.kind not in ("worker", "scheduler")
    return works and (present is None or present.evidence.startswith("both call"))
