"""The configurations that the paths of a command line stand for."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from archgen.app.importing.directories import DirectoryEntries, entries_of, files_below
from archgen.importers.attached import is_proxy
from archgen.importers.compose.project import DEFAULTS
from archgen.importers.facts import Configuration, SourceError
from archgen.model.problems import UsageError
from archgen.system.files import FOUND, IMPORTED, ResolvedDirectory, UnreadableFile, read_file

_COMPOSE = re.compile(r"(?:docker-)?compose(?:[._-][\w.-]+)?\.ya?ml|(?:docker-)?stack\.ya?ml", re.IGNORECASE)
_PRODUCTION = re.compile(r"prod|deploy|live", re.IGNORECASE)
_TRIAL = re.compile(
    r"(^|[._-])(ci|tests?|e2e|dev|devel|development|debug|local|example|sample)([._-]|$)|ci-test", re.IGNORECASE
)
"""Names of files that are for those who work on the system."""

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
_OUTER = re.compile(r"^\s*-\s*['\"]?\.\./", re.MULTILINE)
"""A base of a kustomization in another directory."""

_WORKLOAD = re.compile(rb"^kind:\s*(Deployment|StatefulSet|DaemonSet)\s*$", re.MULTILINE)
_API_VERSION = re.compile(rb'^[ {]*"?apiVersion"?:', re.MULTILINE)
_DEEPEST_PROXY = 3
_MOST_PROJECTS = 3


class SourceFiles:
    """The files to import, and what can't be read."""

    def __init__(self) -> None:
        self.files: dict[str, Configuration] = {}
        self.errors: list[SourceError] = []
        self.others: list[str] = []
        self.unread: list[str] = []
        self.charts: list[str] = []
        self.overlays: list[str] = []
        self.listed: dict[str, frozenset[str]] = {}
        self.resolved: dict[str, ResolvedDirectory] = {}

    def read(self, path: str, inside: str | None = None) -> None:
        """Read a file; what can't be read is an error."""
        try:
            self.files.setdefault(path, Configuration(path, read_file(path, IMPORTED, inside)))
        except UnreadableFile as error:
            self.errors.append(SourceError(path, 1, 1, f"the file {error.reason}; {error.step}"))


def collect_sources(paths: tuple[str, ...]) -> SourceFiles:
    """Return the configurations of files and directories; UsageError for a path that leads nowhere."""
    collection = SourceFiles()
    for path in sorted(set(paths), key=os.path.normpath):
        name = os.path.normpath(path)
        if os.path.isdir(path):
            _collect_directory(collection, name)
        elif os.path.lexists(path):
            collection.read(name)
        else:
            raise UsageError(f"{path} doesn't exist; name a file or a directory")
    return collection


def _collect_directory(collection: SourceFiles, directory: str) -> None:
    """Read the compose files that Compose would read there, else all manifests below, else the nearest compose files."""
    inside = collection.resolved[os.path.abspath(directory)] = ResolvedDirectory.of(directory)
    top = entries_of(directory)
    names = sorted(top[0])
    collection.listed["" if directory == "." else directory] = frozenset(names)
    chosen, others = _compose_files(directory, [name for name in names if _COMPOSE.fullmatch(name)], inside)
    if chosen:
        for name in chosen:
            collection.read(_joined(directory, name), inside)
        collection.others += [_joined(directory, name) for name in others]
        collection.unread += _proxies(directory, inside, top)
        return
    paths = list(files_below(directory, top=top))
    charts = sorted(os.path.dirname(path) for path in paths if os.path.basename(path) == "Chart.yaml")
    templates = tuple(os.path.join(chart, "templates", "") for chart in charts)
    below = [path for path in paths if not path.startswith(templates)] if charts else paths
    collection.charts += [
        chart or "."
        for chart in charts
        if not any(_joined(chart, "").startswith(f"{outer}/charts/") for outer in charts)
    ]
    manifests = {
        path: data
        for path in below
        if path.lower().endswith((".yml", ".yaml", ".json")) and (data := _manifest(path, inside))
    }
    manifests = _without_overlays(collection, manifests, [path for path in below if _is_kustomization(path)], inside)
    for path, data in manifests.items():
        collection.files.setdefault(path, Configuration(path, data))
    if manifests:
        return
    _collect_nearest(collection, directory, below, inside)


