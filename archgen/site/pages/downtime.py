"""The availability of flows in words, and the flow that is down longest."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.assessment import FlowAssessment
from archgen.linting.checked_model import CheckedModel
from archgen.model.percentages import format_availability
from archgen.site.pages.change_blocks import IMPOSSIBLE
from archgen.site.system_change import access


def worst_flow(system: CheckedModel, reading: bool) -> FlowAssessment | None:
    """Return the flow that is down longest of those that only read, or of the others; None without any."""
    flows = [flow for flow in system.assessments if is_reading(system, flow.flow) == reading]
    return max(flows, key=lambda flow: flow.result.downtime, default=None)


def worst_flows(system: CheckedModel) -> Iterator[tuple[str, FlowAssessment]]:
    """Yield the flow that is down longest of those that read, and of those that write, as far as there are any."""
    for word, reading in (("reads", True), ("writes", False)):
        flow = worst_flow(system, reading)
        if flow is not None:
            yield word, flow


def is_reading(system: CheckedModel, flow: str) -> bool:
    """Return True if a flow only reads."""
    return access(system.topology, flow) == "read"


def availability_cell(flow: FlowAssessment) -> str:
    """Return the availability of a flow."""
    return format_availability(flow.result.availability) if flow.possible else IMPOSSIBLE
