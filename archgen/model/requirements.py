"""The requirements that a model declares: objectives, expectations, accepted risks, and questions that are still open."""

from __future__ import annotations

from msgspec import Struct

from archgen.model.sha256 import digest


class Objectives(Struct, frozen=True, gc=False, omit_defaults=True):
    """The objectives of the system: availability as a probability, times in seconds."""

    availability: float | None = None
    recovery_time: float | None = None
    recovery_point: float | None = None


class Survival(Struct, frozen=True, gc=False, omit_defaults=True, tag=True):
    """The flows should succeed without any `count` elements of a kind, or without what is `lost`.

    `kind` is host, zone, replica, element or a kind of zone; `lost` are hosts, zones, components (all their replicas)
    and replicas as `kind:id`.
    """

    text: str
    flows: tuple[str, ...]
    count: int = 1
    kind: str | None = None
    lost: tuple[str, ...] = ()


class Ban(Struct, frozen=True, gc=False, omit_defaults=True, tag=True):
    """No connection should lead from one end to the other: `internet`, or a component, host or network as `kind:id`."""

    text: str
    source: str
    target: str


class DowntimeLimit(Struct, frozen=True, gc=False, omit_defaults=True, tag=True):
    """The flows should fail no more than some hours a year."""

    text: str
    flows: tuple[str, ...]
    hours: float


Expectation = Survival | Ban | DowntimeLimit
"""An expectation of a model; `text` is the sentence as written."""


class Acceptance(Struct, frozen=True, gc=False, omit_defaults=True):
    """A known risk with an owner; `subject` is kept as written, empty for all subjects, and `until` is an ISO date.

    An entry with several subjects is as many acceptances, which share its `index` in the model.
    """

    rule: str
    subject: str
    reason: str | None = None
    owner: str | None = None
    until: str | None = None
    index: int = 0


def question_id(kind: str, about: str) -> str:
    """Return the id of a question: it stays the same as long as the question is about the same."""
    return f"q-{digest(kind, about)[:6]}"


class Question(Struct, frozen=True, gc=False, omit_defaults=True):
    """A question that the sources of a model don't answer; `about` is the id of an element, or a topic.

    Its kind tells what an answer changes.
    """

    id: str
    ask: str
    about: str | None = None
    options: tuple[str, ...] = ()
    kind: str | None = None
