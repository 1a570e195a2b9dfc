"""The configurations that the paths of a command line stand for."""

from __future__ import annotations

import functools
import itertools
import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import structs

from archgen.app.importing.applied_paths import GOES
from archgen.app.importing.cluster_evidence import (
    count_workloads,
    manifest_at,
    manifest_directories,
    scripts_that_apply,
    texts_that_may_apply,
)
from archgen.app.importing.compose_evidence import MOST_PROJECTS, development_in, joined_projects
from archgen.app.importing.compose_files import (
    choose_compose_files,
    compose_files_in,
    count_services,
    has_usual_name,
    is_compose_file,
    is_for_trial,
    nearest_projects,
    stage_of_compose_file,
)
from archgen.app.importing.compose_sketch import sketch_compose
from archgen.app.importing.directories import (
    DirectoryEntries,
    FoundFiles,
    entries_of,
    files_below,
    path_before_names,
    path_in,
)
from archgen.app.importing.kustomizations import Kustomizations
from archgen.app.importing.needed_directories import of_earlier_stages, sample_directories
from archgen.app.importing.outer_bases import outer_files
from archgen.app.importing.overlay_modes import words_of_scripts
from archgen.app.importing.overlays import choose_overlays
from archgen.app.importing.production_choice import development_beside_charts, prefer
from archgen.app.importing.project_choice import ProjectChoice, built_images, choose_projects
from archgen.app.importing.stated_use import usage_documents
from archgen.app.importing.unread_proxies import Owners, files_of_tools, owners_in, started_containers, templates_among
from archgen.importers.attached import is_proxy
from archgen.importers.charts.repository import RenderedCharts, all_charts, charts_in, render_charts
from archgen.importers.facts import Configuration, SourceError
from archgen.importers.kubernetes.kustomization import is_kustomization
from archgen.importers.stages import STAGING, is_example
from archgen.importers.yaml_files import is_template_of_another_tool
from archgen.model.problems import UsageError
from archgen.model.wording import listed
from archgen.system.files import FOUND, IMPORTED, ResolvedDirectory, UnreadableFile, read_file

_MOST_OF_A_TRIAL = 10
_OF_TOOLS = frozenset(("ansible.cfg", "setup.cfg", "mypy.cfg", "pylint.cfg"))
"""Settings of tools, which end as those of proxies do."""

_DEEPEST_PROXY = 3
_OF_PROXIES = re.compile(r"\.(conf|cfg)(\.(template|tmpl|example|sample))?$|(^|/)sites-(available|enabled)/[\w.-]+$")
"""Paths that configurations of proxies have."""

_MOST_REASONS = 3
"""Overlays for which a summary says why they are read."""


