"""Print the JSON Schema of the model language, with which editors complete and check models."""

from __future__ import annotations

import argparse

from archgen.app.starter import read_schema
from archgen.app.workspace.atomic_write import write
from archgen.cli.output import data


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("-o", "--output", metavar="FILE", help="Write the schema to this file")


def run(options: argparse.Namespace) -> int:
    """Print or write the schema."""
    if options.output:
        write(options.output, read_schema())
    else:
        data(read_schema())
    return 0
