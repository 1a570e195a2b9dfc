"""Facts about products that hold wherever they run, by the name that a model gives as `product`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec.structs import replace

from archgen.model.architecture import Component, Managed, Scope
from archgen.model.product_facts.managed_services import GLOBAL, REGIONAL, SET_UP, UNCOPIED, ZONAL
from archgen.model.product_facts.spellings import SPELLINGS, VENDORS
from archgen.model.product_facts.trait_table import EXPORTER, TRAITS
from archgen.model.product_facts.traits import Product

_SCOPES: dict[str, Scope] = {
    **dict.fromkeys(ZONAL, "zonal"),
    **dict.fromkeys(REGIONAL, "regional"),
    **dict.fromkeys(GLOBAL, "global"),
}
_IN_ONE_ZONE = ("ebs",)
_ORIGINS = {
    **dict.fromkeys(("mariadb", "percona", "galera", "percona-xtradb-cluster"), "mysql"),
    **dict.fromkeys(("mysql-innodb-cluster", "mysql-group-replication"), "mysql"),
    **dict.fromkeys(("timescaledb", "postgis", "pgvector"), "postgresql"),
    **dict.fromkeys(("valkey", "keydb", "redict"), "redis"),
}
_UNKNOWN = Product()

PRODUCTS = tuple(dict.fromkeys((*TRAITS, *_SCOPES, *SET_UP, *UNCOPIED, *_ORIGINS)))
"""The names of all products that something is known of."""

_KNOWN = frozenset(PRODUCTS)

_ENGINES = (
    "-mysql",
    "-mariadb",
    "-postgres",
    "-postgresql",
    "-oracle",
    "-sql-server",
    "-redis",
    "-valkey",
    "-memcached",
)
_WITH_ENGINE = ("rds", "aurora", "cloud-sql", "elasticache", "memorydb", "memorystore")
"""Managed stores that are named with the engine that they run, which changes nothing of their scope or promise."""
_COMPACT = {name.replace("-", ""): SPELLINGS.get(name, name) for name in (*SPELLINGS, *reversed(PRODUCTS))}
"""The names without their hyphens, as some write them: `stepfunctions`, `event-bridge`."""


@lru_cache(4096)
def product_name(name: str | None) -> str:
    """Return the name by which tables know a product: `Postgres` is `postgresql`, `Amazon S3` and `aws-s3` are `s3`."""
    text = "-".join((name or "").casefold().replace("_", " ").replace("/", "").split())
    text = _without_engine(text)
    text = SPELLINGS.get(text, text)
    if text in _KNOWN:
        return text
    bare = _without_vendor(text)
    return bare if bare in _KNOWN else next(filter(None, map(_COMPACT.get, _compact(text))), bare)


def _compact(text: str) -> Iterator[str]:
    """Yield a name without its hyphens, and so without the vendor that it begins with."""
    yield text.replace("-", "")
    for vendor in VENDORS:
        if text.startswith(f"{vendor}-"):
            yield text.removeprefix(f"{vendor}-").replace("-", "")


def _without_engine(text: str) -> str:
    if not text.endswith(_ENGINES):
        return text
    engine = next(each for each in _ENGINES if text.endswith(each))
    service = text.removesuffix(engine).removesuffix("-for")
    own = service.endswith("memorystore") and engine == "-valkey"
    return service if service.endswith(_WITH_ENGINE) and not own else text


def _without_vendor(text: str) -> str:
    """Return the name that the tables have for one that begins with a vendor's; the text itself where they have none."""
    for vendor, short in VENDORS.items():
        bare = text.removeprefix(f"{vendor}-")
        bare = SPELLINGS.get(bare, bare)
        names = (bare, f"{short}-{bare}") if text.startswith(f"{vendor}-") else ()
        name = next((name for name in names if name in _KNOWN or name in SPELLINGS.values()), None)
        if name is not None:
            return name
    return text


@lru_cache(4096)
def product_of(name: str | None) -> Product:
    """Return the facts about a product; of one that is not known, none, unless it is an exporter by its name.

    A model names few of the products that there are, so that the facts are put together for those.
    """
    known = product_name(name)
    if known not in _KNOWN and known.endswith("-exporter"):
        known = EXPORTER
    return replace(
        TRAITS.get(known, _UNKNOWN),
        scope=_SCOPES.get(known),
        copied_on_request=known in UNCOPIED,
        spreadable=known in SET_UP or (known in _SCOPES and known not in _IN_ONE_ZONE),
        origin=_ORIGINS.get(known),
    )


