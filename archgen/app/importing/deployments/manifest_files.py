"""The files below a directory that may be manifests of Kubernetes, by their paths: plain ones, and templates that a script fills in."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from archgen.app.importing.directories import FoundFiles, path_below, path_in
from archgen.importers.kubernetes.kustomize.kustomization import is_kustomization
from archgen.importers.stages import STAGING, stage_of

_ENDS = (".yml", ".yaml")
FILLED_IN = (".template", ".tmpl", ".tpl")
"""Ends of the names of manifests that a script fills in, behind those of YAML or, in a directory of manifests, alone."""

_DIRECTORY = re.compile(
    r"([a-z]+[-_.])?(k8s|kubernetes|kustomize|manifests)"
    r"([-_.](manifests?|specifications?|specs?|deploy\w*|prod\w*|config\w*|resources?|yamls?|files?|definitions?))?",
    re.IGNORECASE,
)
"""Names of directories that hold manifests of Kubernetes."""

_OF_GENERATORS = re.compile(
    r"\.ya?ml\.(erb|j2|jinja2?|mustache|hbs|gotmpl|eex)$|(^|/)(k8s|kubernetes|manifests)/(.*/)?[^/]+\.(jsonnet|libsonnet|cue|dhall|[mc]?[jt]s|py|rb)$",
    re.IGNORECASE,
)
"""Paths of templates that an engine fills in, and of programs that write manifests."""

_ENDS_OF_GENERATORS = (
    *(".erb", ".j2", ".jinja", ".jinja2", ".mustache", ".hbs", ".gotmpl", ".eex"),
    *(".jsonnet", ".libsonnet", ".cue", ".dhall", ".ts", ".js", ".mts", ".mjs", ".cts", ".cjs", ".py", ".rb"),
)
_VERSION = re.compile(r"""apiVersion["']?\s*(?::|=>?)""")
_RUNS = re.compile(r"""kind["']?\s*(?::|=>?)\s*["']?(Deployment|StatefulSet|DaemonSet|Rollout)\b""")
_MOST_READ = 40


def may_be_manifest(path: str) -> bool:
    """Return True for the path of a file of YAML, or of one that a script fills in."""
    stem, end = os.path.splitext(path)
    return (stem if end in FILLED_IN else path).lower().endswith(_ENDS) or is_bare_template(path)


def is_bare_template(path: str) -> bool:
    """Return True for a template in a directory of manifests that doesn't say by its name what it is filled in to."""
    stem, end = os.path.splitext(path)
    inner, name = os.path.split(stem)
    return end in FILLED_IN and "." not in name and any(map(_DIRECTORY.fullmatch, inner.split(os.sep)))


def manifest_directories(directory: str, below: Iterable[str]) -> list[str]:
    """Return the outermost directories below that hold manifests, by their names or by a kustomization in them."""
    directories: dict[str, None] = {}
    for path in below:
        if not may_be_manifest(path):
            continue
        inner = path_below(directory, path).split(os.sep)[:-1]
        depth = next((place for place, name in enumerate(inner, 1) if _DIRECTORY.fullmatch(name)), 0)
        if depth == 0 and is_kustomization(path):
            depth = len(inner)
        if depth > 0:
            directories[path_in(directory, os.path.join(*inner[:depth]))] = None
    return _outermost([*directories])


def generated_manifests(directory: str, paths: Iterable[str], found: FoundFiles) -> list[str]:
    """Return the templates and programs below a directory that make manifests which run something for visitors."""
    likely = (
        path
        for path in paths
        if path.endswith(_ENDS_OF_GENERATORS)
        if _OF_GENERATORS.search(path.replace(os.sep, "/")) and stage_of(path_below(directory, path)) < STAGING
    )
    return [path for path in islice(likely, _MOST_READ) if _makes_workloads(found.text(path))]


def _makes_workloads(text: str) -> bool:
    return "kind" in text and _VERSION.search(text) is not None and _RUNS.search(text) is not None


def _outermost(directories: list[str]) -> list[str]:
    return [each for each in directories if not any(each.startswith(f"{other}{os.sep}") for other in directories)]


def directories_of(paths: Iterable[str]) -> Iterator[str]:
    """Yield the outermost directories of files."""
    yield from _outermost(sorted({os.path.dirname(path) or "." for path in paths}))
