"""The kind of a service, from its command, its image, its name and its variables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from archgen.importers.catalogue import PRODUCTS, STORES, Known, is_beside
from archgen.model.kinds import KINDS

_DAEMONS = (
    "database",
    "key-value-store",
    "queue",
    "stream",
    "search",
    "cache",
    "object-storage",
    "load-balancer",
    "web-server",
)
"""Kinds of products whose own program a command begins with."""

_REPLICATES = re.compile(r"MASTER|PRIMARY|SLAVEOF|REPLICAOF|LEADER", re.IGNORECASE)
"""Variables of a store that name its primary."""

_LONGEST_COMMAND = 4000
"""Characters of a command that are searched: some patterns take time with its square."""

_DOORS = ("reverse-proxy", "api-gateway")

_SENTINEL = r"\b(redis|valkey)-sentinel\b|\b(redis|valkey)-server\b.*--sentinel\b"
"""Commands of what watches key-value stores and promotes one of them."""

_COMMANDS: tuple[tuple[str, str, str | None], ...] = (
    (_SENTINEL, "other", "redis-sentinel"),
    (r"\bmongos\b", "load-balancer", "mongos"),
    (r"\bstolon-keeper\b", "database", "postgresql"),
    (r"\bstolon-proxy\b", "load-balancer", None),
    (r"\bstolon-sentinel\b", "other", None),
    # the name of a module may hold the word worker
    (r"\bcelery\b(?!.*\sworker(\s|$)).*\sbeat(\s|$)", "scheduler", None),
    (
        r"\bsidekiq\b|\bcelery\b.*\bworker\b|\brq\s+worker|\brqworker\b|queue:(work|listen)|\bhorizon\b|\bdramatiq\b"
        r"|\bresque\b|\bsneakers:run\b|\bhutch\b|delayed_job|jobs:work|\bgood_job\b|solid_queue|\barq\b|\bhuey\b|messenger:consume|\bfaktory-worker\b"
        r"|\brun_?worker\b|\bqcluster\b|^[\w./-]+\s+(start-)?workers?\s|\bworkers?(\.(py|js|ts|rb|mjs))?$|(?<!-)[:/-]worker\b",
        "worker",
        None,
    ),
    (
        r"\bcelery\b.*\bbeat\b|\bcrond?\b|^[\w./-]+\s+scheduler?(\s|$)|schedule:(run|work)|\bclockwork\b|\bscheduler\b|\bsupercronic\b|\bofelia\b",
        "scheduler",
        None,
    ),
    (r"(^|[-_/\s])backup(\.(sh|py))?$", "backup", None),
    (r"\bphp-fpm[\d.]*\b", "app-server", "php-fpm"),
    (r"\bmqnamesrv\b", "service", "mqnamesrv"),
    (r"\bmqbroker\b", "queue", "mqbroker"),
    (
        r"\b(gunicorn|uvicorn|hypercorn|daphne|puma|unicorn|passenger|waitress-serve|runserver|uwsgi)\b"
        r"|\brails\s+s(erver)?\b|artisan\s+(serve|octane)|\bnext\s+start\b|\bflask\s+run\b|\bfastapi\s+(run|dev)\b",
        "app-server",
        None,
    ),
)

_NAMES: tuple[tuple[str, str, str | None], ...] = (
    (r"worker|sidekiq|celery|consumer|resque|horizon|queue-?runner|background", "worker", None),
    (r"sched|cron|beat|timer", "scheduler", None),
    (r"backup", "backup", None),
    (r"name-?srv", "service", "mqnamesrv"),
    (r"rocketmq|mqbroker", "queue", "mqbroker"),
    # these make files for people, and no measurements
    (
        r"(pdf|csv|xlsx?|excel|docx?|documents?|reports?|invoices?|orders?|videos?|images?|files?)[-_]?exporter",
        "service",
        None,
    ),
    (
        r"postgres|^pg([-_.]?\d*|[-_.](db|backends?|nodes?|servers?|pool|cluster|primary|master|rw|ro))$|pgsql",
        "database",
        "postgresql",
    ),
    (r"mysql", "database", "mysql"),
    (r"mariadb", "database", "mariadb"),
    (r"mongo", "database", "mongodb"),
    (r"redis", "key-value-store", "redis"),
    (r"(^|[-_])oracle[-_]?(db|database|xe|free)[-_]?\d*$", "database", "oracle-free"),
    (r"rabbit", "queue", "rabbitmq"),
    (r"kafka", "stream", "kafka"),
    (r"elastic", "search", "elasticsearch"),
    (r"minio", "object-storage", "minio"),
    (r"(^|[-_])(blob|object)-?(store|storage)$", "object-storage", None),
    (r"memcache", "cache", "memcached"),
    (r"(^|[-_])keycloak$", "identity-provider", "keycloak"),
    (r"(^|[-_])nacos([-_]?server)?$", "service", "nacos"),
    (r"(^|[-_])eureka([-_]?server)?$", "service", "eureka"),
    (r"(^|[-_])(db|database)\d*$|^(db|database)([-_]|\d*$)", "database", None),
    (r"(^|[-_])cache\d*$", "cache", None),
    # these lead out of a system, to a provider or to devices, and no visitor in
    (
        r"(^|[-_])(pay(ments?)?|bank(ing)?|card|sms|e?-?mails?|notifications?|push|messag(es?|ing)|fax|voice|telephony|sip|iot|lora(wan)?|"
        r"mqtt|devices?|sensors?|meter|vpn)[-_]?gateway",
        "service",
        None,
    ),
    (r"gateway", "api-gateway", None),
    (r"load-?balanc|(^|[-_])lb\d*$", "load-balancer", None),
    (r"haproxy", "load-balancer", "haproxy"),
    (r"(^|[-_])(reverse-?)?proxy\d*$|ingress|traefik|caddy", "reverse-proxy", None),
    (r"nginx|apache|httpd", "web-server", None),
    (r"prometheus|grafana|jaeger|zipkin|monitor(s|ing)?([-_]?(serv(er|ice)|ap[ip]|ui|stack|\d))*$", "monitoring", None),
    # an agent by no such name is rather a program that asks a language model
    (
        r"exporter|(^|[-_])(monitor\w*|metrics?|logs?|logging|otel|telemetry|trac(e|ing)|apm|hosts?|nodes?|infra|grafana|datadog|"
        r"dd|zabbix|netdata|new-?relic|prometheus|vm|portainer|watch\w*)[-_]?agent$",
        "monitoring-agent",
        None,
    ),
    (r"fluent|logstash|filebeat|loki|promtail", "log-collector", None),
    (r"smtp|mailer|postfix|mailhog|mailpit", "mail", None),
    (
        r"(^|[-_])(web|www|app|frontend|front|ui|client|site|webapp|django|rails|laravel|php|flask|wordpress)\d*($|[-_])",
        "app-server",
        None,
    ),
)

_PUBLISHERS = {
    "dashboard": {"kubernetesui", "traefik"},
    "core": {"fireflyiii"},
    "console": {"redpandadata", "minio", "hasura"},
    "wiki": {"requarks", "linuxserver"},
    "hub": {"selenium"},
    "agent": {"datadog", "grafana", "newrelic", "portainer", "zabbix", "datadoghq"},
    "chrome": {"browserless", "selenium"},
    "outline": {"outlinewiki"},
    "garage": {"dxflrs"},
    "seq": {"datalust"},
    "vector": {"timberio"},
    "heartbeat": {"beats", "elastic"},
}
"""Who publishes the images of products whose names are words of many systems."""

_HARDLY_OWN = ("outline", "garage", "seq", "vector", "heartbeat")
"""Those of them that are a product in a mirror of other registries, which may drop the publisher."""

_OF_MIRRORS = frozenset({"mirror", "mirrors", "proxy", "cache", "dockerhub", "hub", "docker.io"})
"""Words of the directories in which a registry copies what others publish."""

_BESIDE = re.compile(
    r"backup|dump|health|exporter|admin|ui$|gui|manager|express|commander|insight|client|migrat|init|seed|setup|curator|connect|"
    r"consumer|producer|backend|frontend|publisher|worker|app|api|web|sync|upgrade|proxy|operator|monitor|cli$|tools?$|rest|registry|registrator",
    re.IGNORECASE,
)
"""Programs beside a product, whose images begin with its name."""

_CLIENT_OF = re.compile(
    r"(postgres|pg|mysql|mariadb|mongo|redis|rabbit|kafka|elastic|minio|memcache)[a-z\d]*[-_.](rest|connect|schema|registry|gateway|"
    r"ui|gui|web-?ui|exporter|admin|manager|commander|express|console|init|setup|migrat|mcp|mirror|producer|consumer|worker|api|sync|client)",
    re.IGNORECASE,
)
"""Names of programs beside a store, which begin with the store's."""

