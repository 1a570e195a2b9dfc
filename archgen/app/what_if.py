"""A what-if: a model beside the same model with some changes, or with the smallest repair."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, pairwise

from msgspec.structs import replace

from archgen.analysis.assessment import FlowAssessment, assess, conditional_points
from archgen.analysis.topology import Topology
from archgen.app.changed_calls import changed_calls, with_freed_calls
from archgen.app.config.choice import require_choice
from archgen.edits.changes import AddHost, AddReplica, AutomateFailover, Edit, apply_edit, needs_manual_failover
from archgen.edits.description import describe_edit
from archgen.edits.firewalls import admit_added
from archgen.edits.new_hosts import name_like
from archgen.edits.patch import leases_of
from archgen.edits.placement import find_host
from archgen.edits.promotion import mirrors_itself, promoter_of
from archgen.edits.records import records_of_new_hosts
from archgen.edits.services import is_of_one_zone
from archgen.improve.grouping import grouped
from archgen.improve.ordering import by_saving, worthwhile
from archgen.improve.practiced import practiced_failovers, with_practiced
from archgen.improve.repair import find_smallest_repair
from archgen.improve.waits import without_open_waits
from archgen.linting.acceptance import accepted_elements
from archgen.linting.checked_model import CheckedModel
from archgen.model.architecture import Architecture, Component
from archgen.model.kinds import KINDS
from archgen.model.problems import UsageError
from archgen.model.steps import Request, steps_in_order
from archgen.reliability.index import Index
from archgen.report.what_if.comparison import WhatIfReport, changed_yaml, opened_to_network

MOST_STAGES = 200
"""Flows, times the changes, that are assessed to tell what each change wins by itself."""

MOST_WORK = 500_000
"""What the flows after the changes may take, times the changes, to be assessed after each: some seconds."""

HOW = (
    "write --add 'replica of COMPONENT [on HOST] [in ZONE]' or --add 'host NAME like HOST [in ZONE]', and "
    "--set 'failover=automatic' or --set 'COMPONENT.failover=automatic'"
)


def what_if(
    model: CheckedModel, add: tuple[str, ...], assign: tuple[str, ...], today: str = "0001-01-01"
) -> WhatIfReport:
    """The model with the changes that the words say, or with the smallest repair where there are none.

    `today` is an ISO date, after whose `until` an acceptance no longer counts.
    """
    if not add and not assign:
        return _repaired(model, today)
    before = model.architecture
    stages, edits = [before], tuple[Edit, ...]()
    for word in (*add, *assign):
        read = _added(stages[-1], word) if word in add else _assigned(stages[-1], word, edits)
        for edit in read:
            stages.append(apply_edit(stages[-1], edit, model.topology.index.callers))
        edits += read
    return _report(model, [(edit,) for edit in edits])


def _repaired(model: CheckedModel, today: str) -> WhatIfReport:
    """Return the model with the smallest repair, its changes in the order in which they save most."""
    before, assessed = model.architecture, assess(model.topology, 1)
    accepted = accepted_elements(model.topology, today)
    practiced = practiced_failovers(model.topology, assessed)
    sure = without_open_waits(model.topology)
    repair = find_smallest_repair(sure, accepted, practiced)
    steps = list(worthwhile(assessed, by_saving(before, assessed, grouped(repair.edits))))
    left = repair.left
    if sum(len(step.edits) for step in steps) < len(repair.edits):
        after = Topology(with_practiced(replace(steps[-1].after if steps else before, flows=sure.flows), practiced))
        points = (
            (flow, [point for point in own if point not in accepted]) for flow, own in after.losses.points.items()
        )
        left = tuple((flow, tuple(own)) for flow, own in points if own)
    report = _report(model, [step.edits for step in steps])
    return replace(report, smallest=repair.smallest, left=left, accepted=tuple(sorted(accepted)), practiced=practiced)


def _report(model: CheckedModel, groups: Sequence[tuple[Edit, ...]]) -> WhatIfReport:
    """Return the model beside the same with groups of edits."""
    before, edits = model.architecture, tuple(chain(*groups))
    stages = [before]
    for edit in edits:
        stages.append(apply_edit(stages[-1], edit, model.topology.index.callers))
    words = [describe_edit(stage, edit) for stage, edit in zip(stages, edits, strict=False)]
    ends = [0, *accumulate(map(len, groups))]
    after = with_freed_calls(before, stages[-1])
    leases = [tuple(leases_of(model.topology, edit)) for edit in edits]
    leased = [_with_leases(stages[count], chain(*leases[:count])) for count in ends]
    assessed = _assessed(leased)
    asked = tuple(
        (flow, names, condition)
        for flow in model.topology.flows
        for condition, names in conditional_points(model.topology, flow).items()
    )
    is_each = len(assessed) == len(ends)
    whole = Topology(after)
    return WhatIfReport(
        file=model.file,
        name=before.name,
        changes=tuple(", and ".join(words[start:end]) for start, end in pairwise(ends)),
        won=_won(assessed) if is_each else (),
        waiting=_if_waiting(assessed, asked) if is_each else (),
        before=assessed[0],
        after=assessed[-1],
        yaml=changed_yaml(
            before,
            after,
            chain(*leases),
            admit_added(before, whole),
            opened_to_network(model.topology, whole),
            records_of_new_hosts(model.topology, after),
            changed_calls(model, whole),
        ),
        asked=asked,
    )


def _with_leases(architecture: Architecture, leases: Iterable[tuple[str, str, str]]) -> Architecture:
    """Return a model with the steps in which primaries renew their leases: each write needs what keeps these."""
    steps = {flow.id: flow.steps for flow in architecture.flows}
    for flow, store, promoter in leases:
        number = len(list(steps_in_order(steps[flow]))) + 1
        steps[flow] = (*steps[flow], Request(f"{flow}/{number}", store, (promoter,)))
    return replace(architecture, flows=tuple(replace(flow, steps=steps[flow.id]) for flow in architecture.flows))


def _assessed(stages: list[Architecture]) -> list[tuple[FlowAssessment, ...]]:
    """The flows before the changes, after each of them, and so after the last; the ends alone where it is much."""
    ends = [assess(Topology(stages[place]), 1) for place in dict.fromkeys((0, len(stages) - 1))]
    work = max(sum(flow.work for flow in flows) for flows in ends)
    few = len(stages) * len(stages[0].flows) <= MOST_STAGES and len(stages) * work <= MOST_WORK
    return [ends[0], *(assess(Topology(stage), 1) for stage in stages[1:-1] if few), *ends[1:]]


def _won(assessed: list[tuple[FlowAssessment, ...]]) -> tuple[tuple[tuple[str, float], ...], ...]:
    return tuple(
        tuple(
            (before.flow, before.result.downtime - after.result.downtime)
            for before, after in zip(first, then, strict=True)
        )
        for first, then in pairwise(assessed)
    )


def _if_waiting(
    assessed: list[tuple[FlowAssessment, ...]], asked: Iterable[tuple[str, tuple[str, ...], str]]
) -> tuple[frozenset[str], ...]:
    """Return for each change the flows that it saves nothing surely: all that it resolves counts only if they wait."""
    unsure: dict[str, set[str]] = {}
    for flow, names, _ in asked:
        unsure.setdefault(flow, set()).update(names)

    def is_unsure(before: FlowAssessment, after: FlowAssessment) -> bool:
        resolved = {point.id for point in before.points} - {point.id for point in after.points}
        return bool(resolved) and resolved <= unsure.get(before.flow, set())

    return tuple(
        frozenset(before.flow for before, after in zip(first, then, strict=True) if is_unsure(before, after))
        for first, then in pairwise(assessed)
    )


def _added(architecture: Architecture, word: str) -> tuple[Edit, ...]:
    words = word.split()
    if words[:2] == ["replica", "of"] and len(words) > 2:
        options = _options(words[3:], ("on", "in"), word)
        replica = _replica(architecture, words[2], options.get("on"), options.get("in"), word)
        return (replica, *_promotions(architecture, (replica.component,)))
    if words[:1] == ["host"] and len(words) > 1:
        options = _options(words[2:], ("like", "in"), word)
        host = _host(architecture, words[1], options.get("like"), options.get("in"), word)
        return (host, *_promotions(architecture, host.components))
    raise UsageError(f"unknown change `{word}`; {HOW}")


def _promotions(architecture: Architecture, grown: tuple[str, ...]) -> tuple[AutomateFailover, ...]:
    """Return what moves the writes of the stores that get their second replica, as a fix does."""
    index = Index(architecture)
    stores = [index.components[name] for name in grown if KINDS[index.components[name].kind].stores]
    first = [each for each in stores if each.replication is None and len(each.replicas) == 1 and not each.managed]
    return tuple(AutomateFailover(each.id, promoter) for each in first if (promoter := promoter_of(index, each)))


def _options(words: list[str], keywords: tuple[str, ...], word: str) -> dict[str, str]:
    """`on HOST in ZONE` as a mapping."""
    keys, values = words[::2], words[1::2]
    if len(keys) != len(values) or not set(keys) <= set(keywords) or len(set(keys)) < len(keys):
        raise UsageError(f"unknown change `{word}`; {HOW}")
    return dict(zip(keys, values, strict=True))


def _replica(architecture: Architecture, name: str, host: str | None, zone: str | None, word: str) -> AddReplica:
    component = next(
        component for component in architecture.components if component.id == _component(architecture, name)
    )
    if component.kind == "client":
        raise UsageError(f"`{name}` is a client, and clients have no replicas")
    placed = any(replica.hosts for replica in component.replicas)
    floating = any(replica.floating for replica in component.replicas)
    if zone is not None and host is None and not floating and (placed or is_of_one_zone(component)):
        return _in_zone(architecture, component, zone)
    if placed and host is None and not floating:
        raise UsageError(
            f"`{word}` names no host, and {name} runs on hosts; write `replica of {name} on HOST` or `replica of {name} in ZONE`"
        )
    if host is not None and not placed:
        raise UsageError(f"{name} has no hosts in the model, so no replica can be on {host}; leave `on {host}` out")
    if floating and (host is not None or KINDS[component.kind].stores):
        way = "name more hosts in the model" if host is not None else "its data doesn't follow them"
        raise UsageError(f"the replicas of {name} float; {way}")
    existing = {host.id for host in architecture.hosts}
    if host is None or host in existing:
        if zone is not None:
            if host is not None:
                raise UsageError(
                    f"{host} is a host of the model, and `in {zone}` is for a new one; leave it out, or name a new host"
                )
            where = "float over their hosts" if floating else "have no zone of their own in the model"
            raise UsageError(f"the replicas of {name} {where}; leave `in {zone}` out")
        return AddReplica(name, host)
    return AddReplica(name, host, _zones(architecture, zone))


def _in_zone(architecture: Architecture, component: Component, zone: str) -> AddReplica:
    """Return a replica in a zone: on a host there that suits it, else on a new one like the first; a provider finds the place."""
    index = Index(architecture)
    if not component.replicas[0].hosts:
        return AddReplica(component.id, None)
    if zone in index.zone_kinds:
        there = find_host(index, component, lambda host: zone not in index.zones_around(host))
        if there is not None:
            return AddReplica(component.id, there)
    new = name_like(index, component.replicas[0].hosts[0], (zone,), architecture.element_names)
    return AddReplica(component.id, new, (zone,))


def _host(architecture: Architecture, name: str, like: str | None, zone: str | None, word: str) -> AddHost:
    if like is None:
        raise UsageError(f"`{word}` must name a similar host; {HOW}")
    hosts = {host.id: host for host in architecture.hosts}
    require_choice(like, tuple(hosts), "host")
    if name in hosts:
        raise UsageError(f"the host `{name}` already exists; choose another name")
    carried = tuple(
        component.id
        for component in architecture.components
        if any(replica.hosts == (like,) and not replica.floating for replica in component.replicas)
    )
    return AddHost(name, like, carried, _zones(architecture, zone) if zone else hosts[like].zones)


def _zones(architecture: Architecture, zone: str | None) -> tuple[str, ...]:
    return () if zone is None else (zone,)


def _component(architecture: Architecture, name: str) -> str:
    return require_choice(name, tuple(component.id for component in architecture.components), "component")


def _grown(edit: Edit) -> tuple[str, ...]:
    """Return the components of which an edit adds a replica."""
    return edit.components if isinstance(edit, AddHost) else (edit.component,) if isinstance(edit, AddReplica) else ()


def _assigned(architecture: Architecture, word: str, before: tuple[Edit, ...]) -> tuple[Edit, ...]:
    path, _, value = word.partition("=")
    name, dot, key = path.rpartition(".")
    if key != "failover" or value != "automatic":
        raise UsageError(f"unknown setting `{word}`; {HOW}")
    waiting = tuple(component.id for component in architecture.components if needs_manual_failover(component))
    # a second replica of a store came with it already
    automated = {edit.component for edit in before if isinstance(edit, AutomateFailover)}
    grown = {name for edit in before for name in _grown(edit)}
    automated.update(each.id for each in architecture.components if each.id in grown and mirrors_itself(each))
    if name in automated if dot else automated and not waiting:
        return ()
    if dot:
        if _component(architecture, name) not in waiting:
            raise UsageError(f"{name} has no manual failover")
        waiting = (name,)
    if not waiting:
        raise UsageError("no component in the model has manual failover")
    index = Index(architecture)
    return tuple(AutomateFailover(name, promoter_of(index, index.components[name])) for name in waiting)
