"""Show the deployment and the request flows in the terminal.

Exit code: 0, or 2 for a usage error or an invalid model.
"""

from __future__ import annotations

import argparse
import sys

from msgspec.structs import replace

from archgen.app.config.evaluation_date import today
from archgen.app.drawing.pictures import Drawing
from archgen.app.drawing.show import show
from archgen.app.drawing.systems import visible_systems
from archgen.app.exit_codes import INVALID, OK
from archgen.app.models import check_models
from archgen.app.workspace.inputs import find_and_read
from archgen.cli.internal_errors import report_errors
from archgen.cli.invalid_models import report_invalid
from archgen.cli.lookalikes import can_show
from archgen.cli.output import say
from archgen.cli.parser import add_paths, terminal_style
from archgen.render.text.diagram import SIGNS
from archgen.system.internal_errors import Isolation


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
    parser.add_argument("--flow", metavar="ID", help="Show only this flow")
    parser.add_argument(
        "--level",
        metavar="LEVEL",
        help="Level to show: system, deployment (everything), or group:ID [default: by the size of the diagram]",
    )
    parser.add_argument("--ascii", action="store_true", help="Draw with ASCII characters only")
    parser.add_argument("--wide", action="store_true", help="Draw diagrams that are wider than the terminal")
    parser.add_argument("--no-findings", action="store_true", help="Leave out the numbers of the findings")


def run(options: argparse.Namespace) -> int:
    """Print a block for each diagram."""
    models = check_models(find_and_read(tuple(options.paths), options.stdin_filename), today(options.today))
    if report_invalid(models, terminal_style()):
        return INVALID
    style = replace(terminal_style(), width=10_000) if options.wide else terminal_style()
    drawing = Drawing("best", "light", not options.no_findings)
    ascii_only = options.ascii or not can_show(SIGNS, sys.stdout.encoding)
    isolation = Isolation()
    isolation.errors += (error for model in models for error in model.errors)
    say(
        "\n".join(show(visible_systems(models), drawing, style, options.flow, ascii_only, isolation, options.level)),
        style,
    )
    return INVALID if report_errors(isolation.errors) else OK
