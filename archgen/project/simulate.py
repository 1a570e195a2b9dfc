"""Simulate: what becomes of every flow of one model when elements are lost or in maintenance."""

from __future__ import annotations

import os
from collections.abc import Callable

from archgen.errors import UsageError
from archgen.project.elements import elements
from archgen.project.models import Model
from archgen.reliability.simulation import simulate as outcome
from archgen.reliability.structure import requests
from archgen.report.simulation import Simulated
from archgen.report.terminal import Style
from archgen.topology import Topology
from archgen.views.elements import qualified


def _text(told: Simulated, style: Style) -> str:
    from archgen.report import simulation_text

    return simulation_text.write(told, style)


def _json(told: Simulated, _: Style) -> str:
    from archgen.report import simulation_json

    return simulation_json.write(told)


FORMATS: dict[str, Callable[[Simulated, Style], str]] = {"text": _text, "json": _json}
"""How the outcome can be told; each loads its own module only when it is asked for."""


def simulate(
    model: Model, topology: Topology, kill: tuple[str, ...], maintain: tuple[str, ...], zones: tuple[str, ...]
) -> Simulated:
    """Every flow of a model without what the words name."""
    killed = tuple(dict.fromkeys((*elements(topology, kill), *elements(topology, zones, ("zone",)))))
    maintained = elements(topology, maintain)
    gone = dict.fromkeys((*killed, *maintained))
    if not gone:
        raise UsageError("nothing is lost; name what is by --kill, --maintain or --lose-zone")
    architecture = topology.architecture
    return Simulated(
        file=model.file,
        name=architecture.name,
        killed=killed,
        maintained=maintained,
        flows=tuple(outcome(topology.index, flow, topology.losses.plans[flow.id], gone) for flow in architecture.flows),
        titles={flow.id: flow.title for flow in architecture.flows},
        steps={
            request.id: f"{request.source} -> {' | '.join(request.targets)}"
            + (f": {request.message}" if request.message else "")
            for flow in architecture.flows
            for request, _ in requests(flow.steps)
        },
        names={one: qualified(one, topology) for one in gone},
    )


def pictures(told: Simulated, topology: Topology, path: str) -> tuple[tuple[str, str], ...]:
    """Each flow that fails, up to where it does, as (file, SVG): a single one at `path`, several in that directory."""
    from archgen.project.pictures import Drawing
    from archgen.report.stopping import stop

    flows = {flow.id: flow for flow in topology.architecture.flows}
    failed = [one for one in told.flows if one.status == "down"]
    drawing = Drawing()
    drawn = [(one.flow, drawing.failure(topology, flows[one.flow], stop(topology, one))) for one in failed]
    if len(drawn) == 1 and not os.path.isdir(path):
        return ((path, drawn[0][1]),)
    if drawn and path.endswith(".svg"):
        raise UsageError(f"{len(drawn)} flows fail, which do not fit into {path}; name a directory")
    return tuple(
        (os.path.join(path, f"{topology.slug}.flow-{topology.flow_slugs[flow]}.failed.svg"), picture)
        for flow, picture in drawn
    )
