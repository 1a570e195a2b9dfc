"""A change in plain sentences: whom it helps, what no single failure stops any more, and what one stops now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from archgen.compare import Evolution
from archgen.compare.flows import Direction, FlowChange, FlowFacts, called
from archgen.compare.stops import STOP_CHANGES, flows_by_element, group_elements
from archgen.model.durations import format_duration
from archgen.model.percentages import format_availability
from archgen.model.subject import Subject
from archgen.model.wording import plural
from archgen.report.common.assessment import AssumptionGroup, all_assumptions
from archgen.report.common.ids import NAMED, FormatId, list_ids


def sentences(evolution: Evolution, name: FormatId = str) -> tuple[str, ...]:
    """Return the effects of the change on the flows, the largest first; empty if there are none."""
    return (*_verdicts(evolution, name), *_possible(evolution, name), *_points(evolution, name))


# Availability


def _verdicts(evolution: Evolution, name: FormatId) -> Iterator[str]:
    """Reads and writes apart, because a change often helps one and not the other."""
    compared = [flow for flow in evolution.flows if flow.direction is not None]
    reads = [change for change in compared if change.facts.access == "read"]
    writes = [change for change in compared if change.facts.access != "read"]
    direction = _agreed(reads)
    if reads:
        yield _verdict("Reads", reads, direction, name)
    if writes:
        yield _verdict("Writes", writes, _agreed(writes), name)


def _agreed(flows: list[FlowChange]) -> Direction | None:
    directions = {flow.direction for flow in flows}
    return directions.pop() if len(directions) == 1 else None


def _verdict(who: str, flows: list[FlowChange], direction: Direction | None, name: FormatId) -> str:
    flow_texts = "; ".join(_downtime(flow, name) for flow in flows[:NAMED])
    rest = f"; and {len(flows) - NAMED} more" if len(flows) > NAMED else ""
    return f"{who} {_went(direction)}: {flow_texts}{rest}{_resting(flows)}."


def _went(direction: Direction | None) -> str:
    match direction:
        case None:
            return "fare differently"
        case "better":
            return "improve"
        case "worse":
            return "get worse"
        case "same":
            return "stay as available as they were"
        case _:
            assert_never(direction)


def _downtime(change: FlowChange, name: FormatId) -> str:
    assert change.before is not None
    assert change.after is not None
    was, now = down(change.before), down(change.after)
    return f"{name(change.flow)} is down {now} per year{', as before' if was == now else f', was {was}'}"


def _resting(flows: list[FlowChange]) -> str:
    """The assumed numbers under a verdict, and whether it stands with others."""
    elements = {
        assumption for flow in flows for facts in (flow.before, flow.after) for assumption in all_assumed(facts)
    }
    if not elements:
        return ""
    moved = [flow for flow in flows if not flow.firm]
    doubt = "; if they were three times better or worse, it might be the reverse" if moved else ""
    return f" (rests on {plural(len(elements), 'assumed number')}{doubt})"


def all_assumed(facts: FlowFacts | None) -> tuple[Subject, ...]:
    """The elements of a flow whose availability is assumed."""
    return tuple(assumption.element for assumption in facts.assessment.assumed) if facts and facts.assessment else ()


def rests_on(evolution: Evolution) -> tuple[AssumptionGroup, ...]:
    """All that is assumed of either side, each element once."""
    sides = (facts for flow in evolution.flows for facts in (flow.before, flow.after))
    return all_assumptions(side.assessment for side in sides if side is not None and side.assessment is not None)


def down(facts: FlowFacts) -> str:
    """Return a flow's downtime per year."""
    return format_duration(facts.assessment.result.downtime) if facts.assessment else ""


def available(facts: FlowFacts | None) -> str:
    """A flow's availability in per cent; empty where it is not known."""
    return format_availability(facts.assessment.result.availability) if facts and facts.assessment else ""


# What stops a flow


def _possible(evolution: Evolution, name: FormatId) -> Iterator[str]:
    for flow in evolution.flows:
        if flow.before is None:
            yield f"{name(flow.flow)} is a new flow{_stopped(evolution, flow, name)}."
        elif flow.after is None:
            yield f"{name(flow.flow)} is no longer a flow."
        elif flow.before.possible != flow.after.possible:
            how = "is possible now" if flow.after.possible else "is no longer possible: it fails with nothing failed"
            yield f"{name(flow.flow)} {how}."


def _stopped(evolution: Evolution, change: FlowChange, name: FormatId) -> str:
    stops = change.facts.stops
    if not change.facts.possible:
        return ", and impossible: it fails with nothing failed"
    topology = evolution.after.topology
    return f"; it stops with {list_ids([called(topology, each) for each in stops], name, 'or')}" if stops else ""


def _points(evolution: Evolution, name: FormatId) -> Iterator[str]:
    """Elements that alone stop the same flows are told together: those that no longer do, those that now do, the rest."""
    both = [flow for flow in evolution.flows if flow.before is not None and flow.after is not None]
    gone, left, new = (flows_by_element(both, how) for how in STOP_CHANGES)
    before, after = evolution.before.topology, evolution.after.topology
    removed, added = ({entity.subject for entity in evolution.entities_of(how)} for how in ("removed", "added"))
    for (spared, held, absent), elements in group_elements(gone, left, removed):
        those = list_ids([called(before, element) for element in elements], name, "or")
        also = f"; {list_ids(held, name)} still {'does' if len(held) == 1 else 'do'}" if held else ""
        yield f"{list_ids(spared, name)} no longer {_stop(spared)} with {those}{_which(absent, elements, 'gone')}{also}."
    for (hit, _, fresh), elements in group_elements(new, {}, added):
        those = list_ids([called(after, element) for element in elements], name, "or")
        yield f"{list_ids(hit, name)} now {_stop(hit)} with {those}{_which(fresh, elements, 'new')}."
    rest = {element: flows for element, flows in left.items() if element not in gone}
    for (held, _, _), elements in group_elements(rest, {}, set()):
        yield f"{list_ids(held, name)} still {_stop(held)} with {list_ids([called(after, element) for element in elements], name, 'or')}."


def _which(true: bool, elements: list[Subject], word: str) -> str:
    return f", which {'is' if len(elements) == 1 else 'are'} {word}" if true else ""


def _stop(flows: tuple[str, ...]) -> str:
    return "stops" if len(flows) == 1 else "stop"
