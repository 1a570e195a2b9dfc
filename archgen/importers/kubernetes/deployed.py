"""The directories that a controller applies: those of Applications of Argo CD and of Kustomizations of Flux."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from archgen.importers.nodes import SourceNode

_GROUPS = ("argoproj.io/", "kustomize.toolkit.fluxcd.io/")
_MARKS = tuple(group.encode() for group in _GROUPS)
"""The groups of what tells a controller to apply a directory."""

_KINDS = ("Application", "ApplicationSet", "Kustomization")
_HOLE = re.compile(r"\{\{\s*\.?(\w+)\s*\}\}")
_MOST_ELEMENTS = 100


def may_deploy(data: bytes) -> bool:
    """Return True for a file that may tell a controller to apply a directory."""
    return any(mark in data for mark in _MARKS)


def deployed_by(document: SourceNode) -> Iterator[str]:
    """Yield the directories that an object has a controller apply, from the root of their repository."""
    if document.text_at("kind") not in _KINDS or not document.text_at("apiVersion").startswith(_GROUPS):
        return
    outer = document.get("spec")
    spec = outer.get("template", "spec") if outer.get("template").is_map else outer
    if spec.text_at("suspend") == "true":
        return
    for source in (spec, spec.get("source"), *spec.get("sources").list()):
        for path in _filled_in(source.text_at("path"), outer):
            if "{{" not in path and posixpath.normpath(path) != ".":
                yield posixpath.normpath(path.strip("/"))


def _filled_in(path: str, spec: SourceNode) -> list[str]:
    """Return a path, or that of each element that the lists of a set of Applications put into it."""
    if "{{" not in path:
        return [path] if path else []
    elements = [
        element
        for generator in spec.get("generators").list()
        for element in [*generator.get("list", "elements").list()][:_MOST_ELEMENTS]
    ]
    return [_put_in(path, element) for element in elements]


def _put_in(path: str, element: SourceNode) -> str:
    return _HOLE.sub(lambda hole: element.text_at(hole[1]) or hole[0], path)


def is_deployed(directory: str, path: str) -> bool:
    """Return True for a directory that a controller applies by a path; both may begin further up."""
    return f"/{path}".endswith(f"/{directory}") or f"/{directory}".endswith(f"/{path}")
