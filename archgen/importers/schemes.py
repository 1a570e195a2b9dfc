"""The protocols that addresses state: those of the schemes of URLs, and if they are spoken inside TLS, as variables beside them may say."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from msgspec import Struct

from archgen.model.protocols import PROTOCOLS

_SCHEMES = {
    "postgres": "postgresql", "psql": "postgresql", "pgsql": "postgresql", "postgis": "postgresql", "cockroachdb": "postgresql",
    "mysql2": "mysql", "mariadb": "mysql", "pyamqp": "amqp", "rabbitmq": "amqp", "amqp091": "amqp", "h2c": "http",
    "sqlserver": "mssql", "otlp": "grpc", "neo4j": "bolt", "pulsar": "tcp", "thin": "oracle", "clickhouse": "tcp",
    "valkey": "redis", "redpanda": "kafka", "submission": "smtp",
}  # fmt: skip
"""The protocols of schemes that aren't called like them."""

_BARE = ("file", "unix", "tcp", "udp", "tls", "s3")
"""Protocols whose names as schemes don't tell what is spoken to a host."""

_OF_TLS = ("tls", "ssl", "mtls", "tcps", "s", "ssc", "https", "wss")
"""What a scheme is, or has behind a sign, if its protocol is spoken inside TLS: `tls://`, `redis+tls://`, `bolt+ssc://`."""

_STATES_TLS = re.compile(
    r"(?:^|[?&;,\s])\s*(?:ssl[-_ ]?mode|ssl|tls|encrypt|requiressl)\s*=\s*[\"']?"
    r"(?:true|1|yes|on|required?|verify[-_]?\w+|skip-verify|strict|mandatory)\b",
    re.IGNORECASE,
)
"""Words of connection strings that ask for TLS, and don't only prefer it."""

_STATES_NONE = re.compile(
    r"[?&;](?:ssl[-_]?mode|use_?ssl|ssl|tls|encrypt)=(?:false|0|no|off|none|disabled?)\b", re.IGNORECASE
)
_SECURE = re.compile(r"[?&]secure=(?:true|1|yes|on)\b", re.IGNORECASE)


@lru_cache(maxsize=1024)
def protocol_of_scheme(scheme: str) -> tuple[str | None, bool]:
    """Return the protocol that the scheme of a URL stands for, whatever driver stands behind it, and True if it is in TLS."""
    words = scheme.split("+")
    named = next((word for word in words if word not in _OF_TLS), "")
    is_secured = any(word in _OF_TLS for word in words)
    protocol = _plain(named)
    if protocol is None and named.endswith("s") and (plain := _plain(named[:-1])) is not None:
        protocol, is_secured = plain, True
    if protocol is None:
        protocol = {"https": "http", "wss": "ws"}.get(words[0])
    return (secured(protocol) if is_secured and protocol is not None else protocol), is_secured


_OPTION_OF_REDIS = re.compile(
    r",\s*(?:abortConnect|allowAdmin|connectRetry|connectTimeout|defaultDatabase|password|resolveDns|serviceName|ssl|syncTimeout)\s*=",
    re.IGNORECASE,
)
"""An option behind the hosts in the connection string of StackExchange.Redis: `cache,abortConnect=false`."""


def _plain(scheme: str) -> str | None:
    protocol = _SCHEMES.get(scheme, scheme)
    return protocol if (protocol in PROTOCOLS and protocol not in _BARE) or scheme in _SCHEMES else None


def secured(protocol: str) -> str:
    """Return the name that a protocol has inside TLS; its own where it has no other."""
    name = f"{protocol}s"
    return name if name in PROTOCOLS and PROTOCOLS[name].encrypted else protocol


def unsecured(protocol: str) -> str:
    """Return the name of a protocol outside TLS."""
    name = protocol.removesuffix("s")
    return name if name in PROTOCOLS and secured(name) == protocol else protocol


def states_tls(scheme: str, rest: str) -> bool:
    """Return True for a URL that asks for TLS by its scheme, or by what stands behind its authority.

    What stands behind a page is for its program, and not for who calls it. The drivers of MongoDB take TLS for an address in the DNS
    unless it says otherwise.
    """
    protocol, is_secured = protocol_of_scheme(scheme)
    if is_secured or protocol in ("http", "ws"):
        return is_secured
    if pairs_state_tls(rest):
        return True
    if scheme == "mongodb+srv":
        return _STATES_NONE.search(rest) is None
    return scheme.startswith("clickhouse") and _SECURE.search(rest) is not None


def states_none(scheme: str, rest: str) -> bool:
    """Return True for a URL that says by its scheme, which has another inside TLS, or by a word behind it that it is outside TLS."""
    protocol, _ = protocol_of_scheme(scheme)
    has_other = protocol is not None and secured(protocol) != protocol
    return _STATES_NONE.search(rest) is not None or (has_other and not states_tls(scheme, rest))


def pairs_state_tls(text: str) -> bool:
    """Return True for a connection string, or the end of one, with a word that asks for TLS."""
    return "=" in text and _STATES_TLS.search(text) is not None


_HOSTS_OF_PAIRS = ("_HOST", "_HOSTNAME", "_ADDR", "_ADDRESS", "_SERVER", "_ENDPOINT")
"""Ends of variables beside which the port stands in another one."""

_OF_HOSTS = ("HOST", "ADDR", "SERVER", "ENDPOINT", "BROKER", "URL", "URI", "NODES", "BOOTSTRAP")
_OF_LIBRARIES = {"PGHOST": "PG", "PGHOSTADDR": "PG"}
"""Variables of libraries, with the beginning that those beside them have."""

_SIGNS_OF_TLS = (
    "_SSL", "_TLS", "_USE_SSL", "_USE_TLS", "_ENABLE_SSL", "_ENABLE_TLS", "_SSL_ENABLED", "_TLS_ENABLED", "_SSLMODE", "_SSL_MODE",
    "SSLMODE", "_SECURITY_PROTOCOL",
)  # fmt: skip
_ASKS_FOR_TLS = re.compile(
    r"\s*(true|1|yes|on|enabled?|required?|verify[-_]?\w+|strict|mandatory|(SASL_)?SSL)\s*", re.IGNORECASE
)
"""Ends of variables that say if a call is inside TLS, and their values where it is, and not only preferred."""


class Beside(Struct, frozen=True):
    """What variables beside that of a host tell of it: its port, and if it is called inside TLS."""

    port: int | None = None
    secured: bool = False


ALONE = Beside()
"""What nothing stands beside."""


def told_beside(name: str, value_of: Callable[[str], str]) -> Beside:
    """Return what stands in variables beside that of a host: `DB_PORT` and `DB_SSLMODE` beside `DB_HOST`."""
    stem, _, end = name.rpartition("_")
    if name.endswith(_HOSTS_OF_PAIRS):
        text = value_of(f"{stem}_PORT")
        port = int(text) if text.isascii() and text.isdecimal() and 0 < int(text[:6]) < 65536 else None
    else:
        port = None
    is_host = end.startswith(_OF_HOSTS) or name in _OF_LIBRARIES
    stems = (_OF_LIBRARIES.get(name, stem), stem.removesuffix("_BOOTSTRAP")) if is_host else ()
    stated = (value_of(f"{each}{sign}") for each in stems if each for sign in _SIGNS_OF_TLS)
    return Beside(port, any(_ASKS_FOR_TLS.fullmatch(text) is not None for text in stated))


def has_options_of_redis(text: str) -> bool:
    """Return True for hosts with options behind them, as StackExchange.Redis has them: all that stands before is a host."""
    return "=" in text and _OPTION_OF_REDIS.search(text[:2000]) is not None
