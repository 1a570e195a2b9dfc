"""The compose project that a directory stands for, where it holds several: chosen by what it runs, by names and by scripts."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from archgen.app.importing.candidates import ComposeCandidate, stands_apart
from archgen.app.importing.compose_files import (
    by_directory,
    choose_compose_files,
    is_compose_file,
    plain_name,
    stage_of_compose_file,
)
from archgen.app.importing.compose_sketch import ComposeSketch, ServiceSketch, sketch_compose, with_extended
from archgen.app.importing.deploy_commands import ComposeRun, command_files, find_runs, is_pipeline
from archgen.app.importing.deployments.built_sources import built_elsewhere, is_of_one_system
from archgen.app.importing.deployments.compose_evidence import development_in
from archgen.app.importing.deployments.networks import projects_beside
from archgen.app.importing.deployments.rival_projects import rival_projects
from archgen.app.importing.directories import FoundFiles, path_in
from archgen.app.importing.playbooks import PATH_OF_PLAYBOOK
from archgen.app.importing.started_files import started_files
from archgen.importers.compose.own_programs import is_own_program
from archgen.importers.compose.project import DEFAULTS
from archgen.importers.products import is_product
from archgen.importers.stages import PRODUCTION, STAGING, TRIAL, UNNAMED, stage_of

_MOST_FILES, _DEEPEST, _MOST_RIVALS, _MOST_TRIALS, _PART = 60, 3, 2, 8, 0.3
"""Rivals that are named, and the part of all that is built which a project runs that stands for a directory with a helper alone."""


class ProjectChoice(Struct, frozen=True):
    """The projects that are read, each by its files in their order; `others` are named for a user, `reason` says why.

    `sketched` returns `candidates`, the same projects with what they run: only where there are manifests too does anybody ask.
    `built` are the directory and the recipe by which files that aren't read build services, by their names. The last projects are
    those `beside` the others on their networks, as many as that says. For `rivals` of the only project no less speaks.
    """

    projects: list[tuple[str, ...]]
    others: list[str]
    reason: str = ""
    sketched: Callable[[], tuple[ComposeCandidate, ...]] = tuple
    built: dict[str, tuple[str, str]] = {}
    beside: int = 0
    rivals: list[str] = []

    @property
    def candidates(self) -> tuple[ComposeCandidate, ...]:
        """Return the projects with what they run."""
        return self.sketched()

    @property
    def is_helper(self) -> bool:
        """Return True for projects that run stores and tools, and no program of the system's own."""
        return self.candidates != () and all(each.services != {} and not each.own for each in self.candidates)


def choose_projects(
    directory: str, projects: dict[str, list[str]], below: list[str], found: FoundFiles
) -> ProjectChoice:
    """Return the projects to read instead of those that lie nearest, where more speaks for others of the same system.

    `projects` are the names of the nearest compose files by their directories, `below` the files in the directory and below.
    """
    nearest = [choose_compose_files(project, names, found) for project, names in projects.items()]
    read = [
        tuple(path_in(project, name) for name in chosen) for project, (chosen, _) in zip(projects, nearest, strict=True)
    ]
    others = [path_in(project, name) for project, (_, names) in zip(projects, nearest, strict=True) for name in names]
    deepest = max(
        _DEEPEST + (0 if directory == "." else directory.count(os.sep) + 1),
        *(path.count(os.sep) for each in read for path in each),
    )
    named = [path for path in below if path.endswith((".yml", ".yaml")) and is_compose_file(path.rpartition(os.sep)[2])]
    known = [path_in(project, name) for project, names in projects.items() for name in names]
    started = started_files(directory, command_files(directory, below, found), below, found)
    composed = {*known, *started, *(os.path.normpath(path) for path in named if path.count(os.sep) <= deepest)}
    files = sorted(composed, key=lambda path: (path.count(os.sep), path))[:_MOST_FILES]
    current_files = {path for project in read for path in project}
    # a file for a trial is read where nothing else is
    likely = [
        path
        for path in files
        if path in current_files or stage_of_compose_file(os.path.relpath(path, directory)) < STAGING
    ]
    if len(read) == 1 and {*files} <= current_files:
        return ProjectChoice(
            read, others, sketched=functools.cache(lambda: _sketched_alone(directory, read[0], likely, found))
        )
    texts = {path: found.text(path) for path in likely}
    sketches = _sketches(texts, found)
    near = (path for path in below if path.count(os.sep) <= deepest or PATH_OF_PLAYBOOK.search(path) is not None)
    runs = list(find_runs(directory, near, texts, found)) if current_files < {*files} else []
    candidates = _candidates(directory, likely, sketches, runs, found)
    current = [_candidate(directory, project, sketches, runs) for project in read]
    working = [_with_parts(each, current, sketches, found) for each in _working(current, candidates)]
    chosen = _without_variants(directory, [_best(each, candidates, found) for each in working])
    result = [each.files for each in chosen]
    taken = {path for project in result for path in project}
    places = {os.path.dirname(path) for path in taken}
    variants = [path for path in files if os.path.dirname(path) in places]
    unread = dict.fromkeys([*others, *sorted(current_files), *variants])
    unread |= dict.fromkeys(_elsewhere({*map(os.path.normpath, (*places, *projects))}, sketches, found))
    left = [path for path in unread if path not in taken]
    # a file for trials builds what another one runs
    trials = [path for path in variants if path not in sketches][:_MOST_TRIALS]
    sketches |= _sketches({path: found.text(path) for path in trials}, found)
    built_in = [path for path in files if path in sketches and path not in taken]
    alike = [path for path in built_in if is_of_one_system(path, chosen, _candidate(directory, (path,), sketches, []))]
    built = dict(built_elsewhere(alike, sketches))
    rivals = [
        each
        for each in candidates
        if taken.isdisjoint(each.files) and each.deployed_by and not each.by_comments and each.stage < STAGING
    ]
    reason = _reason(directory, current, chosen, left) + "".join(
        f"; {each.deployed_by} starts {' with '.join(each.files)}"
        for each in rivals[:_MOST_RIVALS]
        if any(each.is_variant_of(other) or other.is_variant_of(each) for other in chosen)
    )
    beside = [*projects_beside(chosen, sorted(candidates, key=_order), found)]
    named = [f"{' with '.join(files)} is on its network {network}" for files, network in beside]
    reason = "; ".join([*filter(None, [reason]), *named])
    result += [files for files, _ in beside]
    left = [path for path in left if not any(path in files for files, _ in beside)]
    asked = rival_projects(directory, chosen, candidates, files, found)
    return ProjectChoice(result, left, reason, lambda: (*chosen,), built, len(beside), asked)


