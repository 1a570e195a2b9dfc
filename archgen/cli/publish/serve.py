"""Show the documentation site in a browser while models are written: it is made again whenever one is saved.

A model that cannot be read is shown as what is wrong with it, until the next save. Nothing is written beside the models.
"""

from __future__ import annotations

import argparse

from archgen.app.config.evaluation_date import today
from archgen.app.extras import needing_extra
from archgen.app.workspace.inputs import STDIN, find
from archgen.cli.output import flush, warn
from archgen.cli.parser import add_paths
from archgen.model.problems import UsageError
from archgen.site_build.zensical import plugin_warning


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_paths(parser)
    parser.add_argument("--host", metavar="ADDRESS", default="127.0.0.1", help="where to listen (default: 127.0.0.1)")
    parser.add_argument("--port", metavar="PORT", type=int, default=8000, help="0 for any free one (default: 8000)")
    parser.add_argument("--name", metavar="NAME", default="Systems", help="the site's name (default: Systems)")


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    paths = tuple(options.paths)
    if STDIN in paths:
        raise UsageError(
            "a site is served from files, since standard input does not change; name a file or a directory"
        )
    if not 0 <= options.port < 65536:
        raise UsageError(f"--port is a number from 0 to 65535, not {options.port}")
    today(options.today)
    with needing_extra("a site"):
        from archgen.site_build.serve import serve
    warning = plugin_warning()
    if warning:
        _say(warning)
    serve(lambda: find(paths), paths, lambda: today(options.today), options.name, (options.host, options.port), _say)
    return 0


def _say(words: str) -> None:
    warn(f"{words}\n")
    flush()
