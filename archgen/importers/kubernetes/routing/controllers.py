"""The components that route: proxies of the manifests, and those that stand in no file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from archgen.importers.addresses import resolve_host
from archgen.importers.facts import Attachment, Fact, FactSheet, Origin
from archgen.importers.kubernetes.hosts import Hosts, LedTo, backends_of
from archgen.importers.kubernetes.manifests import Manifests
from archgen.importers.kubernetes.part import Workload
from archgen.importers.kubernetes.routing.routes import IngressRoute, entry_of, routes_of
from archgen.importers.products import image_name
from archgen.model.finding import Confidence

_CONTROLLERS = ("traefik", "nginx-ingress-controller", "nginx-ingress", "kong", "kubernetes-ingress-controller")


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


def routes_led(
    manifests: Manifests,
    parts: list[Workload],
    hosts: Hosts,
    taken: dict[str, str],
    attachments: list[Attachment],
    sheet: FactSheet,
) -> Iterator[tuple[str, IngressRoute, LedTo]]:
    """Yield what each route leads to, with the component that routes; by which visitors come to that is added."""
    routes = [(route, list(backends_of(route, hosts))) for route in routes_of(manifests)]
    redirects = all(route.redirects for route, _ in routes if not route.tls)
    # where others lead to something, one that leads nowhere is of what is no longer there
    leading = [
        (controller_of(route, parts, taken, attachments, sheet), route, backends)
        for route, backends in [each for each in routes if each[1]] or routes
    ]
    # and where another one leads right, so is one that doesn't
    sound = {(controller, to.target) for controller, _, backends in leading for to in backends if to.lack is None}
    for controller, route, backends in leading:
        for to in backends:
            if to.target != controller and (to.lack is None or (controller, to.target) not in sound):
                yield controller, route, to
        sheet.add(entry_of(route, controller, redirects=redirects))
