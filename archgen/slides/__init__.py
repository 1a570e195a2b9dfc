"""Slide decks: their values, their layout, and PowerPoint files of native shapes. No pictures of pictures."""

from __future__ import annotations

from archgen.slides.chapter import Bought, Chapter
from archgen.slides.deck import deck

__all__ = ["Bought", "Chapter", "deck"]
