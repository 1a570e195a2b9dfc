"""Draw models: deployments and request flows, a file each. Exit code: 0, or 2 for usage or a model without meaning."""

from __future__ import annotations

import argparse
import os
from functools import partial

from archgen.app.config.choice import one_of
from archgen.app.config.evaluation_date import today
from archgen.app.drawing.draw import VIEWS, File, draw
from archgen.app.drawing.formats import FORMATS, format_of
from archgen.app.drawing.layouts import ENGINES
from archgen.app.drawing.pictures import ICONS, MODES, Drawing, Raster
from archgen.app.drawing.systems import tiers
from archgen.app.extras import needing_extra
from archgen.app.models import judge, unjudged
from archgen.app.workspace.atomic_write import write
from archgen.app.workspace.inputs import given
from archgen.cli.font_notes import tell_fonts
from archgen.cli.internal_errors import report_errors
from archgen.cli.invalid_models import refused
from archgen.cli.output import data, say, warn
from archgen.cli.parser import add_paths, style
from archgen.cli.progress import Progress
from archgen.linting.checked_model import valid_models
from archgen.model.problems import UsageError
from archgen.model.wording import plural
from archgen.report.common.terminal import brief
from archgen.site import Tier
from archgen.system.internal_errors import Isolation


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
        "--view",
        metavar="VIEW",
        action="append",
        default=[],
        help=f"{', '.join(VIEWS)} (default: deployment and flows)",
    )
    parser.add_argument("--flow", metavar="ID", help="only this flow")
    parser.add_argument(
        "--format", metavar="FORMAT", action="append", default=[], help=f"{', '.join(FORMATS)} (default: svg)"
    )
    parser.add_argument(
        "--engine", metavar="ENGINE", default="best", help=f"what lays out: {', '.join(ENGINES)} (default: best)"
    )
    parser.add_argument("--theme", metavar="THEME", default="auto", help=f"{', '.join(MODES)} (default: auto)")
    parser.add_argument("--icons", metavar="HOW", help="colour or mono logos (default: as the theme has them)")
    parser.add_argument("--scale", metavar="N", default="2", help="PNG: pixels for one of the picture's (default: 2)")
    parser.add_argument("--transparent", action="store_true", help="PNG: no ground")
    parser.add_argument("--canvas", metavar="FORM", help="16:9: wrap towers of hosts; a PNG has that form")
    parser.add_argument(
        "--score",
        action="store_true",
        help="tell overlaps, crossings, bends, label collisions and aspect of each layout",
    )
    parser.add_argument("--no-findings", action="store_true", help="without the badges of the findings")


def run(options: argparse.Namespace) -> int:
    """Draw everything first, then write: a picture that fails leaves no half of a directory behind.

    A model without a meaning loses its own pictures and no others; the exit code tells.
    """
    formats = tuple(one_of(name, tuple(FORMATS), "format") for name in options.format)
    views = tuple(one_of(name, VIEWS, "view") for name in options.view)
    one_of(options.theme, MODES, "theme")
    drawing = Drawing(
        one_of(options.engine, tuple(ENGINES), "engine"),
        options.theme,
        not options.no_findings,
        _raster(options),
        mono=one_of(options.icons, ICONS, "icons") == "mono" if options.icons else None,
    )
    inferred = (found,) if (found := format_of(options.output)) else ("svg",)
    inputs, day = given(tuple(options.paths), options.stdin_filename), today(options.today)
    models = unjudged(inputs) if options.no_findings else judge(inputs, day)
    broken = refused(models, style(), "no pictures of models without a meaning; what there is of them stays as it is")
    models = valid_models(models)
    if not models:
        return 2
    isolation = Isolation()
    isolation.errors += (error for model in models for error in model.errors)
    with Progress() as progress:
        files: list[File] = []
        with needing_extra("this format"):
            for file in draw(tiers(models), drawing, formats or inferred, views, options.flow, isolation):
                progress.tell(file.name)
                files.append(file)
    if files or not isolation.errors:
        _save(files, options.output)
    if {"png", "pdf", "gif", "apng"} & set(formats or inferred):
        tell_fonts(models)
    if options.score:
        for tier in tiers(models):
            isolation.attempt(partial(_tell_score, tier, drawing), tier.topology.architecture.file, "the score")
    return 2 if report_errors(isolation.errors) or broken else 0


def _raster(options: argparse.Namespace) -> Raster:
    if options.canvas is not None:
        one_of(options.canvas, ("16:9",), "canvas")
    try:
        scale = float(options.scale)
    except ValueError:
        scale = 0.0
    if not 0.1 <= scale <= 8:
        raise UsageError(f"--scale is a number from 0.1 to 8, not {options.scale}")
    return Raster(scale, options.transparent, options.canvas is not None)


def _tell_score(tier: Tier, drawing: Drawing) -> None:
    """On standard error, beside the paths on standard output."""
    from archgen.engines.score import score

    one = score(drawing.placed(tier))
    warn(
        f"{brief(tier.id)}: {plural(one.overlaps, 'overlap')}, {plural(one.crossings, 'crossing')}, "
        f"{plural(one.bends, 'bend')}, {plural(one.label_collisions, 'label collision')}, aspect {one.aspect:g}\n"
    )


def _save(files: list[File], output: str) -> None:
    single = output == "-" or (format_of(output) is not None and not os.path.isdir(output))
    if not files:
        raise UsageError("there is nothing to draw: the models have no flows, or none follows another")
    if single and len(files) > 1:
        raise UsageError(f"{len(files)} pictures do not fit into {output}; narrow them by --view, --flow or --format")
    if output == "-":
        data(files[0].content)
        return
    for file in files:
        path = output if single else os.path.join(output, file.name)
        write(path, file.content)
        say(f"{path}\n")
