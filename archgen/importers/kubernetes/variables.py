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

NODE = ON_MACHINE[0]
"""The host by which pods know the node that they run on."""

_DEEPEST = 5


def variables_of(
    manifests: Manifests, namespace: str, container: SourceNode
) -> Iterator[tuple[str, tuple[str, Origin]]]:
    """Yield the variables of a container, each with its value and its place."""
    for item in container.get("envFrom").list():
        for kind in ("ConfigMap", "Secret"):
            name = item.text_at(f"{kind[0].lower()}{kind[1:]}Ref", "name")
            for key, value, source in data_of(manifests, kind, namespace, name):
                yield item.text_at("prefix") + key, (value, source)
    for item in container.get("env").list():
        name = item.text_at("name")
        if item.get("value").value is not None:
            yield name, (item.text_at("value"), Origin(item.path, item.line, item.pointer))
        if item.text_at("valueFrom", "fieldRef", "fieldPath") == "status.hostIP":
            yield name, (NODE, Origin(item.path, item.line, item.pointer))
        for kind in ("ConfigMap", "Secret"):
            reference = item.get("valueFrom", f"{kind[0].lower()}{kind[1:]}KeyRef")
            for key, value, source in data_of(manifests, kind, namespace, reference.text_at("name")):
                if key == reference.text_at("key"):
                    yield name, (value, source)


def data_of(manifests: Manifests, kind: str, namespace: str, name: str) -> Iterator[tuple[str, str, Origin]]:
    """Yield the entries of a configuration; those of a secret serve to find addresses alone."""
    objects = manifests.objects.get(kind, {})
    manifest = objects.get((namespace, name)) or objects.get(("", name))
    if manifest is None and not namespace:
        manifest = next((each for (_, other), each in objects.items() if other == name), None)
    if name and (generated := manifests.generated.get((kind, name))) is not None:
        yield from generated
    if manifest is None or not name:
        return
    for section in ("data", "stringData"):
        for key, value in manifest.node.get(section).items():
            text = _decoded(value.text) if kind == "Secret" and section == "data" else value.text
            yield key, text, Origin(value.path, value.line, value.pointer)


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
