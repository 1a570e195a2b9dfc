"""The configurations that the paths of a command line stand for."""

from __future__ import annotations

import functools
import itertools
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import structs

from archgen.app.importing.applied_paths import GOES, applied_in_comments
from archgen.app.importing.compose_files import (
    choose_compose_files,
    compose_files_in,
    count_services,
    has_usual_name,
    is_for_trial,
    stage_of_compose_file,
)
from archgen.app.importing.deployments.built_sources import built_images
from archgen.app.importing.deployments.chart_choice import chart_beside_compose, prefer_chart
from archgen.app.importing.deployments.chart_installations import charts_beside_manifests
from archgen.app.importing.deployments.chart_values import fill_in_chart, note_unused_values, values_among
from archgen.app.importing.deployments.cluster_evidence import (
    count_workloads,
    manifest_at,
    scripts_that_apply,
    texts_that_may_apply,
)
from archgen.app.importing.deployments.listed_files import choice_of_last_resort, nearest_choice
from archgen.app.importing.deployments.manifest_files import generated_manifests, manifest_directories
from archgen.app.importing.deployments.networks import MOST_PROJECTS, joined_projects
from archgen.app.importing.deployments.own_charts import (
    OwnCharts,
    charts_beside_helpers,
    charts_beside_others,
)
from archgen.app.importing.deployments.platforms import without_other_platforms
from archgen.app.importing.deployments.production_choice import Preference, prefer
from archgen.app.importing.deployments.rival_ways import MOST_WAYS, largest_project, rival_ways
from archgen.app.importing.deployments.started_together import started_together
from archgen.app.importing.directories import FoundFiles, entries_of, files_below, path_in, path_prefix
from archgen.app.importing.kustomizations import Kustomizations
from archgen.app.importing.needed_directories import of_earlier_stages, sample_directories
from archgen.app.importing.outer_bases import outer_files
from archgen.app.importing.overlay_modes import words_of_scripts
from archgen.app.importing.overlays import choose_overlays
from archgen.app.importing.playbooks import PATH_OF_PLAYBOOK
from archgen.app.importing.project_choice import ProjectChoice, choose_projects
from archgen.app.importing.source_files import SourceFiles, named_files
from archgen.app.importing.stated_use import usage_documents
from archgen.app.importing.unread_proxies import files_of_tools, owners_in, started_containers, templates_among
from archgen.importers.attached import is_proxy
from archgen.importers.charts.repository import all_charts, charts_in
from archgen.importers.facts import Configuration
from archgen.importers.kubernetes.kustomize.kustomization import is_kustomization
from archgen.importers.stages import STAGING, is_example
from archgen.importers.yaml_files import is_template_of_another_tool
from archgen.model.problems import UsageError
from archgen.model.wording import listed
from archgen.system.files import FOUND, ResolvedDirectory, UnreadableFile, read_file

_MOST_OF_A_TRIAL = 10
_OF_TOOLS = frozenset(("ansible.cfg", "setup.cfg", "mypy.cfg", "pylint.cfg"))
"""Settings of tools, which end as those of proxies do."""

_DEEPEST_PROXY = 3
_OF_PROXIES = re.compile(
    r"\.(conf|cfg)(\.(template|tmpl|example|sample))?$|(^|/)sites-(available|enabled)/[\w.-]+$|(^|/)nginx[\w-]*$"
)
"""Paths that configurations of proxies have."""

_MOST_REASONS = 3
"""Overlays for which a summary says why they are read."""


