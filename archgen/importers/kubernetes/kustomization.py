"""What kustomizations state themselves: ConfigMaps and Secrets that they generate, and numbers of replicas that they change."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from archgen.importers.facts import Opener, Origin
from archgen.importers.kubernetes.manifests import Manifests
from archgen.importers.nodes import SourceNode
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable

RESOURCES = ("resources", "bases", "components")
"""Keys that name files and directories that belong together."""

PATCHES = ("patchesStrategicMerge", "patches", "patchesJson6902")
"""Keys of what changes the resources, or names files that do."""

_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_GENERATORS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}
_STATES = re.compile(rf"^({'|'.join((*_GENERATORS, *PATCHES, 'replicas'))})\s*:".encode(), re.MULTILINE)
_LARGEST = 256 * 1024
_ANCHORS = re.compile(r"^\^?\(?|\)?\$?$")
_KINDS = re.compile(r"\w*(\|\w+)*")
_NAME = re.compile(r"[\w.-]*")
_SELECTORS = {"labelSelector", "annotationSelector", "namespace"}
_DEEPEST = 100
_SCALER = "HorizontalPodAutoscaler"


def is_kustomization(path: str) -> bool:
    """Return True for the file by which Kustomize knows a directory."""
    return path.endswith(_NAMES) and posixpath.basename(path) in _NAMES


def states_something(data: bytes) -> bool:
    """Return True for a kustomization that states more than which files belong together."""
    return _STATES.search(data) is not None


def read_kustomizations(
    roots: list[SourceNode], documents: list[SourceNode], manifests: Manifests, opener: Opener
) -> None:
    """Add to manifests what kustomizations generate and change; patches stand among the documents.

    What a kustomization says counts for those that it names: a base comes before its overlays.
    """
    patches: dict[str, list[SourceNode]] = {}
    for document in documents:
        patches.setdefault(posixpath.normpath(document.path), []).append(document)
    for root in _in_order(roots):
        for key, kind in _GENERATORS.items():
            for generator in root.get(key).list():
                if name := generator.text_at("name"):
                    manifests.generated.setdefault((kind, name), []).extend(_entries(generator, opener))
        for target, patch in _patches_of(root):
            for document in _documents_of(patch, patches, opener):
                _scale_patched(target, document, patch, manifests)
        for item in root.get("replicas").list():
            if name := item.text_at("name"):
                _scale("", name, item.get("count"), item.get("count"), manifests)


def _in_order(roots: list[SourceNode]) -> Iterator[SourceNode]:
    """Yield kustomizations, those that others name first."""
    by_directory: dict[str, list[SourceNode]] = {}
    for root in roots:
        by_directory.setdefault(posixpath.dirname(posixpath.normpath(root.path)), []).append(root)
    seen: set[str] = set()

    def visit(directory: str, depth: int) -> Iterator[SourceNode]:
        seen.add(directory)
        for root in by_directory[directory]:
            for key in RESOURCES if depth < _DEEPEST else ():
                for item in root.get(key).list():
                    path = _beside(root, item.text)
                    if path in by_directory and path not in seen:
                        yield from visit(path, depth + 1)
            yield root

    for directory in by_directory:
        if directory not in seen:
            yield from visit(directory, 0)


def _beside(root: SourceNode, name: str) -> str:
    path = posixpath.normpath(posixpath.join(posixpath.dirname(root.path), name))
    return "" if path == "." else path


def _patches_of(root: SourceNode) -> Iterator[tuple[SourceNode, SourceNode]]:
    """Yield the target of each patch, empty where the patch names what it changes, and the patch or the name of its file."""
    of_documents, *targeted = PATCHES
    for item in root.get(of_documents).list():
        yield SourceNode(None, root.path), item
    for key in targeted:
        for item in root.get(key).list():
            patch = item.get("patch")
            yield item.get("target"), patch if patch.text else item.get("path")


def _documents_of(patch: SourceNode, files: dict[str, list[SourceNode]], opener: Opener) -> Iterator[SourceNode]:
    """Yield the documents of a patch: a text, or the name of a file."""
    if "\n" in patch.text or patch.text.startswith(("[", "{")):
        yield from _read(patch.path, patch.text.encode())
    elif patch.text:
        path = _beside(patch, patch.text)
        if path not in files:
            # once for all patches that name it
            opened = opener(patch.path, patch.text)[:1]
            files[path] = [root for file in opened for root in _read(file.path, file.data[:_LARGEST])]
        yield from files[path]


def _read(path: str, data: bytes) -> list[SourceNode]:
    try:
        return [SourceNode(root, path) for root in read_documents(data)]
    except Unreadable:
        return []


def _scale_patched(target: SourceNode, root: SourceNode, patch: SourceNode, manifests: Manifests) -> None:
    """Set the numbers of replicas that a document of a patch sets."""
    scaler = root.text_at("kind") == _SCALER or target.text_at("kind") == _SCALER
    key = "minReplicas" if scaler else "replicas"
    count = root.get("spec", key)
    if not root.is_map:
        for step in root.list():
            if step.text_at("path") == f"/spec/{key}" and step.text_at("op") in ("add", "replace"):
                _scale_target(target, step.get("value"), patch, manifests)
    elif target.is_map:
        _scale_target(target, count, patch, manifests)
    elif name := root.text_at("metadata", "name"):
        _scale(root.text_at("kind"), name, count, patch, manifests)


def _scale_target(target: SourceNode, count: SourceNode, patch: SourceNode, manifests: Manifests) -> None:
    """Set the replicas of the workloads of a target, unless it selects them by more than their kind and name."""
    name, kinds = (_ANCHORS.sub("", target.text_at(key)) for key in ("name", "kind"))
    if name in (".*", ".+"):
        name = ""
    if not set(target.keys) & _SELECTORS and _NAME.fullmatch(name) and _KINDS.fullmatch(kinds):
        for kind in kinds.split("|") if target.keys else ():
            _scale(kind, name, count, patch, manifests)


def _scale(kind: str, name: str, count: SourceNode, patch: SourceNode, manifests: Manifests) -> None:
    if count.number is not None:
        place = count if patch.path != count.path else patch
        manifests.scale(kind, name, count.number, Origin(place.path, place.line, place.pointer))


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
                Origin(file.path, 1),
            )
