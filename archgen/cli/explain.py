"""Explain a rule, by its id or code, or a kind of component."""

from __future__ import annotations

import argparse
import sys

from archgen.cli.parser import style
from archgen.errors import UsageError
from archgen.project.choice import nearest
from archgen.project.words import explain, explainable


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", metavar="NAME", help="single-point-of-failure, REL001, load-balancer …")


def run(options: argparse.Namespace) -> int:
    """Print the explanation."""
    text = explain(options.name, style())
    if text is None:
        hint = nearest(options.name, explainable())
        raise UsageError(f"no rule and no kind of component is called `{options.name}`{hint}; see `archgen rules`")
    sys.stdout.write(text)
    return 0
