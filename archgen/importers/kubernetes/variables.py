"""Variables of containers, from their manifests, ConfigMaps and Secrets."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping

from archgen.importers.addresses import ON_MACHINE
from archgen.importers.facts import Origin
from archgen.importers.kubernetes.manifests import Manifests
from archgen.importers.nodes import SourceNode
from archgen.language.yaml.tree import Map

NODE = ON_MACHINE[0]
"""The host by which pods know the node that they run on."""

_DEEPEST = 5

REFERENCES = (("ConfigMap", "configMap"), ("Secret", "secret"))
"""Kinds of configurations, each with the word that the keys of references to it begin with."""


def variables_of(
    manifests: Manifests, namespace: str, container: SourceNode
) -> Iterator[tuple[str, tuple[str, Origin]]]:
    """Yield the variables of a container, each with its value and its place."""
    for item in container.get("envFrom").list():
        for kind, reference in REFERENCES:
            name = item.text_at(f"{reference}Ref", "name")
            for key, entry in data_of(manifests, kind, namespace, name).items() if name else ():
                yield item.text_at("prefix") + key, entry
    for item in container.get("env").list():
        value = item.value
        if value.__class__ is not Map:
            continue
        if value.get("value") is not None:
            yield item.text_at("name"), (item.text_at("value"), Origin(item.path, item.line, item.pointer))
        if value.get("valueFrom") is None:
            continue
        if item.text_at("valueFrom", "fieldRef", "fieldPath") == "status.hostIP":
            yield item.text_at("name"), (NODE, Origin(item.path, item.line, item.pointer))
        for kind, reference in REFERENCES:
            name = item.text_at("valueFrom", f"{reference}KeyRef", "name")
            entries = data_of(manifests, kind, namespace, name) if name else {}
            key = item.text_at("valueFrom", f"{reference}KeyRef", "key")
            if key in entries:
                yield item.text_at("name"), entries[key]


def data_of(manifests: Manifests, kind: str, namespace: str, name: str) -> dict[str, tuple[str, Origin]]:
    """Return the entries of a configuration by their keys; those of a secret serve to find addresses alone."""
    known = manifests.entries.get((kind, namespace, name))
    if known is None:
        known = manifests.entries[kind, namespace, name] = dict(_entries(manifests, kind, namespace, name))
    return known


def _entries(manifests: Manifests, kind: str, namespace: str, name: str) -> Iterator[tuple[str, tuple[str, Origin]]]:
    objects = manifests.objects.get(kind, {})
    manifest = objects.get((namespace, name)) or objects.get(("", name))
    if manifest is None and not namespace:
        manifest = next((each for (_, other), each in objects.items() if other == name), None)
    generated = manifests.generated
    made = generated.get((kind, namespace, name)) or generated.get((kind, "", name)) or []
    for key, text, source in made:
        yield key, (text, source)
    if manifest is None:
        return
    for section in ("data", "stringData"):
        for key, value in manifest.node.get(section).items():
            text = _decoded(value.text) if kind == "Secret" and section == "data" else value.text
            yield key, (text, Origin(value.path, value.line, value.pointer))


def expanded(text: str, values: Mapping[str, tuple[str, Origin]], depth: int = 0) -> str:
    """Return a text with `$(NAME)` replaced, as Kubernetes does."""
    if "$(" not in text or depth > _DEEPEST:
        return text[:20_000]

    def value(match: re.Match[str]) -> str:
        return values[match[1]][0] if match[1] in values else match[0]

    return expanded(re.sub(r"\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)", value, text[:20_000]), values, depth + 1)


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text[:20_000], validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
