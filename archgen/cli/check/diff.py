"""Tell what a change bought, left open and introduced. Exit code: 0, 1 by --fail-on, 2 for usage or a broken model.

archgen diff                                each model with the one that it follows
archgen diff MODEL                          this model with the one that it follows
archgen diff OLD NEW                        two files, or the models of two directories
archgen diff REVISION [PATH ...]            models of a git revision with those here
archgen diff OLD..NEW [-- PATH ...]         models of two git revisions
"""

from __future__ import annotations

import argparse

from archgen.app.config.choice import one_of
from archgen.app.config.evaluation_date import today
from archgen.app.diff import FORMATS, evolutions, exit_code, judged, pairs, pictures
from archgen.app.workspace.atomic_write import write
from archgen.cli.internal_errors import report_errors
from archgen.cli.invalid_models import refused
from archgen.cli.parser import add_formats, formats, style, tell
from archgen.cli.progress import Progress
from archgen.compare import Evolution
from archgen.linting.policy import FAIL_ON
from archgen.system.internal_errors import Isolation


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="models, directories, or a git revision or range before them"
    )
    parser.add_argument("--stdin-filename", metavar="NAME", default="<stdin>", help="the name of what - reads")
    parser.add_argument(
        "--today", metavar="DATE", help="judge as of this day, 2026-12-31 (default: SOURCE_DATE_EPOCH, else today)"
    )
    add_formats(parser, ", ".join(FORMATS))
    parser.add_argument(
        "--svg",
        metavar="FILE|DIR",
        help="draw the deployment with what is new marked and what is gone faint, beside what --format tells",
    )
    parser.add_argument(
        "--fail-on",
        metavar="SEVERITY",
        default="never",
        help=f"what of the findings that a change introduces makes the exit code 1: {', '.join(FAIL_ON)} (default: never)",
    )


def run(options: argparse.Namespace) -> int:
    """Read both sides of every change, compare them, and tell it in every format."""
    asked = formats(options, tuple(FORMATS), "json=diff.json")
    one_of(options.fail_on, FAIL_ON, "severity")
    found = judged(pairs(tuple(options.paths), options.stdin_filename), today(options.today))
    models = {model.file: model for pair in found for model in pair if model is not None}
    if refused(tuple(models.values()), style(), "nothing was compared"):
        return 2
    told: list[Evolution] = []
    isolation = Isolation()
    isolation.errors += (error for model in models.values() for error in model.errors)
    with Progress() as progress:
        for one in evolutions(found, isolation):
            told.append(one)
            progress.tell(one.after.file)
    drawn = pictures(tuple(told), options.svg, isolation) if options.svg else ()
    tell(asked, FORMATS, tuple(told), style(), isolation)
    for file, picture in drawn:
        write(file, picture.encode())
    return 2 if report_errors(isolation.errors) else exit_code(tuple(told), options.fail_on)
