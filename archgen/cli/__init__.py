"""The command line: parse, call a use case, print, exit with 0 (fine), 1 (findings) or 2 (usage error, invalid model)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from archgen.cli.lookalikes import NAME as LOOKALIKE
from archgen.model.problems import UsageError

COMMANDS = {
    "lint": "judge models: what is wrong, where, why, and the next step",
    "build": "write the documentation site",
    "serve": "show the site in a browser while models are written",
    "analyze": "tell how reliable each flow is: what breaks it, how long it is down, what to fix first",
    "simulate": "take elements away: which flows are ok, degraded or down, and why",
    "what-if": "compare with a changed model, or find the smallest changes that no single failure breaks",
    "diff": "tell what a change bought, left open and introduced: between two models, tiers or revisions",
    "draw": "draw the deployment and the request flows",
    "show": "show the deployment and the request flows in the terminal",
    "slides": "write a deck of native shapes, with notes",
    "fmt": "write models in their canonical form",
    "explain": "explain a rule, a kind of component, a notion or a key of a model",
    "rules": "list the rules",
    "test-rules": "hold the rules of your own against their examples",
    "schema": "print the JSON Schema of the model language",
    "new": "write a model to start from",
    "lsp": "serve an editor: findings as you type, explanations, completion, fixes",
    "completion": "print what completes commands and options in a shell",
}


LONGEST_MESSAGE = 4000
"""Characters of an error: a file of others may hold a key or a pattern of a million."""


def run_and_exit() -> NoReturn:
    """Run the command of this process, and end it.

    What the process holds goes back to the system at once: taking it apart one object after the other, as the
    interpreter does at its end, is a tenth of a lint and more. It still does where anything waits for that end.
    """
    import atexit
    import gc

    if sys.argv[1:2] == ["lint"]:
        # what it imports and makes is needed until its end: to look through that for garbage is a twentieth of it
        gc.disable()
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
    """Run one command and return its exit code; whatever goes wrong is told in a line, never as a traceback."""
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
        from archgen.report.common.terminal import plain

        place = f"{plain(str(error.filename))}: " if error.filename else ""
        return _failed(f"{place}{error.strerror or error}")
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _broken(error, words)
    return code


def _prepare_streams() -> None:
    """Let no character fail to be written, whatever the terminal has, and write to nowhere where a stream is closed."""
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
    return 2


def _broken(error: Exception, words: list[str]) -> int:
    """Tell an error that nothing isolates from the rest of the command."""
    from archgen.cli.internal_errors import report_errors
    from archgen.system.internal_errors import internal_error

    report_errors((internal_error(error, "", f"archgen {words[0]}"),), whole=True)
    return 2


def _run(words: list[str]) -> int:
    name = words[0] if words else "--help"
    if name in {"-h", "--help", "help"}:
        return _overview()
    if name in {"-V", "--version"}:
        from archgen import __version__

        sys.stdout.write(f"archgen {__version__}\n")
        return 0
    if name not in COMMANDS:
        raise UsageError(_unknown(name))
    return _command(name, words[1:])


def _command(name: str, words: list[str]) -> int:
    from importlib import import_module

    from archgen.cli.parser import Parser

    command = import_module(f"archgen.cli.{name.replace('-', '_')}")
    parser = Parser(prog=f"archgen {name}", description=command.__doc__)
    command.arguments(parser)
    code: int = command.run(parser.read(words))
    return code


def _unknown(name: str) -> str:
    from archgen.app.config.choice import nearest

    kind = "option" if name.startswith("-") else "command"
    return f"unknown {kind} `{name}`{nearest(name, tuple(COMMANDS))}; commands: {', '.join(COMMANDS)}"


def _overview() -> int:
    width = max(map(len, COMMANDS))
    lines = [
        "archgen draws, explains and judges the architecture of a website from one YAML model per tier.",
        "",
        "usage: archgen COMMAND [OPTIONS]",
        "",
        *(f"  {name:<{width}}  {words}" for name, words in COMMANDS.items()),
        "",
        "`archgen COMMAND --help` tells the options of one command; `archgen --version` the version.",
    ]
    sys.stdout.write("\n".join([*lines, ""]))
    return 0
