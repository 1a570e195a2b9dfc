"""Compose files beside manifests of Kubernetes: which of them visitors use."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from archgen.app.importing.candidates import ComposeCandidate
from archgen.app.importing.cluster_evidence import ClusterSketch, evidence_of_cluster, sketch_cluster
from archgen.app.importing.compose_evidence import evidence_of_compose
from archgen.app.importing.deploy_commands import find_runs
from archgen.app.importing.directories import found_text
from archgen.app.importing.evidence import Evidence, strongest, weigh
from archgen.app.importing.project_choice import ProjectChoice
from archgen.app.importing.stated_use import stated_uses, usage_texts
from archgen.importers.compose.project import DEFAULTS
from archgen.importers.products import image_name

_WORD = re.compile(r"[a-z0-9]{2,}")
_TITLE = re.compile(r"^name:(.*)", re.MULTILINE)
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
    inside: str,
    *,
    is_below: bool = False,
) -> Preference | None:
    """Return what to read of the chosen compose files and the manifests below; None where these run no program of the system."""
    sketch = sketch_cluster(directory, paths, inside)
    first = choice.projects[0][0]
    if not sketch.images:
        return None
    if choice.is_helper:
        return Preference(True, f"{first} runs no program of its own")
    if not _runs_alike(sketch, choice, directory, found_text(choice.projects[0][-1], inside)):
        return None
    texts = usage_texts(names, directory, inside)
    compose = [each for project in choice.candidates for each in _evidence(directory, project, texts, paths, inside)]
    cluster = [*evidence_of_cluster(sketch, directory, paths, texts, inside)]
    if weigh(cluster) >= (weigh(compose) - _MARGIN if is_below else max(1, weigh(compose) + _MARGIN)):
        against = ", ".join(strongest(compose, -1))
        why = ", ".join(strongest(cluster, 1)) or "as much speaks for them as for compose files"
        return Preference(True, f"{why}, and {_named(choice)} {against}" if against else why)
    reasons = [*strongest(compose, 1), *strongest(cluster, -1)]
    return Preference(False, ", ".join(reasons) or "nothing says that visitors use the manifests")


def _runs_alike(sketch: ClusterSketch, choice: ProjectChoice, directory: str, text: str) -> bool:
    """Return True for manifests that may run the system of compose files: half as many programs, and a word of their names."""
    own = [(name, each) for project in choice.candidates for name, each in project.own.items()]
    programs = {each.built or each.image or name for name, each in own}
    words = {
        word
        for name, each in own
        for text in (name, os.path.basename(each.built), image_name(each.image))
        for word in _WORD.findall(text.lower())
    }
    words.update(word for title in _TITLE.findall(text) for word in _WORD.findall(title.lower()))
    # the only program, of the directory itself, may have any name
    is_alike = programs == {directory} or not words.isdisjoint(sketch.words)
    return is_alike and 2 * max(len(sketch.images), sketch.workloads) >= len(programs)


def _named(choice: ProjectChoice) -> str:
    return " and ".join(project[-1] for project in choice.projects)


def _evidence(
    directory: str, project: ComposeCandidate, documents: list[str], paths: Iterable[str], inside: str
) -> Iterator[Evidence]:
    texts = {path: found_text(path, inside) for path in project.files}
    runs = find_runs(directory, paths, texts, inside)
    by = project.deployed_by or next(
        (os.path.relpath(run.by, directory) for run in runs if run.deploys and run.files == project.files), ""
    )
    yield from evidence_of_compose(project, texts.values(), by)
    uses = {*stated_uses(documents, _command_for(project))}
    if (1 in uses) != (-1 in uses):
        if 1 in uses:
            yield Evidence(2, "the documents name it for production")
        else:
            yield Evidence(-2, "is for development in the documents")


def _command_for(project: ComposeCandidate) -> re.Pattern[str]:
    """Return what texts call a project: the name of its last file, or the command without any file."""
    name = os.path.basename(project.files[-1])
    plain = r"|\b(docker|podman)[ -]compose[ ]+(?!.{0,80}(-f|--file)).{0,80}\b(up|start)\b" if name in DEFAULTS else ""
    return re.compile(rf"(?<![\w.-]){re.escape(name)}\b(?!.{{0,80}}[ ](-f|--file)[ ]){plain}")
