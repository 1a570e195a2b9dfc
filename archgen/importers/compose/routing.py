"""Routes that proxies read from labels and variables of the services behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from archgen.importers.addresses import mentions
from archgen.importers.catalogue import Known
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.service import Service, SourceText
from archgen.importers.facts import OF_GUARD, ROUTE, Fact, Origin
from archgen.importers.outside import OutsideStore
from archgen.importers.schemes import secured
from archgen.model.kinds import KINDS

_ROUTER = re.compile(
    r"traefik\.(?:http|tcp)\.routers\.[^.]+\.(?:rule|entrypoints|service)|traefik\.frontend\.rule|traefik\.enable"
)
_PORT = re.compile(r"traefik\.(?:(?:http|tcp)\.services\.[^.]+\.loadbalancer\.server\.port|port)")
_SCHEME = re.compile(r"traefik\.(?:http\.services\.[^.]+\.loadbalancer\.server\.scheme|protocol)")
_OF_ROUTER = re.compile(r"traefik\.(?:http|tcp)\.routers\.[^.]+\.service")
_UPSTREAMS = re.compile(r"upstreams\s+(?:(https?|h2c)\s+)?(\d+)")
_SPOKEN = {"https": "https", "uwsgi": "uwsgi", "fastcgi": "fastcgi", "grpc": "grpc", "grpcs": "grpc"}
"""The protocols that proxies speak to what asks them for another one than HTTP."""

_OF_TCP = re.compile(r"traefik\.(tcp|udp)\.routers\.")
_OF_HTTP = re.compile(r"traefik\.http\.routers\.|traefik\.frontend\.")
_PASSED = re.compile(r"traefik\.tcp\.routers\.[^.]+\.tls\.passthrough")
_CADDY = re.compile(r"caddy(?:_\d+)?(?:\.reverse_proxy|\.handle.*reverse_proxy)?")


_MIDDLEWARE = re.compile(r"traefik\.http\.middlewares\.([^.]+)\.(?:forwardauth\.(address)|chain\.(middlewares))")
_OF_ROUTERS = re.compile(r"traefik\.http\.routers\.([^.]+)\.(\w+)")
_MOST_CHAINED = 5
_LONGEST_RULE = 1000
_OF_NOBODY = re.compile(
    r"\bpath(?:prefix)?\(\W*(swagger|docs?|redoc|openapi|health\w*|live\w*|ready|metrics|ping)\b", re.IGNORECASE
)
"""A path with nothing that is for a visitor alone: a way to it that asks nobody tells nothing of the others."""


class ProxyRoute(Struct, frozen=True):
    """A route to a service: the proxy that has it, None for one in no file, and the service's port.

    One that `is_plain` is for connections of any protocol, and not for requests of HTTP; `spoken` is the protocol that the
    service asks for. TLS of one that `is_passed` ends at the service.
    """

    proxy: str | None
    service: str
    port: int | None
    source: Origin
    evidence: str
    is_plain: bool = False
    spoken: str = ""
    is_passed: bool = False


def routes(parts: Mapping[str, ServicePart], proxies: Mapping[str, str]) -> Iterator[ProxyRoute]:
    """Yield the route to each service that asks a proxy for one."""
    for identity, part in parts.items():
        service = part.service
        labelled = {name.lower(): value for name, value in service.labels.items()}
        names = [*labelled]
        is_plain = any(map(_OF_TCP.match, names)) and not any(map(_OF_HTTP.match, names))
        for product, value, port, scheme in _requests(service):
            proxy = proxies.get(product)
            if proxy != identity:
                yield ProxyRoute(
                    proxy,
                    identity,
                    port,
                    value.source,
                    f"{product}{ROUTE if product != 'nginx-proxy' else ' variable'}",
                    is_plain and product == "traefik",
                    _SPOKEN.get(scheme.lower(), ""),
                    any(_PASSED.fullmatch(key) and text.text.lower() == "true" for key, text in labelled.items()),
                )


def _requests(service: Service) -> Iterator[tuple[str, SourceText, int | None, str]]:
    """Yield the products of proxies that a service asks for a route, each with the place, the port and the scheme."""
    if service.labels:
        yield from _labelled({name.lower(): value for name, value in service.labels.items()})
    virtual = service.environment.get("VIRTUAL_HOST")
    if virtual is not None:
        port_value, scheme = (service.environment.get(f"VIRTUAL_{name}") for name in ("PORT", "PROTO"))
        number = _number(port_value.text if port_value else "")
        yield "nginx-proxy", virtual, number, scheme.text if scheme is not None else ""


_OF_IDENTITY = re.compile(r"OIDC|OAUTH|OPENID|AUTH|ISSUER|KEYCLOAK|SSO|JWKS", re.IGNORECASE)
"""Words of variables for who somebody is, which a program asks by the name that visitors know."""

_SOCKET = re.compile(r"wss?://[^/\s:]*\w\.\w", re.IGNORECASE)


def is_given_to_visitors(name: str, value: str, target: ServicePart | OutsideStore) -> bool:
    """Return True for the public name of a proxy, or of a socket: a program gives it to visitors and devices, and seldom calls it."""
    if not isinstance(target, ServicePart) or _OF_IDENTITY.search(name) is not None:
        return False
    aliases = (each.lower() for each in target.service.aliases if "." in each)
    is_of_proxy = KINDS[target.kind].balances and any(each in value.lower() for each in aliases)
    return is_of_proxy or (not target.guess.known.keeps_data and _SOCKET.match(value.strip()) is not None)


def _labelled(labels: Mapping[str, SourceText]) -> Iterator[tuple[str, SourceText, int | None, str]]:
    router = next((value for name, value in labels.items() if _ROUTER.fullmatch(name)), None)
    enable = labels.get("traefik.enable")
    if router is not None and (enable is None or enable.text.lower() != "false"):
        port, scheme = _traefik_service(labels)
        yield "traefik", router, _number(port), scheme
    caddy = next((value for name, value in labels.items() if _CADDY.fullmatch(name)), None)
    if caddy is not None:
        match = _UPSTREAMS.search(" ".join(value.text for value in labels.values()))
        yield "caddy", caddy, int(match[2][:5]) if match else None, (match[1] or "") if match else ""


def _traefik_service(labels: Mapping[str, SourceText]) -> tuple[str, str]:
    """Return the port and the scheme of the service that a router names, else of the first one that has a port."""
    services: dict[str, dict[str, str]] = {}
    for key, pattern in (("port", _PORT), ("scheme", _SCHEME)):
        for name, value in labels.items():
            if pattern.fullmatch(name):
                # before version 2, a container had one
                service = name.split(".")[3] if ".services." in name else ""
                services.setdefault(service, {})[key] = value.text
    named = (value.text for name, value in labels.items() if _OF_ROUTER.fullmatch(name) and value.text in services)
    chosen = services.get(next(named, next(iter(services), "")), {})
    return chosen.get("port", ""), chosen.get("scheme", "")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and 0 < int(text[:6]) < 65536 else None


def facts_of_route(route: ProxyRoute, known: Known) -> Iterator[Fact]:
    """Yield what a route to a service says: how the proxy calls it, or how visitors reach one that is in no file."""
    if route.proxy is not None:
        subject, protocol = f"connection:{route.proxy}->{route.service}", _protocol_of(route, known)
        yield Fact(subject, "protocol", protocol, route.source, route.evidence, "high")
        yield Fact(subject, "served", [route.port or 0, protocol], route.source, route.evidence, "high")
    elif value := _entry_of(route, known):
        yield Fact(f"entry:{route.service}:{value['port']}", "entry", value, route.source, route.evidence, "high")


def _protocol_of(route: ProxyRoute, known: Known) -> str:
    """Return what a proxy speaks with a service: HTTP, or what the service itself speaks."""
    protocol = route.spoken or (
        "http" if not route.is_plain else known.protocol if known.product is not None else "tcp"
    )
    return secured(protocol) if route.is_plain and route.is_passed else protocol


def _entry_of(route: ProxyRoute, known: Known) -> dict[str, object]:
    """Return the entry to which a proxy in no file leads; nothing where no port is known."""
    port = route.port or (known.port if route.is_plain else 80)
    # the proxy takes TLS off, and speaks another to the service
    protocol = _protocol_of(route, known) if not route.spoken else "http"
    return {"protocol": protocol, "port": port, "target": port, "local": True} if port else {}


def facts_of_guards(parts: Mapping[str, ServicePart], proxy: str | None, hosts: Mapping[str, str]) -> Iterator[Fact]:
    """Yield the calls of what Traefik asks before it lets a request pass (`forwardAuth`), and which of its calls wait for that."""
    asked: dict[str, SourceText] = {}
    chains: dict[str, list[str]] = {}
    for part in parts.values() if proxy is not None else ():
        for name, value in part.service.labels.items():
            if match := _MIDDLEWARE.fullmatch(name.lower()):
                if match[2]:
                    asked.setdefault(match[1], value)
                else:
                    chains.setdefault(match[1], _named(value.text))
    for identity, part in parts.items() if asked else ():
        routers: dict[str, list[str]] = {}
        for name, value in part.service.labels.items():
            match = _OF_ROUTERS.fullmatch(name.lower())
            if match is not None and match[2] == "rule" and _OF_NOBODY.search(value.text[:_LONGEST_RULE]):
                routers.setdefault(match[1], []).append("redirect")
            elif match is not None:
                routers.setdefault(match[1], []).extend(_named(value.text) if match[2] == "middlewares" else ())
        # what only sends browsers on asks nobody
        led = [each for each in routers.values() if not any("redirect" in name for name in each)]
        guards = [next((asked[name] for name in _unchained(each, chains) if name in asked), None) for each in led]
        for address in dict.fromkeys(each.text for each in guards if each is not None):
            source = next(each.source for each in guards if each is not None and each.text == address)
            for mention in mentions("ADDRESS", address, hosts):
                if mention.host in (identity, proxy):
                    continue
                subject, protocol = f"connection:{proxy}->{mention.host}", mention.protocol or "http"
                yield Fact(subject, "protocol", protocol, source, OF_GUARD, "high")
                yield Fact(subject, "served", [mention.port or 0, protocol], source, OF_GUARD, "high")
                if all(each is not None and each.text == address for each in guards):
                    yield Fact(f"connection:{proxy}->{identity}", "guard", mention.host, source, OF_GUARD, "high")


def _named(text: str) -> list[str]:
    return [name.strip().partition("@")[0].lower() for name in text.split(",")]


def _unchained(names: list[str], chains: Mapping[str, list[str]]) -> list[str]:
    for _ in range(_MOST_CHAINED):
        if chains.keys().isdisjoint(names):
            break
        names = [inner for name in names for inner in chains.get(name, [name])][: _MOST_CHAINED * 10]
    return names
