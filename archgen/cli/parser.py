"""A parser that suggests, the options that commands share, and the style of the terminal."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, NoReturn

from archgen.app.config.choice import did_you_mean, require_choice
from archgen.app.config.config import use_configuration
from archgen.app.report_formats import Formats, encoded
from archgen.cli.output import PEOPLE, report
from archgen.model.problems import UsageError
from archgen.report.common.terminal import Style, inert
from archgen.system.internal_errors import Isolation

WIDEST = 120
COLORS = ("auto", "always", "never")


class Parser(argparse.ArgumentParser):
    """A parser whose errors are UsageErrors with the nearest option or choice and the next step."""

    def __init__(
        self,
        prog: str,
        description: str | None = None,
        foreign: Mapping[str, str] = MappingProxyType({}),
        **options: Any,
    ) -> None:
        """Take what the options of other tools are called here, where the letters suggest another one or none."""
        super().__init__(prog, description=description, allow_abbrev=False, formatter_class=_formatter, **options)
        self._foreign = foreign
        if " " in prog:
            # a command, and not the list of commands
            self._add_shared()

    def _add_shared(self) -> None:
        self.add_argument("--config", metavar="FILE", help="Configuration file [default: the nearest one above]")
        self.add_argument(
            "--color",
            metavar="WHEN",
            choices=COLORS,
            default="auto",
            help="Color the output: %(choices)s [default: auto, by the terminal, NO_COLOR and FORCE_COLOR]",
        )

    def error(self, message: str) -> NoReturn:
        """Raise the message of argparse in our words."""
        options = tuple(self._option_string_actions)
        words = (word.rstrip(":") for word in message.split())
        wrong = next((word for word in words if word.startswith("--") and word not in options), "")
        hint = self._foreign_hint(message) or (did_you_mean(wrong.partition("=")[0], options) if wrong else "")
        raise UsageError(f"{_reworded(message)}{hint}; run `{self.prog} --help` for the options")

    def _foreign_hint(self, message: str) -> str:
        """Return `; use …` for an option of another tool that has another name here, else nothing."""
        unknown = message.removeprefix("unknown argument ").partition(" ")[0].partition("=")[0]
        return f"; use {self._foreign[unknown]}" if unknown in self._foreign else ""

    def _check_value(self, action: argparse.Action, value: str) -> None:
        if action.choices is None:
            return
        noun = str(action.metavar or action.dest).partition("[")[0].lower()
        for word in action.split(value) if isinstance(action, ListAction) else (value,):
            if word not in action.choices:
                require_choice(word.partition("=")[0], tuple(action.choices), noun)

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """Return the options; paths may stand before, between and after them."""
        options, rest = self.parse_known_args(words)
        wrong = [word for word in rest if word.startswith("-") and word != "-"]
        if wrong or (rest and "paths" not in options):
            self.error(f"unknown argument {' '.join(wrong or rest)}")
        if rest:
            options.paths += rest
        self._check_files(options)
        use_configuration(getattr(options, "config", None))
        _preferences["color"] = getattr(options, "color", "auto")
        return options

    def _check_files(self, options: argparse.Namespace) -> None:
        """Raise UsageError for an option whose file or directory has no name: it would count as left out."""
        for action in self._actions:
            names_file = any(word in ("DIR", "FILE", "PATH") for word in str(action.metavar).split("|"))
            if action.option_strings and names_file and getattr(options, action.dest, None) == "":
                self.error(f"{action.option_strings[-1]} needs a value")


_preferences = {"color": "auto"}
"""The value of --color in this run."""

_REWORDED = (
    (r"argument (?:[^\s/]+/)*([^\s/]+): expected (?:one|at least one) argument", r"\1 needs a value"),
    (r"argument (?:[^\s/]+/)*([^\s/]+): invalid int value: '(.*)'", r"\1 must be a whole number; got \2"),
    (r"argument (?:[^\s/]+/)*([^\s/]+): ignored explicit argument '(.*)'", r"\1 takes no value; got \2"),
    (r"argument (?:[^\s/]+/)*([^\s/]+): not allowed with argument (\S+)", r"\1 can't be combined with \2"),
    (r"the following arguments are required: (.*?)(?:, (?:PATH|SUBJECT))?", r"missing \1"),
)
"""The messages of argparse, whose patterns are compiled for the first error, and ours in their place."""


def _reworded(message: str) -> str:
    for pattern, words in _REWORDED:
        if match := re.fullmatch(pattern, message):
            return match.expand(words)
    return message


class ListAction(argparse.Action):
    """An option that repeats, and that takes several values with commas between them.

    A comma in the name of a file stays: it separates only in front of a choice, where the option has choices.
    """

    def split(self, words: str) -> list[str]:
        """Return the values of one word."""
        parts = [part.strip() for part in words.split(",")]
        if self.choices is None:
            return [part for part in parts if part]
        values = parts[:1]
        for part in parts[1:]:
            if "=" in values[-1] and part not in self.choices:
                values[-1] += f",{part}"
            elif part:
                values.append(part)
        return values

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Add the values to those of the option's other uses."""
        setattr(namespace, self.dest, [*(getattr(namespace, self.dest) or []), *self.split(str(values))])


