"""A fact that a model lacks, as each question yields it."""

from __future__ import annotations

from msgspec import Struct

from archgen.model.architecture import Component
from archgen.model.subject import Subject

MOST_NAMES = 3
"""Names that a question lists; the others are counted."""


class Gap(Struct, frozen=True):
    """The subject that lacks a fact, the consequence for another rule, and the key to add; `flows` if others than its own."""

    subject: Subject
    message: str
    fix: str
    flows: tuple[str, ...] | None = None


def component_gap(component: Component, message: str, fix: str) -> Gap:
    """Return a fact that a component lacks."""
    return Gap(Subject("component", component.id), message, fix)
