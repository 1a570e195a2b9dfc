"""The order in which services start: which of those that wait for another are likely to call it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set

from archgen.importers.addresses import is_public_host
from archgen.importers.catalogue import FETCHING, Known, is_like
from archgen.importers.compose.library_calls import OwnLists, has_own_library
from archgen.importers.compose.mounts import CONFIGURATIONS
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.service import Service, SourceText
from archgen.importers.compose.sharing import COORDINATORS
from archgen.importers.names import serves_files
from archgen.importers.outside import OutsideStore, store_at_provider
from archgen.importers.products import Guess, image_name
from archgen.importers.store_names import store_by_name
from archgen.model.kinds import KINDS

_LONGEST = 2000

_SERVERS = ("identity-provider", "secrets", "service")
"""Kinds of products that run for nothing but to be called."""

_CALLING_NOBODY = frozenset(
    ("postgresql", "mysql", "mariadb", "mssql", "oracle", "mongodb", "redis", "valkey", "keydb", "dragonfly", "kvrocks", "memcached",
     "rabbitmq", "mosquitto", "couchdb", "neo4j")
)  # fmt: skip
"""Stores that are called by others and call none: beside what elects their leaders, their names say so."""

_ELECTED = re.compile(
    r"patroni|spilo|stolon|pg_?auto_?failover|repmgr|orchestrator|cluster|consul|etcd|zoo-?keeper|zk", re.IGNORECASE
)

_PAGES = re.compile(r"(^|[-_])(front-?end|ui|spa|pages|dashboard)([-_\d]|$)", re.IGNORECASE)

_WEB_SERVERS = ("nginx", "nginx-unprivileged", "httpd")

_DOORS = ("web-server", "reverse-proxy", "load-balancer")
"""Kinds of products that keep nothing in a store that they wait for."""

_WORDS_OF_KINDS = {
    "database": "db|database|sql|dsn|jdbc|connection", "key-value-store": "cache|session|kv", "cache": "cache",
    "queue": "queue|broker|amqp|mq",
    "stream": "stream|broker|queue", "search": "search|index", "object-storage": "s3|storage|bucket|blob|object|aws",
}  # fmt: skip
"""Words by which variables speak of stores, by kind."""


def may_call(
    part: ServicePart,
    target: ServicePart,
    proven: Set[tuple[str, str]],
    components: Mapping[str, ServicePart | OutsideStore],
) -> bool:
    """Return True if a service that starts after another may call it; `proven` are calls by the ids of components."""
    if _serves_files_alone(part):
        return False
    stores, is_store = target.guess.known.keeps_data, part.guess.known.keeps_data
    if (part.kind == "backup" and stores) or (is_store and not stores):
        return False
    leads = KINDS[part.kind].balances or part.kind == "web-server" or bool(part.service.ports)
    if not stores and _shares_program(part.service, target.service) and not leads:
        return False
    if stores and is_store and not _builds_on(part, target):
        return False
    if target.guess.known.product in COORDINATORS and serves_files(part.service.image):
        return False
    if _is_order_alone(part.guess, target.guess, target.id, target.service):
        return False
    # waiting for two of which one calls the other shows no call of the other
    between = [called for caller, called in proven if caller == part.id and (called, target.id) in proven]
    if between and target.guess.known.product in COORDINATORS:
        return False
    return not (stores and any(KINDS[components[called].kind].balances for called in between))


def _serves_files_alone(part: ServicePart) -> bool:
    """Return True for a web server that is built with pages and without any configuration: as it comes, it passes nothing on."""
    service = part.service
    mounts = any("nginx" in target or target.endswith(CONFIGURATIONS) for target in service.mounts)
    return (
        bool(service.built)
        and image_name(part.recipe.image) in _WEB_SERVERS
        and part.recipe.has_pages_alone
        and not (mounts or service.words)
    )


def serves_alone(part: ServicePart, target: ServicePart) -> bool:
    """Return True if a service waits for a product that does nothing but serve, so that it is likely to call it."""
    known = target.guess.known
    asks = not KINDS[part.kind].balances and part.kind != "web-server"
    return asks and known.product is not None and known.kind in _SERVERS and target.guess.sure


def keeps_nothing(part: ServicePart) -> bool:
    """Return True for a product that passes requests on, or answers them from files: it waits for a store and doesn't call it."""
    known = part.guess.known
    return known.kind in _DOORS and known.protocol == "http" and known.product is not None


