"""Levels of a system's diagrams: components in groups, collapsed or opened, so that each diagram stays readable."""

from __future__ import annotations

from archgen.views.levels.candidates import Candidate, by_group, by_kind, by_network, by_role, by_zone, crossed
from archgen.views.levels.declared import EVERYTHING, declared_view
from archgen.views.levels.drawing import content
from archgen.views.levels.readable import Picture, collapsed, level_diagrams
from archgen.views.levels.sketch import CARDS, FEW, LINES, is_readable
from archgen.views.levels.tree import SYSTEM

__all__ = [
    "CARDS",
    "EVERYTHING",
    "FEW",
    "LINES",
    "SYSTEM",
    "Candidate",
    "Picture",
    "by_group",
    "by_kind",
    "by_network",
    "by_role",
    "by_zone",
    "collapsed",
    "content",
    "crossed",
    "declared_view",
    "is_readable",
    "level_diagrams",
]
