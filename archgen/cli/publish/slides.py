"""Write a slide deck of native shapes, with notes.

Exit code: 0, or 2 for a usage error or an invalid model.
"""

from __future__ import annotations

import argparse
import os

from archgen.app.config.evaluation_date import today
from archgen.app.drawing.slides import DECK_THEMES, FORMATS, export_pdf, export_pptx, make_deck, slide_images
from archgen.app.drawing.systems import visible_systems
from archgen.app.exit_codes import INVALID, OK
from archgen.app.extras import needing_extra
from archgen.app.models import check_models
from archgen.app.workspace.atomic_write import write
from archgen.app.workspace.directories import filled_directory
from archgen.app.workspace.inputs import find_and_read
from archgen.cli.drawing_options import add_look, requested_drawing
from archgen.cli.font_notes import report_fonts
from archgen.cli.internal_errors import report_errors
from archgen.cli.invalid_models import report_invalid
from archgen.cli.output import say
from archgen.cli.parser import add_paths, terminal_style
from archgen.model.problems import UsageError
from archgen.slides.deck import DeckOptions
from archgen.system.files import TEMPLATE, read_file
from archgen.system.internal_errors import Isolation


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
    parser.add_argument(
        "-o", "--output", metavar="FILE|DIR", help="The deck, or the directory of its slides [default: deck.pptx]"
    )
    parser.add_argument(
        "--format",
        metavar="FORMAT",
        choices=FORMATS,
        help="Output format: %(choices)s; png and svg write a directory with a file per slide [default: by -o]",
    )
    parser.add_argument("--title", metavar="TITLE", help="Title of the deck [default: the model's name]")
    parser.add_argument(
        "--template", metavar="FILE", help="Use the layouts, fonts and colors of this .pptx, without its slides"
    )
    parser.add_argument("--full", action="store_true", help="Add the deployment, each flow in time and every finding")
    parser.add_argument("--glossary", action="store_true", help="Add a glossary at the end")
    parser.add_argument(
        "--steps", action="store_true", help="Add a sequence diagram of each flow, built up one step per slide"
    )
    add_look(parser, DECK_THEMES, "light")


def run(options: argparse.Namespace) -> int:
    """Make the whole deck, then write it."""
    form, output = _target(options)
    if options.template and form != "pptx":
        raise UsageError(f"--template requires a .pptx deck; got {form}")
    template = read_file(options.template, TEMPLATE) if options.template else None
    drawing = requested_drawing(options)
    day = today(options.today)
    models = check_models(find_and_read(tuple(options.paths), options.stdin_filename), day)
    if report_invalid(models, terminal_style()):
        return INVALID
    systems = visible_systems(models)
    isolation = Isolation()
    isolation.errors += (error for model in models for error in model.errors)
    wanted = DeckOptions(full=options.full, glossary=options.glossary, steps=options.steps)
    deck = make_deck(systems, drawing, options.title, wanted, isolation, day)
    with needing_extra(f"a deck as {form}"):
        if form in ("png", "svg"):
            with filled_directory(output) as folder:
                for name, content in slide_images(systems, drawing, deck, form, isolation):
                    write(os.path.join(folder, name), content)
        else:
            content = (
                export_pdf(systems, drawing, deck, isolation)
                if form == "pdf"
                else export_pptx(systems, drawing, deck, template, isolation)
            )
            write(output, content)
    if form != "svg":
        report_fonts(models, drawn=form != "pptx")
    say(f"wrote {len(deck.slides)} slides to {output}\n")
    return INVALID if report_errors(isolation.errors) else OK


def _target(options: argparse.Namespace) -> tuple[str, str]:
    """Return the format and the path of the deck."""
    ending = os.path.splitext(options.output or "deck.pptx")[1].lower().removeprefix(".")
    form = options.format or ending
    if form in ("png", "svg"):
        if not options.format:
            raise UsageError(f"a deck of images requires a directory; use -o slides --format {form}")
        return form, options.output or "slides"
    if form not in FORMATS or (options.output and ending != form):
        expected = f"end in .{form}" if form in FORMATS else "end in .pptx or .pdf, or --format must be png or svg"
        raise UsageError(f"{options.output} must {expected}")
    return form, options.output or f"deck.{form}"
