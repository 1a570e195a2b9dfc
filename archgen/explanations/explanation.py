"""An explanation: a titled paragraph that holds for every system."""

from __future__ import annotations

from msgspec import Struct


class Explanation(Struct, frozen=True):
    """Plain text about one term, written once. `here` is its meaning in one model, empty for none."""

    id: str
    title: str
    text: str
    here: str = ""


def indexed(entries: tuple[tuple[str, str, str], ...]) -> dict[str, Explanation]:
    """Return explanations by id from (id, title, text)."""
    return {id_: Explanation(id_, title, text) for id_, title, text in entries}
