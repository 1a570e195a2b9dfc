"""What Services make of the workloads behind them: clusters, names, and ports that are open to visitors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set

from archgen.importers.facts import Fact, FactSheet, Origin
from archgen.importers.kubernetes.hosts import ServiceKey
from archgen.importers.kubernetes.manifests import HOOKS, ROUTES, WORKLOADS, Manifest, Manifests
from archgen.importers.kubernetes.part import (
    Workload,
    is_on_host,
    listens,
    port_protocol,
    replicas_of,
    serves_metrics_alone,
    service_port_entry,
    spread_over,
    target_port,
)
from archgen.importers.kubernetes.routing.backends import backends_in
from archgen.importers.kubernetes.routing.routes import routes_of
from archgen.importers.kubernetes.unread.volumes import kept_on_claims
from archgen.importers.nodes import SourceNode
from archgen.model.finding import Confidence
from archgen.model.kinds import KINDS

_OF_SERVICES = re.compile(r"-(?:service|svc|srv)$")
_ENDS_TLS = re.compile(r"ssl|tls|cert|https", re.IGNORECASE)
"""Words of annotations by which the balancer of a provider ends TLS."""


def add_services(
    manifests: Manifests,
    parts: list[Workload],
    services: Mapping[ServiceKey, Manifest],
    selected: Mapping[ServiceKey, list[Workload]],
    sheet: FactSheet,
) -> None:
    """Add the facts of all Services, and of what is behind them; `selected` are the workloads behind each."""
    sheet.add_all(kept_on_claims(parts))
    has_routes = any(True for _ in routes_of(manifests))
    _note_empty(manifests, services, selected, sheet)
    _hook(manifests, services, selected, sheet)
    heard = {part.id for key, service in services.items() if any(_outer_ports(service)) for part in selected[key][:1]}
    for key, service in services.items():
        _spread(manifests, service, selected[key], sheet)
        _lead(service, selected[key], sheet)
        _publish(service, selected[key], has_routes, heard, sheet)
        kind = service.node.text_at("spec", "type")
        if kind in ("LoadBalancer", "NodePort") or any(service.node.get("spec", "externalIPs").list()):
            for part in selected[key]:
                sheet.add(Fact(f"component:{part.id}", "is_opened", True, service.origin, kind or "externalIPs"))
    _mark_names({key: each for key, each in services.items() if not serves_metrics_alone(each)}, parts, selected, sheet)


def _note_empty(
    manifests: Manifests,
    services: Mapping[ServiceKey, Manifest],
    selected: Mapping[ServiceKey, list[Workload]],
    sheet: FactSheet,
) -> None:
    """Record the Services that routes lead to and whose labels no pod has, or that no file has: what visitors ask of them fails."""
    routed = services_routed_to(manifests)
    names = {_OF_SERVICES.sub("", each.name) for each in (*services.values(), *manifests.of(*WORKLOADS))}
    for key, service in services.items():
        if key in routed and service.node.get("spec", "selector").keys and not selected[key]:
            sheet.omit(
                service.origin,
                f"Service {service.name}",
                "a route leads to it, and no pod in the files that are read has the labels that it selects",
            )
    for (_, name), source in routed.items() if services else ():
        if _OF_SERVICES.sub("", name) not in names:
            sheet.omit(source, f"Service {name}", "a route leads to it, and it is in no file that is read")


def services_routed_to(manifests: Manifests) -> dict[ServiceKey, Origin]:
    """Return the Services that routes lead to, each with the place of such a route."""
    routed: dict[ServiceKey, Origin] = {}
    for route in manifests.of(*ROUTES):
        for backend in backends_in(route, manifests.objects.get("TraefikService", {})):
            name, _, domain = backend.name.partition(".")
            routed.setdefault((domain.partition(".")[0] or route.namespace, name), backend.source)
    return routed


def _hook(
    manifests: Manifests,
    services: Mapping[ServiceKey, Manifest],
    selected: Mapping[ServiceKey, list[Workload]],
    sheet: FactSheet,
) -> None:
    """Mark the workloads that the API server calls: by webhooks, to convert objects, and for an interface of its own."""
    for hook in manifests.of(*HOOKS):
        spec = hook.node.get("spec")
        clients = [each.get("clientConfig", "service") for each in hook.node.get("webhooks").list()]
        for named in (*clients, spec.get("conversion", "webhook", "clientConfig", "service"), spec.get("service")):
            name, space = named.text_at("name"), named.text_at("namespace")
            alike = {key: each for key, each in services.items() if name and name in (key[1], each.former)}
            there = {key for key, each in alike.items() if space in (key[0], each.declared)}
            for part in (part for key in there or alike for part in selected[key]):
                sheet.add(Fact(f"component:{part.id}", "is_hooked", True, named.get("name").origin, hook.kind))


def siblings_of(
    selected: Mapping[ServiceKey, list[Workload]],
) -> Iterator[tuple[str, tuple[str, list[str]]]]:
    """Yield the first pods of each Service of several versions, with the pool that they form and the others in it."""
    for (space, name), pods in selected.items():
        others = [part.id for part in pods[1:] if part.manifest.name.startswith(f"{name}-") and not part.manifest.pod]
        alike = {part.guess.known.kind for part in pods}
        if others and len(alike) == 1 and not pods[0].guess.known.keeps_data:
            yield pods[0].id, (f"service/{space}/{name}", others)


def ports_of_nodes(services: Mapping[ServiceKey, Manifest]) -> dict[int, ServiceKey]:
    """Return the Services by the ports on which each node leads to them."""
    return {
        number: key
        for key, service in services.items()
        for port in service.node.get("spec", "ports").list()
        if (number := port.get("nodePort").number) is not None
    }


def ports_by_id(
    services: Mapping[ServiceKey, Manifest], selected: Mapping[ServiceKey, list[Workload]]
) -> dict[str, frozenset[int]]:
    """Return the ports of the Services of each workload that is reached by these alone: behind a headless one, pods answer on any."""
    ports: dict[str, set[int]] = {}
    open_ids = set[str]()
    for key, service in services.items():
        stated = [port.get("port").number for port in service.node.get("spec", "ports").list()]
        numbers = {number for number in stated if number is not None}
        is_open = service.node.text_at("spec", "clusterIP") == "None" or len(numbers) < len(stated) or not numbers
        for part in selected[key]:
            ports.setdefault(part.id, set()).update(numbers)
            if is_open or is_on_host(part):
                open_ids.add(part.id)
    return {name: frozenset(numbers) for name, numbers in ports.items() if name not in open_ids}


def protocols_of(
    services: Mapping[ServiceKey, Manifest], selected: Mapping[ServiceKey, list[Workload]]
) -> Iterator[tuple[tuple[str, int], str]]:
    """Yield the protocol of each port of a Service that its name tells, by component and port."""
    for key, service in services.items():
        for part in selected[key][:1]:
            for port in service.node.get("spec", "ports").list():
                number = port.get("port").number
                if number is not None:
                    yield (part.id, number), port_protocol(part, port, number)


def _spread(manifests: Manifests, service: Manifest, pods: list[Workload], sheet: FactSheet) -> None:
    for part in (each for each in pods[:1] if not each.guess.known.keeps_data):
        cluster = spread_over(replicas_of(part, manifests)[0])
        sheet.add(Fact(f"component:{part.id}", "cluster", cluster, service.origin, "Service"))


def _lead(service: Manifest, pods: list[Workload], sheet: FactSheet) -> None:
    """Add the ports of pods that those of a Service lead to; a headless one has none of its own."""
    is_headless = service.node.text_at("spec", "clusterIP") == "None"
    for port in service.node.get("spec", "ports").list() if not is_headless else ():
        number, is_same = port.get("port").number, not port.get("targetPort").value
        for part in pods:
            heard = number if is_same else target_port(part, port) or 0
            for each in (number, port.get("nodePort").number):
                if each is not None and each != heard:
                    sheet.add(Fact(f"component:{part.id}", "port", [each, heard], port.origin, "Service"))


def _mark_names(
    services: Mapping[ServiceKey, Manifest],
    parts: list[Workload],
    selected: Mapping[ServiceKey, list[Workload]],
    sheet: FactSheet,
) -> None:
    """Mark the workloads that no Service leads to, where others have one, and those that it leads to for pages."""
    served = {part.id for key in services for part in selected[key]}
    for part in parts if served else ():
        if part.id not in served and not is_on_host(part):
            sheet.add(Fact(f"component:{part.id}", "is_unserved", True, part.manifest.origin, "no Service"))
            if not listens(part.manifest):
                sheet.add(Fact(f"component:{part.id}", "is_deaf", True, part.manifest.origin, "no Service"))
    for key, service in services.items():
        numbers = [port.get("port").number for port in service.node.get("spec", "ports").list()]
        for part in selected[key][:1] if 80 in numbers or 443 in numbers else ():
            sheet.add(Fact(f"component:{part.id}", "is_page", True, service.origin, "Service"))


def _outer_ports(service: Manifest, *, by_udp: bool = False) -> Iterator[SourceNode]:
    """Yield the ports of a Service that are open to what is outside of the cluster."""
    sort = service.node.text_at("spec", "type")
    if sort in ("LoadBalancer", "NodePort") or service.node.get("spec", "externalIPs").value:
        for port in service.node.get("spec", "ports").list():
            if port.get("port").number is not None and (port.text_at("protocol") == "UDP") is by_udp:
                yield port


def _publish(service: Manifest, pods: list[Workload], has_routes: bool, heard: Set[str], sheet: FactSheet) -> None:
    """Add the entries of a Service; ports of UDP beside others, by which workloads are `heard`, serve the same callers."""
    sort = service.node.text_at("spec", "type")
    for part in pods[:1]:
        for port in _outer_ports(service, by_udp=part.id not in heard):
            number = port.get("port").number or 0
            # where there are routes, balancers of providers reach what is behind them by ports of nodes that nobody chose
            if sort == "NodePort" and has_routes and port.get("nodePort").number is None:
                continue
            value = service_port_entry(part, port, number)
            if part.id not in heard:
                value["protocol"] = "udp"
            elif value["protocol"] == "https" and _is_plain(part, service, port):
                value["protocol"] = "http"
            if KINDS[part.guess.known.kind].observes:
                value["admin"] = True
            confidence: Confidence = "high" if sort == "LoadBalancer" or number in (80, 443) else "medium"
            source = port.origin
            sheet.add(Fact(f"entry:{part.id}:{number}", "entry", value, source, sort or "externalIPs", confidence))


def _is_plain(part: Workload, service: Manifest, port: SourceNode) -> bool:
    """Return True for a port that leads to where another port of a Service leads plain requests, if no balancer ends TLS before."""
    target = target_port(part, port)
    if target in (None, 443, 8443) or any(map(_ENDS_TLS.search, service.node.get("metadata", "annotations").keys)):
        return False
    others = [each for each in service.node.get("spec", "ports").list() if target_port(part, each) == target]
    return any(port_protocol(part, each, each.get("port").number or 0) == "http" for each in others)
