"""The options of commands that draw: engine, theme, logos and badges."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from archgen.app.drawing.layouts import ENGINES
from archgen.app.drawing.pictures import ICONS, Drawing, RasterOptions
from archgen.engines.rooms import Room


def add_look(parser: argparse.ArgumentParser, themes: Iterable[str], theme: str) -> None:
    """Declare the options."""
    parser.add_argument(
        "--engine",
        metavar="ENGINE",
        choices=tuple(ENGINES),
        default="best",
        help="Layout engine: %(choices)s [default: best]",
    )
    parser.add_argument(
        "--theme",
        metavar="THEME",
        choices=tuple(themes),
        default=theme,
        help=f"Colors: %(choices)s [default: {theme}]",
    )
    parser.add_argument(
        "--icons", metavar="ICONS", choices=ICONS, help="Style of the logos: %(choices)s [default: set by the theme]"
    )
    parser.add_argument("--no-findings", action="store_true", help="Leave out the badges of the findings")


def requested_drawing(
    options: argparse.Namespace, raster: RasterOptions | None = None, room: Room | None = None
) -> Drawing:
    """Return a drawing by the options."""
    mono = options.icons == "mono" if options.icons else None
    return Drawing(options.engine, options.theme, not options.no_findings, raster, mono=mono, room=room)
