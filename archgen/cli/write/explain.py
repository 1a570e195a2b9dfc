"""Explain a rule by its id or code, a kind of component, a concept such as active-active, or a key of a model."""

from __future__ import annotations

import argparse

from archgen.app.config.choice import did_you_mean
from archgen.app.config.evaluation_date import today
from archgen.app.explain import explain, explainable, explainable_as_text
from archgen.cli.output import say
from archgen.cli.parser import Suggestions, terminal_style
from archgen.model.problems import UsageError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "name",
        metavar="NAME",
        nargs="?",
        choices=Suggestions(explainable),
        help="Rule, kind, concept or key, such as REL001, load-balancer, active-active or runs_on",
    )
    parser.add_argument("--list", action="store_true", help="List the kinds, concepts and keys that have explanations")


def run(options: argparse.Namespace) -> int:
    """Print the explanation."""
    if options.list:
        say(explainable_as_text())
        return 0
    if options.name is None:
        raise UsageError("a name is required; run `archgen explain NAME`, or `archgen explain --list` for the names")
    style = terminal_style()
    text = explain(options.name, today(None), style)
    if text is None:
        hint = did_you_mean(options.name, explainable())
        raise UsageError(
            f"unknown rule, kind, concept or key `{options.name}`{hint}; "
            "run `archgen explain --list` or `archgen rules` for the names"
        )
    say(text, style)
    return 0
