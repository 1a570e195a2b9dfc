"""The documentation site as pure pages: `all_pages.pages` gives every file as a path and its text. No files are written here.

It is not imported here: who draws a picture needs tiers, and none of what writes a site.
"""

from __future__ import annotations

from archgen.site.page import Broken, Draw, Page, Tier

__all__ = ["Broken", "Draw", "Page", "Tier"]
