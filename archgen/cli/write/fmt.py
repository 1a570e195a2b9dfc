"""Write models in their canonical form; comments, line ends, and the layout inside a section stay as they are.

Exit code: 0 all are in it (or are now), 1 some are not (with --check or --diff), 2 usage or a model without meaning.
"""

from __future__ import annotations

import argparse

from archgen.app.workspace.inputs import STDIN, find, read
from archgen.cli.output import data, exchange, say, warn
from archgen.model.problems import UsageError
from archgen.report.common.terminal import brief


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="model files or directories, - for stdin to stdout")
    parser.add_argument("--stdin-filename", metavar="NAME", default="<stdin>", help="the name of what - reads")
    parser.add_argument("--check", action="store_true", help="write nothing; name the files that would change")
    parser.add_argument("--diff", action="store_true", help="write nothing; show what would change")


def run(options: argparse.Namespace) -> int:
    """Format each file that can be read, and name those that cannot."""
    from archgen.app.formatting import difference, formatted
    from archgen.app.workspace.atomic_write import rewrite
    from archgen.model.problems import ModelError

    changed = broken = 0
    files = find(tuple(options.paths))
    if len(files) > 1 and STDIN in files:
        raise UsageError("- is formatted to standard output; name files in a run of their own")
    for name, given in zip(files, read(files, options.stdin_filename, tuple(options.paths)), strict=True):
        try:
            if given.problem is not None or given.data is None:
                raise ModelError((given.problem,) if given.problem else ())
            made = formatted(given.file, given.data)
        except ModelError as error:
            broken += 1
            for problem in error.problems:
                place = f"{problem.place.file}:{problem.place.line}:{problem.place.column}"
                warn(f"archgen: {brief(f'{place}: {problem.message}')}\n")
            continue
        if name == STDIN and not (options.check or options.diff):
            data(made)
            continue
        if made == given.data:
            continue
        changed += 1
        if options.diff:
            exchange(difference(given.file, given.data, made))
        elif options.check:
            say(f"{brief(given.file)} would change\n")
        else:
            rewrite(given.file, made)
            say(f"{brief(given.file)} formatted\n")
    return 2 if broken else int(changed > 0 and (options.check or options.diff))
