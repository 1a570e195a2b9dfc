"""Run the language server over stdin and stdout."""

from __future__ import annotations

import argparse

from archgen.app.extras import needing_extra


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--stdio", action="store_true", help="Use stdin and stdout (the default)")


def run(options: argparse.Namespace) -> int:
    """Serve until the editor ends the session."""
    with needing_extra("the language server"):
        from archgen.editor.server import server
    server.serve()
    return 0
