"""Compare a model with a changed one, or find the smallest changes that remove single points of failure.

Exit code: 0, or 2 for a usage error or an invalid model.
"""

from __future__ import annotations

import argparse
from functools import partial

from archgen.app.config.evaluation_date import today
from archgen.app.exit_codes import INVALID, OK
from archgen.app.models import load_models
from archgen.app.report_formats import WHAT_IF
from archgen.app.what_if import what_if
from archgen.app.workspace.inputs import find_and_read_one
from archgen.cli.internal_errors import report_errors
from archgen.cli.invalid_models import report_invalid
from archgen.cli.output import report
from archgen.cli.parser import add_format, add_model, add_today, terminal_style
from archgen.linting.checked_model import valid_models
from archgen.system.internal_errors import Isolation


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_model(parser)
    parser.add_argument(
        "--add",
        metavar="CHANGE",
        action="append",
        default=[],
        help="'replica of COMPONENT [on HOST] [in ZONE]' (one that runs on hosts needs either) or 'host NAME like HOST "
        "[in ZONE]'; repeatable; without changes, search for the smallest repair",
    )
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="'failover=automatic' or 'COMPONENT.failover=automatic'; repeatable",
    )
    add_today(parser)
    add_format(parser, WHAT_IF)


def run(options: argparse.Namespace) -> int:
    """Change the model and report the difference."""
    models = load_models(find_and_read_one(options.model, options.stdin_filename))
    if report_invalid(models, terminal_style(), "nothing was changed"):
        return INVALID
    isolation = Isolation()
    for model in valid_models(models):
        work = partial(what_if, model, tuple(options.add), tuple(options.set), today(options.today))
        comparison = isolation.attempt(work, model.file, "changes")
        if comparison is not None:
            write_report = partial(WHAT_IF[options.format], comparison, terminal_style())
            text = isolation.attempt(write_report, model.file, "the report")
            report(options.format, text or "", terminal_style())
    return INVALID if report_errors(isolation.errors, everything=True) else OK
