"""Stores that variables name and no file describes: a database of a provider, or one on a machine of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from archgen.importers.addresses import (
    IN_CLUSTER,
    LIST_SIGNS,
    ON_MACHINE,
    Mention,
    is_loopback,
    resolve_host,
    resolve_port,
    urls_in,
    with_told,
)
from archgen.importers.catalogue import PRODUCTS, REGISTRIES, STORES, Known
from archgen.importers.facts import Fact, FactSheet, Origin
from archgen.importers.names import free_id, make_id
from archgen.importers.products import Guess, known_by_name
from archgen.importers.schemes import ALONE, Beside, has_options_of_redis, pairs_state_tls, protocol_of_scheme
from archgen.importers.secrets import is_secret_name
from archgen.importers.store_names import (
    MANAGED,
    as_provided,
    names_host_alone,
    read_name_of_address,
    store_in_namespace,
    tells_store_host,
)

_BY_PROTOCOL = {
    "postgresql": "postgres", "mysql": "mysql", "mongodb": "mongo", "redis": "redis", "rediss": "redis", "amqp": "rabbitmq",
    "amqps": "rabbitmq", "kafka": "kafka", "memcached": "memcached", "mssql": "mssql", "nats": "nats", "cassandra": "cassandra",
    "bolt": "neo4j", "bolts": "neo4j", "oracle": "oracle-free",
}  # fmt: skip
_TO_COME = re.compile(r"(?:jdbc:)?([a-z][a-z0-9+]*)://(?:[^@\s]*@)?(?:\$[({]?[A-Za-z_]|/?$)")
"""The beginning of an address whose host a variable holds, or that has none yet."""

_WITH_AUTHORITY = re.compile(r"""([A-Za-z][A-Za-z0-9+]{1,40})://([^\s/?#"']{1,500})""")

_OF_BROWSERS = re.compile(
    r"(^|_)S3_(\w+_)?(PUBLIC|EXTERNAL|ALIAS|CDN)_|PUBLIC_(URL|ENDPOINT|HOST)|REDIRECT_URL", re.IGNORECASE
)
"""Names of variables that hold how browsers come to files, whatever else programs do."""

_REDIRECTS = re.compile(r"REDIRECT|CALLBACK|LOGOUT|BROWSER", re.IGNORECASE)

_BARE = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)(?::([0-9]{1,5}))?")
PLACEHOLDER = re.compile(
    r"(?<![a-z0-9-])example\.|(?<![a-z])your([-_ .]|(company|domain|host|server|name|site|app|org|db|database|account|cluster))|"
    r"^(https?://)?(my[a-z0-9-]*|foo|bar)\.(com|org|net)(?![.a-z])|"
    r"(?<![a-z])(change|replace)[-_ ]?(me|this|it|with|by)(?![a-z])|(?<![a-z])(delete|remove)[-_ ]?(me|this)(?![a-z])|"
    r"//user(name)?:pass(word)?@host(name)?(?![\w.])|(?<![a-z])placeholder|xxx|^<|\$[({]|^_+[A-Z_]*$",
    re.IGNORECASE,
)
"""Values that stand for others, which somebody puts in before anything runs."""

_NO_HOST = re.compile(
    r"(?i)((^|docker\.)internal|(^|cluster\.)local|(^|\.)(local(host|domain)|invalid|test)|"
    r"^((db|database|server|my|some)?[-_]?host([-_]?name)?|server[-_]?name|somewhere))$"
)
"""Names of the machine itself, of tests, of what a desktop or a cluster names, and of none; others of a network are those of machines."""

_OWN_CLUSTER = re.compile(r"\.svc(\.cluster\.local)?\.?$")
_OF_CLUSTER = re.compile(r"([a-z0-9-]+\.[a-z0-9-]+)\.svc\..+")
_PAIR = re.compile(r"(?:^|[;\s])\s*([A-Za-z][A-Za-z ]{1,30}?)\s*=\s*([^;\s]*)")
_HOST_OF_PAIRS = re.compile(r"(?:tcp:)?([A-Za-z0-9][A-Za-z0-9_.-]*)(?:[,:]([0-9]{1,5}))?(?:[\\/].*)?", re.IGNORECASE)
_HOST_WORDS = ("server", "host", "datasource", "address", "addr", "networkaddress")
_DATABASE_WORDS = {"database", "initialcatalog", "dbname"}
_LOGIN_WORDS = {"userid", "uid", "user", "username", "trustedconnection", "integratedsecurity", "authentication"}
_LOGIN_WORDS |= {"password", "pwd"}
_OF_SQL_SERVER = {
    "initialcatalog", "trustservercertificate", "multipleactiveresultsets", "integratedsecurity", "datasource",
}  # fmt: skip
_OF_POSTGRES = {"username", "dbname", "host", "sslmode", "searchpath"}
"""Words of connection strings that only the drivers of PostgreSQL have, as those above are of SQL Server alone."""

