"""Simulate: what becomes of every flow of one model when elements are lost or in maintenance."""

from __future__ import annotations

import os
from collections.abc import Collection
from functools import partial

from msgspec.structs import replace

from archgen.analysis.failover_times import moved_replicas, pauses
from archgen.analysis.topology import Topology
from archgen.app.element_lookup import find_elements
from archgen.app.simulation_conditions import conditions
from archgen.linting.checked_model import CheckedModel
from archgen.model.architecture import Flow
from archgen.model.problems import UsageError
from archgen.model.steps import branches_around, with_branch
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.plan import Plan
from archgen.reliability.requests import requests
from archgen.reliability.simulation import FlowOutcome
from archgen.reliability.simulation import simulate as outcome
from archgen.reliability.structure import build
from archgen.reliability.waiting import defer
from archgen.report.simulate.outcome import SimulationReport
from archgen.system.internal_errors import Isolation
from archgen.views.elements import qualified


def simulate_failures(
    model: CheckedModel,
    kill: tuple[str, ...],
    maintain: tuple[str, ...],
    zones: tuple[str, ...],
    isolation: Isolation,
) -> SimulationReport:
    """Every flow of a model without what the words name; a flow that fails unexpectedly is left out."""
    topology = model.topology
    killed = tuple(dict.fromkeys((*find_elements(topology, kill), *find_elements(topology, zones, ("zone",)))))
    maintained = find_elements(topology, maintain)
    gone = dict.fromkeys((*killed, *maintained))
    if not gone:
        raise UsageError("no element fails; name one with --kill, --maintain or --lose-zone")
    if maintained:
        topology = topology.after_leaving(maintained)
    architecture = topology.architecture

    def work(flow: Flow) -> FlowOutcome:
        lost = outcome(topology.index, flow, topology.losses.plans[flow.id], gone)
        if lost.status != "down" and killed:
            lost = replace(
                lost, hints=(*pauses(topology, flow, gone), *moved_replicas(topology, flow, gone), *lost.hints)
            )
        lost = _hedged(topology, flow, lost, gone)
        answered = _answered_branches(topology, flow, lost, gone)
        return replace(lost, hints=(*lost.hints, *answered, *conditions(topology, lost, gone)))

    outcomes = [isolation.attempt(partial(work, flow), model.file, f"flow {flow.id}") for flow in architecture.flows]
    return SimulationReport(
        file=model.file,
        name=architecture.name,
        killed=killed,
        maintained=maintained,
        flows=tuple(each for each in outcomes if each is not None),
        titles={flow.id: flow.title for flow in architecture.flows},
        steps={
            request.id: f"{request.source} -> {' | '.join(request.targets)}"
            + (f": {request.message}" if request.message else "")
            for flow in architecture.flows
            for request, _ in requests(flow.steps)
        },
        names={element: qualified(element, topology) for element in gone},
    )


def _hedged(topology: Topology, flow: Flow, lost: FlowOutcome, gone: Collection[Subject]) -> FlowOutcome:
    """Return the outcome, with its condition if a flow is down only if it waits for what it takes from a queue."""
    taken = topology.losses.takers.get(flow.id, ())
    if lost.status != "down" or not taken:
        return lost
    later = defer(flow, [request.id for request in taken])
    without = outcome(topology.index, later, Plan(topology.index, build(topology.index, later)), gone)
    if without.status == "down":
        return lost
    calls = listed(list(dict.fromkeys(f"{each.source} -> {' | '.join(each.targets)}" for each in taken)))
    hint = f"only if {flow.id} waits for {calls} (`async` isn't declared): if not, it is {without.status}"
    return replace(lost, hints=(*lost.hints, hint))


def _answered_branches(topology: Topology, flow: Flow, lost: FlowOutcome, gone: Collection[Subject]) -> tuple[str, ...]:
    """Return the other branches of an `alt` that are answered, though the flow is down: each of its branches has to be."""
    if lost.status != "down" or lost.step is None:
        return ()
    hints = []
    for frame, branch in branches_around(flow.steps, lost.step):
        others = [each for each in frame.branches if each != branch]
        taken = (replace(flow, steps=with_branch(flow.steps, frame, each)) for each in others)
        states = [
            outcome(topology.index, each, Plan(topology.index, build(topology.index, each)), gone) for each in taken
        ]
        answered = [each.when for each, state in zip(others, states, strict=True) if state.status != "down"]
        if answered:
            words = listed([f"`{when}`" for when in answered])
            hints.append(
                f"what takes {words} is answered all the same, but each branch of an `alt` is part of the flow"
            )
    return tuple(hints)


def draw_failures(
    simulation: SimulationReport, topology: Topology, path: str, isolation: Isolation
) -> tuple[tuple[str, str], ...]:
    """Each flow that fails, up to where it does, as (file, SVG): a single one at `path`, several in that directory."""
    from archgen.app.drawing.pictures import Drawing
    from archgen.views.failure_reason import first_failed_request

    flows = {flow.id: flow for flow in topology.architecture.flows}
    failed = [flow for flow in simulation.flows if flow.status == "down"]
    drawing = Drawing()

    def draw(failure: FlowOutcome) -> str:
        return drawing.failure(topology, flows[failure.flow], first_failed_request(topology, failure))

    attempts = [
        (
            down.flow,
            isolation.attempt(partial(draw, down), simulation.file, f"picture of {down.flow}"),
        )
        for down in failed
    ]
    drawn = [(flow, picture) for flow, picture in attempts if picture is not None]
    if len(drawn) == 1 and not os.path.isdir(path):
        return ((path, drawn[0][1]),)
    if drawn and path.endswith(".svg"):
        raise UsageError(f"{len(drawn)} flows fail, which do not fit into {path}; name a directory")
    return tuple(
        (os.path.join(path, f"{topology.slug}.flow-{topology.flow_slugs[flow]}.failed.svg"), picture)
        for flow, picture in drawn
    )
