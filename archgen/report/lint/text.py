"""Findings for people: message, source excerpt with marks, flows, proof and the next step, then the counts."""

from __future__ import annotations

from collections.abc import Sequence
from os.path import abspath

from archgen.linting.finding_groups import FindingGroup, on_subjects
from archgen.model.finding import SEVERITIES, Finding, Related, count_severity
from archgen.model.wording import MOST_NAMED, first_few, plural
from archgen.report.common.terminal import Emphasis, Style, brief, escape_controls, wrap_columns
from archgen.report.lint.excerpt import ExcerptStyle, SourceMark, draw_excerpt
from archgen.report.lint.outcome import Counts, LintReport, count_fixes, count_groups, page_of

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")

NAMED = 100
"""Further subjects that a finding names before it counts the rest."""

MESSAGES = 20
"""Further messages that a finding shows before it counts the rest."""

MOST_RELATED = 8
"""How many related places of one finding are shown; the number of the rest is told."""


def write(outcome: LintReport, style: Style) -> str:
    """Return the report, a block per finding with all its subjects; `[n]` is its number in its model, as on its badges."""
    lines: list[str] = []
    for (file, findings), groups in zip(outcome.models, outcome.groups_of_models, strict=True):
        if findings and len(outcome.models) > 1:
            lines += [style.paint(escape_controls(file), "strong"), ""]
        for group in groups:
            block = _accepted(group, style) if group.first.accepted else _group(group, outcome, style)
            lines += [*block, ""]
    return "\n".join([*lines, _footer(outcome, style)]) + "\n"


def _group(group: FindingGroup, outcome: LintReport, style: Style) -> list[str]:
    finding = group.first
    paint: Emphasis = finding.severity
    code = style.link(style.paint(f"{finding.severity}[{finding.code}]", paint), _page(finding, outcome, style))
    title = f"{code} {style.paint(finding.rule, 'strong')}"
    subjects = f" on {len(group.subjects)} subjects" if len(group.subjects) > 1 else ""
    lines = [f"{title} {style.paint(f'[{group.number}]', 'quiet')}{subjects}"]
    lines += wrap_columns(brief(finding.message), style.width, "  ", "  ")
    gutter = max(3, len(str(max((finding.line, *(each.line for each in finding.related))))))
    lines += _places(finding, outcome, ExcerptStyle(paint, style, gutter))
    lines += _also(group, style, gutter)
    if group.flows:
        lines += _labeled("flows", _flows(group), style, gutter)
    if finding.proof is not None:
        lines += _labeled("proof", _proof(finding, outcome), style, gutter)
    if finding.confidence != "high":
        lines += _labeled("confidence", finding.confidence, style, gutter)
    if finding.subject.kind in ("model", "flow") or not _is_marked(finding, outcome):
        # the place doesn't show the subject that an acceptance takes
        lines += _labeled("about", f"{finding.subject.kind} {finding.subject.id}", style, gutter)
    return [*lines, *_labeled("fix", group.fix, style, gutter, "fix")]


def _also(group: FindingGroup, style: Style, gutter: int) -> list[str]:
    """Return the other subjects, with their messages where those say more than the names."""
    others = group.others
    if not others:
        return []
    if group.has_one_message:
        names = [subject.id for subject in group.subjects[1:]] or [f"line {finding.line}" for finding in others]
        return _labeled("also", ", ".join(first_few(names, NAMED)), style, gutter)
    lines: list[str] = []
    for finding in others[:MESSAGES]:
        file = f"{finding.file}:" if finding.file != group.first.file else "line "
        lines += _labeled("also", f"{file}{finding.line}: {finding.message}", style, gutter)
    rest = len(others) - MESSAGES
    return [*lines, *(_labeled("also", f"{rest} more; --format json lists them", style, gutter) if rest > 0 else [])]


def _flows(group: FindingGroup) -> str:
    """Return the flows of all findings, or of each by itself where they differ and a headline counts some of them."""
    subjects: dict[tuple[str, ...], dict[str, None]] = {}
    for finding in group.findings:
        subjects.setdefault(finding.flows, {})[finding.subject.id] = None
    if len(subjects) == 1 or all(len(flows) <= MOST_NAMED for flows in subjects):
        return ", ".join(group.flows)
    parts = [
        f"{', '.join(first_few(tuple(names), NAMED))}: {', '.join(flows)}" for flows, names in subjects.items() if flows
    ]
    return "; ".join(first_few(parts, MESSAGES))


def _is_marked(finding: Finding, outcome: LintReport) -> bool:
    """Return True if the text at a finding's place, where there is any, begins with its subject as a whole word."""
    source = outcome.lines(finding.file)
    if not 1 <= finding.line <= len(source):
        return True
    marked = source[finding.line - 1][finding.column - 1 :].lstrip("\"'")
    name = finding.subject.id
    return marked.startswith(name) and not marked[len(name) : len(name) + 1].isalnum()


def _labeled(label: str, text: str, style: Style, gutter: int, paint: Emphasis = "strong") -> list[str]:
    edge = " " * gutter
    first, *rest = wrap_columns(brief(text), style.width, f"{edge}   {'':{len(label)}}  ", f"{edge} = {label}: ")
    return [first.replace(f"{label}:", style.paint(f"{label}:", paint), 1), *rest]


