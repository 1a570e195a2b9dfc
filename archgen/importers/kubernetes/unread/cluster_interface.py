"""Programs that may call the API of the cluster itself: those whose service account a file gives a role."""

from __future__ import annotations

import re
from collections.abc import Iterable

from archgen.importers.facts import FactSheet
from archgen.importers.kubernetes.manifests import Manifests, may_be_one_namespace, pod_of
from archgen.importers.kubernetes.part import Workload, is_unknown_program

INTERFACE = "kubernetes-api"
BY_ACCOUNT = "a service account with a role"
"""What a question calls the API of a cluster, and what speaks for its call."""

_OF_CLUSTERS = re.compile(
    r"cert-manager|external-(?:dns|secrets)|ingress|operator|controller|autoscaler|metrics|reloader|argo|flux|kube-|csi|velero|prometheus|sealed",
    re.IGNORECASE,
)
"""Words in the names and images of what runs a cluster: it is no part of a system that it calls that."""


def ask_for_interface(manifests: Manifests, parts: Iterable[Workload], sheet: FactSheet) -> None:
    """Ask for the API of the cluster of each program of the system's own that runs as an account with a role."""
    roles = {(each.kind, each.name): each for each in manifests.of("Role", "ClusterRole")}
    accounts: dict[str, set[str]] = {}
    for binding in manifests.of("RoleBinding", "ClusterRoleBinding"):
        role = roles.get((binding.node.text_at("roleRef", "kind"), binding.node.text_at("roleRef", "name")))
        # one that no file has is of the cluster, such as `edit`
        if role is None or any(role.node.get("rules").list()):
            for subject in binding.node.get("subjects").list():
                if subject.text_at("kind") == "ServiceAccount":
                    space = subject.text_at("namespace") or binding.namespace
                    accounts.setdefault(subject.text_at("name"), set()).add(space)
    for part in parts if accounts else ():
        account = pod_of(part.manifest.kind, part.manifest.node).get("serviceAccountName")
        # a kustomization may put a suffix behind the names of some alone
        spaces = {
            space
            for name, known in accounts.items()
            if account.text and (name == account.text or name.startswith(f"{account.text}-"))
            for space in known
        }
        is_own = is_unknown_program(part) and _OF_CLUSTERS.search(f"{part.id} {part.program}") is None
        if is_own and any(may_be_one_namespace(part.namespace, space) for space in spaces):
            sheet.ask_for(part.id, "service", INTERFACE, BY_ACCOUNT, "", account.origin)