_OF_CLIENTS = re.compile(
    r"^(POSTGRES|PG|MYSQL|MARIADB|DB|DATABASE)[A-Z_]*(HOST(?!_AUTH)|SERVER|URL|URI|ADDR)|SQLALCHEMY|JDBC|_DSN$"
    r"|(?<!MASTER)(?<!PRIMARY)_(POSTGRES(QL)?|PG|MYSQL|MARIADB|DB|DATABASE)_(HOST|SERVER|URL|URI)$"
)
"""Variables of what uses a database: the address of it; a program may put its own name before."""

_OF_ROOTS = {
    "MYSQL_ROOT_PASSWORD": "mysql", "MARIADB_ROOT_PASSWORD": "mariadb", "MONGO_INITDB_ROOT_USERNAME": "mongo",
    "MSSQL_SA_PASSWORD": "mssql", "MYSQL_ALLOW_EMPTY_PASSWORD": "mysql",
}  # fmt: skip
"""Variables of databases, with the product that has them."""

_OF_SEARCH = (
    (r"OPENSEARCH_JAVA_OPTS|OPENSEARCH_INITIAL_ADMIN_PASSWORD", "opensearch"),
    (r"ES_JAVA_OPTS|discovery\.type|discovery\.seed_hosts|cluster\.initial_(master|cluster_manager)_nodes", "elasticsearch"),
)  # fmt: skip
"""Variables of search engines, with the product that has them."""

