"""Serve an editor over standard input and output, by the Language Server Protocol."""

from __future__ import annotations

import argparse

from archgen.app.extras import needing_extra


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--stdio", action="store_true", help="what it does anyway; many editors say so")


def run(options: argparse.Namespace) -> int:
    """Serve until the editor says that it is done."""
    with needing_extra("the language server"):
        from archgen.editor.server import server
    server.serve()
    return 0
