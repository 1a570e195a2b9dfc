"""A review for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.compare.review import ModelReview
from archgen.model.durations import format_duration
from archgen.report.common.terminal import Style, brief, wrap_columns
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


def write(report: ReviewReport, style: Style) -> str:
    """Return the report, one part per model."""
    parts = ["\n".join(_model(report, model, style)) for model in report.models]
    return "\n\n".join(parts or ["no model changed"]) + "\n"


def _model(report: ReviewReport, model: ModelReview, style: Style) -> Iterator[str]:
    yield f"{style.paint(brief(model.name), 'strong')} ({brief(model.after or model.before or '')})"
    if model.is_renamed:
        yield f"  renamed from {brief(model.before or '')}"
    yield from wrap_columns(f"{WORDS[model.tendency]}: {brief(review_verdict(model, str))}", style.width, "  ", "  ")
    now = [*flow_changes(model, str), *loss_sentences(model.breaks, str, "takes down", "new")]
    gone = list(loss_sentences(model.relieved, str, "took down", "gone now"))
    parts = (
        ("opened", list(opening_sentences(model, str))),
        ("breaks now", now),
        ("no longer breaks", gone),
        ("downtime per year", _hours(model)),
        ("load", list(load_sentences(model, str))),
    )
    for title, lines in parts:
        if lines:
            yield from ("", f"  {style.paint(title, 'strong')}")
            yield from (row for line in lines for row in wrap_columns(brief(line), style.width, "      ", "    "))
    if model.findings:
        yield from ("", f"  {style.paint('findings', 'strong')}")
        for ranked in model.findings:
            path, line = report.place(ranked.finding)
            state = "new" if ranked.is_new else "worsened"
            words = (
                f"{state} {ranked.finding.severity} {ranked.finding.rule} at {path}:{line}: {ranked.finding.message}"
            )
            yield from wrap_columns(brief(words), style.width, "      ", "    ")


def _hours(model: ModelReview) -> list[str]:
    return [
        f"{each.flow}: {format_duration(each.before or 0.0)} → {format_duration(each.after or 0.0)}, {signed_hours(each.change)}"
        f"{f' (assumed; {signed_range(each)})' if each.assumed else ''}"
        for each in changed_hours(model)
    ]
