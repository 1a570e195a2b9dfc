"""The cases of `tests/rules/RULE/`: models that decide about one rule, each file named by what it decides.

A line ends in `# finding: RULE` where a finding of the rule stands; the findings of other rules are not asked for.
Comments before the model state more of the findings, a line for each finding, errors first, in the model's order: `# severity: error`,
`# says: …` (pieces of the message, with ` … ` between them), `# fix: RULE` (the rule's own), `# repeats: yes` (a regular run tells it
once, by others) and what else `PARTS` names.
Comments after the model vary it: with `a` in place of `b`, the same lines have findings, or none has:

    # found with: `health_check: false` => `health_check: tcp`  # severity: warning
    # silent with: `health_check: false` => `health_check: GET /health`

Where a rule compares models that follow each other, all three stand in the file, parted by `---`; the last one is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from archgen.model.change import Remove
from archgen.model.finding import Finding
from archgen.model.subject import Subject
from archgen.rules import BY_NAME
from tests.edges import NEXT
from tests.paths import TESTS

FOLDER = TESTS / "rules"
SUFFIX = ".arch.yaml"
_MARK = re.compile(r"  # finding: ([a-z0-9-]+(?:, [a-z0-9-]+)*)$", re.MULTILINE)
_VARIANT = re.compile(r"# (found|silent) with: (`[^`]*` => `[^`]*`(?:, `[^`]*` => `[^`]*`)*)(.*)")
_EDIT = re.compile(r"`([^`]*)` => `([^`]*)`")


def _named(subject: Subject) -> str:
    return f"{subject.kind} {subject.id}"


PARTS: dict[str, Callable[[Finding], str]] = {
    "subject": lambda finding: _named(finding.subject),
    "severity": lambda finding: finding.severity,
    "confidence": lambda finding: finding.confidence,
    "message": lambda finding: finding.message,
    "fix": lambda finding: "RULE" if finding.fix == BY_NAME[finding.rule].fix else finding.fix,
    "flows": lambda finding: ", ".join(finding.flows) or "none",
    "related": lambda finding: ", ".join(_named(related.subject) for related in finding.related) or "none",
    "labels": lambda finding: "; ".join(related.label for related in finding.related) or "none",
    "proof": lambda finding: (
        ", ".join(map(_named, finding.proof.kill)) or "nothing" if finding.proof is not None else "none"
    ),
    "step": lambda finding: finding.proof.step if finding.proof is not None else "none",
    "path": lambda finding: " ".join(finding.proof.path) if finding.proof is not None else "none",
    "accepted": lambda finding: (
        (finding.accepted.reason or "without a reason") if finding.accepted is not None else "no"
    ),
    "changes": lambda finding: "yes" if finding.changes else "no",
    "removed": lambda finding: (
        ", ".join(".".join(map(str, change.path)) for change in finding.changes if isinstance(change, Remove))
        or "nothing"
    ),
}


class Case(NamedTuple):
    """A model and the findings of one rule in it: their lines, and the parts that are declared."""

    name: str
    rule: str
    text: str
    lines: tuple[int, ...]
    parts: dict[str, list[str]]
    is_variant: bool = False


def files() -> list[Path]:
    """Return the files of all cases."""
    return sorted(FOLDER.glob(f"*/*{SUFFIX}"))


def cases() -> tuple[Case, ...]:
    """Return the cases of all files, the model of a file before its variants."""
    return tuple(case for path in files() for case in read(path))


def read(path: Path) -> Iterator[Case]:
    """Yield the cases of a file."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    head = list(takewhile(lambda line: line.startswith("# "), lines))
    variants = [line for line in lines if line.startswith(("# found with: ", "# silent with: "))]
    model = "".join(lines[len(head) : len(lines) - len(variants)])
    name, rule = path.name.removesuffix(SUFFIX), path.parent.name
    declared = _parts(line.removeprefix("# ").strip() for line in head)
    yield Case(f"{rule}/{name}", rule, model, _marked(model, rule), declared)
    for number, line in enumerate(variants, 1):
        match = _VARIANT.fullmatch(line.strip())
        assert match is not None, f"{path}: {line}"
        text = _edited(model, match[2], path)
        if match[1] == "silent":
            text, parts = _MARK.sub("", text), {}
        else:
            parts = declared | _parts(match[3].split("  # ")[1:])
        yield Case(f"{rule}/{name}:{number}", rule, text, _marked(text, rule), parts, is_variant=True)


def _parts(statements: Iterator[str] | list[str]) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    for statement in statements:
        part, _, value = statement.partition(": ")
        assert part in {*PARTS, "says", "repeats"}, statement
        parts.setdefault(part, []).append(value)
    return parts


def _edited(model: str, edits: str, path: Path) -> str:
    for old, new in _EDIT.findall(edits):
        old, new = (text.replace("\\n", "\n") for text in (old, new))
        assert model.count(old) == 1, f"{path}: {old!r} must match once"
        model = model.replace(old, new)
    return model


def _marked(text: str, rule: str) -> tuple[int, ...]:
    """Return the lines of the findings in the last model of a text, a line for each finding."""
    marks = ((number, _MARK.search(line)) for number, line in enumerate(text.split(NEXT)[-1].splitlines(), 1))
    found = [(number, name) for number, mark in marks if mark is not None for name in mark[1].split(", ")]
    assert {name for _, name in found} <= {rule}
    return tuple(number for number, _ in found)
