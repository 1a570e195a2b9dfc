"""Variables of containers, from their manifests, ConfigMaps and Secrets."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping

from archgen.importers.addresses import NODE
from archgen.importers.facts import Origin
from archgen.importers.kubernetes.manifests import Manifest, Manifests, may_be_one_namespace
from archgen.importers.nodes import SourceNode
from archgen.importers.sources.json_values import settings_of_json
from archgen.language.yaml.tree import Map

_DEEPEST = 5
_LONGEST = 200_000
_NO_WORD = re.compile(r"[^A-Z0-9]")
_OF_SERVICE = re.compile(r"\$[({]?([A-Z][A-Z0-9_]{0,100}_SERVICE_(?:HOST|PORT)(?:_[A-Z0-9_]{1,60})?)[)}]?")
_HOST_OF_SERVICE = re.compile(r"\b[A-Z][A-Z0-9_]{0,100}_SERVICE_HOST\b")

_PUT_IN = re.compile(r"\{\{[^{}]{0,500}\}\}")
"""What a controller fills in when it makes a Secret out of a template."""

OF_CONTROLLERS = {
    "SealedSecret": ("spec", "template", "data"),
    "ExternalSecret": ("spec", "target", "template", "data"),
}
"""Kinds of which controllers make Secrets, each with the place of the template of what these hold."""

REFERENCES = (("ConfigMap", "configMap"), ("Secret", "secret"))
"""Kinds of configurations, each with the word that the keys of references to it begin with."""


def variables_of(
    manifests: Manifests, namespace: str, container: SourceNode
) -> Iterator[tuple[str, tuple[str, Origin]]]:
    """Yield the variables of a container, each with its value and its place, and the settings in one that holds JSON."""
    variables = [*_variables_of(manifests, namespace, container)]
    # what stands in a variable of its own comes last, and counts
    for variable, (text, source) in variables:
        yield from ((name, (value, source)) for name, value in settings_of_json(variable, text))
    yield from variables


def _variables_of(
    manifests: Manifests, namespace: str, container: SourceNode
) -> Iterator[tuple[str, tuple[str, Origin]]]:
    for item, kind, name in taken_whole(container):
        for key, entry in data_of(manifests, kind, namespace, name).items():
            yield item.text_at("prefix") + key, entry
    for item in container.get("env").list():
        value = item.value
        if value.__class__ is not Map:
            continue
        if value.get("value") is not None:
            yield item.text_at("name"), (item.text_at("value"), item.origin)
        if value.get("valueFrom") is None:
            continue
        if item.text_at("valueFrom", "fieldRef", "fieldPath") == "status.hostIP":
            yield item.text_at("name"), (NODE, item.origin)
        for kind, reference in REFERENCES:
            name = item.text_at("valueFrom", f"{reference}KeyRef", "name")
            entries = data_of(manifests, kind, namespace, name) if name else {}
            key = item.text_at("valueFrom", f"{reference}KeyRef", "key")
            if key in entries:
                yield item.text_at("name"), entries[key]


def configurations_taken(container: SourceNode) -> Iterator[tuple[str, str]]:
    """Yield the kind and the name of each configuration that a container takes variables from."""
    for item in container.get("env").list():
        for kind, reference in REFERENCES:
            if name := item.text_at("valueFrom", f"{reference}KeyRef", "name"):
                yield kind, name
    yield from ((kind, name) for _, kind, name in taken_whole(container))


def taken_whole(container: SourceNode) -> Iterator[tuple[SourceNode, str, str]]:
    """Yield the references of a container to all that a ConfigMap or Secret holds, each with its kind and name."""
    for item in container.get("envFrom").list():
        for kind, reference in REFERENCES:
            name = item.text_at(f"{reference}Ref", "name")
            if name:
                yield item, kind, name


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
    entries = generated.get((kind, namespace, name)) or generated.get((kind, "", name)) or []
    for key, text, source in entries:
        yield key, (text, source)
    if manifest is None:
        yield from _templates(manifests, namespace, name) if kind == "Secret" else ()
        return
    for section in ("data", "stringData"):
        for key, value in manifest.node.get(section).items():
            text = _decoded(value.text) if kind == "Secret" and section == "data" else value.text
            yield key, (text, value.origin)


def makers_of(manifests: Manifests, namespace: str, name: str) -> Iterator[Manifest]:
    """Yield the objects of which controllers make a Secret."""
    for manifest in manifests.of(*OF_CONTROLLERS) if name else ():
        made = manifest.node.text_at("spec", "target", "name") or manifest.name
        if made == name and may_be_one_namespace(manifest.namespace, namespace):
            yield manifest


def _templates(manifests: Manifests, namespace: str, name: str) -> Iterator[tuple[str, tuple[str, Origin]]]:
    """Yield what templates of a Secret say, as far as it stands in them and isn't all filled in."""
    for maker in makers_of(manifests, namespace, name):
        for key, value in maker.node.get(*OF_CONTROLLERS[maker.kind]).items():
            text = _PUT_IN.sub("${FILLED_IN}", value.text[:_LONGEST])
            if text.strip() != "${FILLED_IN}":
                yield key, (text, value.origin)


def expanded(text: str, values: Mapping[str, tuple[str, Origin]], depth: int = 0) -> str:
    """Return a text with `$(NAME)` replaced, as Kubernetes does."""
    if "$(" not in text or depth > _DEEPEST:
        return text[:20_000]

    def value(match: re.Match[str]) -> str:
        return values[match[1]][0] if match[1] in values else match[0]

    return expanded(re.sub(r"\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)", value, text[:20_000]), values, depth + 1)


class ImpliedVariables:
    """The variables that Kubernetes itself gives to pods for the Services of their namespace: `DB_SERVICE_HOST` is `db`."""

    def __init__(self, services: Iterable[Manifest]) -> None:
        self._services: dict[str, list[Manifest]] = {}
        for service in services:
            self._services.setdefault(service.namespace, []).append(service)
        self._variables: dict[str, dict[str, str]] = {}

    def of(self, namespace: str) -> Mapping[str, str]:
        """Return the variables of the pods of a namespace."""
        if namespace not in self._variables:
            self._variables[namespace] = _implied_by(self._services.get(namespace, ()))
        return self._variables[namespace]


def _implied_by(services: Iterable[Manifest]) -> dict[str, str]:
    variables: dict[str, str] = {}
    for service in services:
        name = _NO_WORD.sub("_", service.name.upper())
        variables[f"{name}_SERVICE_HOST"] = service.name
        for port in service.node.get("spec", "ports").list():
            title = port.text_at("name")
            own = [f"{name}_SERVICE_PORT", f"{name}_SERVICE_PORT_{_NO_WORD.sub('_', title.upper())}"]
            for each in own if title else own[:1]:
                variables.setdefault(each, port.text_at("port"))
    return variables


def with_services(text: str, variables: Mapping[str, str]) -> str:
    """Return a text with the variables for Services replaced by what they stand for."""
    if "_SERVICE_" not in text:
        return text
    return _OF_SERVICE.sub(lambda match: variables.get(match[1], match[0]), text)


def services_named(data: bytes, variables: Mapping[str, str]) -> list[tuple[str, int]]:
    """Return the Services whose variables a program reads, each once with the line."""
    if b"_SERVICE_HOST" not in data:
        return []
    text = data[:_LONGEST].decode("utf-8", "replace")
    named: dict[str, int] = {}
    for match in _HOST_OF_SERVICE.finditer(text):
        if match[0] in variables:
            named.setdefault(variables[match[0]], text.count("\n", 0, match.start()) + 1)
    return list(named.items())


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text[:20_000], validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
