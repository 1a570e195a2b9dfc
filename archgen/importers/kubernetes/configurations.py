"""ConfigMaps as the configurations of pods: those that a pod mounts, and those that its framework reads by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from archgen.importers.facts import Attachment, Configuration
from archgen.importers.kubernetes.manifests import Manifests, containers_of, pod_of
from archgen.importers.kubernetes.part import Workload
from archgen.importers.kubernetes.variables import data_of

HostsOf = Callable[[str], Mapping[str, str]]
"""The names by which the pods of a namespace reach others."""


def attachments_of(manifests: Manifests, parts: list[Workload], hosts_of: HostsOf) -> Iterator[Attachment]:
    """Yield the configurations of pods; a ConfigMap that nothing names belongs to the workload of its name."""
    named: set[tuple[str, str]] = set()
    for part in parts:
        mounted = list(_mounted(part))
        named.update((part.namespace, name) for name in (*mounted, *_referenced(part)))
        for name in mounted:
            yield from _attached(manifests, part, name, part.guess.known.kind, hosts_of)
    by_name = {(part.namespace, part.manifest.name): part for part in parts}
    for manifest in manifests.of("ConfigMap"):
        owner = by_name.get((manifest.namespace, manifest.name))
        if owner is not None and (manifest.namespace, manifest.name) not in named:
            yield from _attached(manifests, owner, manifest.name, "", hosts_of)


def _attached(manifests: Manifests, part: Workload, name: str, kind: str, hosts_of: HostsOf) -> Iterator[Attachment]:
    for key, text, source in data_of(manifests, "ConfigMap", part.namespace, name):
        file = Configuration(source.path, text.encode("utf-8", "replace"))
        yield Attachment(part.id, kind, file, key, hosts_of(part.namespace), source.line)


def _mounted(part: Workload) -> Iterator[str]:
    for volume in pod_of(part.manifest.kind, part.manifest.node).get("volumes").list():
        names = [volume.text_at("configMap", "name")]
        names += [item.text_at("configMap", "name") for item in volume.get("projected", "sources").list()]
        yield from filter(None, names)


def _referenced(part: Workload) -> Iterator[str]:
    """Yield the ConfigMaps of which a container takes variables."""
    for container in containers_of(part.manifest.kind, part.manifest.node):
        for item in container.get("envFrom").list():
            yield item.text_at("configMapRef", "name")
        for item in container.get("env").list():
            yield item.text_at("valueFrom", "configMapKeyRef", "name")
