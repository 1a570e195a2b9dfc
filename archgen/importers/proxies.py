"""Facts that configurations of proxies have in common: pools of servers, calls of them, and ports that are listened on."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from archgen.importers.addresses import (
    DESKTOP_HOSTS,
    IN_CLUSTER,
    ON_MACHINE,
    is_ip_address,
    is_loopback,
    is_public_host,
    resolve_host,
    resolve_port,
)
from archgen.importers.catalogue import PRODUCTS, STORE_PROTOCOLS, STORES, Known
from archgen.importers.facts import PASSED_ON, Configuration, Fact, FactSheet, Origin
from archgen.importers.names import behind_port, make_id
from archgen.importers.outside import is_real, names_of_place, outside_address, outside_place
from archgen.importers.products import known_by_name
from archgen.importers.stages import is_before_release
from archgen.model.protocols import PROTOCOLS
from archgen.model.wording import listed

_NAME = re.compile(r"[a-z][a-z0-9-]*[a-z0-9](\.[a-z0-9-]+){0,6}")

Pools = dict[str, tuple[set[tuple[str, int | None]], bool]]
"""Pools by id: the host and the port of each server, and if the file is for a trial."""


class Member(Struct, frozen=True):
    """A server of a pool: its host, its port, its line, its name; a `backup` waits until the others fail."""

    host: str
    port: int | None
    line: int
    backup: bool = False
    name: str = ""


class Proxy:
    """The proxy that a configuration is of; without `hosts` it stands alone, and its servers are known by their addresses.

    `taken` are the ids of components that other files state; one that is `beside` its pages keeps its own kind. `others` are
    the pools of the same proxy in all files, with their servers.
    """

    def __init__(
        self,
        owner: str,
        file: Configuration,
        sheet: FactSheet,
        hosts: Mapping[str, str] | None,
        line: int = 0,
        taken: frozenset[str] = frozenset(),
        *,
        beside: bool = False,
        others: Pools | None = None,
    ) -> None:
        self.beside = beside
        self.owner = owner
        self.file = file
        self.sheet = sheet
        self.hosts = hosts
        self.line = line
        self.taken = taken
        self.pools: set[str] = set()
        self.outside: set[str] = set()
        self.strays: list[tuple[str, list[Member], str]] = []
        self.is_of_here = False
        self.is_in_cluster = False
        self.fronts: frozenset[int] = frozenset()
        """The ports that lead to the pool which is called next; none where the configuration tells no port."""

        self.is_secured = False
        """True where the proxy speaks TLS to the pool which is called next, whatever the protocol is."""

        self.others = {} if others is None else others

    def add(self, subject: str, key: str, value: object, line: int, evidence: str) -> None:
        """Add a fact that a line of the configuration states."""
        self.sheet.add(Fact(subject, key, value, self._at(line), evidence))

    def describe(self, product: str, role: str, line: int = 1) -> None:
        """Add the component itself where it stands alone, and its role."""
        subject = f"component:{self.owner}"
        if self.hosts is None:
            self.add(subject, "kind", role, line, f"{product} configuration")
            self.add(subject, "product", product, line, f"{product} configuration")
            self.add(subject, "host", f"{self.owner}-1", line, f"{product} configuration")
        elif not self.beside:
            self.add(subject, "role", role, line, f"{product} configuration")

    def listen(
        self,
        port: int,
        tls: bool,
        redirect: bool,
        line: int,
        *,
        tcp: bool = False,
        grpc: bool = False,
        udp: bool = False,
    ) -> None:
        """Add a port that the proxy listens on; on one of `tcp` or `udp` it passes on what it gets, on one of `grpc` nothing else."""
        value: dict[str, object] = {"tls": tls, "redirect": redirect, "tcp": tcp}
        if grpc and not tls:
            value["grpc"] = True
        self.add(f"component:{self.owner}", f"listen-{port}", value, line, "listen")
        if self.hosts is None:
            entry: dict[str, object] = {
                "protocol": "udp" if udp else "grpc" if "grpc" in value else _spoken(port, tls, tcp),
                "port": port,
                "read": True,
            }
            self.add(f"entry:{self.owner}:{port}", "entry", entry, line, "listen")

    def answer_to(self, names: Iterable[str], line: int, evidence: str) -> None:
        """Add names and addresses by which a proxy that stands alone is called."""
        for name in names if self.hosts is None else ():
            self.add(f"component:{self.owner}", "member", f"answers:{name}", line, evidence)

    def call(self, pool: str, members: Iterable[Member], protocol: str, line: int) -> None:
        """Add the calls of a pool; a pool of several is one component."""
        servers = list(members)
        for server in servers:
            if is_loopback(server.host) and server.port is not None:
                # one of its ports may lead to another
                self.add(f"component:{self.owner}", "member", f"passes_to:{server.port}", server.line, PASSED_ON)
        if self.hosts is not None:
            targets = {self._resolved(server): server for server in servers}
            if targets.keys() == {None} and all(_is_elsewhere(server.host) for server in servers):
                self._stand_alone(pool, servers, protocol, line)
                return
            if targets.keys() == {None}:
                self.strays.append((pool, [server for server in servers if not server.backup] or servers, protocol))
            for target, server in targets.items():
                if target is not None and target != self.owner:
                    self.is_of_here = True
                    self._connect(target, protocol, server.port, server.line)
                    if resolve_host(server.host, self.hosts) is None and server.host.lower() not in ON_MACHINE:
                        subject = f"connection:{self.owner}->{target}"
                        self.add(subject, "is_assumed", True, server.line, "address and published port")
                    if len(targets) > 1:
                        self.add(
                            f"connection:{self.owner}->{target}", "pool", f"{self.owner}/{pool}", server.line, "pool"
                        )
            return
        inside = {server: resolve_host(server.host, self.sheet.services) for server in servers}
        if servers and all(IN_CLUSTER.search(server.host) and target for server, target in inside.items()):
            for server, target in inside.items():
                self._connect(target or "", protocol, server.port, server.line)
            return
        self._stand_alone(pool, servers, protocol, line)

    def follow_strays(self) -> None:
        """Add calls of what no file describes, by public names, and by others if the configuration leads to something here too.

        One that leads to nothing here is made for other names, so what it passes on to isn't known.
        """
        self.fronts = frozenset()
        for pool, servers, protocol in self.strays:
            has_domain = all("." in server.host for server in servers)
            for server in servers:
                self.add(f"component:{self.owner}", "member", f"stray:{_place(server)}", server.line, PASSED_ON)
            if self._lead_to_machine(servers, protocol):
                continue
            led = (has_domain or self.is_of_here) and self._lead_out(pool, servers, protocol)
            if not led and not has_domain:
                self.doubt(servers[0].line, "pool")

    def _lead_to_machine(self, servers: list[Member], protocol: str) -> bool:
        """Add a call of what answers on a port of the machine, which its own address may mean; return False for no such port.

        Within a container that address leads to the container, so that nothing is there unless it shares the network of the machine.
        """
        found = {server: (self.hosts or {}).get(f":{server.port}") for server in servers if is_loopback(server.host)}
        targets = {*found.values()} - {self.owner, None}
        if len(targets) != 1 or len(found) != len(servers):
            return False
        (target,), first = targets, servers[0]
        self._connect(str(target), protocol, first.port, first.line)
        self.add(f"connection:{self.owner}->{target}", "is_assumed", True, first.line, "own address and published port")
        return True

    def _lead_out(self, pool: str, servers: list[Member], protocol: str) -> bool:
        """Add a call of what no file describes: of a server by its name, of several by that of their pool; return False for no such name.

        Any server of a pool answers for the others, so they are one component.
        """
        places = dict.fromkeys(_place(server) for server in servers if _is_name(server.host))
        if not places:
            return False
        if not self.sheet.left_out.isdisjoint(server.host.lower() for server in servers):
            return True
        place, line = min(places), servers[0].line
        if self.is_in_cluster and all(server.host.lower() in DESKTOP_HOSTS for server in servers):
            for each in places:
                self.sheet.omit(self._at(line), each, "a desktop's name for itself, where developers run programs")
            return True
        names = (place, *names_of_place(servers[0].host)) if len(places) == 1 else ()
        name = next((self.sheet.places[each] for each in names if each in self.sheet.places), None)
        # a name without a port may be that of a pool in a file that isn't there
        if name is None and any(
            "." not in server.host and server.port is None and server.host == pool for server in servers
        ):
            return False
        if name is None:
            name = self._name(pool, servers, [*places])
            if name is None:
                return False
            self.outside.add(name)
            is_outer = all(is_public_host(server.host.lower()) for server in servers if _is_name(server.host))
            known = Known("external-service") if is_outer else PRODUCTS.get(name) or known_by_name(name)
            count = len(places) if len(places) > 1 and not is_outer else None
            is_near = all(place.partition(":")[0] in ON_MACHINE for place in places) or None
            values = {"kind": known.kind, "product": known.product, "replicas": count, "is_outside": True}
            for key, value in {**values, "is_on_machine": is_near}.items():
                if value is not None:
                    evidence = f"{PASSED_ON}, in no file"
                    self.sheet.add(Fact(f"component:{name}", key, value, self._at(line), evidence, "medium"))
            if len(places) == 1:
                self.sheet.places[place] = name
        self._connect(name, protocol, servers[0].port, line)
        self.add(f"connection:{self.owner}->{name}", "is_assumed", True, line, PASSED_ON)
        return True

    def _name(self, pool: str, servers: list[Member], places: list[str]) -> str | None:
        """Return the id of what no file describes; None where its name is that of something else."""
        taken = (self.owner, *(self.sheet.components - self.outside))
        host = servers[0].host.lower()
        if len(places) > 1 or host in ON_MACHINE:
            # another port of a machine is another program
            is_unnamed = host in ON_MACHINE and pool.lower().startswith(host)
            title = f"host-{servers[0].port or 80}" if is_unnamed else pool
            name = make_id(title)
            name = f"{name}-pool" if name in taken else name
        else:
            name = make_id(host if is_public_host(host) else host.partition(".")[0])
        return name if name not in taken else None

    def _at(self, line: int) -> Origin:
        return Origin(self.file.path, line + self.line)

    def doubt(self, line: int, evidence: str) -> None:
        """Record that the proxy passes on to something that its configuration doesn't tell."""
        self.add(f"component:{self.owner}", "is_unclear", True, line, evidence)

    def doubt_pools(self, is_doubted: bool) -> None:
        """Mark the calls of pools as assumed, if they are doubted."""
        for pool in sorted(self.pools) if is_doubted else ():
            self.add(f"connection:{self.owner}->{pool}", "is_assumed", True, 1, PASSED_ON)

    def _resolved(self, server: Member) -> str | None:
        """Return the component that a server is: by its name, else by the port that it publishes on the machine."""
        hosts = self.hosts or {}
        named = resolve_host(server.host, hosts)
        led = behind_port(server.host, server.port, hosts) if named is not None else None
        return led or named or resolve_port(server.host, server.port, hosts)

    def ask(self, host: str, protocol: str, line: int) -> None:
        """Add a call of what tells which servers are up."""
        target = resolve_host(host, self.hosts) if self.hosts is not None else None
        if target is not None and target != self.owner:
            self._connect(target, protocol, None, line)

    def _connect(self, target: str, protocol: str, port: int | None, line: int) -> None:
        subject = f"connection:{self.owner}->{target}"
        spoken = STORE_PROTOCOLS.get(port or 0, protocol) if protocol == "tcp" else protocol
        self.add(subject, "protocol", spoken, line, PASSED_ON)
        self._come_by(subject, line)
        self.add(subject, "served", [port or 0, spoken], line, PASSED_ON)
        if self.is_secured and not PROTOCOLS[spoken].encrypted:
            self.add(subject, "secured", port or 0, line, PASSED_ON)

    def _come_by(self, subject: str, line: int) -> None:
        for front in self.fronts or (0,):
            self.add(subject, "front", front, line, PASSED_ON)

    def _stand_alone(self, pool: str, servers: list[Member], protocol: str, line: int) -> None:
        """Add a pool as a component that runs on the hosts of its addresses."""
        if not servers:
            return
        known_port = len(servers) == 1 and is_loopback(servers[0].host) and servers[0].port
        started = self.sheet.started.get(known_port) if known_port else None
        # what nobody named is called by its address
        is_unnamed = re.fullmatch(r"(localhost|127[\d.]*)[-:]\d+", pool) is not None
        taken = self.taken if self.hosts is None else self.sheet.components - self.pools
        if started is None or not is_unnamed or make_id(started[0]) in (self.owner, *taken):
            started = None
        identity = make_id(started[0] if started is not None else pool)
        identity = f"{identity}-pool" if identity in (self.owner, *taken) else identity
        places = {(server.host, server.port) for server in servers}
        other, is_of_trial = self.others.get(identity, (places, False))
        if identity not in self.pools and other != places:
            if is_trial_configuration(self.file.path) and not is_of_trial:
                self.sheet.omit(self._at(line), pool, "its file is named for a trial")
                return
            # pools of one name in several files, for each environment
            identity = make_id(f"{identity}-{posixpath.basename(self.file.path).partition('.')[0]}")
        subject = f"component:{identity}"
        port = servers[0].port
        if identity in self.pools:
            # another port of the same servers
            self._come_by(f"connection:{self.owner}->{identity}", line)
            return
        self.pools.add(identity)
        self.others.setdefault(identity, (places, is_trial_configuration(self.file.path)))
        known = known_by_name(identity)
        kind = known.kind if known.kind not in ("service", "reverse-proxy", "load-balancer") else "app-server"
        if protocol == "tcp" and port in STORES:
            kind, protocol = STORES[port].kind, STORES[port].protocol
        by_command = f", docker run ({started[1]})" if started is not None else ""
        self.add(subject, "kind", kind, line, f"pool {identity}{by_command}")
        hosts = list(dict.fromkeys(self._host(server) for server in servers))
        if len(servers) > 1:
            self.add(subject, "replicas", len(servers), line, "servers of the pool")
        self.add(subject, "places", hosts, line, "servers of the pool")
        served = [[server.name or server.host, server.host, server.port or 80] for server in servers]
        self.add(subject, "servers", served, line, "servers of the pool")
        self._connect(identity, protocol, port, line)
        for other_port in {server.port for server in servers} - {port, None}:
            self.add(f"connection:{self.owner}->{identity}", "served", [other_port, protocol], line, PASSED_ON)
        if all(is_loopback(server.host) for server in servers):
            self.add(f"connection:{self.owner}->{identity}", "locality", "same-host", line, "loopback")

    def _host(self, server: Member) -> str:
        """Return the host of a server: its name or address; loopback is the proxy's own."""
        if is_loopback(server.host):
            return f"{self.owner}-1"
        return make_id(server.host.replace(":", "-"))


