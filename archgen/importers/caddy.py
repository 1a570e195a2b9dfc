"""Caddyfiles: where they listen, and what they pass requests to under names that no file declares.

https://caddyserver.com/docs/caddyfile/concepts
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

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


class _Block(Struct):
    """A block: the addresses of a site or the name of what sites import, with the line and the directives right in it."""

    heads: list[str]
    line: int
    directives: list[list[str]] = field(default_factory=list)


class _Site(Struct, frozen=True):
    """A site: its addresses with their line. It speaks TLS by a word of its own, and may send all visitors to where TLS is."""

    addresses: list[str]
    line: int
    is_secured: bool
    is_redirect: bool


class _Sites(Struct):
    """The sites of a Caddyfile; TLS and ways to it come by themselves unless it says no, and are known where all addresses are."""

    sites: list[_Site] = field(default_factory=list)
    is_automatic: bool = True
    has_redirects: bool = True
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
    """Return the sites of a Caddyfile with what they import out of it; a file of elsewhere may say anything."""
    blocks = _blocks_in(lines)
    snippets = {block.heads[0].strip("()"): block for block in blocks if block.heads and block.heads[0][0] == "("}
    sites = _Sites()
    for block in blocks:
        if block.heads == ["import"]:
            sites.is_whole = False
        elif block.heads and not block.heads[0].startswith(("(", "&(")):
            directives = [*_with_imported(block, snippets)]
            sites.is_whole &= all(words[0] != "import" for words in directives)
            is_secured = any(words[0] == "tls" for words in directives)
            is_redirect = any(words[0] == "redir" and _leads_to_tls(words[1:]) for words in directives)
            sites.sites.append(_Site(block.heads, block.line, is_secured, is_redirect))
        for words in block.directives if not block.heads else ():
            if words[0] == "auto_https":
                # without certificates, a name is on a port of which no word tells what it speaks
                sites.is_automatic &= words[1:2] not in (["off"], ["disable_certs"])
                sites.has_redirects &= words[1:2] not in (["off"], ["disable_redirects"])
            sites.is_whole &= words[0] not in ("http_port", "https_port")
    return sites


def _blocks_in(lines: list[str]) -> list[_Block]:
    """Return the blocks of a Caddyfile, that of its options without a head; a file of a single site may have no braces around it."""
    blocks: list[_Block] = []
    depth, waiting = 0, ""
    for number, line in enumerate(lines, 1):
        text = _COMMENT.sub("", line[:2000]).strip()
        if not text:
            continue
        if depth == 0 and text.split()[0] == "import":
            blocks.append(_Block(["import"], number))
        elif depth == 0 and text.endswith(","):
            waiting += f"{text} "
            continue
        elif depth == 0 and text != "}":
            blocks.append(_Block(f"{waiting}{text}".removesuffix("{").replace(",", " ").split(), number))
            waiting = ""
            if not text.endswith("{"):
                blocks[-1].directives += [words for each in lines[number:] if (words := _COMMENT.sub("", each).split())]
                break
        elif depth == 1 and text != "}":
            blocks[-1].directives.append(text.split())
        depth += text.endswith("{") - text.startswith("}")
    return blocks


def _with_imported(block: _Block, snippets: Mapping[str, _Block]) -> Iterator[list[str]]:
    """Yield the directives of a block, and those of the snippets that it imports; what it imports else stays as it is."""
    waiting, seen = [block], set[str]()
    while waiting:
        for words in waiting.pop().directives:
            name = words[1] if words[0] == "import" and words[1:] else ""
            if name not in snippets:
                yield words
            elif name not in seen:
                seen.add(name)
                waiting.append(snippets[name])


def _leads_to_tls(arguments: list[str]) -> bool:
    """Return True for the arguments of a `redir` that sends all visitors to where TLS is."""
    targets = arguments[1:] if arguments[:1] == ["*"] else arguments
    return targets[:1] != [] and targets[0].startswith("https://")


def _listen(proxy: Proxy, sites: _Sites) -> None:
    """Add the ports on which a Caddyfile listens: a name without a port is served by TLS, to which port 80 leads."""
    ports = [(site, *each) for site in sites.sites for each in _ports_of(site, sites)]
    if not sites.is_whole or len(ports) < sum(len(site.addresses) for site in sites.sites):
        proxy.sheet.partly_read.add(proxy.owner)
    plain = {port for _, port, is_secured, _ in ports if not is_secured}
    for site, port, is_secured, has_name in ports:
        proxy.listen(port, is_secured, site.is_redirect and not is_secured, site.line)
        if is_secured and has_name and sites.has_redirects and port == 443 and 80 not in plain:
            proxy.listen(80, False, True, site.line)


def _ports_of(site: _Site, sites: _Sites) -> Iterator[tuple[int, bool, bool]]:
    """Yield the port of each address that is known, True for TLS, and True for a name."""
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
        if is_secured or scheme or number:
            yield int(number or (443 if is_secured else 80)), is_secured, bool(name)
