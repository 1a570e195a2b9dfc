"""The verdict on a flow, from its requests. Pure."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from msgspec import Struct

from lab.results import FlowResult, Verdict

DOWN = 0.98
"""A flow is down where a larger share of its requests fails."""


class Sent(Struct, frozen=True):
    """A request: when it started and ended, in seconds of one clock, and why it failed."""

    token: str
    started: float
    ended: float
    failure: str | None


def judge(
    requests: list[Sent], loss: float, settle: float, window: float, done: frozenset[str] | None = None
) -> FlowResult:
    """Return the verdict of the steady window, which begins when `settle` seconds have passed since the loss.

    `done` are the tokens of what was carried out before anything was repaired; None where nothing is left for later.
    """
    steady = [each for each in requests if loss + settle <= each.started < loss + settle + window]
    if not steady:
        raise ValueError("no request was sent in the steady window")
    failed = [each for each in steady if each.failure]
    verdict = _verdict(len(failed) / len(steady))
    if verdict == "served" and done is not None and any(each.token not in done for each in steady):
        verdict = "delayed"
    kinds = Counter(re.sub(r"\W+", " ", each.failure or "").strip()[:60] for each in failed)
    return FlowResult(
        verdict=verdict,
        sent=len(steady),
        failed=len(failed),
        seconds=longest_gap(requests, loss) if verdict in ("served", "delayed") else None,
        errors=tuple(kind for kind, _ in kinds.most_common(2)),
    )


def _verdict(share: float) -> Verdict:
    if share == 0:
        return "served"
    return "down" if share > DOWN else "share"


def longest_gap(requests: list[Sent], loss: float) -> float:
    """Return the longest time between two answers, from the last one before the loss on."""
    answers = sorted(each.ended for each in requests if not each.failure)
    after = [max((each for each in answers if each <= loss), default=loss), *(each for each in answers if each > loss)]
    return round(max((later - earlier for earlier, later in pairwise(after)), default=0.0), 1)
