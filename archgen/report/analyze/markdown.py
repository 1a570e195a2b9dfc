"""The reliability of flows as Markdown, fit for a comment on a change: a table of the flows, then each in detail."""

from __future__ import annotations

from itertools import chain

from archgen.analysis.assessment import FlowAssessment, conditional_points
from archgen.analysis.headroom import Capacity
from archgen.model.durations import format_duration, format_rate
from archgen.model.percentages import format_availability, format_part
from archgen.reliability.cuts import products
from archgen.report.common.assessment import (
    MONTHS,
    Assessed,
    after_loss,
    conditional_text,
    format_basis,
    format_element_range,
    format_gain,
    format_load,
    format_method,
    format_parts,
    format_range,
    group_assumptions,
    impossible_text,
)
from archgen.report.common.terminal import brief

MOST_FIXES = 8
_SPECIAL = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]<>()#+-.!|~&"})


def write(models: tuple[Assessed, ...]) -> str:
    """The whole document."""
    return "\n\n".join(block for model in models for block in _model(model)) + "\n"


def _model(model: Assessed) -> list[str]:
    blocks = [f"## {_text(model.model.architecture.name)}"]
    if model.maintained:
        blocks.append(f"While {', '.join(_code(element.id) for element in model.maintained)} is in maintenance:")
    rows = [
        "| Flow | Availability | Downtime per year | Range | Downtime per month | Single points of failure |",
        "|---|---:|---:|---:|---:|---|",
    ]
    rows += [_row(flow) for flow in model.flows]
    return [
        *blocks,
        "\n".join(rows),
        *(block for flow in model.flows for block in _flow(flow, model)),
        *_capacity(model.capacity),
    ]


def _capacity(capacity: Capacity | None) -> list[str]:
    """Demand beside capacity, by the busiest replica of each component."""
    if capacity is None or not capacity.components:
        return []
    rows = [
        "| Component | Each can answer | Busiest today | At peak | After the worst loss |",
        "|---|---:|---:|---:|---|",
    ]
    for component in capacity.components:
        copies = f" ×{component.replicas}" if component.replicas > 1 else ""
        limit = format_rate(component.capacity) if component.capacity is not None else "not declared"
        loads = (
            f"{format_load(component, component.today)} | {format_load(component, component.peak or component.today)}"
        )
        rows.append(
            f"| {_code(component.component)}{copies} | {limit} | {loads} | {after_loss(component, capacity.tried, _code)} |"
        )
    flows = ", ".join(map(_code, capacity.silent))
    silent = [f"Not counted, since they state no demand: {flows}."] if flows else []
    calls = ", ".join(
        _code(name) + (f" (in {', '.join(map(_code, own))})" if own else "") for name, own in capacity.uncounted
    )
    uncounted = [f"Not counted, since only `opt` or some branches of an `alt` call them: {calls}."] if calls else []
    return ["### Capacity", "\n".join(rows), *silent, *uncounted]


def _row(flow: FlowAssessment) -> str:
    points = ", ".join(_code(point.id) for point in flow.points) or ("none" if flow.possible else "impossible")
    result = flow.result
    ends = format_range(flow)
    between = f"{ends} ({format_basis(flow)})" if ends else format_basis(flow)
    down = f"{format_duration(result.downtime)} | {between} | {format_duration(result.downtime / MONTHS)}"
    return f"| {_code(flow.flow)} | {format_availability(result.availability)} | {down} | {points} |"


def _flow(flow: FlowAssessment, model: Assessed) -> list[str]:
    blocks = [f"### {_text(model.model.topology.flows[flow.flow].title)}"]
    if not flow.possible:
        return [*blocks, f"{impossible_text(model.maintained).capitalize()}."]
    blocks.append(f"Availability {format_availability(flow.result.availability)} ({format_method(flow)}).")
    if parts := format_parts(flow):
        blocks.append(f"Downtime per year: {parts}.")
    if flow.full is not flow.result:
        less = format_duration(flow.full.downtime)
        blocks.append(
            f"Each request answered and in time: {format_availability(flow.full.availability)}, less for {less} per year."
        )
    if flow.partial_points:
        points = ", ".join(_code(point.id) for point in flow.partial_points)
        blocks.append(f"Losing one of these leaves a share of the requests unanswered or late: {points}.")
    for condition, names in conditional_points(model.model.topology, flow.flow).items():
        blocks.append(f"Not declared: {_text(conditional_text(flow.flow, names, condition))}.")
    sets = [each for each in products(flow.cuts.sets) if len(each) > 1]
    if sets:
        groups = [" with ".join(_any_of([_code(each.id) for each in some]) for some in cut) for cut in sets]
        more = " There may be more: the search was cut short." if flow.cuts.truncated else ""
        blocks += [f"Together these break it:{more}", "\n".join(f"- {each}" for each in groups)]
    if flow.result.importance:
        blocks += ["What to fix first:", _fixes(flow, model)]
    return [*blocks, *_assumed(flow)]


def _any_of(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"any of {', '.join(names)}"


def _fixes(flow: FlowAssessment, model: Assessed) -> str:
    gains = model.gains.get(flow.flow, {})
    unsure = frozenset(chain(*conditional_points(model.model.topology, flow.flow).values()))
    rows = ["| Element | Saved per year if it never failed | Range | Share of the downtime |", "|---|---:|---:|---:|"]
    if gains:
        rows = [f"{rows[0]} Won by a change |", f"{rows[1]}---|"]
    for each in flow.result.importance[:MOST_FIXES]:
        hours = f"{format_duration(each.hours_per_year)} | {format_element_range(flow, each.element)}"
        row = f"| {_code(each.element.label)} | {hours} | {format_part(each.fussell_vesely)} |"
        rows.append(f"{row} {_text(format_gain(each.element, gains, str, unsure))} |" if gains else row)
    return "\n".join(rows)


def _assumed(flow: FlowAssessment) -> list[str]:
    if flow.sensitivity is None:
        return []
    rows = ["| Assumed | Of | Source |", "|---:|---|---|"]
    rows += [
        f"| {group.value} | {', '.join(map(_code, group.ids))} | {_text(group.source)} |"
        for group in group_assumptions(flow.assumed, flow.times)
    ]
    moved = (
        f"With all of them three times better, or three times worse, the flow is down {format_range(flow)} per year."
    )
    return ["The model does not declare these, so they are assumed:", "\n".join(rows), moved]


def _text(text: str) -> str:
    return brief(text).translate(_SPECIAL)


def _code(text: str) -> str:
    """An id as code; its alphabet has no character that Markdown reads."""
    return f"`{brief(text).replace('`', '')}`"
