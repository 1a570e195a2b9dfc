"""The generated part of a site's menu."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archgen.site.escape import title
from archgen.site.page import RESERVED, Page

MARKER = "archgen"
"""The entry of a menu that is replaced by the generated pages; without it they follow the hand-written ones."""
LISTED = 100
"""Pages up to which the menu lists all; beyond, what belongs to a tier is reached from its page.

A theme writes the whole menu into every page, which takes as long as the page itself where it has some fifty entries.
"""


def menu(pages: Sequence[Page], prefix: str = "") -> list[Any]:
    """The generated part of a menu: the home, each tier with what belongs to it, what spans the tiers; pages of single rules stay out.

    `prefix` stands before each path.
    """
    entries: list[Any] = []
    tiers: dict[str, list[Any]] = {}
    titles: dict[str, str] = {}
    for page in pages:
        parts = page.path.split("/")
        if not page.path.endswith(".md") or (parts[0] == "rules" and len(parts) > 2):
            continue
        if len(parts) == 2 and parts[0] not in RESERVED:
            tiers[parts[0]] = [prefix + page.path]
            titles[parts[0]] = title(page.title)
            entries.append(parts[0])
        elif len(parts) > 2 and parts[0] in tiers:
            tiers[parts[0]].append({title(page.title): prefix + page.path})
        else:
            entries.append({title(page.title): prefix + page.path})
    short = len(entries) + sum(len(below) - 1 for below in tiers.values()) > LISTED
    return [one if isinstance(one, dict) else {titles[one]: tiers[one][0] if short else tiers[one]} for one in entries]


def place(nav: list[Any], entries: list[Any], name: str) -> list[Any]:
    """A menu with the generated entries at its marker, else under a name of their own after everything else."""
    found: list[Any] = []
    placed = False
    for item in nav:
        if item == MARKER:
            found += entries
            placed = True
        elif isinstance(item, dict) and MARKER in item.values():
            found += [{name: entries} for name in item]
            placed = True
        else:
            found.append(item)
    return found if placed else [*found, {name: entries}]
