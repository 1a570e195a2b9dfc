"""Kustomizations as files: the keys of what they name, the patches that they state, the entries that they generate, and names."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from archgen.importers.facts import Configuration, Opener, Origin
from archgen.importers.kubernetes.kustomize.patching import with_images, with_value
from archgen.importers.kubernetes.manifests import (
    ROUTES,
    WORKLOADS,
    Manifest,
    ObjectKey,
    SettingEntry,
    pod_of,
    template_keys,
)
from archgen.importers.nodes import SourceNode
from archgen.importers.stages import examples_of
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable
from archgen.language.yaml.tree import Map, Seq, TreeNode

RESOURCES = ("resources", "bases", "components")
"""Keys that name files and directories that belong together."""

PATCHES = ("patchesStrategicMerge", "patches", "patchesJson6902")
"""Keys of what changes the resources, or names files that do."""

PLUGINS = ("generators", "transformers", "validators")
"""Keys that name files with the settings of what makes, changes or checks objects."""

GENERATORS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}
"""Keys of what makes objects, with their kinds."""

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""Names of the file by which Kustomize knows a directory."""

_STATES = re.compile(rf"^({'|'.join((*GENERATORS, *PATCHES, 'replicas'))})\s*:".encode(), re.MULTILINE)
_REFERENCES = {
    ("configMapRef", "name"), ("secretRef", "name"), ("configMapKeyRef", "name"), ("secretKeyRef", "name"), ("configMap", "name"),
    ("secret", "name"), ("secret", "secretName"), ("service", "name"), ("backend", "serviceName"), ("backendRefs", "name"),
    ("services", "name"), ("spec", "serviceName"), ("scaleTargetRef", "name"), ("metadata", "name"),
}  # fmt: skip
"""Keys under which an object refers to another one, each with the key above it."""

_ELSEWHERE = re.compile(r"[:?$%{]|//|^[\w-]+(\.[\w-]+)+/")
"""A name that is the address of a repository, or holds what is put in later."""

_MADE = re.compile(r"secret|credential|password|cert|generated|\.env", re.IGNORECASE)

_SCALED = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout")
_KEPT = ("Namespace", "CustomResourceDefinition")

_LARGEST = 256 * 1024


def is_kustomization(path: str) -> bool:
    """Return True for the file by which Kustomize knows a directory."""
    return path.endswith(KUSTOMIZATIONS) and posixpath.basename(path) in KUSTOMIZATIONS


def is_elsewhere(name: str) -> bool:
    """Return True for a name of a resource that no path of a repository is."""
    return _ELSEWHERE.search(name) is not None


def is_in_repository(name: str) -> bool:
    """Return True for the name of a resource that lies in a repository: what is made for each cluster is kept out of it."""
    return not is_elsewhere(name) and _MADE.search(name) is None


def states_something(data: bytes) -> bool:
    """Return True for a kustomization that states more than which files belong together."""
    return _STATES.search(data) is not None


def path_beside(root: SourceNode, name: str) -> str:
    """Return the path that a kustomization calls by a name; the empty text for the working directory."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(root.path), name))
    return "" if path == "." else path


def patches_of(root: SourceNode) -> Iterator[tuple[SourceNode, SourceNode]]:
    """Yield the target of each patch, empty where the patch names what it changes, and the patch or the name of its file."""
    of_documents, *targeted = PATCHES
    for item in root.get(of_documents).list():
        yield SourceNode(None, root.path), item
    for key in targeted:
        for item in root.get(key).list():
            patch = item.get("patch")
            yield item.get("target"), patch if patch.text else item.get("path")


def is_inline(patch: SourceNode) -> bool:
    """Return True for a patch that stands in the kustomization itself, and not in a file that it names."""
    return patch.key == "patch" or "\n" in patch.text or patch.text.startswith(("[", "{"))


def documents_of(path: str, data: bytes) -> list[SourceNode]:
    """Return the documents of a file or a text; none if it can't be read."""
    try:
        return [SourceNode(root, path) for root in read_documents(data[:_LARGEST]) if root is not None]
    except Unreadable:
        return []


def files_of_variables(
    generator: SourceNode, opener: Opener
) -> Iterator[tuple[SourceNode, Configuration | None, bool]]:
    """Yield the files of variables that a generator names, each with what it holds: its own, or those of the example of it.

    There is nothing where neither is there; the last value is True for an example.
    """
    for item in (*generator.get("envs").list(), *generator.get("env").list()):
        directory, base = posixpath.split(item.text)
        opened = next(opener.find(item.path, directory, (base, *examples_of(base))), ())
        file = opened[0] if opened else None
        yield item, file, file is not None and posixpath.basename(file.path) != base


