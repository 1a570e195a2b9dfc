"""Directories of manifests side by side for several platforms, as `kubernetes/` and `openshift/`: ways to run one system."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

from archgen.app.importing.deployments.cluster_evidence import count_workloads, names_of_objects
from archgen.app.importing.directories import path_below, path_in
from archgen.app.importing.source_files import SourceFiles
from archgen.importers.kubernetes.kustomize.kustomization import is_kustomization

_ANY = re.compile(r"k8s|kubernetes", re.IGNORECASE)
_PLATFORMS = re.compile(
    r"openshift|ocp|okd|azure|aks|aws|eks|gcp|gke|digital-?ocean|rancher|tanzu|minikube|microk8s|k3s|k3d", re.IGNORECASE
)
"""Names of directories for any cluster, and for those of one platform."""

_HALF = 0.5
_MOST = 3


def without_other_platforms(collection: SourceFiles, directory: str, manifests: dict[str, bytes]) -> dict[str, bytes]:
    """Return the manifests without those of platforms beside directories for any cluster, about which is asked."""
    for place, ways in _other_platforms(directory, manifests).items():
        collection.undecided.append((place, *ways[:_MOST]))
        collection.others += ways
        left = tuple(os.path.join(each, "") for each in ways)
        manifests = {path: data for path, data in manifests.items() if not path.startswith(left)}
    return manifests


def _other_platforms(directory: str, manifests: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Return the directories for any cluster with manifests, each with those beside it that run half of the same on one platform.

    What kustomizations make of bases and overlays is told apart by these.
    """
    if any(map(is_kustomization, manifests)):
        return {}
    sides: dict[str, dict[str, set[str]]] = {}
    for path, data in manifests.items():
        parts = path_below(directory, path).split(os.sep)[:-1]
        for depth, name in enumerate(parts):
            if _ANY.fullmatch(name) or _PLATFORMS.fullmatch(name):
                names = _names_in(data) if count_workloads(data) else set()
                side = path_in(directory, os.path.join(*parts[: depth + 1]))
                sides.setdefault(os.path.join(*parts[:depth], ""), {}).setdefault(side, set()).update(names)
                break
    result: dict[str, list[str]] = {}
    for beside in sides.values():
        base = next((place for place in beside if _ANY.fullmatch(os.path.basename(place))), None)
        if base is not None and beside[base]:
            others = [place for place in beside if place != base and _runs_same(beside[place], beside[base])]
            result |= {base: sorted(others)} if others else {}
    return result


def _names_in(data: bytes) -> set[str]:
    return {*names_of_objects(data)}


def _runs_same(names: set[str], base: Iterable[str]) -> bool:
    return len(names.intersection(base)) >= _HALF * len(names) > 0
