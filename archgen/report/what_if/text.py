"""Flows before and after some changes, for people."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from archgen.analysis.assessment import FlowAssessment
from archgen.model.durations import format_duration
from archgen.model.percentages import format_availability
from archgen.model.wording import first_few, listed
from archgen.report.common.assessment import all_assumptions, conditional_text
from archgen.report.common.terminal import Style, brief, wrap_columns
from archgen.report.what_if.comparison import WhatIfReport


def write(report: WhatIfReport, style: Style) -> str:
    """The report: what is changed, what that does to each flow, and what to write."""
    lines = [f"{style.paint(brief(report.file), 'strong')}  {brief(report.name)}", ""]
    if not report.changes:
        lines += wrap_columns(_unchanged(report), style.width)
    for number, change in enumerate(report.changes, 1):
        lines += wrap_columns(brief(change), style.width, "     ", f"  {number}. ")
        if report.won:
            won = _won(report.won[number - 1], report.waiting[number - 1])
            lines += wrap_columns(won, style.width, "     ", "     ")
    for before, after in zip(report.before, report.after, strict=True):
        lines += [
            "",
            style.paint(brief(before.flow), "strong"),
            *_flow(before, after, _asked_names(report, before.flow), style),
        ]
        lines += _asked(report, before.flow, style)
    assumed = all_assumptions((*report.before, *report.after))
    if assumed:
        lines += ["", "assumed, since the model does not declare it:"]
    for group in assumed:
        lines += wrap_columns(
            f"{group.value} for {brief(listed(group.ids))}: {brief(group.source)}", style.width, "      ", "  "
        )
    if _named_left(report) and report.changes and report.smallest is not None:
        lines += ["", *wrap_columns(_left(report), style.width)]
    if report.accepted and report.changes:
        lines += ["", *wrap_columns(_accepted(report), style.width)]
    if report.practiced and report.changes:
        lines += ["", *wrap_columns(_practiced(report), style.width)]
    if report.smallest is False:
        lines += ["", "the search was cut short: fewer changes may do"]
    if report.yaml:
        lines += ["", "in the model:", "", *(f"  {brief_line(line)}" for line in report.yaml.splitlines())]
    return "\n".join(lines) + "\n"


def _unchanged(report: WhatIfReport) -> str:
    """Return the reason why a search changes nothing; it looks for no cure of flows that fail with nothing lost."""
    settled = [_accepted(report)] if report.accepted else []
    settled += [_practiced(report)] if report.practiced else []
    if _named_left(report):
        return "; ".join((_left(report), *settled))
    if report.left:
        return "; ".join(("the search found no change that surely helps", *settled))
    impossible = [brief(flow.flow) for flow in report.before if not flow.possible]
    if not impossible and report.asked:
        sure = "no change surely helps before the model declares what its flows wait for"
        return "; ".join((sure, *settled, "no other single failure breaks a flow"))
    if not impossible and settled:
        return f"no change is needed: {listed(settled)}, and no other single failure breaks a flow"
    if not impossible:
        return "no change is needed: no single failure breaks a flow"
    others = "no single failure breaks another flow" if len(impossible) < len(report.before) else "first correct that"
    fails = "fails" if len(impossible) == 1 else "fail"
    return f"{listed(impossible)} {fails} with every element up (rule impossible-flow); {others}"


def _left(report: WhatIfReport) -> str:
    """Return the single points for which the search has nothing, since some cures are none of its changes, and where to look."""
    names = _named_left(report)
    points = f"single point{'' if len(names) == 1 else 's'} of failure {listed(first_few(names, _MOST_LEFT))}"
    each = "it" if len(names) == 1 else "each"
    return f"the search found no change for the {points}: `archgen lint --persona strict` advises on {each}"


def _named_left(report: WhatIfReport) -> list[str]:
    """Return the single points that are left, without those of flows that perhaps don't wait for them: the model is asked first."""
    asked = {(flow, name) for flow, names, _ in report.asked for name in names}
    left = {(flow, point.id): None for flow, points in report.left for point in points}
    first = ((flow.flow, point.id) for flow in report.before for point in flow.points)
    order = (*(each for each in first if each in left), *left)
    return list(dict.fromkeys(brief(name) for flow, name in order if (flow, name) not in asked))