ASKED = (*REGISTRIES, "keycloak", "vault")
"""Products that tell where services are, who somebody is, or a password."""

_OF_ANY = ("db", "database", "sql", "data", "store")
"""Hosts that tell a store, and not which."""

_NO_NAMES = ("true", "false", "none", "null", "yes", "no", "on", "off", "default", "auto", "host", "value", "string")

_NAMESPACE = re.compile(r"(?<=[A-Za-z0-9])\.\$(?:\w+|\{\w+\}|\(\w+\))")
"""The namespace of a service that is put in when the manifests are applied."""

_MEMBER = re.compile(r"-?\d+$")
"""The number of a member of a set at the end of its name."""

_NUMBERS = re.compile(r"[0-9.]+")


class OutsideStore(Struct, frozen=True):
    """A store that no file describes, with its id and the host by which it is called."""

    id: str
    guess: Guess
    host: str

    @property
    def kind(self) -> str:
        """Return the kind of the component."""
        return self.guess.known.kind


class Outside:
    """The stores outside the files of a run, each once."""

    def __init__(self, taken: dict[str, str], sheet: FactSheet) -> None:
        self.taken = taken
        self.sheet = sheet
        self.stores: dict[tuple[str, str], OutsideStore] = {}
        self._places = _Places()

    def mentions(
        self, name: str, value: str, hosts: Mapping[str, str], source: Origin, beside: Beside = ALONE
    ) -> Iterator[tuple[Mention, OutsideStore]]:
        """Yield the stores outside that a variable names, each with how it is called by what stands `beside` the host."""
        port = beside.port
        has_sign = ":" in value or "." in value or "=" in value
        if port is None and not has_sign and not tells_store_host(name):
            return
        named = stores_named(name, _NAMESPACE.sub(".svc", value) if "$" in value else value, port)
        by_host = {
            mention.host: (mention, known)
            for mention, known in named
            if resolve_host(mention.host, hosts) is None
            and resolve_port(mention.host, mention.port or port, hosts) is None
        }
        members: dict[str, list[str]] = {}
        for host in by_host:
            members.setdefault(_without_number(host), []).append(host)
        for alike in members.values():
            mention, known = by_host[alike[0]]
            store = self.add(alike[0], known, source, name, _set_of(alike))
            if len(alike) > 1:
                self.sheet.add(Fact(f"component:{store.id}", "replicas", len(alike), source, name, "medium"))
            yield with_told(replace(mention, host=store.id), beside), store

    def add(self, host: str, known: Known, source: Origin, evidence: str, name: str = "") -> OutsideStore:
        """Return the store at a host, with its facts added where it is new."""
        # one machine may run several
        place = self._places.of(host)
        key = place, known.kind
        if key not in self.stores:
            title = name or _title(host, known)
            # a product tells more than the number behind a word that another component has
            title = known.product or title if title in self.taken and title in _OF_ANY else title
            identity = free_id(title, self.taken)
            self.taken[identity] = host
            self.stores[key] = OutsideStore(identity, Guess(known, evidence, False), host)
            for each in (place, *names_of_place(host)):
                self.sheet.places.setdefault(each, identity)
            self._describe(self.stores[key], source, evidence)
        return self.stores[key]

    def _describe(self, store: OutsideStore, source: Origin, evidence: str) -> None:
        known = store.guess.known
        values: dict[str, object] = {"kind": known.kind, "is_outside": True}
        if known.product is not None:
            values["product"] = known.product
        if MANAGED.search(store.host) is not None:
            values["managed"] = True
        if "." not in store.host or IN_CLUSTER.search(store.host) is not None:
            values["is_near"] = True
        if store.host.partition(":")[0].lower() in ON_MACHINE:
            values["is_on_machine"] = True
        values["member"] = f"answers:{store.host.lower()}"
        for key, value in values.items():
            self.sheet.add(Fact(f"component:{store.id}", key, value, source, f"{evidence}, in no file", "medium"))


def outside_address(host: str, port: int | None) -> str:
    """Return a host; on the machine itself with the port, since each is another program there."""
    return f"{host}:{port}" if host in ON_MACHINE else host


def outside_place(host: str) -> str:
    """Return a host as it is the same under each of its names: that of a service of the own cluster ends after its namespace."""
    return _OWN_CLUSTER.sub("", host.lower())


def names_of_place(host: str) -> tuple[str, ...]:
    """Return the names by which others may call a host: of a service in a cluster the short one too."""
    place = outside_place(host)
    return (place, place.partition(".")[0]) if IN_CLUSTER.search(host) is not None else (place,)