def _order(candidate: ComposeCandidate) -> tuple[int, tuple[int, int, tuple[str, ...]]]:
    return candidate.rank, _place(candidate)


def _sketched_alone(
    directory: str, project: tuple[str, ...], likely: list[str], found: FoundFiles
) -> tuple[ComposeCandidate, ...]:
    sketches = _sketches({path: found.text(path) for path in likely}, found)
    return (_candidate(directory, project, sketches, []),)


def _sketches(texts: Mapping[str, str], found: FoundFiles) -> dict[str, ComposeSketch]:
    """Return the outlines of compose files, with what they take over of others."""
    sketches = {path: sketch_compose(path, text) for path, text in texts.items()}
    with_extended(sketches, lambda path: sketch_compose(path, found.text(path)))
    return sketches


def _elsewhere(beside: set[str], sketches: dict[str, ComposeSketch], found: FoundFiles) -> Iterator[str]:
    """Yield the files of other directories that may be read by themselves: what those for visitors run may be among them."""
    included = {path_in(os.path.dirname(path), name) for path, sketch in sketches.items() for name in sketch.includes}
    for directory, names in by_directory(sketches).items():
        if (directory or ".") not in beside:
            for name in choose_compose_files(directory, names, found)[0]:
                path = path_in(directory, name)
                # a store alone is an example, or started for tests
                services = sketches[path].services.values()
                if path not in included and any(each.built or not is_product(each.image) for each in services):
                    yield path


def _candidates(
    directory: str, files: list[str], sketches: dict[str, ComposeSketch], runs: list[ComposeRun], found: FoundFiles
) -> list[ComposeCandidate]:
    """Return all that may be read together: each file with those that it belongs to, and what scripts start together."""
    groups = dict.fromkeys(run.files for run in runs if run.files[1:] or _base_of(run.files[0], sketches) is None)
    names = by_directory(files)
    for path in files:
        name = os.path.basename(path)
        if ".override." not in name:
            companions = (
                [name]
                if name not in DEFAULTS
                else [each for each in names[os.path.dirname(path)] if each in DEFAULTS or ".override." in each]
            )
            group = tuple(
                path_in(os.path.dirname(path), each)
                for each in choose_compose_files(os.path.dirname(path), companions, found)[0]
            )
            groups.setdefault(_with_base(group, sketches, runs) if name not in DEFAULTS else group)
    return [_candidate(directory, group, sketches, runs) for group in groups if group]


