"""A review as Markdown for a comment on a change: half a minute of reading, the rest folded, at most 60 lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from archgen.compare.review import ModelReview, RankedFinding
from archgen.model.durations import format_duration
from archgen.model.wording import plural
from archgen.report.common.prose import inline_code, prose_text, sentence
from archgen.report.review.outcome import ReviewReport
from archgen.report.review.sentences import (
    WORDS,
    changed_hours,
    flow_changes,
    load_sentences,
    loss_sentences,
    opening_sentences,
    review_verdict,
    signed_hours,
    signed_range,
)

MOST_LINES = 60
"""Lines of a comment."""

FIRST = 3
"""Findings that a reader sees without unfolding."""

MOST_LOSSES = 4
MOST_FLOWS = 5
MOST_MODELS = 6


def write(report: ReviewReport) -> str:
    """Return the document."""
    if not report.models:
        return "### Architecture review\n\nNo model changed.\n"
    first = report.models[0]
    blocks = [_title(report), *_head(report), *_losses(first), *_hours(first), *_findings(report, first)]
    blocks += _picture(report)
    lines = "\n\n".join(blocks).split("\n")
    return "\n".join([*lines, "", *_rest(report, MOST_LINES - len(lines) - 1)]) + "\n"


def _title(report: ReviewReport) -> str:
    only = report.models[0] if len(report.models) == 1 else None
    return f"### Architecture review{f': {prose_text(only.name)}, {inline_code(_path(only))}' if only else ''}"


def _head(report: ReviewReport) -> Iterator[str]:
    if len(report.models) == 1:
        yield _verdict(report.models[0])
        yield from _renamed(report.models[0])
        return
    tendencies = Counter(WORDS[model.tendency].lower() for model in report.models)
    counts = ", ".join(f"{count} {words}" for words, count in tendencies.items())
    yield f"**{WORDS[report.tendency]}:** of {len(report.models)} changed models: {counts}."
    lines = [
        f"- {prose_text(model.name)}, {inline_code(_path(model))}: {_verdict(model)}"
        for model in report.models[:MOST_MODELS]
    ]
    more = len(report.models) - MOST_MODELS
    yield "\n".join([*lines, *([f"- … and {plural(more, 'more model')}"] if more > 0 else [])])
    yield f"#### {prose_text(report.models[0].name)}, {inline_code(_path(report.models[0]))}"
    yield from _renamed(report.models[0])


def _verdict(model: ModelReview) -> str:
    return f"**{WORDS[model.tendency]}:** {review_verdict(model, inline_code)}"


def _renamed(model: ModelReview) -> Iterator[str]:
    if model.is_renamed:
        yield f"Renamed from {inline_code(model.before or '')} to {inline_code(model.after or '')}."


def _path(model: ModelReview) -> str:
    return model.after or model.before or ""


def _losses(model: ModelReview) -> Iterator[str]:
    now = [*flow_changes(model, inline_code), *loss_sentences(model.breaks, inline_code, "takes down", "new")]
    gone = list(loss_sentences(model.relieved, inline_code, "took down", "gone now"))
    opened, loads = list(opening_sentences(model, inline_code)), list(load_sentences(model, inline_code))
    for title, lines in (("Opened", opened), ("Breaks now", now), ("No longer breaks", gone), ("Load", loads)):
        if lines:
            more = [f"… and {len(lines) - MOST_LOSSES} more"] if len(lines) > MOST_LOSSES else []
            yield "\n".join([f"**{title}**", "", *(f"- {line}" for line in (*lines[:MOST_LOSSES], *more))])


def _hours(model: ModelReview) -> Iterator[str]:
    changes = changed_hours(model)
    if not changes:
        return
    assumed = any(each.assumed for each in changes)
    rows = [f"| Flow | Downtime per year{' (assumed)' if assumed else ''} | Change | Range |", "|---|---:|---:|---:|"]
    shown = [each for each in changes if _hours_of(each.before) != _hours_of(each.after)][:MOST_FLOWS] or changes[:1]
    for each in shown:
        ends = signed_range(each) if each.assumed else "as declared"
        was, now = _hours_of(each.before), _hours_of(each.after)
        rows.append(f"| {inline_code(each.flow)} | {was} → {now} | {signed_hours(each.change)} | {ends} |")
    left = [each for each in changes if each not in shown]
    more = (
        f"\n\n… and {plural(len(left), 'more flow')}, by at most {format_duration(abs(left[0].change))} each."
        if left
        else ""
    )
    yield "\n".join(rows) + more


def _hours_of(hours: float | None) -> str:
    return format_duration(hours) if hours is not None else ""


def _findings(report: ReviewReport, model: ModelReview) -> Iterator[str]:
    first = _first_of_rules(model)[:FIRST]
    if first:
        is_broken = model.tendency == "broken"
        title = "Problems" if is_broken else "Look at"
        fixes = [f". {sentence(each.finding.fix)}" if is_broken else "" for each in first]
        numbered = enumerate(zip(first, fixes, strict=True), 1)
        lines = [f"{number}. {_finding(report, each)}{fix}" for number, (each, fix) in numbered]
        yield "\n".join([f"**{title}**", "", *lines])


def _first_of_rules(model: ModelReview) -> list[RankedFinding]:
    """Return the weightiest finding of each rule, then the others; of a broken model, the problems in their order."""
    if model.tendency == "broken":
        return list(model.findings)
    first = {each.finding.rule: each for each in reversed(model.findings)}
    leading = [each for each in model.findings if first[each.finding.rule] is each]
    return leading + [each for each in model.findings if first[each.finding.rule] is not each]


def _finding(report: ReviewReport, ranked: RankedFinding) -> str:
    finding = ranked.finding
    cost = f" ({format_duration(ranked.hours)} per year)" if ranked.hours else ""
    what = f" ({prose_text('; '.join(ranked.what))})" if ranked.what else ""
    state = "" if ranked.is_new else "worsened "
    return f"{state}{finding.severity} {inline_code(finding.rule)} at {_link(report, ranked)}: {sentence(finding.message)}{what}{cost}"


def _link(report: ReviewReport, ranked: RankedFinding) -> str:
    path, line = report.place(ranked.finding)
    address = report.address(ranked.finding)
    return f"[{inline_code(f'{path}:{line}')}]({address})" if address else inline_code(f"{path}:{line}")


def _picture(report: ReviewReport) -> Iterator[str]:
    if report.diagram:
        yield f"```mermaid\n{report.diagram}```"
    elif report.picture:
        yield f"Diagram of the changed neighborhood: {inline_code(report.picture)}"


# The rest, folded


def _rest(report: ReviewReport, room: int) -> list[str]:
    """Return as much of the rest as there is room for."""
    lines = list(_details(report))
    space = room - 5
    if not lines or space < 1:
        return []
    shown = lines[:space] if len(lines) <= space else lines[: space - 1]
    if len(shown) < len(lines):
        shown.append(f"- … and {len(lines) - len(shown)} more lines in `archgen diff`")
    return ["<details>", f"<summary>{_summary(report)}</summary>", "", *shown, "", "</details>"][: room + 1]


def _summary(report: ReviewReport) -> str:
    return "Everything else" if len(report.models) == 1 else "Everything else, model by model"


def _details(report: ReviewReport) -> Iterator[str]:
    for number, model in enumerate(report.models):
        ranked = _first_of_rules(model)[FIRST if number == 0 else 0 :]
        yield from (f"- {_where(report, model)}{_finding(report, each)}" for each in ranked)
        for finding in model.resolved if model.state != "removed" else ():
            yield f"- {_where(report, model)}resolved: {inline_code(finding.rule)}: {sentence(finding.message)}"
        for entity in model.evolution.entities if model.evolution and model.state == "changed" else ():
            if entity.subject.kind != "replica":
                what = f": {prose_text('; '.join(entity.what))}" if entity.what else ""
                yield f"- {_where(report, model)}{entity.change} {entity.subject.kind} {inline_code(entity.subject.id)}{what}"
    sources = {
        each.source: None
        for model in report.models
        if model.evolution
        for assessment in model.evolution.after.assessments
        for each in assessment.assumed
    }
    for source in sources:
        yield f"- assumed: {sentence(source)}"


def _where(report: ReviewReport, model: ModelReview) -> str:
    return f"{prose_text(model.name)}: " if len(report.models) > 1 else ""
