"""Print a script that completes commands, options and values: `eval "$(archgen completion bash)"`."""

from __future__ import annotations

import argparse

import shtab

from archgen.cli import COMMANDS, command_module
from archgen.cli.output import write_output
from archgen.cli.parser import Parser


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("shell", metavar="SHELL", choices=tuple(shtab.SUPPORTED_SHELLS), help="%(choices)s")


def run(options: argparse.Namespace) -> int:
    """Print the script of a shell."""
    write_output(shtab.complete(command_line(), options.shell) + "\n")
    return 0


def command_line() -> argparse.ArgumentParser:
    """Return one parser with all commands, whose values without a list of choices are files."""
    parser = Parser("archgen")
    parser.add_argument("--version", action="store_true", help="Print the version")
    commands = parser.add_subparsers()
    for name, help in COMMANDS.items():
        command = commands.add_parser(name, help=help)
        command_module(name).arguments(command)
        for action in command._actions:
            if action.nargs != 0 and not action.choices:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    return parser
