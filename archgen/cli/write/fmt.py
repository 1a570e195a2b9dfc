"""Format models; comments, line ends, and the layout inside a section stay as they are.

Exit code: 0 if all files are formatted, 1 if some would change (--check, --diff), 2 for a usage error or an invalid model.
"""

from __future__ import annotations

import argparse

from archgen.app.exit_codes import FINDINGS, INVALID, OK
from archgen.app.workspace.inputs import STDIN, find, read
from archgen.cli.output import data, exchange, say, warn
from archgen.cli.parser import add_stdin_name
from archgen.model.problems import UsageError
from archgen.report.common.terminal import brief


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="Model files or directories; - formats stdin to stdout"
    )
    add_stdin_name(parser)
    parser.add_argument("--check", action="store_true", help="Name the files that would change, and write nothing")
    parser.add_argument("--diff", action="store_true", help="Show the changes, and write nothing")
    parser.add_argument(
        "--write-flows", action="store_true", help="Declare the flows that archgen assumes where a model declares none"
    )


def run(options: argparse.Namespace) -> int:
    """Format each file that can be read, and report the others."""
    from archgen.app.formatting import format_model, unified_diff
    from archgen.app.workspace.atomic_write import rewrite
    from archgen.model.problems import ModelError

    changed = broken = 0
    files = find(tuple(options.paths))
    if len(files) > 1 and STDIN in files:
        raise UsageError("- can't be combined with other paths, since it is formatted to stdout")
    for name, source in zip(files, read(files, options.stdin_filename, tuple(options.paths)), strict=True):
        try:
            if source.problem is not None or source.data is None:
                raise ModelError((source.problem,) if source.problem else ())
            result = format_model(source.file, source.data, write_flows=options.write_flows)
        except ModelError as error:
            broken += 1
            for problem in error.problems:
                place = f"{problem.place.file}:{problem.place.line}:{problem.place.column}"
                warn(f"archgen: {brief(f'{place}: {problem.message}')}\n")
            continue
        if name == STDIN and not (options.check or options.diff):
            data(result)
            continue
        if result == source.data:
            continue
        changed += 1
        if options.diff:
            exchange(unified_diff(source.file, source.data, result))
        elif options.check:
            say(f"{brief(source.file)} would change\n")
        else:
            rewrite(source.file, result)
            say(f"{brief(source.file)} formatted\n")
    return INVALID if broken else FINDINGS if changed > 0 and (options.check or options.diff) else OK
