"""Pods and Services that Prometheus finds in a cluster by itself, by their labels, annotations and names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product

from msgspec import Struct

from archgen.importers.facts import SCRAPED_IN_PART, Attachment, Fact, FactSheet, Origin
from archgen.importers.kubernetes.custom_resources import Resource
from archgen.importers.kubernetes.hosts import ServiceKey
from archgen.importers.kubernetes.kustomize.kustomization import documents_of
from archgen.importers.kubernetes.kustomize.patch_targets import simple_pattern
from archgen.importers.kubernetes.label_index import selector_at
from archgen.importers.kubernetes.manifests import (
    MONITORS,
    Manifest,
    Manifests,
    annotations_of,
    may_be_one_namespace,
)
from archgen.importers.kubernetes.part import Workload, target_port
from archgen.importers.names import free_id
from archgen.importers.nodes import SourceNode
from archgen.model.finding import Confidence
from archgen.model.kinds import KINDS

_DISCOVERY = b"kubernetes_sd_configs"
_PORT = "prometheus.io/port"
_SCRAPE = "prometheus.io/scrape"
_OF_MONITORS = ("endpoints", "podMetricsEndpoints")
_META = re.compile(r"__meta_kubernetes_(pod|service|endpoints|endpointslice)_(label|annotation)(present)?_(\w+)")
_NAME = re.compile(r"__meta_kubernetes_(service|endpoints|endpointslice)_name")
_SPACE = "__meta_kubernetes_namespace"
_SELECTIVE = re.compile(r"__meta_kubernetes_(?!namespace$)")
_ANNOTATION = re.compile(r"__meta_kubernetes_\w+?_annotation")
_NO_WORD = re.compile(r"\W")
_MOST_JOBS = 100
_MOST_PORTS = 20

_OF_PORTS = re.compile(
    r"__meta_kubernetes_(pod_container_(name|port_name|port_number)|(endpoint|endpointslice|service)_port_(name|number))"
)
"""Labels that each port of a pod or a Service has for itself."""

_OF_RUNNING_PODS = {
    "__meta_kubernetes_pod_phase": "Running",
    "__meta_kubernetes_pod_ready": "true",
    "__meta_kubernetes_pod_container_init": "false",
}

_MEASURES = re.compile(r"exporter|metrics|prometheus", re.IGNORECASE)

_Candidate = tuple[Manifest | None, Workload]
"""A Service and a workload behind it, or a workload alone."""


class _Rule(Struct, frozen=True):
    """What a job keeps or drops: labels, each with a pattern of its value; None for what can't be known."""

    keeps: bool
    labels: tuple[tuple[str, re.Pattern[str] | None], ...] = ()

    def asks_for(self, pattern: re.Pattern[str]) -> bool:
        """Return True for a rule that keeps what has a label of some names."""
        return self.keeps and any(known is not None and pattern.match(name) for name, known in self.labels)


def add_scraped(
    attachments: list[Attachment],
    manifests: Manifests,
    parts: list[Workload],
    resources: list[Resource],
    selected: Mapping[ServiceKey, list[Workload]],
    taken: dict[str, str],
    sheet: FactSheet,
) -> None:
    """Add the calls of what fetches measurements: of each pod that its configuration, a monitor or an annotation tells."""
    services = {(each.namespace, each.name): each for each in manifests.of("Service")}
    _add_kept(attachments, parts, services, selected, sheet)
    configured = {attachment.owner for attachment in attachments}
    finder = _Fetchers(parts, resources, taken, sheet)
    for monitor in manifests.of(*MONITORS):
        targets = [*_targets(monitor, parts, services, selected)]
        for owner, certain in finder.of(monitor) if targets else ():
            # without an operator it does what its own configuration says
            for part, number in targets if owner not in configured else ():
                _fetch_as_told(owner, part, number, monitor.origin, monitor.kind, certain, sheet)
    alone = [part for part in parts if part.guess.known.product == "prometheus"]
    if len(alone) == 1 and alone[0].id not in configured:
        for part, number, source in _annotated(parts, services, selected):
            _fetch_as_told(alone[0].id, part, number, source, _SCRAPE, False, sheet)


