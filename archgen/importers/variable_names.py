"""What the names of variables, arguments and settings tell of their values: a host, a page, telemetry, or the component itself."""

from __future__ import annotations

import re
from functools import lru_cache

from archgen.model.kinds import KINDS

_MOST_NAMES = 4096
"""Names of variables of which is kept what they name: the same ones stand in many services."""

HOST_ENDS = r"(?:URLS?|URI|DSN|HOST(?:NAME)?S?|SERVERS?|ADDR(?:ESS)?|ENDPOINTS?|BROKERS?|UPSTREAMS?)"
"""Ends of the names of variables and settings that hold the address of something."""

_NAMES_HOST = re.compile(
    r"HOST|ADDR|URL|URI(?!TY)|SERVER|ENDPOINT|BROKER|DSN|NODE|UPSTREAM|BACKEND|BOOTSTRAP|SERVICE|CONNECTION|PEER|SENTINEL|ORIGIN_|"
    r"PROXY|CLUSTER|DATA_SOURCE|REMOTE|MASTER|PRIMARY|SEED|CONNECT|_DB$|^REDIS$|QUORUM|GATEWAY|TARGET|SLAVE_OF|REPLICAOF|MEMBERS|_HOSTS?$",
    re.IGNORECASE,
)
_SECRET = re.compile(r"(PASS(WORD)?|PASSWD|PWD|SECRET|TOKEN|API_?KEY)$", re.IGNORECASE)
_NEVER = re.compile(
    r"CORS|ALLOWED|EXPOSURE|_(IN|EX)CLUDE$|LISTEN|(^|[_.-])BIND[_.-]?(ADDR(ESS)?|HOST|IP|PORT|TO|ON|URL)?S?$|ADVERTISE|^PATRONI_\w*CONNECT_ADDRESS$|NO_PROXY|VIRTUAL|"
    r"WHITELIST|CALLBACK|TRUSTED|(?<!BACKEND)(?<!BACKEND_API)(?<!INTERNAL)(?<!INTERNAL_API)_ORIGIN|_ORIGIN(S|_)|^ORIGINS?(_URLS?)?$",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"FRONTEND|CLIENT_(URL|HOST)|PUBLIC_|SITE_URL|EXTERNAL_URL|WEB_?APP_URL|^APP_URL|^WEB_BASE_URL", re.IGNORECASE
)
_OF_SERVER = re.compile(r"BACKEND|INTERNAL|(^|_)SERVER_", re.IGNORECASE)
_OUT_OF_REACH = re.compile(
    r"https?://(?!localhost\b|\d)[a-z0-9_-]+(?:\.[a-z0-9-]+)?(?:\.svc(?:\.cluster\.local)?)?(?::\d+)?(?:/.*)?"
)
"""Words of variables for what a page's server calls, and an address that no browser can."""

_CALLING = ("worker", "scheduler", "backup")
"""Kinds that no visitor sees, so that a page that they name is one that they call."""

_OF_INTERFACE = re.compile(
    r"(API|BACKEND|SERVICE|SERVER|GATEWAY)\w*_(URL|URI|HOST|ENDPOINT|ADDR(ESS)?)$", re.IGNORECASE
)
_OF_WAY_BACK = re.compile(r"REDIRECT|CALLBACK|LOGOUT|BROWSER|PUBLIC|EXTERNAL", re.IGNORECASE)
"""Names of variables for what answers programs, and those for where browsers go."""

_ADDRESS_OF_PAGE = re.compile(r"FRONTEND\w*_ADDR(ESS)?$", re.IGNORECASE)
_SERVICE_OF_PAGE = re.compile(r"FRONTEND\w*_(HOST(NAME)?|SERVICE|SERVER)$", re.IGNORECASE)
_ENDS_IN_HOST = re.compile(rf"{HOST_ENDS}$", re.IGNORECASE)
_TELEMETRY = re.compile(
    r"METRIC|TRACING|TRACER(?![a-z]{2,})|(^|_)TRACES?_|OTEL|OTLP|TELEMETRY|STATSD|SENTRY|ZIPKIN|JAEGER|LOGSTASH|FLUENTD?_|SYSLOG|GELF|"
    r"LOGGING_|PUSHGATEWAY|DD_AGENT|DATADOG|(^|_)APM_",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"(?<!DATA_SOURCE)_NAME$|DATABASE$|_DB$|USER([_.-]?(NAME|ID))?$|_MODE$|_TYPE$|DRIVER([_.-]?CLASS([_.-]?NAME)?)?$|SCHEME$|PREFIX$",
    re.IGNORECASE,
)
"""Names of what is inside a store, or of a word about it, unless their value is a whole address."""

