"""Flows from front doors along the required calls that files prove; all of them are assumed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from archgen.importers.assembly.doors import Doors, is_local, is_walked
from archgen.importers.assembly.inventory import Inventory, Part
from archgen.importers.assembly.walks import Walk, Walks
from archgen.importers.facts import AT_SET_TIMES
from archgen.importers.names import free_id
from archgen.language.assumed_flows import MESSAGES
from archgen.model.finding import CONFIDENCES, Confidence
from archgen.model.wording import first_few, listed

MOST_JOBS = 5
_MOST_NAMED = 3
_MOST_STEPS = 200

FlowMapping = dict[str, Any]


def flows_of(inventory: Inventory, doors: Doors, client: str, entries: dict[str, str]) -> dict[str, FlowMapping]:
    """Return the flows by id; `entries` are the components between the client and a door, by the door.

    A door has a flow for each of several components that it leads to, and for what not each of its requests needs.
    """
    flows: dict[str, FlowMapping] = {}
    walks = Walks(inventory)
    walked: set[str] = set()
    for door in doors.front:
        between = entries.get(door)
        ends = [client, between, door] if between else [client, door]
        first = [{f"{source} -> {target}": "request"} for source, target in pairwise(ends)]
        confidence = _confidence(inventory, doors, door)
        taken: list[Walk] = []
        for branch in walks.branches(door):
            about = branch or door
            walk, all_ = walks.walk(door, confidence, branch), walks.walk_all(door, confidence, branch)
            title = f"Requests that need {about}" if branch else f"Requests to {about}"
            _add(flows, f"requests-{about}", title, walk, first)
            if unsure := _unsure(walk):
                needed = [branch, *unsure] if branch else unsure
                title = f"Requests that need {listed(first_few(needed, _MOST_NAMED))}"
                _add(flows, f"requests-{about}-assumed", title, all_, first)
            taken += [walk, all_]
        helped = walks.ways(taken)
        for target, way in helped.items():
            _add(flows, f"requests-{target}", f"Requests that need {target}", way, first)
        walked = walked.union(*(walk.reached for walk in (*taken, *helped.values())))
    flows.update(_jobs(inventory, doors, walks, walked))
    return flows


def _unsure(walk: Walk) -> list[str]:
    """Return what only calls that are less certain than the rest lead to."""
    return list(dict.fromkeys(call.target for call in walk.unsure if call.target not in walk.reached))


def _add(flows: dict[str, FlowMapping], name: str, title: str, walk: Walk, first: list[Any]) -> None:
    steps = [*first, *({call.id: MESSAGES.get(call.protocol, "request")} for call in walk.calls)]
    flows[free_id(name, {*flows})] = {"title": title, "assumed": walk.confidence, "steps": steps[:_MOST_STEPS]}


def _confidence(inventory: Inventory, doors: Doors, door: str) -> Confidence:
    """Return the confidence in a front door: that of its most certain entry; there is no doubt about an only one."""
    if door in doors.assumed:
        return "low"
    if doors.front == (door,) and not doors.bypasses and not is_local(inventory, door) and inventory.callees(door):
        return "high"
    return min((entry.confidence for entry in inventory.entries if entry.component == door), key=CONFIDENCES.index)


def _job_confidence(inventory: Inventory, source: str) -> Confidence:
    part = inventory.parts[source]
    return "high" if part.kind in ("worker", "scheduler") and part.confidence == "high" else "medium"


def _jobs(inventory: Inventory, doors: Doors, walks: Walks, walked: set[str]) -> dict[str, FlowMapping]:
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
        and not part.tests_load
        and not part.keeps_data
        and (part.traits.role in ("application", "web") or (part.traits.balances and not _is_served(part)))
        and not any(is_walked(inventory, call.source, call.target) for call in inventory.callers(part.id))
        and (inventory.own_callees(part.id) or part.kind == "worker")
        and walks.next_of(part.id)
    ]
    flows: dict[str, FlowMapping] = {}
    if len(sources) > MOST_JOBS:
        calls = {call.id: call for source in sources for call in walks.walk_all(source, "medium").calls}
        steps = Walk("medium", [*calls.values()])
        _add(flows, "jobs", "Work in the background", steps, [])
        return flows
    for source in sources:
        confidence = _job_confidence(inventory, source)
        walk, all_ = walks.walk(source, confidence), walks.walk_all(source, confidence)
        if walk.calls:
            _add(flows, f"job-{source}", f"Work of {source}", walk, [])
            if unsure := _unsure(walk):
                title = f"Work of {source} that needs {listed(first_few(unsure, _MOST_NAMED))}"
                _add(flows, f"job-{source}-assumed", title, all_, [])
        elif all_.calls:
            _add(flows, f"job-{source}", f"Work of {source}", all_, [])
        for target, way in walks.ways([walk, all_]).items():
            if target not in walked:
                _add(flows, f"job-{target}", f"Work of {source} that needs {target}", way, [])
            walked |= way.reached
    return flows


def _is_served(part: Part) -> bool:
    """Return True for what a Service of a cluster leads to, so that others call it: a gateway does nothing by itself."""
    return "cluster" in part.declared and not part.is_unserved
