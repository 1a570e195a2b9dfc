"""Ids in the sentences of reports, which text and Markdown show in their own way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archgen.model.wording import first_few, listed

FormatId = Callable[[str], str]
"""The look of an id in a report; ids have an alphabet of their own, so it may set them as code."""

NAMED = 6
"""Names that a sentence lists before it counts the rest."""


def list_ids(ids: Sequence[str], name: FormatId = str, last: str = "and", most: int = NAMED) -> str:
    """Return ids as a list in English; those beyond `most` are counted."""
    return listed(first_few([name(id) for id in ids], most), last)
