"""Fixes of what the rules find, written into a model's text one after the other and each of them proved.

A fix is kept only if the model can still be read, the finding is gone or less grave than before, and no error or warning is
found that was not there, by any rule, however sure; nor an info finding, if it fixes nothing graver. A loss that took the
same flows down before was there. A call that a fix lets leave its host is encrypted by it. Fixes of one rule that touch
different parts are tried together first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from archgen.app.config.catalogue import catalogue
from archgen.app.findings.owners_part import missing_words, words_to_do_first
from archgen.app.findings.stale_words import StaleWords, check_words, stale_words
from archgen.app.findings.worse_findings import is_helped, was_hidden, worse_findings
from archgen.app.formatting import unified_diff
from archgen.app.models import check_models
from archgen.app.workspace.atomic_write import rewrite
from archgen.app.workspace.inputs import Input, read
from archgen.language.expand.connections import connection_id
from archgen.language.write.patch import PatchError, apply_changes
from archgen.language.yaml.parser import parse
from archgen.linting.checked_model import BrokenModel, CheckedModel, Model, reopened
from archgen.linting.finding_groups import group_findings, on_subjects
from archgen.linting.policy import Policy
from archgen.model.change import Append, Change, Path, Remove
from archgen.model.finding import Finding
from archgen.model.wording import first_few, listed, plural
from archgen.report.lint.outcome import LintReport


class Refusal(Struct, frozen=True):
    """The reason why a fix isn't kept: the findings that it would bring, else its own as it stays; neither if it can't be written."""

    brought: tuple[Finding, ...] = ()
    stays: Finding | None = None


class FixedModel(Struct, frozen=True):
    """A model's bytes after its fixes, the wanted findings that are gone or less grave then, and those that are not.

    `left` are the findings that are less grave, as they are now, those that the fixed ones hid, and the rest of one on several
    subjects; `refusals` are the refused fixes by their finding, each with the reason; none where other fixes left it nothing to
    change. `brought` are the contradictions that the model has now, such as a call that a new firewall shuts out; `missing` is what a
    fix needs and can't write, in words; `first` is what has to be done before it, `stale` the words that it may make untrue.
    """

    data: bytes
    findings: tuple[Finding, ...]
    refused: tuple[Finding, ...] = ()
    left: tuple[Finding, ...] = ()
    refusals: tuple[tuple[Finding, Refusal | None], ...] = ()
    brought: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    stale: tuple[StaleWords, ...] = ()


CheckBytes = Callable[[bytes], Model]
"""Judges a model's bytes as the file that they are of."""


def checker(source: Input, policy: Policy, today: str, *, acceptances: bool = True) -> CheckBytes:
    """Return a function that checks other bytes in the place of a file's, by the rules that run."""
    rules = catalogue()

    def of(data: bytes) -> Model:
        changed = Input(source.file, data, include=source.include)
        models = check_models((changed,), today, rules=rules, apart=policy.apart)
        return (models if acceptances else reopened(models))[0]

    return of


def apply_fixes(data: bytes, judged: CheckBytes, wanted: Callable[[Finding], bool]) -> FixedModel:
    """A model with the fixes of those of its findings that are `wanted`."""
    first = model = judged(data)
    asked = tuple(
        finding for finding in model.findings if finding.changes and finding.accepted is None and wanted(finding)
    )
    led = _led_by_the_next(model.findings, asked)
    reported = {finding.fingerprint for finding in model.findings}
    refused: Mapping[str, Refusal] = {}
    while True:
        fixed, still = _one_pass(model, judged, lambda finding: wanted(finding) or led(finding))
        # a fix may have been refused for what another one has put right since
        settled = fixed is model or not still or still == refused
        model, refused = fixed, still
        if settled:
            break
    left = {finding.fingerprint: finding for finding in model.findings}
    helped = {finding.fingerprint: is_helped(finding, left) for finding in asked}
    open_ = tuple(finding for finding in asked if not helped[finding.fingerprint])
    done = tuple(finding for finding in asked if helped[finding.fingerprint])
    uncovered = tuple(finding for finding in model.findings if was_hidden(finding, done) or led(finding))
    beside = tuple(
        left[name] for name in _told_with(first.findings, {each.fingerprint for each in done}) if name in left
    )
    return FixedModel(
        model.data,
        done,
        open_,
        (*(left[each.fingerprint] for each in done if each.fingerprint in left), *uncovered, *beside),
        tuple((finding, refused.get(finding.fingerprint)) for finding in open_),
        tuple(each for name, each in left.items() if each.rule == _CONTRADICTION and name not in reported),
        tuple(missing_words(first, model)),
        tuple(words_to_do_first(first, model)),
        () if isinstance(first, BrokenModel) or isinstance(model, BrokenModel) else stale_words(first, model),
    )


