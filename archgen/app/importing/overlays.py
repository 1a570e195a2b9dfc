"""Overlays of Kustomize beside the base that they change: which of them is read, and its own files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping

from archgen.app.importing.directories import found_text
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable
from archgen.language.yaml.tree import Map, Seq, TreeNode

_RANKS = (
    re.compile(r"(^|[^a-z])(prod|production|prd|live|release)([^a-z]|$)", re.IGNORECASE),
    re.compile(r"^(?!.*(stag|stg|preprod|uat|qa|dev|local|test|(^|[^a-z])(ci|e2e|kind|minikube|example)))", re.IGNORECASE),
    re.compile(r"stag|stg|preprod|uat|qa", re.IGNORECASE),
)  # fmt: skip
"""Overlays for visitors, then those that no name calls a trial, then those before the release."""

_MOST_FILES = 500
_GENERATES = re.compile(
    rb"^(configMapGenerator|secretGenerator|replicas|patches|patchesStrategicMerge)\s*:", re.MULTILINE
)


def states_something(data: bytes) -> bool:
    """Return True for a kustomization that states more than which files belong together."""
    return _GENERATES.search(data) is not None


def choose_overlay(overlays: list[str]) -> str | None:
    """Return the overlay that visitors see; of several that are all for trials none."""
    ranked = sorted((_rank(overlay), overlay) for overlay in overlays)
    if not ranked or (ranked[0][0] == len(_RANKS) and len(ranked) > 1):
        return None
    return ranked[0][1]


def _rank(overlay: str) -> int:
    name = os.path.basename(overlay)
    return next((rank for rank, pattern in enumerate(_RANKS) if pattern.search(name) is not None), len(_RANKS))


def files_of(overlay: str, kustomizations: Mapping[str, str], inside: str) -> Iterator[str]:
    """Yield the files below an overlay that its kustomization names, those that only patch a base too.

    `kustomizations` are the paths of such files by their directories.
    """
    waiting, seen = [overlay], {overlay}
    while waiting and len(seen) < _MOST_FILES:
        directory = waiting.pop()
        yield kustomizations[directory]
        for name in _named(found_text(kustomizations[directory], inside)):
            path = os.path.normpath(os.path.join(directory, name))
            if path in seen or not path.startswith(f"{overlay}{os.sep}"):
                continue
            seen.add(path)
            if path in kustomizations:
                waiting.append(path)
            else:
                yield path


def _named(text: str) -> Iterator[str]:
    try:
        roots = read_documents(text.encode())
    except Unreadable:
        return
    for root in roots:
        for key in ("resources", "bases", "components", "patchesStrategicMerge", "patches"):
            for item in _list(root, key):
                name = item.get("path") if isinstance(item, Map) else item
                if isinstance(name, str) and "\n" not in name:
                    yield name


def _list(root: TreeNode, key: str) -> list[TreeNode]:
    value = root.get(key) if isinstance(root, Map) else None
    return value if isinstance(value, Seq) else []
