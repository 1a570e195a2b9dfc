"""List the rules."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from archgen.app.explain import rules_as_json, rules_as_markdown, rules_as_text
from archgen.cli.linking import linked_style
from archgen.cli.output import report
from archgen.cli.parser import add_format

FORMATS: dict[str, Callable[[], str | bytes]] = {
    "text": lambda: rules_as_text(linked_style()),
    "json": rules_as_json,
    "markdown": rules_as_markdown,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_format(parser, FORMATS)


def run(options: argparse.Namespace) -> int:
    """Print the list."""
    report(options.format, FORMATS[options.format](), linked_style())
    return 0
