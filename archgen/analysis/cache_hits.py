"""The share of a flow's requests that goes on past a cache, by the calls that its misses lead to."""

from __future__ import annotations

from collections.abc import Mapping

from archgen.analysis.topology import Topology
from archgen.model.architecture import Flow
from archgen.model.kinds import KINDS
from archgen.model.steps import Request
from archgen.reliability.requests import access_of, connections_under, requests

Misses = Mapping[str, float]
"""For the requests of which only a share is made, that share by the id of the step."""


def misses(topology: Topology, flow: Flow) -> Misses:
    """Return the steps behind a cache with the share of requests that it does not answer.

    They are the cache's own calls, or, where it makes none in the flow, its caller's later reads of what stores data.
    """
    steps = [request for request, _ in requests(flow.steps)]
    callers = {step.source for step in steps}
    # by the component that calls on, its share; a caller's holds for its reads of stores alone
    through: dict[str, float] = {}
    beside: dict[str, float] = {}
    shares: dict[str, float] = {}
    for step in steps:
        share = through.get(step.source, 1.0)
        if step.source in beside and _reads_store(topology, flow, step):
            share *= beside[step.source]
        if share < 1.0:
            shares[step.id] = share
        for connection in connections_under(topology.index, step):
            if connection.hits is not None:
                for target in step.targets:
                    shares_by_end = through if target in callers else beside
                    shares_by_end[target if target in callers else step.source] = 1.0 - connection.hits
    return shares


def _reads_store(topology: Topology, flow: Flow, step: Request) -> bool:
    connections = connections_under(topology.index, step)
    if access_of(step, flow, connections[0] if connections else None) != "read":
        return False
    kinds = (KINDS[topology.components[target].kind] for target in step.targets)
    return all(kind.stores and kind.id != "cache" for kind in kinds)
