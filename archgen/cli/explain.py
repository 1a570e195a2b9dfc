"""Explain a rule, by its id or code, a kind of component, or a mechanism such as active-active."""

from __future__ import annotations

import argparse
import sys

from archgen.cli.parser import style
from archgen.errors import UsageError
from archgen.project.choice import nearest
from archgen.project.day import today
from archgen.project.words import explain, explainable


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", metavar="NAME", help="single-point-of-failure, REL001, load-balancer, https …")


def run(options: argparse.Namespace) -> int:
    """Print the explanation."""
    text = explain(options.name, today(None), style())
    if text is None:
        hint = nearest(options.name, explainable())
        raise UsageError(
            f"no rule, kind of component or mechanism is called `{options.name}`{hint}; see `archgen rules`"
        )
    sys.stdout.write(text)
    return 0
