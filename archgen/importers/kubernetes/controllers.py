"""The proxies that route as the routes of manifests say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archgen.importers.facts import Fact, FactSheet
from archgen.importers.kubernetes.part import Workload
from archgen.importers.kubernetes.routes import IngressRoute
from archgen.importers.products import image_name
from archgen.model.finding import Confidence

_CONTROLLERS = ("traefik", "nginx-ingress-controller", "nginx-ingress", "kong", "kubernetes-ingress-controller")


def _is_controller(image: str) -> bool:
    """Return True for the image of a proxy that routes as the routes of manifests say."""
    name = image_name(image)
    return name in _CONTROLLERS or ("ingress-nginx" in image and name == "controller")


def controller_of(route: IngressRoute, parts: Iterable[Workload], taken: Mapping[str, str], sheet: FactSheet) -> str:
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
    return identity
