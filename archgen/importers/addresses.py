"""Addresses of other components in the values of variables, arguments and configurations."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from archgen.importers.catalogue import PRODUCTS, STORE_PROTOCOLS
from archgen.importers.names import behind_port
from archgen.importers.schemes import (
    ALONE,
    Beside,
    pairs_state_tls,
    protocol_of_scheme,
    secured,
    states_none,
    states_tls,
)
from archgen.importers.secrets import without_user_info
from archgen.importers.variable_names import asks_for_host, is_name_of_driver, names_itself

LONGEST = 20_000
"""Characters of a value that are searched."""

LIST_SIGNS = " \t[](){}\"'"
"""What stands around the words of a list, such as `["a", "b"]`."""

NODE = "node.host.internal"
"""What stands here for the node of a pod, of which Kubernetes puts the address into a variable."""

DESKTOP_HOSTS = (
    "host.docker.internal", "gateway.docker.internal", "host.containers.internal", "docker.for.mac.localhost", "host.minikube.internal",
    "host.k3d.internal", "host.lima.internal", "host.rancher-desktop.internal", "host.orb.internal",
)  # fmt: skip
"""Names by which Docker, Podman and clusters on one machine make that known: no node of a cluster for visitors has them."""

ON_MACHINE = (*DESKTOP_HOSTS, NODE)
"""Names by which containers know the machine that they run on."""

_IN_FLAGS = frozenset("=: ")
"""The signs before what stands in a flag."""

_COMMENTS = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
_MOST_WORDS = 200
"""Words of a command that are searched."""

_ANY = ("0.0.0.0", "::", "[::]")
"""What stands for all addresses of the own machine, on which a program listens."""

_MOST_SOUGHT = 300
"""Hosts that are sought one by one in a text before its addresses are."""

_URL = re.compile(
    r"([a-zA-Z][a-zA-Z0-9+.-]{1,40}):(?://|@(?:tcps?:)?//|@)((?:[^\s\"'<>]|<[\w .-]{1,60}>(?=[^\s\"']{0,80}@))+)"
)
_HOST_PORT = re.compile(
    r"(?<![A-Za-z0-9_.\-/@])([A-Za-z0-9](?:[A-Za-z0-9_.-]{0,200}[A-Za-z0-9])?):([0-9]{1,5})(?![0-9A-Za-z.:])"
)
_IN_BRACKETS = re.compile(r"\(([A-Za-z0-9][A-Za-z0-9_.-]*):([0-9]{1,5})\)")
_BEHIND_USER = re.compile(r"@([A-Za-z0-9][A-Za-z0-9_.-]*):([0-9]{1,5})(?![0-9])")
_BEFORE_QUERY = re.compile(r"(?:^|[|,;])([A-Za-z0-9][A-Za-z0-9_.-]*)(?::([0-9]{1,5}))?\?[A-Za-z_][A-Za-z0-9_.-]*=")
_HOST_WORD = re.compile(
    r"\b(?:host|server|addr|address|data source)\s*=\s*(?:tcp:)?([A-Za-z0-9][A-Za-z0-9_.-]*)", re.IGNORECASE
)
_RANGE = re.compile(r"([^\s,\"'{}]*)\{([0-9]{1,4})\.{2,3}([0-9]{1,4})\}([^\s,\"']*)")
_MOST_OF_RANGE = 64
_DESCRIPTOR = re.compile(
    r"\(HOST[ ]?=[ ]?([A-Za-z0-9][A-Za-z0-9_.-]*)\)[ ]?\(PORT[ ]?=[ ]?([0-9]{1,5})\)", re.IGNORECASE
)
"""An address in a connect descriptor of Oracle (https://docs.oracle.com/en/database/oracle/oracle-database/23/netrf/)."""

_BARE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_AUTHORITY = re.compile(r"(?:[^@/]*@)?\[?([A-Za-z0-9][A-Za-z0-9_.-]*)\]?(?::([0-9]{1,5}))?")

_TO_FILL = re.compile(r"\[[A-Za-z][\w -]*\]|<[A-Za-z][\w .-]*>|(?<!\$)\{[A-Za-z][\w -]*\}")
"""A word in brackets in a host, which somebody puts the region or the name of an instance in place of."""

IN_CLUSTER = re.compile(r"\.svc(\.(?:[a-z0-9-]{1,63}\.){0,5}(?:local|internal))?\.?$", re.IGNORECASE)
"""The end of a full name of a service in a cluster: with a public domain it may be that of a provider, or of any network."""

_OF_SERVICE = re.compile(r"\.svc(\.[a-z0-9.-]{0,200})?$", re.IGNORECASE)
"""The end of a full name of a service, whatever the domain of its cluster: it is a host wherever it stands."""

_NEAR = ("local", "internal", "lan", "localdomain", "svc", "docker", "home", "intranet", "private")
_PUBLIC = ("com", "net", "org", "io", "dev", "app", "ai", "co", "cloud", "sh", "me", "info", "de", "eu", "tech", "xyz")
"""The last words of names of one's own network, and of names for anybody."""

_BEFORE_HOST = ("-h", "-z", "-zv", "-vz", "nslookup")
"""What stands before a host in the commands that wait for one: `pg_isready -h`, `nc -z`."""


class Mention(Struct, frozen=True, order=True):
    """A mention of a host in a value, with protocol and port where they stand there; `assumed` if only the port tells whose.

    One that is `secured` says that it is called inside TLS, one that is `plain` that it isn't.
    """

    host: str
    protocol: str | None = None
    port: int | None = None
    assumed: bool = False
    secured: bool = False
    plain: bool = False


def mentions(name: str, value: str, hosts: Mapping[str, str], beside: Beside = ALONE) -> tuple[Mention, ...]:
    """Return the mentions of known hosts in the value of a variable or argument, each with the id that the host stands for.

    A bare name counts where the variable's name asks for a host; the name of a database, or one's own address, never does.
    What stands `beside` has the port of a host that stands without one.
    """
    port = beside.port
    text = _spread(value[:LONGEST]) if ".." in value else value[:LONGEST]
    if not text or names_itself(name, text) or not (names_any(text, hosts) or f":{port}" in hosts):
        return ()
    results: dict[Mention, None] = {}
    found = (*_in_urls(text), *_in_ports(text), *_words(name, text))
    plain = {mention.host for mention in found if mention.plain}
    for told in found:
        mention = with_told(told, beside) if told.host not in plain else told
        number = mention.port or (port if mention.host == text else None)
        # on each port of a machine another program answers
        is_on_port = number is not None and mention.host.lower() in ON_MACHINE
        host = resolve_host(mention.host, hosts) if not is_on_port else None
        host = behind_port(mention.host, number, hosts) or host if host is not None else None
        published = resolve_port(mention.host, number, hosts) if host is None else None
        if host is not None:
            results[replace(mention, host=host, port=number)] = None
        elif published is not None:
            assumed = mention.host.lower() not in ON_MACHINE
            results[replace(mention, host=published, port=number, assumed=assumed)] = None
    return _distinct(results)


def with_told(mention: Mention, beside: Beside) -> Mention:
    """Return a mention with what is told beside it of TLS, where it doesn't say itself that there is none."""
    if not beside.secured or mention.plain:
        return mention
    protocol = secured(mention.protocol) if mention.protocol is not None else None
    return replace(mention, protocol=protocol, secured=True)


def _spread(text: str) -> str:
    """Return a text with `node{1...4}` written out."""

    def written(match: re.Match[str]) -> str:
        first, last = int(match[2]), int(match[3])
        return " ".join(f"{match[1]}{number}{match[4]}" for number in range(first, last + 1)[:_MOST_OF_RANGE])

    return _RANGE.sub(written, text)[:LONGEST]


def names_any(text: str, hosts: Mapping[str, str]) -> bool:
    """Return True if a text holds the name of a host; where it holds none, nothing in it can be resolved."""
    if len(hosts) > _MOST_SOUGHT:
        return True
    lower = text.lower()
    return any(map(lower.__contains__, hosts)) or (lower != text and any(map(text.__contains__, hosts)))


def hosts_in(text: str, hosts: Mapping[str, str]) -> dict[str, str]:
    """Return the hosts whose names stand in a text: nothing else in it, or in a part of it, can be resolved."""
    lower = text.lower()
    return {
        host: identity for host, identity in hosts.items() if host in lower or (host != host.lower() and host in text)
    }


def may_hold_address(value: str) -> bool:
    """Return False for a number, and for a flag without a value, which most words of commands are."""
    return not (value.isdecimal() or (value[:1] in ("-", "") and _IN_FLAGS.isdisjoint(value)))


def words_of_command(text: str) -> list[str]:
    """Return the words of a command without the ends of the commands that they stand in."""
    return [word.rstrip(";") for word in without_comments(text).split()[:_MOST_WORDS]]


def without_comments(text: str) -> str:
    """Return the text of a command without the lines of a script that a shell doesn't run."""
    return _COMMENTS.sub("", text) if "#" in text and "\n" in text else text


def arguments(words: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the arguments of a command."""
    for before, word in pairwise(["", *words]):
        yield argument(word, before)


def argument(word: str, before: str) -> tuple[str, str, str]:
    """Return the name of an argument as of a variable, its value, and the flag if both stand in one word.

    `before` is the word before it, which may be its flag.
    """
    flag, separator, value = word.partition("=")
    if separator and flag.startswith("-"):
        return _as_variable(flag), value, flag
    if before in _BEFORE_HOST:
        return "HOST", word, ""
    return _as_variable(before) if before.startswith("-") else "", word, ""


def _as_variable(flag: str) -> str:
    return flag.strip("-").replace("-", "_")


def resolve_host(host: str, hosts: Mapping[str, str]) -> str | None:
    """Return the id of a host's component; the name of a service of a cluster may be followed by its namespace.

    `hosts` has a name with a dot behind it where it stands in the namespaces that are named alone.
    """
    if host in hosts:
        return hosts[host]
    lower = host.lower()
    if lower in hosts:
        return hosts[lower]
    if "." in lower:
        words = lower.split(".")
        for length in (3, 2, 1) if _is_near(words) and not _is_elsewhere(words, hosts) else (3, 2):
            # `db.shop.svc.cluster.local`, `db.shop`, and `db-0.db`, a member of a set
            if (joined := ".".join(words[:length])) in hosts:
                return hosts[joined]
        if words[1] in hosts and re.fullmatch(r".*-\d+", words[0]) and not _is_elsewhere(words[1:], hosts):
            return hosts[words[1]]
    return None


def _is_elsewhere(words: list[str], hosts: Mapping[str, str]) -> bool:
    """Return True for a service of another namespace, where the files say of each of its name in which one it is."""
    if len(words) < 2 or f"{words[0]}." not in hosts or f"{words[0]}.{words[1]}" in hosts:
        return False
    return "svc" in words[2:3] or (len(words) == 2 and words[1] not in (*_NEAR, *_PUBLIC, ""))


def _is_near(words: list[str]) -> bool:
    """Return True for the words of a name of the same network: `api.acme.com` is no service of the name `api`.

    A name of several words is rarely that of anything else, whatever stands behind it.
    """
    near = words[-1] in _NEAR or "svc" in words or (len(words) == 2 and words[-1] not in _PUBLIC)
    return near or "-" in words[0] or "_" in words[0]


def is_public_host(host: str) -> bool:
    """Return True for a name with a domain that anybody may have, and not one of the own machine, network or cluster."""
    words = host.lower().rstrip(".").split(".")
    return len(words) > 1 and words[-1] not in _NEAR and "svc" not in words


def resolve_port(host: str, port: int | None, hosts: Mapping[str, str]) -> str | None:
    """Return the id of what is published on a port of the machine itself, which containers know by an address.

    `hosts` names it by a colon and the port, behind the name of a machine where that is known. On the port of a store an address
    may as well be that of another machine.
    """
    if port is not None and f"{host.lower()}:{port}" in hosts:
        return hosts[f"{host.lower()}:{port}"]
    if port is None or f":{port}" not in hosts:
        return None
    if host.lower() in ON_MACHINE:
        return hosts[f":{port}"]
    is_other = port in STORE_PROTOCOLS or is_own_address(host) or not is_ip_address(host)
    return None if is_other else hosts[f":{port}"]


def is_ip_address(host: str) -> bool:
    """Return True for an address instead of a name."""
    if not _may_be_ip_address(host):
        return False
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def is_machine(host: str) -> bool:
    """Return True for an address, or a name with a domain that isn't that of a cluster: no container is called so."""
    return is_ip_address(host) or ("." in host.strip(".") and IN_CLUSTER.search(host) is None)


def _may_be_ip_address(host: str) -> bool:
    """Return False for a name, as nearly all hosts are: only a search in vain would tell it otherwise."""
    return ":" in host or host.strip("[]")[:1].isdecimal()


def is_loopback(host: str) -> bool:
    """Return True for an address or name of the machine itself."""
    if host.lower() in ("localhost", "localhost.localdomain") or host.startswith("unix:"):
        return True
    if not _may_be_ip_address(host):
        return False
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_own_address(host: str) -> bool:
    """Return True for an address of the machine itself: loopback, or any that it has."""
    return is_loopback(host) or host in _ANY


def _in_urls(text: str) -> Iterator[Mention]:
    for mention, _ in urls_in(text):
        yield mention


def urls_in(text: str) -> tuple[tuple[Mention, str], ...]:
    """Return the hosts of the URLs in a text, each with what stands behind its authority."""
    return _urls_in(text) if "://" in text or ":@" in text or "(" in text else ()


@lru_cache(maxsize=512)
def _urls_in(text: str) -> tuple[tuple[Mention, str], ...]:
    # a value is asked for its URLs several times: for components, for stores and for services outside
    return tuple(_found_urls(text))


def _found_urls(text: str) -> Iterator[tuple[Mention, str]]:
    for match in _URL.finditer(text):
        scheme = match[1].lower().removeprefix("jdbc:")
        protocol, _ = protocol_of_scheme(scheme)
        authority = re.split(r"[/?#;]", match[2], maxsplit=1)[0]
        hosts, rest = authority.rpartition("@")[2], match[2][len(authority) :]
        is_secured = states_tls(scheme, rest) or "@tcps:" in match[0]
        is_plain = not is_secured and states_none(scheme, rest)
        protocol = secured(protocol) if is_secured and protocol is not None else protocol
        # what stands behind the sign is a word to fill in, and what stands before it no whole host
        cut = authority == match[2] and _TO_FILL.match(text, match.end()) is not None
        for part in hosts.split(","):
            # the scheme of a further URL ends in a colon
            host = _AUTHORITY.match(part) if not part.endswith(":") else None
            if host is not None and not cut and _TO_FILL.search(part) is None:
                port = _port(host[2])
                # ClickHouse has a port for HTTP beside that of its own protocol
                spoken = "http" if scheme == "clickhouse" and port == 8123 else protocol
                yield Mention(host[1], spoken, port, secured=is_secured, plain=is_plain), rest
    for match in _DESCRIPTOR.finditer(text) if "(" in text else ():
        yield Mention(match[1], "oracle", _port(match[2])), ""


def _in_ports(text: str) -> Iterator[Mention]:
    # an address of which the scheme is left out: `minio|minio?accessKey=…`
    for match in _BEFORE_QUERY.finditer(text) if "?" in text else ():
        yield Mention(match[1], None, _port(match[2]))
    if ":" not in text:
        return
    is_secured = _pairs_are_secured(text)
    for match in _HOST_PORT.finditer(without_user_info(text)):
        yield Mention(match[1], None, _port(match[2]), secured=is_secured)
    # `tcp(db:3306)` and `user:password@tcp(db:3306)`
    for pattern in (_IN_BRACKETS, _BEHIND_USER):
        for match in pattern.finditer(text):
            yield Mention(match[1], None, _port(match[2]), secured=is_secured)


def _words(name: str, text: str) -> Iterator[Mention]:
    for match in _HOST_WORD.finditer(text) if "=" in text else ():
        yield Mention(match[1], secured=_pairs_are_secured(text))
    asks = asks_for_host(name) and not (is_name_of_driver(name) and text.strip().lower() in PRODUCTS)
    if asks or ".svc" in text:
        for part in re.split(r"[,;\s]+", text.strip())[:100]:
            word = part.strip(LIST_SIGNS)
            if _BARE.fullmatch(word) and (asks or _OF_SERVICE.search(word) is not None):
                yield Mention(word)


def _pairs_are_secured(text: str) -> bool:
    """Return True for a connection string without a scheme that asks for TLS."""
    return "://" not in text and pairs_state_tls(text)


def _port(text: str | None) -> int | None:
    return int(text) if text and 0 < int(text) < 65536 else None


def _distinct(results: Mapping[Mention, None]) -> tuple[Mention, ...]:
    """Return the mentions without those that say less than another of the same host."""
    best: dict[str, Mention] = {}
    for mention in results:
        present = best.get(mention.host)
        if present is None:
            best[mention.host] = mention
        else:
            best[mention.host] = Mention(
                mention.host,
                present.protocol or mention.protocol,
                present.port or mention.port,
                present.assumed and mention.assumed,
                present.secured or mention.secured,
            )
    return tuple(best.values())
