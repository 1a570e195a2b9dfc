"""Suggestions for values that the schema refuses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archgen.model.protocols import PROTOCOLS
from archgen.model.wording import listed

KINDS_OF_PRODUCTS = {
    "apache": ("web-server", "reverse-proxy"),
    "caddy": ("web-server", "reverse-proxy"),
    "cassandra": ("database",),
    "cloudflare": ("cdn", "waf"),
    "cisco-asa": ("firewall",),
    "cisco-asr": ("router",),
    "cloudfront": ("cdn",),
    "consul": ("key-value-store",),
    "dynamodb": ("key-value-store",),
    "elasticsearch": ("search",),
    "envoy": ("reverse-proxy", "load-balancer"),
    "etcd": ("key-value-store",),
    "grafana": ("monitoring",),
    "fortigate": ("firewall",),
    "haproxy": ("load-balancer", "reverse-proxy"),
    "kafka": ("stream",),
    "keycloak": ("identity-provider",),
    "kong": ("api-gateway",),
    "lambda": ("function",),
    "mariadb": ("database",),
    "memcached": ("cache",),
    "minio": ("object-storage",),
    "mongodb": ("database",),
    "mysql": ("database",),
    "nginx": ("web-server", "reverse-proxy", "load-balancer"),
    "opensearch": ("search",),
    "postgres": ("database",),
    "postgresql": ("database",),
    "prometheus": ("monitoring",),
    "rabbitmq": ("queue",),
    "redis": ("cache", "key-value-store"),
    "s3": ("object-storage",),
    "sqs": ("queue",),
    "sumo-logic": ("monitoring", "monitoring-agent"),
    "tomcat": ("app-server",),
    "traefik": ("reverse-proxy", "load-balancer"),
    "valkey": ("cache", "key-value-store"),
    "varnish": ("reverse-proxy",),
    "vault": ("secrets",),
}
"""Kinds of components that well-known products are used as, the most common first."""


_BETWEEN_WORDS = r"[-_ ]"


def complete_option(text: str, options: Sequence[str]) -> str | None:
    """Return the only option that a text begins, or has as a word: `async` for `asynchronous`, `message-queue` for `queue`."""
    text = text.casefold()
    begun = [option for option in options if option.startswith(text)] if len(text) > 2 else []
    likely = begun or [option for option in options if option in re.split(_BETWEEN_WORDS, text)]
    return likely[0] if len(likely) == 1 else None


def port_hint(text: str) -> str | None:
    """Return the fix for a protocol and a port written as one text: `https 443`, `tcp/9000`."""
    protocol, _, port = text.replace(":", " ").replace("/", " ").partition(" ")
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0
    is_port = protocol.casefold() in PROTOCOLS and 0 < number < 65536
    return f"Write `{{protocol: {protocol.casefold()}, port: {number}}}`." if is_port else None


def product_hint(text: str) -> str | None:
    """Return the fix for a product written as a kind; None for an unknown product."""
    kinds = KINDS_OF_PRODUCTS.get(text.casefold())
    if kinds is None:
        return None
    others = "".join(f", or `kind: {kind}`" for kind in kinds[1:])
    role = ", depending on its role" if others else ""
    return f"`{text}` is a product: write `kind: {kinds[0]}, product: {text.casefold()}`{others}{role}."


def unit_hint(number: str) -> str:
    """Return the fix for a duration without a unit."""
    # hundreds are milliseconds as a rule, and seldom days
    units = ("ms", "s", "m", "h") if float(number) >= 100 else ("s", "m", "h", "d")
    return f"Add the unit: {listed([f'`{number}{unit}`' for unit in units], 'or')}."
