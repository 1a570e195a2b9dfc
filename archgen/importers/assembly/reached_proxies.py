"""Calls of stores that no file describes, at an address where a proxy answers: they reach the proxy, which leads to the store."""

from __future__ import annotations

from msgspec.structs import replace

from archgen.importers.addresses import is_ip_address
from archgen.importers.assembly.inventory import Call, Inventory, Part
from archgen.importers.catalogue import STORE_PROTOCOLS
from archgen.importers.facts import BY_PORT


def reach_proxies(inventory: Inventory) -> Inventory:
    """Return the inventory with each call on a port of a proxy led to it: by its address, or by the port where none is told.

    An address that no file tells is assumed to be that of the only proxy which leads from this port to what speaks the same protocol.
    """
    proxies = [part for part in inventory.parts.values() if part.traits.balances and part.listens]
    stores = [part for part in inventory.parts.values() if part.is_outside and part.names] if proxies else []
    behind: dict[str, set[str]] = {store.id: set() for store in stores}
    # who knows the address of a proxy calls something else by another one
    for is_sure, store in [(is_sure, store) for is_sure in (True, False) for store in stores]:
        for call in inventory.callers(store.id):
            listening = [part for part in proxies if call.port in part.listens and part.id != call.source]
            answers = [each for each in listening if is_sure and not {*store.names}.isdisjoint(each.names)]
            likely = [each for each in listening if not is_sure and _may_be(inventory, store, call, each)]
            for proxy in (answers or likely) if len(answers or likely) == 1 else ():
                behind[store.id] |= {part.id for part in _behind(inventory, proxy, call.protocol)}
                _lead(inventory, call, proxy, is_sure=is_sure)
    for store in stores:
        others = sorted(behind[store.id])
        if others and not inventory.callers(store.id):
            inventory.forget(store, others if len(others) == 1 else [])
    inventory.calls = dict(sorted(inventory.calls.items()))
    return inventory


def _may_be(inventory: Inventory, store: Part, call: Call, proxy: Part) -> bool:
    """Return True if an address may be that of a proxy before what speaks the same protocol, and isn't that of a server there.

    A name on the own port of a store is as well that of any other store.
    """
    present = inventory.calls.get((call.source, proxy.id))
    is_known = present is not None and not (present.guess or present.evidence.endswith(BY_PORT))
    is_own = call.port in STORE_PROTOCOLS and not any(is_ip_address(name) for name in store.names)
    is_elsewhere = store.is_on_machine or "managed" in store.declared or not proxy.is_alone
    behind = [] if is_known or is_own or is_elsewhere else _behind(inventory, proxy, call.protocol)
    return any({*store.names}.isdisjoint(host.lower() for _, host, _ in part.servers) for part in behind)


def _behind(inventory: Inventory, proxy: Part, protocol: str) -> list[Part]:
    return [inventory.parts[call.target] for call in inventory.callees(proxy.id) if call.protocol == protocol]


def _lead(inventory: Inventory, call: Call, proxy: Part, *, is_sure: bool) -> None:
    del inventory.calls[call.source, call.target]
    led = replace(call, target=proxy.id, is_assumed=call.is_doubtful)
    if not is_sure:
        led = replace(led, is_assumed=True, is_named=True, evidence=f"{call.evidence}{BY_PORT}", confidence="medium")
    inventory.join(led)
