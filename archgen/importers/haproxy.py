"""HAProxy configurations: frontends, backends and their servers (https://docs.haproxy.org/)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from archgen.importers.addresses import is_ip_address, is_own_address
from archgen.importers.catalogue import STORES
from archgen.importers.facts import Configuration
from archgen.importers.names import make_id
from archgen.importers.products import known_by_name
from archgen.importers.proxies import Member, Proxy, split_address

_SECTION = re.compile(
    r"(global|defaults|frontend|backend|listen|userlist|peers|resolvers|program|cache|mailers|ring|http-errors)\b"
)
_SNIFF = re.compile(
    rb"\n(?:(?:frontend|backend|listen)[ \t]+[^\s=]\S*"
    rb"|[ \t]+(?:(?:frontend|backend)[ \t]+[\w.-]+|listen[ \t]+[\w.-]+[ \t]+\S*:\d+)[ \t]*$)",
    re.MULTILINE,
)
"""A section behind the end of a line; one that is indented has no end that another program's configuration has."""

_ALGORITHMS = {
    "roundrobin": "round-robin",
    "static-rr": "round-robin",
    "leastconn": "least-connections",
    "first": "first",
    "source": "source",
}
_OF_TLS = (443, 8443, 9443)
_MOST_SERVERS = 1000
_CONDITION = re.compile(r"\s(?:if|unless)\s")
_COMPUTED = re.compile(r"%\[[^\]]*\]")
"""A part of a backend's name that is found out for each request, by a map or a header."""

_PROTOCOL = re.compile(
    r"(?:(?:https?|ssl|tls|tcp|web|www|http2|wss?)[-_.]?)+(?:backend|servers?|pool|cluster)?", re.IGNORECASE
)
"""A name of a section that tells how it is spoken to, and nothing of what answers."""

_PROTOCOL_WORD = re.compile(r"(?:(?<=[-_.])|^)(?:https?|ssl|tls|tcp|http2|wss?)(?=[-_.]|$)", re.IGNORECASE)
"""A word in the name of a section that tells how it is spoken to."""


class _Section(Struct):
    """A section: its lines as words, each with its number, and the words that `defaults` before it have for its servers."""

    kind: str
    name: str
    line: int
    lines: list[tuple[list[str], int]] = field(default_factory=list)
    defaults: list[str] = field(default_factory=list)

    def all(self, *names: str) -> list[tuple[list[str], int]]:
        return [(words, number) for words, number in self.lines if words[0] in names]

    def binds(self) -> Iterator[tuple[str, int | None, list[str], int]]:
        """Yield the host and the port of each address on which the section listens, with the words and the line."""
        for words, number in self.all("bind"):
            for address in words[1].split(",") if len(words) > 1 else ():
                yield *split_address(address), words, number

    @property
    def servers(self) -> list[tuple[str, str, int | None]]:
        """Return the name, the host and the port of each server."""
        return [(words[1], *split_address(words[2])) for words, _ in self.all("server") if len(words) > 2]


def is_haproxy(file: Configuration) -> bool:
    """Return True if a file looks like a configuration of HAProxy."""
    return _SNIFF.search(b"\n" + file.data) is not None and b"{\n" not in file.data[:200]


def sections_of(text: str) -> list[_Section]:
    """Return the sections of a configuration."""
    sections: list[_Section] = []
    defaults: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = re.sub(r"(?<!\\)#.*", "", line).split()
        if not words:
            continue
        if _SECTION.fullmatch(words[0]) and not (line[:1].isspace() and words[0] == "cache"):
            defaults = [] if words[0] == "defaults" else defaults
            sections.append(_Section(words[0], words[1] if len(words) > 1 else "", number, defaults=defaults))
            if len(words) == 3 and words[0] in ("frontend", "listen"):
                # the form of before version 1.5
                sections[-1].lines.append((["bind", words[2]], number))
        elif sections:
            sections[-1].lines.append((words, number))
            if sections[-1].kind == "defaults" and words[0] == "default-server":
                defaults.extend(words)
    return sections


