"""Caddyfiles: where they listen, and what they pass requests to under names that no file declares.

https://caddyserver.com/docs/caddyfile/concepts
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct, field

from archgen.importers.facts import Configuration
from archgen.importers.proxies import Member, Proxy, split_address

_PASS = re.compile(r"[ \t]*reverse_proxy[ \t]+(?:@[\w-]+[ \t]+|/\S*[ \t]+)?([^#{}\n]+)")
_SCHEMES = {"https": "https", "http": "http", "h2c": "http"}
_SOCKETS = ("unix/", "unix+h2c/", "fd/", "fdgram/")
"""What an address that is no host begins with."""

_COMMENT = re.compile(r"(^|\s)#.*")
_ADDRESS = re.compile(r"(?:(https?)://)?([^:/{}]*|\[[0-9a-fA-F:]+\])(?::([0-9]{1,5}))?(?:/.*)?")
_MOST_LINES = 5000


class _Site(Struct):
    """The addresses of a block with their line; it speaks TLS by a word of its own."""

    addresses: list[str]
    line: int
    is_secured: bool = False


class _Sites(Struct):
    """The blocks of a Caddyfile; TLS comes by itself unless it says no, and is known where all addresses are."""

    blocks: list[_Site] = field(default_factory=list)
    is_automatic: bool = True
    is_whole: bool = True


def is_caddy(file: Configuration) -> bool:
    """Return True for a Caddyfile."""
    return "caddyfile" in posixpath.basename(file.path).lower()


def read_caddy(proxy: Proxy) -> None:
    """Add the ports, and the calls of what no file describes; addresses of components are found in any file."""
    lines = proxy.file.data.decode("utf-8", "replace").splitlines()[:_MOST_LINES]
    _listen(proxy, _sites_in(lines))
    for number, line in enumerate(lines, 1):
        match = _PASS.match(line[:2000])
        servers: list[Member] = []
        protocol = "http"
        for text in match[1].split() if match is not None else ():
            if not text.startswith(_SOCKETS):
                scheme, separator, rest = text.partition("://")
                host, port = split_address((rest if separator else text).partition("/")[0])
                protocol = _SCHEMES.get(scheme, "http") if separator else protocol
                servers.append(Member(host, port, number))
        if servers:
            # any of several on a line answers for the others
            proxy.call(servers[0].host, servers, protocol, number)
    proxy.follow_strays()


def _sites_in(lines: list[str]) -> _Sites:
    """Return the sites of a Caddyfile: a file of a single one may have no braces around it."""
    sites, depth, is_global = _Sites(), 0, False
    waiting = ""
    for number, line in enumerate(lines, 1):
        text = _COMMENT.sub("", line[:2000]).strip()
        words = text.split()
        if not words:
            continue
        if depth == 0 and words[0] == "import":
            sites.is_whole = False
        elif depth == 0 and text.endswith(","):
            waiting += f"{text} "
            continue
        elif depth == 0 and text != "}":
            addresses = f"{waiting}{text}".removesuffix("{").replace(",", " ").split()
            waiting, is_global = "", not addresses
            if not addresses or not addresses[0].startswith(("(", "&(")):
                sites.blocks += [_Site(addresses, number)] if addresses else []
            if not text.endswith("{"):
                sites.blocks[-1].is_secured = any(each.split()[:1] == ["tls"] for each in lines[number:])
                break
        elif is_global and words[0] in ("auto_https", "http_port", "https_port"):
            sites.is_automatic = sites.is_automatic and words[1:] != ["off"]
            sites.is_whole = sites.is_whole and words[0] == "auto_https"
        elif words[0] == "tls" and depth == 1 and sites.blocks:
            sites.blocks[-1].is_secured = True
        depth += text.endswith("{") - text.startswith("}")
    return sites


def _listen(proxy: Proxy, sites: _Sites) -> None:
    """Add the ports on which a Caddyfile listens: a name without a port is served by TLS, to which port 80 leads."""
    ports = [port for site in sites.blocks for port in _ports_of(site, sites)]
    if not sites.is_whole or len(ports) < sum(len(site.addresses) for site in sites.blocks):
        proxy.sheet.partly_read.add(proxy.owner)
    plain = {port for port, is_secured, _, _ in ports if not is_secured}
    for port, is_secured, has_name, line in ports:
        proxy.listen(port, is_secured, False, line)
        if is_secured and has_name and sites.is_automatic and port == 443 and 80 not in plain:
            proxy.listen(80, False, True, line)


def _ports_of(site: _Site, sites: _Sites) -> Iterator[tuple[int, bool, bool, int]]:
    """Yield the port of each address that is known, True for TLS, True for a name, and the line."""
    for address in site.addresses:
        match = _ADDRESS.fullmatch(address)
        if match is None or (not match[1] and not match[2] and not match[3]):
            continue
        scheme, name, number = match.groups()
        is_secured = scheme == "https" or (
            scheme != "http"
            and number != "80"
            and (site.is_secured or number == "443" or (bool(name) and sites.is_automatic))
        )
        yield int(number or (443 if is_secured else 80)), is_secured, bool(name), site.line
