"""The detection of terminals that show hyperlinks (OSC 8), and a style with links for them.

The sequence is that of https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda; which terminals show it, and what
the variables mean, is the convention of `supports-hyperlinks`.
"""

from __future__ import annotations

import os
import sys

from msgspec.structs import replace

from archgen.cli.parser import terminal_style
from archgen.report.common.terminal import Style

_PROGRAMS = ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio", "zed")
_KINDS = ("alacritty", "foot", "kitty", "ghostty", "contour")
_MARKS = ("WT_SESSION", "KONSOLE_VERSION", "DOMTERM", "KITTY_WINDOW_ID")


def linked_style() -> Style:
    """The style of a report on standard output, with links where they are shown."""
    return replace(terminal_style(), links=_shown())


def _shown() -> bool:
    forced = os.environ.get("FORCE_HYPERLINK")
    if forced:
        return forced != "0"
    plain = os.environ.get("NO_COLOR") or os.environ.get("CI") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain and _understood()


def _understood() -> bool:
    """Return True if the terminal is known to show links, or to ignore them."""
    version = os.environ.get("VTE_VERSION", "")
    if version.isdecimal():
        # 0.50.0 is the first that shows them and 0.50.1 the first that does not crash
        return int(version) > 5000
    if any(os.environ.get(name) for name in _MARKS) or os.environ.get("TERM_PROGRAM") in _PROGRAMS:
        return True
    return any(kind in os.environ.get("TERM", "") for kind in _KINDS)