_BY_WORD_BESIDE = (
    ("server", "mssql", "mssql"), ("server", "authentik", "goauthentik"), ("php", "fpm", "php-fpm"),
    *((name, "oracle", "oracle-free") for name in ("database", "enterprise", "express", "free")),
)  # fmt: skip
"""Images whose last word tells nothing, the word beside it that does, and the product."""

_OF_ANY_EXPORTER = frozenset(("metrics", "metric", "stats", "custom", "app", "application", "data"))
"""Words before `exporter` that name no product which it measures: such a program is somebody's own."""

_COMPILED: dict[int, list[tuple[re.Pattern[str], str, str | None]]] = {}


def _match(table: tuple[tuple[str, str, str | None], ...], text: str) -> tuple[str, str | None] | None:
    """Return the kind and product of the first pattern that a text matches; patterns are compiled at their first use."""
    patterns = _COMPILED.get(id(table))
    if patterns is None:
        patterns = _COMPILED[id(table)] = [(re.compile(pattern), kind, product) for pattern, kind, product in table]
    text = text.lower()  # a search that has to match both letters takes several times as long
    for pattern, kind, product in patterns:
        if pattern.search(text):
            return kind, product
    return None


@lru_cache(maxsize=4096)
def _by_command(command: str) -> tuple[str, str | None] | None:
    return _match(_COMMANDS, command[:_LONGEST_COMMAND]) if command else None


@lru_cache(maxsize=4096)
def _by_name(name: str) -> tuple[str, str | None] | None:
    """Return the kind and product that a name tells; the name of a service is often that of its image too."""
    matched = _match(_NAMES, name)
    beside = matched is not None and KINDS[matched[0]].role == "data" and _CLIENT_OF.search(name) is not None
    return None if beside else matched


@lru_cache(maxsize=4096)
def image_name(image: str) -> str:
    """Return the last segment of an image, without tag and digest."""
    return image.split("@")[0].rpartition("/")[2].partition(":")[0].lower()


