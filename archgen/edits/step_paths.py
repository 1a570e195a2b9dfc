"""The places of steps in the text of a flow, for changes of what stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from archgen.analysis.topology import Topology
from archgen.model.architecture import Flow
from archgen.model.change import Change, Path, Put
from archgen.model.steps import Frame, Request, Step


def requests_with_paths(flow: Flow) -> Iterator[tuple[Path, Request]]:
    """Yield the requests of a flow with the path to the value of each, through the frames around it."""
    yield from _within(("flows", flow.id, "steps"), flow.steps)


def _within(path: Path, steps: Iterable[Step]) -> Iterator[tuple[Path, Request]]:
    for position, step in enumerate(steps):
        if isinstance(step, Request):
            yield (*path, position, _key(step)), step
        elif isinstance(step, Frame):
            # `opt` and `loop` are one branch, `alt` and `par` a list of them
            several = step.kind in ("alt", "par")
            for number, branch in enumerate(step.branches):
                own = (number,) if several else ()
                yield from _within((*path, position, step.kind, *own, "steps"), branch.steps)


def _key(request: Request) -> str:
    """Return the arrow of a request as it is written: a target, or the replica of it that the step names."""
    ends = [next((pin for pin in request.pinned if _is_of(pin, target)), target) for target in request.targets]
    return f"{request.source} -> {' | '.join(ends)}"


def _is_of(replica: str, component: str) -> bool:
    return replica == component or replica.startswith((f"{component}@", f"{component}#"))


def renamed_in_steps(topology: Topology, renamed: Mapping[tuple[str, str, str], str]) -> Iterator[Change]:
    """Yield the protocols that steps name, where a connection of several ports speaks others now: by source, target and protocol."""
    naming = _naming_protocols(topology) if renamed else frozenset()
    # a fix of one connection is made for each that has a finding, so it reads no flow without it
    flows = (min(topology.flows_of[source], topology.flows_of[target], key=len) for source, target, _ in renamed)
    for flow in topology.in_order(name for through in flows for name in through if name in naming):
        for path, request in requests_with_paths(topology.flows[flow]):
            names = [(request.source, target, request.protocol or "") for target in request.targets]
            secured = next((renamed[name] for name in names if name in renamed), None)
            if secured is not None:
                yield Put((*path, "protocol"), secured)


@lru_cache(1)
def _naming_protocols(topology: Topology) -> frozenset[str]:
    """Return the flows of which a request names its protocol."""
    return frozenset(flow for flow, hops in topology.hops.items() if any(hop.step.protocol is not None for hop in hops))
