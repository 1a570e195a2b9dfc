"""Compose projects: the files of a directory merged, `extends` followed, profiles chosen."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from archgen.importers.compose.environment import environment_of, opened_variables
from archgen.importers.compose.interpolation import expanded_variables, interpolate
from archgen.importers.compose.own_programs import name_sources
from archgen.importers.compose.profiles import deployed_profiles, place_on_hosts
from archgen.importers.compose.service import (
    VOLUMES_FROM,
    Service,
    SourceText,
    as_seen_from,
    merge,
    read_service,
    source_directory,
)
from archgen.importers.facts import Configuration, FactSheet, Opener
from archgen.importers.nodes import SourceNode
from archgen.importers.yaml_files import documents

DEFAULTS = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
"""The files that Compose reads unasked."""

_OF_INCLUDING = {"include", "name", "version", "networks", "volumes", "configs", "secrets"}
"""The keys of a file that only puts others together."""

_NOT_INCLUDED = (
    "the file that is included here isn't there, or lies outside the directory that is imported; "
    "name this compose file itself to import from the whole repository"
)
_DEEPEST = 10
_MOST_FILES = 100
_MOST_SERVICES = 5000


_Included = tuple[Configuration, SourceNode, dict[str, str]]
"""A file of a project, with the variables that it has where the project sets none."""


class Project(Struct):
    """The services of compose files that are read together, by name, and its variables; `path` is the first of the files.

    `networks` are the names on the machine of those networks that other projects may use too, by their names in the files.
    """

    path: str
    name: str
    services: dict[str, Service]
    variables: dict[str, str]
    networks: dict[str, str] = field(default_factory=dict)

    @property
    def directory(self) -> str:
        """Return the directory of the files."""
        return posixpath.dirname(self.path)

    @property
    def title(self) -> str:
        """Return the last part of the directory's path."""
        return posixpath.basename(self.directory) or "project"


def is_compose(root: SourceNode) -> bool:
    """Return True if a document is a compose file: services that run something, or nothing but other compose files."""
    services = services_of(root)
    if root.is_map and root.get("include").value is not None and services.value is None:
        return posixpath.basename(root.path) in DEFAULTS or set(root.keys) <= _OF_INCLUDING
    keys = (
        "image",
        "build",
        "extends",
        "command",
        "ports",
        "environment",
        "depends_on",
        "volumes",
        "deploy",
        "env_file",
        "profiles",
        "networks",
        "restart",
        "container_name",
        "healthcheck",
        "logging",
        "labels",
        "expose",
    )
    return services.is_map and any(
        service.is_map and any(key in service.value for key in keys) for _, service in services.items()
    )


def services_of(root: SourceNode) -> SourceNode:
    """Return the services of a compose file; in version 1 they are all that it holds."""
    if "services" in root.keys or posixpath.basename(root.path) not in DEFAULTS:
        return root.get("services")
    runs = [service.is_map and ("image" in service.keys or "build" in service.keys) for _, service in root.items()]
    return root if runs and all(runs) else root.get("services")


def merge_order(path: str) -> tuple[bool, bool, str]:
    """Return the key by which the files of a directory are merged: the default file, its override, then others by name."""
    name = posixpath.basename(path)
    return name not in DEFAULTS, "override" not in name, path


def read_projects(
    files: Iterable[tuple[Configuration, SourceNode]],
    opener: Opener,
    profiles: frozenset[str],
    sheet: FactSheet,
    together: Iterable[tuple[str, ...]] = (),
    built: Mapping[str, tuple[str, str]] | None = None,
) -> list[Project]:
    """Return a project for each directory, in the order of their paths; files that add to another project belong to it.

    `together` are the paths of files that make one project wherever they lie, in the order in which each changes those before.
    """
    places = {path: (group[0], place) for group in together for place, path in enumerate(group)}

    def order(pair: tuple[Configuration, SourceNode]) -> tuple[int, tuple[bool, bool, str]]:
        path = pair[0].path
        return places.get(path, (path, 0))[1], merge_order(path)

    directories: dict[str, list[tuple[Configuration, SourceNode]]] = {}
    for file, root in sorted(files, key=order):
        first, _ = places.get(file.path, (file.path, 0))
        directories.setdefault(posixpath.dirname(first), []).append((file, root))
    read = [
        _project(sorted(project, key=order), opener, profiles, sheet, built or {})
        for project in _completed([directories[directory] for directory in sorted(directories)])
    ]
    _name_networks(read)
    return read


def _name_networks(projects: list[Project]) -> None:
    """Add the names on the machine of the networks of projects' own that others among them name: `shop_default` of `shop`."""
    expected = {name for project in projects for name in project.networks.values()}
    for project in projects:
        keys = {"default"}.union(*(service.networks for service in project.services.values()))
        names = {key: f"{project.name or project.title}_{key}" for key in keys - project.networks.keys()}
        project.networks |= {key: name for key, name in names.items() if name in expected}


