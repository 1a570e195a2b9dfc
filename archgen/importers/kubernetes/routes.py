"""Routes from outside to services: Ingress, the Gateway API, those of Traefik, Istio and OpenShift, and the proxies for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from archgen.importers.addresses import resolve_host
from archgen.importers.facts import Attachment, Fact, FactSheet, Origin
from archgen.importers.kubernetes.manifests import ROUTES, Manifest, Manifests
from archgen.importers.kubernetes.part import Workload
from archgen.importers.nodes import SourceNode
from archgen.importers.products import image_name
from archgen.model.finding import Confidence

_HOST_RULE = re.compile(r"Host\(`([\w.-]{1,253})`\)")

_CONTROLLERS = ("traefik", "nginx-ingress-controller", "nginx-ingress", "kong", "kubernetes-ingress-controller")


_OF_ANNOTATIONS = {
    "https": ("https", False), "grpc": ("grpc", False), "grpcs": ("grpc", True), "fcgi": ("fastcgi", False), "ajp": ("ajp", False),
    "h2-ssl": ("https", False), "http2": ("http", False), "tcp": ("", False),
}  # fmt: skip
"""Protocols as annotations of an Ingress name them, with True where TLS is around what has the same name without."""

_OF_TLS = ("/secure-backends", "/server-ssl")
"""Ends of the names of annotations with which a controller calls its backends over HTTPS."""


class Backend(Struct, frozen=True):
    """A service that a route leads to, with its port and place; the protocol is empty where the service tells it.

    It is `secured` if TLS is spoken, and the protocol doesn't say so.
    """

    name: str
    port: int | None
    source: Origin
    protocol: str = "http"
    secured: bool = False


class IngressRoute(Struct, frozen=True):
    """A route: the services that it leads to, and whether visitors come over TLS.

    `hosts` are the public names by which visitors come to one of the services alone, each with that. One that `redirects` sends
    them to HTTPS instead. `declared` is the namespace of its document, where a kustomization puts it into another one, and
    `controller` the class or the product of what routes, where it tells.
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


def routes_of(manifests: Manifests) -> Iterator[IngressRoute]:
    """Yield the routes by which visitors come in."""
    for manifest in manifests.of(*ROUTES):
        backends = tuple(dict.fromkeys(backends_in(manifest)))
        if backends and not _is_of_mesh(manifest):
            yield IngressRoute(
                manifest.kind,
                manifest.namespace,
                manifest.origin,
                backends,
                _has_tls(manifest, manifests),
                tuple(_hosts(manifest, backends)),
                _redirects(manifest, manifests),
                manifest.declared,
                _controller_in(manifest),
            )


