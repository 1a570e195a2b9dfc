"""Many models judged by several processes: the same result as by one, and what comes back is only what is told."""

from __future__ import annotations

import os
import pickle
from collections.abc import Sequence
from typing import NoReturn

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.app.models import Task, Tell, check_in_turn, check_model, silent
from archgen.linting.checked_model import BrokenModel, CheckedModel, Model
from archgen.model.architecture import Architecture
from archgen.model.problems import Place
from archgen.model.subject import Subject


def processes() -> int:
    """How many processes this machine runs at a time."""
    if not hasattr(os, "fork"):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def judge_in_parallel(task: Task, tell: Tell, jobs: int) -> tuple[Model, ...]:
    """Judge the inputs in their order; in one process where there is one input, or a system cannot fork."""
    if not hasattr(os, "fork") or len(task.inputs) < 2:
        return check_in_turn(task, tell)
    known: dict[str, CheckedModel] = {}
    own, *others = _dealt(task, jobs)
    # what the first model makes this process load, the others have too when they are made of it
    found = {at: check_model(task, at, tell, known) for at in own[:1]}
    children = [_started(task, share) for share in others]
    found |= {at: check_model(task, at, tell, known) for at in own[1:]}
    for share, (process, end) in zip(others, children, strict=True):
        for at, model in zip(share, _received(process, end), strict=True):
            found[at] = replace(model, data=task.inputs[at].data or b"")
            tell(model.file)
    return tuple(found[at] for at in range(len(task.inputs)))


def _dealt(task: Task, jobs: int) -> list[list[int]]:
    """The numbers of the inputs, one share a process: each in turn to the one that has the fewest bytes to read so far."""
    shares: list[list[int]] = [[] for _ in range(min(jobs, len(task.inputs)))]
    sizes = [0] * len(shares)
    for at, given in enumerate(task.inputs):
        least = sizes.index(min(sizes))
        shares[least].append(at)
        sizes[least] += len(given.data or b"") + 1
    return shares


def _started(task: Task, share: Sequence[int]) -> tuple[int, int]:
    """A process that judges a share, and the end of the pipe that it writes the models to when it is done."""
    end, start = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(end)
        _judge(task, share, start)
    os.close(start)
    return process, end


def _judge(task: Task, share: Sequence[int], start: int) -> NoReturn:
    """What a process does that was started for a share; it shares all that its parent has, and takes none of it apart."""
    try:
        known: dict[str, CheckedModel] = {}
        try:
            sent = pickle.dumps([_lean(check_model(task, at, silent, known)) for at in share], 5)
        except Exception as error:
            sent = pickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"), 5)
        with open(start, "wb") as stream:
            stream.write(sent)
    finally:
        os._exit(0)


def _received(process: int, end: int) -> list[Model]:
    """The models that a process has judged."""
    with open(end, "rb") as stream:
        sent = stream.read()
    os.waitpid(process, 0)
    if not sent:
        raise ChildProcessError("a process that judged a part of the models has ended before it was done")
    found: list[Model] | RuntimeError = pickle.loads(sent)
    if isinstance(found, RuntimeError):
        raise found
    return found


def _lean(model: Model) -> Model:
    """The model without what its report does not ask for: of its flows, those that a proof names a step of.

    Its text is known where it goes to.
    """
    if isinstance(model, BrokenModel):
        return replace(model, data=b"")
    told = model.architecture
    proven = {one.proof.flow for one in model.findings if one.proof is not None}
    flows = tuple(flow for flow in told.flows if flow.id in proven)
    lean = Architecture(id=told.id, file=told.file, name=told.name, follows=told.follows, flows=flows)
    return replace(model, data=b"", topology=Topology(lean), source=Recalled(model.source.at("follows")))


class Recalled:
    """The place of `follows` in a source, which is all that is asked of several models together."""

    def __init__(self, follows: Place) -> None:
        self._follows = follows

    def place(self, subject: Subject) -> Place:
        """Return the place of `follows`."""
        return self._follows

    def at(self, *path: str | int) -> Place:
        """Return the place of `follows`."""
        return self._follows

    def lines(self, file: str) -> tuple[str, ...]:
        """None; they are read from the file's text."""
        return ()