def collect_sources(paths: tuple[str, ...], values: tuple[str, ...] = ()) -> SourceFiles:
    """Return the configurations of files and directories, charts filled in with `values`; UsageError for a path that leads nowhere."""
    collection = SourceFiles()
    values = values_among(paths, values)
    collection.read_values(values)
    for path in sorted(set(paths), key=os.path.normpath):
        name = os.path.normpath(path)
        if os.path.isdir(path) and values:
            fill_in_chart(collection, name)
        elif os.path.isdir(path):
            _collect_directory(collection, name)
            note_unused_values(collection, name)
        elif name in values:
            continue
        elif is_kustomization(path) and os.path.isfile(path):
            _collect_kustomization(collection, name)
        elif os.path.lexists(path):
            collection.read(name)
            collection.by_hand.add(name)
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
    names, _ = entries(path_prefix(directory))
    collection.names_by_directory["" if directory == "." else directory] = frozenset(names)
    paths = list(files_below(directory, entries=entries))
    for tool, files in files_of_tools(directory, paths).items():
        collection.of_tools.setdefault(tool, []).extend(files)
    collection.generated = generated_manifests(directory, paths, found)
    collection.templates += dict.fromkeys((*templates_among(paths), *collection.generated))
    composed = compose_files_in(directory, names, paths, found)
    is_usual = any(has_usual_name(name) for name in composed)
    rivals: list[str] = []
    preference: Preference | None = None
    helped: OwnCharts | None = None
    if is_usual:
        below = list(files_below(directory, _DEEPEST_PROXY, entries))
        playbooks = (path for path in paths if PATH_OF_PLAYBOOK.search(path) is not None)
        choice = choose_projects(directory, {directory: composed}, [*dict.fromkeys((*below, *playbooks))], found)
        preference = prefer(directory, choice, names, paths, found)
        helped = charts_beside_helpers(directory, choice, paths, found)
        preference = Preference(True, helped.reason, is_proven=True) if helped is not None else preference
        if preference is None or not preference.is_cluster:
            collection.charts += charts_in(paths)
            others = manifest_directories(directory, below)
            collection.others += others
            _read_compose(collection, directory, choice, preference, others, (names, paths, below), found)
            return
        files = [path for project in choice.projects for path in project]
        what = "charts" if helped is not None else "manifests of Kubernetes"
        collection.leave_out([*files, *choice.others], f"{what}: {preference.reason}")
        rivals = files[-1:] if not preference.is_proven else []
    kustomizations = Kustomizations(directory)
    manifests, below = _manifests_below(collection, directory, paths, found, kustomizations)
    # what only looks like a compose file gives way to manifests
    none: dict[str, list[str]] = {}
    nearest, projects = (
        (none, ProjectChoice([], [])) if is_usual else nearest_choice(directory, composed, names, below, found)
    )
    # nothing tells which of many is meant
    is_unclear = len(projects.projects) - projects.beside > MOST_PROJECTS
    if is_unclear and not manifests and (joined := _joined(projects, directory, paths, found)):
        projects, is_unclear = joined, False
    helped = charts_beside_helpers(directory, projects, paths, found) if nearest and not is_unclear else helped
    is_meant = bool(nearest) and helped is None and (not manifests or _run_less(manifests, nearest, found))
    if helped is not None:
        preference = Preference(True, helped.reason, is_proven=True)
    elif nearest and manifests and not is_meant and not is_unclear:
        preference = prefer(directory, projects, names, below, found, is_below=True)
        is_meant = preference is not None and not preference.is_cluster
    runs = any(map(count_workloads, manifests.values()))
    if manifests and not runs and not nearest and collection.read_charts(directory, paths, found, None):
        collection.files = {path: Configuration(path, data) for path, data in manifests.items()} | collection.files
    elif (
        manifests
        and (is_unclear or not is_meant)
        and _read_chart(collection, directory, manifests, names, paths, found)
    ):
        collection.others += itertools.chain(*projects.projects)
    elif manifests and (is_unclear or not is_meant):
        collection.built |= built_images((choice if is_usual else projects).candidates)
        collection.add_charts(charts_beside_manifests(directory, manifests, paths, found))
        if not collection.rendered.charts:
            _read_own_charts(collection, helped or charts_beside_others(directory, manifests, paths, found))
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
            rivals = others[:1] if preference is not None and not preference.is_proven else []
            collection.leave_out(others, f"{'charts' if helped is not None else 'manifests of Kubernetes'}: {why}")
        if rivals and (places := manifest_directories(directory, [*manifests])):
            collection.undecided.append((places[0], *rivals))
    elif helped is not None and nearest:
        collection.add_charts(helped.rendered)
        collection.leave_out(itertools.chain(*projects.projects), f"charts: {helped.reason}")
    elif not nearest:
        if not collection.read_charts(directory, paths, found, None):
            if (last := choice_of_last_resort(directory, below, found)) is not None:
                _read_compose(collection, directory, last, None, [], (names, paths, below), found)
                return
            ends = (".conf", ".cfg", ".template")
            _read_proxies(collection, [each for each in below if each.lower().endswith(ends)], inside)
    else:
        projects = largest_project(projects) if is_unclear else projects
        others = manifest_directories(directory, below) if preference is not None else [*manifests]
        collection.others += others
        _read_compose(collection, directory, projects, preference, others, (names, paths, below), found)


