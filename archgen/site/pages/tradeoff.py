"""The chart of the Evolution page: how much each system has to run, and how long it is down."""

from __future__ import annotations

from collections.abc import Sequence

from archgen.linting.checked_model import CheckedModel
from archgen.model.durations import format_duration
from archgen.render.scene.tradeoff import CostPoint, Series, Tradeoff
from archgen.site.html_builder import one_line
from archgen.site.pages.charts import SYSTEMS
from archgen.site.pages.downtime import worst_flows


def operated_replicas(system: CheckedModel) -> int:
    """Return how many replicas your team has to run: those of neither a client, nor code, nor a managed service."""
    components = system.topology.components.values()
    return sum(
        len(part.replicas) for part in components if part.kind not in ("client", "code-base") and not part.managed
    )


def tradeoff(systems: Sequence[CheckedModel]) -> Tradeoff | None:
    """Return the worst flow that reads, and the worst that writes, of each system; None with fewer than two systems."""
    points: dict[str, list[CostPoint]] = {}
    for number, system in enumerate(systems[:SYSTEMS], 1):
        for word, flow in worst_flows(system):
            if flow.possible:
                hours = flow.result.downtime
                point = CostPoint(
                    number, float(operated_replicas(system)), hours, f"down {format_duration(hours)} per year"
                )
                points.setdefault(word, []).append(point)
    series = tuple(Series(word, tuple(points[word])) for word in ("reads", "writes") if word in points)
    numbers = sorted({point.number for line in series for point in line.points})
    if len(numbers) < 2:
        return None
    names = tuple((number, one_line(systems[number - 1].architecture.name)) for number in numbers)
    title = "Replicas to run and downtime per year"
    values = "; ".join(
        f"{name}: {operated_replicas(systems[number - 1])} replicas, "
        + ", ".join(f"{line.label} {point.shown}" for line in series for point in line.points if point.number == number)
        for number, name in names
    )
    return Tradeoff(title, f"{title}. {values}.", names, series)
