"""nginx configurations: upstreams, servers and what they pass requests to (https://nginx.org/en/docs/)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from archgen.importers.addresses import is_ip_address, is_loopback
from archgen.importers.facts import Configuration, FactSheet
from archgen.importers.proxies import Member, Proxy, split_address

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\f\v]+)|(?P<line>\n)|(?P<comment>#[^\n]*)|(?P<sign>[{};])"
    r"|(?P<quoted>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')|(?P<word>(?:\$\{[^}\n]*\}|\\.|[^\s;{}\"'])(?:\$\{[^}\n]*\}|\\.|[^\s;{}])*)",
    re.DOTALL,
)
_DEEPEST = 50
_PASSES = {
    "proxy_pass": "http", "grpc_pass": "grpc", "fastcgi_pass": "fastcgi", "uwsgi_pass": "uwsgi", "scgi_pass": "tcp",
    "memcached_pass": "memcached", "push": "rtmp", "pull": "rtmp",
    **dict.fromkeys(("on_connect", "on_publish", "on_play", "on_update", "on_done", "on_publish_done", "on_play_done"), "http"),
}  # fmt: skip
"""What leads to others, with the protocol; the module for RTMP asks programs, and passes streams on."""
_OF_NGINX = re.compile(r"mime\.types$|_params$|(^|/)(modules|snippets|ssl|letsencrypt|certs?)([/_.-]|$)|options-ssl")
"""Files that configurations include for types, parameters and certificates."""

_SNIFF = re.compile(rb"\n[ \t]*(?:(?:upstream\s+\S+|server|http|events|stream|rtmp)\s*|location\s[^{;]{1,1000})\{")
"""A block behind the end of a line; what begins like one may go on for long."""

_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")


class NginxError(Exception):
    """A configuration that can't be read, from this line on."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class Directive(Struct):
    """A directive with its arguments, its line, and what stands in its block."""

    name: str
    arguments: list[str]
    line: int
    block: list[Directive] = field(default_factory=list)

    def all(self, name: str) -> Iterator[Directive]:
        """Yield the directives of a name in the block, at any depth."""
        waiting = self.block[::-1]
        while waiting:
            directive = waiting.pop()
            if directive.name == name:
                yield directive
            waiting += directive.block[::-1]


def is_nginx(file: Configuration) -> bool:
    """Return True if a file looks like a configuration of nginx."""
    return _SNIFF.search(b"\n" + file.data) is not None and b"vrrp_instance" not in file.data


def tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield the words and signs of a configuration, each with its sort and its line."""
    line, position = 1, 0
    for match in _TOKEN.finditer(text):
        if match.start() != position:
            break
        position, sort = match.end(), match.lastgroup or ""
        if sort in ("sign", "word", "quoted"):
            yield sort, match[0], line
        if sort in ("line", "word", "quoted"):
            line += match[0].count("\n")
    if position < len(text):
        raise NginxError(line, "the quotes that begin here are never closed; close them")


def parse_nginx(text: str) -> Directive:
    """Return the directives of a configuration in a block of their own; raise NginxError."""
    root = Directive("", [], 1)
    stack, words, begin = [root], list[str](), 1
    for sort, token, line in tokens(text):
        if sort != "sign":
            begin = begin if words else line
            words.append(token[1:-1] if sort == "quoted" else token)
        elif token == "}":
            if len(stack) == 1:
                raise NginxError(line, "this brace closes no block; remove it")
            stack.pop()
            words = []
        elif words:
            directive = Directive(words[0], words[1:], begin)
            stack[-1].block.append(directive)
            words = []
            if token == "{":
                stack.append(directive)
        elif token == "{":
            raise NginxError(line, "a block needs a name before its brace; add one")
        if len(stack) > _DEEPEST:
            raise NginxError(line, f"blocks must be at most {_DEEPEST} levels deep; flatten them")
    if len(stack) > 1:
        raise NginxError(stack[-1].line, "the block that begins here is never closed; close it")
    return root


def pools_beside(files: Iterable[Configuration]) -> list[Directive]:
    """Return the configurations among files that state pools of servers; one that can't be read states none."""
    stating = [file for file in files if b"upstream" in file.data and is_nginx(file)]
    return [root for file in stating if (root := _parsed(file)) is not None]


def _parsed(file: Configuration) -> Directive | None:
    try:
        return parse_nginx(file.data.decode("utf-8", "replace"))
    except NginxError:
        return None


