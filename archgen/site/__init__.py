"""The documentation site as a pure generator: `pages.pages` gives every file of it as a path and its text.

It is not imported here: who draws a picture needs tiers, and none of what writes a site.
"""

from __future__ import annotations

from archgen.site.page import Broken, Draw, Page, Tier

__all__ = ["Broken", "Draw", "Page", "Tier"]
