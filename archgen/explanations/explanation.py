"""An explanation: a titled paragraph that holds for every system."""

from __future__ import annotations

import os

from msgspec import Struct


class Explanation(Struct, frozen=True):
    """Plain text about one term, written once. `here` is its meaning in one model, empty for none."""

    id: str
    title: str
    text: str
    here: str = ""


def load_explanations(group: str) -> dict[str, Explanation]:
    """Return the explanations of a group by id, from its file in this package: `## id: Title`, then the text."""
    with open(os.path.join(os.path.dirname(__file__), f"{group}.md"), encoding="utf-8") as stream:
        explanations = [_parse(section) for section in stream.read().split("\n## ")[1:]]
    return {explanation.id: explanation for explanation in explanations}


def _parse(section: str) -> Explanation:
    heading, _, text = section.partition("\n")
    id, _, title = heading.partition(": ")
    return Explanation(id, title, " ".join(text.split()))