class _Fetchers:
    """What fetches measurements by monitors: what their operator runs, else the only one of its product, else one in no file."""

    def __init__(
        self, parts: list[Workload], resources: list[Resource], taken: dict[str, str], sheet: FactSheet
    ) -> None:
        self._parts = parts
        self._resources = [each for each in resources if each.manifest.kind == "Prometheus"]
        self._taken = taken
        self._sheet = sheet
        self._outside: dict[str, str] = {}

    def of(self, monitor: Manifest) -> Iterator[tuple[str, bool]]:
        """Yield the component that heeds a monitor, with True for certain."""
        name = "victoriametrics" if monitor.kind.startswith("VM") else "prometheus"
        labels = {key: value.text for key, value in monitor.node.get("metadata", "labels").items()}
        key = "serviceMonitor" if monitor.kind == "ServiceMonitor" else "podMonitor"
        if name == "prometheus" and self._resources:
            for each in self._resources:
                selector = each.manifest.node.get("spec", f"{key}Selector")
                spaces = each.manifest.node.get("spec", f"{key}NamespaceSelector")
                # a selector that is missing selects nothing, and one of namespaces its own alone: docs.prometheus-operator.dev
                is_near = spaces.is_map or may_be_one_namespace(monitor.namespace, each.namespace)
                if selector.is_map and is_near and selector_at(selector).holds_for(labels):
                    yield each.id, not spaces.keys
            return
        own = [part.id for part in self._parts if part.guess.known.product == name]
        if not own and name not in self._outside:
            identity = self._outside[name] = free_id(name, self._taken)
            self._taken[identity] = name
            for fact, value in (("kind", "monitoring"), ("product", name), ("is_outside", True)):
                evidence = f"{monitor.kind}, in no file"
                self._sheet.add(Fact(f"component:{identity}", fact, value, monitor.origin, evidence, "medium"))
        if len(own) < 2:  # of several, nothing tells which one it is
            yield (own or [self._outside[name]])[0], False


def _targets(
    monitor: Manifest,
    parts: list[Workload],
    services: Mapping[ServiceKey, Manifest],
    selected: Mapping[ServiceKey, list[Workload]],
) -> Iterator[tuple[Workload, int | None]]:
    """Yield the workloads that a monitor selects, each with the port of its measurements where a Service or a pod declares it."""
    spec = monitor.node.get("spec")
    selector, space = selector_at(spec.get("selector")), spec.get("namespaceSelector")
    spaces = {item.text for item in space.get("matchNames").list()} or {monitor.namespace}
    is_any = space.text_at("any") == "true"
    asked = {each.text_at("port") for key in _OF_MONITORS for each in spec.get(key).list()} - {""}

    def is_in(namespace: str) -> bool:
        return is_any or any(may_be_one_namespace(namespace, each) for each in spaces)

    if monitor.kind in ("PodMonitor", "VMPodScrape"):
        for part in parts:
            if is_in(part.namespace) and selector.admits(part) and (not asked or asked & part.ports.keys()):
                yield part, next((part.ports[name] or None for name in sorted(asked) if name in part.ports), None)
        return
    for key, service in services.items():
        labels = {name: value.text for name, value in service.node.get("metadata", "labels").items()}
        ports = [each for each in service.node.get("spec", "ports").list() if each.text_at("name") in asked]
        if is_in(key[0]) and selector.holds_for(labels) and (ports or not asked):
            for part in selected[key]:
                yield part, (target_port(part, ports[0]) or ports[0].get("port").number) if ports else None


def _annotated(
    parts: list[Workload], services: Mapping[ServiceKey, Manifest], selected: Mapping[ServiceKey, list[Workload]]
) -> Iterator[tuple[Workload, int | None, Origin]]:
    """Yield the workloads whose pods, or whose Services, have the annotation by which Prometheus is told to measure them."""
    own = ((part, annotations_of(part.manifest.kind, part.manifest.node), part.manifest.origin) for part in parts)
    behind = (
        (
            part,
            {name: value.text for name, value in service.node.get("metadata", "annotations").items()},
            service.origin,
        )
        for key, service in services.items()
        for part in selected[key]
    )
    for part, noted, source in (*own, *behind):
        if noted.get(_SCRAPE) == "true":
            number = noted.get(_PORT, "")
            yield part, int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else None, source