def _read_compose(
    collection: SourceFiles,
    directory: str,
    choice: ProjectChoice,
    preference: Preference | None,
    others: Sequence[str],
    files: tuple[Sequence[str], list[str], list[str]],
    found: FoundFiles,
) -> None:
    """Read compose files with the proxies near them, or the chart by which visitors get their programs, if it is understood.

    They are preferred to the manifests in `others`. `files` are the names in the directory, the paths of all below it, and of those
    that may be for proxies.
    """
    names, paths, below = files
    beside = chart_beside_compose(directory, choice, charts_in(paths), names, paths, found)
    only = beside.charts if beside is not None else ()
    if beside is not None and collection.read_charts(directory, paths, found, beside.is_replaced_by, only):
        left = [*itertools.chain(*choice.projects)]
        collection.leave_out(left, f"charts: {named_files(choice)} {beside.reason}")
        if beside.is_asked:
            collection.undecided.append((beside.charts[0], choice.projects[0][-1]))
        return
    collection.read_projects(choice, found, "" if preference is None else preference.reason)
    if preference is not None and not preference.is_proven and others:
        collection.undecided.append((choice.projects[0][-1], *others[:MOST_WAYS], *choice.rivals))
    elif ways := rival_ways(directory, choice, collection.generated, names, paths, found):
        collection.undecided.append((choice.projects[0][-1], *ways))
    collection.doubt(choice, "" if beside is None else beside.reason)
    _find_proxies(collection, directory, below, found)


def _read_chart(
    collection: SourceFiles,
    directory: str,
    manifests: Mapping[str, bytes],
    names: Sequence[str],
    paths: list[str],
    found: FoundFiles,
) -> bool:
    """Read the chart that visitors use instead of manifests of the same programs; False if there is none."""
    chart = prefer_chart(directory, manifests, names, paths, found)
    if isinstance(chart, list):
        places = manifest_directories(directory, [*manifests]) or [directory]
        collection.undecided += [(places[0], *chart[:MOST_WAYS])] if chart else []
        return False
    collection.add_charts(chart.rendered)
    collection.others += chart.manifests
    if chart.is_asked:
        collection.undecided.append((chart.chart, *chart.manifests[:MOST_WAYS]))
    collection.reasons.insert(0, f"{chart.chart}: {chart.reason}")
    return True


def _read_own_charts(collection: SourceFiles, own: OwnCharts | None) -> None:
    """Read the charts of the system's own programs beside what runs none."""
    if own is not None:
        collection.add_charts(own.rendered)
        collection.reasons.insert(0, own.reason)


def _joined(choice: ProjectChoice, directory: str, paths: Sequence[str], found: FoundFiles) -> ProjectChoice | None:
    """Return the projects that networks join, or that one file starts; None where nothing tells that most belong together."""
    joined, networks = joined_projects(choice.projects, found)
    reason = f"external networks join them: {listed(networks)}"
    if not joined:
        joined, reason = started_together(choice.projects, directory, paths, found)
    rest = (path for project in choice.projects if project not in joined for path in project)
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
    manifests = without_other_platforms(collection, directory, manifests)
    choice = choose_overlays(manifests, both, {*outer}, scripts)
    unlisted = {path: data for path, data in choice.manifests.items() if path not in named}
    collection.by_hand |= {*applied_in_comments(unlisted)} if both else set()
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
        if ".conf" not in path and ".cfg" not in path and "sites-" not in path and "nginx" not in path:
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