def _completed(projects: list[list[tuple[Configuration, SourceNode]]]) -> list[list[tuple[Configuration, SourceNode]]]:
    """Return the projects, each with the files of another directory that change what it runs, as `-f` names them."""
    if len(projects) < 2:
        return projects
    complete = {
        name: number
        for number, files in reversed([*enumerate(projects)])
        for _, root in files
        for name, service in services_of(root).items()
        if _runs(service)
    }
    joined: dict[int, list[tuple[Configuration, SourceNode]]] = {}
    for number, files in enumerate(projects):
        owners = {other for other, base in enumerate(projects) if _builds_again(files, base)} or {
            complete.get(name, number)
            for _, root in files
            for name, service in services_of(root).items()
            if not _runs(service)
        } - {number}
        joined.setdefault(min(owners, default=number), []).extend(files)
    return [files for _, files in sorted(joined.items())]


def _runs(service: SourceNode) -> bool:
    return service.is_map and any(key in service.value for key in ("image", "build", "extends"))


def _builds_again(files: list[tuple[Configuration, SourceNode]], base: list[tuple[Configuration, SourceNode]]) -> bool:
    """Return True for files that state services of a directory above anew, built of the same sources: they run in their place.

    A default file is run by itself, in its own directory.
    """
    directory, above = (posixpath.dirname(posixpath.normpath(each[0][0].path)) for each in (files, base))
    is_below = directory.startswith(f"{above}/") if above else directory != ""
    if not is_below or any(posixpath.basename(file.path) in DEFAULTS for file, _ in files):
        return False
    return not _sources(files).isdisjoint(_sources(base))


def _sources(files: list[tuple[Configuration, SourceNode]]) -> set[tuple[str, str, str]]:
    """Return the services that files build, each with the directory and the recipe that it is built of."""
    return {
        (name, source_directory(file.path, build.text or build.text_at("context")), build.text_at("dockerfile"))
        for file, root in files
        for name, service in services_of(root).items()
        if (build := service.get("build")).value is not None
    }


def _project(
    files: list[tuple[Configuration, SourceNode]],
    opener: Opener,
    profiles: frozenset[str],
    sheet: FactSheet,
    built: Mapping[str, tuple[str, str]],
) -> Project:
    first = files[0][0].path
    environment = environment_of(first, opener)
    services: dict[str, Service] = {}
    name = ""
    networks: dict[str, str] = {}
    included = _with_included(files, opener, sheet)
    inside = environment.inside(
        (file.data.decode("utf-8", "replace") for file, _, _ in included),
        {key for _, root, _ in included for key in _started(root, profiles or environment.profiles)},
    )
    for file, root, own in included:
        name = root.text_at("name") or name
        variables = {**own, **environment.variables}
        networks.update(_common_networks(root, variables))
        reader = _Reader(file.path, root, opener, variables, {**own, **inside}, sheet)
        for key in reader.services.keys:
            service = reader.service(key)
            if service is not None and len(services) < _MOST_SERVICES:
                services[key] = _merged(services[key], service) if key in services else service
    name_sources(services.values(), first, built, opener)
    if environment.stand_in:
        sheet.stand_in(environment.stand_in)
    profiles = profiles or environment.profiles or _deployed(services, first, sheet)
    place_on_hosts(services, profiles)
    return Project(first, name, _chosen(services, profiles, sheet), environment.variables, networks)


def _started(root: SourceNode, profiles: frozenset[str]) -> Iterator[str]:
    """Yield the names of the services of a file that no profile holds back."""
    for key, service in services_of(root).items():
        needed = {item.text for item in service.get("profiles").list()}
        if not needed or needed & profiles:
            yield key


def _deployed(services: dict[str, Service], path: str, sheet: FactSheet) -> frozenset[str]:
    """Return the profiles of those who deploy a project, and record why they count."""
    reasons = deployed_profiles(services)
    for name, reason in reasons.items():
        sheet.decide(f"{path} with --profile {name}: {reason}")
    return frozenset(reasons)


def _merged(base: Service, over: Service) -> Service:
    """Return a service over another; a directory that each names from its own file stays as the first does."""
    if source_directory(over.source.path, over.built) == source_directory(base.source.path, base.built):
        over.built = base.built
    return merge(base, over)


