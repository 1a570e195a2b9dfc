"""The reliability of flows as JSON, version 1 of the contract: programs read it, so its keys change only with it."""

from __future__ import annotations

from typing import Any

from archgen.analysis.assessment import FlowAssessment
from archgen.analysis.headroom import Busiest, Capacity
from archgen.analysis.topology import Topology
from archgen.improve.gains import Gain, Gains
from archgen.model.products import scope_of
from archgen.model.subject import Subject
from archgen.report.common.assessment import Assessed
from archgen.report.common.encoding import assumed, assumed_times, encode, encode_element

VERSION = 1


def write(models: tuple[Assessed, ...]) -> bytes:
    """The whole document, indented, with a line feed at its end."""
    return encode({"version": VERSION, "models": [_model(model) for model in models]})


def _model(model: Assessed) -> dict[str, Any]:
    document: dict[str, Any] = {"file": model.model.file, "name": model.model.architecture.name}
    if model.maintained:
        document["maintained"] = [encode_element(subject) for subject in model.maintained]
    if model.capacity is not None:
        document["capacity"] = _capacity(model.capacity)
    topology = model.model.topology
    return document | {
        "flows": {flow.flow: _flow(topology, flow, model.gains.get(flow.flow, {})) for flow in model.flows}
    }


def _capacity(capacity: Capacity) -> dict[str, Any]:
    return {
        "flows_without_demand": capacity.silent,
        "losses_tried": capacity.tried,
        "components": {
            component.component: {
                "replicas": component.replicas,
                "capacity_per_second": component.capacity,
                "today": _busiest(component.today),
                "peak": _busiest(component.peak),
                "worst_loss": _busiest(component.worst),
            }
            | ({"while_failing": _busiest(component.failing), "tries": component.tries} if component.failing else {})
            for component in capacity.components
        },
    }


def _busiest(load: Busiest | None) -> dict[str, Any] | None:
    if load is None:
        return None
    lost = {} if load.lost is None else {"lost": encode_element(load.lost)}
    return {"replica": load.replica, "requests_per_second": load.rate} | lost


def _flow(topology: Topology, flow: FlowAssessment, gains: Gains) -> dict[str, Any]:
    result = flow.result

    def encode_element(subject: Subject) -> dict[str, str]:
        return _element(topology, subject)

    return {
        "possible": flow.possible,
        "single_points_of_failure": [encode_element(point) for point in flow.points],
        "cut_sets": [[encode_element(each) for each in cut] for cut in flow.cuts.sets],
        "availability": result.availability,
        "downtime_hours_per_year": result.downtime,
        "method": result.method,
        "bounds": result.bounds,
        "truncated": flow.cuts.truncated,
        "partial_points": [encode_element(point) for point in flow.partial_points],
        "full": {"availability": flow.full.availability, "downtime_hours_per_year": flow.full.downtime},
        "importance": [
            {
                "element": encode_element(each.element),
                "birnbaum": each.birnbaum,
                "fussell_vesely": each.fussell_vesely,
                "hours_per_year": each.hours_per_year,
                "range": flow.sensitivity.hours.get(each.element) if flow.sensitivity is not None else None,
            }
            | ({"change": _gain(gains[each.element])} if each.element in gains else {})
            for each in result.importance
        ],
        "downtime": {
            "failures": flow.downtime.failures,
            "failovers": flow.downtime.failovers,
            "changes": flow.downtime.changes,
        },
        "range": flow.sensitivity.downtime if flow.sensitivity is not None else None,
        "assumed": assumed(flow),
        "assumed_times": assumed_times(flow),
    }


def _element(topology: Topology, subject: Subject) -> dict[str, str]:
    """Return an element, with its scope if it is a managed service whose scope is known."""
    scope = (
        scope_of(topology.components[topology.replicas[subject.id].component]) if subject.kind == "replica" else None
    )
    return encode_element(subject) | ({} if scope is None else {"scope": scope})


def _gain(gain: Gain | None) -> dict[str, Any] | None:
    return None if gain is None else {"change": gain.change, "hours_per_year": gain.hours_per_year}