_ONESELF = re.compile(
    r"CLUSTER_NAME|NODE_NAME|NODENAME|SERVICE_NAME|SERVER_NAME|INITIAL_CLUSTER_TOKEN|^HOSTNAME$", re.IGNORECASE
)

_OF_DRIVER = re.compile(
    r"(^|_)(DB|DATABASE|QUEUE|CACHE|BROADCAST|SESSION|MAIL|LOG|CELERY|RESULTS?|STORAGE)_(CONNECTION|BACKEND)$",
    re.IGNORECASE,
)
"""Names by a purpose: one by a product, as `MONGO_CONNECTION`, asks for its host."""

_INSIDE = re.compile(
    r"(QUEUE|TOPIC|EXCHANGE|ROUTING_?KEY|BUCKET|TABLE|REALM|NAMESPACE|GROUP(_?ID)?|CLIENT_?ID)S?$", re.IGNORECASE
)
"""Names of what is inside a broker, a store or a provider of identities."""

_OF_KINDS = re.compile(r"(^|_)(TYPE|FEATURE|PLUGIN|MODULE|FORMAT|LANGUAGE)S?_", re.IGNORECASE)
"""Names of lists of words, whatever they are for."""

_SETS_HOST = re.compile(rf"({HOST_ENDS}|service-?id)$", re.IGNORECASE)
_ADMITS = re.compile(r"allow|trust|origin", re.IGNORECASE)

_OF_CALLERS = re.compile(
    r"(\bcors|[a-z_]cors|csrf|allowed|allow[_-]?(list|origin|host)|trusted[_-]?(origin|host|prox|domain|ip))[\w.-]*[\"']?\s*[:=(\[{]"
    r"|origins[\"']?\s*[:=(]|Access-Control-Allow-Origin",
    re.IGNORECASE,
)
"""Words before a list of those who may call."""

_PARTS_OF_CALLERS = ("cors", "csrf", "allow", "trusted", "origin")
"""Parts in small letters of which such words hold one: most lines hold none, which is found sooner."""

_PORT_ALONE = re.compile(r"[A-Za-z0-9_.-]+:[0-9]{1,5}")
"""A host with a port and without a scheme."""


_OF_ADDRESS = re.compile(r"(_(SERVICE|API|BASE|INTERNAL))*_(URL|URI|HOST|ADDR|ADDRESS|ENDPOINT)$")
_OF_ANYTHING = ("", "api", "app", "backend", "server")
"""Words by which pages know what browsers call, and those that name nothing."""

_SERVICE = re.compile(r"-(service|svc|api|server|worker)$")
"""The ends of a variable and of a service's id, without which they have one name."""

_OF_MIGRATIONS = re.compile(r"(GOOSE|DBMATE|SQITCH)_")
"""Variables that a tool for migrations reads, which runs once and ends."""


@lru_cache(maxsize=_MOST_NAMES)
def asks_for_host(name: str) -> bool:
    """Return True if a variable asks for a host, so that a bare name in it is one."""
    if _NAMES_HOST.search(name) is None or _INSIDE.search(name) or _SECRET.search(name):
        return False
    return _OF_KINDS.search(name) is None or _ENDS_IN_HOST.search(name) is not None


def sets_host(name: str) -> bool:
    """Return True if a setting of a file is a host to call; names in files are shorter than those of variables."""
    return _SETS_HOST.search(name) is not None and not (_NEVER.search(name) or _ADMITS.search(name))


def names_callers(line: str) -> bool:
    """Return True for a line of settings or of a source that says who may call: the hosts in it are no targets.

    The name of the setting says so; an address that ends in such a word, or a comment behind it, doesn't.
    """
    before = line.partition("://")[0]
    lowered = before.lower()
    for part in _PARTS_OF_CALLERS:
        if part in lowered:
            return _OF_CALLERS.search(before) is not None
    return False


