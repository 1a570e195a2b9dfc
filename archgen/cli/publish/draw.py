"""Draw the deployment and the request flows, a file each.

Exit code: 0, or 2 for a usage error or an invalid model.
"""

from __future__ import annotations

import argparse
import os
from functools import partial

from archgen.app.config.evaluation_date import today
from archgen.app.drawing.draw import VIEWS, File, draw
from archgen.app.drawing.formats import FORMATS, format_of
from archgen.app.drawing.levels import placed_at
from archgen.app.drawing.pictures import MODES, Drawing, RasterOptions
from archgen.app.drawing.systems import visible_systems
from archgen.app.exit_codes import INVALID, OK
from archgen.app.extras import needing_extra
from archgen.app.models import check_models, load_models
from archgen.app.workspace.atomic_write import write
from archgen.app.workspace.inputs import find_and_read
from archgen.cli.drawing_options import add_look, requested_drawing
from archgen.cli.font_notes import report_fonts
from archgen.cli.internal_errors import report_errors
from archgen.cli.invalid_models import report_invalid
from archgen.cli.output import data, say, warn
from archgen.cli.parser import ListAction, add_paths, terminal_style
from archgen.cli.progress import Progress
from archgen.engines.rooms import COLUMN, ROOMS, Room, can_be_read
from archgen.engines.score import score
from archgen.linting.checked_model import CheckedModel, valid_models
from archgen.model.problems import UsageError
from archgen.model.wording import first_few, listed, plural
from archgen.report.common.terminal import brief
from archgen.system.internal_errors import Isolation
from archgen.views.levels import CARDS, EVERYTHING, LINES


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR|FILE",
        default="diagrams",
        help="Directory of <model>.<view>.<ext>, or the file of a single diagram; - is stdout [default: diagrams]",
    )
    parser.add_argument(
        "--view",
        metavar="VIEW[,VIEW]",
        action=ListAction,
        default=[],
        help=f"Views to draw: {', '.join(VIEWS)}, or views of the model; comma-separated "
        "[default: deployment and flows; for a file or a level, deployment]",
    )
    parser.add_argument(
        "--level",
        metavar="LEVEL",
        help="Level to draw: system, deployment (everything), or group:ID [default: by the size of the diagram; for a file, deployment]",
    )
    parser.add_argument("--flow", metavar="ID", help="Draw only this flow")
    parser.add_argument(
        "--format",
        metavar="FORMAT",
        action=ListAction,
        choices=tuple(FORMATS),
        default=[],
        help="Output formats: %(choices)s; comma-separated [default: svg]",
    )
    add_look(parser, MODES, "auto")
    parser.add_argument(
        "--scale",
        metavar="N",
        default=f"{RasterOptions().scale:g}",
        help="PNG: pixels per pixel of the diagram, 0.1 to 8 [default: %(default)s]",
    )
    parser.add_argument("--transparent", action="store_true", help="PNG: transparent background")
    parser.add_argument(
        "--canvas",
        metavar="CANVAS",
        choices=("16:9",),
        help="%(choices)s: wrap stacks of hosts, and pad a PNG to this form",
    )
    parser.add_argument(
        "--width",
        metavar="WIDTH",
        choices=tuple(ROOMS),
        default=COLUMN.name,
        help="Column in pixels, slide or sheet to draw for: %(choices)s [default: %(default)s]",
    )
    parser.add_argument(
        "--score",
        action="store_true",
        help="Report overlaps, crossings, bends, label collisions, what badges cover and aspect ratio of each layout",
    )


