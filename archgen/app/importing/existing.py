"""The file of an imported model: compared with a new import, or written without the loss of what its owner wrote."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from archgen.app.workspace.atomic_write import create, rewrite
from archgen.model.architecture import Architecture
from archgen.model.problems import ModelError, UsageError
from archgen.model.wording import first_few
from archgen.system.files import MODEL, read_file

_IMPORTED = frozenset(
    ("archgen", "name", "sources", "unknown", "hosts", "groups", "components", "connections", "flows", "questions", "answers")
)  # fmt: skip
"""The sections that an import writes."""

_SECTION = re.compile(r"^([a-z_]+):", re.MULTILINE)
_PLACE = r"#[^\n]*(?:\S:\d+|in no file)"
"""The comment that an import writes behind an element: the file and line that declare it, or that none does."""

_MOST_NAMED = 5


def write_model(path: str, text: str, *, check: bool, update: bool = False) -> bool:
    """Write a model that must not exist yet; with `check` return True if the file is missing or says something else.

    With `update` it may exist. Its answers and the sections that no import writes are kept then, and count for `check` too.
    Raise UsageError instead of deleting what else its owner wrote.
    """
    exists = os.path.exists(path)
    if exists and (check or update):
        from archgen.app.importing.answering import answers_of, in_form, with_answers

        before = read_file(path, MODEL).decode("utf-8-sig", "replace")
        try:
            text = in_form(path, before, _with_own_sections(with_answers(text, answers_of(path)), before))
            lost = _lost_edits(path, before, text) if update else []
        except ModelError as error:
            reason = error.problems[0].message
            raise UsageError(
                f"{path} is invalid, so its answers can't be kept: {reason}; correct it (`archgen lint`), or remove it"
            ) from error
        if lost:
            raise UsageError(
                f"--update would delete what you wrote in {path}: {'; '.join(lost)}; "
                "import into another file with -o and take over what changed"
            )
    if check:
        return not exists or read_file(path, MODEL) != text.encode()
    if exists and update:
        rewrite(path, text.encode())
    else:
        create(path, text.encode())
    return False


def _with_own_sections(text: str, before: str) -> str:
    """Return the text of an import with the sections of the model before it that no import writes, such as `accept`."""
    own = {key: piece for key, piece in _sections(before).items() if key not in _IMPORTED}
    # an answer may write such a section too: it stands in the model since it was given
    fresh = {key: piece for key, piece in _sections(text).items() if key not in own}
    head = text[: min((match.start() for match in _SECTION.finditer(text)), default=len(text))]
    return "\n".join([head + "".join(fresh.values()), *(f"{piece.rstrip()}\n" for piece in own.values())])


def _sections(text: str) -> dict[str, str]:
    """Return the sections of a model's text by their keys."""
    starts = [match.start() for match in _SECTION.finditer(text)]
    pieces = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    return {piece.partition(":")[0]: piece for piece in pieces}


def _lost_edits(file: str, before: str, after: str) -> list[str]:
    """Return what an owner wrote into a model and a text that takes its place doesn't have, in words."""
    from archgen.app.workspace.inputs import includer
    from archgen.language.load import load

    old, new = (load(file, text.encode(), includer(file)).architecture for text in (before, after))
    declared = {flow.id for flow in new.flows if flow.assumed is None}
    lost = {"flow": [flow.id for flow in old.flows if flow.assumed is None and flow.id not in declared]}
    # what an answer drew goes with the question
    if {*old.answers} <= {*new.answers}:
        components = [each.id for each in old.components if each.kind != "client"]
        lost["component"] = [*_own(before, components, {each.id for each in new.components})]
        connections = [each.id for each in old.connections if not _is_of(old, each.source)]
        lost["connection"] = [*_own(before, connections, {each.id for each in new.connections})]
    return [
        f"{_counted(noun, names)} {', '.join(first_few(names, _MOST_NAMED))}" for noun, names in lost.items() if names
    ]


def _is_of(model: Architecture, component: str) -> bool:
    """Return True for what visitors are drawn as, whose connections follow from ports."""
    return any(each.id == component and each.kind == "client" for each in model.components)


def _own(text: str, names: Iterable[str], present: set[str]) -> Iterator[str]:
    """Yield the elements that are gone, and of which no comment says that an import drew them."""
    for name in names:
        if name not in present and not re.search(rf"^ +{re.escape(name)}:[^\n]*{_PLACE}", text, re.MULTILINE):
            yield name


def _counted(noun: str, names: list[str]) -> str:
    return noun if len(names) == 1 else f"{noun}s"