def names_page(kind: str, name: str, value: str) -> bool:
    """Return True if a variable names the page that visitors see, which a component of a kind links to and doesn't call.

    A link has a scheme: a host alone is no link, nor is one with a port. What is for a server, and no browser reaches, is none.
    """
    if _OF_SERVER.search(name) is not None and _is_out_of_reach(value):
        return False
    if not _is_page(name) or KINDS[kind].balances or kind in _CALLING:
        return False
    return "://" in value or (_SERVICE_OF_PAGE.search(name) is None and _PORT_ALONE.fullmatch(value) is None)


def _is_out_of_reach(value: str) -> bool:
    """Return True for an address with the name of a service or a Service, which nothing outside of their network can resolve."""
    host = value.partition("://")[2].partition("/")[0].partition(":")[0]
    return _OUT_OF_REACH.fullmatch(value) is not None and ("." not in host or host.endswith((".svc", ".cluster.local")))


@lru_cache(maxsize=_MOST_NAMES)
def _is_page(name: str) -> bool:
    return _PAGE.search(name) is not None and _ADDRESS_OF_PAGE.search(name) is None


def calls_interface(kind: str, name: str) -> bool:
    """Return True for what a component of a kind that no visitor sees calls, whatever name it has: it sends no browser there."""
    is_hidden = kind in _CALLING and not _is_page(name)
    return is_hidden and _OF_INTERFACE.search(name) is not None and _OF_WAY_BACK.search(name) is None


@lru_cache(maxsize=_MOST_NAMES)
def is_for_browsers(name: str) -> bool:
    """Return True if a variable is put into the pages that a browser loads, whatever else a server reads it."""
    return re.match(r"(VITE|REACT_APP|NEXT_PUBLIC|NUXT_PUBLIC|VUE_APP|EXPO_PUBLIC|GATSBY|NG_APP)_", name) is not None


def title_of_address(variable: str) -> str:
    """Return what a variable calls that of which it holds the address: the same for `NATS_HOST` and `NATS_URL`, empty for none."""
    return _OF_ADDRESS.sub("", variable) or variable


def is_named_after(variable: str, identity: str) -> bool:
    """Return True for a variable for the address of a program that has its name: `AI_GATEWAY_URL`, of `ai-gateway`."""
    words = _OF_ADDRESS.sub("", variable).lower().split("_")
    return words[0] not in _OF_ANYTHING and words == _SERVICE.sub("", identity).split("-")


@lru_cache(maxsize=_MOST_NAMES)
def names_telemetry(name: str) -> bool:
    """Return True if a variable names where measurements, logs or traces go, without which requests do as well."""
    return _TELEMETRY.search(name) is not None


def names_sources(kind: str, name: str, *, is_shared: bool = True) -> bool:
    """Return True if a variable of a component of a kind is for another program: what monitoring measures, or a tool for migrations.

    One for migrations that is not `is_shared` may be all that a program knows of its store.
    """
    is_of_tool = is_shared and _OF_MIGRATIONS.match(name) is not None
    return is_of_tool or ("scrape" in name.lower() and not KINDS[kind].observes)


@lru_cache(maxsize=_MOST_NAMES)
def names_grpc(name: str) -> bool:
    """Return True if a variable names gRPC."""
    return re.search(r"(^|[_-])grpc([_-]|$)", name, re.IGNORECASE) is not None


def names_itself(name: str, value: str) -> bool:
    """Return True if a variable names oneself or a database, and not a host: what it says of a database may be its address."""
    never, own = _names_no_host(name)
    return never or (own and "://" not in value)


def is_name_of_driver(name: str) -> bool:
    """Return True for a variable in which the name of a product alone is that of a driver, as in `DB_CONNECTION=mysql`."""
    return _OF_DRIVER.search(name) is not None


@lru_cache(maxsize=_MOST_NAMES)
def _names_no_host(name: str) -> tuple[bool, bool]:
    """Return True if a name never has a host, and True if it has one only as an address."""
    is_host = _ENDS_IN_HOST.search(name) is not None
    never = _NEVER.search(name) is not None or (_ONESELF.search(name) is not None and not is_host)
    return never, _OWN.search(name) is not None and not is_host
