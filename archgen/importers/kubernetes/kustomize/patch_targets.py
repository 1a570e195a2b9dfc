"""The objects that a patch of a kustomization changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from archgen.importers.facts import FactSheet, Origin
from archgen.importers.kubernetes.kustomize.patching import apply_patch, lacking, with_value
from archgen.importers.kubernetes.manifests import WORKLOADS, Manifest
from archgen.importers.kubernetes.routing.backends import backends_in
from archgen.importers.nodes import SourceNode

_SIMPLE = re.compile(r"[\w-]*(\.[*+]?[\w-]*){0,3}")
"""An alternative of a pattern: a name in which a few signs stand for any text."""

_LABEL = re.compile(r"([\w./-]+)(?:\s*==?\s*([\w.-]*))?")
_KEYS = {"group", "version", "kind", "name", "namespace", "labelSelector"}


class PatchTargets:
    """Objects by their names, for the patches that look for them."""

    def __init__(self, objects: Iterable[Manifest]) -> None:
        self._by_name: dict[str, list[Manifest]] = {}
        for each in objects:
            # a patch names an object as its document does, or as kustomizations below call it
            for name in dict.fromkeys((each.name, each.former or each.name)):
                self._by_name.setdefault(name, []).append(each)

    def named_by(self, patch: SourceNode) -> Iterator[Manifest]:
        """Yield the objects that a patch names itself by kind and name."""
        kind, namespace = patch.text_at("kind"), patch.text_at("metadata", "namespace")
        for each in self._by_name.get(patch.text_at("metadata", "name"), ()):
            if each.kind == kind and (
                not namespace or namespace in (each.namespace, each.declared) or not each.namespace
            ):
                yield each

    def selected_by(self, target: SourceNode) -> Iterator[Manifest]:
        """Yield the objects of a target, which has patterns of kind, name and namespace, and labels; none for other patterns."""
        kind, name, namespace = (simple_pattern(target.text_at(key)) for key in ("kind", "name", "namespace"))
        labels = _labels(target.text_at("labelSelector"))
        if (
            kind is None
            or name is None
            or namespace is None
            or labels is None
            or not target.keys
            or {*target.keys} - _KEYS
        ):
            return
        exact = target.text_at("name")
        names = [exact] if exact in self._by_name else [each for each in self._by_name if name.fullmatch(each)]
        for each in (each for known in names for each in self._by_name[known]):
            spaces = (each.namespace, each.declared)
            if kind.fullmatch(each.kind) and any(namespace.fullmatch(space) for space in spaces) and _has(each, labels):
                yield each


def warn_of_lacking(target: Manifest, patch: SourceNode, above: int, sheet: FactSheet) -> None:
    """Say which keys a patch replaces that its target doesn't have; `above` are the lines of the file above the patch."""
    for path in lacking(target.node, patch):
        place = Origin(patch.path, patch.line + above)
        what = f"{target.kind} {target.name}"
        sheet.warn(
            f"contradiction: a patch replaces {path} of {what}, which has no such key ({place}); Kustomize builds nothing"
        )


def patched(target: Manifest, patch: SourceNode, above: int, sheet: FactSheet) -> Manifest:
    """Return an object after a patch; an Ingress of which that leaves no path keeps its own, as what may be meant."""
    warn_of_lacking(target, patch, above, sheet)
    merges_lists = target.kind in WORKLOADS or target.kind == "Service"
    node = apply_patch(target.node, patch, merges_lists, above)
    made = replace(target, node=node)
    if target.kind == "Ingress" and any(backends_in(target)) and not any(backends_in(made)):
        place = Origin(patch.path, patch.line + above)
        sheet.warn(
            f"contradiction: a patch leaves no path of Ingress {target.name} ({place}); {target.node.path} has some"
        )
        rules = target.node.get("spec", "rules")
        made = replace(made, node=with_value(node, ("spec", "rules"), rules.value, rules), is_emptied=True)
    return made


def simple_pattern(text: str) -> re.Pattern[str] | None:
    """Return what a pattern matches; nothing is any text. None for one that is more than names in which some signs are open."""
    text = text.removeprefix("^").removesuffix("$")
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    parts = text.split("|") if text else [".*"]
    if not all(_SIMPLE.fullmatch(part) for part in parts):
        return None
    return re.compile("|".join(parts))


def _labels(text: str) -> list[tuple[str, str | None]] | None:
    """Return the labels of a selector, with None for any value; None for what asks for more than equal values."""
    labels: list[tuple[str, str | None]] = []
    for part in text.split(",") if text else ():
        match = _LABEL.fullmatch(part.strip())
        if match is None:
            return None
        labels.append((match[1], match[2]))
    return labels


def _has(manifest: Manifest, labels: list[tuple[str, str | None]]) -> bool:
    own = manifest.node.get("metadata", "labels")
    return all(key in own.keys and value in (None, own.text_at(key)) for key, value in labels)
