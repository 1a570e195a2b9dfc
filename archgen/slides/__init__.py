"""Slide decks: their values, their layout, and PowerPoint files of native shapes."""

from __future__ import annotations

from archgen.slides.deck import STORY, DeckOptions, build_deck
from archgen.slides.section import ChangeSummary, DeckSection, RouteDiagram

__all__ = ["STORY", "ChangeSummary", "DeckOptions", "DeckSection", "RouteDiagram", "build_deck"]
