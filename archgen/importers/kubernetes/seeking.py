"""Stores that pods seek by the names of their variables alone, since no file holds the values."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archgen.importers.facts import Origin
from archgen.importers.kubernetes.manifests import Manifests, containers_of
from archgen.importers.kubernetes.part import Workload
from archgen.importers.kubernetes.variables import data_of, variables_of
from archgen.importers.nodes import SourceNode
from archgen.importers.outside import store_asked_for, store_by_name
from archgen.importers.secrets import is_secret_name

_OPEN = re.compile(r"your|change|replace|placeholder|xxx|example\.|^<|\$[({]|^$", re.IGNORECASE)
"""Values that stand for others, which somebody puts in before the manifests are applied."""

_OF_CONTROLLERS = {
    "SealedSecret": (("spec", "encryptedData"), ()),
    "ExternalSecret": ((), ("spec", "data")),
}
"""Objects of which controllers make secrets: where the keys stand, as those of a mapping or as `secretKey` of a list."""


def sought_by(manifests: Manifests, part: Workload) -> dict[str, tuple[str, Origin]]:
    """Return the products or kinds of stores that a pod seeks, each with the variable that tells it and its place.

    A pod that names one of that product seeks none.
    """
    sought: dict[str, tuple[str, Origin]] = {}
    named: set[str] = set()
    for container in containers_of(part.manifest.kind, part.manifest.node):
        values = dict(variables_of(manifests, part.namespace, container))
        for name, source in (
            *_unknown(manifests, part.namespace, container),
            *((key, at) for key, (_, at) in values.items()),
        ):
            known, asks = store_by_name(name), store_asked_for(name) is not None
            if known is None:
                continue
            product = known.product or known.kind
            if asks and name in values and _OPEN.search(values[name][0]) is None:
                named.add(product)
            elif asks or is_secret_name(name):
                sought.setdefault(product, (name, source))
    return {product: place for product, place in sought.items() if product not in named}


def _unknown(manifests: Manifests, namespace: str, container: SourceNode) -> Iterator[tuple[str, Origin]]:
    """Yield the variables of a container whose values stand in no file."""
    for item in container.get("env").list():
        for kind in ("ConfigMap", "Secret"):
            reference = item.get("valueFrom", f"{kind[0].lower()}{kind[1:]}KeyRef")
            name, key = reference.text_at("name"), reference.text_at("key")
            if name and all(key != each for each, _, _ in data_of(manifests, kind, namespace, name)):
                yield item.text_at("name"), Origin(item.path, item.line, item.pointer)
    for item in container.get("envFrom").list():
        for key in _keys_of(manifests, namespace, item.text_at("secretRef", "name")):
            yield item.text_at("prefix") + key, Origin(item.path, item.line, item.pointer)


def _keys_of(manifests: Manifests, namespace: str, name: str) -> Iterator[str]:
    """Yield the keys of a secret that a controller makes."""
    for manifest in manifests.of(*_OF_CONTROLLERS) if name else ():
        made = manifest.node.text_at("spec", "target", "name") or manifest.name
        if made != name or (manifest.namespace and namespace and manifest.namespace != namespace):
            continue
        mapping, listed = _OF_CONTROLLERS[manifest.kind]
        yield from manifest.node.get(*mapping).keys if mapping else ()
        for item in manifest.node.get(*listed).list() if listed else ():
            yield item.text_at("secretKey")
