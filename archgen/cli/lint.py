"""Judge models. Exit code: 0 nothing at or above --fail-on, 1 findings, 2 usage or a model without meaning."""

from __future__ import annotations

import argparse
import sys

from archgen.cli.parser import add_paths, style
from archgen.cli.progress import Progress
from archgen.errors import UsageError
from archgen.project.choice import one_of
from archgen.project.day import today
from archgen.project.lint import FAIL_ON, FORMATS, exit_code, lint, summarise
from archgen.project.writing import write
from archgen.report.terminal import Style


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
    parser.add_argument(
        "--format",
        metavar="FORMAT[=FILE]",
        action="append",
        help=f"{', '.join(FORMATS)}: to standard output or to a file; may be given several times (default: text)",
    )
    parser.add_argument(
        "--fail-on", metavar="SEVERITY", default="error", help=f"what makes the exit code 1: {', '.join(FAIL_ON)}"
    )


def run(options: argparse.Namespace) -> int:
    """Judge, tell in every format, and say by the exit code what came out."""
    asked = [_format(word) for word in options.format or ["text"]]
    if sum(1 for _, file in asked if file is None) > 1:
        raise UsageError("two formats on standard output; give one of them a file, such as --format json=findings.json")
    one_of(options.fail_on, FAIL_ON, "severity")
    with Progress() as progress:
        outcome = lint(
            tuple(options.paths), today(options.today), options.stdin_filename, progress.tell, options.fail_on
        )
    for name, file in asked:
        if file is None:
            sys.stdout.write(FORMATS[name](outcome, style()))
        else:
            write(file, FORMATS[name](outcome, Style()).encode("utf-8", "backslashreplace"))
    if any(name == "github" for name, _ in asked):
        summarise(outcome)
    return exit_code(outcome.findings, options.fail_on)


def _format(word: str) -> tuple[str, str | None]:
    name, equals, file = word.partition("=")
    one_of(name, tuple(FORMATS), "format")
    if equals and not file:
        raise UsageError(f"--format {word} names no file")
    return name, file or None