def read_nginx(proxy: Proxy, sheet: FactSheet, others: Iterable[Directive] = ()) -> bool:
    """Add the facts of a configuration, as `read_directives` does; return False with an error if it can't be read."""
    try:
        root = parse_nginx(proxy.file.data.decode("utf-8", "replace"))
    except NginxError as error:
        hole = re.search(rb"\{\{|\{%", proxy.file.data)
        line = error.line if hole is None else proxy.file.data.count(b"\n", 0, hole.start()) + 1
        message = error.message if hole is None else "this is a template; render it first, and import the result"
        sheet.fail(proxy.file.path, line + proxy.line, 1, message)
        return False
    read_directives(root, proxy, others)
    return True


def read_directives(root: Directive, proxy: Proxy, others: Iterable[Directive] = ()) -> None:
    """Add the facts of a configuration that is parsed; `others` are those that the same proxy reads beside it."""
    _Reader(root, proxy, others).read()


def pools_in(root: Directive) -> dict[str, Directive]:
    """Return the pools of servers of a configuration by their names."""
    return {each.arguments[0]: each for each in root.all("upstream") if each.arguments}


class _Stated(Struct, frozen=True):
    """The constants of a server, the ports that it listens on, and True if it secures what it passes on."""

    constants: dict[str, str]
    fronts: frozenset[int]
    secures: bool


class _Reader:
    def __init__(self, root: Directive, proxy: Proxy, others: Iterable[Directive]) -> None:
        self.root = root
        self.proxy = proxy
        self.maps = _maps_in(root)
        self._stated: dict[int, _Stated] = {}
        # a directive is as long as what it holds, so that it is told by its place
        self.of_streams = {id(each) for stream in root.all("stream") for each in stream.all("proxy_pass")}
        self.of_media = {id(each) for media in root.all("rtmp") for each in media.all("server")}
        self.pools = pools_in(root)
        self.pools_beside = {name: pool for other in others for name, pool in pools_in(other).items()}

    def read(self) -> None:
        passes = [(server, each) for server in self._servers() for name in _PASSES for each in server.all(name)]
        if not passes and not any(True for _ in self._servers()):
            return
        balances = any(len(list(pool.all("server"))) > 1 for pool in self.pools.values())
        forwards = any(each.name in ("proxy_pass", "grpc_pass") for _, each in passes)
        self.proxy.describe("nginx", "load-balancer" if balances else "reverse-proxy" if forwards else "web-server")
        names: list[str] = []
        for server in self._servers():
            self._listen(server)
            names += [name for each in server.block if each.name == "server_name" for name in each.arguments]
        self.proxy.answer_to(sorted({*names} - {"_", "localhost"}), 1, "server_name")
        for server, each in passes:
            if each.arguments:
                self._pass(server, each)
        for each in self.root.all("include") if not passes else ():
            # what passes requests on may stand in a file that isn't here
            if each.arguments and _OF_NGINX.search(each.arguments[0]) is None:
                self.proxy.doubt(each.line, "include")
        for pool in self.pools.values():
            self._balance(pool)

    def _servers(self) -> Iterator[Directive]:
        for server in self.root.all("server"):
            if server.block:
                yield server
        if not any(server.block for server in self.root.all("server")) and any(True for _ in self.root.all("location")):
            # a part of a server, which another file includes
            yield self.root

    def _listen(self, server: Directive) -> None:
        moved = any(
            "https://" in " ".join(each.arguments)
            for name in ("return", "rewrite")
            for each in server.block
            if each.name == name
        )
        moved = moved or any(
            "https://" in " ".join(each.arguments)
            for location in server.block
            if location.name == "location" and location.arguments[-1:] == ["/"]
            for each in location.block
            if each.name == "return"
        )
        secure = any(each.name == "ssl" and each.arguments[:1] == ["on"] for each in server.block)
        for each in server.block:
            if each.name == "listen" and each.arguments:
                number = _port_of(each)
                if "$" in each.arguments[0]:
                    self.proxy.sheet.partly_read.add(self.proxy.owner)
                tls = secure or "ssl" in each.arguments[1:] or "quic" in each.arguments[1:]
                tcp = id(server) in self.of_media
                self.proxy.listen(number, tls, moved and not tls, each.line, tcp=tcp, grpc=_is_grpc(server))

    def _pass(self, server: Directive, directive: Directive) -> None:
        self.proxy.fronts = self._of(server).fronts
        for text in self._chosen(self._resolved(server, directive.arguments[0])):
            self._pass_to(server, text, directive)

    def _chosen(self, text: str) -> list[str]:
        """Return a text with each value that a `map` gives the variable in it, which may be the name of a pool."""
        named = [f"${match[1]}" for match in _VARIABLE.finditer(text) if match[1] in self.maps]
        if not named:
            return [text]
        variable = min(named, key=lambda each: self.maps[each[1:]].line)
        entries = self.maps[variable[1:]].block
        values = [entry.arguments[-1] for entry in entries if entry.arguments and entry.name != "include"]
        chosen = [value for value in dict.fromkeys(values) if "$" not in value]
        return [value if "://" in value else _put_in(text, {variable[1:]: value}) for value in chosen]

    def _pass_to(self, server: Directive, text: str, directive: Directive) -> None:
        scheme, separator, rest = text.partition("://")
        protocol = _PASSES[directive.name]
        if separator:
            protocol = {"https": "https", "grpc": "grpc", "grpcs": "grpc", "rtmp": "rtmp"}.get(scheme, protocol)
        secures = directive.name == "proxy_pass" and self._of(server).secures
        self.proxy.is_secured = scheme in ("https", "grpcs") or secures
        authority = (rest if separator else text).split("/")[0] if not text.startswith("unix:") else text
        if "$" in authority or not authority or authority.startswith("unix:"):
            self.proxy.doubt(directive.line, directive.name)
            return
        if id(directive) in self.of_streams:
            protocol = "tcp"
        name, port = split_address(authority)
        pool = self.pools.get(authority) or self.pools.get(name)
        beside = self.pools_beside.get(authority) or self.pools_beside.get(name) if pool is None else None
        if pool is not None:
            self.proxy.call(pool.arguments[0], _members(pool), protocol, pool.line)
        elif beside is not None:
            # of a pool in another file, the line here that leads to it is the place
            members = [replace(member, line=directive.line) for member in _members(beside)]
            self.proxy.call(beside.arguments[0], members, protocol, directive.line)
        else:
            # what answers on another port of a machine is another program
            of_machine = port is not None and (is_ip_address(name) or is_loopback(name))
            title = f"{name}-{port}" if of_machine else name
            self.proxy.call(title, [Member(name, port, directive.line)], protocol, directive.line)

    def _resolved(self, server: Directive, text: str) -> str:
        """Return a text with the variables that `set` gives a constant put in."""
        if "$" not in text:
            return text
        return _put_in(text, self._of(server).constants)

    def _of(self, server: Directive) -> _Stated:
        """Return what a server states once for all that it passes on."""
        if id(server) not in self._stated:
            constants: dict[str, str] = {}
            for each in (*server.all("set"), *self.root.block):
                if each.name == "set" and len(each.arguments) == 2 and "$" not in each.arguments[1]:
                    constants.setdefault(each.arguments[0][1:], each.arguments[1])
            listens = [each for each in server.block if each.name == "listen" and each.arguments]
            secures = any(each.arguments[:1] == ["on"] for each in server.all("proxy_ssl"))
            self._stated[id(server)] = _Stated(constants, frozenset(map(_port_of, listens)), secures)
        return self._stated[id(server)]

    def _balance(self, pool: Directive) -> None:
        names = {"least_conn": "least-connections", "ip_hash": "source", "hash": "hash", "random": "random"}
        algorithm = next((names[each.name] for each in pool.block if each.name in names), "round-robin")
        if sum(each.name == "server" for each in pool.block) > 1:
            self.proxy.add(f"component:{self.proxy.owner}", "balance", {"algorithm": algorithm}, pool.line, "upstream")


