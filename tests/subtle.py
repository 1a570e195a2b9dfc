"""Ten small systems whose answer is subtle: what a careful engineer says of each, in comments before the model.

# The title
# Engineer: the answer
# lost ELEMENT, ELEMENT: FLOW STATUS, FLOW STATUS; a piece of the reason
# finds: RULE
# silent: RULE
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from tests.paths import TESTS

FILES = sorted((TESTS / "subtle_systems").glob("*.arch.yaml"))


class Loss(Struct, frozen=True):
    """What is lost, the status of each flow then, and a piece of the reason."""

    lost: tuple[str, ...]
    statuses: tuple[tuple[str, str], ...]
    reason: str


class Subtle(Struct, frozen=True):
    """A system with what an engineer says of it."""

    file: Path
    title: str
    engineer: str
    losses: tuple[Loss, ...]
    finds: tuple[str, ...]
    silent: tuple[str, ...]


def read(file: Path) -> Subtle:
    """Return a system by the comments before its model."""
    title, *lines = [
        line.removeprefix("# ") for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("# ")
    ]
    declared = [line.partition(": ")[::2] for line in lines]
    return Subtle(
        file,
        title,
        next(text for key, text in declared if key == "Engineer"),
        tuple(_loss(key.removeprefix("lost "), text) for key, text in declared if key.startswith("lost ")),
        tuple(text for key, text in declared if key == "finds"),
        tuple(text for key, text in declared if key == "silent"),
    )


def _loss(elements: str, text: str) -> Loss:
    verdicts, _, reason = text.partition("; ")
    pairs = (verdict.rpartition(" ") for verdict in verdicts.split(", "))
    return Loss(tuple(elements.split(", ")), tuple((flow, status) for flow, _, status in pairs), reason)
