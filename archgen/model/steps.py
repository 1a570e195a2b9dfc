"""The steps of a flow: requests, answers, notes, and frames of further steps."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Access = Literal["read", "write", "read-write"]
FrameKind = Literal["opt", "loop", "alt", "par"]


class Request(Struct, frozen=True, gc=False, omit_defaults=True, tag=True):
    """A request step; `pinned` names replicas of the target where the step names one (`app -> mysql@server-2`).

    `required` tells whether the flow fails with the step, and `deferred` that what is asked may be done later (`async`); None
    leaves it to the connection, as it does for `hits`, the share that a called cache answers itself.
    """

    id: str
    source: str
    targets: tuple[str, ...]
    message: str = ""
    access: Access | None = None
    required: bool | None = None
    protocol: str | None = None
    pinned: tuple[str, ...] = ()
    deferred: bool | None = None
    hits: float | None = None


_COPIES = re.compile(
    r"\b(either|any of|replicas?(?! sets?\b)|cop(?:y|ies)|standbys?|secondar(?:y|ies)|slaves?|readers?)\b",
    re.IGNORECASE,
)


def tells_of_copies(text: str | None) -> bool:
    """Return True for words of a step, or of the reasons for a store, that tell of reads from copies."""
    return _COPIES.search(text or "") is not None


class Answer(Struct, frozen=True, gc=False, omit_defaults=True, tag=True):
    """A response step, which needs no connection."""

    id: str
    source: str
    target: str
    message: str = ""


class Note(Struct, frozen=True, gc=False, omit_defaults=True, tag=True):
    """A remark over one or more participants."""

    over: tuple[str, ...]
    text: str


class Branch(Struct, frozen=True, gc=False, omit_defaults=True):
    """A branch of a frame, and the case for it."""

    when: str
    steps: tuple[Step, ...]


class Frame(Struct, frozen=True, gc=False, omit_defaults=True, tag=True):
    """Steps that are optional (opt), repeated (loop), chosen among (alt) or at the same time (par)."""

    id: str
    kind: FrameKind
    branches: tuple[Branch, ...]


Step = Request | Answer | Note | Frame


def steps_in_order(steps: Iterable[Step]) -> Iterator[Request | Answer | Note]:
    """Yield all steps but frames, in order; those of a frame come in its place."""
    for step in steps:
        if isinstance(step, Frame):
            for branch in step.branches:
                yield from steps_in_order(branch.steps)
        else:
            yield step


def branches_around(steps: Iterable[Step], request: str) -> Iterator[tuple[Frame, Branch]]:
    """Yield the `alt` frames around a request, by its id, each with the branch in which it is: the outermost first."""
    for step in steps:
        for branch in step.branches if isinstance(step, Frame) else ():
            inside = (each for each in steps_in_order(branch.steps) if isinstance(each, Request))
            if isinstance(step, Frame) and any(each.id == request for each in inside):
                if step.kind == "alt":
                    yield step, branch
                yield from branches_around(branch.steps, request)


def with_branch(steps: Iterable[Step], frame: Frame, taken: Branch) -> tuple[Step, ...]:
    """Return the steps where of a frame one branch alone is left."""
    changed: list[Step] = []
    for step in steps:
        if isinstance(step, Frame):
            branches = (taken,) if step == frame else step.branches
            branches = tuple(Branch(each.when, with_branch(each.steps, frame, taken)) for each in branches)
            step = replace(step, branches=branches)
        changed.append(step)
    return tuple(changed)


def first_request(steps: Iterable[Step]) -> Request | None:
    """Return the first request of some steps, also where it lies in a frame."""
    return next((step for step in steps_in_order(steps) if isinstance(step, Request)), None)


def set_deferred(steps: Iterable[Step], requests: Collection[str], *, deferred: bool) -> tuple[Step, ...]:
    """Return the steps with some requests, by id, deferred or prompt, whatever their connections say."""
    changed: list[Step] = []
    for step in steps:
        if isinstance(step, Request) and step.id in requests:
            step = replace(step, deferred=deferred)
        elif isinstance(step, Frame):
            branches = (
                Branch(branch.when, set_deferred(branch.steps, requests, deferred=deferred)) for branch in step.branches
            )
            step = replace(step, branches=tuple(branches))
        changed.append(step)
    return tuple(changed)
