"""The cause of a flow's partial failure: which replicas get requests that they can't answer, and who sends them."""

from __future__ import annotations

from msgspec import Struct

from archgen.reliability.evaluation import Evaluation
from archgen.reliability.needs import Need


class Shortfall(Struct, frozen=True):
    """Replicas that don't answer, of the `members` that their caller spreads requests over without a check.

    `caller` and `targets` are components; `down` tells that all of them are down, rather than up and unable to answer.
    """

    caller: str
    targets: tuple[str, ...]
    failing: tuple[str, ...]
    members: int
    down: bool


def shortfall(evaluation: Evaluation[int], bit: int, path: tuple[str, ...]) -> Shortfall:
    """Return the cause in a state in which not every request is answered; `path` is the way to its proof."""
    caller, need = _unmet(evaluation, bit, path)
    replicas = evaluation.plan.replicas
    failing = tuple(member for member in need.candidates if evaluation.failed[member] & bit)
    return Shortfall(
        replicas[caller].component,
        tuple(dict.fromkeys(replicas[member].component for member in need.candidates)),
        failing,
        len(need.candidates),
        all(evaluation.down[member] & bit for member in failing),
    )


def _unmet(evaluation: Evaluation[int], bit: int, path: tuple[str, ...]) -> tuple[str, Need]:
    """Return the first condition of every request that fails on the way, else the first in the flow, and its caller."""
    needs = evaluation.plan.structure.needs
    return next(
        (caller, need)
        for caller in (*path, *evaluation.plan.replicas)
        for need in needs.get(caller, ())
        if need.unchecked and evaluation.unmet(need) & bit
    )
