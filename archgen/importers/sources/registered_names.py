"""The names by which programs say in a registry who they are, as others ask it for them: `lb://ORDERS`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from archgen.importers.facts import Configuration

_APPLICATION = re.compile(
    r"^(?:spring\.application\.name[ \t]*=|[ \t]+application:[ \t]*\r?\n[ \t]+name:)[ \t]*[\"']?([\w.-]+)", re.MULTILINE
)
"""The name of a program of Spring, which is its name in a registry too (https://docs.spring.io/spring-cloud-netflix/reference/)."""


def registered_names(settings: Iterable[tuple[str, Iterable[Configuration]]]) -> dict[str, str]:
    """Return the ids of components by the names that their settings give them in a registry; a name of several is none's."""
    names: dict[str, set[str]] = {}
    for identity, files in settings:
        for file in files:
            for match in _APPLICATION.finditer(file.data.decode("utf-8", "replace")):
                names.setdefault(match[1].lower(), set()).add(identity)
    return {name: next(iter(ids)) for name, ids in names.items() if len(ids) == 1}
