"""Write a model to start from, and the schema that editors complete it with."""

from __future__ import annotations

import argparse

from archgen.app.starter import NAMES, create_model
from archgen.cli.output import say


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "tier", metavar="TIER", nargs="?", default="1", help=f"a number from 1 to {len(NAMES)}, or {', '.join(NAMES)}"
    )
    parser.add_argument(
        "-o", "--output", metavar="PATH", default="models", help="a directory or file (default: models)"
    )


def run(options: argparse.Namespace) -> int:
    """Write the model; what exists is never written over."""
    file = create_model(options.tier, options.output)
    say(f"wrote {file}\nnext: archgen lint {file}\n")
    return 0
