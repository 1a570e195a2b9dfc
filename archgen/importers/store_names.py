"""Names of variables and charts that tell a store, a registry or a service of a provider, and those that ask for a host."""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec.structs import replace

from archgen.importers.catalogue import PRODUCTS, PROVIDED, REGISTRIES, Known
from archgen.importers.names import words_of
from archgen.importers.products import guess, known_by_name
from archgen.model.kinds import KINDS

_BY_WORD = tuple((re.compile(pattern), product) for pattern, product in (
    (r"POSTGRES|PGSQL|^PG(_|HOST|PORT|USER|PASS|DATABASE)", "postgres"), (r"MYSQL", "mysql"), (r"MARIADB", "mariadb"),
    (r"MONGO", "mongo"), (r"REDIS", "redis"),
    (r"RABBIT|AMQP", "rabbitmq"), (r"KAFKA|BOOTSTRAP_SERVERS", "kafka"), (r"ELASTIC|(^|_)ES_", "elasticsearch"),
    (r"OPENSEARCH", "opensearch"),
    (r"MEMCACHE", "memcached"), (r"CASSANDRA", "cassandra"), (r"NEO4J", "neo4j"), (r"MSSQL|SQLSERVER", "mssql"),
    (r"(^|_)ORACLE_?(DB|DATABASE|DSN|CONN|JDBC|TNS|SID|PDB|SERVICE_NAME|USER|PASS)", "oracle-free"),
    (r"MINIO", "minio"), (r"(^|_)S3_", "localstack"), (r"(^|_)SQS_", "elasticmq"), (r"DYNAMO", "dynamodb-local"),
    (r"NACOS", "nacos"), (r"EUREKA", "eureka"), (r"(^|_)CONSUL_", "consul"), (r"KEYCLOAK", "keycloak"), (r"^VAULT_", "vault"),
    (r"(^|_)ETCD_", "etcd"), (r"(^|_)(DB|DATABASE|DATASOURCE)_", ""),
))  # fmt: skip
_NAMESPACE = re.compile(
    r"(?!(info|local|localdomain|internal|intranet|private|home|docker|cloud|tech|host|site|store|shop|online|space|systems|network|live)$)"
    r"[a-z][a-z0-9-]{3,62}"
)
"""A word behind the name of a service that is its namespace, and not the end of a public name."""

_OF_PROVIDERS = tuple((re.compile(pattern), product) for pattern, product in (
    (r"(^|_)SQS_(\w+_)?(URL|NAME|ARN|QUEUE)$|(^|_)SQS_?QUEUE", "sqs"), (r"(^|_)SNS_(\w+_)?(ARN|TOPIC|NAME)$", "sns"),
    (r"(^|_)DYNAMO(DB)?_(\w+_)?TABLES?(_|$)", "dynamodb"), (r"(^|_)KINESIS_(\w+_)?STREAM", "kinesis"),
    (r"(^|_)(S3|AWS|R2)_(\w+_)?BUCKET", "s3"), (r"(^|_)(GCS|GS)_(\w+_)?BUCKET", "google-cloud-storage"),
    (r"^SUPABASE_URL$", "supabase"),
    (r"(^|_)AZURE_(STORAGE|BLOB)_(\w+_)?(ACCOUNT|CONTAINER|CONNECTION_?STRING)", "azure-blob-storage"),
))  # fmt: skip
"""Names by which the guides of Amazon, Google and Azure have programs set what they use there."""

_OF_DOTNET = re.compile(r"([A-Z0-9]{1,30}_)?CONNECTIONSTRINGS(__|:)")
"""A connection string of .NET, behind the prefix that a program may have for its variables."""

_OF_NO_DATABASE = re.compile(
    r"BUS|BLOB|STORAGE|MESSAG|EVENT|QUEUE|SIGNAL|INSIGHT|CACHE|SEARCH|HUB|MAIL|METRIC|OAUTH|LDAP"
)
"""Words of the names of such strings that are for something else; any other is for a database."""

