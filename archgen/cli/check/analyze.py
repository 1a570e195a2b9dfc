"""Report each flow's single points of failure, availability and downtime, and what to fix first.

Exit code: 0, or 2 for a usage error or an invalid model.
"""

from __future__ import annotations

import argparse
from functools import partial

from archgen.app.analyze import ORDERS, analyze
from archgen.app.config.evaluation_date import today
from archgen.app.exit_codes import INVALID, OK
from archgen.app.models import load_models
from archgen.app.report_formats import ANALYZE
from archgen.app.workspace.inputs import find_and_read
from archgen.cli.internal_errors import report_errors
from archgen.cli.invalid_models import report_invalid
from archgen.cli.parser import ListAction, add_formats, add_paths, requested_formats, terminal_style, write_reports
from archgen.cli.progress import Progress
from archgen.linting.checked_model import valid_models
from archgen.system.internal_errors import Isolation


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
    parser.add_argument(
        "--order",
        metavar="ORDER",
        choices=ORDERS,
        default="2",
        help="Elements of the largest minimal cut sets to search for: %(choices)s [default: 2]",
    )
    parser.add_argument(
        "--maintain",
        metavar="ELEMENT",
        action=ListAction,
        default=[],
        help="Report what holds while this host, replica, zone or component is out; repeatable",
    )
    add_formats(parser, ANALYZE)


def run(options: argparse.Namespace) -> int:
    """Assess every valid model and report in every format."""
    requested = requested_formats(options, "json=flows.json")
    today(options.today)  # nothing here depends on the date, but an invalid one is a usage error all the same
    models = load_models(find_and_read(tuple(options.paths), options.stdin_filename))
    isolation = Isolation()
    assessments = []
    with Progress() as progress:
        for model in valid_models(models):
            work = partial(analyze, model, int(options.order), tuple(options.maintain), progress.advance, isolation)
            assessments.append(isolation.attempt(work, model.file, "analysis"))
    complete = tuple(assessment for assessment in assessments if assessment is not None)
    write_reports(requested, ANALYZE, complete, terminal_style(), isolation)
    has_invalid = report_invalid(models, terminal_style(), "invalid models were left out")
    return INVALID if report_errors(isolation.errors) or has_invalid else OK
