"""Variants of a system, of which a cluster runs one: for visitors, for previews, for trials."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from msgspec import Struct

from archgen.importers.facts import FactSheet
from archgen.importers.kubernetes.manifests import WORKLOADS, Manifest
from archgen.importers.stages import UNNAMED, stage_of

ObjectKey = tuple[str, str, str]
"""Kind, namespace and name."""


class KubernetesSystem(Struct):
    """What is applied together: its stage, True where a controller applies it, and the workloads."""

    stage: int
    is_deployed: bool
    workloads: dict[ObjectKey, Manifest]

    def excludes(self, other: KubernetesSystem) -> bool:
        """Return True for a variant of this system: most of it is the same, in an earlier stage or in the same namespace.

        Where a controller applies this one, and not the other, it is enough that they have a workload in common.
        """
        common = len(self.workloads.keys() & other.workloads.keys())
        if common and self.is_deployed and not other.is_deployed:
            return True
        if other.stage > max(self.stage, UNNAMED):
            names = {(kind, name) for kind, _, name in self.workloads}
            common = sum((kind, name) in names for kind, _, name in other.workloads)
        return common > 0 and 2 * common >= len(other.workloads)


def leave_out(system: KubernetesSystem, counting: KubernetesSystem, sheet: FactSheet) -> None:
    """Record the workloads of a variant that isn't read, and the system that counts in its place."""
    places = {(kind, name): each.node.path for (kind, _, name), each in counting.workloads.items()}
    for (kind, _, name), each in system.workloads.items():
        first = places.get((kind, name))
        if first is None:
            sheet.omit(each.origin, name, "another variant of the system")
        elif first != each.node.path:
            sheet.repeat(f"{kind} {name}", first, each.node.path)


def without_trials(objects: list[Manifest], sheet: FactSheet) -> Iterator[Manifest]:
    """Yield objects without those of directories for trials, where others beside them run mostly the same."""
    systems: dict[str, list[Manifest]] = {}
    base = common_directory(posixpath.dirname(each.node.path) for each in objects)
    for each in objects:
        systems.setdefault(_staged(each.node.path, base), []).append(each)
    taken: list[KubernetesSystem] = []
    for directory in sorted(systems, key=lambda each: (stage_of(posixpath.basename(each)), each)):
        workloads = {
            (each.kind, each.namespace, each.name): each for each in systems[directory] if each.kind in WORKLOADS
        }
        system = KubernetesSystem(stage_of(posixpath.basename(directory)), False, workloads)
        first = next((each for each in taken if system.stage > UNNAMED and each.excludes(system)), None)
        if first is None:
            taken.append(system)
            yield from systems[directory]
        else:
            leave_out(system, first, sheet)


def common_directory(directories: Iterable[str]) -> str:
    """Return the directory that holds all others: what its path is called depends on where the files lie, and says nothing."""
    paths = list(directories)
    return posixpath.commonpath(paths) if paths and len({path[:1] == "/" for path in paths}) == 1 else ""


def _staged(path: str, base: str) -> str:
    """Return the directory of a file, below a base, that its name gives a stage; the empty text where none has one."""
    directory = posixpath.dirname(path)
    while directory not in ("", "/", base) and stage_of(posixpath.basename(directory)) == UNNAMED:
        directory = posixpath.dirname(directory)
    return "" if directory == base else directory.strip("/")
