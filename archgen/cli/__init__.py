"""The command line: parse, call a use case, print, exit with 0 (fine), 1 (findings) or 2 (usage error, invalid model)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import NoReturn

from archgen.app.exit_codes import INVALID
from archgen.cli.lookalikes import NAME as LOOKALIKE

GROUPS = {
    "check": {
        "lint": "Check models; report each finding with its proof and fix",
        "analyze": "Report how available each flow is, and what to fix first",
        "simulate": "Simulate failures: which flows are ok, degraded, delayed, partial or down",
        "what-if": "Compare a model with a changed one, or find the smallest repair",
        "diff": "Report what a change resolved, left open and introduced",
        "review": "Review a change: its verdict, and the findings that matter",
        "test-rules": "Test custom rules against their examples",
    },
    "publish": {
        "build": "Write the documentation site",
        "serve": "Show the site in a browser and rebuild it as you edit",
        "draw": "Draw the deployment and the request flows",
        "show": "Show the deployment and the request flows in the terminal",
        "slides": "Write a slide deck of native shapes, with notes",
    },
    "write": {
        "new": "Write a starter model",
        "import": "Import a model from compose files and other configurations",
        "answer": "Write the answer to a question into its model",
        "fmt": "Format models",
        "accept": "Accept a known risk, with its reason, in the model",
        "explain": "Explain a rule, a kind of component, a concept or a key",
        "rules": "List the rules",
        "schema": "Print the JSON Schema of the model language",
        "lsp": "Run the language server: findings and fixes as you type",
        "completion": "Print a shell completion script",
    },
}
"""The help of each command, by the folder that it stands in."""

COMMANDS = {name: help for commands in GROUPS.values() for name, help in commands.items()}


LONGEST_MESSAGE = 4000
"""Characters of an error message, which may quote a key or a pattern of a million from a stranger's file."""


RARE_COLLECTION = (100_000, 20, 20)
"""The thresholds of garbage collection: the usual ones look through all modules several times while they are imported.

A picture of 100 components makes some 60,000 containers more than it frees by itself. Without a collection, at most
100,000 stay that are in circles: some 20 MB.
"""


def run_and_exit() -> NoReturn:
    """Run the command of this process, then end the process at once.

    Freeing every object at the end, as the interpreter does, takes a tenth of a lint. It still does so where a thread or
    an exit handler waits for the end.
    """
    import atexit
    import gc

    if sys.argv[1:2] == ["lint"]:
        # a lint needs all its objects until it ends, those of its imports too, so this stands before them; garbage
        # collection would take a tenth of its time
        gc.disable()
    else:
        # other commands keep most of theirs, too
        gc.set_threshold(*RARE_COLLECTION)
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        sys.exit(code)
    if "threading" in sys.modules or atexit._ncallbacks():
        sys.exit(code)
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; report errors in one line, never as a traceback."""
    try:
        return _run_reporting(argv)
    except KeyboardInterrupt:
        return 130


def _run_reporting(argv: Sequence[str] | None) -> int:
    from archgen.model.problems import UsageError

    _prepare_streams()
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _run(words)
        sys.stdout.flush()
    except UsageError as error:
        return _failed(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        from archgen.report.common.terminal import escape_controls

        place = f"{escape_controls(str(error.filename))}: " if error.filename else ""
        return _failed(f"{place}{error.strerror or error}")
    except Exception as error:
        return _broken(error, words)
    return code


def _prepare_streams() -> None:
    """Replace characters that the terminal lacks, and discard output to a closed stream."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  open as long as the process
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=LOOKALIKE)


def _failed(message: str) -> int:
    from archgen.cli.output import warn

    words = message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}…"
    warn(f"archgen: {words}\n")
    return INVALID


def _broken(error: Exception, words: list[str]) -> int:
    """Report an error that stopped the whole command."""
    from archgen.cli.internal_errors import report_errors
    from archgen.system.internal_errors import internal_error

    report_errors((internal_error(error, "", f"archgen {words[0]}"),), everything=True)
    return INVALID


def _run(words: list[str]) -> int:
    name = words[0] if words else "--help"
    if name in {"-h", "--help", "help"}:
        return _overview()
    if name in {"-V", "--version"}:
        from archgen import __version__

        sys.stdout.write(f"archgen {__version__}\n")
        return 0
    if name not in COMMANDS:
        from archgen.model.problems import UsageError

        raise UsageError(_unknown(name))
    return _command(name, words[1:])


def _command(name: str, words: list[str]) -> int:
    from archgen.cli.parser import Parser

    command = command_module(name)
    foreign = getattr(command, "FOREIGN_OPTIONS", {})
    parser = Parser(prog=f"archgen {name}", description=command.__doc__, foreign=foreign)
    command.arguments(parser)
    code: int = command.run(parser.read(words))
    return code


def command_module(name: str) -> ModuleType:
    """Import the module of a command."""
    from importlib import import_module

    folder = next(folder for folder, commands in GROUPS.items() if name in commands)
    module = "import_" if name == "import" else name.replace("-", "_")
    return import_module(f"archgen.cli.{folder}.{module}")


def _unknown(name: str) -> str:
    from archgen.app.config.choice import did_you_mean

    kind = "option" if name.startswith("-") else "command"
    if name in _MEANT:
        return f"unknown command `{name}`; run `archgen {_MEANT[name]}`"
    return f"unknown {kind} `{name}`{did_you_mean(name, tuple(COMMANDS))}; commands: {', '.join(COMMANDS)}"


_MEANT = {
    "fix": "lint --fix",
    "check": "lint",
    "validate": "lint",
    "format": "fmt",
    "init": "new",
    "export": "draw",
    "render": "draw",
    "report": "lint",
}
"""What the commands of other tools are called here, where the letters alone would suggest another one or none."""


def _overview() -> int:
    width = max(map(len, COMMANDS))
    lines = ["archgen draws and checks the architecture of a website from a YAML model of each system.", ""]
    lines += ["Usage: archgen COMMAND [OPTIONS]", ""]
    for folder, commands in GROUPS.items():
        lines += [f"{folder.capitalize()}:", *(f"  {name:<{width}}  {help}" for name, help in commands.items()), ""]
    lines += ["`archgen COMMAND --help` lists the options of a command; `archgen --version` prints the version.", ""]
    sys.stdout.write("\n".join(lines))
    return 0
