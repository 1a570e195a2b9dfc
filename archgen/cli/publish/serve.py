"""Show the site in a browser and rebuild it whenever a model is saved.

An invalid model is shown by its problems until the next save. Nothing is written beside the models.
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
    parser.add_argument("--host", metavar="ADDRESS", default="127.0.0.1", help="Listen address [default: 127.0.0.1]")
    parser.add_argument(
        "--port", metavar="PORT", type=int, default=8000, help="Port; 0 picks a free one [default: 8000]"
    )
    parser.add_argument("--name", metavar="NAME", default="Systems", help="Name of the site [default: Systems]")


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    paths = tuple(options.paths)
    if STDIN in paths:
        raise UsageError("serve can't read stdin, which doesn't change; name a file or a directory")
    if not 0 <= options.port < 65536:
        raise UsageError(f"--port must be between 0 and 65535; got {options.port}")
    today(options.today)
    with needing_extra("a site"):
        from archgen.site_build.serve import serve
    warning = plugin_warning()
    if warning:
        _report(warning)
    serve(lambda: find(paths), paths, lambda: today(options.today), options.name, (options.host, options.port), _report)
    return 0


def _report(sentence: str) -> None:
    warn(f"{sentence}\n")
    flush()
