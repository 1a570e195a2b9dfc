"""Pods and Services that Prometheus finds in a cluster by itself, by their labels, annotations and names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from archgen.importers.facts import Attachment, Fact, FactSheet, Origin
from archgen.importers.kubernetes.hosts import ServiceKey
from archgen.importers.kubernetes.kustomization import documents_of
from archgen.importers.kubernetes.manifests import Manifest
from archgen.importers.kubernetes.part import Workload
from archgen.importers.kubernetes.patch_targets import simple_pattern
from archgen.importers.nodes import SourceNode
from archgen.model.kinds import KINDS

_DISCOVERY = b"kubernetes_sd_configs"
_PORT = "prometheus.io/port"
_META = re.compile(r"__meta_kubernetes_(pod|service|endpoints|endpointslice)_(label|annotation)(present)?_(\w+)")
_NAME = re.compile(r"__meta_kubernetes_(service|endpoints|endpointslice)_name")
_SPACE = "__meta_kubernetes_namespace"
_NO_WORD = re.compile(r"\W")
_MOST_JOBS = 100

_Candidate = tuple[Manifest | None, Workload]
"""A Service and a workload behind it, or a workload alone."""


def add_scraped(
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
            rules = rules if any(name != _SPACE for name, _ in rules) else []
            roles = {each.text_at("role") for each in job.get("kubernetes_sd_configs").list()}
            candidates = [*(alone if "pod" in roles else ()), *(behind if roles - {"pod", "node"} else ())]
            source = Origin(attachment.file.path, attachment.line + job.line)
            spaces = _namespaces(job, owner)
            for service, part in candidates if rules else ():
                if not _is_in(part, spaces):
                    continue
                if part is not owner and all(_holds(service, part, name, pattern) for name, pattern in rules):
                    _fetch(owner, part, source, sheet)


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


def _rules(job: SourceNode) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield what a job keeps: a label of a pod or a Service with a pattern of its value; what else it asks for isn't known."""
    for rule in job.get("relabel_configs").list():
        names = [each.text for each in rule.get("source_labels").list()]
        patterns = rule.text_at("regex").split(";")
        if rule.text_at("action") != "keep" or len(names) != len(patterns):
            continue
        for name, text in zip(names, patterns, strict=True):
            pattern = simple_pattern(text)
            if pattern is not None and (name == _SPACE or _META.fullmatch(name) or _NAME.fullmatch(name)):
                yield name, pattern


def _holds(service: Manifest | None, part: Workload, name: str, pattern: re.Pattern[str]) -> bool:
    if name == _SPACE:
        return not part.namespace or pattern.fullmatch(part.namespace) is not None
    if _NAME.fullmatch(name) is not None:
        return service is not None and pattern.fullmatch(service.name) is not None
    match = _META.fullmatch(name)
    if match is None or (match[1] != "pod" and service is None):
        return False
    if match[1] != "pod" and service is not None:
        metadata = service.node.get("metadata", f"{match[2]}s")
        values = {key: value.text for key, value in metadata.items()}
    else:
        values = part.labels if match[2] == "label" else _annotations(part)
    value = next((value for key, value in values.items() if _NO_WORD.sub("_", key) == match[4]), None)
    return value is not None and pattern.fullmatch("true" if match[3] else value) is not None


def _annotations(part: Workload) -> dict[str, str]:
    root = part.manifest.node
    pod = root if part.manifest.kind == "Pod" else root.get("spec", "template")
    return {key: value.text for key, value in pod.get("metadata", "annotations").items()}


def _fetch(owner: Workload, part: Workload, source: Origin, sheet: FactSheet) -> None:
    subject = f"connection:{owner.id}->{part.id}"
    sheet.add(Fact(subject, "protocol", "http", source, "kubernetes_sd_configs"))
    port = _annotations(part).get(_PORT, "")
    if port.isascii() and port.isdecimal() and len(port) < 6:
        sheet.add(Fact(subject, "number", int(port), source, "kubernetes_sd_configs"))