def _fetch_as_told(
    owner: str, part: Workload, number: int | None, source: Origin, evidence: str, certain: bool, sheet: FactSheet
) -> None:
    subject = f"connection:{owner}->{part.id}"
    confidence: Confidence = "high" if certain else "medium"
    if part.id != owner:
        sheet.add(Fact(subject, "protocol", "http", source, evidence, confidence))
        if number is not None:
            sheet.add(Fact(subject, "number", number, source, evidence, confidence))
        if not certain:
            sheet.add(Fact(subject, "is_assumed", True, source, evidence, confidence))


def _add_kept(
    attachments: Iterable[Attachment],
    parts: list[Workload],
    services: Mapping[ServiceKey, Manifest],
    selected: Mapping[ServiceKey, list[Workload]],
    sheet: FactSheet,
) -> None:
    """Add the calls of what fetches measurements of each pod that its configuration keeps."""
    by_id = {part.id: part for part in parts}
    behind: list[_Candidate] = [(services[key], part) for key, pods in selected.items() for part in pods]
    alone: list[_Candidate] = [(None, part) for part in parts]
    for attachment in attachments:
        owner = by_id.get(attachment.owner)
        if owner is None or not KINDS[owner.guess.known.kind].observes or _DISCOVERY not in attachment.file.data:
            continue
        for job in _jobs(attachment):
            rules = list(_rules(job))
            if not any(rule.asks_for(_SELECTIVE) for rule in rules):
                continue
            roles = {each.text_at("role") for each in job.get("kubernetes_sd_configs").list()}
            candidates = [*(alone if "pod" in roles else ()), *(behind if roles - {"pod", "node"} else ())]
            source = Origin(attachment.file.path, attachment.line + job.line)
            spaces = _namespaces(job, owner)
            for service, part in candidates:
                if part is owner or not _is_in(part, spaces) or not _may_be_asked(part, rules):
                    continue
                confidence = _confidence(service, part, rules)
                if confidence is not None:
                    _fetch(owner, part, source, confidence, sheet)


def _jobs(attachment: Attachment) -> Iterator[SourceNode]:
    for root in documents_of(attachment.file.path, attachment.file.data):
        for config in (root, root.get("receivers", "prometheus", "config")):
            yield from [*config.get("scrape_configs").list()][:_MOST_JOBS]


def _namespaces(job: SourceNode, owner: Workload) -> set[str]:
    """Return the namespaces that a job looks into; none for all."""
    spaces: set[str] = set()
    for each in job.get("kubernetes_sd_configs").list():
        spaces |= {name.text for name in each.get("namespaces", "names").list()}
        if each.text_at("namespaces", "own_namespace") == "true":
            spaces.add(owner.namespace)
    return spaces


def _is_in(part: Workload, spaces: set[str]) -> bool:
    """Return True for a workload of one of some namespaces, also where a kustomization put it into another one."""
    own = {part.namespace, part.manifest.declared} - {""}
    return not spaces or not own or not own.isdisjoint(spaces)


def _rules(job: SourceNode) -> Iterator[_Rule]:
    """Yield what a job keeps and drops, by labels of pods, Services and their ports."""
    if any(True for each in job.get("kubernetes_sd_configs").list() for _ in each.get("selectors").list()):
        yield _Rule(True)
    for rule in job.get("relabel_configs").list():
        action = rule.text_at("action").lower()
        names = [each.text for each in rule.get("source_labels").list()]
        text = rule.text_at("regex")
        patterns = [*map(_pattern, text.split(";"))] if "regex" in rule.keys else [re.compile(".*")] * len(names)
        if action in ("keepequal", "dropequal") or (action in ("keep", "drop") and len(names) != len(patterns)):
            yield _Rule(action.startswith("keep"))
        elif action in ("keep", "drop"):
            known = [
                (name, pattern if _is_known(name) else None) for name, pattern in zip(names, patterns, strict=True)
            ]
            yield _Rule(action == "keep", tuple(known))


def _pattern(text: str) -> re.Pattern[str] | None:
    return simple_pattern(text) if text else re.compile("")


def _is_known(name: str) -> bool:
    patterns = (_META, _NAME, _OF_PORTS)
    return name == _SPACE or name in _OF_RUNNING_PODS or any(each.fullmatch(name) for each in patterns)


def _may_be_asked(part: Workload, rules: list[_Rule]) -> bool:
    """Return False for a store that doesn't speak HTTP, unless an annotation asks for it or something beside it measures it."""
    known = part.guess.known
    if not known.keeps_data or known.protocol in ("http", "https") or any(each.asks_for(_ANNOTATION) for each in rules):
        return True
    beside = (f"{each.text_at('name')} {each.text_at('image')}" for each in part.containers)
    return any(_MEASURES.search(words) for words in (*beside, *part.ports))


