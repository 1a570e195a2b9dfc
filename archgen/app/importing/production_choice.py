"""Compose files beside manifests of Kubernetes: which of them visitors use."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from archgen.app.importing.applied_paths import is_for_trial_cluster
from archgen.app.importing.candidates import MOST, ComposeCandidate
from archgen.app.importing.cluster_evidence import ClusterSketch, evidence_of_cluster, sketch_cluster
from archgen.app.importing.compose_evidence import evidence_of_compose
from archgen.app.importing.compose_sketch import ServiceSketch
from archgen.app.importing.deploy_commands import command_files, find_runs
from archgen.app.importing.directories import FoundFiles
from archgen.app.importing.evidence import Evidence, has_strong, strongest, weigh
from archgen.app.importing.project_choice import ProjectChoice
from archgen.app.importing.stated_use import (
    OF_CLUSTER,
    OF_COMPOSE,
    CommandPattern,
    stated_uses,
    usage_texts,
    uses_of_tool,
)
from archgen.importers.compose.project import DEFAULTS
from archgen.importers.products import image_name, is_product
from archgen.importers.stages import TRIAL, UNNAMED, stage_of
from archgen.model.wording import listed

_WORD = re.compile(r"[a-z0-9]{2,}")
_RUNS = re.compile(rb"kind(?<=^kind):[ \t]*(Deployment|StatefulSet|DaemonSet|Rollout)\b", re.MULTILINE)
_REPOSITORY = re.compile(r"\brepository:[ \t]*[\"']?([\w./-]+)")
_KEY_OF_PART = re.compile(r"^([A-Za-z][\w-]*):[ \t]*(?:\{.*)?$", re.MULTILINE)
_OF_ANY = frozenset(("service", "svc", "app", "server", "deployment"))
_INSTALLS_CHART = re.compile(r"\bhelm[ \t]+(?:-\S+[ \t]+)*(?:upgrade|install)\b")
_OUTRIGHT = 3
"""The weight of what says so by itself: a name, or a script that starts it."""

_CLUSTER_TOO = "manifests of Kubernetes may be in use too"
_MARGIN = 3
"""How much more has to speak for manifests than for compose files in the directory itself, and how much less than for those below."""


class Preference(Struct, frozen=True):
    """Manifests beside compose files: True where visitors use them, and why they are read or not."""

    is_cluster: bool
    reason: str


def prefer(
    directory: str,
    choice: ProjectChoice,
    names: Sequence[str],
    paths: Sequence[str],
    found: FoundFiles,
    *,
    is_below: bool = False,
) -> Preference | None:
    """Return what to read of the chosen compose files and the manifests below; None where these run no program of the system."""
    sketch = sketch_cluster(directory, paths, found)
    first = choice.projects[0][0]
    if not sketch.images:
        return None
    if choice.is_helper:
        return Preference(True, f"{first} runs no program of its own")
    is_alike = _runs_alike(sketch, choice, directory)
    if not is_alike and not is_below:
        return Preference(False, "nothing shows that the manifests run the same system")
    texts = usage_texts(names, directory, found)
    compose = [each for project in choice.candidates for each in _evidence(directory, project, texts, paths, found)]
    cluster = [*evidence_of_cluster(sketch, directory, paths, texts, found)]
    # routes and registries are in leftover manifests too
    is_strong = has_strong(cluster, 1) or has_strong(compose, -1)
    lead = _MARGIN if is_strong or not has_strong(compose, 1) else 0
    # what a pipeline does outweighs names, comments and settings
    is_proven = any(each.is_deed for each in cluster) and not any(each.is_deed for each in compose)
    least = weigh(compose) - lead if is_below else max(1, weigh(compose) + (0 if is_proven else _MARGIN))
    if (is_strong or is_below) and weigh(cluster) >= least:
        against = listed(strongest(compose, -1))
        why = ", ".join(strongest(cluster, 1)) or "as much speaks for them as for compose files"
        reason = f"{why}, and {_one_of(choice)} {against}" if against else why
        return Preference(True, reason + _rival(compose, f"{_named(choice)} may be in use too")) if is_alike else None
    if not is_alike and (is_strong or not has_strong(compose, 1)):
        return None
    reasons = [*strongest(compose, 1), *strongest(cluster, -1)]
    little = ", ".join(strongest(cluster, 1))
    other = (
        f"too little says that visitors use the manifests: {little}"
        if little
        else "nothing says that visitors use the manifests"
    )
    rival = _rival([each for each in cluster if each.is_deed], _CLUSTER_TOO)
    if not is_strong and not has_strong(compose, 1) and weigh(cluster) > weigh(compose) + 1:
        rival = rival or f"; {_CLUSTER_TOO}: {little}"
    return Preference(False, (", ".join(reasons) or other) + rival)


def _rival(evidence: Iterable[Evidence], words: str) -> str:
    """Return words on what isn't read, if something says outright that visitors use that as well; else the empty text."""
    says = next((each.says for each in evidence if each.weight >= _OUTRIGHT), "")
    return f"; {words}: {says}" if says else ""


