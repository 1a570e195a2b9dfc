"""Explain a rule by its id or code, a kind of component, a notion such as active-active, or a key of the language."""

from __future__ import annotations

import argparse

from archgen.app.config.choice import nearest
from archgen.app.config.evaluation_date import today
from archgen.app.explain import explain, explainable, explainable_as_text
from archgen.cli.output import say
from archgen.cli.parser import style
from archgen.model.problems import UsageError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "name", metavar="NAME", nargs="?", help="REL001, single-point-of-failure, load-balancer, https, runs_on …"
    )
    parser.add_argument("--list", action="store_true", help="list everything that can be explained, beside the rules")


def run(options: argparse.Namespace) -> int:
    """Print the explanation."""
    if options.list:
        say(explainable_as_text())
        return 0
    if options.name is None:
        raise UsageError("say what to explain: `archgen explain NAME`; `archgen explain --list` lists the names")
    look = style()
    text = explain(options.name, today(None), look)
    if text is None:
        hint = nearest(options.name, explainable())
        raise UsageError(
            f"no rule, kind, notion or key is called `{options.name}`{hint}; "
            "see `archgen explain --list` and `archgen rules`"
        )
    say(text, look)
    return 0
