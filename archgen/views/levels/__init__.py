"""Levels of a system's diagrams: components in groups, collapsed or opened, so that each diagram stays readable."""

from __future__ import annotations

from archgen.views.levels.readable import Picture, readable

__all__ = ["Picture", "readable"]