def development_beside_charts(
    directory: str,
    choice: ProjectChoice,
    charts: Sequence[str],
    names: Sequence[str],
    paths: Sequence[str],
    found: FoundFiles,
) -> str:
    """Return what shows that compose files are for development, where a Helm chart runs their programs; the empty text for any others."""
    chart = next((each for each in charts if _is_in_chart(choice, each, directory, paths, found)), "")
    if not chart:
        return ""
    texts = usage_texts(names, directory, found)
    evidence = [each for project in choice.candidates for each in _evidence(directory, project, texts, paths, found)]
    if has_strong(evidence, 1):
        return ""
    against = strongest(evidence, -1) if has_strong(evidence, -1) else []
    by = _deployer_of(chart, choice, directory, paths, texts, found) if not against else ""
    against = against or ([f"isn't what {by}"] if by else [])
    return f"{listed(against)}, and {chart} is a Helm chart" if against else ""


def _deployer_of(
    chart: str, choice: ProjectChoice, directory: str, paths: Sequence[str], texts: Sequence[str], found: FoundFiles
) -> str:
    """Return words for a script or workflow that installs a chart, else for the documents where these tell of no other way."""
    # a directory called `helm` is no word of the command
    place = re.escape(os.path.relpath(chart, directory))
    named = re.compile(rf"(?:[\s\"'/=]\./|[/=\"']|[ \t](?=\S*/)){place}(?![\w-])")
    for path, text in command_files(directory, paths, found):
        if _INSTALLS_CHART.search(text) and named.search(text) and not is_for_trial_cluster(path, text):
            return f"{os.path.relpath(path, directory)} installs"
    installed = [text for text in texts if _INSTALLS_CHART.search(text) and named.search(text)]
    others = (use for project in choice.candidates for use in stated_uses(texts, _command_for(project)))
    told = any(use >= 0 for use in stated_uses(installed, CommandPattern(_INSTALLS_CHART, ("helm",))))
    return "the documents install" if told and not any(use >= 0 for use in others) else ""


def _is_in_chart(choice: ProjectChoice, chart: str, directory: str, paths: Sequence[str], found: FoundFiles) -> bool:
    """Return True if a chart that runs something has a template, or values of an image, for nearly all programs of compose files.

    One in a directory for tests or of examples isn't what visitors use.
    """
    programs = _programs(choice)
    below = [path for path in paths if path.startswith(os.path.join(chart, "templates", ""))]
    if stage_of(os.path.relpath(chart, directory)) == TRIAL or not any(
        _RUNS.search(found.data(path)) for path in below
    ):
        return False
    if {each.built for alike in programs for _, each in alike} == {directory}:
        return True
    values = found.text(os.path.join(chart, "values.yaml"))
    images = [*_REPOSITORY.findall(values), *_KEY_OF_PART.findall(values)]
    words = [_words_of(each) for each in (*(os.path.basename(path).partition(".")[0] for path in below), *images)]
    parts = [
        any(_words_of(name) <= other for name, _ in alike for other in words if _words_of(name)) for alike in programs
    ]
    return bool(parts) and sum(parts) >= MOST * len(parts)