class _Places:
    """The places of hosts: of a service the short name, the one with its namespace and the full one are the same."""

    def __init__(self) -> None:
        self._joined: dict[str, str] = {}
        self._spaces: dict[str, str] = {}
        self._domains: dict[str, str] = {}

    def of(self, host: str) -> str:
        """Return the place of a host: of services in two namespaces, or in two other clusters, each has its own."""
        place = outside_place(host)
        if place not in self._joined:
            self._joined[place] = self._place(place, place != host.lower())
        return self._joined[place]

    def _place(self, place: str, is_of_own: bool) -> str:
        if (match := _OF_CLUSTER.fullmatch(place)) is not None:
            known = self._domains.setdefault(match[1], place) == place
            return self._joined.get(match[1], place) if known else place
        name, dot, _ = place.partition(".")
        if not dot:
            return self._joined.get(self._spaces.get(name, ""), place)
        if not is_of_own:
            return place
        if self._spaces.setdefault(name, place) == place and name in self._joined:
            return self._joined[name]
        return self._joined.get(self._domains.get(place, ""), place)


def _without_number(host: str) -> str:
    """Return a host without the number of its first label, by which the members of a set differ."""
    first, dot, rest = host.lower().partition(".")
    return f"{_MEMBER.sub('', first)}{dot}{rest}" if not _NUMBERS.fullmatch(host) else host


def _set_of(hosts: list[str]) -> str:
    """Return the name of a set of several members, the empty text for a single host."""
    return _MEMBER.sub("", hosts[0].partition(".")[0]) if len(hosts) > 1 else ""


def _title(host: str, known: Known) -> str:
    """Return a name for a host: its first label, or its product and its address."""
    what = known.product or known.kind
    if host.lower() in ON_MACHINE:
        return what
    return f"{what}-{make_id(host)}" if _NUMBERS.fullmatch(host) else host.split(".")[0]


def stores_named(name: str, value: str, port: int | None = None) -> Iterator[tuple[Mention, Known]]:
    """Yield the stores that a variable's value names by a URL of their protocol, or by a host under a name that tells them.

    The usual port of a store tells it too, behind the host or in a variable beside it.
    """
    by_word, asked = read_name_of_address(name)
    if not asked and (("=" not in value and ":" not in value) or is_secret_name(name)):
        return
    if _is_of_browsers(name):
        return
    if "=" in value and "://" not in value:
        yield from _in_pairs(by_word, value[:2000])
    for mention, rest in urls_in(value[:2000]):
        known = PRODUCTS.get(_BY_PROTOCOL.get(mention.protocol or "", ""))
        if known is None and asked:
            answering = by_word if by_word is not None and _answers_http(by_word, mention) else None
            known = _with_product(answering, mention.host, None) or _at_own_port(name, mention.host, mention.port)
        # an `@` behind the host is a part of a password that nobody quoted
        if known is not None and "@" not in rest and is_real(mention.host) and _may_be_outside(known, mention.host):
            yield mention, known
    if not asked:
        return
    names_host = names_host_alone(name) or has_options_of_redis(value)
    may_be_any = by_word is not None or (port is not None and names_host)
    for part in value[:2000].split(","):
        match = _BARE.fullmatch(part.strip(LIST_SIGNS))
        if match is None or not is_real(match[1]):
            continue
        number = int(match[2]) if match[2] else port
        known = _with_product(by_word, match[1], number) if may_be_any else _at_own_port(name, match[1], number)
        known = store_in_namespace(match[1]) if known is None and names_host else known
        # a word is a host for certain where the product's own port stands behind it, or where the variable can hold nothing else
        if known is None or not _may_be_outside(known, match[1]):
            continue
        if "." in match[1] or number == known.port or (names_host and _is_name(match[1], known)):
            known = as_provided(known, match[1])
            yield Mention(match[1], known.protocol, number), known


def _answers_http(known: Known, mention: Mention) -> bool:
    """Return True for an address over HTTP, and a product that answers there; a host without a domain has a port."""
    is_address = "." in mention.host or mention.port is not None
    return known.protocol == "http" and mention.protocol in ("http", "https") and is_address


def _may_be_outside(known: Known, host: str) -> bool:
    """Return True for a store, and for what others ask where services are or who somebody is, by a name of their own network.

    A public name is often that by which browsers come to what the files declare.
    """
    if known.product in ASKED or known.kind == "identity-provider":
        return "." not in host or IN_CLUSTER.search(host) is not None
    return known.keeps_data


def is_asked_by_public_name(name: str, known: Known) -> bool:
    """Return True for what programs ask by the name that visitors know: a store, or who somebody is; not where browsers are sent."""
    return (known.keeps_data or known.product in ASKED) and not is_for_pages(name)


