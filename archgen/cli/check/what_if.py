"""Compare a model with a changed one, or find the smallest changes after which no single failure breaks a flow.

Exit code: 0, or 2 for a wrong use or a model without meaning.
"""

from __future__ import annotations

import argparse
from functools import partial

from archgen.app.config.choice import one_of
from archgen.app.models import unjudged
from archgen.app.what_if import FORMATS, what_if
from archgen.app.workspace.inputs import read
from archgen.cli.internal_errors import report_errors
from archgen.cli.invalid_models import refused
from archgen.cli.output import report
from archgen.cli.parser import style
from archgen.linting.checked_model import valid_models
from archgen.system.internal_errors import Isolation


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("model", metavar="MODEL", help="a model file, - for stdin")
    parser.add_argument("--stdin-filename", metavar="NAME", default="<stdin>", help="the name of what - reads")
    parser.add_argument(
        "--add",
        metavar="CHANGE",
        action="append",
        default=[],
        help="'replica of COMPONENT [on HOST] [in ZONE]' or 'host NAME like HOST [in ZONE]'; may be given several "
        "times; without any change the smallest repair is looked for",
    )
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="'failover=automatic', or 'COMPONENT.failover=automatic'",
    )
    parser.add_argument("--format", metavar="FORMAT", default="text", help=f"{' or '.join(FORMATS)} (default: text)")


def run(options: argparse.Namespace) -> int:
    """Change and tell."""
    name = one_of(options.format, tuple(FORMATS), "format")
    models = unjudged(read(files := (options.model,), options.stdin_filename, files))
    if refused(models, style(), "nothing was changed"):
        return 2
    isolation = Isolation()
    for model in valid_models(models):
        work = partial(what_if, model, tuple(options.add), tuple(options.set))
        outcome = isolation.attempt(work, model.file, "changes")
        if outcome is not None:
            text = isolation.attempt(partial(FORMATS[name], outcome, style()), model.file, "the report")
            report(name, text or "", style())
    return 2 if report_errors(isolation.errors, whole=True) else 0
