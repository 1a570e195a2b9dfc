"""The balance of a component: its health check, weights and backup members."""

from __future__ import annotations

from collections.abc import Sequence

from archgen.language.expand.component_reader import ComponentReader, members_of
from archgen.language.expand.context import suggestion
from archgen.language.yaml.tree import Map
from archgen.model.architecture import Balance
from archgen.model.steps import Access

_NO_CHECK = ("none", "no", "off", "never", "disabled")
"""Texts that say that nothing is checked; others tell what is, if only by something else (`none of its own`)."""


def read_balance(reader: ComponentReader) -> Balance:
    balance = reader.entry["balance"]
    if balance.__class__ is not Map:
        return Balance(reader.context.document.text(reader.entry, "balance"))
    text = reader.context.document.text
    sticky = reader.context.document.text_or_flag(balance, "stickiness")
    declared = balance.get("health_check")
    deep = declared if declared.__class__ is Map else Map(0)
    check = (
        text(deep, "request") or True
        if declared.__class__ is Map
        else reader.context.document.text_or_flag(balance, "health_check")
    )
    if isinstance(check, str) and check.strip().casefold() in _NO_CHECK:
        check = False
    weights = []
    for name, weight in balance.get("weights", {}).items():
        members = _members(reader, name, balance["weights"].key_mark(name), "weights")
        weights += [(member, float(weight)) for member in members]
    backup = [
        member for name, mark in reader.marked(balance, "backup") for member in _members(reader, name, mark, "backup")
    ]
    return Balance(
        text(balance, "algorithm"),
        balance.get("mode"),
        check,
        sticky,
        tuple(weights),
        tuple(backup),
        _asks(reader, deep),
        deep.get("fail_open"),
    )


def _asks(reader: ComponentReader, check: Map) -> tuple[tuple[str, Access], ...] | None:
    """Return what a health check asks of the targets, or through those that have a connection to it; others aren't restricted."""
    asked = check.get("asks")
    if asked is None:
        return None
    if asked.__class__ is Map:
        declared = [(name, asked.key_mark(name), access) for name, access in asked.items()]
    else:
        declared = [(name, mark, "read") for name, mark in reader.marked(check, "asks")]
    asks = []
    targets = reader.calls.get(reader.name, ())
    for name, mark, access in declared:
        asked_id = reader.context.refer(name, mark, ("component",), reader.subject, f"`asks` of `{reader.name}`")
        if name in reader.context.components and asked_id not in (*targets, *_behind(reader, targets)):
            message = f"`asks` of `{reader.name}` names `{name}`, but no component that `{reader.name}` calls has a connection to it"
            message += ", directly or through others"
            fix = f"Add the connection from a target of `{reader.name}` to `{name}`, or remove it from `asks`."
            reader.context.dangling(mark, reader.subject, message, fix)
        asks.append((asked_id, access))
    return tuple(asks)


def _behind(reader: ComponentReader, targets: Sequence[str]) -> set[str]:
    """Return what components call, and what that calls in turn."""
    queue = [called for target in dict.fromkeys(targets) for called in reader.calls.get(target, ())]
    behind = set(queue)
    for name in queue:
        fresh = [called for called in reader.calls.get(name, ()) if called not in behind]
        behind.update(fresh)
        queue += fresh
    return behind


def _members(reader: ComponentReader, name: str, mark: int, key: str) -> tuple[str, ...]:
    """Return the members that a balancer names: a component, a replica, or its targets' replicas on a host."""
    if name in reader.context.components:
        return (name,)
    targets = [
        replica for target in reader.calls.get(reader.name, ()) for replica in reader.context.placed.get(target, ())
    ]
    members = members_of(name, targets)
    if members:
        return members
    if any(("component", target) in reader.context.broken for target in reader.calls.get(reader.name, ())):
        return (name,)
    choices = [*(replica.id for replica in targets), *reader.calls.get(reader.name, ())]
    message = (
        f"`{key}` of `{reader.name}` names `{name}`, which isn't a component that it calls, or a host or replica of one"
    )
    fix = suggestion(name, choices) or "Name a component that it has a connection to, or a host or replica of one."
    if reader.entry["kind"] == "dns":
        fix = f"A name server calls nothing that its records name: write the `{key}` at the client that asks for them."
    reader.context.dangling(mark, reader.subject, message, fix)
    return (name,)
