"""The places where backups keep their copies."""

from __future__ import annotations

from archgen.analysis.topology import Topology
from archgen.model.architecture import Component
from archgen.model.durations import SECONDS
from archgen.model.kinds import KINDS

_KEEPING = ("object-storage", "file-storage", "backup", "external-service")
"""The kinds of storage to which a backup sends its copies."""


_FILES = ("file-storage", "object-storage")


def holds_files(component: Component) -> bool:
    """Return True for what keeps files: a storage of them, or a server with uploads."""
    return component.kind in _FILES or not KINDS[component.kind].stores


def least_interval(component: Component) -> float:
    """Return the shortest time between two copies: a database ships its log, and all else is copied as a whole."""
    return SECONDS["m"] if component.kind == "database" else SECONDS["h"]


def copy_holders(topology: Topology, backup: Component) -> tuple[Component, ...]:
    """Return the components that hold the copies: the storage that a backup calls, or the backup itself."""
    called = dict.fromkeys(target for call in topology.outgoing[backup.id] for target in call.targets)
    stores = [topology.components[name] for name in called if name not in backup.backs_up]
    return tuple(store for store in stores if store.kind in _KEEPING) or (backup,)


def holds_only_copies(topology: Topology, component: Component) -> bool:
    """Return True for storage that backups send copies to, and that nothing but them and monitoring calls."""
    callers = [topology.components[call.source] for call in topology.incoming[component.id]]
    sending = [caller for caller in callers if caller.kind == "backup" and component in copy_holders(topology, caller)]
    beside = [caller for caller in callers if topology.kind(caller.id).observes]
    return bool(sending) and len(sending) + len(beside) == len(callers)
