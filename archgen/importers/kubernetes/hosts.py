"""Names of Services, as the pods of a namespace know them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from archgen.importers.addresses import NODE, Mention, is_public_host, resolve_host, urls_in
from archgen.importers.facts import NO_PORT, NO_SERVICE
from archgen.importers.kubernetes.manifests import Manifest, Manifests, may_be_one_namespace
from archgen.importers.kubernetes.part import Workload, listens, node_ports, replicas_of
from archgen.importers.kubernetes.routing.backends import Backend
from archgen.importers.kubernetes.routing.routes import IngressRoute, routes_of
from archgen.importers.names import behind_port
from archgen.importers.stages import without_stage
from archgen.model.kinds import KINDS

_WORD = re.compile(r"-(service|svc|srv)$")

ServiceKey = tuple[str, str]
"""Namespace and name."""


class Hosts:
    """The names by which pods reach others, for each namespace that they are asked of.

    `published` are the Services by their ports of nodes, and `former` other namespaces by which addresses call them.
    `public` are the names by which visitors come to components, `meant` the ids of what Services that select nothing mean,
    and `renamed` those of Services by the names that they had before a kustomization gave them a prefix.
    """

    def __init__(
        self,
        parts: list[Workload],
        selected: Mapping[ServiceKey, list[Workload]],
        aliases: Mapping[ServiceKey, str],
        published: Mapping[int, ServiceKey],
        former: Mapping[ServiceKey, tuple[str, ...]],
    ) -> None:
        self.public: dict[str, str] = {}
        self.meant: dict[ServiceKey, str] = {}
        self.renamed: dict[ServiceKey, str] = {}
        self.ports: dict[str, frozenset[int]] = {}
        self._parts = parts
        self._named = selected, aliases, _agents(parts), published, former
        self._hosts: dict[str, dict[str, str]] = {}
        self._meant: dict[str, dict[str, str]] = {}
        self._all: dict[str, dict[str, str]] = {}
        self._declared: dict[str, dict[str, str]] = {}

    def of(self, namespace: str) -> dict[str, str]:
        """Return the names of Services and ports that pods of a namespace reach, each with the component's id."""
        if namespace not in self._hosts:
            self._hosts[namespace] = _hosts_in_namespace(namespace, *self._named)
        return self._hosts[namespace]

    def around(self, part: Workload) -> Mapping[str, str]:
        """Return the hosts of a workload: those of its namespace, and the ports of the programs that share its pod, by `localhost`."""
        return {**self._in_pods.get(part.id, {}), **self.of(part.namespace)}

    @cached_property
    def _in_pods(self) -> Mapping[str, Mapping[str, str]]:
        pods: dict[tuple[str, str, str], list[Workload]] = {}
        for part in self._parts:
            key = part.manifest.kind, part.namespace, part.manifest.pod or part.manifest.name
            pods.setdefault(key, []).append(part)
        return {part.id: dict(_beside(part, pod)) for pod in pods.values() if len(pod) > 1 for part in pod}

    def meant_in(self, namespace: str) -> dict[str, str]:
        """Return the names that no Service in reach has: of workloads there, former ones, and of Services in no namespace but another one.

        Who writes such a name means them, and may not reach them.
        """
        if namespace not in self._meant:
            hosts = self.of(namespace)
            meant = {
                name: identity
                for (space, name), identity in (*self.renamed.items(), *self.meant.items())
                if name not in hosts and may_be_one_namespace(namespace, space)
            }
            own = {**_workload_names(namespace, self._parts, hosts), **meant}
            self._meant[namespace] = {**_names_elsewhere(self._named[0], {**hosts, **own}), **own}
        return self._meant[namespace]

    def all_in(self, namespace: str) -> dict[str, str]:
        """Return the hosts of a namespace with the names that are meant, and the public ones."""
        if namespace not in self._all:
            self._all[namespace] = {**self.public, **self.of(namespace), **self.meant_in(namespace)}
        return self._all[namespace]

    def former_in(self, namespace: str) -> dict[str, str]:
        """Return the names that Services in reach had before a kustomization changed them."""
        return {name: each for (space, name), each in self.renamed.items() if may_be_one_namespace(namespace, space)}

    def absence(self, declared: str, target: str) -> str:
        """Return the word that no Service in reach has a name of a component, unless one is in the namespace that a caller declares."""
        # by its full name a Service is reached from anywhere
        near = (identity for name, identity in self.of(declared).items() if "." not in name) if declared else ()
        return "" if target in near else NO_SERVICE

    def lack(self, mention: Mention) -> str:
        """Return the word that no Service of a component has the port that it is called on; the empty text where one may have it."""
        port = mention.port
        return NO_PORT if port is not None and port not in self.ports.get(mention.host, (port,)) else ""

    def declared_in(self, namespace: str) -> dict[str, str]:
        """Return all hosts of a namespace with the names of the Services that select nothing: they lead out, and are described."""
        if namespace not in self._declared:
            services = {f"{name}.{space or namespace or 'default'}.svc": name for space, name in self._named[0]}
            self._declared[namespace] = {**services, **self.all_in(namespace)}
        return self._declared[namespace]


