"""Crossings of archgen's pictures and of D2's with the ELK layout: the same levels, cards, groups and lines.

    python -m benchmarks.crossings models/*.arch.yaml
    python -m benchmarks.crossings --level deployment --width 480 MODEL …

Prints a row a picture: the cards, the lines, the smallest text, and the crossings and bends of both. Exits with 1 if one of
archgen's pictures has more crossings than D2's.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.app.drawing.levels import at_levels
from archgen.app.drawing.pictures import Drawing
from archgen.engines.rooms import ROOMS
from archgen.engines.score import Score, score
from archgen.language.load import load
from archgen.linting.checked_model import CheckedModel
from archgen.rules import RULES
from archgen.rules.run import run_rules
from benchmarks.pictures import counted_in_d2

TODAY = "2026-11-24"


class Row(Struct, frozen=True):
    """A picture with archgen's score and D2's bends and crossings."""

    name: str
    ours: Score
    theirs: tuple[int, int]

    @property
    def worse(self) -> bool:
        """True if archgen's lines cross more often."""
        return self.ours.crossings > self.theirs[1]

    @property
    def cells(self) -> str:
        """The row as text."""
        ours, (bends, crossings) = self.ours, self.theirs
        mark = "  more" if self.worse else ""
        return (
            f"{self.name:<58}{ours.cards:>5}{ours.lines:>6}{ours.text:>7}"
            f"{ours.crossings:>7}{crossings:>7}{ours.bends:>8}{bends:>7}{mark}"
        )


def checked(path: Path) -> CheckedModel:
    """Read a model and run the rules on it."""
    data = path.read_bytes()
    loaded = load(str(path), data)
    topology = Topology(loaded.architecture)
    return CheckedModel(topology, run_rules(topology, loaded.source, RULES, TODAY), loaded.source, data)


def rows(path: Path, level: str | None, width: str) -> Iterator[Row]:
    """Yield a row for each picture of a model's deployment."""
    model, room = checked(path), ROOMS[width]
    drawing = Drawing(mode="light", room=room)
    for name, diagram in at_levels(model, "deployment", level, True, complete=False, legibility=drawing.legibility):
        placed = drawing.showing(diagram).placed(model)
        yield Row(f"{model.slug}.{name}", score(placed, room), counted_in_d2(diagram))


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Compare crossings with D2 and ELK")
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--level")
    parser.add_argument("--width", choices=ROOMS, default="1150")
    options = parser.parse_args()
    print(f"{'picture':<58}cards lines   text   ours    ELK   bends    ELK", flush=True)
    several: list[Row] = []
    for path in options.models:
        for row in rows(path, options.level, options.width):
            print(row.cells, flush=True)
            several.append(row)
    ours, theirs = sum(row.ours.crossings for row in several), sum(row.theirs[1] for row in several)
    worse = sum(row.worse for row in several)
    print(f"{len(several)} pictures, {ours} crossings, {theirs} in D2; more than D2 in {worse}")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