class SourceFiles:
    """The files to import, and what can't be read.

    `others` are left out, for a user to name, and `bases` has the compose files that some of those only change.
    `unnamed_proxies` count where they lead to what the files describe; the `owners_of_proxies` mount or copy others.
    `names_by_directory` are the files of the directories that a command line names. `together` are compose files that make one
    project, in their order, and `reasons` say why a directory's projects are read rather than others. `missing` are the names
    in kustomizations, after the file of each, by which nothing is to be found, and True for those outside the project. `templates` are
    those of other tools than Helm. `built` are the sources by which compose files that aren't read build services, by their names.
    `listed` are the paths that kustomizations name, each with the first of these, `of_tools` the files by which other tools run
    systems, and `doubted` the paths of compose files for development beside a chart. Containers are `started` and charts `rendered`.
    `scanned` are directories by their resolved paths, as the command line names them, with what lists those in them.
    """

    def __init__(self) -> None:
        self.files: dict[str, Configuration] = {}
        self.errors: list[SourceError] = []
        self.others: list[str] = []
        self.bases: dict[str, str] = {}
        self.unnamed_proxies: dict[str, Configuration] = {}
        self.owners_of_proxies: Owners = dict
        self.charts: list[str] = []
        self.templates: list[str] = []
        self.overlays: list[str] = []
        self.missing: list[tuple[str, str, bool]] = []
        self.names_by_directory: dict[str, frozenset[str]] = {}
        self.resolved: dict[str, ResolvedDirectory] = {}
        self.scanned: dict[str, tuple[str, Callable[[str], DirectoryEntries]]] = {}
        self.together: list[tuple[str, ...]] = []
        self.reasons: list[str] = []
        self.built: dict[str, tuple[str, str]] = {}
        self.listed: dict[str, str] = {}
        self.of_tools: dict[str, list[str]] = {}
        self.doubted: set[str] = set()
        self.started: dict[int, tuple[str, str, int]] = {}
        self.rendered = RenderedCharts()

    def read(self, path: str, inside: str | None = None) -> None:
        """Read a file; what can't be read is an error."""
        try:
            self.files.setdefault(path, Configuration(path, read_file(path, IMPORTED, inside)))
        except UnreadableFile as error:
            self.errors.append(SourceError(path, 1, 1, f"the file {error.reason}; {error.step}"))

    def read_projects(self, choice: ProjectChoice, found: FoundFiles, reason: str = "") -> None:
        """Read the compose files that are chosen in a directory; `reason` says why these and no manifests."""
        for project in choice.projects:
            for path in project:
                self.read(path, found.inside)
        self.together += choice.projects
        self.built |= choice.built
        self.others += choice.others
        for path in choice.others:
            beside = [project[0] for project in choice.projects if os.path.dirname(project[0]) == os.path.dirname(path)]
            if beside and is_compose_file(os.path.basename(path)) and sketch_compose(path, found.text(path)).changed:
                self.bases[path] = beside[0]
        if choice.reason or reason:
            named = _named(choice)
            reasons = [*choice.reason.removeprefix(f"{named}: ").split(", "), *reason.split(", ")]
            self.reasons.append(f"{named}: {', '.join(dict.fromkeys(each for each in reasons if each))}")
        for project in choice.projects:
            self.reasons += _overrides_of_developers(project, found)

    def doubt(self, choice: ProjectChoice, reason: str) -> None:
        """Take all that compose files say as assumed, for a reason if there is any: visitors use charts, which aren't read."""
        if reason:
            self.doubted.update(path for project in choice.projects for path in project)
            self.reasons.append(f"{_named(choice)} as assumed: it {reason}")

    def read_charts(self, directory: str, paths: list[str], found: FoundFiles, instead: ProjectChoice | None) -> bool:
        """Read what charts below a directory make, `instead` of compose files only if it tells as much; False if that is nothing."""
        rendered = render_charts(directory, charts_in(paths), paths, found.data)
        services = [each for project in instead.candidates for each in project.services.values()] if instead else []
        if not rendered.manifests or (instead and not rendered.replaces(each.image for each in services)):
            return False
        self.rendered = rendered
        self.files |= rendered.manifests
        self.reasons += rendered.reasons
        self.charts = [chart for chart in self.charts if chart not in rendered.charts.values()]
        return True

    def leave_out(self, paths: Iterable[str], reason: str) -> None:
        """Name compose files that aren't read for a user, and the reason."""
        self.others += paths
        self.reasons.append(reason)


def _named(choice: ProjectChoice) -> str:
    names = [" with ".join(project) for project in choice.projects]
    return " and ".join(names if len(names) <= MOST_PROJECTS else (names[0], f"{len(names) - 1} more"))


def _overrides_of_developers(project: Sequence[str], found: FoundFiles) -> Iterator[str]:
    """Yield a line on each override that Compose adds by itself and that is for development, with the command that leaves it out."""
    for path in project:
        shown = development_in(found.text(path)) if ".override." in os.path.basename(path) else ""
        others = [other for other in project if other != path]
        if shown and others:
            yield f"{path}, which {shown}; `archgen import {shlex.join(others)}` leaves it out"


def collect_sources(paths: tuple[str, ...]) -> SourceFiles:
    """Return the configurations of files and directories; UsageError for a path that leads nowhere."""
    collection = SourceFiles()
    for path in sorted(set(paths), key=os.path.normpath):
        name = os.path.normpath(path)
        if os.path.isdir(path):
            _collect_directory(collection, name)
        elif is_kustomization(path) and os.path.isfile(path):
            _collect_kustomization(collection, name)
        elif os.path.lexists(path):
            collection.read(name)
        else:
            raise UsageError(f"{path} doesn't exist; name a file or a directory")
    return collection


def _collect_kustomization(collection: SourceFiles, path: str) -> None:
    """Read a kustomization and all that it leads to, whatever overlays of it there are."""
    kustomizations = Kustomizations(os.path.dirname(path) or ".")
    for each in (path, *outer_files([path], None, kustomizations)):
        collection.read(each)
        if is_kustomization(each):
            collection.missing += _absences(each, kustomizations)


def _absences(path: str, kustomizations: Kustomizations) -> Iterator[tuple[str, str, bool]]:
    """Yield what a kustomization names and nothing is at, and what lies outside the project."""
    yield from ((path, each, False) for each in kustomizations.at(path).missing)
    yield from ((path, each, True) for each in kustomizations.outside(path))


