"""The connections of a model that have to change along with a what-if: their lines as they are to be written, and what is left to say."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from msgspec.structs import replace

from archgen.analysis.encryption import clear_ports, is_public
from archgen.analysis.firewalls import port_number
from archgen.analysis.topology import Topology
from archgen.edits.encryption import ASKED_FOR, encrypt
from archgen.edits.replicas import is_led_to_one_side
from archgen.language.expand.connections import connection_id
from archgen.language.write.patch import PatchError, apply_changes
from archgen.language.yaml.parser import parse
from archgen.linting.checked_model import CheckedModel
from archgen.model.architecture import Architecture, Component, Connection
from archgen.model.change import Change, Remove
from archgen.model.kinds import KINDS
from archgen.reliability.index import Index
from archgen.reliability.locality import SAME_HOST
from archgen.report.what_if.comparison import ChangedCalls


def with_freed_calls(before: Architecture, after: Architecture) -> Architecture:
    """Return a changed model in which callers of a primary, which now stand on other hosts too, aren't bound to their own."""
    freed = {call.id for call in _bound_to_copies(after)} - {call.id for call in _bound_to_copies(before)}
    if not freed:
        return after
    calls = (replace(call, locality=None) if call.id in freed else call for call in after.connections)
    return replace(after, connections=tuple(calls))


def _bound_to_copies(architecture: Architecture) -> Iterator[Connection]:
    """Yield the calls on one host alone, for more than reading, by replicas beside which no primary stands, but a copy of it."""
    index = Index(architecture)
    for call in architecture.connections:
        if call.locality == SAME_HOST and call.access != "read":
            caller = index.components[call.source]
            primaries = [
                _primaries(index.components[target])
                for target in call.targets
                if not _is_moved_along(index, caller, index.components[target])
            ]
            if any(each and _hosts(caller) - each for each in primaries):
                yield call


def _is_moved_along(index: Index, caller: Component, store: Component) -> bool:
    """Return True if people move both a store and its caller, which then finds the primary on its own host again."""
    by_hand = store.replication is not None and store.replication.failover == "manual"
    if not by_hand or is_led_to_one_side(index.architecture, caller, index.callers):
        return by_hand and all(map(_is_moved_by_hand, index.callers(caller.id)))
    return _is_moved_by_hand(caller)


def _is_moved_by_hand(component: Component) -> bool:
    return component.cluster is not None and component.cluster.failover == "manual"


def _hosts(component: Component) -> set[str]:
    return {host for replica in component.replicas for host in replica.hosts}


def _primaries(component: Component) -> set[str]:
    """Return the hosts of the replicas that take the writes of a store; none where all do."""
    primary = component.replication.primary if component.replication is not None else ()
    return {host for replica in component.replicas if replica.id in primary for host in replica.hosts}


def changed_calls(model: CheckedModel, after: Topology) -> ChangedCalls:
    """Return the calls of a model whose lines change with it: those that are freed, and those that start to speak TLS.

    They do so where they leave their host from now on, or share a port with a new connection that does: it takes the one or the other.
    """
    before = model.topology.connections
    freed = tuple(
        call.id
        for call in after.architecture.connections
        if call.id in before and call.locality != before[call.id].locality
    )
    changes: list[Change] = [Remove(("connections", name, "locality")) for name in freed]
    by_target: dict[tuple[str, ...], list[Connection]] = {}
    for call in _to_encrypt(model.topology, after):
        by_target.setdefault(call.targets, []).append(call)
    encrypted, plain = dict[str, None](), dict[str, None]()
    for targets, calls in by_target.items():
        own = [change for change in encrypt(after, calls) if not _is_from_outside(after, change)]
        named = {str(change.path[1]) for change in own if change.path[0] == "connections"}
        is_whole = all(change.path[0] == "connections" for change in own) and named <= before.keys()
        if is_whole and {call.id for call in calls} <= named and _written(model, own):
            changes += own
            encrypted |= dict.fromkeys(targets)
        else:
            plain |= dict.fromkeys(call.id for call in calls)
    return ChangedCalls(
        _written(model, {change.path: change for change in changes}.values()), freed, tuple(encrypted), tuple(plain)
    )


def _is_from_outside(after: Topology, change: Change) -> bool:
    """Return True for a change of what comes from the internet to a port that takes both: it should rather not be there at all."""
    call = after.connections.get(str(change.path[1])) if change.path[0] == "connections" else None
    return call is not None and is_public(after, call) and all(port.protocol in ASKED_FOR for port in call.ports)


def _to_encrypt(before: Topology, after: Topology) -> Iterator[Connection]:
    """Yield the calls in plaintext that leave their host from now on, or share a port that a new connection reaches over TLS."""
    new = (call for call in after.architecture.connections if call.id not in before.connections)
    secured = {
        (target, port.protocol, port_number(port))
        for call in new
        for port in call.ports
        if port.tls is not None and port.protocol not in ASKED_FOR
        for target in call.targets
    }
    for call in after.architecture.connections:
        clear = clear_ports(call) if call.id in before.connections else ()
        if clear and (
            _leaves_now(before, after, call)
            or any((target, port.protocol, port_number(port)) in secured for target in call.targets for port in clear)
        ):
            yield call


def _leaves_now(before: Topology, after: Topology, call: Connection) -> bool:
    observes = any(KINDS[after.components[name].kind].observes for name in (call.source, *call.targets))
    return not observes and bool(after.crosses(call)) and before.crosses(before.connections[call.id]) is False


def _written(model: CheckedModel, changes: Collection[Change]) -> dict[str, Any]:
    """Return the entries of a model's connections after changes, as they are to be written; none where they can't be."""
    names = {str(change.path[1]) for change in changes}
    try:
        text = apply_changes(model.data.decode("utf-8-sig"), changes)
    except PatchError:
        return {}
    calls = parse(0, "", text.encode())[0].root.get("connections")
    entries = {connection_id(key): value for key, value in calls.items()} if isinstance(calls, dict) else {}
    return {name: entries[name] for name in entries if name in names} if names <= entries.keys() else {}