def read_haproxy(proxy: Proxy) -> None:
    """Add the facts of a configuration."""
    sections = sections_of(proxy.file.data.decode("utf-8", "replace"))
    backends = {each.name: each for each in sections if each.kind in ("backend", "listen")}
    fronts = [each for each in sections if each.kind in ("frontend", "listen")]
    if not fronts and not backends:
        return
    tcp = any(each.kind == "defaults" and (["mode", "tcp"] in [words for words, _ in each.lines]) for each in sections)
    proxy.describe("haproxy", "load-balancer", (fronts or [*backends.values()])[0].line)
    called: dict[str, int] = {}
    ports: dict[str, set[int]] = {}
    for front in fronts:
        if _is_statistics(front):
            continue
        targets = _targets(front, backends)
        redirected = bool(targets) and all(_redirects(backends[name]) for name in targets if name in backends)
        behind = [port for name in targets if name in backends for _, _, port in backends[name].servers]
        is_tls = _is_tcp(front, tcp) and bool(behind) and all(port in _OF_TLS for port in behind)
        for host, port, words, number in front.binds():
            if is_ip_address(host) and not is_own_address(host):
                proxy.answer_to([host], number, "bind")
            if port is not None:
                _listen(proxy, front, port, words, number, redirected, tcp=_is_tcp(front, tcp), is_tls=is_tls)
        called.update({name: number for name, number in targets.items() if name not in called})
        for name in targets:
            ports.setdefault(name, set()).update(port or 0 for _, port, _, _ in front.binds())
    if not fronts:
        # a part of a configuration, whose frontends another file holds
        called = {name: each.line for name, each in backends.items()}
    titles = _titles([backends[name] for name in called if name in backends])
    # of several ports of the same servers, that of their product tells the most
    for name in sorted(called, key=lambda name: name not in backends or not _is_of_store(backends[name])):
        if name in backends:
            proxy.fronts = frozenset(ports.get(name, ()))
            _call(proxy, backends[name], titles.get(name, name), called[name], tcp)


def _is_of_store(backend: _Section) -> bool:
    return any(port in STORES for _, _, port in backend.servers)


def _titles(backends: list[_Section]) -> dict[str, str]:
    """Return one name for backends that are ports of the same servers: those of one product, or named alike but for protocols."""
    alike: dict[tuple[str, ...], list[_Section]] = {}
    for backend in backends:
        named = known_by_name(make_id(backend.name)).product
        servers = sorted({host for _, host, _ in backend.servers})
        stem = "" if _PROTOCOL.fullmatch(backend.name) else _PROTOCOL_WORD.sub("", backend.name).strip("-_.")
        if servers:
            alike.setdefault((named or stem, *servers), []).append(backend)
    titles: dict[str, str] = {}
    for (product, *_), several in alike.items():
        stems = {re.sub(r"[-_.]?\d+$", "", name) for each in several for name, _, _ in each.servers}
        title = product or (min(stems) if len(stems) == 1 and min(stems) else several[0].name)
        titles |= {each.name: title for each in several} if len(several) > 1 else {}
    return titles


def _is_statistics(front: _Section) -> bool:
    return bool(front.all("stats")) and not front.all("server", "default_backend", "use_backend")


def _targets(front: _Section, backends: Mapping[str, _Section]) -> dict[str, int]:
    """Return the names of the backends that a frontend leads to, each with its line; a computed name may be each that it fits."""
    targets: dict[str, int] = {}
    for words, number in front.all("default_backend", "use_backend"):
        name = _CONDITION.split(" ".join(words[1:]))[0].strip("\"'")
        if _COMPUTED.search(name):
            pattern = ".*".join(re.escape(text) for text in _COMPUTED.split(name))
            fitting = [
                each.name for each in backends.values() if each.kind == "backend" and re.fullmatch(pattern, each.name)
            ]
            targets |= dict.fromkeys(fitting, number)
        elif name:
            targets[name] = number
    if front.kind == "listen" and front.all("server", "server-template"):
        targets[front.name] = front.line
    return targets