def _with_base(group: tuple[str, ...], sketches: dict[str, ComposeSketch], runs: list[ComposeRun]) -> tuple[str, ...]:
    """Return files after those whose services they change or wait for: those that a command names before them, or a default file."""
    together = [run for run in runs if group[0] in run.files]
    if together and all(run.files[0] != group[0] for run in together):
        return min(together, key=lambda run: (run.by != group[0], not run.deploys)).files
    sketch = sketches[group[0]]
    waited = {name for service in sketch.services.values() for name in service.waits_for}
    missing = sketch.changed | (waited - set(sketch.services))
    if not missing:
        beside = _base_of(group[0], sketches)
        return (beside, *group) if beside is not None else group
    place = os.path.dirname(group[0])
    while True:
        for name in DEFAULTS:
            base = sketches.get(path_in(place, name))
            if base is not None and missing <= set(base.services) | set(sketch.services) - sketch.changed:
                return (base.path, *group)
        above = os.path.dirname(place)
        if above == place:  # the root, or the directory that relative paths start from
            return group
        place = above


def _base_of(path: str, sketches: dict[str, ComposeSketch]) -> str | None:
    """Return the default file beside a file that only changes what it runs; None where the file stands for itself."""
    beside = (sketches.get(path_in(os.path.dirname(path), name)) for name in DEFAULTS)
    base = next((each for each in beside if each is not None), None)
    return base.path if base is not None and _changes(sketches[path], base) else None


def _changes(sketch: ComposeSketch, base: ComposeSketch) -> bool:
    """Return True for other images or targets of services of a file beside it, without the stores that these need there."""
    left = [service for name, service in base.services.items() if name not in sketch.services]
    is_part = bool(sketch.services) and sketch.services.keys() < base.services.keys()
    stores = any(each.image and not each.built for each in left)
    return (
        is_part
        and stores
        and not sketch.has_addresses
        and all(is_own_program(name, each.image, each.built) for name, each in sketch.services.items())
    )


def _candidate(
    directory: str, files: tuple[str, ...], sketches: dict[str, ComposeSketch], runs: list[ComposeRun]
) -> ComposeCandidate:
    services: dict[str, ServiceSketch] = {}
    for path in files:
        for sketch in _with_included(path, sketches):
            for name, service in sketch.services.items():
                services[name] = service if service.runs else services.get(name, service)
    stages = [stage_of_compose_file(os.path.relpath(path, directory)) for path in files]
    named = [stage for stage in stages if stage != UNNAMED]
    stage = max(named, default=UNNAMED)
    starting = [run.by for run in runs if run.deploys and run.files == files]
    by = next((each for each in starting if is_pipeline(each)), next(iter(starting), ""))
    name = os.path.relpath(by, directory) if by else ""
    return ComposeCandidate(files, services, stage, name, is_pipeline(by), by in files)


def _with_included(path: str, sketches: dict[str, ComposeSketch]) -> Iterator[ComposeSketch]:
    sketch = sketches.get(path)
    if sketch is not None:
        for name in sketch.includes:
            included = sketches.get(path_in(os.path.dirname(path), name))
            if included is not None and included is not sketch:
                yield included
        yield sketch


def _working(current: list[ComposeCandidate], candidates: list[ComposeCandidate]) -> list[ComposeCandidate]:
    """Return the projects; where none runs a program of the system's own, the one that runs most of what the others build."""
    if any(each.own or not each.services for each in current):
        return current
    working = [each for each in candidates if each.own and each.stage != TRIAL]
    built = set[str]().union(*(each.builds for each in working))
    likely = [
        each
        for each in working
        if len(each.builds) > _PART * len(built) or (not each.builds and each.is_meant_beside(current))
    ]
    if not any(each.starts for each in current):
        likely = likely or working
    for each in sorted(likely, key=lambda each: (each.rank, -len(each.builds), *_place(each)))[:1]:
        if not stands_apart(each, current):
            return [functools.reduce(_with_stores, current, each)]
    return current


def _with_parts(
    project: ComposeCandidate, helpers: list[ComposeCandidate], sketches: dict[str, ComposeSketch], found: FoundFiles
) -> ComposeCandidate:
    """Return a project read instead of a helper, with the files that are read with it where no default file is."""
    place = os.path.dirname(project.files[0])
    names = [name for name in by_directory(sketches)[place] if name not in DEFAULTS]
    parts = tuple(path_in(place, name) for name in choose_compose_files(place, names, found)[0])
    if project in helpers or not {*project.files} < {*parts}:
        return project
    services = {name: each for path in parts for name, each in sketches[path].services.items()}
    return ComposeCandidate(parts, services, project.stage, project.deployed_by, project.by_pipeline)


def _with_stores(project: ComposeCandidate, base: ComposeCandidate) -> ComposeCandidate:
    """Return a project together with another one, which is read first, if it names services that only the other one runs."""
    if project.missing.isdisjoint(base.services) or not base.own.keys() <= project.own.keys():
        return project
    files = tuple(dict.fromkeys((*base.files, *project.files)))
    return ComposeCandidate(
        files, base.services | project.services, project.stage, project.deployed_by, project.by_pipeline
    )


