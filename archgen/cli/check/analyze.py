"""Tell how reliable every request flow is: what breaks it, how long it is down, what to fix first. Exit code: 0, or 2."""

from __future__ import annotations

import argparse
from functools import partial

from archgen.app.analyze import FORMATS, ORDERS, analyze
from archgen.app.config.choice import one_of
from archgen.app.config.evaluation_date import today
from archgen.app.models import unjudged
from archgen.app.workspace.inputs import given
from archgen.cli.internal_errors import report_errors
from archgen.cli.invalid_models import refused
from archgen.cli.parser import add_formats, add_paths, formats, style, tell
from archgen.cli.progress import Progress
from archgen.linting.checked_model import valid_models
from archgen.system.internal_errors import Isolation


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
    parser.add_argument(
        "--order", metavar="N", default="2", help="the largest cut sets to look for, 1 to 4 elements (default: 2)"
    )
    parser.add_argument(
        "--maintain",
        metavar="ELEMENT",
        action="append",
        default=[],
        help="take a host, replica, zone or component out, and tell what holds meanwhile; may be given several times",
    )
    add_formats(parser, " or ".join(FORMATS))


def run(options: argparse.Namespace) -> int:
    """Assess every model that has a meaning, tell it in every format; 2 if one has none."""
    asked = formats(options, tuple(FORMATS), "json=flows.json")
    order = int(one_of(options.order, ORDERS, "order"))
    today(options.today)  # nothing here depends on it, and a date that is none is a usage error all the same
    models = unjudged(given(tuple(options.paths), options.stdin_filename))
    isolation = Isolation()
    found = []
    with Progress() as progress:
        for model in valid_models(models):
            work = partial(analyze, model, order, tuple(options.maintain), progress.tell, isolation)
            found.append(isolation.attempt(work, model.file, "analysis"))
    tell(asked, FORMATS, tuple(one for one in found if one is not None), style(), isolation)
    is_refused = refused(models, style(), "these models were left out")
    return 2 if report_errors(isolation.errors) or is_refused else 0
