"""The places of steps in the text of a flow, for changes of what stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archgen.model.architecture import Flow
from archgen.model.change import Path
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