def _best(project: ComposeCandidate, candidates: list[ComposeCandidate], found: FoundFiles) -> ComposeCandidate:
    """Return the candidate for which most speaks of those that run the same system as a project.

    What a workflow starts is a part, where a file that is named for production runs that and more: something else starts the rest.
    Images of a registry speak for a file where those of the other are built for development.
    """
    named = [each.services.keys() for each in (project, *candidates) if each.stage == PRODUCTION]
    shown = next((f"{path} {words}" for path in project.files if (words := development_in(found.text(path)))), "")
    released = [replace(each, instead=shown) for each in candidates if shown and _is_instead(each, project, found)]
    variants = [
        each
        for each in (*candidates, *released)
        if each.rank < project.rank
        and each.is_variant_of(project)
        and (each.stage == PRODUCTION or not any(each.services.keys() < names for names in named))
    ]
    best = min([project, *variants], key=lambda each: (each.rank, -each.covers(project), *_place(each)))
    return best if best is project else _with_stores(best, project)


def _is_instead(each: ComposeCandidate, project: ComposeCandidate, found: FoundFiles) -> bool:
    """Return True for files that run images of a registry, and that aren't for development, beside some that build programs."""
    is_other = each.is_released and bool(project.builds) and each.rank == project.rank
    return is_other and not any(development_in(found.text(path)) for path in each.files)


def _without_variants(directory: str, projects: list[ComposeCandidate]) -> list[ComposeCandidate]:
    """Return projects without trials beside others, and without those that run again what another one does."""
    order = sorted(projects, key=lambda each: (not each.own, each.rank, -len(each.own), *_place(each)))
    taken: list[ComposeCandidate] = []
    for each in order:
        if not any(_replaces(directory, other, each) for other in taken):
            taken.append(each)
    return sorted(taken, key=projects.index)


def _replaces(directory: str, project: ComposeCandidate, other: ComposeCandidate) -> bool:
    """Return True if a project is read instead of another: of one system, or of a trial beside one for visitors."""
    if project.files == other.files or project.is_variant_of(other) or other.is_variant_of(project):
        return True
    if other.stage >= STAGING > project.stage:
        # a word alone is no proof: `preview` may hold a program that makes previews, and `demo-shop` a shop
        alike = project.covers(other) or other.covers(project)
        return bool(alike) or not other.own or _is_trial_alone(directory, other)
    return not other.own and other.services != {} and other.services.keys() <= project.services.keys()


def _is_trial_alone(directory: str, project: ComposeCandidate) -> bool:
    """Return True if a part of a project's path is the word for a trial and nothing else, such as `tests` or `local`."""
    parts = (plain_name(part) for path in project.files for part in os.path.relpath(path, directory).split(os.sep))
    words = (part.strip("-_.") for part in parts)
    return any(word.isalnum() and stage_of(word) == TRIAL for word in words)


def _place(candidate: ComposeCandidate) -> tuple[int, int, tuple[str, ...]]:
    depth = min(path.count(os.sep) for path in candidate.files)
    return depth, sum(map(len, candidate.files)), candidate.files


def _reason(
    directory: str, current: list[ComposeCandidate], chosen: list[ComposeCandidate], left: Iterable[str]
) -> str:
    """Return why projects are read rather than others; the empty text if there was nothing to choose."""
    if not left and [each.files for each in current] == [each.files for each in chosen]:
        return ""
    reasons = list(dict.fromkeys(reason for each in chosen for reason in each.reasons))
    if not any(each.own for each in current) and any(each.own for each in chosen):
        helpers = [each.files[0] for each in current if not any(each.files[0] in other.files for other in chosen)]
        reasons += [f"{helper} runs no program of its own" for helper in helpers]
    alone = [each.files for each in current]
    if not reasons and (
        joined := [each.files for each in chosen if each.files not in alone and each.files[:1] in alone]
    ):
        reasons = [f"it names services of {files[0]}" for files in joined]
    if not reasons:
        defaults = {path_in(directory, name) for name in DEFAULTS}
        is_default = all(each.files[0] in defaults for each in chosen)
        reasons = ["Compose reads it by default" if is_default else _first_beside(directory, chosen, left)]
    names = " and ".join(" with ".join(each.files) for each in chosen)
    return f"{names}: {', '.join(reasons)}"


def _first_beside(directory: str, chosen: list[ComposeCandidate], left: Iterable[str]) -> str:
    """Return why a file is read for which nothing speaks: it is the first of those beside it, or lies nearest."""
    places = {os.path.dirname(path) for each in chosen for path in each.files}
    beside = [path for path in left if os.path.dirname(path) in places]
    alike = [path for path in beside if stage_of_compose_file(os.path.relpath(path, directory)) < STAGING]
    named = any(os.path.basename(path) in DEFAULTS for each in chosen for path in each.files)
    if len(chosen) > 1 or named or not alike:
        return "it lies nearest"
    return f"the first by name of {len(alike) + 1} beside each other, since nothing says which one runs"
