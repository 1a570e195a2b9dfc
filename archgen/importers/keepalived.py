"""keepalived configurations: an address that moves between hosts, and servers behind it (https://keepalived.org/manpage.html)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from archgen.importers.catalogue import STORES
from archgen.importers.facts import Configuration
from archgen.importers.proxies import Member, Proxy

_ADDRESSES = re.compile(r"virtual_ipaddress\s*\{([^}]*)")
_ADDRESS = re.compile(r"^\s*([0-9a-fA-F:.]+)", re.MULTILINE)
_VIRTUAL = re.compile(r"^[ \t]*virtual_server[ \t]+([^\s{]+)(?:[ \t]+([0-9]{1,5}))?\s*\{", re.MULTILINE)
_REAL = re.compile(r"\b(real|sorry)_server[ \t]+([0-9A-Za-z:.-]+)(?:[ \t]+([0-9]{1,5}))?[ \t]*(?:$|\{)", re.MULTILINE)
_SCHEDULER = re.compile(r"\b(?:lb_algo|lvs_sched)\s+([a-z]+)")
_REQUEST = re.compile(r"^[ \t]*script[ \t]+[^\n]*\b(?:curl|wget)\b", re.MULTILINE)
_CHECK = re.compile(r"\b(HTTP_GET|SSL_GET|TCP_CHECK|SMTP_CHECK|DNS_CHECK|MISC_CHECK|UDP_CHECK|PING_CHECK)\b")
_UDP = re.compile(r"\bprotocol\s+UDP\b")
_ALGORITHMS = {
    "rr": "round-robin", "wrr": "round-robin", "lc": "least-connections", "wlc": "least-connections", "sh": "source",
    "sed": "least-connections", "nq": "least-connections",
}  # fmt: skip
_PAGES = (80, 8080, 8000)


class _VirtualServer(Struct):
    """An address on which the kernel balances what it gets over servers: its port, its line, and its block."""

    port: int | None
    line: int
    block: str

    @property
    def members(self) -> list[Member]:
        """Return the servers; the one that says sorry waits until all others fail."""
        return [
            Member(match[2], int(match[3]) if match[3] else self.port, self._line_of(match), match[1] == "sorry")
            for match in _REAL.finditer(self.block)
        ]

    def _line_of(self, match: re.Match[str]) -> int:
        return self.line + self.block.count("\n", 0, match.start())


def is_keepalived(file: Configuration) -> bool:
    """Return True if a file looks like a configuration of keepalived."""
    return b"vrrp_instance" in file.data or (b"virtual_server" in file.data and b"real_server" in file.data)


def balances(file: Configuration) -> bool:
    """Return True if a configuration has servers of its own, which it balances."""
    return any(server.members for server in _virtual_servers(_text_of(file)))


def read_keepalived(proxy: Proxy, nodes: int | None = None) -> None:
    """Add the cluster that a configuration makes of a proxy; `nodes` are the hosts that have one like it, if they are known."""
    text = _text_of(proxy.file)
    for server in _virtual_servers(text):
        _balance(proxy, server)
    instance = text.find("vrrp_instance")
    if instance < 0:
        return
    line = text.count("\n", 0, instance) + 1
    shared = [address for block in _ADDRESSES.findall(text) for address in _ADDRESS.findall(block)]
    cluster: dict[str, object] = {"mode": "active-passive", "failover": "automatic", "by": "vrrp"}
    if shared:
        cluster["address"] = {"shared": shared[0]}
        proxy.answer_to(shared, line, "virtual_ipaddress")
    is_tracked = "track_script" in text or "track_process" in text
    asks = "track_script" in text and _REQUEST.search(text) is not None
    cluster["watches"] = "service" if asks else "process" if is_tracked else "host"
    subject = f"component:{proxy.owner}"
    proxy.add(subject, "cluster", cluster, line, "vrrp_instance")
    if nodes is not None:
        proxy.add(subject, "nodes", max(2, nodes), line, "vrrp_instance")


def _text_of(file: Configuration) -> str:
    return re.sub(r"[#!][^\n]*", "", file.data.decode("utf-8", "replace"))


def _virtual_servers(text: str) -> Iterator[_VirtualServer]:
    for match in _VIRTUAL.finditer(text):
        port = int(match[2]) if match[2] and match[1] != "fwmark" else None
        yield _VirtualServer(
            port, text.count("\n", 0, match.start()) + 1, text[match.start() : _end(text, match.end())]
        )


def _end(text: str, start: int) -> int:
    """Return the place of the brace that closes a block; the end of the text where none does."""
    depth = 1
    for brace in re.finditer(r"[{}]", text[start:]):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return start + brace.start()
    return len(text)


def _balance(proxy: Proxy, server: _VirtualServer) -> None:
    """Add the port that a virtual server listens on, and the calls of what is behind it."""
    members = server.members
    port = server.port or next((member.port for member in members if member.port), None)
    if not members or port is None:
        return
    checks = _CHECK.findall(server.block)
    is_page = port in _PAGES or "HTTP_GET" in checks
    is_udp = _UDP.search(server.block) is not None
    is_page = is_page and not is_udp
    proxy.listen(port, False, False, server.line, tcp=not is_page, udp=is_udp)
    named = STORES[port].product if port in STORES else None
    proxy.call(f"{named or 'servers'}-{port}", members, "udp" if is_udp else "http" if is_page else "tcp", server.line)
    scheduler = _SCHEDULER.search(server.block)
    balance = {"algorithm": _ALGORITHMS.get(scheduler[1], "hash") if scheduler else "round-robin"}
    if checks:
        balance["health_check"] = checks[0]
    if len(members) > 1:
        proxy.add(f"component:{proxy.owner}", "balance", balance, server.line, "virtual_server")
