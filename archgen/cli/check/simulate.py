"""Simulate failures: which flows are ok, degraded, delayed, partial or down without some elements, and why.

Exit code: 0, or 2 for a usage error or an invalid model.
"""

from __future__ import annotations

import argparse
import os
from functools import partial

from archgen.app.exit_codes import INVALID, OK
from archgen.app.models import load_models
from archgen.app.report_formats import SIMULATE
from archgen.app.simulate import draw_failures, simulate_failures
from archgen.app.workspace.atomic_write import write
from archgen.app.workspace.inputs import find_and_read_one
from archgen.cli.internal_errors import report_errors
from archgen.cli.invalid_models import report_invalid
from archgen.cli.output import report, warn
from archgen.cli.parser import add_format, add_model, terminal_style
from archgen.linting.checked_model import valid_models
from archgen.model.architecture import SUFFIX
from archgen.model.problems import UsageError
from archgen.system.internal_errors import Isolation


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_model(parser, nargs="?")
    for name, metavar, help in (
        ("--kill", "ELEMENT", "Fail these replicas, hosts or zones, or all replicas of these components"),
        ("--maintain", "ELEMENT", "Take these elements out for maintenance"),
        ("--lose-zone", "ZONE", "Fail these zones with everything in them"),
    ):
        parser.add_argument(name, metavar=metavar, nargs="+", action="extend", default=[], help=help)
    parser.add_argument("--svg", metavar="FILE|DIR", help="Also draw each flow that goes down, up to its failing step")
    add_format(parser, SIMULATE)


def run(options: argparse.Namespace) -> int:
    """Simulate and report."""
    words = [options.kill, options.maintain, options.lose_zone]
    file = options.model or _take_model(words)
    models = load_models(find_and_read_one(file, options.stdin_filename))
    if report_invalid(models, terminal_style(), "nothing was simulated"):
        return INVALID
    isolation = Isolation()
    for model in valid_models(models):
        killed, maintained, zones = map(tuple, words)
        simulation = simulate_failures(model, killed, maintained, zones, isolation)
        write_report = partial(SIMULATE[options.format], simulation, terminal_style())
        text = isolation.attempt(write_report, model.file, "the report")
        drawings = draw_failures(simulation, model.topology, options.svg, isolation) if options.svg else ()
        report(options.format, text or "", terminal_style())
        for path, svg in drawings:
            write(path, svg.encode())
        if options.svg and not drawings and not isolation.errors:
            warn("archgen: no flow goes down, so nothing was drawn\n")
    return INVALID if report_errors(isolation.errors) else OK


def _take_model(words: list[list[str]]) -> str:
    """Take the model from the elements of an option that it follows."""
    for elements in words:
        if elements and (elements[-1].endswith(SUFFIX) or (len(elements) > 1 and os.path.isdir(elements[-1]))):
            return elements.pop()
    raise UsageError("a model is required; run `archgen simulate MODEL --kill ELEMENT`")