def is_product(image: str) -> bool:
    """Return True for the image of a product that runs as it is, or under a program that is added to it."""
    product = _by_image(image) if image else None
    return product is not None and (product.kind in _DAEMONS or product.kind in _DOORS)


@lru_cache(maxsize=4096)
def _by_image(image: str) -> Known | None:
    segment = image_name(image)
    named = next((known for name, word, known in _BY_WORD_BESIDE if segment == name and word in image), None)
    if named is not None:
        return PRODUCTS[named]
    if segment.endswith(("-exporter", "_exporter")):
        words = {*re.split("[-_]", segment)} - {"exporter"}
        is_own = words <= _OF_ANY_EXPORTER or _by_name(segment) == ("service", None)
        return None if is_own else Known("monitoring-agent", segment)
    if segment in PRODUCTS:
        # a word of many systems, such as `acme/dashboard`
        return None if _is_own(segment, image.partition("@")[0].lower()) else PRODUCTS[segment]
    if _BESIDE.search(segment):
        return None
    # `bitnami/postgresql-repmgr`, `postgres-14`, `docker-postgres`
    for word in (segment.rstrip("0123456789.-"), segment.partition("-")[0], segment.removeprefix("docker-")):
        known = PRODUCTS.get(word)
        if known is not None and known.kind in (
            "database",
            "key-value-store",
            "queue",
            "stream",
            "search",
            "cache",
            "load-balancer",
        ):
            return known
    return None


def _is_own(segment: str, image: str) -> bool:
    """Return True for an image of somebody's own system, whose name is by chance that of a product."""
    publishers, [registry, *directories] = _PUBLISHERS.get(segment), image.split("/")
    if publishers is None or not publishers.isdisjoint([registry, *directories[:-1]]):
        return False
    words = {word for directory in directories[:-1] for word in re.split("[-_]", directory)}
    is_mirror = ("." in registry or ":" in registry) and not words.isdisjoint(_OF_MIRRORS)
    return segment not in _HARDLY_OWN or not is_mirror


_ADMITS: tuple[tuple[str, str], ...] = (
    (r"POSTGRES_HOST_AUTH_METHOD", r"trust"),
    (r"(MYSQL|MARIADB)_ALLOW_EMPTY(_ROOT)?_PASSWORD|ALLOW_EMPTY_PASSWORD", r"yes|true|1|on"),
    (r"xpack\.security\.enabled|XPACK_SECURITY_ENABLED|NEO4J_AUTH|OPENSEARCH_SECURITY_ENABLED", r"false|none"),
    (r"DISABLE_SECURITY_PLUGIN|plugins\.security\.disabled|SURREAL_UNAUTHENTICATED", r"true|yes|1"),
)
"""Variables by which a store lets in anybody who reaches it, with their values."""


def admits_anybody(name: str, value: str) -> bool:
    """Return True for a variable by which a store asks nobody who they are."""
    return _is_admission(name) and any(
        re.fullmatch(pattern, name) is not None and re.fullmatch(values, value.strip().lower()) is not None
        for pattern, values in _ADMITS
    )


@lru_cache(maxsize=4096)
def _is_admission(name: str) -> bool:
    return any(re.fullmatch(pattern, name) is not None for pattern, _ in _ADMITS)


def runs_sentinel(command: str) -> bool:
    """Return True for the command of a sentinel, or for the arguments alone of an image that runs the server by itself."""
    return re.search(rf"{_SENTINEL}|^--sentinel\b| --sentinel\b", command[:_LONGEST_COMMAND]) is not None


def replicates(store: Known, other: Known, variable: str) -> bool:
    """Return True if a store that names another one of its product in a variable is a copy of it."""
    same = other.product is not None and other.product == store.product and KINDS[other.kind].stores
    return same and _REPLICATES.search(variable) is not None


class Guess(Struct, frozen=True):
    """A kind with its product and the evidence for it; `sure` unless it follows from a name alone."""

    known: Known
    evidence: str
    sure: bool


