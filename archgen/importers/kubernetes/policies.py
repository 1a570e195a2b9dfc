"""Network policies as a firewall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set

from msgspec import Struct
from msgspec.structs import replace

from archgen.importers.catalogue import STORE_PROTOCOLS
from archgen.importers.facts import ADMITTED, Fact, FactSheet, Origin
from archgen.importers.kubernetes.label_index import LabelIndex, PodSelector, selector_at
from archgen.importers.kubernetes.manifests import OF_CONTROLLERS, Manifest, Manifests
from archgen.importers.kubernetes.part import Workload, is_on_host
from archgen.importers.names import free_id
from archgen.importers.nodes import SourceNode
from archgen.importers.protocols import PAGES_OF_QUEUES
from archgen.model.kinds import KINDS
from archgen.model.wording import first_few, listed

_MOST_NAMED = 3
"""Workloads that labels select and still name; labels of more are those of a whole system."""

_NAME_OF_NAMESPACE = "kubernetes.io/metadata.name"
"""The label that Kubernetes itself puts on each namespace."""

_OF_NAMESPACES = ("CiliumNetworkPolicy", "CalicoNetworkPolicy")
"""Policies of controllers for the pods of a namespace alone."""


def add_policies(
    manifests: Manifests, index: LabelIndex, taken: dict[str, str], called: Set[tuple[str, str]], sheet: FactSheet
) -> None:
    """Add the network policies that admit some traffic only, as one firewall before the pods that they select.

    `called` are the pairs of which settings show that the first one calls the other.
    """
    guarded: dict[str, Origin] = {}
    for policy, selector, selected in _policies(manifests, index, "Ingress"):
        for part in selected:
            guarded.setdefault(part.id, policy.origin)
        if selector.names and not _is_out_of_date(policy, index):
            _admit(policy, selector, selected, index, called, sheet)
    for policy, selector, selected in _policies(manifests, index, "Egress"):
        if 0 < len(selected) <= _MOST_NAMED * selector.names:
            _let_out(policy, selected, index, called, sheet)
    _tell_others(manifests, sheet)
    if guarded:
        subject, source = f"component:{free_id('network-policy', taken)}", min(guarded.values())
        values = {"kind": "firewall", "managed": True, "guards": sorted(guarded), "default": "deny"}
        for key, value in values.items():
            sheet.add(Fact(subject, key, value, source, "NetworkPolicy"))


def _tell_others(manifests: Manifests, sheet: FactSheet) -> None:
    """Record the policies of the controllers of networks, which aren't read."""
    others = manifests.of(*OF_CONTROLLERS)
    if others:
        names = listed(first_few([each.name for each in others], _MOST_NAMED))
        sheet.warn(f"not read: policies of the network's controller ({others[0].origin}): {names}")


class Admission(Struct, frozen=True):
    """The workloads that policies let in to one that they guard, and the policy that does: its name and its place.

    `is_whole` is False where it asks for a role that no workload has: it is out of date, or a slip, and no help to tell who calls.
    """

    callers: frozenset[str]
    policy: str
    source: Origin
    is_whole: bool


def admissions(manifests: Manifests, index: LabelIndex) -> dict[str, Admission]:
    """Return whom policies let in to each workload that one selects by labels, where they name all callers by labels of their pods."""
    admitted: dict[str, Admission] = {}
    open_to_others, to_all = {part.id for part in _of_controllers(manifests, index)}, dict[str, frozenset[str]]()
    for policy, selector, selected in _policies(manifests, index, "Ingress"):
        rules = [list(rule.get("from").list()) for rule in policy.node.get("spec", "ingress").list()]
        named = [_named_by(policy, peer, index) for peers in rules for peer in peers]
        if any(each is None for each in named) or not all(rules):
            open_to_others.update(part.id for part in selected)
            continue
        callers = frozenset(part.id for parts in named for part in parts or ())
        if not selector.names:
            to_all[policy.namespace] = to_all.get(policy.namespace, frozenset()) | callers
            continue
        own = Admission(callers, policy.name, policy.origin, not _is_out_of_date(policy, index))
        for part in selected if rules else ():
            present = admitted.get(part.id, own)
            is_whole = present.is_whole and own.is_whole
            admitted[part.id] = replace(present, callers=present.callers | callers, is_whole=is_whole)
    spaces = {part.id: part.namespace for part in index.parts}
    return {
        identity: replace(each, callers=each.callers | to_all.get(spaces[identity], frozenset()))
        for identity, each in admitted.items()
        if identity not in open_to_others
    }


def _of_controllers(manifests: Manifests, index: LabelIndex) -> Iterator[Workload]:
    """Yield the workloads to which a policy of the network's controller may let in others."""
    spaces = {each.namespace if each.kind in _OF_NAMESPACES else None for each in manifests.of(*OF_CONTROLLERS)}
    for part in index.parts:
        if None in spaces or part.namespace in spaces:
            yield part


