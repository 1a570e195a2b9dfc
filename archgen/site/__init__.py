"""The documentation site as a pure generator: `pages` gives every file of it as a path and its text."""

from __future__ import annotations

from archgen.site.page import Draw, Page, Tier
from archgen.site.pages import pages

__all__ = ["Draw", "Page", "Tier", "pages"]