_RUN_TOGETHER = re.compile(r"^(DB)(PASS|PWD|USER|LOGIN)", re.IGNORECASE)
_ASKS = re.compile(
    r"((?<!V)(?<!VIRTUAL_)HOSTS?|HOSTNAME|SERVERS?|ADDR(ESS)?|ENDPOINTS?|BROKERS?|URLS?|URI|DSN|NODES?|CONTACT_?POINTS|DEFAULT_?ZONE|"
    r"CONN(ECT(ION)?)?_?STR(ING)?)$",
    re.IGNORECASE,
)
_OF_FIRST = re.compile(
    r"MASTER|PRIMARY|LEADER|SOURCE|REPLICA|SLAVE|PEER|REMOTE|UPSTREAM|SEED|CLUSTER|JOIN", re.IGNORECASE
)
"""Words of variables of a store for others of its kind, which it follows or forms a cluster with."""

_NAMES_HOST = re.compile(r"((?<!V)(?<!VIRTUAL_)HOST(NAME)?|SERVER|ADDR(ESS)?)$", re.IGNORECASE)
"""Names of variables whose values are hosts and nothing else."""


@lru_cache(maxsize=4096)
def names_host_alone(name: str) -> bool:
    """Return True for a variable whose values are hosts and nothing else."""
    return _NAMES_HOST.search(name) is not None


@lru_cache(maxsize=4096)
def names_address(name: str) -> bool:
    """Return True for a name that asks for the address of something: `host`, `dbUrl`, `connectionString`."""
    return _ASKS.search(name) is not None


@lru_cache(maxsize=4096)
def store_by_name(name: str) -> Known | None:
    """Return the store that a variable's name tells, of no product where it only tells a database: `DB_USER`, `DBPASS`."""
    return read_store_name(_RUN_TOGETHER.sub(r"\1_\2", name))[0]


def store_asked_for(name: str) -> Known | None:
    """Return the store whose address a variable asks for by its name."""
    known, asked = read_store_name(name)
    return known if asked else None


def registry_named(name: str) -> str | None:
    """Return the registry of services whose address a variable asks for by its name."""
    known, asked = read_store_name(name)
    return known.product if known is not None and asked and known.product in REGISTRIES else None


def protocol_named(name: str, kind: str) -> str | None:
    """Return the protocol of the store of a kind that a variable's name tells: `POSTGRES_SERVER` names one of PostgreSQL."""
    known = read_store_name(name)[0]
    return known.protocol if known is not None and known.kind == kind and known.product is not None else None


_ISSUES = re.compile(r"(AUTHORITY|ISSUER(_?UR[IL])?|JWKS?(_?SET)?_?UR[IL]|(OIDC|OPENID)_(\w+_)?UR[IL])$")


@lru_cache(maxsize=4096)
def read_name_of_address(name: str) -> tuple[Known | None, bool]:
    """Return the store that a variable's name tells, or who issues the tokens of visitors, and whether it asks for a host."""
    known, asked = read_store_name(name)
    issues = _ISSUES.search(name.upper()) is not None
    return (known or Known("identity-provider"), True) if issues else (known, asked)


@lru_cache(maxsize=4096)
def read_store_name(name: str) -> tuple[Known | None, bool]:
    """Return the store that a variable's name tells, and whether it asks for a host."""
    # a search that has to match both letters takes several times as long
    upper = name.upper()
    product = next((product for pattern, product in _BY_WORD if pattern.search(upper)), None)
    known = PRODUCTS[product] if product else Known("database", None, "tcp") if product is not None else None
    is_of_dotnet = _OF_DOTNET.match(upper) is not None
    if known is None and is_of_dotnet and _OF_NO_DATABASE.search(upper) is None:
        return Known("database", None, "tcp"), True
    return known, _ASKS.search(name) is not None or (known is not None and is_of_dotnet)


