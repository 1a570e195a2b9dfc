"""Write a starter model, and the schema that editors use."""

from __future__ import annotations

import argparse

from archgen.app.starter import NAMES, create_model
from archgen.cli.importing import import_from
from archgen.cli.output import say
from archgen.cli.parser import Suggestions
from archgen.model.problems import UsageError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "tier",
        metavar="TIER",
        nargs="?",
        choices=Suggestions(lambda: NAMES),
        help=f"Reference tier: 1 to {len(NAMES)}, or %(choices)s [default: 1]",
    )
    parser.add_argument(
        "--from",
        dest="source",
        metavar="SOURCE",
        action="append",
        help="Import the model from configurations instead, as `archgen import` does; repeatable",
    )
    parser.add_argument(
        "--extends",
        action="store_true",
        help="Write only what differs from the previous tier, which the model extends",
    )
    parser.add_argument("-o", "--output", metavar="PATH", default="models", help="Directory or file [default: models]")


def run(options: argparse.Namespace) -> int:
    """Write the model; never overwrite an existing file."""
    if options.source:
        if options.extends or options.tier is not None:
            other = "--extends" if options.extends else f"the tier {options.tier}"
            raise UsageError(f"{other} and --from can't be used together; leave out one")
        return import_from(tuple(options.source), options.output)
    file, *others = create_model(options.tier or NAMES[0], options.output, extends=options.extends)
    say("".join(f"wrote {each}\n" for each in (*others, file)) + f"next: archgen lint {file}\n")
    return 0
