"""Acceptances: known risks written into a model, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from archgen.app.config.catalogue import catalogue
from archgen.app.config.choice import did_you_mean
from archgen.app.formatting import unified_diff
from archgen.app.models import check_models
from archgen.app.workspace.atomic_write import rewrite
from archgen.app.workspace.inputs import find_and_read
from archgen.language.write.patch import PatchError, apply_changes
from archgen.linting.acceptance import covers
from archgen.linting.checked_model import CheckedModel, Model, valid_models
from archgen.linting.rule import Rule
from archgen.model.change import Append
from archgen.model.finding import Finding
from archgen.model.problems import UsageError
from archgen.model.requirements import Acceptance

_MARK = b"\xef\xbb\xbf"


def accept(words: tuple[str, ...], risk: Acceptance, paths: tuple[str, ...], today: str) -> Iterator[tuple[str, str]]:
    """Write an acceptance into each model that has such findings; yield each file with the difference as a unified diff.

    `words` are the subjects, none for all of the rule. UsageError if a model is invalid, or no finding matches.
    """
    rule = _rule(risk.rule)
    _check_until(risk.until, today)
    models = check_models(find_and_read(paths), today)
    _check_valid(models)
    subjects_of: dict[str, list[str]] = {}
    for model in valid_models(models):
        findings = [each for each in model.findings if each.rule == rule.id and each.accepted is None]
        subjects = [word for word in words if any(_is_covered(model, word, each) for each in findings)]
        if findings and (subjects or not words):
            subjects_of[model.file] = subjects
    unmatched = [word for word in words if not any(word in subjects for subjects in subjects_of.values())]
    if unmatched or not subjects_of:
        raise UsageError(_no_finding(rule, unmatched, valid_models(models)))
    for model in valid_models(models):
        if model.file in subjects_of:
            yield model.file, _write(model, _entry(rule, risk, subjects_of[model.file]))


def _rule(word: str) -> Rule:
    rules = catalogue()
    rule = next((rule for rule in rules if word in (rule.id, rule.code)), None)
    if rule is None:
        names = tuple(name for each in rules for name in (each.id, each.code))
        raise UsageError(f"unknown rule `{word}`{did_you_mean(word, names)}; `archgen rules` lists them")
    return rule


def _check_until(until: str | None, today: str) -> None:
    if until is None:
        return
    try:
        last = date.fromisoformat(until).isoformat()
    except ValueError as error:
        raise UsageError(f"--until must be a date such as 2027-06-30; got {until}") from error
    if last < today:
        raise UsageError(f"--until must not be before {today}; got {until}")


def _check_valid(models: tuple[Model, ...]) -> None:
    broken = next((model for model in models if not isinstance(model, CheckedModel)), None)
    if broken is not None:
        raise UsageError(f"{broken.file} is invalid; run `archgen lint` for its problems")


def _is_covered(model: CheckedModel, word: str, finding: Finding) -> bool:
    return covers(model.topology, Acceptance(finding.rule, word), finding.subject)


def _entry(rule: Rule, risk: Acceptance, subjects: list[str]) -> dict[str, object]:
    declared = {
        "rule": rule.id,
        "subject": subjects[0] if len(subjects) == 1 else subjects or None,
        "reason": risk.reason,
        "owner": risk.owner,
        "until": risk.until,
    }
    return {key: value for key, value in declared.items() if value is not None}


def _write(model: CheckedModel, entry: dict[str, object]) -> str:
    mark = _MARK if model.data.startswith(_MARK) else b""
    try:
        text = apply_changes(model.data.decode("utf-8-sig"), (Append(("accept",), entry),))
    except PatchError as error:
        raise UsageError(f"{model.file}: the acceptance can't be written ({error}); write it by hand") from error
    data = mark + text.encode()
    rewrite(model.file, data)
    return unified_diff(model.file, model.data, data, written=True)


def _no_finding(rule: Rule, words: list[str], models: tuple[CheckedModel, ...]) -> str:
    subjects = dict.fromkeys(each.subject.id for model in models for each in model.findings if each.rule == rule.id)
    about = f" about {', '.join(words)}" if words else ""
    others = f"; it finds something about {', '.join(subjects)}" if subjects else ""
    hint = did_you_mean(words[0], subjects) if words and subjects else ""
    return f"{rule.id} finds nothing{about} that isn't accepted{hint}{others}"
