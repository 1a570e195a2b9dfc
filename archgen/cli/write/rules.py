"""List the rules."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from archgen.app.config.choice import one_of
from archgen.app.explain import rules_as_json, rules_as_markdown, rules_as_text
from archgen.cli.linking import linked
from archgen.cli.output import report

FORMATS: dict[str, Callable[[], str]] = {
    "text": lambda: rules_as_text(linked()),
    "json": rules_as_json,
    "markdown": rules_as_markdown,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--format", metavar="FORMAT", default="text", help=f"{', '.join(FORMATS)} (default: text)")


def run(options: argparse.Namespace) -> int:
    """Print the list."""
    name = one_of(options.format, tuple(FORMATS), "format")
    report(name, FORMATS[name](), linked())
    return 0