def _runs_alike(sketch: ClusterSketch, choice: ProjectChoice, directory: str) -> bool:
    """Return True for manifests that may run the system of compose files: nearly all of its programs, and what its data may be in."""
    services = [each for project in choice.candidates for each in project.services.values()]
    keeps_data = any(each.image and is_product(each.image) for each in services)
    if keeps_data and not sketch.has_settings:
        return False
    programs = _programs(choice)
    # the only program, of the directory itself, may have any name
    if {each.built for alike in programs for _, each in alike} == {directory}:
        return True
    names = [*map(_words_of, (*sketch.names, *sketch.images))]
    found = [any(_runs_in(name, each, sketch, names) for name, each in alike) for alike in programs]
    return sum(found) >= MOST * len(found)


def _programs(choice: ProjectChoice) -> list[list[tuple[str, ServiceSketch]]]:
    """Return the services that run each program of a system: those built of one source are one, what others built counts alone."""
    own = [(name, each) for project in choice.candidates for name, each in project.own.items() if not is_product(name)]
    plain = [pair for pair in own if not pair[1].profiles]
    # what only a profile starts doesn't run beside a program without one
    own = plain if any(each.built for _, each in plain) else own
    built: dict[str, list[tuple[str, ServiceSketch]]] = {}
    for name, each in own:
        # an image without an owner is that of a language, into which the sources are mounted
        if each.built or "/" not in each.image:
            built.setdefault(each.built or name, []).append((name, each))
    return [*built.values()] or [[each] for each in own]


def _runs_in(name: str, service: ServiceSketch, sketch: ClusterSketch, names: Sequence[frozenset[str]]) -> bool:
    """Return True for a program that manifests run too: of the same image, or where it is built, one with the words of its name."""
    image = image_name(service.image)
    if "/" in service.image and "$" not in image and not service.built:
        return image in sketch.images
    words = [_words_of(each) for each in (name, image, os.path.basename(service.built)) if each not in ("", ".")]
    return any(own <= other for own in words for other in names)


def _words_of(name: str) -> frozenset[str]:
    """Return the words of a name without those that tell only that it runs."""
    words = frozenset(_WORD.findall(name.lower()))
    return words - _OF_ANY or words


def _one_of(choice: ProjectChoice) -> str:
    """Return the file of a project, or those of several as the subject of what is said of any."""
    return _named(choice) if len(choice.projects) == 1 else f"one of {listed([each[-1] for each in choice.projects])}"


def _named(choice: ProjectChoice) -> str:
    return " and ".join(project[-1] for project in choice.projects)


def _evidence(
    directory: str, project: ComposeCandidate, documents: list[str], paths: Iterable[str], found: FoundFiles
) -> Iterator[Evidence]:
    texts = {path: found.text(path) for path in project.files}
    runs = find_runs(directory, paths, texts, found)
    by = project.deployed_by or next(
        (os.path.relpath(run.by, directory) for run in runs if run.deploys and run.files == project.files), ""
    )
    yield from evidence_of_compose(project, texts.values(), by)
    uses = {*stated_uses(documents, _command_for(project))}
    if project.stage == UNNAMED:
        uses |= {*uses_of_tool(documents, OF_COMPOSE, OF_CLUSTER)}
    if (1 in uses) != (-1 in uses):
        if 1 in uses:
            yield Evidence(2, "the documents name it for production")
        else:
            yield Evidence(-2, "is for development in the documents")


def _command_for(project: ComposeCandidate) -> CommandPattern:
    """Return what texts call a project: the name of its last file, or the command without any file."""
    name = os.path.basename(project.files[-1])
    plain = r"|\b(docker|podman)[ -]compose[ ]+(?!.{0,80}(-f|--file)).{0,80}\b(up|start)\b" if name in DEFAULTS else ""
    pattern = rf"(?<![\w.-]){re.escape(name)}\b(?!.{{0,80}}[ ](-f|--file)[ ]){plain}"
    return CommandPattern(re.compile(pattern), (name, "compose"), OF_COMPOSE, OF_CLUSTER)
