"""Names of Services, as the pods of a namespace know them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from archgen.importers.kubernetes.part import Workload, listens, node_ports
from archgen.importers.kubernetes.variables import NODE

_WORD = re.compile(r"-(service|svc|srv)$")

ServiceKey = tuple[str, str]
"""Namespace and name."""


class Hosts:
    """The names by which pods reach others, for each namespace that they are asked of.

    `published` are the Services by their ports of nodes.
    """

    def __init__(
        self,
        parts: list[Workload],
        selected: Mapping[ServiceKey, list[Workload]],
        aliases: Mapping[ServiceKey, str],
        published: Mapping[int, ServiceKey],
    ) -> None:
        self._parts = parts
        self._named = selected, aliases, _agents_by_port(parts), published
        self._hosts: dict[str, dict[str, str]] = {}
        self._meant: dict[str, dict[str, str]] = {}
        self._all: dict[str, dict[str, str]] = {}

    def of(self, namespace: str) -> dict[str, str]:
        """Return the names of Services and ports that pods of a namespace reach, each with the component's id."""
        if namespace not in self._hosts:
            self._hosts[namespace] = _hosts_in_namespace(namespace, *self._named)
        return self._hosts[namespace]

    def meant_in(self, namespace: str) -> dict[str, str]:
        """Return the names of workloads in a namespace that no Service has: where the Service is missing, they are meant."""
        if namespace not in self._meant:
            self._meant[namespace] = _workload_names(namespace, self._parts, self.of(namespace))
        return self._meant[namespace]

    def all_in(self, namespace: str) -> dict[str, str]:
        """Return the hosts of a namespace with the names that are meant."""
        if namespace not in self._all:
            self._all[namespace] = {**self.of(namespace), **self.meant_in(namespace)}
        return self._all[namespace]


def _hosts_in_namespace(
    namespace: str,
    selected: Mapping[ServiceKey, list[Workload]],
    aliases: Mapping[ServiceKey, str],
    agents: Mapping[int, str],
    published: Mapping[int, ServiceKey],
) -> dict[str, str]:
    """Return the names by which pods of a namespace reach others, each with the component's id; a port of nodes as `:8126`."""
    hosts: dict[str, str] = {f":{port}": identity for port, identity in agents.items()}
    if len({*agents.values()}) == 1:
        # the address of the node alone, as `DD_AGENT_HOST`
        hosts[NODE] = next(iter(agents.values()))
    behind = {key: pods[0].id for key, pods in selected.items() if pods}
    hosts |= {f":{port}": behind[key] for port, key in published.items() if key in behind}
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


def _agents_by_port(parts: Iterable[Workload]) -> dict[int, str]:
    """Return what runs on every node, by the ports of the node that no other such workload has."""
    owners: dict[int, set[str]] = {}
    for part in parts:
        if part.manifest.kind == "DaemonSet":
            for port in node_ports(part):
                owners.setdefault(port, set()).add(part.id)
    return {port: next(iter(ids)) for port, ids in sorted(owners.items()) if len(ids) == 1}


def _workload_names(namespace: str, parts: Iterable[Workload], hosts: Mapping[str, str]) -> dict[str, str]:
    """Return the names of the workloads of a namespace that listen where no Service has the name: who writes one means it.

    A stateful set names the Service of its pods itself, and `orders` is meant for `orders-service` where nothing else has the name.
    """
    names = {
        name: part.id
        for part in parts
        for name in {part.manifest.name: None, part.manifest.node.text_at("spec", "serviceName"): None}
        if name
        and name not in hosts
        and (namespace == part.namespace or not namespace or not part.namespace)
        and (part.guess.known.keeps_data or listens(part.manifest))
    }
    return {**_alike(hosts), **names}


def _alike(hosts: Mapping[str, str]) -> dict[str, str]:
    """Return the names that differ from those of Services in the word for a service alone, and are none themselves."""
    owners: dict[str, set[str]] = {}
    for name, identity in hosts.items():
        if not name.startswith(":") and "." not in name:
            owners.setdefault(_WORD.sub("", name), set()).add(identity)
    return {
        name: next(iter(ids))
        for stem, ids in owners.items()
        if len(ids) == 1
        for name in (stem, f"{stem}-service", f"{stem}-svc")
        if name and name not in hosts
    }