def _named_by(policy: Manifest, peer: SourceNode, index: LabelIndex) -> list[Workload] | None:
    """Return the workloads that a peer names by labels of their pods; None for one that may be anything else."""
    selector = selector_at(peer.get("podSelector"))
    namespaces = _namespaces(policy, peer.get("namespaceSelector"))
    if not selector.names or namespaces == ():
        return None
    parts = index.matching(selector)
    return parts if namespaces is None else [part for part in parts if part.namespace in namespaces]


def _is_out_of_date(policy: Manifest, index: LabelIndex) -> bool:
    """Return True for a policy that lets in a role which no workload has, by a label that several of its namespace share.

    A program that isn't there may stand in other files: a label by which the policy names one that is there tells no roles.
    """
    rules = policy.node.get("spec", "ingress").list()
    peers = [peer for rule in rules for peer in rule.get("from").list() if not peer.get("namespaceSelector").is_map]
    asked = [selector_at(peer.get("podSelector")) for peer in peers]
    absent = [each for each in asked if not index.matching(each)]
    if not absent:
        return False
    naming = [selector_at(policy.node.get("spec", "podSelector")), *(each for each in asked if each not in absent)]
    names = {key for each in naming for key in each.keys}
    return any(
        (policy.namespace, key) in index.shared_keys and key not in names for each in absent for key in each.keys
    )


def warn_of_blocked(
    admitted: Mapping[str, Admission], called: Iterable[tuple[str, str]], parts: Mapping[str, object], sheet: FactSheet
) -> None:
    """Add a warning for each policy that lets in none of the pods whose own settings name what it guards."""
    blocked: dict[str, list[str]] = {}
    for caller, target in sorted(called):
        part = parts[caller]
        # the rules for what runs in the network of a node are those of the node
        if (
            target in admitted
            and isinstance(part, Workload)
            and not is_on_host(part)
            and caller not in admitted[target].callers
        ):
            blocked.setdefault(target, []).append(caller)
    for target, callers in blocked.items():
        own = admitted[target]
        check = "check its labels" if own.is_whole else "no workload has a label that it asks for"
        named = listed(first_few(callers, _MOST_NAMED))
        sheet.warn(
            f"contradiction: NetworkPolicy {own.policy} ({own.source}) doesn't let {named} call {target}; {check}"
        )


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
    policy: Manifest,
    selector: PodSelector,
    guarded: list[Workload],
    index: LabelIndex,
    called: Set[tuple[str, str]],
    sheet: FactSheet,
) -> None:
    """Add the calls that a policy admits by name: who writes down a caller knows that it calls."""
    for rule in policy.node.get("spec", "ingress").list():
        ports = list(rule.get("ports").list())
        for peer in rule.get("from").list():
            callers = _peers(policy, peer, index)
            for caller in callers:
                is_named = len(guarded) <= _MOST_NAMED * selector.names
                for part in _listening(guarded, ports) if is_named else _behind(caller, guarded, ports):
                    if not _is_for_another(caller, callers, part, selector_at(peer.get("podSelector")), called):
                        _call(caller, part, ports, peer.origin, sheet)


def _is_for_another(
    caller: Workload, callers: list[Workload], target: Workload, selector: PodSelector, called: Set[tuple[str, str]]
) -> bool:
    """Return True for a caller that has no setting for a target, and its labels in common with one that has.

    Who lets in what several programs are labeled as may mean the one of them that calls.
    """
    if (caller.id, target.id) in called:
        return False
    alike = (each for each in callers if all(each.labels.get(key) == caller.labels.get(key) for key in selector.keys))
    return any((each.id, target.id) in called for each in alike)


def _let_out(
    policy: Manifest, callers: list[Workload], index: LabelIndex, called: Set[tuple[str, str]], sheet: FactSheet
) -> None:
    """Add the calls that a policy lets out by name."""
    for rule in policy.node.get("spec", "egress").list():
        ports = list(rule.get("ports").list())
        for peer in rule.get("to").list():
            selector = selector_at(policy.node.get("spec", "podSelector"))
            for part in _peers(policy, peer, index):
                for caller in callers:
                    if not _is_for_another(caller, callers, part, selector, called):
                        _call(caller, part, ports, peer.origin, sheet)


def _listening(guarded: list[Workload], ports: list[SourceNode]) -> list[Workload]:
    """Return those that listen on one of the ports of a rule, all where none does: many declare no port."""
    numbers = {port.get("port").number for port in ports} - {None}
    return [part for part in guarded if not numbers.isdisjoint(part.ports.values())] or guarded


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
    is_spoken = known.keeps_data and number not in PAGES_OF_QUEUES and not KINDS[caller.guess.known.kind].observes
    other = STORE_PROTOCOLS.get(number or 0, known.protocol if is_spoken else "http")
    protocol = known.protocol if number in (None, known.port) else other
    sheet.add(Fact(subject, "protocol", protocol, source, ADMITTED, "medium"))
    if number is not None:
        sheet.add(Fact(subject, "number", number, source, ADMITTED, "medium"))
