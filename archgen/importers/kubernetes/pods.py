"""Programs that share a pod: each becomes a workload of its own, and each port of a Service leads to the one that listens on it."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from archgen.importers.facts import Opener, Origin
from archgen.importers.kubernetes.kustomize.patching import with_items
from archgen.importers.kubernetes.label_index import labels_at
from archgen.importers.kubernetes.manifests import (
    Manifest,
    Manifests,
    containers_of,
    is_sidecar,
    labels_of,
    may_be_one_namespace,
    template_keys,
)
from archgen.importers.names import image_without_tag
from archgen.importers.nodes import SourceNode
from archgen.importers.products import guess, image_name
from archgen.importers.sources.built_images import image_builds
from archgen.importers.store_names import store_asked_for
from archgen.model.kinds import KINDS

_SPLIT = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "DeploymentConfig", "Rollout")
"""Kinds of workloads whose pods may hold several programs; what runs at times does one piece of work."""

_OF_ANYTHING = frozenset(("app", "main", "container", "server", "service", "web", "api", "worker"))
"""Names of containers that tell nothing without the name of the workload."""

_MOST = 8
_MOST_SERVICES = 20
"""Containers of a pod that are looked at, and Services that lead to it."""


def split_pods(manifests: Manifests, opener: Opener) -> None:
    """Put a workload for each program in the place of one with several, and a Service for each that ports of one lead to."""

    def is_built(manifest: Manifest, container: SourceNode) -> bool:
        builds, image = image_builds(manifest.node.path, opener), image_name(container.text_at("image"))
        return builds.directory_of(image, container.text_at("name")) is not None

    services: dict[tuple[str, str], list[Manifest]] = {}
    for service in manifests.of("Service"):
        # each is found by one of the labels that it asks for
        for label in [*labels_at(service.node.get("spec", "selector")).items()][:1]:
            services.setdefault(label, []).append(service)
    names = {each.name for each in manifests.of(*_SPLIT)}
    for manifest in manifests.of(*_SPLIT):
        containers = containers_of(manifest.kind, manifest.node)[:_MOST]
        if len(containers) < 2:
            continue
        labels = labels_of(manifest.kind, manifest.node)
        found = [each for label in labels.items() for each in services.get(label, ())]
        leading = [each for each in found if _leads_to(each, manifest, labels)][:_MOST_SERVICES]
        heard = {port.origin: at for each in leading for port, at in _heard(each, containers)}
        main = _main_of(manifest, containers, [*heard.values()])
        others = [
            index
            for index, container in enumerate(containers)
            if index != main
            and _is_apart(containers[main], container, index in heard.values(), functools.partial(is_built, manifest))
        ]
        if others:
            _split(manifests, manifest, containers, main, others, names)
            for service in leading:
                _part(manifests, service, heard, {main, *others}, main)


def _leads_to(service: Manifest, manifest: Manifest, labels: Mapping[str, str]) -> bool:
    selected = labels_at(service.node.get("spec", "selector"))
    is_near = may_be_one_namespace(service.namespace, manifest.namespace)
    return bool(selected) and is_near and selected.items() <= labels.items()


def _heard(service: Manifest, containers: list[SourceNode]) -> Iterator[tuple[SourceNode, int]]:
    """Yield the ports of a Service, each with the number of the container that declares the port that it leads to."""
    for port in service.node.get("spec", "ports").list():
        target = port.text_at("targetPort") or port.text_at("port")
        for index, container in enumerate(containers):
            declared = container.get("ports").list()
            if any(target in (each.text_at("name"), each.text_at("containerPort")) for each in declared):
                yield port, index
                break


def _main_of(manifest: Manifest, containers: list[SourceNode], heard: list[int]) -> int:
    """Return the container that keeps the name of the workload: the one of that name, else that which the first port leads to."""
    if containers[0].text_at("name") == manifest.name:
        return 0
    return next((index for index in heard if not is_sidecar(containers[index])), 0)


def _is_apart(main: SourceNode, container: SourceNode, is_heard: bool, is_built: Callable[[SourceNode], bool]) -> bool:
    """Return True for a program of its own: with a port of a Service, built of the system's sources, or with stores of its own."""
    image = container.text_at("image")
    if is_sidecar(container) or not image:
        return False
    known = guess(container.text_at("name"), image, "", frozenset()).known
    role = KINDS[known.kind]
    if role.observes or role.balances or known.kind == "backup":
        return False
    if is_heard:
        return True
    if known.product is not None:
        return False
    if image_without_tag(image) != image_without_tag(main.text_at("image")) and is_built(container):
        return is_built(main)
    own, stores = _stores(container), _stores(main)
    return any(name in stores and stores[name] != value for name, value in own.items())


def _stores(container: SourceNode) -> dict[str, str]:
    """Return where a container has the addresses of stores from, by the names of its variables."""
    stores: dict[str, str] = {}
    for item in container.get("env").list():
        name = item.text_at("name")
        if store_asked_for(name) is not None:
            references = (item.get("valueFrom", f"{word}KeyRef") for word in ("secret", "configMap"))
            told = [f"{each.text_at('name')}/{each.text_at('key')}" for each in references if each.keys]
            stores[name] = told[0] if told else item.text_at("value")
    return {name: value for name, value in stores.items() if value}


def _split(
    manifests: Manifests,
    manifest: Manifest,
    containers: list[SourceNode],
    main: int,
    others: list[int],
    names: set[str],
) -> None:
    taken = Counter(containers[index].text_at("name") for index in others)
    known = manifests.objects[manifest.kind]
    way = (*template_keys(manifest.kind), "spec", "containers")
    for index in others:
        own = containers[index].text_at("name")
        name = own if own not in names and own not in _OF_ANYTHING and taken[own] == 1 else f"{manifest.name}-{own}"
        node = with_items(manifest.node, way, [int(containers[index].key)])
        part = replace(manifest, name=name, node=node, former="", pod=manifest.name)
        known.setdefault((manifest.namespace, name), part)
    rest = [int(each.key) for index, each in enumerate(containers) if index not in others]
    first = int(containers[main].key)
    node = with_items(manifest.node, way, [first, *(each for each in sorted(rest) if each != first)])
    known[manifest.namespace, manifest.name] = replace(manifest, node=node)


def _part(manifests: Manifests, service: Manifest, heard: Mapping[Origin, int], apart: set[int], main: int) -> None:
    """Leave in a Service the ports that lead to one program, and make one for each other port, by the name with that."""
    known = manifests.objects["Service"]
    service = known[service.namespace, service.name]
    ports = [*service.node.get("spec", "ports").list()]
    owners = [at if (at := heard.get(port.origin, main)) in apart else main for port in ports]
    for index, (port, owner) in enumerate(zip(ports, owners, strict=True)):
        if owner != owners[0]:
            name = f"{service.name}:{port.text_at('port')}"
            node = with_items(service.node, ("spec", "ports"), [index])
            known.setdefault((service.namespace, name), replace(service, name=name, node=node))
    kept = [index for index, owner in enumerate(owners) if owner == owners[0]]
    if len(kept) < len(ports):
        node = with_items(service.node, ("spec", "ports"), kept)
        known[service.namespace, service.name] = replace(service, node=node)
