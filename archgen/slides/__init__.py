"""Slide decks: their values, their layout, and PowerPoint files of native shapes."""

from __future__ import annotations

from archgen.slides.deck import build_deck
from archgen.slides.section import ChangeSummary, DeckSection

__all__ = ["ChangeSummary", "DeckSection", "build_deck"]