def _confidence(service: Manifest | None, part: Workload, rules: list[_Rule]) -> Confidence | None:
    """Return how certain it is that a job keeps one of the ports of a workload; None where it keeps none of them."""
    known = any(_OF_PORTS.fullmatch(name) for rule in rules for name, _ in rule.labels)
    answers = {_is_kept(service, part, port, rules) for port in (_ports(service, part) if known else ({},))}
    return "high" if True in answers else "medium" if None in answers else None


def _is_kept(service: Manifest | None, part: Workload, port: Mapping[str, str], rules: list[_Rule]) -> bool | None:
    """Return whether a job keeps a port; None where that depends on what isn't known."""
    certain = True
    for rule in rules:
        answers = [
            None if pattern is None else _holds(service, part, port, name, pattern, rule.keeps)
            for name, pattern in rule.labels
        ]
        if False in answers:
            if rule.keeps:
                return False
        elif not answers or None in answers:
            certain = False
        elif not rule.keeps:
            return False
    return True if certain else None


def _ports(service: Manifest | None, part: Workload) -> Iterator[dict[str, str]]:
    """Yield the labels of each port of a workload's containers, and of each port of the Service before it."""
    inner: list[dict[str, str]] = []
    for container in part.containers:
        own = {"pod_container_name": container.text_at("name")}
        inner += [
            {
                **own,
                "pod_container_port_name": port.text_at("name"),
                "pod_container_port_number": port.text_at("containerPort"),
            }
            for port in container.get("ports").list()
        ] or [own]
    outer: list[dict[str, str]] = [{}]
    if service is not None:
        outer = [
            {
                f"{role}_port_{key}": port.text_at(field)
                for role in ("endpoint", "endpointslice", "service")
                for key, field in (("name", "name"), ("number", "port"))
            }
            for port in service.node.get("spec", "ports").list()
        ] or outer
    for one, other in product(islice(inner, _MOST_PORTS), islice(outer, _MOST_PORTS)):
        yield {f"__meta_kubernetes_{key}": value for key, value in (one | other).items()}


def _holds(
    service: Manifest | None, part: Workload, port: Mapping[str, str], name: str, pattern: re.Pattern[str], keeps: bool
) -> bool:
    """Return whether a label has a value of a pattern; without a namespace, a workload may be in any that is kept."""
    if name == _SPACE and not part.namespace:
        return keeps
    value = _value(service, part, port, name)
    if not value and keeps:
        return value is not None and not pattern.pattern
    return pattern.fullmatch(value or "") is not None


def _value(service: Manifest | None, part: Workload, port: Mapping[str, str], name: str) -> str | None:
    """Return the value of a label, empty where the pod or the Service has none; None without a Service."""
    if name == _SPACE:
        return part.namespace
    if name in _OF_RUNNING_PODS:
        return _OF_RUNNING_PODS[name]
    if _OF_PORTS.fullmatch(name) is not None:
        return port.get(name, "")
    if _NAME.fullmatch(name) is not None:
        return service.name if service is not None else None
    match = _META.fullmatch(name)
    if match is None or (match[1] != "pod" and service is None):
        return None
    if match[1] != "pod" and service is not None:
        metadata = service.node.get("metadata", f"{match[2]}s")
        values = {key: value.text for key, value in metadata.items()}
    else:
        values = part.labels if match[2] == "label" else annotations_of(part.manifest.kind, part.manifest.node)
    value = next((value for key, value in values.items() if _NO_WORD.sub("_", key) == match[4]), None)
    return "" if value is None else "true" if match[3] else value


def _fetch(owner: Workload, part: Workload, source: Origin, confidence: Confidence, sheet: FactSheet) -> None:
    evidence = "kubernetes_sd_configs" if confidence == "high" else SCRAPED_IN_PART
    subject = f"connection:{owner.id}->{part.id}"
    sheet.add(Fact(subject, "protocol", "http", source, evidence, confidence))
    port = annotations_of(part.manifest.kind, part.manifest.node).get(_PORT, "")
    if port.isascii() and port.isdecimal() and len(port) < 6:
        sheet.add(Fact(subject, "number", int(port), source, evidence, confidence))
