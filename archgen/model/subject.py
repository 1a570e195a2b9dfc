"""Subjects: what findings, acceptances and analyses refer to in a model, by kind and id."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

SubjectKind = Literal[
    "component",
    "replica",
    "host",
    "zone",
    "network",
    "group",
    "connection",
    "flow",
    "step",
    "record",
    "certificate",
    "model",
    "change",
    "move",
]


EVENTS = ("change", "move")
"""The kinds that are no entities of a model."""

ChangeKind = Literal["added", "removed", "changed"]
CHANGES: tuple[ChangeKind, ...] = ("added", "removed", "changed")
"""What can become of an entity from one model to another."""


class Subject(Struct, frozen=True, gc=False, order=True):
    """An entity of a model by kind and id: `nginx@server-1`, `a -> b`, `flow/3`, `www.foobar.com A`.

    A change and a move are no entities but events: a bad change of a component, a floating replica being moved.
    """

    kind: SubjectKind
    id: str

    @property
    def label(self) -> str:
        """The id; of an event, with what happens to it."""
        return f"{self.kind}s of {self.id}" if self.kind in EVENTS else self.id