def public_names(routes: Iterable[IngressRoute], hosts: Hosts) -> dict[str, str]:
    """Return the public names that routes lead from to one component, with the id of that."""
    names: dict[str, str] = {}
    for route in routes:
        for host, service in route.hosts:
            target = resolve_host(service, hosts.of(route.namespace))
            if target is not None and "*" not in host:
                names.setdefault(host, target)
    return names


class LedTo(Struct, frozen=True):
    """A component that a route leads to, by a backend; what that `lack`s to reach it ends an evidence, None for nothing."""

    target: str
    backend: Backend
    lack: str | None


def backends_of(route: IngressRoute, hosts: Hosts) -> Iterator[LedTo]:
    """Yield the components that a route leads to: it may have a name that no Service has, or a port."""
    for backend in route.backends:
        around = hosts.of(route.namespace)
        target = behind_port(backend.name, backend.port, around) or resolve_host(backend.name, around)
        meant = resolve_host(backend.name, hosts.meant_in(route.namespace)) if target is None else None
        if target is not None:
            yield LedTo(
                target, backend, hosts.lack(Mention(target, None, backend.port)) or ("" if route.is_emptied else None)
            )
        elif meant is not None:
            yield LedTo(meant, backend, hosts.absence(route.declared, meant))
        elif (public := hosts.public.get(backend.name.lower())) is not None:
            yield LedTo(public, backend, ", by its public name")


def runs_programs(manifests: Manifests, parts: Iterable[Workload], hosts: Hosts) -> bool:
    """Return True if anything runs that routes lead to; where there are no routes, any program."""
    routed = {to.target for route in routes_of(manifests) for to in backends_of(route, hosts)}
    programs = [part for part in parts if KINDS[part.guess.known.kind].role in ("application", "web")]
    behind = [part for part in programs if part.id in routed] or programs
    return any(replicas_of(part, manifests)[0] for part in behind)


def full_names(selected: Mapping[ServiceKey, list[Workload]]) -> dict[str, str]:
    """Return the ids of the components behind Services by their names with the namespace."""
    return {f"{name}.{space or 'default'}": pods[0].id for (space, name), pods in selected.items() if pods}


