"""Stores that nothing calls and whose names say whose they are, as `orders` and `orders-db`."""

from __future__ import annotations

import re

from archgen.importers.assembly.inventory import Call, Inventory, Part
from archgen.importers.catalogue import PRODUCTS

_STORE = re.compile(
    r"[-_.]?(db|database|mongo|mongodb|mysql|mariadb|postgres|postgresql|pg|redis|cache|store|sql)\d*$", re.IGNORECASE
)
_SERVICE = r"([-_.]?(service|svc|api|app|server|backend))?"


def pair_stores(inventory: Inventory) -> Inventory:
    """Return the inventory with a call of each such store, if its name fits one component alone.

    A name proves nothing: the call is asked about, and no flow leads over it before it is answered.
    """
    parts = [part for part in inventory.parts.values() if part.traits.role in ("application", "web")]
    for store in inventory.parts.values():
        stem = _STORE.sub("", store.id)
        if store.keeps_data and stem not in ("", store.id) and not inventory.callers(store.id):
            owners = [part for part in parts if re.fullmatch(re.escape(stem) + _SERVICE, part.id, re.IGNORECASE)]
            if len(owners) == 1:
                inventory.calls[owners[0].id, store.id] = _call(owners[0], store)
    return inventory


def _call(owner: Part, store: Part) -> Call:
    products = [each for each in PRODUCTS.values() if store.product is not None and each.product == store.product]
    known = products[0] if products else None
    return Call(
        source=owner.id,
        target=store.id,
        protocol=known.protocol if known is not None else "tcp",
        port=known.port if known is not None else None,
        required=False,
        is_assumed=True,
        is_named=True,
        place=store.source,
        evidence="their names",
        confidence="medium",
    )
