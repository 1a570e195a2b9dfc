"""The compose files of a directory: which of them are read together."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable
from itertools import combinations

from msgspec import Struct

from archgen.app.importing.compose_sketch import sketch_compose
from archgen.app.importing.directories import FoundFiles
from archgen.importers.compose.project import DEFAULTS
from archgen.importers.stages import PRODUCTION, STAGING, TRIAL, UNNAMED, is_example, stage_of

_OF_COMPOSE = r"(?:docker-)?compose(?:[._-][\w.-]+)?\.ya?ml"
_OF_SWARM = r"(?:docker-)?stack\.ya?ml"
_USUAL = re.compile(f"{_OF_COMPOSE}|{_OF_SWARM}", re.IGNORECASE)
_COMPOSE = re.compile(rf"(?:[\w.-]+[._-])?{_OF_COMPOSE}|{_OF_SWARM}", re.IGNORECASE)
"""A word before `stack` is rather that of a chart, such as `kube-prometheus-stack`."""

_PLAIN = re.compile(r"(docker-)?(compose|stack)|\.ya?ml$", re.IGNORECASE)
"""Parts of the name of a compose file that tell nothing."""

_DEPLOYED = re.compile(r"(^|[^a-z])(deploy|deployment|deployments)([^a-z]|$)", re.IGNORECASE)

_OF_TESTS = re.compile(r"(^|[^a-z])(ci|tests?|testing|e2e|mocks?)([^a-z]|$)", re.IGNORECASE)

_OVERRIDES = (
    "compose.override.yaml",
    "compose.override.yml",
    "docker-compose.override.yaml",
    "docker-compose.override.yml",
)
_SERVICE = re.compile(
    r"^ {1,4}([A-Za-z0-9][\w.-]*):[ \t]*(?:&\w+[ \t]*)?(?:#.*)?\r?\n(?=\s+(?:<<|[a-z_]+):)", re.MULTILINE
)
"""Names at the level of services, each with keys of its own below it."""

_WORD = re.compile(r"(?<![\w.])(?<!\w-)(?<![\w.]/)[A-Za-z0-9][\w.-]*")
"""A word that may be the name of a service: no part of the path of a file or of an image."""

_SERVICES = re.compile(r"^services:[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_OF_PIPELINES = re.compile(r"^(?:steps|pipeline|jobs|stages|kind|apiVersion)[\"']?:", re.MULTILINE)
"""Keys of files whose services run for tests alone, and of manifests."""

_MOST_PARTS = 6
"""Files beside each other that are read together; more of them are rather examples."""


def is_compose_file(name: str) -> bool:
    """Return True for the name of a compose file."""
    lower = name.lower()
    is_likely = lower.endswith((".yml", ".yaml")) and ("compose" in lower or "stack" in lower)
    return is_likely and _COMPOSE.fullmatch(name) is not None


def has_usual_name(name: str) -> bool:
    """Return True for a file that is called as those of Compose are, without a word of its own before."""
    return _USUAL.fullmatch(name) is not None


def compose_files_in(directory: str, names: Collection[str], below: Iterable[str], found: FoundFiles) -> list[str]:
    """Return the names of compose files among those of a directory: by themselves, else by what they hold if none below has such a name."""
    named = [name for name in names if is_compose_file(name)]
    # the values of a chart may be services too
    if named or "Chart.yaml" in names or any(is_compose_file(path.rpartition(os.sep)[2]) for path in below):
        return named
    yaml = (name for name in names if name.lower().endswith((".yml", ".yaml")))
    return [name for name in yaml if _runs_services(found.text(os.path.join(directory, name)))]


def _runs_services(text: str) -> bool:
    """Return True for a text with services that have an image or a build, as no other file of an own format does."""
    is_likely = _SERVICES.search(text) is not None and _OF_PIPELINES.search(text) is None
    return is_likely and any(each.runs for each in sketch_compose("", text).services.values())


def is_for_trial(path: str) -> bool:
    """Return True for a file whose name, or that of its directory, is for those who work on the system."""
    return any(stage_of(name) == TRIAL for name in path.split(os.sep)[-2:])


def plain_name(name: str) -> str:
    """Return the part of a compose file's name that tells it from others."""
    return _PLAIN.sub("", name)


