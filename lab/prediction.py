"""Predictions of `simulate` held against what was seen, cell by cell: a cell is a loss, its way and a flow."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archgen.analysis.moments import moments
from archgen.analysis.topology import Topology
from archgen.app.element_lookup import find_elements
from archgen.reliability.simulation import Status, simulate
from lab.results import FlowResult, Results, Verdict
from lab.system import System, Unsaid, Way

SEEN_AS: dict[Status, Verdict] = {
    "ok": "served",
    "degraded": "served",
    "delayed": "delayed",
    "partial": "share",
    "down": "down",
}


class Cell(Struct, frozen=True):
    """A flow without some elements: the predicted status, what was seen, and why the language can't say it, if so."""

    lost: tuple[str, ...]
    way: Way
    flow: str
    predicted: Status
    seen: FlowResult
    unsaid: str | None
    hints: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """True if what was seen is what was predicted."""
        return SEEN_AS[self.predicted] == self.seen.verdict


def cells(system: System, results: Results) -> Iterator[Cell]:
    """Each cell of a system's results, in their order."""
    sound = Topology(system.architecture)
    for trial in results.trials:
        gone = find_elements(sound, trial.lost, ("replica", "host", "zone"))
        topology = sound.after_leaving(gone) if trial.way == "leave" else sound
        for flow, seen in trial.flows.items():
            outcome = simulate(topology.index, topology.flows[flow], topology.losses.plans[flow], gone)
            reason = next(
                (each.reason for each in system.sidecar.unsaid if _names(each, trial.lost, trial.way, flow)), None
            )
            yield Cell(trial.lost, trial.way, flow, outcome.status, seen, reason, outcome.hints)


def assumed_recovery(system: System) -> float | None:
    """Return the seconds that archgen takes for the slowest automatic failover of a system; None where it has none."""
    events = moments(Topology(system.architecture))
    failovers = [*events.promotions.values(), *events.takeovers.values()]
    return max((each.seconds for each in failovers if not each.manual), default=None)


def _names(unsaid: Unsaid, lost: tuple[str, ...], way: Way, flow: str) -> bool:
    return set(unsaid.lost) == set(lost) and way in unsaid.ways and flow == unsaid.flow
