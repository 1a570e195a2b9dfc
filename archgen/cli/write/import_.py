"""Import a model from the configurations of a system; nothing is executed or fetched.

Exit code: 0, 1 if the file would change (--check), or 2 for a usage error, a broken file, or if nothing is recognized.
"""

from __future__ import annotations

import argparse
import os

from archgen.app.exit_codes import FINDINGS, INVALID, OK
from archgen.app.importing.importing import Import, summary
from archgen.cli.importing import import_or_report, report_written
from archgen.cli.output import say, warn, write_output
from archgen.model.architecture import SUFFIX
from archgen.model.problems import UsageError
from archgen.report.common.terminal import brief

FORMATS = ("yaml", "json", "summary")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="Configuration files or directories [default: .]")
    parser.add_argument("-o", "--output", metavar="FILE", help=f"Model to write, a name that ends in {SUFFIX}")
    parser.add_argument("--name", metavar="NAME", help="Name of the system [default: that of the project or directory]")
    parser.add_argument(
        "--format",
        metavar="FORMAT",
        choices=FORMATS,
        default="yaml",
        help="Output format: %(choices)s [default: yaml]",
    )
    parser.add_argument(
        "--profile", metavar="NAME", action="append", default=[], help="Compose profile to include; repeatable"
    )
    parser.add_argument(
        "-f",
        "--values",
        metavar="FILE",
        action="append",
        default=[],
        help="Values to fill in a Helm chart with, over its own; repeatable",
    )
    parser.add_argument(
        "--update",
        action="store_true",
        help="Import again over the file of -o; keep its answers and what no import writes",
    )
    parser.add_argument("--check", action="store_true", help="Compare with the existing -o file, and write nothing")


def run(options: argparse.Namespace) -> int:
    """Import, and write the model or print the format."""
    if options.check and options.output is None:
        raise UsageError("--check compares with a file; name it with -o")
    if options.output is not None and not options.output.endswith(SUFFIX):
        raise UsageError(f"-o must name a file that ends in {SUFFIX}; got {options.output}")
    result = import_or_report(
        tuple(options.paths or ["."]), options.name, tuple(options.profile), tuple(options.values)
    )
    changed = _write(result, options)
    return INVALID if result.errors else FINDINGS if changed else OK


def _write(result: Import, options: argparse.Namespace) -> bool:
    """Write the result; return True if --check finds another text."""
    output, format_name, check = options.output, options.format, options.check
    if output is not None:
        from archgen.app.importing.existing import write_model

        if os.path.lexists(output) and not (check or options.update):
            raise UsageError(f"{output} exists; --update imports over it and keeps its answers, -o names another file")
        changed = write_model(output, result.text, check=check, update=options.update)
        say(f"{brief(output)} would change\n" if changed else "")
        if not check:
            report_written(result, output)
        return changed
    if format_name == "json":
        from archgen.app.importing.facts_json import facts_json

        write_output(facts_json(result))
    elif format_name == "summary":
        say(summary(result))
    else:
        write_output(result.text)
        warn(summary(result))
    return False