def is_trial_configuration(path: str) -> bool:
    """Return True for a file that its name calls one for a trial."""
    return is_before_release(posixpath.basename(path))


def _place(server: Member) -> str:
    """Return what a server is known by."""
    return outside_place(outside_address(server.host.lower(), server.port))


def _is_name(host: str) -> bool:
    """Return True for a name of another machine or service."""
    return _NAME.fullmatch(host.lower()) is not None and is_real(host) and not is_ip_address(host)


def _is_elsewhere(host: str) -> bool:
    """Return True for the address of another machine."""
    return is_ip_address(host) and not is_loopback(host) and host != "0.0.0.0"


def _spoken(port: int, tls: bool, tcp: bool) -> str:
    if tcp:
        return STORE_PROTOCOLS.get(port, "https" if port in (443, 8443) else "tcp")
    return "https" if tls else "http"


def split_address(text: str) -> tuple[str, int | None]:
    """Return host and port of `web:8000` or `[::1]:80`."""
    host, separator, port = text.rpartition(":")
    if (
        separator
        and port.isascii()
        and port.isdecimal()
        and 0 < int(port[:6]) < 65536
        and (":" not in host or host.endswith("]"))
    ):
        return host.strip("[]"), int(port)
    return text.strip("[]"), None


def leave_out_unheard(sheet: FactSheet) -> None:
    """Take out the entries by TLS at which nothing listens by the whole configuration of a proxy, which has none at all."""
    facts = sheet.facts if sheet.wholly_configured else ()
    for name in sorted(sheet.wholly_configured - sheet.partly_read):
        subject, published = f"component:{name}", f"entry:{name}:"
        heard = {
            int(fact.key.partition("-")[2]): fact.value
            for fact in facts
            if fact.subject == subject and fact.key.startswith("listen-")
        }
        entries = [fact for fact in facts if fact.subject.startswith(published)]
        unheard = [
            fact
            for fact in entries
            if fact.value["protocol"] == "https" and (fact.value.get("target") or fact.value["port"]) not in heard
        ]
        is_plain = bool(heard) and not any(each["tls"] or each["tcp"] for each in heard.values())
        for fact in unheard if is_plain and len(unheard) < len(entries) else ():
            sheet.withdraw(fact)
            ports = listed([str(port) for port in sorted(heard)])
            reason = f"the configuration of {name} listens on {ports} alone, without TLS"
            sheet.omit(fact.source, f"{name}:{fact.value['port']}", reason)
