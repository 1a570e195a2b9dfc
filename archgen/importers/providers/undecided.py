"""Services on the internet that settings or sources name to several programs, where nothing tells which of them calls it."""

from __future__ import annotations

from collections.abc import Set

from msgspec import Struct

from archgen.importers.facts import FactSheet, Origin


class _Naming(Struct, frozen=True):
    """How a service is named first: by a setting and an address, which is empty for a key, and to whom."""

    name: str
    host: str
    source: Origin
    callers: list[str]


class Undecided:
    """What several programs are told of in the same place, by the names of services; a `kind` is that of all of them."""

    def __init__(self, kind: str = "") -> None:
        self._kind = kind
        self._named: dict[str, _Naming] = {}

    def add(self, caller: str, title: str, name: str, host: str, source: Origin) -> None:
        """Record that a program may call a service, by a setting or a source that others have too."""
        naming = self._named.setdefault(title, _Naming(name, host, source, []))
        if caller not in naming.callers:
            naming.callers.append(caller)

    @property
    def titles(self) -> Set[str]:
        """The names of the services."""
        return self._named.keys()

    def ask(self, sheet: FactSheet, settled: Set[str]) -> None:
        """Ask for the callers of each service, but of those of which something tells one."""
        for title, naming in self._named.items():
            if title not in settled:
                first, *others = naming.callers
                kind = "mail" if title == "mail" else "external-service"
                sheet.ask_for(first, self._kind or kind, title, naming.name, naming.host, naming.source, tuple(others))
