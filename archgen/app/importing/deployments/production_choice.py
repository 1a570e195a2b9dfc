"""Compose files beside manifests of Kubernetes: which of them visitors use."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from archgen.app.importing.candidates import ComposeCandidate
from archgen.app.importing.deploy_commands import find_runs
from archgen.app.importing.deployments.cluster_evidence import evidence_of_cluster, sketch_cluster
from archgen.app.importing.deployments.compose_evidence import evidence_of_compose
from archgen.app.importing.deployments.evidence import Evidence, has_strong, strongest, weigh
from archgen.app.importing.deployments.programs import runs_alike
from archgen.app.importing.directories import FoundFiles
from archgen.app.importing.project_choice import ProjectChoice
from archgen.app.importing.stated_use import (
    OF_CLUSTER,
    OF_COMPOSE,
    CommandPattern,
    comments_above,
    names_cluster,
    stated_uses,
    usage_texts,
    uses_of_tool,
)
from archgen.importers.compose.project import DEFAULTS
from archgen.importers.stages import UNNAMED
from archgen.model.wording import listed

_OUTRIGHT = 3
"""The weight of what says so by itself: a name, or a script that starts it."""

_CLUSTER_TOO = "manifests of Kubernetes may be in use too"
_MARGIN = 3
"""How much more has to speak for manifests than for compose files in the directory itself, and how much less than for those below."""


class Preference(Struct, frozen=True):
    """Manifests beside compose files: True where visitors use them, and why they are read or not.

    It is proven where the repository brings one of the two to its visitors, and nothing the other.
    """

    is_cluster: bool
    reason: str
    is_proven: bool = False


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
    texts = usage_texts(names, directory, found)
    cluster = [*evidence_of_cluster(sketch, directory, paths, texts, found)]
    is_deployed = any(each.is_deed for each in cluster)
    is_stated = any(
        names_cluster(comments_above(found.text(path))) for each in choice.candidates for path in each.files
    )
    is_alike = runs_alike(sketch, choice, directory, is_deployed=is_deployed, is_stated=is_stated)
    if not is_alike and not is_below:
        return Preference(False, "nothing shows that the manifests run the same system")
    compose = [
        each for project in choice.candidates for each in evidence_of_project(directory, project, texts, paths, found)
    ]
    # routes and registries are in leftover manifests too
    is_strong = has_strong(cluster, 1) or has_strong(compose, -1)
    lead = _MARGIN if is_strong or not has_strong(compose, 1) else 0
    # what a pipeline does outweighs names, comments and settings
    is_started = any(each.is_deed for each in compose)
    is_proven = is_deployed and not is_started
    least = weigh(compose) - lead if is_below else max(1, weigh(compose) + (0 if is_proven else _MARGIN))
    if (is_strong or is_below) and weigh(cluster) >= least:
        against = listed(strongest(compose, -1))
        why = ", ".join(strongest(cluster, 1)) or "as much speaks for them as for compose files"
        reason = f"{why}, and {_one_of(choice)} {against}" if against else why
        rival = _rival(compose, f"{_named(choice)} may be in use too")
        return Preference(True, reason + rival, is_proven) if is_alike else None
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
    return Preference(False, (", ".join(reasons) or other) + rival, is_started and not is_deployed)


def _rival(evidence: Iterable[Evidence], words: str) -> str:
    """Return words on what isn't read, if something says outright that visitors use that as well; else the empty text."""
    says = next((each.says for each in evidence if each.weight >= _OUTRIGHT), "")
    return f"; {words}: {says}" if says else ""


def _one_of(choice: ProjectChoice) -> str:
    """Return the file of a project, or those of several as the subject of what is said of any."""
    return _named(choice) if len(choice.projects) == 1 else f"one of {listed([each[-1] for each in choice.projects])}"


def _named(choice: ProjectChoice) -> str:
    return " and ".join(project[-1] for project in choice.projects)


def evidence_of_project(
    directory: str, project: ComposeCandidate, documents: list[str], paths: Iterable[str], found: FoundFiles
) -> Iterator[Evidence]:
    texts = {path: found.text(path) for path in project.files}
    runs = find_runs(directory, paths, texts, found)
    by = project.deployed_by or next(
        (
            os.path.relpath(run.by, directory)
            for run in runs
            if run.deploys and run.files == project.files and run.by not in run.files
        ),
        "",
    )
    yield from evidence_of_compose(project, texts.values(), by)
    uses = {*stated_uses(documents, command_for(project))}
    if project.stage == UNNAMED:
        uses |= {*uses_of_tool(documents, OF_COMPOSE, OF_CLUSTER)}
    if (1 in uses) != (-1 in uses):
        if 1 in uses:
            yield Evidence(2, "the documents name it for production")
        else:
            yield Evidence(-2, "is for development in the documents")


def command_for(project: ComposeCandidate) -> CommandPattern:
    """Return what texts call a project: the name of its last file, or the command without any file."""
    name = os.path.basename(project.files[-1])
    plain = r"|\b(docker|podman)[ -]compose[ ]+(?!.{0,80}(-f|--file)).{0,80}\b(up|start)\b" if name in DEFAULTS else ""
    pattern = rf"(?<![\w.-]){re.escape(name)}\b(?!.{{0,80}}[ ](-f|--file)[ ]){plain}"
    return CommandPattern(re.compile(pattern), (name, "compose"), OF_COMPOSE, OF_CLUSTER)
