"""DNS records and declared addresses of a model: the destinations of names, and the owners of addresses.

Wildcards match as RFC 4592 has it: only below the closest name that exists.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from ipaddress import AddressValueError, IPv6Address

from archgen.model.architecture import Architecture, Component, Record
from archgen.model.dns_zones import ancestors, domains_of, lies_under, normalize_name
from archgen.model.products import product_of
from archgen.model.steps import first_request

ADDRESS_TYPES = {"A": 4, "AAAA": 6}
"""The types whose value is an address, with the version of IP."""

NAME_TYPES = ("CNAME", "MX", "NS", "DNAME", "ALIAS", "ANAME", "SRV")
"""The types whose value is a name."""

LEADING_TYPES = (*ADDRESS_TYPES, "CNAME", "ALIAS", "ANAME", "HTTPS", "SVCB")
"""The types that lead to a server of the name itself."""

_UNDERSCORED = r"^(_[^.]+\.)+"
_NUMBERED = {"MX": 1, "SRV": 3}


@lru_cache(4096)
def address(text: str) -> tuple[int, str] | None:
    """Return the version and the canonical form of an IP address; None for any other text."""
    if ":" not in text:
        parts = text.split(".")
        return (4, text) if len(parts) == 4 and all(map(_is_octet, parts)) else None
    try:
        return 6, str(IPv6Address(text))
    except AddressValueError:
        return None


def _is_octet(text: str) -> bool:
    decimal = text.isascii() and text.isdigit() and len(text) <= 3
    return decimal and (text == "0" or text[0] != "0") and int(text) < 256


def pointee(record: Record) -> str:
    """Return the target of a record: its value without the numbers before it (the 10 of `10 mail.example.com`)."""
    words = record.value.split()
    numbers = _NUMBERED.get(record.type.upper(), 0)
    while len(words) > 1 and numbers and words[0].isdigit():
        words, numbers = words[1:], numbers - 1
    return " ".join(words)


def probed_name(probe: str) -> str:
    """Return the name that a probe asks for, whether it is written by itself or as an address with a scheme."""
    return normalize_name(probe.partition("://")[2].partition("/")[0] or probe)


class Names:
    """The names and addresses of an architecture."""

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture
        self.servers = tuple(component for component in architecture.components if component.kind == "dns")

    @cached_property
    def silent(self) -> tuple[Component, ...]:
        """The name servers that may have records which the model doesn't list: a resolver asks others, and has none.

        Programs alone ask a resolver; whoever goes by a name asks a name server that has it, or no line shows it.
        """
        if not self.servers:
            return ()
        firsts = (first_request(flow.steps) for flow in self.architecture.flows if flow.domain is not None)
        going = {first.source for first in firsts if first is not None}
        callers: dict[str, set[str]] = {}
        for connection in self.architecture.connections:
            for target in connection.targets:
                callers.setdefault(target, set()).add(connection.source)
        return tuple(
            server
            for server in self.servers
            if not server.records
            and not product_of(server.product).resolves
            and (server.domain is not None or server.id not in callers or callers[server.id] & going)
        )

    @cached_property
    def resolvers(self) -> frozenset[str]:
        """The DNS components that ask others: by their product, whatever records they add, or since programs alone ask them."""
        silent = {server.id for server in self.silent}
        return frozenset(
            server.id
            for server in self.servers
            if product_of(server.product).resolves or (not server.records and server.id not in silent)
        )

    @cached_property
    def declared(self) -> frozenset[str]:
        """The words for a host or a component in a record's value: its id, its id with the kind, its name."""
        names: set[str] = set()
        for kind, entities in (("host", self.architecture.hosts), ("component", self.architecture.components)):
            for entity in entities:
                names.update((entity.id, f"{kind}:{entity.id}", entity.name or entity.id))
        return frozenset(names)

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Every address that a host or a cluster states, in canonical form."""
        declared = [host.address for host in self.architecture.hosts]
        declared += [
            component.cluster.shared_address for component in self.architecture.components if component.cluster
        ]
        parsed = (address(text) for text in declared if text is not None)
        return frozenset(each[1] for each in parsed if each is not None)

    @cached_property
    def _by_name(self) -> dict[str, list[Record]]:
        """Records by each full name that they may stand for: a name in a DNS zone may leave out the zone's own."""
        records: dict[str, list[Record]] = {}
        for server in self.servers:
            for record in server.records:
                for name in readings(record.name, server):
                    records.setdefault(name, []).append(record)
        return records

    @cached_property
    def _existing(self) -> frozenset[str]:
        """The names that exist: those with records and, without any of their own, those above them."""
        above = (above_name for name in self._by_name for above_name in ancestors(name))
        return frozenset((*self._by_name, *above))

    @cached_property
    def own_domains(self) -> tuple[str, ...]:
        """The domains that the model's name servers answer for."""
        return tuple(dict.fromkeys(domain for server in self.servers for domain in domains_of(server)))

    def is_own(self, name: str) -> bool:
        """Return True if a name lies in a domain that the model's name servers answer for."""
        return any(lies_under(name, domain) for domain in self.own_domains)

    def leading(self, name: str) -> tuple[Record, ...]:
        """Return the records that give a name an address or another name; those of a wildcard where it has none."""
        name = normalize_name(name)
        records = self._by_name.get(name, ())
        if name not in self._existing:
            closest = next((above for above in ancestors(name) if above in self._existing), None)
            records = self._by_name.get(f"*.{closest}", ())
        return tuple(record for record in records if record.type.upper() in LEADING_TYPES)

    def mail_servers(self, name: str) -> tuple[str, ...]:
        """Return the names to which mail for a name is sent: those of its MX records (RFC 5321, 5.1)."""
        records = self._by_name.get(normalize_name(name), ())
        return tuple(dict.fromkeys(pointee(record) for record in records if record.type.upper() == "MX"))

    @cached_property
    def _services(self) -> dict[str, list[Record]]:
        """SRV records by the domain of the service: `_sip._udp.tel.example` is one of tel.example, and of itself."""
        services: dict[str, list[Record]] = {}
        for name, records in self._by_name.items():
            located = [record for record in records if record.type.upper() == "SRV"]
            for domain in dict.fromkeys((name, re.sub(_UNDERSCORED, "", name))) if located else ():
                services.setdefault(domain, []).extend(located)
        return services

    def services(self, name: str) -> tuple[Record, ...]:
        """Return the SRV records that lead clients of a service, such as phones, to the servers of a domain (RFC 2782)."""
        return tuple(self._services.get(normalize_name(name), ()))

    @cached_property
    def located(self) -> frozenset[str]:
        """The names, addresses and ids of elements that SRV records lead to."""
        records = (record for server in self.servers for record in server.records if record.type.upper() == "SRV")
        targets = dict.fromkeys(map(pointee, records))
        behind = (pointee(record) for target in targets for record in self.leading(target))
        return frozenset(word.removeprefix("host:") for word in (*targets, *behind))

    def answered_elsewhere(self, name: str) -> bool:
        """Return True if a name lies at or below one that the records delegate to other name servers (NS, DNAME)."""
        name = normalize_name(name)
        return any(self._is_delegated(above) for above in (name, *ancestors(name)) if above not in self.own_domains)

    def _is_delegated(self, name: str) -> bool:
        types = {record.type.upper() for record in self._by_name.get(name, ())}
        return "DNAME" in types or types == {"NS"}

    def leads(self, name: str) -> bool:
        """Return True if the model, or a name server that it delegates to, answers for the name."""
        return bool(self.leading(name)) or self.answered_elsewhere(name)

    @cached_property
    def _flows(self) -> dict[Record, tuple[str, ...]]:
        flows: dict[Record, tuple[str, ...]] = {}
        for flow in self.architecture.flows:
            for record in self.leading(flow.domain) if flow.domain is not None else ():
                flows[record] = (*flows.get(record, ()), flow.id)
        return flows

    def flows(self, record: Record) -> tuple[str, ...]:
        """Return the flows whose name the record is for."""
        return self._flows.get(record, ())


def readings(name: str, server: Component) -> tuple[str, ...]:
    """Return the full names that a name may stand for in a server's records: `www`, `@` and `www.foobar.com` of foobar.com."""
    written = normalize_name(name)
    if server.domain is None:
        return (written,)
    domain = normalize_name(server.domain)
    if written in ("@", ""):
        return (domain,)
    return (written,) if lies_under(written, domain) else (written, f"{written}.{domain}")
