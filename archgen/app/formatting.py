"""A model in its canonical form, which is verified before anybody writes it: it means the same, and no line is lost."""

from __future__ import annotations

import re
from typing import Any

from archgen.app.workspace.inputs import includer, model_id
from archgen.language.load import load
from archgen.language.write.sections import arrange_sections, prevalent_ending
from archgen.language.write.values import block
from archgen.language.yaml.parser import parse
from archgen.language.yaml.syntax import lines_of
from archgen.model.architecture import Architecture
from archgen.model.problems import ModelError, Place, Problem

BOM = b"\xef\xbb\xbf"

_FORMS = ((True, True), (True, False), (False, True), (False, False))
"""Sections in order and the last line ended, as far as both keep the meaning.

An alias must stay behind its anchor, and a text in block style that ends with the file would get a line end.
"""


def format_model(file: str, data: bytes, *, write_flows: bool = False) -> bytes:
    """The canonical form of a model; raises ModelError for what is no model, and where no form is verified.

    A byte order mark stays, and lines end as most of them do. With `write_flows` the flows that are assumed are declared.
    """
    if write_flows:
        data = _with_flows(file, data)
    before = _Meaning(file, data)
    mark = BOM if data.startswith(BOM) else b""
    text = data.removeprefix(BOM).decode("utf-8")
    for in_order, ended in _FORMS:
        form = arrange_sections(text, in_order=in_order, ended=ended)
        if form == text:
            return data
        if before.holds(mark + form.encode()) and arrange_sections(form, in_order=in_order, ended=ended) == form:
            return mark + form.encode()
    raise ModelError((_unformattable(file),))


def _with_flows(file: str, data: bytes) -> bytes:
    """Return a model with the flows that are assumed since it declares none; the model means the same."""
    include = includer(file)
    model = load(file, data, include)
    if model.assumed is None:
        return data
    text = data.decode("utf-8")
    ending = prevalent_ending(text)
    lines = ["", *block({"flows": model.assumed}, 4)]
    written = (text.rstrip() + ending + "".join(line + ending for line in lines)).encode()
    if load(file, written, include).architecture != model.architecture:
        raise ModelError((_unformattable(file),))
    return written


class _Meaning:
    """The meaning of a model's bytes: its architecture, its values, and its lines that are not empty."""

    def __init__(self, file: str, data: bytes) -> None:
        self._file = file
        self._include = includer(file)
        self._data = data
        self._architecture = self._read(data)

    def holds(self, data: bytes) -> bool:
        """Return True if other bytes say the same."""
        try:
            return self._read(data) == self._architecture and self._said(data) == self._said(self._data)
        except ModelError:
            return False

    def _read(self, data: bytes) -> Architecture:
        return load(self._file, data, self._include).architecture

    def _said(self, data: bytes) -> tuple[dict[str, Any], list[str]]:
        lines = (line.rstrip(" \t") for line in lines_of(data.decode("utf-8-sig")))
        return dict(parse(0, self._file, data)[0].root), sorted(line for line in lines if line)


def _unformattable(file: str) -> Problem:
    message = "the canonical form of this model would say something else, so the file is left as it is"
    fix = "Report this model: it shows a fault of `archgen fmt`."
    return Problem("invalid-model", message, fix, Place(file, 1, 1, 1), ("model", model_id(file)))


def unified_diff(file: str, before: bytes, after: bytes, *, written: bool = False) -> str:
    """Return a unified diff of a change to a file; with `written` the change is done."""
    from difflib import unified_diff

    was, now = ("as it was", "as it is") if written else ("as it is", "as it would be")
    lines: Any = unified_diff(_diff_lines(before), _diff_lines(after), f"{file} {was}", f"{file} {now}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _diff_lines(data: bytes) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", data.decode("utf-8", "replace"))