def _common_networks(root: SourceNode, variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the networks that have a name of their own on the machine, each with it."""
    for key, network in root.get("networks").items():
        external = network.get("external")
        named = external.text_at("name") or network.text_at("name")
        if named or external.value is True:
            yield key, interpolate(named, variables) or key


def _with_included(files: list[tuple[Configuration, SourceNode]], opener: Opener, sheet: FactSheet) -> list[_Included]:
    """Return files in their order with those that they include, each once, before what includes them."""
    order: list[_Included] = []
    seen: set[str] = set()
    none: dict[str, str] = {}
    waiting = [((file, root, none), False) for file, root in reversed(files)]
    while waiting:
        each, is_opened = waiting.pop()
        if is_opened:
            order.append(each)
        elif each[0].path not in seen and len(seen) < _MOST_FILES:
            seen.add(each[0].path)
            waiting.append((each, True))
            waiting += [(inner, False) for inner in reversed(list(_included(each, opener, sheet)))]
    return order


def _included(including: _Included, opener: Opener, sheet: FactSheet) -> Iterator[_Included]:
    """Yield the files that one includes, each with the variables of its own that hold where the project sets none."""
    file, root, outer = including
    for item in root.get("include").list():
        named = [each.text for each in item.get("env_file").list()] if item.is_map else []
        for path in item.get("path").list() if item.is_map else [item]:
            opened = opener(file.path, path.text)[:1]
            for each in opened:
                own = {**_variables_for(each.path, file.path, named, opener), **outer}
                yield from ((each, document, own) for document in documents(each, sheet)[:1])
            if not opened and "$" not in path.text and "://" not in path.text:
                sheet.fail(file.path, path.line, 1, _NOT_INCLUDED)


def _variables_for(path: str, including: str, named: list[str], opener: Opener) -> dict[str, str]:
    """Return the variables of an included file: of the files that the one which includes it names, else of those beside it."""
    if not named:
        is_beside = posixpath.dirname(path) == posixpath.dirname(including)
        return environment_of(path, opener).variables if not is_beside else {}
    variables: dict[str, str] = {}
    for name in named:
        for file in opened_variables(including, name, opener):
            variables |= {key: value for key, (value, _) in expanded_variables(file.data, variables).items()}
    return variables


def _chosen(services: dict[str, Service], profiles: frozenset[str], sheet: FactSheet) -> dict[str, Service]:
    """Return the services that run with the profiles; all of them if none would run."""
    active = {name: each for name, each in services.items() if not each.profiles or each.profiles & profiles}
    if not active:
        return services
    # what an active service depends on runs too
    waiting = list(active.values())
    while waiting:
        service = waiting.pop()
        for name in service.depends_on:
            if name in services and name not in active and name not in service.optional:
                active[name] = services[name]
                waiting.append(services[name])
    for name, service in services.items():
        if name not in active:
            sheet.omit(service.source, name, f"runs only with --profile {sorted(service.profiles)[0]}")
    return {name: service for name, service in services.items() if name in active}


class _Reader:
    """Reads the services of one file, with what they extend."""

    def __init__(
        self,
        path: str,
        root: SourceNode,
        opener: Opener,
        variables: Mapping[str, str],
        inside: Mapping[str, str],
        sheet: FactSheet,
    ) -> None:
        self.path = path
        self.services = services_of(root)
        self.configs = root.get("configs")
        self.opener = opener
        self.variables = variables
        self.inside = inside
        self.sheet = sheet

    def service(self, name: str, depth: int = 0) -> Service | None:
        """Return a service with what it extends; None if it isn't there."""
        node = self.services.get(name)
        if not node.is_map:
            return None
        service = read_service(name, node, self.variables, self.inside)
        _mount_others(service, node, self.configs, self.variables)
        if service.extends is None:
            return service
        file, base_name = service.extends
        base = self._base(file, base_name, depth)
        if base is None:
            self.sheet.fail(
                self.path, node.get("extends").line, 1, f"`{name}` extends a service that isn't there; check `extends`"
            )
            return service
        # what a service depends on and links to isn't inherited
        base.depends_on, base.links = {}, {}
        return merge(as_seen_from(base, service), service)

    def _base(self, file: str, name: str, depth: int) -> Service | None:
        if depth > _DEEPEST:
            return None
        if not file:
            return self.service(name, depth + 1)
        opened = self.opener(self.path, file)
        roots = documents(opened[0], self.sheet) if opened else []
        reader = (
            _Reader(opened[0].path, roots[0], self.opener, self.variables, self.inside, self.sheet) if roots else None
        )
        return reader.service(name, depth + 1) if reader is not None else None


def _mount_others(service: Service, node: SourceNode, configs: SourceNode, variables: Mapping[str, str]) -> None:
    """Add the files that a service gets as `configs`, which stand under the root of its container unless it says where.

    Where those lie that it has from others by `volumes_from`, its own lines don't tell.
    """
    for item in node.get("volumes_from").list():
        service.mounts[VOLUMES_FROM] = SourceText(f"/{VOLUMES_FROM}/{item.text}", item.origin)
    for item in node.get("configs").list():
        source = item.text or item.text_at("source")
        # what no file of the project holds
        file = interpolate(configs.text_at(source, "file"), variables) or f"/{source}"
        target = interpolate(item.text_at("target"), variables) or f"/{source}"
        service.mounts[target] = SourceText(file if file.startswith((".", "/")) else f"./{file}", item.origin)
