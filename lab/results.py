"""The results of a system, as the file that the repository keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from lab.system import Way

FOLDER = Path(__file__).parent / "results"

Verdict = Literal["served", "share", "down", "delayed"]


class FlowResult(Struct, frozen=True, omit_defaults=True):
    """What was seen of a flow: of `sent` requests in the steady window `failed` failed.

    `seconds` is the longest time between two answers after the loss, for a flow that is served or delayed;
    `errors` are the kinds of failure that were seen, the most frequent first.
    """

    verdict: Verdict
    sent: int
    failed: int
    seconds: float | None = None
    errors: tuple[str, ...] = ()


class Trial(Struct, frozen=True, omit_defaults=True):
    """What was seen without some elements; `missing` are accepted writes that were not there after all were back."""

    lost: tuple[str, ...]
    way: Way
    flows: dict[str, FlowResult]
    missing: int = 0


class Results(Struct, frozen=True):
    """All trials of a system, with the day and the versions of the software."""

    system: str
    date: str
    software: dict[str, str]
    trials: tuple[Trial, ...]


def path_of(name: str) -> Path:
    """Return the file of a system's results."""
    return FOLDER / f"{name}.json"


def read_results(name: str) -> Results:
    """Read a system's results."""
    return msgspec.json.decode(path_of(name).read_bytes(), type=Results)


def write_results(results: Results) -> None:
    """Write a system's results."""
    text = msgspec.json.format(msgspec.json.encode(results), indent=1)
    path_of(results.system).write_bytes(text + b"\n")
