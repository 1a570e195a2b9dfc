"""Many models judged by several processes: the same result as by one, and what comes back is only what is told."""

from __future__ import annotations

import os
from typing import cast

from msgspec.structs import replace

from archgen.errors import Place
from archgen.loader import Loaded, SourceMap
from archgen.model import Architecture
from archgen.project.models import Model, Task, Tell, judge_one, silent

_task: Task
"""What the processes share; they are forked after it is set, so nothing of it is copied."""


def processes() -> int:
    """How many processes this machine runs at a time."""
    if not hasattr(os, "fork"):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def judge_in_parallel(task: Task, jobs: int, tell: Tell) -> tuple[Model, ...]:
    """Judge the inputs in their order; in one process where a system cannot fork."""
    if not hasattr(os, "fork"):
        known: dict[str, Model] = {}
        return tuple(judge_one(task, at, tell, known) for at in range(len(task.inputs)))
    from multiprocessing import get_context

    global _task
    _task = task
    count = len(task.inputs)
    size = max(1, count // (jobs * 8))
    spans = [range(at, min(at + size, count)) for at in range(0, count, size)]
    judged: list[Model] = []
    with get_context("fork").Pool(min(jobs, len(spans))) as pool:
        for models in pool.imap(_judge, spans):
            for model in models:
                given = task.inputs[len(judged)]
                judged.append(replace(model, text=given.data or b""))
                tell(model.file)
    return tuple(judged)


def _judge(span: range) -> list[Model]:
    known: dict[str, Model] = {}
    return [_lean(judge_one(_task, at, silent, known)) for at in span]


def _lean(model: Model) -> Model:
    """The model without what its report does not ask for; its text is known where it goes to."""
    loaded = model.loaded
    if loaded is None:
        return replace(model, text=b"")
    told = loaded.architecture
    lean = Architecture(id=told.id, file=told.file, name=told.name, follows=told.follows, flows=told.flows)
    place = loaded.source.at("follows")
    return replace(model, text=b"", topology=None, loaded=Loaded(lean, cast(SourceMap, Recalled(place))))


class Recalled:
    """What is still known of a source: where it says whom the model follows."""

    def __init__(self, follows: Place) -> None:
        self._follows = follows

    def at(self, *_: str | int) -> Place:
        """The place of `follows`, which is all that is asked of several models together."""
        return self._follows

    def lines(self, _: str) -> tuple[str, ...]:
        """None; they are read from the file's text."""
        return ()
