"""Names of Services, as the pods of a namespace know them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from archgen.importers.kubernetes.part import Workload

ServiceKey = tuple[str, str]
"""Namespace and name."""


def hosts_in_namespace(
    namespace: str, selected: Mapping[ServiceKey, list[Workload]], aliases: Mapping[ServiceKey, str]
) -> dict[str, str]:
    """Return the names by which pods of a namespace reach others, each with the component's id."""
    hosts: dict[str, str] = {}
    behind = {key: pods[0].id for key, pods in selected.items() if pods}
    for (space, name), identity in (*behind.items(), *aliases.items()):
        for full in (f"{name}.{space or 'default'}", f"{name}.{space or 'default'}.svc"):
            hosts.setdefault(full, identity)
        if space == namespace or not space or not namespace:
            hosts[name] = identity
    spaces = Counter(name for _, name in selected)
    for (_, name), identity in behind.items():
        if spaces[name] == 1:
            hosts.setdefault(name, identity)
    return hosts