class Suggestions:
    """Choices that completion offers, for a value that is checked elsewhere; they are listed when somebody asks."""

    def __init__(self, words: Callable[[], Iterable[str]]) -> None:
        self._words = words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words())

    def __contains__(self, word: object) -> bool:
        return True


class _FormatChoices(tuple[str, ...]):
    """Formats, each of which may name its file: `json=findings.json`."""

    def __contains__(self, word: object) -> bool:
        return super().__contains__(str(word).partition("=")[0])


def add_paths(parser: argparse.ArgumentParser) -> None:
    """Declare the models that a command reads, and the evaluation date."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="Model files or directories; - reads stdin [default: models/*.arch.yaml]",
    )
    add_stdin_name(parser)
    add_today(parser)


def add_model(parser: argparse.ArgumentParser, nargs: str | None = None) -> None:
    """Declare the only model that a command reads."""
    parser.add_argument(
        "model", metavar="MODEL", nargs=nargs, help="Model file, or a directory with one; - reads stdin"
    )
    add_stdin_name(parser)


def add_stdin_name(parser: argparse.ArgumentParser) -> None:
    """Declare the file name of stdin."""
    parser.add_argument("--stdin-filename", metavar="NAME", default="<stdin>", help="File name to report for stdin")


def add_today(parser: argparse.ArgumentParser) -> None:
    """Declare the evaluation date."""
    parser.add_argument(
        "--today",
        metavar="DATE",
        help="Evaluate as of this date, such as 2026-12-31 [default: SOURCE_DATE_EPOCH, else today]",
    )


def add_format(parser: argparse.ArgumentParser, formats: Iterable[str]) -> None:
    """Declare the only format of a report."""
    parser.add_argument(
        "--format",
        metavar="FORMAT",
        choices=tuple(formats),
        default="text",
        help="Output format: %(choices)s [default: text]",
    )


def add_formats(parser: argparse.ArgumentParser, formats: Iterable[str]) -> None:
    """Declare the formats of a report, which may go to files."""
    parser.add_argument(
        "--format",
        metavar="FORMAT[=FILE]",
        action=ListAction,
        choices=_FormatChoices(formats),
        help="Output formats, to stdout or a file: %(choices)s; comma-separated [default: text]",
    )


def requested_formats(options: argparse.Namespace, example: str) -> list[tuple[str, str | None]]:
    """Return the requested formats, each with its file; None is stdout, which has room for one of them.

    Raises UsageError, with a correct format and file as an `example`.
    """
    formats = [_format(word) for word in options.format or ["text"]]
    if sum(1 for _, file in formats if file is None) > 1:
        raise UsageError(f"only one format can go to stdout; give the others a file, such as --format {example}")
    return formats


def _format(word: str) -> tuple[str, str | None]:
    name, equals, file = word.partition("=")
    if equals and not file:
        raise UsageError(f"--format must be FORMAT or FORMAT=FILE; got {word}")
    return name, file or None


def write_reports(
    requested: list[tuple[str, str | None]], writers: Formats, value: object, shown: Style, isolation: Isolation
) -> None:
    """Write a report in every requested format; `shown` is the look of stdout, and a file is plain."""
    for name, file in requested:
        style = shown if file is None else Style()
        text = isolation.attempt(partial(writers[name], value, style), "", f"the {name} report")
        if text is not None and file is None:
            report(name, text, shown)
        elif text is not None and file is not None:
            from archgen.app.workspace.atomic_write import write

            write(file, encoded(inert(text) if isinstance(text, str) and name in PEOPLE else text))


def terminal_style() -> Style:
    """Return the look of stdout: its width, and color by --color, NO_COLOR, FORCE_COLOR, else on a terminal."""
    terminal = sys.stdout.isatty()
    if (chosen := _preferences["color"]) != "auto":
        colour = chosen == "always"
    elif os.environ.get("NO_COLOR"):
        colour = False
    elif os.environ.get("FORCE_COLOR"):
        colour = True
    else:
        colour = terminal and os.environ.get("TERM") != "dumb"
    return Style(_width(terminal), colour)


def _formatter(prog: str) -> argparse.HelpFormatter:
    """Return a formatter as wide as the terminal; argparse would import a module of 3 ms for that, help or not."""
    return argparse.HelpFormatter(prog, width=_width(sys.stdout.isatty()) - 2)


def _width(terminal: bool) -> int:
    declared = os.environ.get("COLUMNS", "")
    if declared.isdecimal() and declared.strip("0"):
        # Python reads no number of thousands of digits
        return max(40, min(int(declared[:1000]), WIDEST))
    try:
        return max(40, min(os.get_terminal_size(sys.stdout.fileno()).columns, WIDEST)) if terminal else 100
    except (OSError, ValueError):
        return 100
