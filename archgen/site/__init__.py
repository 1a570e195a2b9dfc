"""The documentation site as a pure generator: `pages` gives every file of it as a path and its text."""

from __future__ import annotations

from archgen.site.page import Broken, Draw, Page, Tier
from archgen.site.pages import pages

__all__ = ["Broken", "Draw", "Page", "Tier", "pages"]
