"""Print the JSON Schema of the model language, with which an editor completes and checks a model."""

from __future__ import annotations

import argparse

from archgen.cli.output import data
from archgen.project.starter import schema
from archgen.project.writing import write


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("-o", "--output", metavar="FILE", help="write it to a file")


def run(options: argparse.Namespace) -> int:
    """Print or write the schema."""
    if options.output:
        write(options.output, schema())
    else:
        data(schema())
    return 0
