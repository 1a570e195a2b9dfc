"""Take elements away, and tell which flows are ok, degraded or down, and why. Exit code: 0, or 2 for a wrong use."""

from __future__ import annotations

import argparse
from functools import partial

from archgen.app.config.choice import one_of
from archgen.app.models import unjudged
from archgen.app.simulate import FORMATS, pictures, simulate
from archgen.app.workspace.atomic_write import write
from archgen.app.workspace.inputs import read
from archgen.cli.internal_errors import report_errors
from archgen.cli.invalid_models import refused
from archgen.cli.output import report, warn
from archgen.cli.parser import style
from archgen.linting.checked_model import valid_models
from archgen.model.architecture import SUFFIX
from archgen.model.problems import UsageError
from archgen.system.internal_errors import Isolation


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("model", metavar="MODEL", nargs="?", help="a model file, - for stdin")
    parser.add_argument("--stdin-filename", metavar="NAME", default="<stdin>", help="the name of what - reads")
    for name, words in (
        ("--kill", "lose this replica, host or zone, or all replicas of this component"),
        ("--maintain", "take this out on purpose"),
        ("--lose-zone", "lose this zone with all that stands in it"),
    ):
        parser.add_argument(
            name,
            metavar="ZONE" if name == "--lose-zone" else "ELEMENT",
            nargs="+",
            action="extend",
            default=[],
            help=f"{words}; several may be named",
        )
    parser.add_argument(
        "--svg", metavar="FILE|DIR", help="draw each flow that fails, up to where it does, beside what --format tells"
    )
    parser.add_argument("--format", metavar="FORMAT", default="text", help=f"{' or '.join(FORMATS)} (default: text)")


def run(options: argparse.Namespace) -> int:
    """Simulate and tell."""
    name = one_of(options.format, tuple(FORMATS), "format")
    words = [options.kill, options.maintain, options.lose_zone]
    models = unjudged(read(files := (options.model or _behind(words),), options.stdin_filename, files))
    if refused(models, style(), "nothing was simulated"):
        return 2
    isolation = Isolation()
    for model in valid_models(models):
        killed, out, zones = map(tuple, words)
        told = simulate(model, killed, out, zones, isolation)
        text = isolation.attempt(partial(FORMATS[name], told, style()), model.file, "the report")
        drawn = pictures(told, model.topology, options.svg, isolation) if options.svg else ()
        report(name, text or "", style())
        for file, picture in drawn:
            write(file, picture.encode())
        if options.svg and not drawn and not isolation.errors:
            warn("archgen: no flow fails, so nothing was drawn\n")
    return 2 if report_errors(isolation.errors) else 0


def _behind(words: list[list[str]]) -> str:
    """The model where it stands behind the elements of an option, which has then taken it for one of them."""
    for some in words:
        if some and some[-1].endswith(SUFFIX):
            return some.pop()
    raise UsageError("no model is named; `archgen simulate MODEL --kill ELEMENT`")
