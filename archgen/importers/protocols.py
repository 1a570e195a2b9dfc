"""The protocol of a call by what its address, its port, its target and its variable tell, and if it is spoken inside TLS."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archgen.importers.catalogue import STORE_PROTOCOLS, Known
from archgen.importers.products import Guess
from archgen.importers.schemes import secured
from archgen.importers.store_names import protocol_named
from archgen.importers.variable_names import names_grpc
from archgen.model.finding import Confidence
from archgen.model.kinds import KINDS
from archgen.model.protocols import PROTOCOLS

_OF_PORTS = {
    **STORE_PROTOCOLS, 20: "ftp", 21: "ftp", 22: "ssh", 25: "smtp", 53: "dns", 110: "pop3", 143: "imap", 389: "ldap", 465: "smtps",
    514: "syslog", 587: "smtp", 636: "ldaps", 993: "imaps", 995: "pop3s", 1025: "smtp", 2181: "tcp", 3031: "uwsgi", 3310: "tcp",
    4222: "nats", 4317: "grpc", 5044: "tcp", 7233: "grpc", 14250: "grpc", 24224: "tcp", 50051: "grpc",
}  # fmt: skip
"""What answers on ports where nothing speaks HTTP."""

_TLS_ALONE = {
    "redis": (r"""(?:^|[\s"'])(?:--)?port[\s=:"',]+0(?![\w.])""", r"tls-port[\s=:\"',]+[1-9]"),
    "mysql": (r"require[_-]secure[_-]transport[\s=:\"']+(?:on|1|true)\b",),
    "mongodb": (r"(?:tls|ssl)mode[\s=:\"']+require(?:tls|ssl)|\b(?:tls|ssl):\s{1,20}mode:\s*require(?:tls|ssl)",),
    "amqp": (r"listeners\.tcp\s*=\s*none",),
    "nats": (r"(?:^|\s)--tls(?:verify)?(?![\w-])",),
}
"""What servers of a protocol are told that take nothing outside TLS: all of it."""

_LONGEST = 100_000
_COMMENT = re.compile(r"(?:^|(?<=\s))(?:#|;|//)[^\n]*", re.MULTILINE)
_BLOCK_OF_NATS = re.compile(r"(\w+)?[ \t]*[:=]?[ \t]*\{|\}")
_OF_NATS = re.compile(r"\ballow_non_tls\b[\s:=]+(?:true|on|yes)", re.IGNORECASE)

PAGES_OF_QUEUES = (15672, 8161, 18083)
"""Ports on which brokers have pages for administrators."""


_OF_PRODUCTS = {
    "rabbitmq": {1883: "mqtt", 5671: "amqps", 8883: "mqtts", 15675: "ws", 15692: "http", 61613: "stomp"},
    "clickhouse": {9000: "tcp", 9440: "tls"},
}
"""What products speak on ports beside their own: plugins of brokers, and the native protocol of ClickHouse."""


def protocol_beside(known: Known, port: int | None) -> str | None:
    """Return the protocol that a product speaks on a port beside its own, if it is known to."""
    return _OF_PRODUCTS.get(known.product or "", {}).get(port or 0)


def protocol_of_port(port: int | None, known: Known | None = None) -> str | None:
    """Return the protocol of a port on which nothing speaks HTTP; None where the product that is called tells it.

    Products that take traces speak gRPC on a port beside their own, and proxies what answers behind them.
    """
    protocol = _OF_PORTS.get(port or 0)
    is_told = known is not None and known.product is not None and not KINDS[known.kind].balances
    return None if is_told and protocol != "grpc" else protocol


def takes_tls_alone(protocol: str, settings: str) -> bool:
    """Return True if a command or a configuration tells the server of a protocol to take nothing outside TLS."""
    patterns, text = _TLS_ALONE.get(protocol, ()), _COMMENT.sub("", settings[:_LONGEST])
    if patterns and all(re.search(each, text, re.IGNORECASE | re.MULTILINE) for each in patterns):
        return True
    return protocol == "nats" and _has_block(text, "tls") and _OF_NATS.search(text) is None


def _has_block(text: str, name: str) -> bool:
    """Return True if a configuration has a block of a name that stands in no other one."""
    depth = 0
    for match in _BLOCK_OF_NATS.finditer(text):
        if match[0].endswith("{"):
            if depth == 0 and match[1] == name:
                return True
            depth += 1
        elif match[0] == "}":
            depth -= 1
    return False


def protocol_of_call(of_address: str | None, of_port: str | None, target: Guess, variable: str) -> str:
    """Return the protocol of a call: what its address says, else what its port, its target or its variable's name tells."""
    known = target.known
    protocol = of_address or of_port or (known.protocol if target.sure or known.product else "http")
    if protocol == "http" and of_address is None and (known.product is None or KINDS[known.kind].balances):
        # a proxy passes on what the variable is for
        kind = "database" if KINDS[known.kind].balances else known.kind
        protocol = protocol_named(variable, kind) or protocol
    return "grpc" if protocol == "http" and names_grpc(variable) else protocol


def statements_of_call(
    of_address: str | None, port: int | None, is_secured: bool, of_port: str | None, target: Guess, variable: str
) -> Iterator[tuple[str, object, Confidence]]:
    """Yield what an address tells of a call: its protocol, where it is served, and if that is inside TLS."""
    protocol = protocol_of_call(of_address, protocol_beside(target.known, port) or of_port, target, variable)
    number = port or (target.known.port if protocol == target.known.protocol else None)
    if is_secured and of_address is None:
        is_known = target.known.product is not None or protocol != "http"
        protocol = secured(protocol) if is_known else "tls"
    sure: Confidence = "high" if port else "medium"
    yield "protocol", protocol, "high"
    yield "served", [number or 0, protocol], sure
    if is_secured and not PROTOCOLS[protocol].encrypted:
        yield "secured", number or 0, sure
