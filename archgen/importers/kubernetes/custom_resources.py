"""Custom resources as components: what an operator or a controller runs by them, of which no workload stands in a file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from msgspec import Struct

from archgen.importers.catalogue import PRODUCTS, Known
from archgen.importers.facts import Fact, FactSheet, Opener, Origin
from archgen.importers.kubernetes.custom_resource_kinds import KINDS_OPERATED, Operated, operated_by
from archgen.importers.kubernetes.hosts import ServiceKey
from archgen.importers.kubernetes.manifests import Manifest, Manifests
from archgen.importers.kubernetes.part import MOST_REPLICAS, Workload
from archgen.importers.names import free_id, name_of_release
from archgen.importers.nodes import SourceNode
from archgen.importers.products import Guess
from archgen.importers.store_names import product_of_chart

_DEEPEST = 12
_OF_VISITORS = frozenset(("ingress", "ingresses", "route", "httproute", "tls"))
"""Keys of values with the names by which visitors come to what a chart makes."""

_VOTING = ("master", "cluster_manager")
"""The roles of nodes of search engines that elect, and may be elected."""

_ENDS = (
    "", "-master", "-primary", "-replicas", "-read", "-secondary", "-slave", "-headless", "-hl", "-ha", "-svc", "-server", "-frontend",
    "-bootstrap", "-broker", "-brokers", "-web", "-http", "-api", "-ui", "-console", "-gateway", "-postgresql", "-pgpool", "-haproxy",
    "-proxy", "-announce", "-client", "-query", "-collector", "-filer", "-s3", "-all-in-one", "-cluster-master",
)  # fmt: skip
"""Ends of the names of the Services that charts make."""

_COUNTS = (
    ("replicaCount",), ("replicas",), ("primary", "replicaCount"), ("master", "replicaCount"), ("controller", "replicaCount"),
    ("server", "replicaCount"), ("server", "replicas"), ("statefulset", "replicaCount"), ("cluster", "replicas"),
)  # fmt: skip
"""Where values say how many replicas run."""

_ONE_UNLESS_SAID = ("postgresql", "mysql", "mariadb", "mongodb", "redis", "valkey", "memcached", "rabbitmq", "nats")
"""Products of which a chart runs one server, or one that takes all writes, where no value says more."""

_SERVICES = (("service",), ("primary", "service"), ("master", "service"))
"""Where values say how the Service is opened that takes all calls."""

_OF_SEVERAL = ("-ha", "-cluster", "-sharded")
_SEVERAL = (("sentinel", "enabled"), ("cluster", "enabled"), ("replication", "enabled"))
"""Values by which another replica may take over."""


class Resource(Struct, frozen=True):
    """A custom resource as a component, with its id, and the kind of what the operator runs.

    `pools` count its replicas, and `guards` promote one.
    """

    id: str
    manifest: Manifest
    guess: Guess
    operated: Operated
    pools: tuple[SourceNode, ...] = ()
    guards: tuple[str, ...] = ()

    @property
    def namespace(self) -> str:
        """Return the namespace, empty where none is declared."""
        return self.manifest.namespace

    @property
    def opened(self) -> Iterator[tuple[int, SourceNode]]:
        """Yield the ports on which it is reached from outside the cluster, each with what says so."""
        yield from ()

    @property
    def settings(self) -> SourceNode:
        """Return what tells which others the component calls."""
        return self.manifest.node.get("spec")

    @property
    def replicas(self) -> tuple[int | None, Origin]:
        """Return the number of replicas, and the place where it is declared; None where pools in no file count them."""
        spec = self.manifest.node.get("spec")
        counts = [node for way in self.operated.counts for node in self._counts(spec, way)]
        declared = [node for node in self.pools or counts if node.number is not None]
        if not declared:
            return None if self.operated.pools[0] else 1, self.manifest.origin
        total, first = sum(node.number or 0 for node in declared), declared[0]
        return min(total, MOST_REPLICAS), first.origin

    def _counts(self, spec: SourceNode, way: str) -> list[SourceNode]:
        """Return the numbers at a way; of pools with roles, those of the pools that vote."""
        if not self.operated.roles:
            return [*_at(spec, way.split("/"))]
        items, _, key = way.rpartition("/")
        pools = [*_at(spec, items.split("/"))]
        voting = [pool for pool in pools if self._votes(pool)]
        return [pool.get(key) for pool in voting or pools]

    def _votes(self, pool: SourceNode) -> bool:
        nodes = (node for way in self.operated.roles for node in _at(pool, way.split("/")))
        roles = {role.text for node in nodes for role in node.list()}
        return not roles or not roles.isdisjoint(_VOTING)

    @property
    def names(self) -> Iterator[ServiceKey]:
        """Yield the namespace and the name of each Service that the operator makes."""
        spec = self.manifest.node.get("spec")
        for pattern in self.operated.names:
            name, _, way = pattern.format(self.manifest.name).partition("[")
            for node in _at(spec, way.removesuffix("]").split("/")) if way else ():
                yield self.namespace, f"{name}{node.text}"
            if not way:
                yield self.namespace, name
        for guard in self.guards:
            yield from ((self.namespace, pattern.format(guard)) for pattern in self.operated.guard[2])


def resources_of(
    manifests: Manifests, parts: list[Workload], taken: dict[str, str], opener: Opener, sheet: FactSheet
) -> Iterator[Resource]:
    """Yield the custom resources that operators run, and releases of charts, each by place.

    A resource is left out if a workload of it stands in the files, too.
    """
    products = {(part.namespace, part.manifest.name): part for part in parts}
    for manifest in sorted(manifests.of(*KINDS_OPERATED), key=lambda each: (each.origin, each.name)):
        operated = operated_by(manifest.node)
        if operated is None:
            continue
        part = products.get((manifest.namespace, manifest.name))
        if part is not None and part.guess.known == PRODUCTS[operated.product]:
            sheet.repeat(f"{manifest.kind} {manifest.name}", part.manifest.node.path, manifest.node.path)
        else:
            base = manifest.name if manifest.name not in taken else f"{manifest.name}-{operated.product}"
            identity = free_id(base, taken)
            taken[identity] = manifest.name
            kind = Guess(PRODUCTS[operated.product], f"custom resource {manifest.kind}", True)
            pools, guards = _pools_of(manifest, operated, manifests), _guards_of(manifest, operated, manifests)
            yield Resource(identity, manifest, kind, operated, tuple(pools), tuple(guards))
    yield from _releases_of(manifests, taken, opener, sheet)


def _guards_of(manifest: Manifest, operated: Operated, manifests: Manifests) -> Iterator[str]:
    """Yield the names of the resources that promote a replica of a resource."""
    kind, way, _ = operated.guard
    for guard in manifests.of(kind) if kind else ():
        if guard.namespace == manifest.namespace and guard.node.get("spec").text_at(*way.split("/")) == manifest.name:
            yield guard.name


def _pools_of(manifest: Manifest, operated: Operated, manifests: Manifests) -> Iterator[SourceNode]:
    """Yield the numbers of replicas of the pools of a resource; those of controllers alone hold no data."""
    kind, label = operated.pools
    for pool in manifests.of(kind):
        roles = [role.text for role in pool.node.get("spec", "roles").list()]
        same = pool.namespace == manifest.namespace and pool.node.text_at("metadata", "labels", label) == manifest.name
        if same and (not roles or "broker" in roles):
            yield pool.node.get("spec", "replicas")


def settings_of(node: SourceNode, depth: int = 0) -> Iterator[tuple[str, SourceNode]]:
    """Yield the scalars of a custom resource, each with the key that it stands under, but for the names by which visitors come."""
    if node.is_map:
        for key, value in node.items() if depth < _DEEPEST else ():
            if key.lower() in _OF_VISITORS:
                continue
            if value.text:
                yield key, value
            else:
                yield from settings_of(value, depth + 1)
    else:
        for item in node.list() if depth < _DEEPEST else ():
            if item.is_map:
                yield from settings_of(item, depth + 1)


def references_of(resource: Resource, others: Mapping[str, list[Resource]]) -> Iterator[tuple[str, SourceNode, bool]]:
    """Yield the ids of other custom resources that a resource refers to, as `elasticsearchRef`; False for one that only measures it.

    `others` are all custom resources by their names. Several kinds often share a name: the reference says which is meant.
    """
    spec = resource.manifest.node.get("spec")
    watching = [
        ("elasticsearchRef", item)
        for word in ("metrics", "logs")
        for item in spec.get("monitoring", word, "elasticsearchRefs").list()
    ]
    for key, value in (*spec.items(), *watching):
        name, space = value.text_at("name"), value.text_at("namespace") or resource.namespace
        if not key.endswith("Ref") or not name:
            continue
        kind = (value.text_at("kind") or key.removesuffix("Ref")).lower()
        alike = [each for each in others.get(name, ()) if each.namespace == space and each.id != resource.id]
        meant = [each for each in alike if each.manifest.kind.lower() == kind] or alike
        if len(meant) == 1:
            yield meant[0].id, value, (key, value) not in watching


def _at(node: SourceNode, way: list[str]) -> Iterator[SourceNode]:
    """Yield the values at a way of keys, `*` for each item of a list and `0` for the first."""
    if not way:
        yield node
    elif way[0] in ("*", "0"):
        for item in islice(node.list(), 1 if way[0] == "0" else None):
            yield from _at(item, way[1:])
    else:
        yield from _at(node.get(way[0]), way[1:])


def describe_resource(resource: Resource, sheet: FactSheet) -> None:
    """Add the facts of a resource itself."""
    subject, source, evidence = f"component:{resource.id}", resource.manifest.origin, resource.guess.evidence
    sheet.add(Fact(subject, "kind", resource.guess.known.kind, source, evidence))
    if resource.guess.known.product is not None:
        sheet.add(Fact(subject, "product", resource.guess.known.product, source, evidence))
    if resource.namespace:
        sheet.add(Fact(subject, "group", resource.namespace, source, "namespace"))
    if resource.operated.promoted or resource.guards:
        sheet.add(Fact(subject, "is_promoted", True, source, evidence))
        if resource.operated.by:
            sheet.add(Fact(subject, "promoter", resource.operated.by, source, evidence))
    for number, node in resource.opened if resource.guess.known.port is not None else ():
        value = {"port": number, "protocol": resource.guess.known.protocol}
        sheet.add(Fact(f"entry:{resource.id}:{number}", "entry", value, node.origin, node.text, "medium"))
        sheet.add(Fact(subject, "is_opened", True, node.origin, node.text))
    replicas, place = resource.replicas
    if replicas is None:
        sheet.add(Fact(subject, "is_uncounted", True, place, evidence, "medium"))
    elif replicas > 1:
        sheet.add(Fact(subject, "replicas", replicas, place, evidence))


class ChartRelease(Resource, frozen=True):
    """A release of a chart as a component."""

    @property
    def namespace(self) -> str:
        """Return the namespace, empty where none is declared."""
        return self.manifest.node.text_at("spec", "targetNamespace") or self.manifest.namespace

    @property
    def opened(self) -> Iterator[tuple[int, SourceNode]]:
        """Yield the port of its product that a Service opens: to a balancer, or as a port of nodes that the values choose."""
        for way in _SERVICES:
            service = self._values.get(*way)
            sort = service.get("type")
            chosen = (*service.get("nodePorts").items(), ("nodePort", service.get("nodePort")))
            if sort.text == "LoadBalancer" or (
                sort.text == "NodePort" and any(node.number is not None for _, node in chosen)
            ):
                yield self.guess.known.port or 0, sort

    @property
    def settings(self) -> SourceNode:
        """Return the values that tell what the component calls; a store calls nothing by them."""
        return self._values.get("") if self.guess.known.keeps_data else self._values

    @property
    def replicas(self) -> tuple[int | None, Origin]:
        """Return the number of replicas, and the place where it is declared; None where no value counts them."""
        several = [node for way in _SEVERAL if (node := self._values.get(*way)).text == "true"]
        if several or _chart_of(self.manifest).endswith(_OF_SEVERAL):
            return None, several[0].origin if several else self.manifest.origin
        counts = [node for way in _COUNTS if (node := self._values.get(*way)).number is not None]
        if counts:
            return min(counts[0].number or 0, MOST_REPLICAS), counts[0].origin
        mode = self._values.text_at("architecture") or self._values.text_at("mode")
        is_single = self.guess.known.product in _ONE_UNLESS_SAID or mode == "standalone"
        return 1 if is_single else None, self.manifest.origin

    @property
    def names(self) -> Iterator[ServiceKey]:
        """Yield the namespace and the name of each Service that the chart may make."""
        override, full = self._values.text_at("nameOverride"), self._values.text_at("fullnameOverride")
        name = name_of_release(_release_of(self.manifest), _chart_of(self.manifest), override, full)
        yield from ((self.namespace, f"{name}{end}") for end in _ENDS)

    @property
    def title(self) -> ServiceKey:
        """Return the namespace and the name of the chart alone: who writes it where nothing has that name means the release."""
        return self.namespace, self._values.text_at("nameOverride") or _chart_of(self.manifest)

    @property
    def _values(self) -> SourceNode:
        return self.manifest.node.get("spec", "values")


def _releases_of(
    manifests: Manifests, taken: dict[str, str], opener: Opener, sheet: FactSheet
) -> Iterator[ChartRelease]:
    """Yield the releases of charts of products that stand in no file, by place."""
    for manifest in sorted(manifests.of("HelmRelease"), key=lambda each: (each.origin, each.name)):
        chart = _chart_of(manifest)
        known = product_of_chart(chart, manifest.name)
        if known is None and posixpath.basename(manifest.node.path) == "Chart.yaml":
            # of the charts that another one requires, those of no product stand here that others call
            known = Known("service")
        if known is None and chart and not chart.startswith("."):
            sheet.omit(manifest.origin, f"HelmRelease {manifest.name}", "a chart that isn't in the repository")
        elif (
            known is not None
            and not _is_here(manifest, chart, opener)
            and manifest.node.text_at("spec", "suspend") != "true"
        ):
            identity = free_id(manifest.name, taken)
            taken[identity] = manifest.name
            kind = Guess(known, f"chart {chart}", known.product is not None)
            yield ChartRelease(identity, manifest, kind, Operated("", known.product or "", (), ()))


def _is_here(manifest: Manifest, chart: str, opener: Opener) -> bool:
    """Return True for a chart that a release takes by its path, and that is in the repository: what it makes is read there."""
    path = manifest.node.path
    place = posixpath.join(posixpath.relpath(".", opener.tree(path).place), chart, "Chart.yaml")
    return chart.startswith("./") and opener.holds(path, place)


def names_of_releases(resources: Iterable[Resource]) -> dict[ServiceKey, str]:
    """Return the ids of releases by the keys of the Services that their charts make."""
    return {each.title: each.id for each in resources if isinstance(each, ChartRelease)}


def _chart_of(manifest: Manifest) -> str:
    spec = manifest.node.get("spec")
    return spec.text_at("chart", "spec", "chart") or spec.text_at("chartRef", "name")


def _release_of(manifest: Manifest) -> str:
    """Return the name of a release: where it comes into another namespace, with the name of that before its own."""
    space = manifest.node.text_at("spec", "targetNamespace")
    own = f"{space}-{manifest.name}" if space else manifest.name
    return manifest.node.text_at("spec", "releaseName") or own


def resources_by_name(resources: Iterable[Resource]) -> dict[str, list[Resource]]:
    """Return resources by the names of their objects, which are the same in several namespaces."""
    by_name: dict[str, list[Resource]] = {}
    for resource in resources:
        by_name.setdefault(resource.manifest.name, []).append(resource)
    return by_name
