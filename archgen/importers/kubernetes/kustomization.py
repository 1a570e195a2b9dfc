"""What kustomizations state themselves: ConfigMaps and Secrets that they generate, and numbers of replicas that they change."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from archgen.importers.facts import Opener, Origin
from archgen.importers.kubernetes.manifests import Manifests, scaling_of
from archgen.importers.nodes import SourceNode

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""Names of the files by which Kustomize knows a directory."""

_GENERATORS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}
_LARGEST = 256 * 1024
_REPLICAS = re.compile(
    r"path:\s*/spec/replicas\s*\n\s*value:\s*(\d{1,4})|^ {0,4}replicas:\s*(\d{1,4})\s*$", re.MULTILINE
)
_IN_JSON = re.compile(r'"path":\s*"/spec/replicas",\s*"value":\s*(\d{1,4})')
_NAME = re.compile(r"^ {0,4}name:\s*(\S+)\s*$", re.MULTILINE)


def is_kustomization(path: str) -> bool:
    """Return True for the file by which Kustomize knows a directory."""
    return path.endswith(NAMES) and posixpath.basename(path) in NAMES


def read_kustomizations(
    roots: list[SourceNode], documents: list[SourceNode], manifests: Manifests, opener: Opener
) -> None:
    """Add to manifests what kustomizations generate and change; patches stand among the documents."""
    patches = {path for root in roots for path in _patches_of(root)}
    for document in documents:
        scaling = scaling_of(document) if posixpath.normpath(document.path) in patches else None
        if scaling is not None:
            name, count = scaling
            manifests.scale(name, count.number or 0, Origin(count.path, count.line, count.pointer))
    for root in roots:
        for key, kind in _GENERATORS.items():
            for generator in root.get(key).list():
                if name := generator.text_at("name"):
                    manifests.generated.setdefault((kind, name), []).extend(_entries(generator, opener))
        for item in root.get("replicas").list():
            place = item.get("count")
            if place.number is not None:
                manifests.scale(item.text_at("name"), place.number, Origin(place.path, place.line, place.pointer))
        for item in root.get("patches").list():
            _patch(item, manifests)


def _patches_of(root: SourceNode) -> Iterator[str]:
    """Yield the files that patch objects."""
    for item in (*root.get("patchesStrategicMerge").list(), *(each.get("path") for each in root.get("patches").list())):
        if item.text and "\n" not in item.text:
            yield posixpath.normpath(posixpath.join(posixpath.dirname(root.path), item.text))


def _patch(item: SourceNode, manifests: Manifests) -> None:
    """Add the number of replicas that a patch in a kustomization sets, for the workload that it names or for all."""
    patch = item.get("patch")
    match = _REPLICAS.search(patch.text) or _IN_JSON.search(patch.text)
    if match is None or item.text_at("target", "kind") in ("HorizontalPodAutoscaler",):
        return
    named = _NAME.search(patch.text)
    name = item.text_at("target", "name") or (named[1] if named is not None else "")
    if not item.text_at("target", "labelSelector"):
        manifests.scale(
            name, int(next(filter(None, match.groups()), "1")), Origin(patch.path, patch.line, patch.pointer)
        )


def _entries(generator: SourceNode, opener: Opener) -> Iterator[tuple[str, str, Origin]]:
    """Yield the entries that a generator makes, each with its place."""
    for item in generator.get("literals").list():
        key, equals, value = item.text.partition("=")
        if equals:
            yield key, value.strip("'\""), Origin(item.path, item.line, item.pointer)
    for item in (*generator.get("envs").list(), *generator.get("env").list()):
        for file in opener(item.path, item.text)[:1]:
            for number, line in enumerate(file.data[:_LARGEST].decode("utf-8", "replace").splitlines(), 1):
                key, equals, value = line.strip().partition("=")
                if equals and not key.startswith("#"):
                    yield key, value.strip("'\""), Origin(file.path, number)
    for item in generator.get("files").list():
        key, equals, path = item.text.partition("=")
        for file in opener(item.path, path if equals else key)[:1]:
            yield (
                key if equals else posixpath.basename(key),
                file.data[:_LARGEST].decode("utf-8", "replace"),
                Origin(file.path, 0),
            )
