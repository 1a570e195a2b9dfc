"""Network policies as a firewall."""

from __future__ import annotations

from archgen.importers.facts import Fact, FactSheet, Origin
from archgen.importers.kubernetes.manifests import Manifests
from archgen.importers.kubernetes.part import Workload
from archgen.importers.names import free_id


def add_policies(manifests: Manifests, parts: list[Workload], taken: dict[str, str], sheet: FactSheet) -> None:
    """Add the network policies that admit some traffic only, as one firewall before the pods that they select."""
    guarded: dict[str, Origin] = {}
    for policy in manifests.of("NetworkPolicy"):
        selector = {key: value.text for key, value in policy.node.get("spec", "podSelector", "matchLabels").items()}
        types = [item.text for item in policy.node.get("spec", "policyTypes").list()]
        if types and "Ingress" not in types:
            continue
        for part in parts:
            if part.namespace == policy.namespace and selector.items() <= part.labels.items():
                guarded.setdefault(part.id, policy.origin)
    if guarded:
        subject, source = f"component:{free_id('network-policy', taken)}", min(guarded.values())
        values = {"kind": "firewall", "managed": True, "guards": sorted(guarded), "default": "deny"}
        for key, value in values.items():
            sheet.add(Fact(subject, key, value, source, "NetworkPolicy"))
