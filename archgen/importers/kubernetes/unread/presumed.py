"""Settings that a pod is presumed to be given by a ConfigMap or Secret that no file holds: those that its source reads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from archgen.importers.facts import Origin
from archgen.importers.kubernetes.manifests import Manifests
from archgen.importers.kubernetes.part import Workload
from archgen.importers.kubernetes.sought_stores import taken_unread
from archgen.importers.kubernetes.unread.mounted_settings import names_in_files
from archgen.importers.sources.programs import ProgramSources

_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_MOST = 400


def presumed_settings(
    manifests: Manifests, part: Workload, sources: ProgramSources, given: Collection[str]
) -> Iterator[tuple[str, Origin]]:
    """Yield the variables that the source of a pod's image reads and no file gives it, each with the place of what may hold it."""
    place = next(
        (place for container in part.containers for _, place in taken_unread(manifests, part, container)), None
    )
    names = sources.names_in_image(part.id) | names_in_files(manifests, part) if place is not None else frozenset()
    for name in sorted(names)[:_MOST]:
        if place is not None and _VARIABLE.fullmatch(name) is not None and name not in given:
            yield name, place
