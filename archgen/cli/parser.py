"""What the commands share: a parser that suggests, dates, formats with their files, and the style of the terminal."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NoReturn, TypeVar

from archgen.app.config.choice import nearest, one_of
from archgen.cli.output import PEOPLE, report
from archgen.model.problems import UsageError
from archgen.report.common.terminal import Style, inert
from archgen.system.internal_errors import Isolation

WIDEST = 120
Told = TypeVar("Told")


class Parser(argparse.ArgumentParser):
    """A parser whose errors are UsageErrors with the nearest option and the next step."""

    def __init__(self, prog: str, description: str | None) -> None:
        super().__init__(prog=prog, description=description, allow_abbrev=False, formatter_class=_formatter)

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print."""
        known = tuple(self._option_string_actions)
        wrong = next((word for word in message.split() if word.startswith("--") and word not in known), "")
        hint = nearest(wrong.partition("=")[0], known) if wrong else ""
        raise UsageError(f"{message}{hint}; `{self.prog} --help` tells the options")

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """The options; paths may stand before, between and behind them."""
        options, rest = self.parse_known_args(words)
        wrong = [word for word in rest if word.startswith("-") and word != "-"]
        if wrong or (rest and "paths" not in options):
            self.error(f"unknown argument {' '.join(wrong or rest)}")
        if rest:
            options.paths += rest
        return options


def add_paths(parser: argparse.ArgumentParser) -> None:
    """The models a command is about, and the date it takes for today's."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="model files or directories, - for stdin (default: models/*.arch.yaml)"
    )
    parser.add_argument("--stdin-filename", metavar="NAME", default="<stdin>", help="the name of what - reads")
    parser.add_argument(
        "--today", metavar="DATE", help="judge as of this day, 2026-12-31 (default: SOURCE_DATE_EPOCH, else today)"
    )


def add_formats(parser: argparse.ArgumentParser, known: str) -> None:
    """The formats of a report; `known` lists them."""
    parser.add_argument(
        "--format",
        metavar="FORMAT[=FILE]",
        action="append",
        help=f"{known}, to standard output or to a file; may be given several times (default: text)",
    )


def formats(options: argparse.Namespace, known: Sequence[str], sample: str) -> list[tuple[str, str | None]]:
    """The formats asked for, each with its file; None is standard output, which has room for one of them.

    Raises UsageError, with `sample` as the format and file that would have been right.
    """
    asked = [_format(word, known) for word in options.format or ["text"]]
    if sum(1 for _, file in asked if file is None) > 1:
        raise UsageError(f"two formats on standard output; give one of them a file, such as --format {sample}")
    return asked


def _format(word: str, known: Sequence[str]) -> tuple[str, str | None]:
    name, equals, file = word.partition("=")
    one_of(name, known, "format")
    if equals and not file:
        raise UsageError(f"--format {word} names no file")
    return name, file or None


def tell(
    asked: list[tuple[str, str | None]],
    known: Mapping[str, Callable[[Told, Style], str]],
    told: Told,
    shown: Style,
    isolation: Isolation,
) -> None:
    """Write a report in every format asked for; `shown` is how it looks on standard output, a file is plain."""
    for name, file in asked:
        look = shown if file is None else Style()
        text = isolation.attempt(partial(known[name], told, look), "", f"the {name} report")
        if text is not None and file is None:
            report(name, text, shown)
        elif text is not None and file is not None:
            from archgen.app.workspace.atomic_write import write

            write(file, (inert(text) if name in PEOPLE else text).encode("utf-8", "backslashreplace"))


def style() -> Style:
    """How standard output looks: its width, and colour by NO_COLOR, FORCE_COLOR, else on a terminal."""
    terminal = sys.stdout.isatty()
    if os.environ.get("NO_COLOR"):
        colour = False
    elif os.environ.get("FORCE_COLOR"):
        colour = True
    else:
        colour = terminal and os.environ.get("TERM") != "dumb"
    return Style(_width(terminal), colour)


def _formatter(prog: str) -> argparse.HelpFormatter:
    """Help as wide as the terminal; argparse would load a module of 3 ms to find that out, help or not."""
    return argparse.HelpFormatter(prog, width=_width(sys.stdout.isatty()) - 2)


def _width(terminal: bool) -> int:
    stated = os.environ.get("COLUMNS", "")
    if stated.isdecimal() and int(stated):
        return max(40, min(int(stated), WIDEST))
    try:
        return max(40, min(os.get_terminal_size(sys.stdout.fileno()).columns, WIDEST)) if terminal else 100
    except (OSError, ValueError):
        return 100