def _hosts_in_namespace(
    namespace: str,
    selected: Mapping[ServiceKey, list[Workload]],
    aliases: Mapping[ServiceKey, str],
    agents: Mapping[str, str],
    published: Mapping[int, ServiceKey],
    former: Mapping[ServiceKey, tuple[str, ...]],
) -> dict[str, str]:
    """Return the names by which pods of a namespace reach others, each with the component's id; a port of nodes as `:8126`."""
    hosts: dict[str, str] = {**agents}
    behind = {key: pods[0].id for key, pods in selected.items() if pods}
    hosts |= {f":{port}": behind[key] for port, key in published.items() if key in behind}
    services = [*behind.items(), *aliases.items()]
    names = [(name, space or "default", identity) for (space, name), identity in services]
    # a true name comes before what another Service was called formerly
    names += [(name, each, identity) for (space, name), identity in services for each in former.get((space, name), ())]
    for name, known, identity in names:
        stem, colon, port = name.partition(":")
        for full in (f"{stem}.{known}{colon}{port}", f"{stem}.{known}.svc{colon}{port}"):
            hosts.setdefault(full, identity)
    for (space, name), identity in services:
        if may_be_one_namespace(space, namespace):
            hosts[name] = identity
    # where a namespace is put in later, the name alone tells
    spaceless = {name for space, name in (*behind, *aliases) if not space}
    hosts |= {f"{name}.": hosts[name] for _, name in (*behind, *aliases) if name in hosts and name not in spaceless}
    return hosts


def _names_elsewhere(selected: Mapping[ServiceKey, list[Workload]], hosts: Mapping[str, str]) -> dict[str, str]:
    """Return the names that Services of a single namespace have, and no host; a dot is put behind where it is declared."""
    spaces = Counter(name for _, name in selected)
    names = {
        name: pods[0].id for (_, name), pods in selected.items() if pods and spaces[name] == 1 and name not in hosts
    }
    return {**names, **{f"{name}.": identity for name, identity in names.items()}}


def former_namespaces(services: Mapping[ServiceKey, Manifest]) -> dict[ServiceKey, tuple[str, ...]]:
    """Return the namespaces of Services before a kustomization put them into another one, and those without the word for it.

    Addresses are texts, which Kustomize leaves as they are: `db.shop` is meant for the Service in `shop-prod`.
    """
    former: dict[ServiceKey, tuple[str, ...]] = {}
    for (space, name), service in services.items():
        stem = without_stage(space)
        others = tuple(each for each in (service.declared, stem) if each and each != space)
        if others:
            former[space, name] = others
    return former


def renamed_services(
    services: Mapping[ServiceKey, Manifest], selected: Mapping[ServiceKey, list[Workload]]
) -> dict[ServiceKey, str]:
    """Return what Services lead to by their namespaces and the names that they had before; a name of two leads to neither."""
    behind: dict[ServiceKey, list[str]] = {}
    for (space, name), service in services.items():
        if service.former and selected[space, name]:
            behind.setdefault((space, service.former), []).append(selected[space, name][0].id)
    return {key: identities[0] for key, identities in behind.items() if len(identities) == 1}


def _beside(part: Workload, pod: list[Workload]) -> Iterator[tuple[str, str]]:
    """Yield the ports of the other programs of a pod, by the names of the machine that they share."""
    for other in pod:
        for container in other.containers if other is not part else ():
            for port in container.get("ports").list():
                number = port.get("containerPort").number
                yield from ((f"{host}:{number}", other.id) for host in ("localhost", "127.0.0.1"))


def _agents(parts: Iterable[Workload]) -> dict[str, str]:
    """Return what runs on every node, by the ports of the node that no other such workload has.

    The address of the node alone, as `DD_AGENT_HOST`, is that of the only one that isn't only asked for measurements.
    """
    owners: dict[int, set[str]] = {}
    exporters: set[str] = set()
    for part in parts:
        if part.manifest.kind == "DaemonSet":
            exporters |= {part.id} if "exporter" in (part.guess.known.product or "") else set()
            for port in node_ports(part):
                owners.setdefault(port, set()).add(part.id)
    agents = {f":{port}": next(iter(ids)) for port, ids in sorted(owners.items()) if len(ids) == 1}
    asked = {*agents.values()} - exporters
    return agents | ({NODE: next(iter(asked))} if len(asked) == 1 else {})


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
        and may_be_one_namespace(namespace, part.namespace)
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


def leads_inside(text: str) -> bool:
    """Return True for an address without a public name."""
    return any(not is_public_host(mention.host) for mention, _ in urls_in(text[:500]))
