"""Draw models: deployments and request flows, a file each. Exit code: 0, or 2 for usage or a model without meaning."""

from __future__ import annotations

import argparse
import os
import sys

from archgen.cli.parser import add_paths, style
from archgen.cli.progress import Progress
from archgen.cli.refusal import refused
from archgen.errors import UsageError
from archgen.project.choice import one_of
from archgen.project.day import today
from archgen.project.draw import VIEWS, File, draw
from archgen.project.formats import FORMATS, format_of
from archgen.project.inputs import find, read
from archgen.project.models import judge
from archgen.project.pictures import ENGINES, MODES, Drawing
from archgen.project.site import tiers
from archgen.project.writing import write


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR|FILE",
        default="diagrams",
        help="a directory for <model>.<view>.<ext>, or for a single picture its file, - for stdout (default: diagrams)",
    )
    parser.add_argument(
        "--view", metavar="VIEW", action="append", default=[], help=f"{', '.join(VIEWS)} (default: all but diff)"
    )
    parser.add_argument("--flow", metavar="ID", help="only this flow")
    parser.add_argument(
        "--format", metavar="FORMAT", action="append", default=[], help=f"{', '.join(FORMATS)} (default: svg)"
    )
    parser.add_argument(
        "--engine", metavar="ENGINE", default="domain", help=f"what lays out: {', '.join(ENGINES)} (default: domain)"
    )
    parser.add_argument("--theme", metavar="THEME", default="auto", help=f"{', '.join(MODES)} (default: auto)")
    parser.add_argument("--no-findings", action="store_true", help="without the badges of the findings")


def run(options: argparse.Namespace) -> int:
    """Draw everything first, then write: a picture that fails leaves no half of a directory behind."""
    formats = tuple(one_of(name, tuple(FORMATS), "format") for name in options.format)
    views = tuple(one_of(name, VIEWS, "view") for name in options.view)
    one_of(options.theme, MODES, "theme")
    drawing = Drawing(one_of(options.engine, tuple(ENGINES), "engine"), options.theme, not options.no_findings)
    inferred = (found,) if (found := format_of(options.output)) else ("svg",)
    models = judge(read(find(tuple(options.paths)), options.stdin_filename), today(options.today))
    if refused(models, style()):
        return 2
    with Progress() as progress:
        files: list[File] = []
        try:
            for file in draw(tiers(models), drawing, formats or inferred, views, options.flow):
                progress.tell(file.name)
                files.append(file)
        except ModuleNotFoundError as error:
            raise UsageError(f"this format needs {error.name}; install it with `pip install 'archgen[all]'`") from error
    _save(files, options.output)
    return 0


def _save(files: list[File], output: str) -> None:
    single = output == "-" or (format_of(output) is not None and not os.path.isdir(output))
    if not files:
        raise UsageError("there is nothing to draw: the models have no flows, or none follows another")
    if single and len(files) > 1:
        raise UsageError(f"{len(files)} pictures do not fit into {output}; narrow them by --view, --flow or --format")
    if output == "-":
        sys.stdout.buffer.write(files[0].content)
        return
    for file in files:
        path = output if single else os.path.join(output, file.name)
        write(path, file.content)
        print(path)