def _is_kustomization(path: str) -> bool:
    return os.path.basename(path) in ("kustomization.yaml", "kustomization.yml", "Kustomization")


def _without_overlays(
    collection: SourceFiles, manifests: dict[str, bytes], kustomizations: list[str], inside: str
) -> dict[str, bytes]:
    """Return the manifests without those of overlays, which change a base that stands beside them; without a base, all."""
    overlays = [
        os.path.dirname(path) for path in kustomizations if _OUTER.search(_text(path, inside)) and os.path.dirname(path)
    ]
    below = tuple(f"{overlay}{os.sep}" for overlay in overlays)
    bases = {path: data for path, data in manifests.items() if not path.startswith(below)}
    if not below or not any(_WORKLOAD.search(data) for data in bases.values()):
        return manifests
    collection.overlays += overlays
    return bases


def _proxies(directory: str, inside: str, top: DirectoryEntries) -> Iterator[str]:
    """Yield the configurations of proxies near compose files; a service that mounts one reads it itself."""
    for path in files_below(directory, _DEEPEST_PROXY, top):
        if path.endswith((".conf", ".cfg")):
            try:
                if is_proxy(Configuration(path, read_file(path, FOUND, inside))):
                    yield os.path.normpath(path)
            except UnreadableFile:
                continue


def _collect_nearest(collection: SourceFiles, directory: str, below: list[str], inside: str) -> None:
    projects: dict[str, list[str]] = {}
    for path in below:
        if _COMPOSE.fullmatch(os.path.basename(path)):
            projects.setdefault(os.path.dirname(path), []).append(os.path.basename(path))
    depth = min((path.count(os.sep) for path in projects), default=0)
    nearest = sorted(path for path in projects if path.count(os.sep) == depth)
    if len(nearest) > _MOST_PROJECTS:
        raise UsageError(f"{directory} holds {len(nearest)} compose projects; name one, such as {nearest[0]}")
    for project in nearest:
        chosen, others = _compose_files(project, projects[project], inside)
        for name in chosen:
            collection.read(_joined(project, name), inside)
        collection.others += [_joined(project, name) for name in others]
    if not nearest:
        for path in below:
            if path.lower().endswith((".conf", ".cfg", ".template")):
                collection.read(path, inside)


def _compose_files(directory: str, names: list[str], inside: str) -> tuple[list[str], list[str]]:
    """Return the compose files of a directory that are read together, and the others."""
    default = next((name for name in DEFAULTS if name in names), None)
    if default is not None:
        chosen = [default, *[name for name in _OVERRIDES if name in names][:1]]
    else:
        complete = [name for name in names if ".override." not in name] or names
        production = [name for name in complete if _PRODUCTION.search(name)]
        others = [name for name in complete if not _TRIAL.search(name)]
        chosen = (production or others or complete)[:1]
        texts = {name: _text(_joined(directory, name), inside) for name in (complete if len(complete) > 1 else ())}
        for name in [each for each in complete if each not in chosen and not _TRIAL.search(each)]:
            if all(_completes(texts[name], texts[other]) for other in chosen):
                chosen.append(name)
        chosen += [name for name in names if any(_is_override(name, base) for base in chosen)]
    return chosen, [name for name in names if name not in chosen]


def _text(path: str, inside: str) -> str:
    """Return the text of a file; the empty one if it can't be read."""
    try:
        return read_file(path, FOUND, inside).decode("utf-8", "replace")
    except UnreadableFile:
        return ""


def _completes(text: str, other: str) -> bool:
    """Return True for compose files of different services of which one names a service of the other: parts of one system."""
    services, others = {*_SERVICE.findall(text)}, {*_SERVICE.findall(other)}
    if not services or not others or services & others:
        return False
    return bool(others & {*_WORD.findall(text)}) or bool(services & {*_WORD.findall(other)})


def _is_override(name: str, base: str) -> bool:
    stem, _, end = base.rpartition(".")
    return name == f"{stem}.override.{end}"


def _manifest(path: str, inside: str) -> bytes:
    """Return a file that may be a manifest; no bytes for any other."""
    try:
        data = read_file(path, FOUND, inside)
    except UnreadableFile:
        return b""
    return data if b"kind" in data and _API_VERSION.search(data) is not None else b""


def _joined(directory: str, name: str) -> str:
    return os.path.normpath(os.path.join(directory, name))
