"""The workloads that the labels of Services and policies select."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from archgen.importers.addresses import Mention
from archgen.importers.facts import Origin
from archgen.importers.kubernetes.manifests import Manifest, may_be_one_namespace
from archgen.importers.kubernetes.part import Workload
from archgen.importers.nodes import SourceNode

_IN_COMMAND = re.compile(r"kubectl\b[^\n;&|]*?(?:\s-l|\s--selector)[ =]+'?\"?([\w./-]{1,100})=([\w.-]{1,100})")
"""A label by which a command of `kubectl` selects pods."""

_ONE_POD = "statefulset.kubernetes.io/pod-name"
"""The label that Kubernetes itself puts on each pod of a stateful set."""


_TO_COME = re.compile(r"\$\{\w{1,60}\}")
"""A variable that is put in for the whole value of a label."""

_OF_ROLE = (
    "role",
    "spilo-role",
    "tier",
    "component",
    "app.kubernetes.io/component",
    "cnpg.io/instanceRole",
    "postgres-role",
)
"""Labels for what pods of one store are to others of it."""


class PodSelector(Struct, frozen=True):
    """What a selector asks of pods: labels with their values, and `expressions` of a key, an operator and values."""

    labels: dict[str, str]
    expressions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    @property
    def keys(self) -> set[str]:
        """Return the keys of the labels that the selector asks for."""
        return {*self.labels, *(key for key, _, _ in self.expressions)}

    @property
    def names(self) -> int:
        """Return the number of programs that the selector names one by one; none for all pods of a namespace."""
        alternatives = [len(values) for _, operator, values in self.expressions if operator == "In"]
        return max([1, *alternatives]) if self.labels or alternatives else 0

    def admits(self, part: Workload) -> bool:
        """Return True for a workload whose pods have what is asked for."""
        return self.holds_for(part.labels)

    def holds_for(self, labels: Mapping[str, str]) -> bool:
        """Return True for labels among which is what is asked for."""
        return self.labels.items() <= labels.items() and all(
            _holds(labels.get(key), operator, values) for key, operator, values in self.expressions
        )


def _holds(value: str | None, operator: str, values: tuple[str, ...]) -> bool:
    match operator:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    return False


_EXECUTES = re.compile(
    r"\bkubectl\s(?:[^;&|\n]{0,200}?\s)?exec\s(?:[^;&|\n]{0,200}?\s)?(?:deployments?|deploy|statefulsets?|sts|daemonsets?|ds)/([a-z0-9][a-z0-9.-]{0,62})"
)
"""A command that runs something in the pods of a workload, by its name."""

_LONGEST_COMMAND = 4000


class LabelIndex:
    """Workloads by the labels of their pods."""

    def __init__(self, parts: list[Workload]) -> None:
        self.parts = parts
        self.by_label: dict[tuple[str, str], list[Workload]] = {}
        for part in parts:
            for label in part.labels.items():
                self.by_label.setdefault(label, []).append(part)

    @cached_property
    def shared_keys(self) -> set[tuple[str, str]]:
        """Return the keys of the labels that several workloads of a namespace have in common, each after the namespace."""
        counts = Counter((part.namespace, *label) for part in self.parts for label in part.labels.items())
        return {(namespace, key) for (namespace, key, _), count in counts.items() if count > 1}

    def reached_by_kubectl(self, container: SourceNode) -> Iterator[tuple[Mention, Origin]]:
        """Yield the stores whose pods the commands of a container wait for by a label, and the workloads that they run something in."""
        items = [*container.get("command").list(), *container.get("args").list()]
        for item in items:
            for label, value in labels_in_command(item.text):
                awaited = self.select({label: value})
                if len(awaited) == 1 and awaited[0].guess.known.keeps_data:
                    yield Mention(awaited[0].id, assumed=True), item.origin
        command = " ".join(item.text for item in items)[:_LONGEST_COMMAND]
        for match in _EXECUTES.finditer(command) if "kubectl" in command else ():
            named = [part for part in self.parts if part.manifest.name == match[1]]
            if len(named) == 1:
                yield Mention(named[0].id, "https", assumed=True), items[0].origin

    def select(self, labels: Mapping[str, str]) -> list[Workload]:
        """Return the workloads whose pods have all labels, in the order of all."""
        rarest = min((self.by_label.get(label, []) for label in labels.items()), key=len, default=self.parts)
        return [part for part in rarest if labels.items() <= part.labels.items()]

    def matching(self, selector: PodSelector) -> list[Workload]:
        """Return the workloads whose pods a selector admits, in the order of all."""
        named = [(key, values) for key, operator, values in selector.expressions if operator == "In"]
        if named and not selector.labels:
            key, values = named[0]
            found = {part.id: part for value in values for part in self.by_label.get((key, value), ())}
            return [part for part in found.values() if selector.admits(part)]
        return [part for part in self.select(selector.labels) if selector.admits(part)]

    def behind(self, service: Manifest) -> list[Workload]:
        """Return the workloads whose pods a Service leads to, first the one of its name."""
        labels = labels_at(service.node.get("spec", "selector"))
        if not labels:
            return []
        pod = labels.pop(_ONE_POD, "")
        parts = [
            part
            for part in self.select(labels) or self._with_values_to_come(labels)
            if may_be_one_namespace(part.namespace, service.namespace)
            and (not pod or pod.rpartition("-")[0] == part.manifest.name)
        ]
        parts = [*_listening(service, parts)]
        return sorted(parts, key=lambda part: (part.manifest.pod or part.manifest.name) != service.name)

    def _with_values_to_come(self, labels: Mapping[str, str]) -> list[Workload]:
        """Return the workloads whose pods have all labels, where the values of some are put in when the manifests are applied.

        Those of a Service and of its pods may come from two variables: `color: ${LIVE_COLOR}` leads to one of `color: ${COLOR}`.
        """
        known = {key: value for key, value in labels.items() if _TO_COME.fullmatch(value) is None}
        if not known or len(known) == len(labels):
            return []
        open_ = labels.keys() - known.keys()
        return [
            part for part in self.select(known) if all(_TO_COME.fullmatch(part.labels.get(key, "")) for key in open_)
        ]

    def meant_by_empty(
        self, services: Mapping[tuple[str, str], Manifest], selected: Mapping[tuple[str, str], list[Workload]]
    ) -> dict[tuple[str, str], str]:
        """Return the ids of what Services mean that select nothing, by their namespaces and names."""
        meant = {key: self.meant_by(each) for key, each in services.items() if not selected[key]}
        return {key: part.id for key, part in meant.items() if part is not None}

    def meant_by(self, service: Manifest) -> Workload | None:
        """Return the only store whose pods have the labels for the name that a Service asks for, and not those for a role.

        Who makes one of several replicas the first gives its pod the label for that, so it stands in no file.
        """
        labels = labels_at(service.node.get("spec", "selector"))
        named = {key: value for key, value in labels.items() if key not in _OF_ROLE}
        if not named or named == labels:
            return None
        meant = [
            part
            for part in self.select(named)
            if part.guess.known.keeps_data and may_be_one_namespace(part.namespace, service.namespace)
        ]
        return meant[0] if len(meant) == 1 else None


def _listening(service: Manifest, parts: list[Workload]) -> Iterator[Workload]:
    """Yield workloads, and of the programs of one pod that which listens where the first port of a Service leads to."""
    port = next(iter(service.node.get("spec", "ports").list()), None)
    target = (port.text_at("targetPort") or port.text_at("port")) if port is not None else ""
    pods: dict[tuple[str, str], list[Workload]] = {}
    for part in parts:
        pods.setdefault((part.namespace, part.manifest.pod or part.manifest.name), []).append(part)
    for beside in pods.values():
        if not any(each.manifest.pod for each in beside):
            yield from beside
            continue
        beside.sort(key=lambda each: each.manifest.pod != "")
        yield next((each for each in beside if target and _declares(each, target)), beside[0])


def _declares(part: Workload, target: str) -> bool:
    ports = (port for container in part.containers for port in container.get("ports").list())
    return any(target in (port.text_at("name"), port.text_at("containerPort")) for port in ports)


def selector_at(node: SourceNode) -> PodSelector:
    """Return a selector of labels and expressions."""
    expressions = tuple(
        (item.text_at("key"), item.text_at("operator"), tuple(value.text for value in item.get("values").list()))
        for item in node.get("matchExpressions").list()
    )
    return PodSelector(labels_at(node.get("matchLabels")), expressions)


def labels_at(node: SourceNode) -> dict[str, str]:
    """Return the labels that a selector asks for."""
    return {key: value.text for key, value in node.items()}


def labels_in_command(command: str) -> Iterator[tuple[str, str]]:
    """Yield the labels by which a command selects pods."""
    for match in _IN_COMMAND.finditer(command[:20_000]) if "kubectl" in command else ():
        yield match[1], match[2]
