"""The formats of reports, a line each: a new one takes its module in `archgen/report/` and its line here.

A module is imported when its format is asked for, so that no run pays for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from archgen.report.common.terminal import Style

Writer = Callable[[Any, Style], str | bytes]
"""Writes text for people, or a document for programs as the bytes of its file."""

Formats = Mapping[str, Writer]


def encoded(report: str | bytes) -> bytes:
    """Return a report as the bytes of its file."""
    return report if isinstance(report, bytes) else report.encode("utf-8", "backslashreplace")


def imported(path: str) -> Callable[..., Any]:
    """Return the function of a path `module:function`, whose module is imported when it is called."""
    module, _, name = path.partition(":")
    return lambda *values, **options: getattr(import_module(module), name)(*values, **options)


def _styled(module: str) -> Writer:
    """A writer that sees the terminal: its width, its colors."""
    return imported(f"archgen.report.{module}:write")


def _plain(module: str) -> Writer:
    """A writer whose output is the same everywhere."""
    write = imported(f"archgen.report.{module}:write")
    return lambda value, _: write(value)


LINT: Formats = {
    "text": _styled("lint.text"),
    "concise": _styled("lint.concise"),
    "json": _plain("lint.json_"),
    "sarif": _plain("lint.sarif"),
    "github": _plain("lint.github"),
    "gitlab": _plain("lint.gitlab"),
    "junit": _plain("lint.junit"),
    "markdown": _plain("lint.markdown"),
}
STATISTICS = _styled("lint.statistics")
"""The report of `lint --statistics`, in the place of its text."""

ANALYZE: Formats = {
    "text": _styled("analyze.text"),
    "json": _plain("analyze.json_"),
    "markdown": _plain("analyze.markdown"),
    "openpsa": imported("archgen.app.analyze:write_openpsa"),
}
DIFF: Formats = {
    "text": _styled("diff.text"),
    "json": _plain("diff.json_"),
    "markdown": imported("archgen.app.diff:write_markdown"),
}
REVIEW: Formats = {
    "text": _styled("review.text"),
    "json": _plain("review.json_"),
    "markdown": _plain("review.markdown"),
}
SIMULATE: Formats = {"text": _styled("simulate.text"), "json": _plain("simulate.json_")}
WHAT_IF: Formats = {"text": _styled("what_if.text"), "json": _plain("what_if.json_")}