def _told_with(findings: Sequence[Finding], fixed: Collection[str]) -> Iterator[str]:
    """Yield the open findings that are told as one with fixed ones, and have no fix."""
    for group in group_findings(findings):
        if any(each.fingerprint in fixed for each in group.findings):
            yield from (each.fingerprint for each in group.findings if not each.changes and each.accepted is None)


_CONTRADICTION = "contradiction"


def _led_by_the_next(before: tuple[Finding, ...], asked: tuple[Finding, ...]) -> Callable[[Finding], bool]:
    """Return a function that is true for the rest of an asked finding, which the next of its subjects leads once the first is fixed."""
    reported = {finding.fingerprint for finding in before}
    subjects = {(finding.rule, finding.severity, related.subject) for finding in asked for related in finding.related}
    return lambda finding: (
        finding.fingerprint not in reported and (finding.rule, finding.severity, finding.subject) in subjects
    )


def _one_pass(model: Model, judged: CheckBytes, wanted: Callable[[Finding], bool]) -> tuple[Model, dict[str, Refusal]]:
    """Return the model with the fixes that hold, each tried once, and why not for the findings whose fix doesn't.

    Fixes that don't hold together are tried in halves, so that one bad fix among many costs few judgments.
    """
    refused: dict[str, Refusal] = {}
    while batch := _batch(model, wanted, refused):
        halves = [batch]
        while halves:
            # what an earlier half changed may have settled or changed a later one
            open_ = {finding.fingerprint: finding for finding in model.findings}
            tried = tuple(open_[fixe.fingerprint] for fixe in halves.pop() if fixe.fingerprint in open_)
            fixed = _with(model, tried, judged) if tried else model
            if not isinstance(fixed, Refusal):
                model = fixed
            elif len(tried) == 1:
                refused[tried[0].fingerprint] = fixed
            else:
                halves += [tried[len(tried) // 2 :], tried[: len(tried) // 2]]
    return model, refused


def _batch(model: Model, wanted: Callable[[Finding], bool], refused: Collection[str]) -> tuple[Finding, ...]:
    """The next findings of one rule whose changes touch different parts of the model: first those that need no new machine.

    Before all others are those that close a connection or a port: nothing has to encrypt it then, or to let it in.
    """
    candidates = [
        finding
        for finding in model.findings
        if finding.changes and finding.accepted is None and finding.fingerprint not in refused and wanted(finding)
    ]
    open_ = sorted(candidates, key=lambda finding: not _closes(finding))
    own = [finding for finding in open_ if finding.rule == open_[0].rule]
    batch: list[Finding] = []
    touched: dict[Path, bool] = {}
    # a move may settle what a machine more is for
    for finding in [each for each in own if not _adds_machine(model, each)] or own:
        if not _meets(touched, finding):
            batch.append(finding)
            for change in finding.changes:
                touched[change.path[:2]] = _adds(change) and touched.get(change.path[:2], True)
    return tuple(batch)


def _closes(finding: Finding) -> bool:
    return any(isinstance(change, Remove) and change.path[0] == "connections" for change in finding.changes)


def _adds_machine(model: Model, finding: Finding) -> bool:
    hosts = {} if isinstance(model, BrokenModel) else model.topology.hosts
    return any(change.path[0] == "hosts" and change.path[1] not in hosts for change in finding.changes)


def _meets(touched: Mapping[Path, bool], finding: Finding) -> bool:
    """Return True if a fix changes a part that another changes; two additions to a list don't meet."""
    return any(
        not (touched.get(change.path[:2], True) and (_adds(change) or change.path[:2] not in touched))
        for change in finding.changes
    )


def _adds(change: Change) -> bool:
    return isinstance(change, Append)


def _with(model: Model, fixes: tuple[Finding, ...], judged: CheckBytes) -> Model | Refusal:
    """The model after some fixes, or why it is refused: they cannot be written or do not keep what they promise.

    What they would open to attackers is closed along with them where all of it can be: a call that leaves its host is encrypted.
    So is what is missing on a host that they add, such as monitoring.
    """
    if isinstance(model, BrokenModel):
        return Refusal()
    changes = [change for fixe in fixes for change in fixe.changes]
    after = _changed(model, model, changes, judged)
    if after is None:
        return Refusal()
    refusal = _broken_promise(model, after, fixes)
    if refusal is None:
        return after
    brought = refusal.brought
    own = (each.category == "security" or _is_of_added_hosts(each, model) for each in brought if each.changes)
    if refusal.stays is None and sum(own) == len(brought):
        closing = [change for each in brought for change in each.changes]
        whole = _changed(model, after, closing, judged, changes)
        if whole is not None and _broken_promise(model, whole, fixes) is None:
            return whole
    return refusal


def _is_of_added_hosts(finding: Finding, model: CheckedModel) -> bool:
    """Return True for a finding of hosts alone, none of which a model has yet."""
    about = [related.subject for related in finding.related]
    return bool(about) and all(each.kind == "host" and each.id not in model.topology.hosts for each in about)


def _changed(
    model: CheckedModel,
    current: CheckedModel,
    changes: Sequence[Change],
    judged: CheckBytes,
    before: Sequence[Change] = (),
) -> CheckedModel | None:
    """Return the current form of a model, in which changes stand `before`, after more; None where they can't be written as meant."""
    try:
        text = apply_changes(current.data.decode("utf-8-sig"), changes)
    except PatchError:
        return None
    after = judged((b"\xef\xbb\xbf" if current.data.startswith(b"\xef\xbb\xbf") else b"") + text.encode())
    # a rule that fails says nothing, which is no proof that its finding is gone
    if isinstance(after, BrokenModel) or after.errors != model.errors:
        return None
    paths = [change.path for change in (*before, *changes)]
    # such as a value behind an anchor, which another component repeats by an alias
    return after if _beside(model.data, paths) == _beside(after.data, paths) else None


def _broken_promise(model: CheckedModel, after: CheckedModel, fixes: tuple[Finding, ...]) -> Refusal | None:
    """Return why a model after some fixes isn't kept; None if they keep what they promise."""
    left = {finding.fingerprint: finding for finding in after.findings}
    stays = next((left[fixe.fingerprint] for fixe in fixes if not is_helped(fixe, left)), None)
    worse = worse_findings(model, after)
    if any(fixe.severity != "info" for fixe in fixes):
        # an opinion that what is fixed has hidden so far is no reason to leave an error or a warning
        worse = [finding for finding in worse if finding.severity != "info"]
    return Refusal(tuple(worse), stays) if worse or stays is not None else None


def _beside(data: bytes, paths: list[Path]) -> dict[str, object]:
    """Return what a model says of all that no path leads to; of a section that is a list, all of it or nothing."""
    beside: dict[str, object] = {}
    for section, value in _sections(data).items():
        names = {str(path[1]) if len(path) > 1 else None for path in paths if path[0] == section}
        if not names:
            beside[section] = value
        elif isinstance(value, dict) and None not in names:
            entries = {name: entry for name, entry in value.items() if not names & {name, _spaced(section, name)}}
            beside |= {section: entries} if entries else {}
    return beside


@lru_cache(maxsize=2)
def _sections(data: bytes) -> Mapping[str, object]:
    """Return a model's sections; kept for the text that many fixes are tried on."""
    return parse(0, "", data)[0].root


def _spaced(section: str, name: str) -> str:
    """The name of an entry as paths have it."""
    return connection_id(name) if section == "connections" else name


def fix(
    outcome: LintReport,
    policy: Policy,
    today: str,
    tell: Callable[[str], object],
    *,
    keep: bool,
    unsafe: bool,
    acceptances: bool = True,
    paths: tuple[str, ...] = (),
) -> Iterator[str]:
    """Tell the fixes of what was found as unified diffs, and with `keep` write them; a sentence for each file.

    Only what the outcome tells is mended: not what is accepted, known or left out. `paths` are those of the command line.
    """
    levels = ("safe", "unsafe") if unsafe else ("safe",)
    for file, findings in outcome.models:
        named = {finding.fingerprint for finding in findings if finding.fixable in levels and finding.changes}
        source = read((file,), named=paths)[0] if named else None
        if source is None or source.data is None:
            continue
        result = apply_fixes(
            source.data,
            checker(source, policy, today, acceptances=acceptances),
            lambda candidate: candidate.fingerprint in named,  # noqa: B023  called within the turn
        )
        if result.data != source.data:
            tell(unified_diff(file, source.data, result.data, written=keep))
        if result.data != source.data and keep:
            rewrite(file, result.data)
        if result.findings or result.refused:
            yield f"{file}: {_fix_summary(result, keep=keep)}"


def _fix_summary(result: FixedModel, *, keep: bool) -> str:
    """Return the number of fixed findings in words, what is left of them, and what the fixes that weren't kept would bring."""
    fixed = group_findings(result.findings)
    sentence = f"{plural(len(fixed), 'finding')}{on_subjects(fixed)} {'fixed' if keep else 'would be fixed'}"
    sentence += "".join(_left(severity, own) for (severity, _), own in _by_rule(result.left).items())
    sentence += "".join(f"; first, {words}" for words in result.first)
    sentence += "".join(f"; afterwards, {finding.message}" for finding in result.brought)
    sentence += "".join(f"; afterwards, {words}" for words in result.missing)
    sentence += f"; afterwards, {check_words(result.stale)}" if result.stale else ""
    if not result.refused:
        return sentence
    reasons = [f"the fix of {_named(finding)} {refusal_words(refusal)}" for finding, refusal in result.refusals]
    return f"{sentence}; {len(group_findings(result.refused))} left: {'; '.join(first_few(reasons, _NAMED))}"


def refusal_words(refusal: Refusal | None) -> str:
    """Return the reason of a refusal as the rest of a sentence about the fix."""
    if refusal is None:
        return "has nothing to change after the others, and the finding stands"
    if refusal.brought:
        first, *others = refusal.brought
        why = f" (the first: {first.message})" if others else f": {first.message}"
        return f"would bring {_names(refusal.brought)}{why}"
    return "can't be written" if refusal.stays is None else f"isn't enough: {refusal.stays.message}"


_NAMED = 3
"""The findings that a sentence names; the others are counted."""


def _by_rule(findings: Iterable[Finding]) -> dict[tuple[str, str], list[Finding]]:
    by_rule: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault((finding.severity, finding.rule), []).append(finding)
    return by_rule


def _left(severity: str, findings: Sequence[Finding]) -> str:
    noun = "info finding" if severity == "info" else severity
    if len(findings) == 1:
        return f"; {'a' if severity == 'warning' else 'an'} {noun} remains: {findings[0].message}"
    return f"; {noun}s remain: {findings[0].message}, and the like of {_subjects(findings[1:])}"


def _named(finding: Finding) -> str:
    return f"{finding.rule} of {finding.subject.id}"


def _names(findings: Iterable[Finding]) -> str:
    """Return the rules of findings, each with its first subjects."""
    rules: dict[str, list[Finding]] = {}
    for finding in findings:
        rules.setdefault(finding.rule, []).append(finding)
    return listed(first_few([f"{rule} of {_subjects(own)}" for rule, own in rules.items()], _NAMED))


def _subjects(findings: Iterable[Finding]) -> str:
    return listed(first_few(list(dict.fromkeys(finding.subject.id for finding in findings)), _NAMED))
