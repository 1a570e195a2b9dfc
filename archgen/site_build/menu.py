"""The generated part of a site's menu."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archgen.site.html_builder import title
from archgen.site.page import RESERVED, Page

MARKER = "archgen"
"""The entry of a menu that is replaced by the generated pages; without it they follow the hand-written ones."""
LISTED = 100
"""Pages up to which the menu lists all; beyond, the other pages of a system are reached from its own.

A theme writes the menu into every page, which takes as long as the rest of the page if the menu has some fifty entries.
"""


def menu(pages: Sequence[Page], prefix: str = "") -> list[Any]:
    """Return the generated part of a menu: home, pages across systems, each system with its pages; no rules, components or groups.

    `prefix` stands before each path.
    """
    entries: list[Any] = []
    systems: dict[str, list[Any]] = {}
    titles: dict[str, str] = {}
    for page in pages:
        parts = page.path.split("/")
        if (
            not page.path.endswith(".md")
            or (parts[0] == "rules" and len(parts) > 2)
            or parts[1:2] in (["components"], ["groups"])
        ):
            continue
        # YAML writes a plain string only
        label = str(title(page.title))
        if len(parts) == 2 and parts[0] not in RESERVED:
            systems[parts[0]] = [prefix + page.path]
            titles[parts[0]] = label
            entries.append(parts[0])
        elif len(parts) > 2 and parts[0] in systems:
            systems[parts[0]].append({label: prefix + page.path})
        else:
            entries.append({label: prefix + page.path})
    short = len(entries) + sum(len(below) - 1 for below in systems.values()) > LISTED
    return [
        entry if isinstance(entry, dict) else {titles[entry]: systems[entry][0] if short else systems[entry]}
        for entry in entries
    ]


def insert_menu(nav: list[Any], entries: list[Any], name: str) -> list[Any]:
    """Return a menu with the generated entries at its marker, else under a name of their own after everything else."""
    items: list[Any] = []
    for item in nav:
        if item == MARKER:
            items += entries
        elif isinstance(item, dict) and MARKER in item.values():
            items += [{label: entries} for label in item]
        else:
            items.append(item)
    return [*items, {name: entries}] if items == nav else items