def _collect_directory(collection: SourceFiles, directory: str) -> None:
    """Read the compose files that Compose would read there, else all manifests below, else the nearest compose files."""
    inside = collection.resolved[os.path.abspath(directory)] = ResolvedDirectory.of(directory)
    found = FoundFiles(inside)
    entries = functools.cache(entries_of)
    collection.scanned[inside] = directory, entries
    names, _ = entries(path_before_names(directory))
    collection.names_by_directory["" if directory == "." else directory] = frozenset(names)
    paths = list(files_below(directory, entries=entries))
    for tool, files in files_of_tools(directory, paths).items():
        collection.of_tools.setdefault(tool, []).extend(files)
    collection.templates += templates_among(paths)
    composed = compose_files_in(directory, names, paths, found)
    is_usual = any(has_usual_name(name) for name in composed)
    if is_usual:
        below = list(files_below(directory, _DEEPEST_PROXY, entries))
        choice = choose_projects(directory, {directory: composed}, below, found)
        preference = prefer(directory, choice, names, paths, found)
        if preference is None or not preference.is_cluster:
            collection.charts += (charts := charts_in(paths))
            doubt = development_beside_charts(directory, choice, charts, names, paths, found)
            if doubt and collection.read_charts(directory, paths, found, choice):
                collection.leave_out([*itertools.chain(*choice.projects)], f"charts: {_named(choice)} {doubt}")
                return
            collection.read_projects(choice, found, "" if preference is None else preference.reason)
            collection.doubt(choice, doubt)
            collection.others += manifest_directories(directory, below)
            _find_proxies(collection, directory, below, found)
            return
        files = [path for project in choice.projects for path in project]
        collection.leave_out([*files, *choice.others], f"manifests of Kubernetes: {preference.reason}")
    kustomizations = Kustomizations(directory)
    manifests, below = _manifests_below(collection, directory, paths, found, kustomizations)
    # what only looks like a compose file gives way to manifests
    nearest = {} if is_usual else {directory: composed} if composed else nearest_projects(below)
    projects = choose_projects(directory, nearest, below, found) if nearest else ProjectChoice([], [])
    # nothing tells which of many is meant
    is_unclear = len(projects.projects) > MOST_PROJECTS
    if is_unclear and not manifests and (joined := _joined(projects, found)) is not None:
        projects, is_unclear = joined, False
    is_meant = bool(nearest) and (not manifests or _run_less(manifests, nearest, found))
    preference = None
    if nearest and manifests and not is_meant and not is_unclear:
        preference = prefer(directory, projects, names, below, found, is_below=True)
        is_meant = preference is not None and not preference.is_cluster
    runs = any(map(count_workloads, manifests.values()))
    if manifests and not runs and not nearest and collection.read_charts(directory, paths, found, None):
        collection.files = {path: Configuration(path, data) for path, data in manifests.items()} | collection.files
    elif manifests and (is_unclear or not is_meant):
        collection.built |= built_images((choice if is_usual else projects).candidates)
        for path, data in manifests.items():
            collection.files.setdefault(path, Configuration(path, data))
            if is_kustomization(path):
                collection.missing += _absences(path, kustomizations)
        collection.reasons += _words_on_documents(
            path for path in manifests if is_kustomization(path) and kustomizations.at(path).holds_others
        )
        chosen = (
            _chosen_of(nearest, found) if is_unclear else (path for project in projects.projects for path in project)
        )
        others = [path for path in chosen if stage_of_compose_file(os.path.relpath(path, directory)) < STAGING]
        if others:
            why = f"no compose file lies in {directory}" if preference is None else preference.reason
            collection.leave_out(others, f"manifests of Kubernetes: {why}")
    elif not nearest:
        if not collection.read_charts(directory, paths, found, None):
            ends = (".conf", ".cfg", ".template")
            _read_proxies(collection, [each for each in below if each.lower().endswith(ends)], inside)
    elif is_unclear:
        words = f"holds {len(nearest)} compose projects; name those that run together, such as"
        raise UsageError(f"{directory} {words} `archgen import {shlex.join(itertools.islice(nearest, 2))}`")
    else:
        collection.others += manifest_directories(directory, below) if preference is not None else manifests
        collection.read_projects(projects, found, "" if preference is None else preference.reason)
        doubt = development_beside_charts(directory, projects, charts_in(paths), names, paths, found)
        collection.doubt(projects, doubt)
        _find_proxies(collection, directory, below, found)


def _joined(choice: ProjectChoice, found: FoundFiles) -> ProjectChoice | None:
    """Return the projects that networks join, and leave the others to a user; None where nothing joins most of them."""
    joined, networks = joined_projects(choice.projects, found)
    rest = (path for project in choice.projects if project not in joined for path in project)
    reason = f"external networks join them: {listed(networks)}"
    return structs.replace(choice, projects=joined, others=[*choice.others, *rest], reason=reason) if joined else None


def _read_proxies(collection: SourceFiles, paths: list[str], inside: ResolvedDirectory) -> None:
    """Read configurations, without the examples of those of proxies if others are in use."""
    for path in paths:
        if os.path.basename(path) not in _OF_TOOLS:
            collection.read(path, inside)
    proxies = {path for path, file in collection.files.items() if is_proxy(file)}
    examples = {path for path in proxies if is_example(path)}
    for path in sorted(examples) if examples < proxies else ():
        del collection.files[path]
        collection.others.append(path)


