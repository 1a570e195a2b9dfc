"""The findings that a team has decided to live with for now, in a file: by identity, so that edits do not matter."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Literal

import msgspec
from msgspec import Struct

from archgen.app.workspace.atomic_write import write
from archgen.app.workspace.inputs import model_id
from archgen.linting.checked_model import Model, valid_models
from archgen.linting.policy import MEANINGLESS
from archgen.model.finding import Finding
from archgen.model.problems import UsageError
from archgen.system.files import BASELINE, MissingFile, check_inside, read_file

BaselineMode = Literal["read", "write", "prune"]
"""What becomes of a baseline: it is read, written anew, or freed of what matches nothing any more."""

VERSION = 1


class BaselineEntry(Struct, frozen=True, order=True):
    """A finding in the baseline; all but its fingerprint is for readers of the file."""

    model: str
    rule: str
    subject: str
    fingerprint: str


class Baseline(Struct, frozen=True):
    """The content of the file."""

    version: Literal[1]
    findings: tuple[BaselineEntry, ...]


def read_baseline(file: str, inside: str | None = None) -> tuple[BaselineEntry, ...]:
    """The entries of a file, which may have to lie inside a directory; UsageError if it is none."""
    try:
        return msgspec.json.decode(read_file(file, BASELINE, inside), type=Baseline).findings
    except MissingFile as error:
        raise UsageError(
            f"there is no baseline {file}; write one with `archgen lint --baseline {file} --write-baseline`"
        ) from error
    except (msgspec.MsgspecError, RecursionError) as error:
        raise UsageError(
            f"{file} is no baseline: {error}; remove it and write it again with --write-baseline"
        ) from error


def baseline_entries(findings: tuple[Finding, ...]) -> tuple[BaselineEntry, ...]:
    """An entry for each finding that counts, in an order of their own."""
    counted = (each for each in findings if each.accepted is None and each.rule not in MEANINGLESS)
    entries = (
        BaselineEntry(each.model, each.rule, f"{each.subject.kind} {each.subject.id}", each.fingerprint)
        for each in counted
    )
    return tuple(sorted(entries))


class BaselineScope:
    """The findings that a run could make: the models that it checked, the rules that ran on each, and all rules.

    `whole` says that it was given all models, so that what it does not know is gone.
    """

    def __init__(
        self, models: tuple[Model, ...], ran: Callable[[str], frozenset[str]], rules: frozenset[str], complete: bool
    ) -> None:
        self.found = baseline_entries(tuple(finding for model in models for finding in model.findings))
        self._judged = {model.id for model in valid_models(models)}
        self._given = {model_id(model.file) for model in models}
        self._ran = ran
        self._known = rules
        self._whole = complete

    def __contains__(self, entry: BaselineEntry) -> bool:
        model = entry.model in self._judged or (self._whole and entry.model not in self._given)
        return model and (entry.rule in self._ran(entry.model) or entry.rule not in self._known)

    def stale(self, entries: tuple[BaselineEntry, ...]) -> tuple[BaselineEntry, ...]:
        """The entries that the run should have found and did not."""
        left = Counter(each.fingerprint for each in self.found)
        gone: list[BaselineEntry] = []
        for entry in entries:
            if entry in self and not left[entry.fingerprint]:
                gone.append(entry)
            left[entry.fingerprint] -= 1
        return tuple(gone)


def apply_baseline(
    file: str, scope: BaselineScope, keep: BaselineMode, inside: str | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read, write or prune a baseline; the fingerprints that are known then, and what there is to say of it.

    Entries that this run could not have found (of another model, of a rule that did not run) stay. With `inside` the file
    has to lie in that directory.
    """
    if inside is not None:
        check_inside(file, inside)
    if keep == "write":
        entries = read_baseline(file, inside) if os.path.lexists(file) else ()
        updated = (*(entry for entry in entries if entry not in scope), *scope.found)
        write_baseline(file, updated)
        return _fingerprints(updated), (f"{file}: {_many(len(updated))} written",)
    entries = read_baseline(file, inside)
    gone = scope.stale(entries)
    if not gone:
        return _fingerprints(entries), ()
    sentence = f"{file}: {_many(len(gone))} matching no finding any more: {', '.join(map(_worded, gone[:5]))}"
    if keep == "prune":
        left = Counter(entries) - Counter(gone)
        write_baseline(file, tuple(left.elements()))
        return _fingerprints(left.elements()), (f"{sentence}; removed",)
    more = ", …" if len(gone) > 5 else ""
    return _fingerprints(entries), (f"{sentence}{more}; --prune-baseline removes them",)


def _fingerprints(entries: Iterable[BaselineEntry]) -> tuple[str, ...]:
    return tuple(entry.fingerprint for entry in entries)


def _worded(entry: BaselineEntry) -> str:
    return f"{entry.rule} of {entry.subject} in {entry.model}"


def _many(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"


def write_baseline(file: str, entries: tuple[BaselineEntry, ...]) -> None:
    """Write the entries, one a line, so that a change of the file shows what changed."""
    lines = ",\n".join(f"    {msgspec.json.encode(entry).decode()}" for entry in sorted(entries))
    body = f"[\n{lines}\n  ]" if lines else "[]"
    content = f'{{\n  "version": {VERSION},\n  "findings": {body}\n}}\n'
    write(file, content.encode(), over_input=True)