def _places(finding: Finding, outcome: LintReport, page: ExcerptStyle) -> list[str]:
    """The finding's own place, then its related ones, file by file."""
    related = finding.related[:MOST_RELATED]
    own = SourceMark(finding.line, finding.column, finding.subject.id, "", True)
    others = _marks(related, finding.file, own, outcome.lines(finding.file))
    lines = _file(finding.file, [own, *others], "-->", outcome, page)
    for file in dict.fromkeys(each.file for each in related if each.file != finding.file):
        lines += _file(file, _marks(related, file, None, outcome.lines(file)), ":::", outcome, page)
    hidden = len(finding.related) - len(related)
    return [*lines, *([f"{' ' * page.gutter} … and {plural(hidden, 'more place')}"] if hidden else [])]


def _file(file: str, marks: list[SourceMark], arrow: str, outcome: LintReport, page: ExcerptStyle) -> list[str]:
    source = outcome.lines(file)
    place = f"{escape_controls(file)}:{marks[0].line}:{marks[0].column}" if source else escape_controls(file)
    place = page.style.link(place, _address(file)) if source and page.style.links else place
    head = f"{' ' * (page.gutter - 1)}{page.style.paint(arrow, 'quiet')} {place}"
    excerpt = draw_excerpt(source, marks, page)
    return [head, f"{' ' * page.gutter} {page.style.paint('|', 'quiet')}", *excerpt] if excerpt else [head]


def _page(finding: Finding, outcome: LintReport, style: Style) -> str:
    """Return the address of the rule's explanation; it is not looked up if no link is shown."""
    rules = (rule for rule in outcome.rules if rule.id == finding.rule) if style.links else ()
    return next((page_of(rule, outcome.pages) for rule in rules), "")


def _address(file: str) -> str:
    """Return the URL of a file (RFC 8089)."""
    path = abspath(file).encode("utf-8", "surrogateescape")
    return "file://" + "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in path)


def _marks(
    related: tuple[Related, ...], file: str, own: SourceMark | None, source: tuple[str, ...]
) -> list[SourceMark]:
    """Return a mark per place in a file; labels at the same place are joined, and the finding's own place is left out."""
    places: dict[tuple[int, int], list[Related]] = {}
    for each in related:
        if each.file == file and (own is None or (each.line, each.column) != (own.line, own.column)):
            places.setdefault((each.line, each.column), []).append(each)
    return [
        SourceMark(
            line,
            column,
            here[0].subject.id,
            _labels(here, source),
            False,
        )
        for (line, column), here in places.items()
    ]


def _labels(here: Sequence[Related], source: tuple[str, ...]) -> str:
    """Return the labels at a place, those of a subject together: after its name where the marked text does not say it already."""
    labels: dict[str, list[str]] = {}
    for each in here:
        line = source[each.line - 1] if 1 <= each.line <= len(source) else ""
        named = line[each.column - 1 :].lstrip("\"'").startswith(each.subject.id)
        labels.setdefault("" if named or each.subject.kind == "model" else f"{each.subject.id} ", []).append(each.label)
    return ", ".join(f"{name}{', '.join(dict.fromkeys(words))}" for name, words in labels.items())


def _proof(finding: Finding, outcome: LintReport) -> str:
    proof = finding.proof
    assert proof is not None
    killed = " and ".join(subject.id for subject in proof.kill)
    step = f"{proof.step} {outcome.step(finding.model, proof.step)}".rstrip()
    path = f"; path {' → '.join(proof.path)}{proof.condition}" if proof.path else ""
    return f"kill {killed} → step {step} fails{path}" if killed else f"step {step} fails with nothing killed{path}"


def _accepted(group: FindingGroup, style: Style) -> list[str]:
    finding, accepted = group.first, group.first.accepted
    assert accepted is not None
    head = f"accepted[{finding.code}] {finding.rule} [{group.number}]"
    names = [subject.id for subject in group.subjects[1:]]
    also = f" Also {', '.join(first_few(names, NAMED))}." if names else ""
    who = f" by {accepted.owner}" if accepted.owner else ""
    until = f" until {accepted.until}" if accepted.until else ""
    why = f": {accepted.reason}" if accepted.reason else ""
    place = f"  --> {escape_controls(finding.file)}:{finding.line}:{finding.column}"
    body = wrap_columns(brief(f"{_sentence(finding.message)}{also} Accepted{who}{until}{why}"), style.width, "  ", "  ")
    return [style.paint(line, "accepted") for line in (head, *body, place)]


def _sentence(message: str) -> str:
    return message if message.endswith((".", "!", "?")) else f"{message}."


def _footer(outcome: LintReport, style: Style) -> str:
    groups = outcome.groups
    counts = count_groups(groups)
    models = plural(len(outcome.models), "model")
    hidden = f" ({', '.join(map(brief, outcome.hidden))})" if outcome.hidden else ""
    if counts == Counts(0, 0, 0, 0):
        return style.paint(f"{models}: no findings", "fix") + hidden
    parts = [
        style.paint(count_severity(number, severity), severity)
        for severity in SEVERITIES
        if (number := counts.of(severity))
    ]
    parts = [f"{', '.join(parts)}{on_subjects(groups)}"] if parts else []
    if counts.accepted:
        parts.append(style.paint(f"{counts.accepted} accepted", "accepted"))
    return f"{models}: {', '.join(parts)}{hidden}{_mendable(groups)}"


def _mendable(groups: Sequence[FindingGroup]) -> str:
    """Return the number of findings with a fix in words; `--fix` leaves out what would bring another finding."""
    fixes = count_fixes(groups)
    if fixes.safe and fixes.unsafe:
        return f"; up to {fixes.safe} fixable with --fix ({fixes.unsafe} more with --unsafe-fixes)"
    if fixes.safe:
        return f"; up to {fixes.safe} fixable with --fix"
    return f"; up to {fixes.unsafe} fixable with --fix --unsafe-fixes" if fixes.unsafe else ""
