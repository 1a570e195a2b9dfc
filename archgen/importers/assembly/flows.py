"""Flows from front doors, depth first along the required calls that files prove; all of them are assumed."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Any

from archgen.importers.assembly.doors import Doors, is_local, is_walked
from archgen.importers.assembly.inventory import Inventory
from archgen.importers.facts import AT_SET_TIMES
from archgen.importers.names import free_id
from archgen.language.assumed_flows import MESSAGES
from archgen.model.finding import CONFIDENCES

_LOAD = re.compile(r"load-?_?(gen|test)|traffic-?_?gen|locust|^k6|jmeter|gatling|artillery", re.IGNORECASE)
"""Names of what calls to test, and for nobody."""

MOST_JOBS = 5
_MOST_STEPS = 200
_NO_PORTS: frozenset[int] = frozenset()

FlowMapping = dict[str, Any]


def flows_of(inventory: Inventory, doors: Doors, client: str, entries: dict[str, str]) -> dict[str, FlowMapping]:
    """Return the flows by id; `entries` are the components between the client and a door, by the door."""
    flows: dict[str, FlowMapping] = {}
    walked: set[str] = set()
    for door in doors.front:
        branches = _branches(inventory, door)
        parts: list[str | None] = list(branches) if len(branches) > 1 else [None]
        if len(branches) > 1 and _works_alone(inventory, door):
            # what it answers with its own data
            parts.insert(0, "")
        for branch in parts:
            steps, reached = _steps(inventory, door, branch, client, entries.get(door))
            walked |= reached
            about = branch or door
            title = f"Requests that need {about}" if branch else f"Requests to {about}"
            flows[free_id(f"requests-{about}", set(flows))] = {
                "title": title,
                "assumed": _confidence(inventory, doors, door),
                "steps": steps,
            }
    flows.update(_jobs(inventory, doors, walked))
    return flows


def _confidence(inventory: Inventory, doors: Doors, door: str) -> str:
    """Return the confidence in a front door: that of its most certain entry; there is no doubt about an only one."""
    if door in doors.assumed:
        return "low"
    if doors.front == (door,) and not doors.bypasses and not is_local(inventory, door) and inventory.callees(door):
        return "high"
    return min((entry.confidence for entry in inventory.entries if entry.component == door), key=CONFIDENCES.index)


def _job_confidence(inventory: Inventory, source: str) -> str:
    part = inventory.parts[source]
    return "high" if part.kind in ("worker", "scheduler") and part.confidence == "high" else "medium"


def _branches(inventory: Inventory, door: str) -> list[str]:
    """Return the next parts of a door that work for a visitor; stores belong to each of them."""
    return [
        target
        for _, target in _next(inventory, door, None, _published(inventory, door))
        if not inventory.parts[target].keeps_data
    ]


def _works_alone(inventory: Inventory, door: str) -> bool:
    part = inventory.parts[door]
    stores = any(inventory.parts[target].keeps_data for _, target in _next(inventory, door, None))
    return stores and not part.traits.balances


def _steps(
    inventory: Inventory, door: str, branch: str | None, client: str, between: str | None
) -> tuple[list[Any], set[str]]:
    first = [{f"{client} -> {between}": "request"}, {f"{between} -> {door}": "request"}] if between else []
    steps: list[Any] = first or [{f"{client} -> {door}": "request"}]
    reached = {door}
    _walk(inventory, door, branch, steps, reached, _published(inventory, door))
    return steps, reached


def _published(inventory: Inventory, door: str) -> set[int]:
    return {entry.target or entry.port for entry in inventory.entries if entry.component == door}


def _walk(
    inventory: Inventory,
    start: str,
    branch: str | None,
    steps: list[Any],
    reached: set[str],
    ports: Set[int] = _NO_PORTS,
) -> None:
    """Add a step for each call, depth first; a call of what was reached before is a step too.

    A proxy leads on by the ports on which it is called, so that it may lead further when it is reached again.
    """
    seen = {*_next(inventory, start, None, ports)}
    stack = [iter(_next(inventory, start, branch, ports))]
    while stack:
        call = next(stack[-1], None)
        if call is None:
            stack.pop()
        elif len(steps) < _MOST_STEPS:
            source, target = call
            steps.append({f"{source} -> {target}": MESSAGES.get(inventory.calls[call].protocol, "request")})
            if target not in reached or inventory.parts[target].traits.balances:
                reached.add(target)
                calls = _next(inventory, target, None, {inventory.calls[call].port or 0})
                stack.append(iter([each for each in calls if each not in seen]))
                seen.update(calls)


def _next(inventory: Inventory, name: str, branch: str | None, ports: Set[int] = _NO_PORTS) -> list[tuple[str, str]]:
    """Return the calls by a component in their order; those of a proxy by the ports on which it is called, if it listens there."""
    part, calls = inventory.parts[name], inventory.callees(name)
    calls = [call for call in calls if is_walked(inventory, call.source, call.target)]
    if not ports.isdisjoint(part.listens):
        open_ports = {0, *ports, *part.passes_to}
        calls = [call for call in calls if not call.fronts or not open_ports.isdisjoint(call.fronts)]
    if branch is not None:
        calls = [call for call in calls if call.target == branch or inventory.parts[call.target].keeps_data]
    # data that a component looks up before it passes the request on
    calls.sort(key=lambda call: (not inventory.parts[call.target].keeps_data, call.place, call.target))
    return [(call.source, call.target) for call in calls]


def _jobs(inventory: Inventory, doors: Doors, walked: set[str]) -> dict[str, FlowMapping]:
    """Return a flow for each component that only calls, or one for all of them if they are many.

    What runs at set times has none: it is no request that fails with a replica.
    """
    sources = [
        part.id
        for part in inventory.parts.values()
        if part.id not in walked
        and part.id not in doors.exposed
        and not part.is_aside
        and part.evidence != AT_SET_TIMES
        and not _LOAD.search(part.id)
        and not part.keeps_data
        and part.traits.role in ("application", "web", "balancer")
        and not any(is_walked(inventory, call.source, call.target) for call in inventory.callers(part.id))
        and _next(inventory, part.id, None)
    ]
    jobs: dict[str, list[Any]] = {}
    for source in sources:
        steps: list[Any] = []
        _walk(inventory, source, None, steps, {source})
        jobs[source] = steps
    if len(jobs) > MOST_JOBS:
        return {
            "jobs": {
                "title": "Work in the background",
                "assumed": "medium",
                "steps": [step for steps in jobs.values() for step in steps],
            }
        }
    return {
        f"job-{source}": {"title": f"Work of {source}", "assumed": _job_confidence(inventory, source), "steps": steps}
        for source, steps in jobs.items()
    }