def is_addressed(
    part: ServicePart,
    target: ServicePart,
    variables: Mapping[str, SourceText],
    copied: Mapping[str, Mapping[str, SourceText]],
    lists: OwnLists,
) -> bool:
    """Return True if a service has a variable for the store that it waits for; of one without any a library or unseen settings do.

    A variable that no file sets counts: somebody fills it in. So does a product, of which no file holds all settings.
    """
    stores = [
        known
        for name, value in variables.items()
        if (value.text != "" or value.unset) and (known := store_by_name(name))
    ]
    if part.guess.known.product is not None or any(_is_store(target, known) for known in stores):
        return True
    # one that is given the addresses of other stores in plain sight would be given this one's there too
    return not stores and (_is_unseen(part, copied) or has_own_library(part, target.guess.known, lists))


def _is_unseen(part: ServicePart, copied: Mapping[str, Mapping[str, SourceText]]) -> bool:
    """Return True for a service that is given files of variables which aren't there; `copied` are those of the files that are."""
    return bool(part.service.env_files) and not copied[part.id]


def _is_store(target: ServicePart, known: Known) -> bool:
    """Return True for a store of the product that a variable tells; where it tells none, for any of the kind."""
    return is_like(target.guess.known, known) if known.product is not None else target.guess.known.kind == known.kind


def uses_others(
    part: ServicePart,
    target: ServicePart,
    variables: Mapping[str, SourceText],
    copied: Mapping[str, Mapping[str, SourceText]],
    proven: Set[tuple[str, str]],
    components: Mapping[str, ServicePart | OutsideStore],
) -> bool:
    """Return True if a service has the address of another component, and nothing that speaks of the store it waits for.

    What speaks of the store may as well be about another of its sort that the project doesn't run, where the service has its address.
    """
    reached = [components[identity] for caller, identity in proven if caller == part.id]
    if _calls_elsewhere(target.guess.known, reached, variables):
        return True
    if _is_unseen(part, copied) or not reached:
        return False
    values = (value.text for value in variables.values())
    words = " ".join((*variables, *values, *part.service.secrets, part.service.words))
    return _is_unmentioned(target.guess, target.service.name, words)


def _calls_elsewhere(
    known: Known, reached: Iterable[ServicePart | OutsideStore], variables: Mapping[str, SourceText]
) -> bool:
    """Return True for variables with the address of a store of the same sort that stands in no file, or with a provider."""
    # a name of the own network in an example may be the store of the project by another name
    outside = (each.guess.known for each in reached if isinstance(each, OutsideStore) and is_public_host(each.host))
    provided = (store for value in variables.values() if (store := store_at_provider(value.text)) is not None)
    return any(is_like(known, store) for store in (*outside, *provided))


def _shares_program(service: Service, other: Service) -> bool:
    """Return True for services of the same image or of the same source."""
    return (bool(service.image) and service.image == other.image) or (
        bool(service.built) and service.built == other.built
    )


def _builds_on(part: ServicePart, target: ServicePart) -> bool:
    """Return True for a store that starts after one of the sort that stores keep their own state in."""
    known, own, service = target.guess.known, part.guess.known, part.service
    if own.product in _CALLING_NOBODY:
        words = " ".join((service.name, service.image, service.built, service.words, *service.environment))
        return known.product in COORDINATORS and _ELECTED.search(words[:_LONGEST]) is not None
    return known.product != own.product and (known.product in COORDINATORS or known.kind == "object-storage")


def _is_order_alone(caller: Guess, target: Guess, name: str, service: Service) -> bool:
    """Return True if a service that starts after another is not likely to call it.

    Nothing calls what takes work from a queue, and what observes is asked by Grafana, never the other way round. Programs
    don't call what fetches their measurements.
    Pages, those for administrators too, and the proxy before them are called by proxies alone.
    """
    if target.known.kind in ("worker", "scheduler"):
        return True
    if target.known.product == "grafana" and KINDS[caller.known.kind].observes:
        return True
    if KINDS[caller.known.kind].balances or caller.known.kind == "web-server":
        return False
    if target.known.admin:
        return True
    if target.known.product in FETCHING and not KINDS[caller.known.kind].observes:
        return True
    page = _PAGES.search(name) is not None or _PAGES.search(image_name(service.image)) is not None
    return page or target.known.kind in ("reverse-proxy", "web-server")


def _is_unmentioned(target: Guess, name: str, words: str) -> bool:
    """Return True for a store of which nothing that a service is given speaks: neither its name, its product, nor its kind."""
    sought = [re.escape(word) for word in (name, target.known.product or "") if word]
    pattern = "|".join([*sought, _WORDS_OF_KINDS.get(target.known.kind, "")]).strip("|")
    return re.search(pattern, words, re.IGNORECASE) is None
