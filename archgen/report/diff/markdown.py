"""Changes as Markdown, fit for a comment on a pull request: the verdict first, the details folded."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.compare import Evolution
from archgen.compare.findings import VERDICTS, ChangeGroup, Verdict
from archgen.compare.flows import FlowChange, FlowFacts, called
from archgen.linting.checked_model import CheckedModel
from archgen.linting.finding_groups import on_subjects
from archgen.model.finding import Finding
from archgen.model.subject import CHANGES, ChangeKind
from archgen.model.wording import first_few, plural
from archgen.report.common.ids import list_ids
from archgen.report.common.prose import inline_code, prose_text
from archgen.report.diff.sentences import available, down, rests_on, sentences

MOST = 100
"""Lines of a list that are shown; a comment has no room for more, and JSON has all of them."""

LONGEST = 60_000
"""Characters of a document; GitHub refuses a comment of more than 65,536."""

_WORDS: dict[Verdict, str] = {
    "introduced": "introduced",
    "left": "left open",
    "resolved": "resolved",
    "accepted": "accepted",
}
_CHANGES: dict[ChangeKind, str] = {"added": "Added", "removed": "Removed", "changed": "Changed"}


def write(evolutions: tuple[Evolution, ...], pictures: tuple[str, ...] = ()) -> str:
    """The whole document; what would make it too long for a comment is left out at its end, and that is said.

    `pictures` are Mermaid texts, one for each change, which places that show a comment draw; an empty one is left out.
    """
    drawn = pictures or ("",) * len(evolutions)
    blocks = [
        block for evolution, picture in zip(evolutions, drawn, strict=True) for block in _evolution(evolution, picture)
    ]
    shown, size = [], 0
    for block in blocks:
        size += len(block) + 2
        if size > LONGEST:
            shown.append("… and more, which has no room here.")
            break
        shown.append(block)
    return "\n\n".join(shown or ["No model changed."]) + "\n"


def _evolution(evolution: Evolution, picture: str) -> Iterator[str]:
    before, after = (prose_text(each.topology.architecture.name) for each in (evolution.before, evolution.after))
    yield f"## {after}" if before == after else f"## {before} → {after}"
    yield f"{_source(evolution.before)} → {_source(evolution.after)}"
    if evolution.empty:
        yield "Nothing changed."
        return
    counts = [
        f"**{len(groups)} {_WORDS[verdict]}**{on_subjects([change.group for change in groups])}"
        for verdict in VERDICTS
        if (groups := evolution.groups_of(verdict))
    ]
    yield f"Findings: {', '.join(counts)}." if counts else "No findings, before or after."
    texts = sentences(evolution, inline_code)
    if texts:
        yield "\n".join(f"- {each}" for each in texts)
    yield from _flows(evolution)
    yield from _assumptions(evolution)
    for verdict in VERDICTS:
        groups = evolution.groups_of(verdict)
        if groups:
            subjects = on_subjects([change.group for change in groups])
            title = f"{plural(len(groups), 'finding')} {_WORDS[verdict]}{subjects}"
            yield _folded(title, [line for change in groups for line in _issue(change)], verdict == "introduced")
    yield from _things(evolution)
    if picture:
        yield f"<details>\n<summary>The picture</summary>\n\n```mermaid\n{picture}```\n\n</details>"


def _source(side: CheckedModel) -> str:
    return inline_code(side.file)


def _folded(title: str, lines: list[str], open_: bool = False) -> str:
    """A list that a reader unfolds; the title is ours, and the markup around it is the only one in the document."""
    shown = [f"- {line}" for line in lines[:MOST]]
    more = [f"- … and {len(lines) - MOST} more"] if len(lines) > MOST else []
    return "\n".join(
        [f"<details{' open' if open_ else ''}>", f"<summary>{title}</summary>", "", *shown, *more, "", "</details>"]
    )


def _issue(change: ChangeGroup) -> Iterator[str]:
    """Yield a line of a finding with the subjects of which it says the same, and a line of each other subject."""
    group = change.group
    finding = group.first
    names = [inline_code(subject.id) for subject in group.subjects[1:]] if group.has_one_message else []
    also = f"; also {', '.join(first_few(names, MOST))}" if names else ""
    what = f" ({prose_text('; '.join(change.what))})" if change.what else ""
    head = f"{finding.severity} {inline_code(finding.rule)} ({finding.code})"
    yield f"{head} at {inline_code(_place(finding))}: {prose_text(finding.message)}{also}{what}"
    if not group.has_one_message:
        yield from (
            f"{head} at {inline_code(_place(other))}: {prose_text(other.message)}{what}" for other in group.others
        )


def _place(finding: Finding) -> str:
    return f"{finding.file}:{finding.line}"


def _flows(evolution: Evolution) -> Iterator[str]:
    rows = [_row(evolution, each) for each in evolution.flows[:MOST]]
    if rows:
        head = ["| Flow | Available | Downtime per year | Single point of failure |", "|---|---:|---:|---|"]
        more = f"\n\n… and {plural(len(evolution.flows) - MOST, 'more flow')}." if len(evolution.flows) > MOST else ""
        yield "\n".join([*head, *rows]) + more


def _row(evolution: Evolution, change: FlowChange) -> str:
    before, after = change.before, change.after
    cells = [
        _moved(available(before), available(after)),
        _moved(down(before) if before else "", down(after) if after else ""),
        _moved(_stops(evolution.before, before), _stops(evolution.after, after)),
    ]
    state = " (new)" if before is None else " (gone)" if after is None else ""
    return f"| {inline_code(change.flow)}{state} | {' | '.join(cells)} |"


def _moved(was: str, now: str) -> str:
    if was == now or not was:
        return now
    return f"{was} → {now}" if now else was


def _stops(side: CheckedModel, facts: FlowFacts | None) -> str:
    if facts is None:
        return ""
    if not facts.possible:
        return "impossible"
    return list_ids([called(side.topology, each) for each in facts.stops], inline_code) or "none"


def _things(evolution: Evolution) -> Iterator[str]:
    lines: list[str] = []
    for change in CHANGES:
        for each in evolution.entities_of(change):
            if each.subject.kind != "replica":
                what = f": {prose_text('; '.join(each.what))}" if each.what else ""
                lines.append(f"{_CHANGES[change]}: {each.subject.kind} {inline_code(each.subject.id)}{what}")
    if lines:
        yield _folded(plural(len(lines), "thing") + " added, removed or changed", lines)


def _assumptions(evolution: Evolution) -> Iterator[str]:
    """Every number of the table that no model declares, with its source."""
    lines = [
        f"{group.value} for {list_ids(group.ids, inline_code, most=MOST)}: {prose_text(group.source)}"
        for group in rests_on(evolution)
    ]
    if lines:
        yield _folded("Assumed availabilities, which no model declares", lines)