def stage_of_compose_file(path: str) -> int:
    """Return the stage of a compose file: the one that its name tells, else its directories."""
    place, name = os.path.split(path)
    stages = stage_of(plain_name(name)), stage_of(place)
    if max(stages) >= STAGING:
        return max(stages)
    return PRODUCTION if PRODUCTION in stages or _DEPLOYED.search(plain_name(name)) is not None else UNNAMED


def choose_compose_files(directory: str, names: list[str], found: FoundFiles) -> tuple[list[str], list[str]]:
    """Return the compose files of a directory that are read together, and the others."""
    default = next((name for name in DEFAULTS if name in names), None)
    if default is not None and (len(names) == 1 or found.text(os.path.join(directory, default)).strip()):
        chosen = [default, *[name for name in _OVERRIDES if name in names][:1]]
    else:
        filled = [name for name in names if name != default]
        chosen = _parts_of_system(directory, [name for name in filled if ".override." not in name] or names, found)
        chosen += [name for name in names if any(_is_override(name, base) for base in chosen)]
    return chosen, [name for name in names if name not in chosen]


def by_directory(paths: Iterable[str]) -> dict[str, list[str]]:
    """Return the names of files by their directories."""
    names: dict[str, list[str]] = {}
    for path in paths:
        names.setdefault(os.path.dirname(path), []).append(os.path.basename(path))
    return names


def count_services(path: str, found: FoundFiles) -> int:
    """Return about how many services a compose file has."""
    return len(set(_SERVICE.findall(found.text(path))))


class _Content(Struct, frozen=True):
    """The names of the services in a compose file, all its words, and True where it builds for those who work on the system."""

    services: frozenset[str]
    words: frozenset[str]
    is_for_trial: bool

    def is_beside(self, other: _Content) -> bool:
        """Return True for files of different services."""
        return bool(self.services and other.services) and self.services.isdisjoint(other.services)

    def completes(self, other: _Content) -> bool:
        """Return True for files of different services of which one names a service of the other: parts of one system."""
        names = not other.services.isdisjoint(self.words) or not self.services.isdisjoint(other.words)
        return names and self.is_beside(other)


def _parts_of_system(directory: str, names: list[str], found: FoundFiles) -> list[str]:
    """Return the likeliest file, and those of other services that belong to it."""
    stages = {name: stage_of_compose_file(name) for name in names}
    others = [name for name in names if stages[name] != TRIAL]
    if len(others) < 2:
        # people run a copy of an example, and a pipeline what it tests
        return others or sorted(names, key=lambda name: (not is_example(name), bool(_OF_TESTS.search(name))))[:1]
    contents = {name: _content(directory, name, found) for name in others}
    chosen = [min(others, key=lambda name: (stages[name], contents[name].is_for_trial))]
    candidates = [name for name in others if name not in chosen and not contents[name].is_for_trial]
    # of one stage, and where none runs again what another one does, each is a part
    together = [contents[name] for name in (*chosen, *candidates)]
    are_parts = (
        len(together) <= _MOST_PARTS
        and len({stages[name] for name in (*chosen, *candidates)}) == 1
        and all(content.is_beside(other) for content, other in combinations(together, 2))
    )
    for name in candidates:
        if are_parts or all(contents[name].completes(contents[each]) for each in chosen):
            chosen.append(name)
    return chosen


def _content(directory: str, name: str, found: FoundFiles) -> _Content:
    path = os.path.join(directory, name)
    text = found.text(path)
    services = sketch_compose(path, text).services
    is_for_trial = any(stage_of(each.recipe) == TRIAL for each in services.values())
    return _Content(frozenset(services), frozenset(_WORD.findall(text)), is_for_trial)


def _is_override(name: str, base: str) -> bool:
    stem, _, end = base.rpartition(".")
    return name == f"{stem}.override.{end}"


def nearest_projects(below: list[str]) -> dict[str, list[str]]:
    """Return the compose files that are least deep, by their directories."""
    projects = by_directory(path for path in below if is_compose_file(path.rpartition(os.sep)[2]))
    depth = min((path.count(os.sep) for path in projects), default=0)
    return {path: projects[path] for path in sorted(projects) if path.count(os.sep) == depth}
