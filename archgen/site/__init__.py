"""The documentation site as a pure generator: `pages` gives every file of it as a path and its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archgen.site.page import Broken, Draw, Page, Tier

if TYPE_CHECKING:
    from archgen.site.pages import pages

__all__ = ["Broken", "Draw", "Page", "Tier", "pages"]


def __getattr__(name: str) -> object:
    """`pages` when it is asked for: who draws a picture needs tiers and none of what writes a site."""
    if name == "pages":
        from archgen.site.pages import pages

        return pages
    raise AttributeError(name)