def _maps_in(root: Directive) -> dict[str, Directive]:
    """Return the tables of a configuration by the variables that they give a value, the first of each."""
    tables: dict[str, Directive] = {}
    for each in root.all("map"):
        if len(each.arguments) == 2:
            tables.setdefault(each.arguments[1].removeprefix("$"), each)
    return tables


def _put_in(text: str, values: Mapping[str, str]) -> str:
    """Return a text with the values of variables put in; those without one stay."""
    return _VARIABLE.sub(lambda match: values.get(match[1] or match[2], match[0]), text)


def _port_of(listen: Directive) -> int:
    """Return the port of an address to listen on; pages are on 80 unless it names another."""
    text = listen.arguments[0]
    _, port = split_address(text)
    return port or (int(text) if text.isdecimal() and len(text) < 6 else 80)


def _is_grpc(server: Directive) -> bool:
    """Return True for a server that passes on gRPC and nothing else."""
    passes = [name for name in _PASSES if any(True for _ in server.all(name))]
    return passes == ["grpc_pass"]


def _members(pool: Directive) -> list[Member]:
    return [
        _member(each)
        for each in pool.block
        if each.name == "server" and each.arguments and "down" not in each.arguments
    ]


def _member(directive: Directive) -> Member:
    host, port = split_address(directive.arguments[0])
    return Member(host, port, directive.line, "backup" in directive.arguments)