def run(options: argparse.Namespace) -> int:
    """Draw everything first, then write, so that a failure leaves no partial directory.

    An invalid model loses its own diagrams only; the exit code shows it.
    """
    drawing = requested_drawing(options, _raster(options), ROOMS[options.width])
    formats = tuple(options.format) or (format_of(options.output) or "svg",)
    views = tuple(options.view) or _usual_views(options, formats)
    level = options.level or (EVERYTHING if views == ("deployment",) and _is_single(options.output) else None)
    inputs, day = find_and_read(tuple(options.paths), options.stdin_filename), today(options.today)
    models = load_models(inputs) if options.no_findings else check_models(inputs, day)
    broken = report_invalid(
        models, terminal_style(), "invalid models were not drawn; their existing diagrams are unchanged"
    )
    models = valid_models(models)
    if not models:
        return INVALID
    isolation = Isolation()
    isolation.errors += (error for model in models for error in model.errors)
    with Progress() as progress:
        files: list[File] = []
        with needing_extra("this format"):
            for file in draw(visible_systems(models), drawing, formats, views, options.flow, isolation, level):
                progress.advance(file.name)
                files.append(file)
    if files or not isolation.errors:
        _save(files, options.output)
    if {"png", "pdf", "gif", "apng"} & set(formats):
        report_fonts(models)
    if level == EVERYTHING and not (options.level or options.score or FORMATS[formats[0]].complete):
        for tier in visible_systems(models):
            isolation.attempt(
                partial(_advise, tier, drawing), tier.topology.architecture.file, "the advice on its size"
            )
    if options.score:
        for tier in visible_systems(models):
            report = partial(_report_scores, tier, drawing, views, level, ROOMS[options.width])
            isolation.attempt(report, tier.topology.architecture.file, "the score")
    return INVALID if report_errors(isolation.errors) or broken else OK


def _usual_views(options: argparse.Namespace, formats: tuple[str, ...]) -> tuple[str, ...]:
    """Return the deployment for one file and for a level, which flows don't have; else nothing, for all that is usual."""
    alone = options.level is not None or _is_single(options.output)
    shown = all(FORMATS[name].deployment is not None for name in formats)
    return ("deployment",) if alone and shown and options.flow is None else ()


def _is_single(output: str) -> bool:
    return output == "-" or (format_of(output) is not None and not os.path.isdir(output))


def _raster(options: argparse.Namespace) -> RasterOptions:
    try:
        scale = float(options.scale)
    except ValueError:
        scale = 0.0
    if not 0.1 <= scale <= 8:
        raise UsageError(f"--scale must be between 0.1 and 8; got {options.scale}")
    return RasterOptions(scale, options.transparent, options.canvas is not None)


def _report_scores(tier: CheckedModel, drawing: Drawing, views: tuple[str, ...], level: str | None, room: Room) -> None:
    """Write to stderr, since stdout lists the paths."""
    for name, placed in placed_at(tier, drawing, views, level):
        layout = score(placed, drawing.room or COLUMN)
        warn(
            f"{brief(tier.id)}.{name}: {plural(layout.cards, 'card')}, {plural(layout.lines, 'line')}, "
            f"{plural(layout.chips, 'chip')}, {plural(layout.overlaps, 'overlap')}, "
            f"{plural(layout.crossings, 'crossing')}, {plural(layout.bends, 'bend')}, "
            f"{plural(layout.label_collisions, 'label collision')}, {layout.covered} covered by badges, "
            f"aspect {layout.aspect:g}, "
            f"smallest text {layout.text:g} {room.unit} at {_words(room)}\n"
        )


def _advise(tier: CheckedModel, drawing: Drawing) -> None:
    """Tell how to draw a system that is too large for the one file that was asked for."""
    room = drawing.room or COLUMN
    for _, placed in placed_at(tier, drawing, (), EVERYTHING):
        text, cards, lines = round(room.text(placed), 1), len(placed.nodes), len(placed.edges)
        if not can_be_read(text, room) and (cards > CARDS or lines > LINES):
            warn(
                f"archgen: {brief(tier.id)}: {plural(cards, 'card')} and {plural(lines, 'line')} in one diagram, "
                f"with text of {text:g} {room.unit} at {_words(room)}; --level system draws its groups collapsed, "
                "and a directory for -o holds a readable diagram of each\n"
            )


def _words(room: Room) -> str:
    return room.name if room.height else f"{room.width:,.0f} px"


def _save(files: list[File], output: str) -> None:
    single = _is_single(output)
    if not files:
        raise UsageError(
            "nothing to draw: no model has what the view shows; flows and paths need `flows`, zones `zones`, "
            "networks `networks`, and diff a model that `follows` another"
        )
    if single and len(files) > 1:
        names = listed(first_few([file.name for file in files], 3))
        raise UsageError(
            f"{output} has room for one diagram; got {len(files)}: {names}; name one model, --view, --level, --flow or --format"
        )
    if output == "-":
        data(files[0].content)
        return
    for file in files:
        path = output if single else os.path.join(output, file.name)
        write(path, file.content)
        say(f"{path}\n")
