"""The reliability of flows for people: per flow what breaks it, how long it is down, what to fix first, what is assumed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from archgen.analysis.assessment import FlowAssessment, conditional_points
from archgen.analysis.headroom import Capacity
from archgen.model.durations import format_duration, format_rate
from archgen.model.percentages import format_availability, format_part
from archgen.model.subject import Subject
from archgen.reliability.availability import Importance
from archgen.reliability.cuts import CutProduct, products
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
from archgen.report.common.terminal import Style, brief, display_width, wrap_columns

LABEL = 16
"""Columns that the label of a line takes."""

_MOVED = "three times better, or three times worse"

_NARROW = 30
"""Columns that are too few for a sentence."""

MOST_FIXES = 8
MOST_SETS = 12
"""How many lines of a table are shown; the number of the rest is told, and JSON has all of them."""


def write(models: tuple[Assessed, ...], style: Style) -> str:
    """The report, one block per flow under the file of its model."""
    lines: list[str] = []
    for model in models:
        lines += [f"{style.paint(brief(model.model.file), 'strong')}  {brief(model.model.architecture.name)}"]
        if model.maintained:
            out = ", ".join(brief(element.id) for element in model.maintained)
            lines += wrap_columns(f"while {out} is in maintenance", style.width, "  ", "  ")
        lines.append("")
        for flow in model.flows:
            lines += [*_flow(flow, model, style), ""]
        if model.capacity is not None and model.capacity.components:
            lines += [*_capacity(model.capacity, style), ""]
        if not model.flows:
            lines += ["  no flows", ""]
    return "\n".join(lines[:-1]) + "\n"


def _flow(flow: FlowAssessment, model: Assessed, style: Style) -> list[str]:
    declared = model.model.topology.flows[flow.flow]
    title = f": {brief(declared.title)}" if declared.title != flow.flow else ""
    guess = f" (assumed, {declared.assumed} confidence)" if declared.assumed is not None else ""
    lines = [f"{style.paint(brief(flow.flow), 'strong')}{title}{guess}"]
    if not flow.possible:
        return [*lines, *_line("availability", f"0%, {impossible_text(model.maintained)}", style)]
    down = f"down {format_duration(flow.result.downtime)} per year, {format_duration(flow.result.downtime / MONTHS)} per month"
    lines += _line(
        "availability",
        f"{format_availability(flow.result.availability)}, {down} ({format_method(flow)}; {format_basis(flow)})",
        style,
    )
    lines += _line("downtime", format_parts(flow) or "none", style)
    if flow.sensitivity is not None:
        lines += _line("range", f"{format_range(flow)} per year if what is assumed were {_MOVED}", style)
    if flow.full is not flow.result:
        text = f"{format_availability(flow.full.availability)}, less for {format_duration(flow.full.downtime)} per year"
        lines += _line("everything", f"{text} (each request answered, and in time)", style)
    lines += _sets(flow, model, style)
    lines += _table("fix first", _fixes(flow, model), style)
    lines += _table("assumed", _assumptions(flow), style)
    return lines


def _line(label: str, text: str, style: Style) -> list[str]:
    indent = " " * (LABEL + 2)
    first, *rest = wrap_columns(text, style.width, indent, f"  {label:<{LABEL}}")
    return [first.replace(label, style.paint(label, "quiet"), 1), *rest]


def _sets(flow: FlowAssessment, model: Assessed, style: Style) -> list[str]:
    cuts = products(flow.cuts.sets)
    points = ", ".join(brief(point.id) for point in flow.points)
    lines = _line("single points", points or "none: no element alone breaks the flow", style)
    usual = frozenset(model.usual.get(flow.flow, flow.points))
    for condition, names in conditional_points(model.model.topology, flow.flow).items():
        lines += _line("not declared", brief(conditional_text(flow.flow, names, condition)), style)
    fresh = [brief(point.id) for point in flow.points if point not in usual]
    if fresh:
        lines += _line("only now", f"{', '.join(fresh)}: no single point while nothing is out", style)
    if flow.partial_points:
        part = ", ".join(brief(point.id) for point in flow.partial_points)
        lines += _line("partial points", f"{part}: alone, each leaves a share unanswered, or late", style)
    for order, label in ((2, "pairs"), (3, "triples"), (4, "fours")):
        if order <= flow.cuts.order:
            texts = [_cut_set_text(each) for each in cuts if len(each) == order]
            lines += _listed(label, texts, style)
    if flow.cuts.truncated:
        lines += _line("", "there may be more: the search was cut short", style)
    return lines


def _listed(label: str, texts: list[str], style: Style) -> list[str]:
    lines: list[str] = []
    for text in texts[:MOST_SETS] or ["none"]:
        lines += _line("" if lines else label, text, style)
    if len(texts) > MOST_SETS:
        lines += _line("", f"… and {len(texts) - MOST_SETS} more groups", style)
    return lines


def _cut_set_text(product: CutProduct) -> str:
    """`any of a, b with c`: one of each part together breaks the flow."""
    return " with ".join(map(_any_of, product))


def _any_of(elements: tuple[Subject, ...]) -> str:
    names = ", ".join(brief(element.id) for element in elements)
    return names if len(elements) == 1 else f"any of {names}"


def _fixes(flow: FlowAssessment, model: Assessed) -> Iterator[tuple[str, ...]]:
    importance, gains = flow.result.importance, model.gains.get(flow.flow, {})
    unsure = frozenset(chain(*conditional_points(model.model.topology, flow.flow).values()))
    changed = ("saved by a change",) if gains else ()
    if importance:
        yield "if this never failed", "saved per year", "share", *changed
    for gain in importance[:MOST_FIXES]:
        change = (brief(format_gain(gain.element, gains, str, unsure)),) if gains else ()
        yield (
            brief(gain.element.label),
            _hours(flow, gain),
            format_part(gain.fussell_vesely),
            *change,
        )
    if len(importance) > MOST_FIXES:
        yield (f"… and {len(importance) - MOST_FIXES} more",)


def _hours(flow: FlowAssessment, gain: Importance) -> str:
    ends = format_element_range(flow, gain.element)
    return format_duration(gain.hours_per_year) + (f" ({ends})" if ends else "")


def _assumptions(flow: FlowAssessment) -> Iterator[tuple[str, ...]]:
    for group in group_assumptions(flow.assumed, flow.times):
        yield group.value, group.source
        yield "", ", ".join(map(brief, group.ids))


def _capacity(capacity: Capacity, style: Style) -> list[str]:
    lines = [f"{style.paint('capacity', 'strong')}: what the busiest replica of each component gets"]
    lines += _table("", _loads(capacity), style, "  ")
    if capacity.silent:
        sentence = f"not counted, since they state no demand: {', '.join(map(brief, capacity.silent))}"
        lines += wrap_columns(sentence, style.width, "  ", "  ")
    if capacity.uncounted:
        calls = (f"{name} (in {', '.join(flows)})" if flows else name for name, flows in capacity.uncounted)
        sentence = f"not counted, since only `opt` or some branches of an `alt` call them: {', '.join(calls)}"
        lines += wrap_columns(sentence, style.width, "  ", "  ")
    return lines


def _loads(capacity: Capacity) -> Iterator[tuple[str, ...]]:
    peaks = any(component.peak is not None for component in capacity.components)
    yield ("component", "can answer", "today", *(("at peak",) if peaks else ()), "after the worst loss")
    for component in capacity.components:
        limit = format_rate(component.capacity) if component.capacity is not None else "not declared"
        peak = (format_load(component, component.peak or component.today),) if peaks else ()
        copies = f" ×{component.replicas}" if component.replicas > 1 else ""
        yield (
            f"{brief(component.component)}{copies}",
            limit,
            format_load(component, component.today),
            *peak,
            after_loss(component, capacity.tried, brief),
        )


def _table(label: str, rows: Iterator[tuple[str, ...]], style: Style, margin: str = " " * (LABEL + 2)) -> list[str]:
    """Aligned columns after a margin that the label stands in; the last of a row takes what is left of the width.

    Where little is left, it goes on in lines below its row.
    """
    table = list(rows)
    wide = [0] * max(map(len, table), default=0)
    for row in table:
        for at, cell in enumerate(row[:-1]):
            wide[at] = max(wide[at], display_width(cell))
    lines: list[str] = []
    for row in table:
        head = "".join(cell + " " * (wide[at] + 2 - display_width(cell)) for at, cell in enumerate(row[:-1]))
        indent = margin + " " * display_width(head)
        if style.width - len(indent) < _NARROW:
            indent = margin + "    "
        own = "" if lines else label
        first, *rest = wrap_columns(row[-1], style.width, indent, f"  {own}".ljust(len(margin))[: len(margin)] + head)
        lines += [first.replace(label, style.paint(label, "quiet"), 1) if own else first, *rest]
    return lines