@lru_cache(maxsize=4096)
def is_for_pages(name: str) -> bool:
    """Return True for a variable that holds how browsers come to something."""
    return _is_of_browsers(name) or _REDIRECTS.search(name) is not None


@lru_cache(maxsize=4096)
def _is_of_browsers(name: str) -> bool:
    return _OF_BROWSERS.search(name) is not None


def _in_pairs(by_word: Known | None, value: str) -> Iterator[tuple[Mention, Known]]:
    """Yield the store of a connection string of pairs, such as `Server=tcp:sql.acme.com,1433;Initial Catalog=shop;User ID=app`.

    A string that names no database, or nobody who logs in, is that of a file, or no connection string.
    """
    pairs = {match[1].lower().replace(" ", ""): match[2].strip(LIST_SIGNS) for match in _PAIR.finditer(value)}
    host = _HOST_OF_PAIRS.fullmatch(next((pairs[word] for word in _HOST_WORDS if word in pairs), ""))
    if host is None or not is_real(host[1]) or not pairs.keys() & _DATABASE_WORDS or not pairs.keys() & _LOGIN_WORDS:
        return
    text = host[2] or pairs.get("port", "")
    port = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None
    known = by_word if by_word is not None and by_word.kind == "database" and by_word.product is not None else None
    if known is None:
        known = STORES.get(port or 0) or _by_words(pairs)
    if known.kind == "database":
        yield Mention(host[1], known.protocol, port, secured=pairs_state_tls(value)), known


def _by_words(pairs: Mapping[str, str]) -> Known:
    """Return the store of which a connection string has words that no other's driver has."""
    if pairs.keys() & _OF_SQL_SERVER:
        return PRODUCTS["mssql"]
    if pairs.keys() & _OF_POSTGRES:
        return PRODUCTS["postgres"]
    if "uid" in pairs:
        return PRODUCTS["mysql"]
    # SQL Server takes its port behind a comma
    return PRODUCTS["mssql"] if "port" not in pairs else Known("database", None, "tcp")


def _with_product(known: Known | None, host: str, port: int | None) -> Known | None:
    """Return the store that a name tells; where it tells no product, the one whose usual port or whose name the host has."""
    if known is not None and known.product is not None:
        return known
    named = known_by_name(host.partition(".")[0]) if known is not None else None
    store = named if known is not None and named is not None and named.kind == known.kind and named.product else known
    return STORES.get(port or 0, store)


def _at_own_port(name: str, host: str, port: int | None) -> Known | None:
    """Return the store of which a host or a variable has the name, and whose own port stands behind the host."""
    if port is None:
        return None
    words = (_MEMBER.sub("", host.partition(".")[0]), *name.split("_"))
    stores = (known for word in words if (known := PRODUCTS.get(word.lower())) is not None)
    return next((known for known in stores if known.keeps_data and known.port == port), None)


def _is_name(word: str, known: Known) -> bool:
    """Return True for a word that may be the name of a machine, under a variable's name that tells the product of a store."""
    return known.product is not None and len(word) > 1 and not word.isdecimal() and word.lower() not in _NO_NAMES


def store_with_placeholder(value: str) -> Known | None:
    """Return the store that the protocol of an address tells, where its host is still to come: `postgresql://${HOST}/shop`."""
    match = _TO_COME.match(value) if "://" in value else None
    if match is None:
        return store_at(value) if "://" in value and PLACEHOLDER.search(value) is not None else None
    return PRODUCTS.get(_BY_PROTOCOL.get(protocol_of_scheme(match[1])[0] or "", ""))


def store_at_provider(value: str) -> Known | None:
    """Return the store of an address with a provider's domain, also where a part of its host is still to be filled in."""
    for scheme, authority in _WITH_AUTHORITY.findall(value[:2000]) if "://" in value else ():
        if MANAGED.search(authority.rpartition("@")[2].partition(":")[0]) is not None:
            return PRODUCTS.get(_BY_PROTOCOL.get(protocol_of_scheme(scheme.lower())[0] or "", ""))
    return None


def store_at(value: str) -> Known | None:
    """Return the store that the protocol of an address tells, whatever its host is."""
    protocols = (mention.protocol or "" for mention, _ in urls_in(value[:2000])) if "://" in value else ()
    return next((PRODUCTS[_BY_PROTOCOL[each]] for each in protocols if each in _BY_PROTOCOL), None)


@lru_cache(maxsize=4096)
def is_real(host: str) -> bool:
    """Return True for a host that stands for a machine, and not for an example or the container itself."""
    if host.lower() in ON_MACHINE:
        return True
    if IN_CLUSTER.search(host) is not None:
        host = host.partition(".")[0]
    return not is_loopback(host) and host != "0.0.0.0" and not (PLACEHOLDER.search(host) or _NO_HOST.search(host))