def _controller_in(manifest: Manifest) -> str:
    """Return the class that a route names, else the product whose kind it is; the empty text where any may have it."""
    named = manifest.node.text_at("spec", "ingressClassName")
    return (
        named
        or manifest.node.text_at("metadata", "annotations", "kubernetes.io/ingress.class")
        or {"IngressRoute": "traefik", "VirtualService": "istio", "Route": "openshift"}.get(manifest.kind, "")
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


def backends_in(manifest: Manifest) -> Iterator[Backend]:
    """Yield the services that a route leads to."""
    spec = manifest.node.get("spec")
    match manifest.kind:
        case "Ingress":
            annotated = _annotated(manifest)
            rules = [rule.get("http", "paths") for rule in spec.get("rules").list()]
            declared = [path.get("backend") for paths in rules for path in paths.list()]
            for backend in (*declared, spec.get("defaultBackend"), spec.get("backend")):
                service = backend.get("service")
                if service.text_at("name"):
                    yield _backend(service.get("name"), service.get("port", "number"), "", *annotated)
                elif backend.text_at("serviceName"):
                    yield _backend(backend.get("serviceName"), backend.get("servicePort"), "", *annotated)
        case "IngressRoute":
            for route in spec.get("routes").list():
                for service in route.get("services").list():
                    space, protocol = service.text_at("namespace"), _of_traefik(service)
                    yield _backend(service.get("name"), service.get("port"), space, protocol)
        case "VirtualService":
            for section, protocol in (("http", "http"), ("tls", "https"), ("tcp", "")):
                for rule in spec.get(section).list():
                    for route in rule.get("route").list():
                        target = route.get("destination")
                        yield _backend(target.get("host"), target.get("port", "number"), "", protocol)
        case "Route":
            # an edge takes TLS off; others pass it on, or speak it anew
            ends = spec.text_at("tls", "termination") not in ("reencrypt", "passthrough")
            yield _backend(spec.get("to", "name"), spec.get("port", "targetPort"), "", "http" if ends else "https")
        case kind:
            protocol = {"GRPCRoute": "grpc", "TCPRoute": ""}.get(kind, "http")
            for rule in spec.get("rules").list():
                for reference in rule.get("backendRefs").list():
                    space = reference.text_at("namespace")
                    yield _backend(reference.get("name"), reference.get("port"), space, protocol)


def _backend(
    name: SourceNode, port: SourceNode, namespace: str, protocol: str = "http", secured: bool = False
) -> Backend:
    text = f"{name.text}.{namespace}.svc" if namespace else name.text
    return Backend(text, port.number, name.origin, protocol, secured)


def _annotated(manifest: Manifest) -> tuple[str, bool]:
    """Return the protocol that the annotations of an Ingress tell its controller to speak, with True for TLS around it."""
    for key, value in manifest.node.get("metadata", "annotations").items():
        if key.endswith("/backend-protocol"):
            return _OF_ANNOTATIONS.get(value.text.lower(), ("http", False))
        if key.endswith(_OF_TLS) and value.text.lower() == "true":
            return "https", False
    return "http", False


def _of_traefik(service: SourceNode) -> str:
    """Return the protocol that Traefik speaks: by the scheme, else by the port, as it does itself."""
    scheme, port = service.text_at("scheme"), service.get("port")
    is_secured = scheme == "https" or (not scheme and (port.number == 443 or port.text.startswith("https")))
    return "https" if is_secured else "http"


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
    if spec.get("tls").value is not None:
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


def _redirects(manifest: Manifest, manifests: Manifests) -> bool:
    """Return True for a route of Traefik of which each rule has a middleware that redirects to HTTPS."""
    middlewares = manifests.objects.get("Middleware", {})

    def redirects(item: SourceNode) -> bool:
        middleware = middlewares.get((item.text_at("namespace") or manifest.namespace, item.text_at("name")))
        return middleware is not None and middleware.node.text_at("spec", "redirectScheme", "scheme") == "https"

    rules = list(manifest.node.get("spec", "routes").list())
    return bool(rules) and all(any(map(redirects, rule.get("middlewares").list())) for rule in rules)


_LEADING = ("reverse-proxy", "load-balancer", "web-server", "api-gateway")
_SERVICE_OF_CONTROLLER = re.compile(
    r"\b(https?)://((?:[\w-]+-)?(?:traefik|ingress-nginx-controller|nginx-ingress(?:-controller)?|kong(?:-proxy)?|kong-gateway-proxy"
    r"|istio-ingressgateway|envoy-gateway)\.[\w-]+\.svc(?:\.[\w.]+\w)?)(?::(\d{1,5}))?(?![\w.-])"
)
"""The address of a controller by the name that its chart gives to its Service."""


def _is_controller(image: str) -> bool:
    """Return True for the image of a proxy that routes as the routes of manifests say."""
    name = image_name(image)
    return name in _CONTROLLERS or ("ingress-nginx" in image and name == "controller")


def _add_tunnels(route: IngressRoute, attachments: Iterable[Attachment], controller: str, sheet: FactSheet) -> None:
    """Add the calls of proxies whose configurations lead to the Service of a controller that stands in no file.

    It is that of a route, as its Service is called like the product, unless the route is of another one, and nothing in the files
    has the name.
    """
    words = {*route.controller.lower().split("-")} - {""}
    for attachment in attachments:
        text = attachment.file.data.decode("utf-8", "replace") if attachment.kind in _LEADING else ""
        for match in _SERVICE_OF_CONTROLLER.finditer(text):
            is_of_another = words and words.isdisjoint(match[2].partition(".")[0].split("-"))
            if is_of_another or resolve_host(match[2], attachment.hosts) is not None:
                continue
            source = Origin(attachment.file.path, attachment.line + text.count("\n", 0, match.start()) + 1)
            subject, protocol = f"connection:{attachment.owner}->{controller}", match[1]
            number = int(match[3] or (443 if protocol == "https" else 80))
            for key, value in (("protocol", protocol), ("served", [number, protocol]), ("is_assumed", True)):
                sheet.add(Fact(subject, key, value, source, "the name of a controller's Service", "medium"))


def controller_of(
    route: IngressRoute,
    parts: Iterable[Workload],
    taken: Mapping[str, str],
    attachments: Iterable[Attachment],
    sheet: FactSheet,
) -> str:
    """Return the id of the component that routes: a proxy of the manifests, else one that stands in no file."""
    for part in parts:
        if _is_controller(part.containers[0].text_at("image")):
            return part.id
    identity = "ingress" if route.kind == "Ingress" else "gateway"
    identity = identity if taken.get(identity) is None else f"{identity}-controller"
    sure: Confidence = "medium"
    for key, value, evidence in (
        ("kind", "load-balancer", f"{route.kind}; its controller stands in no file"),
        ("managed", True, route.kind),
        ("replicas", 2, route.kind),
    ):
        sheet.add(Fact(f"component:{identity}", key, value, route.source, evidence, sure))
    _add_tunnels(route, attachments, identity, sheet)
    return identity