def _asked_names(report: WhatIfReport, flow: str) -> frozenset[str]:
    return frozenset(name for own, names, _ in report.asked for name in names if own == flow)


def _asked(report: WhatIfReport, flow: str, style: Style) -> Iterator[str]:
    """Yield the lines on the single points of a flow that take it down only under a condition that the model leaves open."""
    for names, condition in ((names, condition) for own, names, condition in report.asked if own == flow):
        words = conditional_text(flow, names, condition)
        yield from wrap_columns(brief(words), style.width, " " * 18, f"  {'not declared':<16}")


def _accepted(report: WhatIfReport) -> str:
    """Return the single points of failure that the model accepts; no change is sought for these."""
    return (
        f"the model accepts the loss of {listed(first_few([brief(point.id) for point in report.accepted], _MOST_LEFT))}"
    )


def _practiced(report: WhatIfReport) -> str:
    """Return the components whose failover is left to people, who are quick enough."""
    names = listed(first_few([brief(name) for name in report.practiced], _MOST_LEFT))
    return f"people fail {names} over within the recovery objective, so no change automates that"


_MOST_LEFT = 6
"""Single points that are named; the flows have them all."""


def _won(flows: tuple[tuple[str, float], ...], waiting: Collection[str]) -> str:
    """Return the hours that a change saves over those before it; a minute per year, or a hundredth of the most, is no effect.

    The assumed numbers are no more exact than that. Flows that are `waiting` are saved something only if they wait.
    """
    alike: dict[tuple[str, bool], list[str]] = {}
    least = max(_MINUTE, max((abs(hours) for _, hours in flows), default=0.0) / 100)
    for flow, hours in flows:
        if abs(hours) >= least:
            words = f"{'saves' if hours > 0 else 'loses'} {format_duration(abs(hours))} per year"
            alike.setdefault((words, flow in waiting), []).append(brief(flow))
    saved: list[str] = []
    for (words, is_unsure), names in alike.items():
        condition = ", if it waits" if len(names) == 1 else ", if they wait"
        saved.append(f"{words} for {listed(names)}{condition if is_unsure else ''}")
    return "; ".join(saved) or "saves no time by itself"


_MINUTE = 1 / 60
"""Hours per year below which a change is said to save no time by itself."""

_SECOND = 1 / 3600
"""Hours per year below which nothing is said of a difference."""


def brief_line(line: str) -> str:
    """A line of YAML with its indent kept and all else made safe for a terminal."""
    text = line.lstrip(" ")
    return " " * (len(line) - len(text)) + brief(text)


def _flow(before: FlowAssessment, after: FlowAssessment, asked: Collection[str], style: Style) -> list[str]:
    first, then = (f"{format_availability(flow.result.availability)}" for flow in (before, after))
    won = before.result.downtime - after.result.downtime
    moved = f"{'saves' if won > 0 else 'loses'} {format_duration(abs(won))} per year"
    moved = moved if abs(won) >= _SECOND and first != then else "downtime unchanged"
    lines = wrap_columns(f"{first} before, {then} after: {moved}", style.width, " " * 18, f"  {'availability':<16}")
    if not after.possible:
        return [*lines, "  fails with every element up (rule impossible-flow)"]
    if not before.possible:
        lines.append("  failed with every element up before, and works now")
    first_points, then_points = frozenset(before.points), frozenset(after.points)
    gone = [brief(point.id) for point in before.points if point not in then_points]
    fresh = [brief(point.id) for point in after.points if point not in first_points]
    remaining = [brief(point.id) for point in after.points if point in first_points and point.id not in asked]
    for label, names in (("resolved", gone), ("new", fresh), ("left", remaining)):
        if names:
            lines += wrap_columns(", ".join(names), style.width, " " * 18, f"  {label:<16}")
    if not before.points and not after.points and before.possible:
        lines.append("  no single point of failure, before or after")
    return lines
