"""Replicas of components by `runs_on` and `replicas`."""

from __future__ import annotations

from archgen.language.expand.context import MOST_REPLICAS, Context
from archgen.language.yaml.scalars import seconds
from archgen.language.yaml.tree import Map, Seq, TreeNode
from archgen.model.architecture import Placement, Replica

_PLATFORM = ("recovery", "spread")
"""Keys of replicas that float, which stand beside `any`."""


def place_component(context: Context, name: str, entry: Map) -> tuple[Replica, ...]:
    """Return the replicas of a component; a client has one, and so has, without a host, a component that declares none."""
    if entry["kind"] == "client":
        return _client(context, name, entry)
    runs_on = entry.get("runs_on")
    wanted = _wanted(entry, runs_on)
    had_room = context.room >= 0
    context.room -= wanted
    if context.room < 0:
        if had_room:
            _too_many(context, name, entry, wanted)
        return (Replica(f"{name}#1", name),)
    if runs_on is None:
        count = entry.get("replicas", 1)
        return tuple(Replica(f"{name}#{number}", name) for number in range(1, count + 1))
    if runs_on.__class__ is Map and "any" in runs_on:
        return _floating(context, name, entry, runs_on)
    replicas = _counted(context, name, runs_on) if runs_on.__class__ is Map else _listed(context, name, entry)
    _check_count(context, name, entry, replicas)
    return replicas


def _wanted(entry: Map, runs_on: TreeNode) -> int:
    """Return the number of replicas that a component declares as a number."""
    if runs_on is None or (runs_on.__class__ is Map and "any" in runs_on):
        inner = runs_on.get("replicas") if runs_on is not None else None
        return int(entry.get("replicas") or inner or 1)
    # a host that is written out is bounded by the size of the file
    return sum(_counts(runs_on).values()) if runs_on.__class__ is Map else 0


def _counts(runs_on: Map) -> dict[str, int]:
    return {host: count for host, count in runs_on.items() if host not in _PLATFORM}


def placement(context: Context, entry: Map) -> Placement | None:
    """Return the declared platform of floating replicas; of those that have one host to float over, that there is one."""
    runs_on = entry.get("runs_on")
    if runs_on.__class__ is not Map:
        return None
    if "any" in runs_on and len(set(context.document.texts(runs_on, "any"))) == 1:
        return Placement()
    if not any(key in runs_on for key in _PLATFORM):
        return None
    recovery = context.document.text(runs_on, "recovery")
    return Placement(None if recovery is None else seconds(recovery), runs_on.get("spread"))


def _too_many(context: Context, name: str, entry: Map, wanted: int) -> None:
    message = f"a model must have at most {MOST_REPLICAS:,} replicas; `{name}` alone adds {wanted:,}"
    context.invalid(entry.mark, ("component", name), message, "State fewer: a few represent many in every analysis.")


def _client(context: Context, name: str, entry: Map) -> tuple[Replica, ...]:
    for key in ("runs_on", "replicas"):
        if key in entry:
            message = f"the client `{name}` must not have `{key}`: it is the visitor's device"
            fix = f"Remove `{key}`, or change its kind if it runs on your hosts."
            context.invalid(entry.key_mark(key), ("component", name), message, fix)
    return (Replica(name, name),)


def _listed(context: Context, name: str, entry: Map) -> tuple[Replica, ...]:
    hosts = context.document.texts(entry, "runs_on")
    declared = context.hosts
    for index, host in enumerate(hosts):
        if host not in declared:
            value = entry["runs_on"]
            mark = value.marks[index] if value.__class__ is Seq else entry.value_mark("runs_on")
            _refer_host(context, host, mark, name)
    return tuple([Replica(f"{name}@{host}", name, (host,)) for host in hosts])


def _counted(context: Context, name: str, runs_on: Map) -> tuple[Replica, ...]:
    replicas: list[Replica] = []
    for key in _PLATFORM:
        if key in runs_on:
            message = f"`{key}` of `{name}` is for replicas that float, but these stay on their hosts"
            fix = f"Write `any: [hosts…]` beside `{key}`, or remove `{key}`."
            context.invalid(runs_on.key_mark(key), ("component", name), message, fix)
    for host, count in _counts(runs_on).items():
        if host not in context.hosts:
            _refer_host(context, host, runs_on.key_mark(host), name)
        numbers = [""] if count == 1 else [f"#{number}" for number in range(1, count + 1)]
        replicas += [Replica(f"{name}@{host}{number}", name, (host,)) for number in numbers]
    return tuple(replicas)


def _floating(context: Context, name: str, entry: Map, runs_on: Map) -> tuple[Replica, ...]:
    subject = ("component", name)
    hosts = context.document.texts(runs_on, "any")
    items = runs_on["any"]
    for index, host in enumerate(hosts):
        if host not in context.hosts:
            _refer_host(context, host, items.marks[index], name)
    for key in runs_on:
        if key not in ("any", "replicas", *_PLATFORM):
            message = f"`runs_on` of `{name}` has both `any` and `{key}`"
            fix = "Write either `{any: [hosts…]}` for replicas that float, or `{host: count}` for replicas that stay."
            context.invalid(runs_on.key_mark(key), subject, message, fix)
    inner, outer = runs_on.get("replicas"), entry.get("replicas")
    if inner is not None and outer is not None and inner != outer:
        message = f"`runs_on` of `{name}` states {inner} replicas, but `replicas` states {outer}"
        context.invalid(entry.value_mark("replicas"), subject, message, "State the number once.")
    count = outer or inner or 1
    # with one host there is nowhere else to go
    floats = len(set(hosts)) > 1
    return tuple(
        Replica(f"{name}#{number}", name, hosts if floats else hosts[:1], floats) for number in range(1, count + 1)
    )


def _refer_host(context: Context, host: str, mark: int, name: str) -> None:
    context.refer(host, mark, ("host",), ("component", name), f"`runs_on` of `{name}`")


def _check_count(context: Context, name: str, entry: Map, replicas: tuple[Replica, ...]) -> None:
    count = entry.get("replicas")
    if count is None or count == len(replicas):
        return
    message = f"`runs_on` of `{name}` places {len(replicas)}, but `replicas` states {count}"
    fix = f"Remove `replicas`, or state the number on each host: `runs_on: {{{replicas[0].hosts[0]}: {count}}}`."
    context.invalid(entry.value_mark("replicas"), ("component", name), message, fix)
