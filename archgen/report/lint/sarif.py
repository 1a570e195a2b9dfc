"""Findings as SARIF 2.1.0, which code scanning reads: rules with their texts, places, identities, acceptances.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, assert_never
from urllib.parse import quote

from archgen import __version__
from archgen.language.write.patch import PatchError, apply_changes
from archgen.linting.rule import Rule
from archgen.model.finding import Accepted, Finding, Related, Severity
from archgen.model.subject import Subject
from archgen.report.common.encoding import encode
from archgen.report.common.terminal import escape_controls
from archgen.report.lint.outcome import LintReport, end_column, page_of

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


MOST_LINES = 2_000
"""Lines of a model whose fixes are written out: each takes a pass over the model's text."""


def write(outcome: LintReport) -> bytes:
    """Write a log with one run; each result names one of the rules that ran."""
    at = {rule.id: position for position, rule in enumerate(outcome.rules)}
    driver = {
        "name": "archgen",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule, outcome.pages) for rule in outcome.rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The directory that archgen was started in."}}},
        "results": [_result(outcome, finding, at[finding.rule]) for finding in outcome.findings],
    }
    return encode({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule, pages: str) -> dict[str, Any]:
    described: dict[str, Any] = {
        "id": rule.code,
        "name": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.summary},
        "help": {"text": _help(rule), "markdown": _help(rule, "**")},
        "defaultConfiguration": {"level": _level(rule.severity)},
        "properties": _properties(rule),
    }
    if address := page_of(rule, pages):
        described["helpUri"] = address
    return described


def _help(rule: Rule, mark: str = "") -> str:
    parts = (("Why", rule.why), ("Fix", rule.fix), ("Limits", rule.limits))
    return "\n\n".join(f"{mark}{title}:{mark} {words}" for title, words in parts)


def _properties(rule: Rule) -> dict[str, Any]:
    """Return the keys that code scanning sorts by: a number for security rules, a word for the others."""
    tags = ["architecture", rule.category]
    if rule.category == "security":
        return {"tags": tags, "precision": "high", "security-severity": _score(rule.severity)}
    return {"tags": tags, "precision": "high", "problem.severity": _problem(rule.severity)}


def _result(outcome: LintReport, finding: Finding, rule: int) -> dict[str, Any]:
    region = {"startLine": finding.line, "startColumn": finding.column, "endLine": finding.end_line}
    if (end := end_column(outcome, finding)) is not None:
        region["endColumn"] = end
    place = _place(finding.file, region)
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _level(finding.severity),
        "message": {"text": f"{escape_controls(finding.message)}\nFix: {escape_controls(finding.fix)}"},
        "locations": [place | {"logicalLocations": [_logical(finding.model, finding.subject)]}],
        # code scanning takes its own name for the identity, the other is for everything else that reads the file
        "partialFingerprints": {
            "archgen/v1": finding.fingerprint,
            "primaryLocationLineHash": f"{finding.fingerprint}:1",
        },
        "properties": {"confidence": finding.confidence, "flows": [escape_controls(flow) for flow in finding.flows]},
    }
    if finding.related:
        result["relatedLocations"] = [_related(finding, at, each) for at, each in enumerate(finding.related, 1)]
    if (fix := _fix(outcome, finding)) is not None:
        result["fixes"] = [fix]
    if finding.accepted is not None:
        result["suppressions"] = [_suppression(finding.accepted)]
    return result


def _fix(outcome: LintReport, finding: Finding) -> dict[str, Any] | None:
    """Return the fix of a finding as the lines that it replaces; None without one, or where it can't be written."""
    file = next(file for file, findings in outcome.models if finding in findings) if finding.changes else ""
    lines = outcome.lines(file) if file else ()
    if not lines or len(lines) > MOST_LINES:
        return None
    try:
        fixed = apply_changes("\n".join(lines) + "\n", finding.changes).split("\n")[:-1]
    except PatchError:
        return None
    unsafe = " This changes the architecture." if finding.fixable == "unsafe" else ""
    return {
        "description": {"text": f"{escape_controls(finding.fix)}{unsafe}"},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(file),
                "replacements": list(_replacements(lines, fixed)),
            }
        ],
    }


def _replacements(lines: tuple[str, ...], fixed: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the lines that differ; an insertion deletes an empty region."""
    for tag, start, end, first, last in SequenceMatcher(None, lines, fixed).get_opcodes():
        if tag != "equal":
            yield {
                "deletedRegion": {"startLine": start + 1, "startColumn": 1, "endLine": end + 1, "endColumn": 1},
                "insertedContent": {"text": "".join(f"{line}\n" for line in fixed[first:last])},
            }


def _related(finding: Finding, number: int, related: Related) -> dict[str, Any]:
    place = _place(related.file, {"startLine": related.line, "startColumn": related.column})
    return place | {
        "id": number,
        "message": {"text": f"{escape_controls(related.subject.id)} {escape_controls(related.label)}".strip()},
        "logicalLocations": [_logical(finding.model, related.subject)],
    }


def _place(file: str, region: dict[str, int]) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _artifact(file), "region": region}}


@lru_cache(1024)
def _artifact(file: str) -> dict[str, str]:
    """A file as a URI: of its own if absolute, else relative to where the run started."""
    path = os.path.normpath(file).replace(os.sep, "/")
    try:
        address = quote(os.fsencode(path))
    except UnicodeEncodeError:
        # no file can have such a name, but a model can ask for one
        address = quote(path, errors="surrogatepass")
    return {"uri": f"file://{address}"} if os.path.isabs(file) else {"uri": address, "uriBaseId": "%SRCROOT%"}


def _logical(model: str, subject: Subject) -> dict[str, str]:
    """Return the place of a subject in the architecture, whatever its line."""
    name = escape_controls(subject.id)
    return {"name": name, "fullyQualifiedName": f"{escape_controls(model)}/{subject.kind}/{name}", "kind": subject.kind}


def _suppression(accepted: Accepted) -> dict[str, str]:
    why = escape_controls(accepted.reason or "No reason given").rstrip(".")
    who = f" Accepted by {escape_controls(accepted.owner)}." if accepted.owner else ""
    until = f" Until {escape_controls(accepted.until)}." if accepted.until else ""
    return {
        "kind": "inSource",
        "status": "accepted",
        "justification": f"{why}.{who}{until}",
    }


def _level(severity: Severity) -> str:
    match severity:
        case "error" | "warning":
            return severity
        case "info":
            return "note"
        case _:
            assert_never(severity)


def _problem(severity: Severity) -> str:
    return "recommendation" if severity == "info" else severity


def _score(severity: Severity) -> str:
    """On the scale of CVSS, where 7.0 begins what is called high and 4.0 what is called medium."""
    match severity:
        case "error":
            return "8.0"
        case "warning":
            return "5.5"
        case "info":
            return "2.5"
        case _:
            assert_never(severity)
