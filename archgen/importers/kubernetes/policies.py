"""Network policies as a firewall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from archgen.importers.catalogue import STORE_PROTOCOLS
from archgen.importers.facts import ADMITTED, Fact, FactSheet, Origin
from archgen.importers.kubernetes.label_index import LabelIndex, PodSelector, selector_at
from archgen.importers.kubernetes.manifests import Manifest, Manifests
from archgen.importers.kubernetes.part import Workload
from archgen.importers.names import free_id
from archgen.importers.nodes import SourceNode
from archgen.model.kinds import KINDS

_MOST_NAMED = 3
"""Workloads that labels select and still name; labels of more are those of a whole system."""

_NAME_OF_NAMESPACE = "kubernetes.io/metadata.name"
"""The label that Kubernetes itself puts on each namespace."""


def add_policies(manifests: Manifests, index: LabelIndex, taken: dict[str, str], sheet: FactSheet) -> None:
    """Add the network policies that admit some traffic only, as one firewall before the pods that they select."""
    guarded: dict[str, Origin] = {}
    for policy, selector, selected in _policies(manifests, index, "Ingress"):
        for part in selected:
            guarded.setdefault(part.id, policy.origin)
        if selector.names:
            _admit(policy, selector, selected, index, sheet)
    for policy, selector, selected in _policies(manifests, index, "Egress"):
        if 0 < len(selected) <= _MOST_NAMED * selector.names:
            _let_out(policy, selected, index, sheet)
    if guarded:
        subject, source = f"component:{free_id('network-policy', taken)}", min(guarded.values())
        values = {"kind": "firewall", "managed": True, "guards": sorted(guarded), "default": "deny"}
        for key, value in values.items():
            sheet.add(Fact(subject, key, value, source, "NetworkPolicy"))


def admissions(manifests: Manifests, index: LabelIndex) -> dict[str, set[str]]:
    """Return the workloads that policies admit to each that they guard, where they name all callers by labels of their pods."""
    admitted: dict[str, set[str]] = {}
    unclear: set[str] = set()
    for policy, selector, selected in _policies(manifests, index, "Ingress"):
        rules = list(policy.node.get("spec", "ingress").list())
        peers = [peer for rule in rules for peer in rule.get("from").list()]
        named = [selector_at(peer.get("podSelector")) for peer in peers]
        is_clear = (
            all(each.names for each in named)
            and len(peers) > 0
            and all(any(True for _ in rule.get("from").list()) for rule in rules)
        )
        for part in selected if selector.names else ():
            if is_clear:
                callers = {caller.id for each in named for caller in index.matching(each)}
                admitted.setdefault(part.id, set()).update(callers)
            else:
                unclear.add(part.id)
    return {identity: callers for identity, callers in admitted.items() if identity not in unclear}


def _policies(
    manifests: Manifests, index: LabelIndex, direction: str
) -> Iterator[tuple[Manifest, PodSelector, list[Workload]]]:
    """Yield the policies for traffic of a direction, each with what it selects pods by and the workloads that have it."""
    for policy in manifests.of("NetworkPolicy"):
        types = [item.text for item in policy.node.get("spec", "policyTypes").list()]
        if direction in (types or ("Ingress",)):
            selector = selector_at(policy.node.get("spec", "podSelector"))
            yield policy, selector, _in_namespace(index.matching(selector), policy.namespace)


def _in_namespace(parts: list[Workload], namespace: str) -> list[Workload]:
    return [part for part in parts if part.namespace == namespace]


def _peers(policy: Manifest, peer: SourceNode, index: LabelIndex) -> list[Workload]:
    """Return the workloads that a peer names by labels of their pods: of the namespaces that it names, else of the policy's own.

    Labels of many workloads are those of a whole system.
    """
    selector = selector_at(peer.get("podSelector"))
    parts = index.matching(selector) if selector.names else []
    namespaces = _namespaces(policy, peer.get("namespaceSelector"))
    parts = parts if namespaces is None else [part for part in parts if part.namespace in namespaces]
    return parts if len(parts) <= _MOST_NAMED * selector.names else []


def _namespaces(policy: Manifest, selector: SourceNode) -> tuple[str, ...] | None:
    """Return the namespaces that a peer names; None for all, and no one where it asks for labels that someone put on them."""
    if not selector.is_map:
        return (policy.namespace,)
    asked = selector_at(selector)
    if _NAME_OF_NAMESPACE in asked.labels:
        return (asked.labels[_NAME_OF_NAMESPACE],)
    if asked.labels:
        return ()
    named = [each for each in asked.expressions if each[:2] == (_NAME_OF_NAMESPACE, "In")]
    if named:
        return named[0][2]
    return () if asked.expressions else None


def _admit(
    policy: Manifest, selector: PodSelector, guarded: list[Workload], index: LabelIndex, sheet: FactSheet
) -> None:
    """Add the calls that a policy admits by name: who writes down a caller knows that it calls."""
    for rule in policy.node.get("spec", "ingress").list():
        ports = list(rule.get("ports").list())
        for peer in rule.get("from").list():
            for caller in _peers(policy, peer, index):
                is_named = len(guarded) <= _MOST_NAMED * selector.names
                for part in guarded if is_named else _behind(caller, guarded, ports):
                    _call(caller, part, ports, peer.origin, sheet)


def _let_out(policy: Manifest, callers: list[Workload], index: LabelIndex, sheet: FactSheet) -> None:
    """Add the calls that a policy lets out by name."""
    for rule in policy.node.get("spec", "egress").list():
        ports = list(rule.get("ports").list())
        for peer in rule.get("to").list():
            for part in _peers(policy, peer, index):
                for caller in callers:
                    _call(caller, part, ports, peer.origin, sheet)


def _behind(caller: Workload, guarded: list[Workload], ports: list[SourceNode]) -> Iterator[Workload]:
    """Yield those of many workloads that a gateway leads to: a policy admits it to a port on which each of them alone listens."""
    if KINDS[caller.guess.known.kind].balances:
        numbers = {port.get("port").number for port in ports}
        listening = Counter(number for part in guarded for number in {*part.ports.values()})
        for part in guarded:
            if any(number in numbers and listening[number] == 1 for number in part.ports.values()):
                yield part


def _call(caller: Workload, part: Workload, ports: list[SourceNode], source: Origin, sheet: FactSheet) -> None:
    if caller.id == part.id:
        return
    known = part.guess.known
    if caller.guess.known.kind == "backup" and KINDS[known.kind].stores:
        sheet.add(Fact(f"component:{caller.id}", "member", f"backs_up:{part.id}", source, ADMITTED, "medium"))
        return
    numbers = [port.get("port").number or part.ports.get(port.text_at("port")) for port in ports]
    own = next((number for number in numbers if number in part.ports.values()), next(iter(numbers), None))
    number = known.port if known.port in numbers else own
    subject = f"connection:{caller.id}->{part.id}"
    protocol = known.protocol if number in (None, known.port) else STORE_PROTOCOLS.get(number or 0, "http")
    sheet.add(Fact(subject, "protocol", protocol, source, ADMITTED, "medium"))
    if number is not None:
        sheet.add(Fact(subject, "number", number, source, ADMITTED, "medium"))
