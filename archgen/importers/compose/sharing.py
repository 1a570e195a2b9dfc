"""Values that several services share: which of them a value is meant for."""

from __future__ import annotations

from collections.abc import Sequence

from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.service import SourceText
from archgen.importers.outside import OutsideStore
from archgen.model.kinds import KINDS

COORDINATORS = ("etcd", "consul", "zookeeper")
"""Products that elect the leaders of others."""


def is_for_others(part: ServicePart, target: ServicePart | OutsideStore) -> bool:
    """Return True for a value that several services share, and that a proxy, an observer or a backup among them has no use for."""
    proxies = KINDS[part.kind].balances or "nginx" in (part.guess.known.product or part.id)
    if proxies and target.guess.known.product in COORDINATORS:
        return False
    copies = part.kind == "backup" and not KINDS[target.kind].stores
    return copies or KINDS[part.kind].observes or (proxies and KINDS[target.kind].role == "data")


def is_meant_for_others(part: ServicePart, target: ServicePart | OutsideStore, sharing: Sequence[ServicePart]) -> bool:
    """Return True for a value that services of several images share, if one of another image waits for its target and none of this."""
    if len(sharing) < 2 or isinstance(target, OutsideStore) or not part.service.depends_on:
        return False
    waiting = [each for each in sharing if target.service.name in each.service.depends_on]
    return bool(waiting) and not any(each.service.program == part.service.program for each in waiting)


def builds_on(part: ServicePart, target: ServicePart) -> bool:
    """Return True for a store that starts after one of the sort that stores keep their own state in."""
    known = target.guess.known
    return known.product != part.guess.known.product and (
        known.product in COORDINATORS or known.kind == "object-storage"
    )


def value_place(value: SourceText) -> tuple[str, int, str]:
    """Return the place of a value, which is the same for all that share it by an anchor."""
    return value.source.path, value.source.line, value.text
