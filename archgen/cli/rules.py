"""List the rules."""

from __future__ import annotations

import argparse
import sys

from archgen.cli.parser import style
from archgen.project.choice import one_of
from archgen.project.words import rules_as_json, rules_as_text


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--format", metavar="FORMAT", default="text", help="text or json (default: text)")


def run(options: argparse.Namespace) -> int:
    """Print the list."""
    name = one_of(options.format, ("text", "json"), "format")
    sys.stdout.write(rules_as_json() if name == "json" else rules_as_text(style()))
    return 0
