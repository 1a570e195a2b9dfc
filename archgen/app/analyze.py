"""Analyze: the reliability of every flow, told in as many formats as were asked for."""

from __future__ import annotations

from collections.abc import Callable

from archgen.analysis.assessment import FlowAssessment, assessing
from archgen.analysis.headroom import headroom
from archgen.app.element_lookup import find_elements
from archgen.improve.gains import gains
from archgen.linting.checked_model import CheckedModel
from archgen.report.common.assessment import Assessed
from archgen.report.common.terminal import Style
from archgen.system.internal_errors import Isolation

ORDERS = ("1", "2", "3", "4")
"""The orders of cut sets that can be asked for; beyond four, there are more than anybody reads."""


def write_openpsa(models: tuple[Assessed, ...], _: Style) -> str:
    """Write the models in the exchange format of probabilistic safety assessment."""
    from archgen.render.code import openpsa

    maintained = tuple(dict.fromkeys(element for model in models for element in model.maintained))
    return openpsa.write([assessed.model.topology.after_leaving(maintained) for assessed in models], maintained)


def analyze(
    model: CheckedModel,
    order: int,
    maintain: tuple[str, ...],
    tell: Callable[[str], None],
    isolation: Isolation,
) -> Assessed:
    """Every flow of a model, with cut sets of up to `order` elements, while what `maintain` names is out.

    `tell` is called with each flow that is done. What else is told of the model is left out where it fails.
    """
    topology = model.topology
    gone = find_elements(topology, maintain)
    if gone:
        topology = topology.after_leaving(gone)
    flows: list[FlowAssessment] = []
    for flow in assessing(topology, order, gone):
        flows.append(flow)
        tell(flow.flow)
    usual = {
        flow: tuple(point.element for point in failure.points) for flow, failure in topology.losses.failures.items()
    }
    demanded = any(flow.busiest is not None for flow in topology.architecture.flows)
    capacity, won = None, None
    if demanded and not gone:
        capacity = isolation.attempt(lambda: headroom(topology), model.file, "capacity")
    if not gone:
        won = isolation.attempt(lambda: gains(topology, flows), model.file, "gains of changes")
    return Assessed(
        model=model,
        flows=tuple(flows),
        maintained=gone,
        usual=usual,
        capacity=capacity,
        gains=won or {},
    )
