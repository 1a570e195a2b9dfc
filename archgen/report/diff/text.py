"""Changes for people at a terminal: what it did in sentences, then things, findings and flows one by one."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.compare import Evolution
from archgen.compare.findings import VERDICTS, ChangeGroup, Verdict
from archgen.compare.flows import FlowChange, FlowFacts, called
from archgen.linting.checked_model import CheckedModel
from archgen.linting.finding_groups import on_subjects
from archgen.model.subject import CHANGES, ChangeKind
from archgen.model.wording import listed, plural
from archgen.report.common.ids import list_ids
from archgen.report.common.terminal import Emphasis, Style, brief, wrap_columns
from archgen.report.diff.sentences import all_assumed, available, down, rests_on, sentences

SIGNS: dict[ChangeKind, str] = {"added": "+", "removed": "-", "changed": "~"}
_PAINTS: dict[ChangeKind, Emphasis] = {"added": "fix", "removed": "error", "changed": "warning"}
_TOLD: dict[Verdict, tuple[str, Emphasis]] = {
    "introduced": ("introduced", "error"),
    "left": ("left open", "warning"),
    "resolved": ("resolved", "fix"),
    "accepted": ("accepted", "accepted"),
}


def write(evolutions: tuple[Evolution, ...], style: Style) -> str:
    """The report, one part per change."""
    return "\n".join("\n".join(_evolution(evolution, style)) + "\n" for evolution in evolutions) or "no model changed\n"


def _evolution(evolution: Evolution, style: Style) -> Iterator[str]:
    yield from wrap_columns(f"{_side(evolution.before)} → {_side(evolution.after)}", style.width)
    if evolution.empty:
        yield "  nothing changed"
        return
    yield from (line for each in sentences(evolution) for line in wrap_columns(brief(each), style.width, "    ", "  "))
    for title, lines in (
        ("things", _things(evolution, style)),
        ("findings", _issues(evolution, style)),
        ("flows", _flows(evolution, style)),
        ("assumed, since no model declares it", _assumptions(evolution, style)),
    ):
        rendered = list(lines)
        if rendered:
            yield ""
            yield style.paint(title, "strong")
            yield from rendered


def _side(side: CheckedModel) -> str:
    return f"{brief(side.topology.architecture.name)} ({brief(side.file)})"


def _things(evolution: Evolution, style: Style) -> Iterator[str]:
    """Replicas are told by their components, except in JSON."""
    for change in CHANGES:
        for each in evolution.entities_of(change):
            if each.subject.kind != "replica":
                sign = style.paint(SIGNS[change], _PAINTS[change])
                what = f": {'; '.join(each.what)}" if each.what else ""
                entity = brief(f"{each.subject.kind} {each.subject.id}{what}")
                first, *rest = wrap_columns(entity, style.width, "    ", "    ")
                yield f"  {sign} {first.lstrip()}"
                yield from rest


def _issues(evolution: Evolution, style: Style) -> Iterator[str]:
    for verdict in VERDICTS:
        groups = evolution.groups_of(verdict)
        word, paint = _TOLD[verdict]
        if groups:
            subjects = on_subjects([change.group for change in groups])
            yield f"  {style.paint(f'{word} ({len(groups)}{subjects})', paint)}"
            for change in groups:
                yield from wrap_columns(brief(_issue(change)), style.width, "      ", "    ")
                if not change.group.has_one_message:
                    for finding in change.group.others:
                        yield from wrap_columns(brief(finding.message), style.width, "        ", "      ")


def _issue(change: ChangeGroup) -> str:
    finding = change.group.first
    names = [subject.id for subject in change.group.subjects[1:]] if change.group.has_one_message else []
    also = f"; also {', '.join(names)}" if names else ""
    text = f"{finding.severity}[{finding.code}] {finding.rule} [{change.group.number}]: {finding.message}{also}"
    return f"{text} ({'; '.join(change.what)})" if change.what else text


def _flows(evolution: Evolution, style: Style) -> Iterator[str]:
    for each in evolution.flows:
        yield f"  {style.paint(brief(each.flow), 'strong')}: {brief(each.title)}"
        for line in _flow(evolution, each):
            yield from wrap_columns(brief(line), style.width, "      ", "    ")


def _flow(evolution: Evolution, change: FlowChange) -> Iterator[str]:
    before, after = change.before, change.after
    if before is None or after is None:
        side, state = (evolution.after, "new") if before is None else (evolution.before, "gone")
        yield f"{state}; stops with {_stops(side, change.facts)}"
        yield from [f"availability {_available(change.facts)}"] if change.facts.assessment else []
    else:
        if before.assessment and after.assessment:
            yield f"availability {_available(after)}, was {_available(before)}"
        now, was = _stops(evolution.after, after), _stops(evolution.before, before)
        yield f"stops with {now}, as before" if now == was else f"stops with {now}; before with {was}"
        if after.survives != before.survives:
            now, was = (list_ids(each.survives) or "none of its hosts" for each in (after, before))
            yield f"survives the loss of {now}; before of {was}"
    if change.facts.assessment is not None and change.facts.assessment.assumed:
        yield f"rests on {plural(len(all_assumed(change.facts)), 'assumed number')}"


def _stops(side: CheckedModel, facts: FlowFacts) -> str:
    if not facts.possible:
        return "nothing failed (it is impossible)"
    return list_ids([called(side.topology, each) for each in facts.stops]) or "no single failure"


def _available(facts: FlowFacts) -> str:
    return f"{available(facts)} (down {down(facts)} per year)"


def _assumptions(evolution: Evolution, style: Style) -> Iterator[str]:
    """Every number that an availability of either side rests on and that its model does not declare, with its source."""
    for group in rests_on(evolution):
        yield from wrap_columns(
            f"{group.value} for {brief(listed(group.ids))}: {brief(group.source)}", style.width, "      ", "  "
        )
