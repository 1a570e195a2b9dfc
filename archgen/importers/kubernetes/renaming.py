"""Names that a kustomization begins or ends in another way: those of its objects, and what refers to these."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from archgen.importers.kubernetes.manifests import Manifest, SettingEntry
from archgen.importers.nodes import SourceNode
from archgen.language.yaml.tree import Map, Seq, TreeNode

_REFERENCES = {
    ("configMapRef", "name"), ("secretRef", "name"), ("configMapKeyRef", "name"), ("secretKeyRef", "name"), ("configMap", "name"),
    ("secret", "name"), ("secret", "secretName"), ("service", "name"), ("backend", "serviceName"), ("backendRefs", "name"),
    ("services", "name"), ("spec", "serviceName"), ("scaleTargetRef", "name"), ("metadata", "name"),
}  # fmt: skip
"""Keys under which an object refers to another one, each with the key above it."""

_KEPT = ("Namespace", "CustomResourceDefinition")

ObjectKey = tuple[str, str, str]
"""Kind, namespace and name."""


def rename(
    objects: dict[ObjectKey, Manifest], generated: dict[ObjectKey, list[SettingEntry]], root: SourceNode
) -> None:
    """Give the objects, and the settings that are made, the beginning and the end that a kustomization has for names.

    Addresses in variables are texts, which Kustomize leaves as they are.
    """
    before, after = root.text_at("namePrefix"), root.text_at("nameSuffix")
    if not (before or after):
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
