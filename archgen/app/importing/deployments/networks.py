"""Compose projects of one machine: the networks that they share, by which they are parts of one system."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Self

from msgspec import Struct

from archgen.app.importing.candidates import ComposeCandidate
from archgen.app.importing.directories import FoundFiles, path_in
from archgen.importers.compose.interpolation import interpolate
from archgen.importers.compose.mounts import CONFIGURATIONS
from archgen.importers.compose.project import services_of
from archgen.importers.compose.service import publications, split_mount
from archgen.importers.facts import Configuration, FactSheet
from archgen.importers.nodes import SourceNode
from archgen.importers.products import image_name
from archgen.importers.stages import STAGING
from archgen.importers.yaml_files import documents

MOST_PROJECTS = 3
"""Projects side by side that are read together; of more, files have to say that they belong together."""

_WORD = re.compile(r"[a-z0-9][a-z0-9_.-]*")


class _OnMachine(Struct, frozen=True):
    """The networks that a project makes, gives a name of its own, and expects to be there; its fixed ports and container names.

    `words` returns those of the configurations that it mounts, in which hosts may be.
    """

    made: set[str]
    named: set[str]
    expected: set[str]
    taken: set[str]
    words: Callable[[], set[str]]

    @property
    def networks(self) -> set[str]:
        """Return the names of its networks on the machine."""
        return self.made | self.named | self.expected

    def shared_with(self, other: Self) -> set[str]:
        """Return the networks in common, of which a file of either says that they aren't its own alone."""
        return (self.expected & other.networks) | (self.networks & other.expected) | (self.named & other.named)


def joined_projects(projects: Sequence[tuple[str, ...]], found: FoundFiles) -> tuple[list[tuple[str, ...]], list[str]]:
    """Return the projects that networks join, and the names of these, if those are most of all; none else.

    A network joins projects if one of them expects that it is there, and another one makes it or expects it too.
    """
    machines = [_on_machine(project, found) for project in projects]
    joining = set[str]().union(*(each.expected for each in machines))
    groups: list[tuple[set[int], set[str]]] = []
    for number, machine in enumerate(machines):
        networks = joining & machine.networks
        near = [each for each in groups if not networks.isdisjoint(each[1])]
        groups = [each for each in groups if each not in near]
        groups.append(({number}.union(*(each[0] for each in near)), networks.union(*(each[1] for each in near))))
    members, networks = max(groups, key=lambda each: len(each[0]), default=(set[int](), set[str]()))
    if 2 * len(members) <= len(projects):
        return [], []
    return [projects[number] for number in sorted(members)], sorted(networks)


def projects_beside(
    projects: Sequence[ComposeCandidate], others: Iterable[ComposeCandidate], found: FoundFiles
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the files of other projects on the networks of those that are read, each with the name of one.

    What runs the same programs, or takes a name or a port of the machine that is taken, runs in place of them. Those come first
    whose files name a service that is read.
    """
    beside = [other for other in others if _may_run_beside(other)]
    if not beside:
        return
    running = [*projects]
    machines = [_on_machine(each.files, found) for each in projects]
    states = {other.files: _on_machine(other.files, found) for other in beside}
    names = {name.lower() for each in projects for name in each.services}
    beside.sort(key=lambda other: names.isdisjoint(states[other.files].words()))
    is_new = True
    while is_new:
        is_new = False
        for other in beside:
            state = states[other.files]
            networks = next(filter(None, map(state.shared_with, machines)), None)
            is_free = all(state.taken.isdisjoint(machine.taken) for machine in machines)
            if networks and is_free and not any(_excludes(other, each) for each in running):
                running.append(other)
                machines.append(state)
                is_new = True
                yield other.files, min(networks)


def _may_run_beside(project: ComposeCandidate) -> bool:
    """Return True for files that stand for themselves, and aren't for a trial."""
    return project.stage < STAGING and bool(project.services) and all(each.runs for each in project.services.values())


def _excludes(project: ComposeCandidate, other: ComposeCandidate) -> bool:
    """Return True for projects of which only one is read: of the same files, programs or stores.

    Files of one directory make one project, in which a name is of one service.
    """
    if not {*project.files}.isdisjoint(other.files) or not project.own.keys().isdisjoint(other.own):
        return True
    is_one = os.path.dirname(project.files[0]) == os.path.dirname(other.files[0])
    if is_one and not project.services.keys().isdisjoint(other.services):
        return True
    images = {image_name(each.image) for each in project.services.values()}
    is_repeated = not project.own and images <= {image_name(each.image) for each in other.services.values()}
    return is_repeated or project.is_variant_of(other) or other.is_variant_of(project)


def _on_machine(project: Iterable[str], found: FoundFiles) -> _OnMachine:
    """Return what a project has on its machine; an override may have a part of any."""
    made, named, expected, taken = set[str](), set[str](), set[str](), set[str]()
    mounts: list[str] = []
    for path in project:
        for document in documents(Configuration(path, found.data(path)), FactSheet()):
            title = document.text_at("name") or os.path.basename(os.path.dirname(os.path.abspath(path)))
            made.add(f"{title}_default")
            for key, network in document.get("networks").items():
                external = network.get("external")
                name = interpolate(external.text_at("name") or network.text_at("name"), {})
                if external.is_map or external.text.lower() in ("true", "yes", "on"):
                    expected.add(name or key)
                elif name:
                    named.add(name)
                else:
                    made.add(f"{title}_{key}")
            taken.update(_taken(document))
            mounts += (path_in(os.path.dirname(path), name) for name in _mounted(document))

    def words() -> set[str]:
        return {word for mount in mounts for word in _WORD.findall(found.text(mount).lower())}

    return _OnMachine(made, named, expected, taken, words)


def _mounted(document: SourceNode) -> Iterator[str]:
    """Yield the configurations beside a file that its services mount."""
    for service in (each for _, each in services_of(document).items()):
        for item in service.get("volumes").list():
            source = item.text_at("source") or split_mount(item.text)[0]
            if source.startswith("./") and source.endswith(CONFIGURATIONS):
                yield source


def _taken(document: SourceNode) -> Iterator[str]:
    """Yield the names of containers and the ports of the machine that a file takes."""
    for service in (each for _, each in services_of(document).items()):
        yield from filter(None, [interpolate(service.text_at("container_name"), {})])
        for item in service.get("ports").list():
            for port in publications(item, {}):
                if port.published is not None and not port.is_any:
                    yield f"{port.published}/{'udp' if port.udp else 'tcp'}"