def _redirects(section: _Section) -> bool:
    words = [" ".join(words) for words, _ in section.all("redirect", "http-request")]
    return any(
        "redirect scheme https" in line and "unless" not in line.replace("unless { ssl_fc }", "") for line in words
    )


def _listen(
    proxy: Proxy,
    front: _Section,
    port: int,
    words: list[str],
    number: int,
    redirected: bool,
    *,
    tcp: bool,
    is_tls: bool,
) -> None:
    tls = "ssl" in words
    # what passes on TLS as it is speaks the protocol of its servers
    is_page = is_tls and not tls and port not in STORES
    redirect = not tls and not is_page and (redirected or _redirects(front))
    proxy.listen(port, tls or is_page, redirect, number, tcp=tcp and not is_page)


def _is_tcp(section: _Section, default: bool) -> bool:
    """Return True for a section that passes on TCP, by its own mode or the default."""
    modes = [words[1] for words, _ in section.all("mode") if len(words) > 1]
    return modes[-1] == "tcp" if modes else default


def _call(proxy: Proxy, backend: _Section, title: str, number: int, tcp: bool) -> None:
    protocol = "tcp" if _is_tcp(backend, tcp) else "http"
    members: list[Member] = []
    asked: dict[str, int] = {}
    for words, line in backend.all("server", "server-template"):
        position = 3 if words[0] == "server-template" else 2
        if len(words) > position and "disabled" not in words[position:]:
            host, port = split_address(words[position])
            count = _count(words[2]) if words[0] == "server-template" else 1
            members += [Member(host, port, line, "backup" in words, words[1])] * count
            if "check" in words and "addr" in words[:-1]:
                asked[words[words.index("addr") + 1]] = line
    own = backend.all("server", "server-template")
    defaults = [*backend.defaults, *(word for words, _ in backend.all("default-server") for word in words)]
    # a word takes back the one before it
    by_default = next((word == "ssl" for word in reversed(defaults) if word in ("ssl", "no-ssl")), False)
    speaking = [words for words, _ in own if "backup" not in words] or [words for words, _ in own]
    proxy.is_secured = bool(speaking) and all(
        "ssl" in words or (by_default and "no-ssl" not in words) for words in speaking
    )
    protocol = "https" if proxy.is_secured and protocol == "http" else protocol
    proxy.call(title, members[:_MOST_SERVERS], protocol, backend.line)
    proxy.is_secured = False
    for host, line in asked.items():
        # whether a server is up, another one tells
        proxy.ask(host, "http" if any(words[1:2] == ["httpchk"] for words, _ in backend.all("option")) else "tcp", line)
    if len(members) > 1:
        balance = {"algorithm": "round-robin"}
        for words, _ in backend.all("balance"):
            balance["algorithm"] = _ALGORITHMS.get(words[1] if len(words) > 1 else "", "hash")
        checked = [
            " ".join(words[1:])
            for words, _ in backend.all("option")
            if words[1:] and words[1].endswith(("chk", "-check"))
        ]
        if any("check" in words for words, _ in backend.all("server", "server-template", "default-server")):
            words = [*checked[:1], *_expected(backend)]
            balance["health_check"] = " ".join(words)[:60] if checked else "TCP connect"
        proxy.add(f"component:{proxy.owner}", "balance", balance, number, "backend")


def _expected(backend: _Section) -> list[str]:
    """Return what a health check expects of a role, as `role:master` of Redis: other answers only say that a server is up."""
    expected = [
        words[-1] for sort in ("tcp-check", "http-check") for words, _ in backend.all(sort) if words[1:2] == ["expect"]
    ]
    return [word for word in expected if re.search(r"master|primary|leader|writable", word, re.IGNORECASE)][:1]


def _count(text: str) -> int:
    last = text.rpartition("-")[2]
    return min(int(last), 100) if last.isascii() and last.isdecimal() and len(last) < 5 else 1
