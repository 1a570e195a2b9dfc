"""The places of steps in the text of a flow, for changes of what stands in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.model.architecture import Architecture, Flow
from archgen.model.change import Change, Path, Put, Remove
from archgen.model.problems import UsageError
from archgen.model.steps import Frame, Request, Step


def requests_with_paths(flow: Flow) -> Iterator[tuple[Path, Request]]:
    """Yield the requests of a flow with the path to the value of each, through the frames around it."""
    yield from _within(("flows", flow.id, "steps"), flow.steps)


CallEnds = tuple[str, str]


def lost_calls(model: Architecture, gone: Collection[str]) -> frozenset[CallEnds]:
    """Return the calls, by source and target, that no connection of a model allows any longer when some of these are gone."""
    lost: set[CallEnds] = set()
    left: set[CallEnds] = set()
    for each in model.connections:
        (lost if each.id in gone else left).update((each.source, target) for target in each.targets)
    return frozenset(lost - left)


def is_asked(steps: Iterable[Step], calls: Collection[CallEnds]) -> bool:
    """Return True if any request of some steps makes one of the calls."""
    return any((each.source, target) in calls for _, each in _within((), steps) for target in each.targets)


def is_emptied(steps: Iterable[Step], lost: Collection[CallEnds]) -> bool:
    """Return True if all requests of some steps are lost."""
    asked = [request for _, request in _within((), steps)]
    return bool(asked) and all((each.source, target) in lost for each in asked for target in each.targets)


def steps_without(flow: Flow, lost: Collection[CallEnds]) -> Iterator[Change]:
    """Yield the changes that take calls out of a flow, the last first: a step with other alternatives goes on to these.

    A frame that has no step left goes too. UsageError where one of its branches has none left.
    """
    yield from reversed([*_without(("flows", flow.id, "steps"), flow, flow.steps, lost)])


def _without(path: Path, flow: Flow, steps: Iterable[Step], lost: Collection[CallEnds]) -> Iterator[Change]:
    for position, step in enumerate(steps):
        if isinstance(step, Frame):
            several = step.kind in ("alt", "par")
            emptied = [is_emptied(branch.steps, lost) for branch in step.branches]
            if all(emptied):
                yield Remove((*path, position))
                continue
            if any(emptied):
                raise UsageError(f"a branch of {step.id} would have no step left; change flow {flow.id} by hand")
            for number, branch in enumerate(step.branches):
                own = (number,) if several else ()
                yield from _without((*path, position, step.kind, *own, "steps"), flow, branch.steps, lost)
        elif isinstance(step, Request):
            targets = tuple(target for target in step.targets if (step.source, target) not in lost)
            if not targets:
                yield Remove((*path, position))
            elif targets != step.targets:
                yield Put((*path, position), {_key(replace(step, targets=targets)): _value(step)})


def _value(request: Request) -> Any:
    """Return what is declared for a request, in its short form if that is all."""
    keys = ("message", "access", "required", "deferred", "protocol")
    declared = {key: getattr(request, key) for key in keys if getattr(request, key) not in (None, "")}
    declared = {"async" if key == "deferred" else key: value for key, value in declared.items()}
    return request.message if declared.keys() <= {"message"} else declared


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
