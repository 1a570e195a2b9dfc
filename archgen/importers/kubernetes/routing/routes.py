"""Routes from outside to services: Ingress, the Gateway API, and those of controllers such as Traefik, Istio and OpenShift."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from archgen.importers.facts import Fact, Origin
from archgen.importers.kubernetes.manifests import ROUTES, Manifest, Manifests
from archgen.importers.kubernetes.routing.backends import Backend, Objects, backends_beside, backends_in
from archgen.importers.nodes import SourceNode

_HOST_RULE = re.compile(r"Host\(`([\w.-]{1,253})`\)")


_OF_KINDS = {
    "IngressRoute": "traefik", "IngressRouteTCP": "traefik", "VirtualService": "istio", "Route": "openshift", "HTTPProxy": "envoy",
    "VirtualServer": "nginx", "ApisixRoute": "apisix",
}  # fmt: skip
"""The products whose kinds routes are."""


class IngressRoute(Struct, frozen=True):
    """A route: the services that it leads to, and whether visitors come over TLS.

    `hosts` are the public names by which visitors come to one of the services alone, each with that. One that `redirects` sends
    them to HTTPS instead. `declared` is the namespace of its document, where a kustomization puts it into another one, and
    `controller` the class or the product of what routes, where it tells. Of one that `is_emptied` a patch leaves no path.
    """

    kind: str
    namespace: str
    source: Origin
    backends: tuple[Backend, ...]
    tls: bool
    hosts: tuple[tuple[str, str], ...] = ()
    redirects: bool = False
    declared: str = ""
    controller: str = ""
    is_emptied: bool = False


def routes_of(manifests: Manifests) -> Iterator[IngressRoute]:
    """Yield the routes by which visitors come in."""
    spread = manifests.objects.get("TraefikService", {})
    middlewares = manifests.objects.get("Middleware", {})
    # annotations join the namespace and the name of one to a word
    middlewares = middlewares | {
        ("", f"{space or 'default'}-{name}"): each for (space, name), each in middlewares.items()
    }
    for manifest in manifests.of(*ROUTES):
        own = tuple(dict.fromkeys(backends_in(manifest, spread)))
        backends = tuple(dict.fromkeys((*own, *backends_beside(manifest, middlewares))))
        if own and not _is_of_mesh(manifest):
            yield IngressRoute(
                manifest.kind,
                manifest.namespace,
                manifest.origin,
                backends,
                _has_tls(manifest, manifests),
                tuple(_hosts(manifest, own)),
                _redirects(manifest, middlewares),
                manifest.declared,
                _controller_in(manifest),
                manifest.is_emptied,
            )


def entry_of(route: IngressRoute, controller: str, *, redirects: bool) -> Fact:
    """Return the fact of the port by which visitors come to a route; where all `redirects`, that without TLS sends them to HTTPS."""
    protocol, number = ("https", 443) if route.tls else ("http", 80)
    value: dict[str, object] = {"protocol": protocol, "port": number, "read": True}
    value |= {"redirect": "https"} if redirects and not route.tls else {}
    return Fact(f"entry:{controller}:{number}", "entry", value, route.source, route.kind)


def _controller_in(manifest: Manifest) -> str:
    """Return the class that a route names, else the product whose kind it is; the empty text where any may have it."""
    named = manifest.node.text_at("spec", "ingressClassName")
    return (
        named
        or manifest.node.text_at("metadata", "annotations", "kubernetes.io/ingress.class")
        or _OF_KINDS.get(manifest.kind, "")
    )


def _is_of_mesh(manifest: Manifest) -> bool:
    """Return True for a route of the requests between programs: no gateway has it, or all that has it are Services."""
    spec = manifest.node.get("spec")
    if manifest.kind == "VirtualService":
        gateways = {item.text for item in spec.get("gateways").list()}
        # another one, of a gateway, delegates to what has no hosts
        return gateways <= {"mesh"} and any(True for _ in spec.get("hosts").list())
    parents = [item.text_at("kind") for item in spec.get("parentRefs").list()]
    return bool(parents) and {*parents} == {"Service"}


def _hosts(manifest: Manifest, backends: tuple[Backend, ...]) -> Iterator[tuple[str, str]]:
    """Yield the hosts of a route that lead to one service, whatever the path, each with that service."""
    spec, names = manifest.node.get("spec"), {each.name for each in backends}
    if manifest.kind == "Ingress":
        for rule in spec.get("rules").list():
            paths = list(rule.get("http", "paths").list())
            services = {
                each.text_at("backend", "service", "name") or each.text_at("backend", "serviceName") for each in paths
            }
            if len(services) == 1 and rule.text_at("host"):
                yield rule.text_at("host").lower(), next(iter(services))
    elif len(names) == 1:
        yield from ((host, next(iter(names))) for host in hosts_of_route(manifest))


def hosts_of_route(manifest: Manifest) -> Iterator[str]:
    """Yield the hosts that a route states; none for an object of another kind."""
    spec = manifest.node.get("spec")
    yield from (host for rule in spec.get("rules").list() if (host := rule.text_at("host").lower()))
    yield from (item.text.lower() for key in ("hostnames", "hosts") for item in spec.get(key).list())
    for route in spec.get("routes").list():
        yield from (match[1].lower() for match in _HOST_RULE.finditer(route.text_at("match")))


_OF_CERT_MANAGER = ("cert-manager.io/", "certmanager.k8s.io/", "acme.cert-manager.io/", "kubernetes.io/tls-acme")


def _has_tls(manifest: Manifest, manifests: Manifests) -> bool:
    spec = manifest.node.get("spec")
    if spec.get("tls").value is not None or spec.get("virtualhost", "tls").value is not None:
        return True
    # cert-manager gets certificates for what an Ingress names for TLS, and nothing else
    ignored = _OF_CERT_MANAGER if manifest.kind == "Ingress" else "-"
    annotations = " ".join(
        f"{key}={value.text}"
        for key, value in manifest.node.get("metadata", "annotations").items()
        if not key.startswith(ignored)
    )
    if (
        "acm" in annotations
        or "certificate" in annotations
        or "cert-manager" in annotations
        or "tls-acme=true" in annotations
    ):
        return True
    if manifest.kind == "IngressRoute":
        return any(item.text == "websecure" for item in spec.get("entryPoints").list())
    names = {item.text_at("name") for item in spec.get("parentRefs").list()} | {
        item.text.rpartition("/")[2] for item in spec.get("gateways").list()
    }
    for gateway in manifests.of("Gateway"):
        if gateway.name in names:
            for listener in (
                *gateway.node.get("spec", "listeners").list(),
                *gateway.node.get("spec", "servers").list(),
            ):
                protocol = listener.text_at("protocol") or listener.text_at("port", "protocol")
                if protocol in ("HTTPS", "TLS") or listener.get("tls").value is not None:
                    return True
    return False


def _redirects(manifest: Manifest, middlewares: Objects) -> bool:
    """Return True for a route of Traefik of which each rule has a middleware that redirects to HTTPS."""

    def redirects(item: SourceNode) -> bool:
        middleware = middlewares.get((item.text_at("namespace") or manifest.namespace, item.text_at("name")))
        return middleware is not None and middleware.node.text_at("spec", "redirectScheme", "scheme") == "https"

    rules = list(manifest.node.get("spec", "routes").list())
    return bool(rules) and all(any(map(redirects, rule.get("middlewares").list())) for rule in rules)
