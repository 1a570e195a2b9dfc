"""Write slides: a deck of native shapes with notes. Exit code: 0, or 2 for usage or a model without meaning."""

from __future__ import annotations

import argparse
import os
from typing import cast

from archgen.app.config.choice import one_of
from archgen.app.config.evaluation_date import today
from archgen.app.drawing.layouts import ENGINES
from archgen.app.drawing.pictures import ICONS, Drawing
from archgen.app.drawing.slides import FORMATS, bound_slides, single_slides, slides, tiers_deck
from archgen.app.drawing.systems import tiers
from archgen.app.extras import needing_extra
from archgen.app.models import judge
from archgen.app.workspace.atomic_write import write
from archgen.app.workspace.directories import filled_directory
from archgen.app.workspace.inputs import given
from archgen.cli.font_notes import tell_fonts
from archgen.cli.internal_errors import report_errors
from archgen.cli.invalid_models import refused
from archgen.cli.output import say
from archgen.cli.parser import add_paths, style
from archgen.model.problems import UsageError
from archgen.style.theme import THEMES, Mode
from archgen.system.files import TEMPLATE, read_file
from archgen.system.internal_errors import Isolation


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
    parser.add_argument(
        "-o", "--output", metavar="FILE|DIR", help="the deck, or the folder of its pictures (default: deck.pptx)"
    )
    parser.add_argument(
        "--format",
        metavar="FORMAT",
        help=f"{', '.join(FORMATS)}; png and svg make a folder with a picture a slide (default: what -o ends in)",
    )
    parser.add_argument("--title", metavar="WORDS", help="the title of the deck (default: the model's name)")
    parser.add_argument(
        "--template", metavar="FILE", help="a .pptx whose layouts, fonts and colours are used; its slides are not"
    )
    parser.add_argument("--steps", action="store_true", help="build each flow up, one slide a step")
    parser.add_argument(
        "--engine", metavar="ENGINE", default="best", help=f"what lays out: {', '.join(ENGINES)} (default: best)"
    )
    parser.add_argument("--theme", metavar="THEME", default="light", help=f"{', '.join(THEMES)} (default: light)")
    parser.add_argument("--icons", metavar="HOW", help="colour or mono logos (default: as the theme has them)")
    parser.add_argument("--no-findings", action="store_true", help="without the badges of the findings")


def run(options: argparse.Namespace) -> int:
    """Make the whole deck, then write it."""
    form, output = _target(options)
    if options.template and form != "pptx":
        raise UsageError(f"--template is for .pptx; {form} has no layouts")
    template = read_file(options.template, TEMPLATE) if options.template else None
    drawing = Drawing(
        one_of(options.engine, tuple(ENGINES), "engine"),
        cast(Mode, one_of(options.theme, tuple(THEMES), "theme")),
        not options.no_findings,
        mono=one_of(options.icons, ICONS, "icons") == "mono" if options.icons else None,
    )
    models = judge(given(tuple(options.paths), options.stdin_filename), today(options.today))
    if refused(models, style()):
        return 2
    found = tiers(models)
    isolation = Isolation()
    isolation.errors += (error for model in models for error in model.errors)
    made = tiers_deck(found, drawing, options.title, options.steps, isolation)
    with needing_extra(f"a deck as {form}"):
        if form in ("png", "svg"):
            with filled_directory(output) as folder:
                for name, content in single_slides(found, drawing, made, form, isolation):
                    write(os.path.join(folder, name), content)
        else:
            content = (
                bound_slides(found, drawing, made, isolation)
                if form == "pdf"
                else slides(found, drawing, made, template, isolation)
            )
            write(output, content)
    if form != "svg":
        tell_fonts(models, drawn=form != "pptx")
    say(f"wrote {len(made.slides)} slides to {output}\n")
    return 2 if report_errors(isolation.errors) else 0


def _target(options: argparse.Namespace) -> tuple[str, str]:
    """The format, and where it goes."""
    ending = os.path.splitext(options.output or "deck.pptx")[1].lower().removeprefix(".")
    form = one_of(options.format, FORMATS, "format") if options.format else ending
    if form in ("png", "svg"):
        if not options.format:
            raise UsageError(f"a deck is many pictures: name a folder, -o slides --format {form}")
        return form, options.output or "slides"
    if form not in FORMATS or (options.output and ending != form):
        wanted = (
            f"ends in .{form}" if form in FORMATS else "ends in .pptx or .pdf, or is a folder with --format png or svg"
        )
        raise UsageError(f"{options.output} does not say what it is: the deck {wanted}")
    return form, options.output or f"deck.{form}"
