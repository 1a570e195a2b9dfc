"""Flows that perhaps wait for what a queue hands on after their answer: nothing is changed for that before the model says so."""

from __future__ import annotations

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.model.architecture import Architecture
from archgen.reliability.waiting import defer


def without_open_waits(topology: Topology) -> Architecture:
    """Return the model as if no flow waited for what is taken from a queue after its answer, where it doesn't say if it does.

    `incomplete-model` asks that first, and findings leave out what only such a wait makes a single point of failure.
    """
    architecture, answered = topology.architecture, topology.losses.answered
    open_steps = {flow: tuple(answers) for flow, answers in answered.items() if answers}
    flows = (defer(flow, open_steps[flow.id]) if flow.id in open_steps else flow for flow in architecture.flows)
    return replace(architecture, flows=tuple(flows)) if open_steps else architecture
