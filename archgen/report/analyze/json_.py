"""The reliability of flows as JSON, version 1 of the contract: programs read it, so its keys change only with it."""

from __future__ import annotations

from typing import Any

from archgen.analysis.assessment import FlowAssessment
from archgen.analysis.headroom import Busiest, Capacity
from archgen.improve.gains import Gain, Gains
from archgen.report.common.assessment import Assessed
from archgen.report.common.encoding import assumed, element, encode

VERSION = 1


def write(models: tuple[Assessed, ...]) -> str:
    """The whole document, indented, with a line feed at its end."""
    return encode({"version": VERSION, "models": [_model(one) for one in models]})


def _model(model: Assessed) -> dict[str, Any]:
    document: dict[str, Any] = {"file": model.model.file, "name": model.model.architecture.name}
    if model.maintained:
        document["maintained"] = [element(one) for one in model.maintained]
    if model.capacity is not None:
        document["capacity"] = _capacity(model.capacity)
    return document | {"flows": {one.flow: _flow(one, model.gains.get(one.flow, {})) for one in model.flows}}


def _capacity(capacity: Capacity) -> dict[str, Any]:
    return {
        "flows_without_demand": capacity.silent,
        "losses_tried": capacity.tried,
        "components": {
            one.component: {
                "replicas": one.replicas,
                "capacity_per_second": one.capacity,
                "today": _busiest(one.today),
                "peak": _busiest(one.peak),
                "worst_loss": _busiest(one.worst),
            }
            for one in capacity.components
        },
    }


def _busiest(one: Busiest | None) -> dict[str, Any] | None:
    if one is None:
        return None
    lost = {} if one.lost is None else {"lost": element(one.lost)}
    return {"replica": one.replica, "requests_per_second": one.rate} | lost


def _flow(one: FlowAssessment, gains: Gains) -> dict[str, Any]:
    result = one.result
    return {
        "possible": one.possible,
        "single_points_of_failure": [element(point) for point in one.points],
        "cut_sets": [[element(each) for each in cut] for cut in one.cuts.sets],
        "availability": result.availability,
        "downtime_hours_per_year": result.downtime,
        "method": result.method,
        "bounds": result.bounds,
        "truncated": one.cuts.truncated,
        "importance": [
            {
                "element": element(each.element),
                "birnbaum": each.birnbaum,
                "fussell_vesely": each.fussell_vesely,
                "hours_per_year": each.hours_per_year,
            }
            | ({"change": _gain(gains[each.element])} if each.element in gains else {})
            for each in result.importance
        ],
        "assumed": assumed(one),
    }


def _gain(one: Gain | None) -> dict[str, Any] | None:
    return None if one is None else {"change": one.change, "hours_per_year": one.hours_per_year}
