"""Ways to run a system that visitors may use instead of compose files that are read: charts, what makes manifests, other files."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from itertools import islice

from msgspec.structs import replace

from archgen.app.importing.deployments.chart_choice import rival_charts
from archgen.app.importing.deployments.manifest_files import directories_of
from archgen.app.importing.deployments.production_choice import evidence_of_project
from archgen.app.importing.directories import FoundFiles
from archgen.app.importing.project_choice import ProjectChoice
from archgen.app.importing.stated_use import usage_texts

MOST_WAYS = 3
"""Directories of manifests, or charts, that a question offers beside compose files."""

_MOST_PROJECTS = 10


def rival_ways(
    directory: str,
    choice: ProjectChoice,
    generated: Sequence[str],
    names: Sequence[str],
    paths: Sequence[str],
    found: FoundFiles,
) -> list[str]:
    """Return the charts, the directories of files that make manifests, and the compose files that may be what visitors use."""
    charts = rival_charts(directory, choice, names, paths, found)
    makers = [] if not generated or _is_started(directory, choice, names, paths, found) else directories_of(generated)
    return [*charts[:MOST_WAYS], *islice(makers, MOST_WAYS), *choice.rivals]


def _is_started(
    directory: str, choice: ProjectChoice, names: Sequence[str], paths: Sequence[str], found: FoundFiles
) -> bool:
    texts = usage_texts(names, directory, found)
    evidence = (evidence_of_project(directory, each, texts, paths, found) for each in choice.candidates)
    return any(each.is_deed for of_project in evidence for each in of_project)


def largest_project(choice: ProjectChoice) -> ProjectChoice:
    """Return the project with most programs of the system's own, of many that nothing joins; the others are its rivals."""
    largest = max(choice.candidates, key=lambda each: (-each.stage, len(each.own), len(each.services)))
    rest = [project for project in choice.projects if project != largest.files]
    together = shlex.join(os.path.dirname(files[0]) or files[0] for files in (largest.files, *rest[:1]))
    reason = f"the largest of {len(choice.projects)} beside each other, since nothing says which run together"
    return replace(
        choice,
        projects=[largest.files],
        others=[*choice.others, *(path for project in rest for path in project)],
        reason=f"{reason}; `archgen import {together}` reads several",
        beside=0,
        rivals=[" ".join(project) for project in rest if not any(" " in path for path in project)][:_MOST_PROJECTS],
    )
