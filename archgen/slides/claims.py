"""Titles of slides that claim what the facts of a system show; a plain title where nothing can be claimed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.improve.recommendation import Recommendation
from archgen.model.architecture import Component, Flow
from archgen.model.durations import format_duration
from archgen.model.percentages import format_availability
from archgen.model.subject import Subject
from archgen.model.wording import listed, plural, zone_words
from archgen.slides.facts import SystemFacts, capital, plain_fix, shorten_title

_NAMED = 2
"""Elements that a title names before it counts the rest."""


def verdict(facts: SystemFacts) -> str:
    """Return the verdict on a system in one sentence."""
    if facts.impossible:
        titles = [facts.title(flow.id) for flow in facts.impossible]
        fail = "fails" if len(titles) == 1 else "fail"
        return f"{_some(titles, 'flows')} {fail} even with every element up"
    if not facts.flows:
        return f"{facts.name}: {facts.counts}; no flow is declared, so no failure can be tried"
    if not facts.losses:
        return _sound(facts)
    element, flows = facts.losses[0]
    points = plural(len(facts.points), "single point")
    return f"{points} of failure: losing {facts.call(element)} takes down {facts.some_flows(flows)}"


def _sound(facts: SystemFacts) -> str:
    """Return the verdict on a system without single points of failure that tell something."""
    if facts.enclosing:
        zones = facts.names([zone for zone, _ in facts.enclosing], _NAMED, "or")
        flows = tuple(dict.fromkeys(flow for _, held in facts.enclosing for flow in held))
        return f"Only the loss of {zones} as a whole takes down {facts.some_flows(flows)}"
    return f"No single failure takes down {'a flow' if len(facts.flows) > 1 else facts.title(facts.flows[0].id)}"


def structure(facts: SystemFacts) -> str:
    """Return what the diagram of a system shows: its size, and what runs only once."""
    return f"{_size(facts)}{_lone_host(facts) or _writer(facts) or _run_once(facts)}"


def _size(facts: SystemFacts) -> str:
    topology = facts.topology
    zones = {zone for host in topology.hosts for zone in topology.index.zones_around(host)[:1]}
    kinds = {topology.zones[zone].kind for zone in zones}
    noun = zone_words(kinds.pop()) if len(kinds) == 1 else "zone"
    within = f" in {plural(len(zones), noun)}" if len(zones) > 1 else ""
    hosts = f"{plural(len(topology.hosts), 'host')}{within}, " if topology.hosts else ""
    return f"{hosts}{plural(len(topology.components), 'component')}"


def _lone_host(facts: SystemFacts) -> str:
    """Return the claim that the loss of the only host takes down flows."""
    hosts = list(facts.topology.hosts)
    lost = [flows for element, flows in facts.losses if len(hosts) == 1 and element == Subject("host", hosts[0])]
    return f": losing {hosts[0]} takes down {facts.some_flows(lost[0])}" if lost else ""


def _writer(facts: SystemFacts) -> str:
    """Return the claim that a store of several replicas has one writer, whose loss takes down most flows."""
    points = facts.topology.losses.points
    taken: list[tuple[Component, str, list[str]]] = []
    for component in facts.topology.components.values():
        primary = component.replication.primary if component.replication else ()
        if len(primary) == 1 and len(component.replicas) > 1:
            flows = [flow.id for flow in facts.flows if Subject("replica", primary[0]) in points[flow.id]]
            taken += [(component, primary[0], flows)] if flows else []
    if not taken:
        return ""
    store, writer, flows = max(taken, key=lambda each: len(each[2]))
    go = "goes" if len(flows) == 1 else "go"
    return f"; {store.title} has one writer: {facts.some_flows(flows)} {go} down with {_place(facts, writer)}"


def _place(facts: SystemFacts, replica: str) -> str:
    """Return the host of a replica, or its name if it has none of its own."""
    hosts = facts.topology.replicas[replica].hosts
    return hosts[0] if len(hosts) == 1 else facts.call(Subject("replica", replica))


def _run_once(facts: SystemFacts) -> str:
    """Return which of the components in flows run once."""
    topology = facts.topology
    used = {name for flow in facts.flows for name in topology.losses.plans[flow.id].members}
    own = [name for name in topology.components if name in used and _is_operated(topology.components[name])]
    once = [name for name in own if len(topology.components[name].replicas) == 1]
    if not own:
        return ""
    if not once:
        return "; what of your own no flow can do without runs at least twice"
    if len(once) <= _NAMED:
        run = "runs" if len(once) == 1 else "run"
        return f"; {listed(once)}, which a flow needs, {run} only once"
    share = "all" if len(once) == len(own) else f"{len(once)} of"
    return f"; {share} the {len(own)} that flows need run only once"


def _is_operated(component: Component) -> bool:
    return component.kind != "client" and not component.managed


def path(facts: SystemFacts, flow: Flow) -> str:
    """Return what takes down a flow."""
    title = facts.short(flow.id)
    breaking = facts.losses_of(flow.id)
    if len(breaking) == 1:
        return f"{title}: goes down with {facts.call(breaking[0])} alone"
    if breaking:
        names = [facts.call(element) for element in breaking]
        if len(names) > _NAMED + 1:
            names = [*names[:_NAMED], f"any of {len(names) - _NAMED} others"]
        return f"{title}: goes down with {listed(names, 'or')}"
    held = [zone for zone, flows in facts.enclosing if flow.id in flows]
    if held:
        return f"{title}: goes down only with {facts.names(held, _NAMED, 'or')} as a whole"
    return f"{title}: no single failure takes it down"


def downtime(facts: SystemFacts) -> str:
    """Return the flow that is down longest, and the flows that miss the objective."""
    worst = facts.by_downtime[0]
    hours = f"{format_duration(worst.result.downtime)} per year{' (assumed)' if worst.assumed else ''}"
    first = _longest(facts, hours)
    objective = facts.topology.architecture.objectives.availability
    if objective is None:
        return capital(first)
    missed = [flow.flow for flow in facts.by_downtime if flow.result.availability < objective]
    flows = facts.some_flows(missed or [flow.id for flow in facts.flows])
    is_single = len(missed or facts.flows) == 1
    verb = ("misses" if is_single else "miss") if missed else ("meets" if is_single else "meet")
    judged = f"{capital(flows)} {verb} the objective of {format_availability(objective)}"
    return f"{judged}: down {hours}" if is_single else f"{judged}; {first}"


def _longest(facts: SystemFacts, hours: str) -> str:
    """Return the flows that are down longest: several if nobody can tell them apart by their hours."""
    worst = format_duration(facts.by_downtime[0].result.downtime)
    flows = [flow.flow for flow in facts.by_downtime if format_duration(flow.result.downtime) == worst]
    longest = "" if len(flows) == len(facts.flows) else "longest: "
    return f"{facts.some_flows(flows)} {'is' if len(flows) == 1 else 'are'} down {longest}{hours}"


def findings(facts: SystemFacts) -> str:
    """Return the number of findings by severity, and of the rules that report them."""
    if not facts.severities:
        return "No open findings"
    rules = len({group.first.rule for group in facts.model.open_groups})
    counts = facts.counts
    if not facts.count("error"):
        return f"No errors: {plural(rules, 'rule')} {'report' if rules > 1 else 'reports'} {counts}"
    return f"{counts} from {plural(rules, 'rule')}"


def losses(facts: SystemFacts) -> str:
    """Return how many losses take down flows."""
    if not facts.losses:
        return _tried(facts)
    first, flows = facts.losses[0]
    if len(facts.points) == 1:
        return f"Only the loss of {facts.call(first)} takes down {facts.some_flows(flows)}"
    if len({flows for _, flows in (*facts.losses, *facts.enclosing)}) == 1:
        return f"Each of {len(facts.points)} elements alone takes down {facts.some_flows(flows)}"
    return (
        f"Each of {len(facts.points)} elements alone takes down a flow; "
        f"losing {facts.call(first)} takes down {facts.some_flows(flows)}"
    )


def _tried(facts: SystemFacts) -> str:
    """Return how many elements can be lost one by one without taking down a flow."""
    elements = {element for flow in facts.flows for element in facts.topology.losses.failures[flow.id].elements}
    held = facts.names([zone for zone, _ in facts.enclosing], _NAMED)
    if not held:
        return f"{plural(len(elements), 'element')} lost one by one: none takes down a flow"
    return f"{plural(len(elements), 'element')} lost one by one: only {held}, which holds everything, takes down a flow"


def recommendation(facts: SystemFacts, advice: Recommendation) -> str:
    """Return the hours that the recommended changes save."""
    if not advice.changes:
        if facts.losses:
            return "No single change of the known kinds saves downtime"
        worst = next((plural(count, each) for each in ("error", "warning") if (count := facts.count(each))), "")
        start = f": start with the {worst.removeprefix('1 ')}" if worst else ""
        return (
            f"No change is needed against single failures{start}"
            if facts.flows
            else "Declare flows to get a recommendation"
        )
    flow, hours = max(advice.saved, key=lambda each: each[1])
    saves = f"{format_duration(hours)} per year for {facts.title(flow)}"
    if len(advice.changes) == 1:
        return f"One change saves {saves}"
    return f"{len(advice.changes)} changes save {saves}"


def next_steps(facts: SystemFacts, advice: Recommendation | None) -> str:
    """Return the step to start with; where its parts come to stand is told below the title."""
    if change := facts.leading_change(advice):
        return f"Start with {_briefly(change.words)}"
    for severity in ("error", "warning"):
        if count := facts.count(severity):
            return f"Start with the {plural(count, severity).removeprefix('1 ')}"
    if advice is not None and advice.changes:
        return f"Start with {_briefly(advice.changes[0].words)}"
    return "Next steps"


def _briefly(change: str) -> str:
    return plain_fix(change).partition(", ")[0]


def _some(names: Sequence[str], noun: str) -> str:
    """Return names as a list, or their number if there are many."""
    return listed(list(names)) if len(names) <= _NAMED else f"{len(names)} {noun}"


def changes(added: int, closed: int, left: int, introduced: int, follows: str) -> str:
    """Return the effect of the change from the previous system in numbers."""
    parts = list(_counts(added, closed, left, introduced))
    return (
        f"Since {shorten_title(follows)}: {listed(parts)}"
        if parts
        else f"Nothing changed since {shorten_title(follows)}"
    )


def _counts(added: int, closed: int, left: int, introduced: int) -> Iterator[str]:
    if added:
        yield f"{added} added"
    if closed:
        yield f"{plural(closed, 'rule')} resolved"
    if left:
        yield f"{left} still open"
    if introduced:
        yield f"{introduced} new"