def guess(name: str, image: str, command: str, variables: frozenset[str]) -> Guess:
    """Return the kind of a service: by its command, its image, its name, then its variables."""
    product = _by_image(image) if image else None
    begins = re.match(r"(?:exec\s+)?(?!-)(?:[\w./-]*/)?([a-z][\w-]*)", command)
    daemon = PRODUCTS.get(begins[1]) if begins is not None else None
    if begins is not None and daemon is not None and (daemon.kind in _DAEMONS or is_beside(product, daemon)):
        return Guess(daemon, f"command {begins[1]}", True)
    if product is None or product.kind in ("app-server", "key-value-store", "database"):
        by_command = _by_command(command)
        if by_command is not None and (product is None or product.kind == "app-server" or by_command[1] is not None):
            if by_command == ("app-server", None) and _by_name(name) == ("api-gateway", None):
                return Guess(Known("api-gateway"), f"name {name}", False)
            if product is not None and product.kind == by_command[0]:
                return Guess(product, f"image {image_name(image)}", True)
            return Guess(_known(*by_command, product), "command", True)
    if (
        product is not None
        and product.kind == "app-server"
        and re.search(r"(^|[-_/ ])backup", f"{name} {command}", re.I)
    ):
        return Guess(Known("backup"), f"name {name}", False)
    if product is not None and product.kind == "database" and re.search(r"backup|dump", name, re.I):
        return Guess(Known("backup"), f"image {image_name(image)}, name {name}", False)
    if product is not None and product.product in ("redis", "valkey", "keydb") and re.search(r"cache", name, re.I):
        return Guess(replace(product, kind="cache"), f"image {image_name(image)}, name {name}", True)
    if product is not None:
        return Guess(product, f"image {image_name(image)}", True)
    matched = _by_name(name) or (_by_name(image_name(image)) if image else None)
    if matched is not None:
        matched = _with_product(matched, image)
        database = _by_variables(variables) if matched == ("database", None) else None
        if database is not None:
            return Guess(database, f"name {name}, its variables", False)
        known = PRODUCTS.get(matched[1] or "", Known(matched[0], matched[1]))
        return Guess(known, f"name {name}", False)
    if any(_OF_CLIENTS.search(variable) for variable in variables):
        return Guess(Known("service"), "no known image or name", False)
    database = _by_variables(variables)
    if database is not None:
        return Guess(database, "its variables", False)
    for pattern, engine in _OF_SEARCH:
        if any(re.fullmatch(pattern, variable) for variable in variables):
            return Guess(PRODUCTS[engine], "its variables", False)
    return Guess(Known("service"), "no known image or name", False)


def known_by_name(name: str) -> Known:
    """Return the kind of a component of which nothing but the name is known."""
    return guess(name, "", "", frozenset()).known


def _known(kind: str, name: str | None, product: Known | None) -> Known:
    """Return what a command runs: its product with the protocol of that, else the kind alone with the product of its image."""
    known = PRODUCTS.get(name or "")
    return (
        known
        if known is not None and known.kind == kind
        else Known(kind, name or (product.product if product else None))
    )


def _by_variables(variables: frozenset[str]) -> Known | None:
    """Return the database whose first user variables name."""
    if {"POSTGRES_PASSWORD", "POSTGRES_DB"} <= variables:
        return PRODUCTS["postgres"]
    for name, product in _OF_ROOTS.items():
        if name in variables:
            return PRODUCTS[product]
    return None


def with_ports(kind: Guess, ports: Iterable[int]) -> Guess:
    """Return a guess with the product of a store whose name alone is known, by the port that it answers on."""
    if kind.known.product is not None or not kind.known.keeps_data:
        return kind
    known = next((STORES[port] for port in ports if port in STORES), None)
    return kind if known is None else Guess(known, f"{kind.evidence}, port {known.port}", False)


def _with_product(matched: tuple[str, str | None], image: str) -> tuple[str, str | None]:
    """Return a kind with the product that the image's name tells, where the service's name tells none."""
    by_image = _by_name(image_name(image)) if image and matched[1] is None else None
    return by_image if by_image is not None and by_image[0] == matched[0] else matched
