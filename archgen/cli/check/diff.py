"""Report what a change resolved, left open and introduced.

archgen diff                                each model with the one that it follows
archgen diff MODEL                          this model with the one that it follows
archgen diff OLD NEW                        two files, or the models of two directories
archgen diff REVISION [PATH ...]            models of a Git revision with the current ones
archgen diff OLD..NEW [-- PATH ...]         models of two Git revisions

Exit code: 0, 1 by --fail-on, or 2 for a usage error or an invalid model.
"""

from __future__ import annotations

import argparse

from archgen.app.config.evaluation_date import today
from archgen.app.diff import check_pairs, diff_exit_code, draw_changes, evolutions, find_pairs
from archgen.app.exit_codes import INVALID
from archgen.app.report_formats import DIFF
from archgen.app.workspace.atomic_write import write
from archgen.cli.internal_errors import report_errors
from archgen.cli.invalid_models import report_invalid
from archgen.cli.parser import (
    add_formats,
    add_stdin_name,
    add_today,
    requested_formats,
    terminal_style,
    write_reports,
)
from archgen.cli.progress import Progress
from archgen.compare import Evolution
from archgen.linting.policy import FAIL_ON
from archgen.system.internal_errors import Isolation


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="Models or directories, after a Git revision or range if any"
    )
    add_stdin_name(parser)
    add_today(parser)
    add_formats(parser, DIFF)
    parser.add_argument(
        "--svg", metavar="FILE|DIR", help="Also draw the deployment with new elements marked and removed ones faint"
    )
    parser.add_argument(
        "--fail-on",
        metavar="SEVERITY",
        choices=FAIL_ON,
        default="never",
        help="Exit with code 1 for introduced findings of this severity or higher: %(choices)s [default: never]",
    )


def run(options: argparse.Namespace) -> int:
    """Read both sides of every change, compare them, and report in every format."""
    requested = requested_formats(options, "json=diff.json")
    pairs = check_pairs(find_pairs(tuple(options.paths), options.stdin_filename), today(options.today))
    models = {model.file: model for pair in pairs for model in pair if model is not None}
    if report_invalid(tuple(models.values()), terminal_style(), "nothing was compared"):
        return INVALID
    changes: list[Evolution] = []
    isolation = Isolation()
    isolation.errors += (error for model in models.values() for error in model.errors)
    with Progress() as progress:
        for change in evolutions(pairs, isolation):
            changes.append(change)
            progress.advance(change.after.file)
    drawings = draw_changes(tuple(changes), options.svg, isolation) if options.svg else ()
    write_reports(requested, DIFF, tuple(changes), terminal_style(), isolation)
    for file, svg in drawings:
        write(file, svg.encode())
    return INVALID if report_errors(isolation.errors) else diff_exit_code(tuple(changes), options.fail_on)