@lru_cache(maxsize=4096)
def sets_store_itself(name: str, store: Known) -> bool:
    """Return True for a variable of a store's own product, in which its image may have its own host: `MYSQL_HOST` of MySQL."""
    known = read_store_name(name)[0]
    if known is None or known.product is None or not store.keeps_data or _OF_FIRST.search(name):
        return False
    return (known.kind, known.protocol) == (store.kind, store.protocol)


MANAGED = re.compile(
    r"(^|\.)(amazonaws\.com(\.cn)?|azure\.com|windows\.net|azure\.net|mongodb\.net|googleapis\.com|gcp\.cloud|cloud\.google\.com|"
    r"supabase\.(co|com)|neon\.tech|upstash\.io|aivencloud\.com|ondigitalocean\.com|redislabs\.com|redis-cloud\.com|elastic-cloud\.com|"
    r"elastic\.cloud|confluent\.cloud|cloudamqp\.com|psdb\.cloud|scalegrid\.io|planetscale\.com|render\.com|rlwy\.net|aliyuncs\.com|"
    r"oraclecloud\.com|digitaloceanspaces\.com|cloudflarestorage\.com|wasabisys\.com|backblazeb2\.com|linodeobjects\.com|scw\.cloud)$",
    re.IGNORECASE,
)
"""Domains of providers, by names below which they run stores for others."""


def as_provided(known: Known, host: str) -> Known:
    """Return a store as it is where a provider's domain tells that this runs it: what answers over HTTP does so inside TLS."""
    if known.protocol != "http" or MANAGED.search(host) is None:
        return known
    return PROVIDED["s3"] if known.kind == "object-storage" else replace(known, protocol="https", port=None)


OF_PROVIDER = "provider"
"""The reference to a service that a provider runs: it is one for all who use it, whatever names they have for what is theirs."""


@lru_cache(maxsize=4096)
def provided_service(name: str) -> str | None:
    """Return the service of a provider of which a variable names something by no address: a queue, a table, a bucket."""
    upper = name.upper()
    return next((product for pattern, product in _OF_PROVIDERS if pattern.search(upper)), None)


@lru_cache(maxsize=4096)
def tells_store_host(name: str) -> bool:
    """Return True for a variable that holds the host of a store, whatever its value looks like."""
    return names_host_alone(name) and read_store_name(name)[0] is not None


def title_of_store(variable: str) -> str:
    """Return what a variable calls a store, the same for `DB_HOST` and `DATABASE_URL`."""
    title = variable.upper().partition("_")[0]
    return "DB" if title == "DATABASE" else title


def product_of_chart(chart: str, title: str) -> Known | None:
    """Return what a chart runs that is called after a product; none for what routes requests, which is found by its routes."""
    kind = guess(title, chart.rpartition("/")[2], "", frozenset())
    is_routing = KINDS[kind.known.kind].balances or kind.known.kind == "web-server"
    return kind.known if kind.sure and kind.known.product is not None and not is_routing else None


def store_in_namespace(host: str) -> Known | None:
    """Return the store of which a service in another namespace has the name: `elasticsearch-es-http.search`."""
    name, _, space = host.partition(".")
    known = known_by_name(name) if _NAMESPACE.fullmatch(space) is not None else None
    return known if known is not None and known.keeps_data and known.product is not None else None


_OF_COPY = frozenset(("replica", "replicas", "reader", "readonly", "follower", "slave", "standby"))
COPY = "-replica"
"""The end of what a program seeks that reads from a copy of a database."""


def names_copy(variable: str, reference: str) -> bool:
    """Return True for a variable, or what holds its value, that is called after a copy of a database."""
    words = {*words_of(variable), *words_of(reference)}
    return not words.isdisjoint(_OF_COPY) or ("read" in words and not words.isdisjoint(("only", "db", "database")))