def generated_by(generator: SourceNode, opener: Opener) -> Iterator[SettingEntry]:
    """Yield the entries that a generator makes, each with its place."""
    for item in generator.get("literals").list():
        key, equals, value = item.text.partition("=")
        if equals:
            yield key, value.strip("'\""), item.origin
    for _, file, is_example in files_of_variables(generator, opener):
        lines = file.data[:_LARGEST].decode("utf-8", "replace").splitlines() if file is not None else ()
        for number, line in enumerate(lines, 1):
            key, equals, value = line.strip().partition("=")
            # what an example leaves empty is to be filled in
            if file is not None and equals and not key.startswith("#") and (value or not is_example):
                yield key, value.strip("'\""), Origin(file.path, number)
    for item in generator.get("files").list():
        key, equals, path = item.text.partition("=")
        for file in opener(item.path, path if equals else key)[:1]:
            yield (
                key if equals else posixpath.basename(key),
                file.data[:_LARGEST].decode("utf-8", "replace"),
                Origin(file.path, 1),
            )


def rename_objects(
    objects: dict[ObjectKey, Manifest], generated: dict[ObjectKey, list[SettingEntry]], root: SourceNode
) -> None:
    """Give the objects, and the settings that are made, the beginning and the end that a kustomization has for names.

    Addresses in variables are texts, which Kustomize leaves as they are. A patch may refer to an object by the name that it had
    before kustomizations further in gave it another.
    """
    before, after = root.text_at("namePrefix"), root.text_at("nameSuffix")
    if not (before or after):
        if any(root.get(key).list() for key in PATCHES):
            _refer_by_new_names(objects)
        return
    names = {name: f"{before}{name}{after}" for kind, _, name in (*objects, *generated) if kind not in _KEPT}
    manifests, settings = [*objects.values()], [*generated.items()]
    objects.clear()
    generated.clear()
    for each in manifests:
        name = each.name if each.kind in _KEPT else names[each.name]
        node = replace(each.node, value=_renamed(each.node.value, "", names))
        objects[each.kind, each.namespace, name] = replace(each, name=name, node=node, former=each.former or each.name)
    for (kind, space, name), entries in settings:
        generated[kind, space, names[name]] = entries


def _refer_by_new_names(objects: dict[ObjectKey, Manifest]) -> None:
    """Have routes refer by its name of now to what has another one than its document, unless something else has that name."""
    taken = {each.name for each in objects.values()}
    formerly: dict[str, set[str]] = {}
    for each in objects.values():
        if each.former and each.former not in taken:
            formerly.setdefault(each.former, set()).add(each.name)
    names = {former: name for former, (name, *others) in formerly.items() if not others}
    for key, each in objects.items() if names else ():
        if each.kind in ROUTES:
            objects[key] = replace(each, node=replace(each.node, value=_renamed(each.node.value, "", names)))


def scale_objects(objects: dict[ObjectKey, Manifest], root: SourceNode) -> None:
    """Set the numbers of replicas that a kustomization states by the names of workloads."""
    counts = {item.text_at("name"): item.get("count") for item in root.get("replicas").list()}
    for key, each in objects.items() if counts else ():
        count = counts.get(each.name)
        if count is not None and count.number is not None and each.kind in _SCALED:
            objects[key] = replace(each, node=with_value(each.node, ("spec", "replicas"), count.value, count))


def exchange_images(objects: dict[ObjectKey, Manifest], root: SourceNode) -> None:
    """Put other images, or other tags of them, into workloads."""
    images = {item.text_at("name"): item for item in root.get("images").list() if item.text_at("name")}
    for key, each in objects.items() if images else ():
        if each.kind in WORKLOADS:
            objects[key] = replace(each, node=with_images(each.node, pod_of(each.kind, each.node), images))


def label_objects(objects: dict[ObjectKey, Manifest], root: SourceNode) -> None:
    """Give the pods of workloads, and what Services select, the labels that a kustomization has for them."""
    for labels, selects in _labels_in(root):
        for key, each in objects.items():
            if each.kind in WORKLOADS:
                place = (*template_keys(each.kind), "metadata", "labels")
                objects[key] = replace(each, node=with_value(each.node, place, labels.value, labels))
            elif each.kind == "Service":
                # what selects Services does so by labels of their own
                node = with_value(each.node, ("metadata", "labels"), labels.value, labels)
                if selects and [*each.node.get("spec", "selector").items()]:
                    node = with_value(node, ("spec", "selector"), labels.value, labels)
                objects[key] = replace(each, node=node)


def _labels_in(root: SourceNode) -> Iterator[tuple[SourceNode, bool]]:
    """Yield the labels of pods, each with True if selectors have them too."""
    if root.get("commonLabels").is_map:
        yield root.get("commonLabels"), True
    for item in root.get("labels").list():
        selects = item.text_at("includeSelectors") == "true"
        if item.get("pairs").is_map and (selects or item.text_at("includeTemplates") == "true"):
            yield item.get("pairs"), selects


def _renamed(value: TreeNode, above: str, names: Mapping[str, str]) -> TreeNode:
    """Return a copy of a tree with other names where it refers to an object; `above` is the key that it stands under."""
    if isinstance(value, Map):
        mapping = Map(value.mark)
        for key, item in value.items():
            refers = isinstance(item, str) and (above, key) in _REFERENCES
            mapping[key] = names.get(item, item) if refers and isinstance(item, str) else _renamed(item, key, names)
        mapping.marks = list(value.marks)
        return mapping
    if isinstance(value, Seq):
        items = Seq(value.mark)
        items += [_renamed(item, above, names) for item in value]
        items.marks = list(value.marks)
        return items
    return value
