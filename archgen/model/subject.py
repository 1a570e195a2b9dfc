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
]


class Subject(Struct, frozen=True, gc=False, order=True):
    """An entity of a model by kind and id: `nginx@server-1`, `a -> b`, `flow/3`, `www.foobar.com A`."""

    kind: SubjectKind
    id: str
