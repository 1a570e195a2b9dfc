"""The configurations of pods: ConfigMaps that a pod mounts, or that its framework reads by its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from archgen.importers.facts import Attachment, Configuration
from archgen.importers.kubernetes.manifests import Manifests, all_containers_of, pod_of
from archgen.importers.kubernetes.part import Workload
from archgen.importers.kubernetes.variables import data_of
from archgen.importers.nodes import SourceNode
from archgen.importers.products import guess
from archgen.importers.sources.calls.sections import by_sections, lines_for_others, may_be_of_proxy
from archgen.importers.variable_names import is_for_browsers
from archgen.model.kinds import KINDS

_OF_CONFIGURATION = re.compile(r"[-.](config|conf|cm|configmap|config-map|configuration)$")

HostsOf = Callable[[Workload], Mapping[str, str]]
"""The names by which the pods of a workload reach others."""


def attachments_of(
    manifests: Manifests,
    parts: list[Workload],
    hosts_of: HostsOf,
    reads: Callable[[str, str], bool | None],
    is_for_others: Callable[[Workload, str], bool],
) -> list[Attachment]:
    """Return the configurations of pods; what isn't for their readers is hidden to these in the manifests too.

    `reads` and `is_for_others` are those of `_mounted`.
    """
    mounted = [*_mounted(manifests, parts, hosts_of, reads, is_for_others)]
    divided = by_sections(mounted)
    manifests.hidden = lines_for_others(mounted, divided)
    return divided


def _mounted(
    manifests: Manifests,
    parts: list[Workload],
    hosts_of: HostsOf,
    reads: Callable[[str, str], bool | None],
    is_for_others: Callable[[Workload, str], bool],
) -> Iterator[Attachment]:
    """Yield the configurations of pods; a ConfigMap that no pod names belongs to the workload of its name: `kong-config` to `kong`.

    `reads` tells if the source of a workload reads a key, None where nothing tells: what it doesn't read there is for others.
    `is_for_others` tells if a file may be there for other roles of its image alone.
    """
    named: set[tuple[str, str]] = set()
    all_mounted = {part.id: list(mounted_by(part)) for part in parts}
    readers: dict[tuple[str, str, str | None], set[str]] = {}
    for part in parts:
        for name, keys in all_mounted[part.id]:
            for key in keys or (None,):
                readers.setdefault((part.namespace, name, key), set()).add(part.program)
    for part in parts:
        mounted = all_mounted[part.id]
        named.update((part.namespace, name) for name in _referenced(part))
        for name, keys in mounted:
            kind = _kind_of_reader(part, name)
            for attachment in _attached(manifests, part, name, kind, hosts_of, keys):
                # of a file that several programs read, nothing tells which of them needs what stands in it
                programs = {
                    program
                    for key in (attachment.target, None)
                    for program in readers.get((part.namespace, name, key), ())
                }
                is_shared = len(programs) > 1 and not may_be_of_proxy(attachment, is_sure=part.guess.sure)
                yield replace(attachment, is_shared=is_shared, of_roles=is_for_others(part, f"/{name}"))
    by_name = {(part.namespace, part.manifest.name): part for part in parts}
    for manifest in manifests.of("ConfigMap"):
        owner = by_name.get((manifest.namespace, manifest.name))
        likely = owner or by_name.get((manifest.namespace, _OF_CONFIGURATION.sub("", manifest.name)))
        if likely is not None and (manifest.namespace, manifest.name) not in named:
            for attachment in _attached(manifests, likely, manifest.name, "", hosts_of, as_settings=True):
                if reads(likely.id, attachment.target) is False:
                    continue
                yield attachment if owner is not None else replace(attachment, is_shared=True)


def _attached(
    manifests: Manifests,
    part: Workload,
    name: str,
    kind: str,
    hosts_of: HostsOf,
    keys: frozenset[str] | None = None,
    as_settings: bool = False,
) -> Iterator[Attachment]:
    """Yield the entries of a ConfigMap as files; those of `keys` alone where only they are mounted.

    What a program reads through the API it reads by its keys, as settings.
    """
    for key, (text, source) in data_of(manifests, "ConfigMap", part.namespace, name).items():
        # what is put into pages is no call of the server that hands them out
        if (keys is not None and key not in keys) or is_for_browsers(key):
            continue
        if as_settings and "\n" not in text:
            text = f"{key}: {text}"
        file = Configuration(source.path, text.encode("utf-8", "replace"))
        yield Attachment(part.id, kind, file, key, hosts_of(part), source.line, is_in_cluster=True)


def _kind_of_reader(part: Workload, name: str) -> str:
    """Return the kind of what reads a ConfigMap: the workload's, or that of the observer beside it that alone mounts it."""
    pod = pod_of(part.manifest.kind, part.manifest.node)
    volumes = {
        volume.text_at("name") for volume in pod.get("volumes").list() if volume.text_at("configMap", "name") == name
    }
    kinds = {
        guess("", container.text_at("image"), "", frozenset()).known.kind
        for container in pod.get("containers").list()
        if any(mount.text_at("name") in volumes for mount in container.get("volumeMounts").list())
    }
    observer = next((kind for kind in kinds if KINDS[kind].observes), None)
    return observer if observer is not None and len(kinds) == 1 else part.guess.known.kind


def mounted_by(part: Workload) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Yield the ConfigMaps that a pod mounts, each with the keys of which it sees files; None for all of them."""
    containers = all_containers_of(part.manifest.kind, part.manifest.node)
    mounts = {mount.text_at("name") for each in containers for mount in each.get("volumeMounts").list()}
    for volume in pod_of(part.manifest.kind, part.manifest.node).get("volumes").list():
        if mounts and volume.text_at("name") not in mounts:
            continue
        paths = _paths_of(part, volume.text_at("name"))
        for source in _sources_of(volume):
            yield source.text_at("name"), _keys(source, paths)


def _sources_of(volume: SourceNode) -> Iterator[SourceNode]:
    """Yield the ConfigMaps of a volume."""
    for source in (volume, *volume.get("projected", "sources").list()):
        if source.text_at("configMap", "name"):
            yield source.get("configMap")


def _keys(source: SourceNode, paths: frozenset[str] | None) -> frozenset[str] | None:
    """Return the keys of a volume that are mounted at paths in it, None for any."""
    items = {item.text_at("path"): item.text_at("key") for item in source.get("items").list()}
    if paths is None:
        return frozenset(items.values()) if items else None
    return frozenset(items.get(path, path) for path in paths)


def _paths_of(part: Workload, volume: str) -> frozenset[str] | None:
    """Return the paths in a volume of which containers see nothing else, None where one sees the whole volume."""
    containers = all_containers_of(part.manifest.kind, part.manifest.node)
    mounts = [mount for container in containers for mount in container.get("volumeMounts").list()]
    paths = [mount.text_at("subPath") for mount in mounts if mount.text_at("name") == volume]
    return frozenset(paths) if paths and all(paths) else None


def _referenced(part: Workload) -> Iterator[str]:
    """Yield the ConfigMaps of which a container takes variables, and those of volumes, whether a container mounts them or not."""
    for volume in pod_of(part.manifest.kind, part.manifest.node).get("volumes").list():
        yield from (source.text_at("name") for source in _sources_of(volume))
    for container in part.containers:
        for item in container.get("envFrom").list():
            yield item.text_at("configMapRef", "name")
        for item in container.get("env").list():
            yield item.text_at("valueFrom", "configMapKeyRef", "name")
