"""The workloads that the labels of Services and policies select."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from archgen.importers.kubernetes.manifests import Manifest
from archgen.importers.kubernetes.part import Workload
from archgen.importers.nodes import SourceNode

_IN_COMMAND = re.compile(r"kubectl\b[^\n;&|]*?(?:\s-l|\s--selector)[ =]+'?\"?([\w./-]{1,100})=([\w.-]{1,100})")
"""A label by which a command of `kubectl` selects pods."""

_ONE_POD = "statefulset.kubernetes.io/pod-name"
"""The label that Kubernetes itself puts on each pod of a stateful set."""


class LabelIndex:
    """Workloads by the labels of their pods."""

    def __init__(self, parts: list[Workload]) -> None:
        self.parts = parts
        self.by_label: dict[tuple[str, str], list[Workload]] = {}
        for part in parts:
            for label in part.labels.items():
                self.by_label.setdefault(label, []).append(part)

    def select(self, labels: Mapping[str, str]) -> list[Workload]:
        """Return the workloads whose pods have all labels, in the order of all."""
        rarest = min((self.by_label.get(label, []) for label in labels.items()), key=len, default=self.parts)
        return [part for part in rarest if labels.items() <= part.labels.items()]

    def behind(self, service: Manifest) -> list[Workload]:
        """Return the workloads whose pods a Service leads to."""
        labels = labels_at(service.node.get("spec", "selector"))
        if not labels:
            return []
        pod = labels.pop(_ONE_POD, "")
        return [
            part
            for part in self.select(labels)
            if (part.namespace == service.namespace or not part.namespace or not service.namespace)
            and (not pod or pod.rpartition("-")[0] == part.manifest.name)
        ]


def labels_at(node: SourceNode) -> dict[str, str]:
    """Return the labels that a selector asks for."""
    return {key: value.text for key, value in node.items()}


def labels_in_command(command: str) -> Iterator[tuple[str, str]]:
    """Yield the labels by which a command selects pods."""
    for match in _IN_COMMAND.finditer(command[:20_000]) if "kubectl" in command else ():
        yield match[1], match[2]
