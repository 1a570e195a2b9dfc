"""Roles of one image, of which each is given what all of them may need: its command tells which of them it is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from archgen.importers.catalogue import Known
from archgen.importers.kubernetes.configurations import mounted_by
from archgen.importers.kubernetes.custom_resources import Resource
from archgen.importers.kubernetes.manifests import Manifests
from archgen.importers.kubernetes.part import Workload
from archgen.importers.kubernetes.variables import variables_of
from archgen.importers.variable_names import names_telemetry
from archgen.model.kinds import KINDS

FOR_SOME = {
    "key-value-store": r"cache|session|queue|real-?time|socket|chat|live|rate|worker",
    "cache": r"cache|session|rate",
    "search": r"search|index",
    "object-storage": r"file|storage|media|upload|image|picture|photo|video|document|asset",
}
"""Kinds of stores that some programs of a system use and most don't, with words in the names of those that do."""


class Roles:
    """The variables and files that a role which answers requests is given, by the images of such roles."""

    def __init__(self, manifests: Manifests, parts: Iterable[Workload]) -> None:
        by_program: dict[tuple[str, str], list[Workload]] = {}
        for part in parts:
            by_program.setdefault((part.namespace, part.program), []).append(part)
        self._given: dict[tuple[str, str], set[str]] = {}
        for key, each in by_program.items():
            serving = [part for part in each if serves(part)] if len(each) > 1 else []
            if serving and len(serving) < len(each):
                given = (
                    name
                    for part in serving
                    for one in part.containers
                    for name, _ in variables_of(manifests, part.namespace, one)
                )
                files = (f"/{name}" for part in serving for name, _ in mounted_by(part))
                self._given[key] = {*given, *files}

    def may_be_for_others(self, part: Workload, name: str, target: Known | None = None) -> bool:
        """Return True for a role that answers nobody and a variable that one of its image has which does.

        Each role opens the stores of a program; what one calls over HTTP another may only have to be given to start. A file is told by
        a slash before its name.
        """
        if serves(part) or names_telemetry(name) or (target is not None and is_own_store(target)):
            return False
        return name in self._given.get((part.namespace, part.program), ())


def is_own_store(known: Known) -> bool:
    """Return True for a store that each role of a program opens: one with a protocol of its own."""
    return known.keeps_data and known.protocol not in ("http", "https")


def serves(part: Workload) -> bool:
    """Return True for a workload that answers requests."""
    kind = part.guess.known.kind
    return (
        kind not in ("worker", "scheduler", "backup") and part.manifest.kind != "CronJob" and not KINDS[kind].observes
    )


def is_named_for(part: Workload | Resource, kind: str) -> bool:
    """Return True for a program that is likely to use a store of a kind: by its name, or since most programs do."""
    own = part.guess.known.kind
    if kind not in FOR_SOME or own in ("worker", "scheduler") or KINDS[own].role == "data":
        return True
    return re.search(rf"(^|[-_.])({FOR_SOME[kind]})", part.manifest.name, re.IGNORECASE) is not None
