"""Show models in the terminal: where everything runs, and each request flow. Exit code: 0, or 2."""

from __future__ import annotations

import argparse
import sys

from msgspec.structs import replace

from archgen.app.config.evaluation_date import today
from archgen.app.drawing.pictures import Drawing
from archgen.app.drawing.show import show
from archgen.app.drawing.systems import tiers
from archgen.app.models import judge
from archgen.app.workspace.inputs import given
from archgen.cli.internal_errors import report_errors
from archgen.cli.invalid_models import refused
from archgen.cli.lookalikes import can_show
from archgen.cli.output import say
from archgen.cli.parser import add_paths, style
from archgen.render.text.diagram import SIGNS
from archgen.system.internal_errors import Isolation


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
    parser.add_argument("--flow", metavar="ID", help="only this flow")
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII characters only")
    parser.add_argument("--wide", action="store_true", help="draw pictures however wide they are")
    parser.add_argument("--no-findings", action="store_true", help="without the numbers of the findings")


def run(options: argparse.Namespace) -> int:
    """Print a block for each picture."""
    models = judge(given(tuple(options.paths), options.stdin_filename), today(options.today))
    if refused(models, style()):
        return 2
    look = replace(style(), width=10_000) if options.wide else style()
    drawing = Drawing("best", "light", not options.no_findings)
    ascii_only = options.ascii or not can_show(SIGNS, sys.stdout.encoding)
    isolation = Isolation()
    isolation.errors += (error for model in models for error in model.errors)
    say("\n".join(show(tiers(models), drawing, look, options.flow, ascii_only, isolation)), look)
    return 2 if report_errors(isolation.errors) else 0