def passes_on_unread(component: Component) -> bool:
    """Return True for what passes connections on without ending TLS: by its product, or else by a product in its name."""
    if component.product is not None:
        return product_of(component.product).forwards
    words = re.findall(r"[a-z][a-z-]+", (component.name or "").casefold())
    return any(product_of(word).forwards for word in words)


def may_add_header(component: Component) -> bool:
    """Return True for what can send a secret of its own along with each request; what a provider balances with mostly can't."""
    if component.product is None:
        return component.kind != "load-balancer" or not component.managed
    return not passes_on_unread(component) and product_name(component.product) not in ("aws-alb", "aws-elb")


def is_setting_of_balancer(component: Component) -> bool:
    """Return True for a firewall of requests that a provider's balancer or CDN is set up with: by its product, or its id."""
    return component.kind == "waf" and product_of(component.product or component.id).attached


def is_edge_elsewhere(component: Component) -> bool:
    """Return True for a CDN or firewall of requests on its provider's own network, whose addresses a firewall can tell apart.

    Some are called balancers in a model, since they spread requests as well.
    """
    of_provider = scope_of(component) == "global" and not is_setting_of_balancer(component)
    balances = component.kind == "load-balancer" and product_name(service_name(component)) in _EDGES
    return component.network is None and of_provider and (balances or component.kind in ("cdn", "waf"))


_EDGES = ("cloudflare", "fastly", "akamai", "imperva", "azure-front-door", "bunny")
"""The balancers of providers that are a CDN with a firewall of requests as well."""


def service_place(component: Component) -> str:
    """Return what a managed service is, with its scope and zone where they are known: `regional managed service`."""
    scope = scope_of(component)
    zone = zone_of(component)
    return f"{f'{scope} ' if scope else ''}managed service{f' in {zone}' if zone else ''}"


def zone_of(component: Component) -> str | None:
    """Return the declared zone of a managed component; None if it declares none, or isn't managed."""
    return component.managed.zone if isinstance(component.managed, Managed) else None


_PROTOCOLS = ("s3",)
"""Products whose protocol others speak too, so that an id may be the protocol's name alone."""
_OF_MAKER = r"(?i)\b(amazon|aws)\b"
_STORE = r"(?:object\W*)?(?:stor(?:e|age)|buckets?|s3|r2|b2|blobs?|spaces)"
_OTHERS = (
    r"(?:on[- ]prem\w*|self[- ]hosted|garage|swift|openstack|hetzner|ovh\w*|scaleway|wasabi|backblaze|b2|cloudflare|r2|"
    r"digital ?ocean|linode|akamai|vultr|exoscale|ionos|stackit|contabo|storj|idrive|upcloud|infomaniak|oracle|ibm|alibaba|"
    r"tencent|yandex|google|azure|(?:the|our|its) (?:hosting |cloud )?provider)"
)
_OF_OTHERS = (
    r"(?i)\b(?:minio|ceph|seaweedfs|s3\W*(?:api\W*)?(?:compatible|compliant))\b|"
    rf"^{_OTHERS}$|"
    rf"\b{_OTHERS}(?:'s)?\W+(?:cloud\W+)?{_STORE}\b|"
    rf"(?:\b{_STORE}\W+(?:of|from)\W+|\b(?:at|by|on) |[(,:] ?|\b{_STORE} ){_OTHERS}(?: cloud)?(?=$|[),;:])"
)
"""Words of a name that tell of the protocol, or of a provider beside the storage or as its place: elsewhere it may be what is kept."""


def service_name(component: Component) -> str:
    """Return the product of a managed service, as tables know it: the declared one, else that which its id names.

    An id that may be a protocol's name is none beside a name that tells of another's service. An id may be a role, and the
    name that of a service: `payments` of Stripe.
    """
    name = component.name or ""
    if component.product is None and component.id.casefold() in _PROTOCOLS:
        return "" if re.search(_OF_OTHERS, name) and not re.search(_OF_MAKER, name) else product_name(component.id)
    if component.product is None and product_name(component.id) not in _SCOPES and product_name(name) in _SCOPES:
        return product_name(name)
    return product_name(component.product or component.id)


def scope_of(component: Component) -> Scope | None:
    """Return the scope of a managed component: declared, by its product, or by an id that is a product's name; None if unknown."""
    if isinstance(component.managed, Managed) and component.managed.scope is not None:
        return component.managed.scope
    return product_of(service_name(component)).scope if component.managed else None


def is_over_zones(component: Component) -> bool:
    """Return True for a managed service that its provider has in several zones.

    That is so of the name servers of a DNS zone (RFC 2182), whether the model says so or not.
    """
    scope = scope_of(component)
    is_bare_dns = component.kind == "dns" and bool(component.managed) and scope is None and zone_of(component) is None
    return is_bare_dns or scope in ("regional", "global")
