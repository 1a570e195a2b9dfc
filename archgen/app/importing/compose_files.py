"""The compose files of a directory: which of them are read together."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from msgspec import Struct

from archgen.app.importing.directories import FoundFiles
from archgen.importers.compose.project import DEFAULTS
from archgen.importers.stages import PRODUCTION, STAGING, TRIAL, UNNAMED, stage_of

_COMPOSE = re.compile(r"(?:docker-)?compose(?:[._-][\w.-]+)?\.ya?ml|(?:docker-)?stack\.ya?ml", re.IGNORECASE)
_PLAIN = re.compile(r"(docker-)?(compose|stack)|\.ya?ml$", re.IGNORECASE)
"""Parts of the name of a compose file that tell nothing."""

_DEPLOYED = re.compile(r"(^|[^a-z])(deploy|deployment|deployments)([^a-z]|$)", re.IGNORECASE)

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

_WORD = re.compile(r"[A-Za-z0-9][\w.-]*")


def is_compose_file(name: str) -> bool:
    """Return True for the name of a compose file."""
    lower = name.lower()
    is_likely = lower.endswith((".yml", ".yaml")) and ("compose" in lower or "stack" in lower)
    return is_likely and _COMPOSE.fullmatch(name) is not None


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
    """The names of the services in a compose file, and all its words."""

    services: frozenset[str]
    words: frozenset[str]

    def completes(self, other: _Content) -> bool:
        """Return True for files of different services of which one names a service of the other: parts of one system."""
        if not self.services or not other.services or not self.services.isdisjoint(other.services):
            return False
        return not other.services.isdisjoint(self.words) or not self.services.isdisjoint(other.words)


def _parts_of_system(directory: str, names: list[str], found: FoundFiles) -> list[str]:
    """Return the likeliest file, and those of other services that belong to it."""
    stages = {name: stage_of_compose_file(name) for name in names}
    others = [name for name in names if stages[name] != TRIAL]
    chosen = sorted(others or names, key=stages.__getitem__)[:1]
    candidates = [name for name in others if name not in chosen]
    contents = [_content(directory, name, found) for name in chosen if candidates]
    for name in candidates:
        content = _content(directory, name, found)
        if all(content.completes(each) for each in contents):
            chosen.append(name)
            contents.append(content)
    return chosen


def _content(directory: str, name: str, found: FoundFiles) -> _Content:
    text = found.text(os.path.join(directory, name))
    return _Content(frozenset(_SERVICE.findall(text)), frozenset(_WORD.findall(text)))


def _is_override(name: str, base: str) -> bool:
    stem, _, end = base.rpartition(".")
    return name == f"{stem}.override.{end}"
