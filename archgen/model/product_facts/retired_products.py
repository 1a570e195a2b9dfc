"""The products of which no version is supported any more, with what their makers advise."""

from __future__ import annotations

from msgspec import Struct


class RetiredProduct(Struct, frozen=True):
    """A product of which no version gets fixes after a day, where its makers say so, what they advise, and the end of its image's name."""

    title: str
    source: str
    day: str
    instead: str
    image: str


RETIRED: dict[str, RetiredProduct] = {
    "ingress-nginx": RetiredProduct(
        "Ingress NGINX",
        "https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/",
        "2026-03-31",
        "an implementation of the Gateway API, or another Ingress controller",
        "ingress-nginx/controller",
    ),
    "promtail": RetiredProduct(
        "Promtail",
        "https://grafana.com/docs/loki/latest/send-data/promtail/",
        "2026-03-02",
        "Grafana Alloy or another client of Loki",
        "grafana/promtail",
    ),
    "grafana-agent": RetiredProduct(
        "Grafana Agent",
        "https://grafana.com/docs/agent/latest/",
        "2025-10-31",
        "Grafana Alloy",
        "grafana/agent",
    ),
}
"""The products that are retired as a whole."""