def _words_on_documents(paths: Iterable[str]) -> Iterator[str]:
    """Yield the words on kustomizations with other documents, which their authors mean to be applied."""
    first, *others = [*paths] or [""]
    if first:
        more = f" and {len(others)} more" if others else ""
        yield f"{first}{more}: Kustomize takes the first document alone; move the others into files that it names"


def _manifests_below(
    collection: SourceFiles, directory: str, paths: list[str], found: FoundFiles, kustomizations: Kustomizations
) -> tuple[dict[str, bytes], list[str]]:
    """Return the manifests among the files of a directory and in the bases outside, and its files but for templates of charts."""
    charts = all_charts(paths)
    templates = tuple(os.path.join(chart, "templates", "") for chart in charts)
    below = [path for path in paths if not path.startswith(templates)] if charts else paths
    collection.charts += charts_in(paths)
    present = {*below}
    manifests = {path: data for path in below if (data := manifest_at(path, present, found))}
    inner = [path for path in below if is_kustomization(path)]
    outer = outer_files(inner, directory, kustomizations)
    manifests |= {
        path: data for path in outer if not is_kustomization(path) and (data := kustomizations.found.manifest(path))
    }
    early, stages = of_earlier_stages(manifests)
    manifests = {path: data for path, data in manifests.items() if path not in early} if early else manifests
    below_stages = tuple(path_in(each, "") for each in stages)
    both = [
        kustomizations.at(path)
        for path in (*inner, *outer)
        if is_kustomization(path) and path not in early and not path.startswith(below_stages)
    ]
    named = {name for each in both for name in each.named}
    for each in both:
        for name in each.named:
            collection.listed.setdefault(name, each.path)
    unfilled = {
        path: None for path, data in manifests.items() if is_template_of_another_tool(data) and path not in named
    }
    if len(unfilled) < len(manifests):
        manifests = {path: data for path, data in manifests.items() if path not in unfilled}
        collection.templates += unfilled
    scripts = functools.cache(
        lambda: words_of_scripts(
            scripts_that_apply(directory, paths, found),
            usage_documents(paths, directory, found, GOES),
            texts_that_may_apply(directory, paths, found),
        )
    )
    samples = sample_directories(directory, manifests, both, scripts)
    collection.others += samples
    of_samples = tuple(f"{sample}{os.sep}" for sample in samples)
    manifests = {path: data for path, data in manifests.items() if not path.startswith(of_samples)}
    both = [each for each in both if not each.path.startswith(of_samples)]
    choice = choose_overlays(manifests, both, {*outer}, scripts)
    collection.overlays += [*stages, *choice.unread]
    collection.others += choice.loose
    collection.reasons += choice.reasons[:_MOST_REASONS]
    return choice.manifests, below


def _chosen_of(projects: dict[str, list[str]], found: FoundFiles) -> Iterator[str]:
    """Yield the compose files that are read of each project."""
    for project, names in projects.items():
        for name in choose_compose_files(project, names, found)[0]:
            yield path_in(project, name)


def _run_less(manifests: dict[str, bytes], projects: dict[str, list[str]], found: FoundFiles) -> bool:
    """Return True for a few manifests beside compose files that run more than twice as much: a trial, or a part of a system."""
    workloads = sum(map(count_workloads, manifests.values()))
    if not projects or workloads >= _MOST_OF_A_TRIAL:
        return False
    return sum(count_services(path, found) for path in _chosen_of(projects, found)) > 2 * workloads


def _find_proxies(collection: SourceFiles, directory: str, below: list[str], found: FoundFiles) -> None:
    """Keep the configurations of proxies near compose files, those for trials only where there are no others.

    A service that mounts one reads it itself.
    """
    proxies: dict[str, Configuration] = {}
    depth = 0 if directory == "." else directory.count(os.sep) + 1
    for path in below:
        # hardly any other path has one of these, so that few need the search
        if ".conf" not in path and ".cfg" not in path and "sites-" not in path:
            continue
        if path.count(os.sep) - depth <= _DEEPEST_PROXY and _OF_PROXIES.search(path.replace(os.sep, "/")):
            try:
                file = Configuration(os.path.normpath(path), read_file(path, FOUND, found.inside))
            except UnreadableFile:
                continue
            if is_proxy(file):
                proxies[file.path] = file
    collection.unnamed_proxies |= {path: file for path, file in proxies.items() if not is_for_trial(path)} or proxies
    collection.owners_of_proxies = functools.partial(owners_in, directory, below, found)
    collection.started |= started_containers(below, found) if proxies else {}
