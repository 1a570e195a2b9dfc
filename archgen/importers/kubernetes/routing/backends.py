"""What routes lead to, by the kinds of Kubernetes, of the Gateway API and of controllers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from archgen.importers.facts import Origin
from archgen.importers.kubernetes.manifests import Manifest
from archgen.importers.nodes import SourceNode

_ADDRESS = re.compile(r"(?:(https?)://)?([A-Za-z0-9][A-Za-z0-9.-]{0,252})(?::([0-9]{1,5}))?(?:/|$)")


_OF_HEALTH = re.compile(
    r"/(-/|actuator/|api/|_)?(health|healthz|livez|readyz|ready|live|status|ping|metrics)/?", re.IGNORECASE
)
"""Paths by which others see if a program is well, and no visitor does anything."""

_DEEPEST = 5
"""How deep what spreads requests is followed."""


Objects = Mapping[tuple[str, str], Manifest]
"""Objects of a kind by namespace and name."""


_NO_OBJECTS: Objects = {}


_OF_ANNOTATIONS = {
    "https": ("https", False), "grpc": ("grpc", False), "grpcs": ("grpc", True), "fcgi": ("fastcgi", False), "ajp": ("ajp", False),
    "h2-ssl": ("https", False), "http2": ("http", False), "tcp": ("", False),
}  # fmt: skip
"""Protocols as annotations of an Ingress name them, with True where TLS is around what has the same name without."""


_OF_TLS = ("/secure-backends", "/server-ssl")
"""Ends of the names of annotations with which a controller calls its backends over HTTPS."""


class Backend(Struct, frozen=True):
    """A service that a route leads to, with its port and place; the protocol is empty where the service tells it.

    It is `secured` if TLS is spoken, and the protocol doesn't say so. Requests do without one that isn't `needed`.
    """

    name: str
    port: int | None
    source: Origin
    protocol: str = "http"
    secured: bool = False
    needed: bool = True

    def statements(self, own: str) -> Iterator[tuple[str, object]]:
        """Yield what it tells of a call; `own` is the protocol that the service tells itself."""
        protocol, port = self.protocol or own, self.port or 0
        yield "protocol", protocol
        yield "served", [port, protocol]
        if self.secured:
            yield "secured", port


def backends_in(manifest: Manifest, spread: Objects = _NO_OBJECTS) -> Iterator[Backend]:
    """Yield the services that a route leads to; `spread` are the objects of Traefik that spread requests over some."""
    spec = manifest.node.get("spec")
    match manifest.kind:
        case "Ingress":
            annotated = _annotated(manifest)
            rules = [rule.get("http", "paths") for rule in spec.get("rules").list()]
            declared = [path.get("backend") for paths in rules for path in paths.list()]
            asked = [path for paths in rules for path in paths.list() if not _OF_HEALTH.fullmatch(path.text_at("path"))]
            needed = {_name_in(path.get("backend")) for path in asked}
            for backend in (*declared, spec.get("defaultBackend"), spec.get("backend")):
                service = backend.get("service")
                is_needed = backend not in declared or _name_in(backend) in needed
                if service.text_at("name"):
                    found = _backend(service.get("name"), service.get("port", "number"), "", *annotated)
                    yield replace(found, needed=is_needed)
                elif backend.text_at("serviceName"):
                    found = _backend(backend.get("serviceName"), backend.get("servicePort"), "", *annotated)
                    yield replace(found, needed=is_needed)
        case "IngressRoute" | "IngressRouteTCP":
            for route in spec.get("routes").list():
                for service in route.get("services").list():
                    for each in _services_of_traefik(service, manifest.namespace, spread):
                        yield (
                            _of_traefik(each)
                            if manifest.kind == "IngressRoute"
                            else replace(_of_traefik(each), protocol="")
                        )
        case "HTTPProxy":
            for part in (*spec.get("routes").list(), spec.get("tcpproxy")):
                for service in part.get("services").list():
                    protocol = {"tls": "https", "h2": "https", "h2c": "http"}.get(service.text_at("protocol"), "http")
                    yield _backend(service.get("name"), service.get("port"), "", protocol)
        case "VirtualServer":
            for upstream in spec.get("upstreams").list():
                protocol = (
                    "https" if upstream.get("tls", "enable").value is True else upstream.text_at("type") or "http"
                )
                yield _backend(upstream.get("service"), upstream.get("port"), "", protocol)
        case "ApisixRoute":
            for section, protocol in (("http", "http"), ("stream", "")):
                for rule in spec.get(section).list():
                    for service in (*rule.get("backends").list(), rule.get("backend")):
                        yield _backend(service.get("serviceName"), service.get("servicePort"), "", protocol)
        case "Mapping":
            yield from _at_address(spec.get("service"))
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
            protocol = {"GRPCRoute": "grpc", "TCPRoute": "", "TLSRoute": ""}.get(kind, "http")
            for rule in spec.get("rules").list():
                for reference in rule.get("backendRefs").list():
                    space = reference.text_at("namespace")
                    yield _backend(reference.get("name"), reference.get("port"), space, protocol)


def _name_in(backend: SourceNode) -> str:
    return backend.text_at("service", "name") or backend.text_at("serviceName")


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


def _of_traefik(service: SourceNode) -> Backend:
    """Return what Traefik leads to: it speaks TLS by the scheme, else by the port."""
    scheme, port = service.text_at("scheme"), service.get("port")
    is_secured = scheme == "https" or (not scheme and (port.number == 443 or port.text.startswith("https")))
    return _backend(service.get("name"), port, service.text_at("namespace"), "https" if is_secured else "http")


def _services_of_traefik(service: SourceNode, namespace: str, spread: Objects, depth: int = 0) -> Iterator[SourceNode]:
    """Yield the Services that an entry of a route of Traefik leads to, through objects that spread requests over some."""
    if service.text_at("kind") != "TraefikService":
        yield service
        return
    space = service.text_at("namespace") or namespace
    through = spread.get((space, service.text_at("name")))
    if through is not None and depth < _DEEPEST:
        spec = through.node.get("spec")
        mirroring = [spec.get("mirroring")] if spec.text_at("mirroring", "name") else []
        for each in (*spec.get("weighted", "services").list(), *mirroring):
            yield from _services_of_traefik(each, space, spread, depth + 1)


def _at_address(node: SourceNode) -> Iterator[Backend]:
    """Yield the service at an address, whose scheme may be left out."""
    match = _ADDRESS.match(node.text)
    if match is not None:
        scheme, host, port = match.groups()
        yield Backend(host, int(port) if port else None, node.origin, "https" if scheme == "https" else "http")


def backends_beside(manifest: Manifest, middlewares: Objects) -> Iterator[Backend]:
    """Yield the services that a controller asks before it passes requests of a route on, and those that need not answer."""
    spec = manifest.node.get("spec")
    named: list[tuple[str, str]] = []
    for key, value in manifest.node.get("metadata", "annotations").items() if manifest.kind == "Ingress" else ():
        if key.endswith("/auth-url"):
            yield from _at_address(value)
        elif key.endswith("/router.middlewares"):
            named += [("", each.strip().partition("@")[0]) for each in value.text.split(",")]
    for route in spec.get("routes").list() if manifest.kind == "IngressRoute" else ():
        for item in route.get("middlewares").list():
            named.append((item.text_at("namespace") or manifest.namespace, item.text_at("name")))
    for middleware in _chained(named, middlewares):
        yield from _at_address(middleware.node.get("spec", "forwardAuth", "address"))
        service = middleware.node.get("spec", "errors", "service")
        yield replace(_of_traefik(service), needed=False)
    for rule in spec.get("rules").list():
        for item in rule.get("filters").list():
            reference = item.get("requestMirror", "backendRef")
            space = reference.text_at("namespace")
            yield replace(_backend(reference.get("name"), reference.get("port"), space), needed=False)


def _chained(named: list[tuple[str, str]], middlewares: Objects) -> Iterator[Manifest]:
    """Yield the middlewares of Traefik by namespace and name, with those in chains."""
    seen: set[tuple[str, str]] = set()
    waiting = [*named]
    while waiting:
        key = waiting.pop(0)
        if key in middlewares and key not in seen:
            seen.add(key)
            yield middlewares[key]
            chained = middlewares[key].node.get("spec", "chain", "middlewares").list()
            waiting += [(item.text_at("namespace") or key[0], item.text_at("name")) for item in chained]
