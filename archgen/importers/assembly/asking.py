"""A question of an import: with an id that stays the same as long as it is about the same."""

from __future__ import annotations

from msgspec import Struct

from archgen.model.requirements import question_id

YES_OR_NO = ("yes", "no")


class ImportQuestion(Struct, frozen=True):
    """A question about an element; its kind decides what an answer changes, and `why` are the places that raise it."""

    id: str
    kind: str
    about: str
    ask: str
    options: tuple[str, ...]
    why: tuple[str, ...] = ()


def question(kind: str, about: str, ask: str, options: tuple[str, ...], why: tuple[str, ...] = ()) -> ImportQuestion:
    """Return a question; kind and subject decide its id."""
    return ImportQuestion(question_id(kind, about), kind, about, ask, options, why)
