"""The documentation site as pure pages: `all_pages.pages` gives every file as a path and its text. No files are written here."""

from __future__ import annotations

from archgen.linting.checked_model import CheckedModel as Tier

__all__ = ["Tier"]
