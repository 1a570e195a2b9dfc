"""What the chart of the ladder shows: how much each tier has to run, and how long it is down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.render.scene.tradeoff import CostPoint, Series, Tradeoff
from archgen.report.common.assessment import lasting
from archgen.site.escape import one_line
from archgen.site.page import Tier
from archgen.site.pages.charts import TIERS, worst


def replicas(tier: Tier) -> int:
    """How many things of one's own a tier runs: every replica of what is neither a visitor, code nor somebody else's."""
    parts = tier.topology.components.values()
    return sum(len(one.replicas) for one in parts if one.kind not in ("client", "code-base") and not one.managed)


def tradeoff(tiers: Sequence[Tier]) -> Tradeoff | None:
    """The worst flow that reads, and the worst that writes, of each tier; None with less than two tiers to compare."""
    shown = list(enumerate(tiers[:TIERS], 1))
    series = tuple(
        Series(word, points)
        for word, reading in (("reads", True), ("writes", False))
        if (points := tuple(_points(shown, reading)))
    )
    numbers = {point.number for one in series for point in one.points}
    if len(numbers) < 2:
        return None
    names = tuple((number, one_line(tier.topology.architecture.name)) for number, tier in shown if number in numbers)
    title = "Replicas to run against downtime a year"
    said = "; ".join(
        f"{name}: {replicas(tiers[number - 1])} replicas, "
        + ", ".join(f"{one.label} {point.shown}" for one in series for point in one.points if point.number == number)
        for number, name in names
    )
    return Tradeoff(title, f"{title}. {said}.", "Replicas to run", names, series)


def _points(shown: Sequence[tuple[int, Tier]], reading: bool) -> Iterator[CostPoint]:
    for number, tier in shown:
        one = worst(tier, reading)
        if one is not None and one.possible:
            yield CostPoint(
                number, float(replicas(tier)), one.result.downtime, f"down {lasting(one.result.downtime)} a year"
            )
