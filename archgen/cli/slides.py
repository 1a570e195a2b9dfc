"""Write slides: a deck of native shapes with notes. Exit code: 0, or 2 for usage or a model without meaning."""

from __future__ import annotations

import argparse

from archgen.cli.parser import add_paths, style
from archgen.cli.refusal import refused
from archgen.errors import UsageError
from archgen.project.choice import one_of
from archgen.project.day import today
from archgen.project.inputs import find, read
from archgen.project.models import judge
from archgen.project.pictures import ENGINES, Drawing
from archgen.project.slides import slides, tiers_deck
from archgen.project.tiers import tiers
from archgen.project.writing import write


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
    parser.add_argument("-o", "--output", metavar="FILE", default="deck.pptx", help="the deck (default: deck.pptx)")
    parser.add_argument("--title", metavar="WORDS", help="the title of the deck (default: the model's name)")
    parser.add_argument(
        "--template", metavar="FILE", help="a .pptx whose layouts, fonts and colours are used; its slides are not"
    )
    parser.add_argument("--steps", action="store_true", help="build each flow up, one slide a step")
    parser.add_argument(
        "--engine", metavar="ENGINE", default="domain", help=f"what lays out: {', '.join(ENGINES)} (default: domain)"
    )
    parser.add_argument("--no-findings", action="store_true", help="without the badges of the findings")


def run(options: argparse.Namespace) -> int:
    """Make the whole deck, then write it."""
    if not options.output.lower().endswith(".pptx"):
        raise UsageError(f"slides are written as .pptx, not {options.output}")
    template = _template(options.template) if options.template else None
    drawing = Drawing(one_of(options.engine, tuple(ENGINES), "engine"), "light", not options.no_findings)
    models = judge(read(find(tuple(options.paths)), options.stdin_filename), today(options.today))
    if refused(models, style()):
        return 2
    found = tiers(models)
    made = tiers_deck(found, drawing, options.title, options.steps)
    try:
        content = slides(found, drawing, made, template)
    except ModuleNotFoundError as error:
        raise UsageError(f"slides need {error.name}; install archgen with its extra `slides`") from error
    write(options.output, content)
    print(f"wrote {len(made.slides)} slides to {options.output}")
    return 0


def _template(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()
