"""Caddyfiles: what they pass requests to under names that no file declares (https://caddyserver.com/docs/caddyfile)."""

from __future__ import annotations

import posixpath
import re

from archgen.importers.facts import Configuration
from archgen.importers.proxies import Member, Proxy, split_address

_PASS = re.compile(r"[ \t]*reverse_proxy[ \t]+(?:@[\w-]+[ \t]+|/\S*[ \t]+)?([^#{}\n]+)")
_SCHEMES = {"https": "https", "http": "http", "h2c": "http"}
_SOCKETS = ("unix/", "unix+h2c/", "fd/", "fdgram/")
"""What an address that is no host begins with."""

_MOST_LINES = 5000


def is_caddy(file: Configuration) -> bool:
    """Return True for a Caddyfile."""
    return "caddyfile" in posixpath.basename(file.path).lower()


def read_caddy(proxy: Proxy) -> None:
    """Add the calls of what no file describes; addresses of components are found in any file."""
    lines = proxy.file.data.decode("utf-8", "replace").splitlines()[:_MOST_LINES]
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
