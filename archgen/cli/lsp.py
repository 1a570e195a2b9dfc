"""Serve an editor over standard input and output, by the Language Server Protocol."""

from __future__ import annotations

import argparse

from archgen.errors import UsageError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--stdio", action="store_true", help="what it does anyway; many editors say so")


def run(options: argparse.Namespace) -> int:
    """Serve until the editor says that it is done."""
    try:
        from archgen.project.language.server import server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise UsageError("the language server needs the extra `lsp`; install `archgen[lsp]`") from None
    server.serve()
    return 0
