"""Decks as values: `deck` tells some models, tier by tier, in slides."""

from __future__ import annotations

from archgen.slides.chapter import Bought, Chapter
from archgen.slides.deck import deck

__all__ = ["Bought", "Chapter", "deck"]
