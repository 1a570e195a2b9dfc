"""What the DNS records and the stated addresses of one model say: which name leads where, which address is anybody's.

Names are compared without case and final dot (RFC 4343); wildcards match as RFC 4592 has it: only below the closest
name that exists.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache

from archgen.model.architecture import Architecture, Component, Record

ADDRESS_TYPES = {"A": 4, "AAAA": 6}
"""The types whose value is an address, with the version of IP."""

NAME_TYPES = ("CNAME", "MX", "NS", "DNAME", "ALIAS", "ANAME", "SRV")
"""The types whose value is a name."""

_LEADING = (*ADDRESS_TYPES, "CNAME", "ALIAS", "ANAME", "HTTPS", "SVCB")
_NUMBERED = {"MX": 1, "SRV": 3}


@lru_cache(4096)
def address(text: str) -> tuple[int, str] | None:
    """The version and the canonical form of an IP address; None for any other text."""
    if ":" not in text:
        parts = text.split(".")
        return (4, text) if len(parts) == 4 and all(map(_is_octet, parts)) else None
    # only here, because the import is slow beside the rest of a lint
    from ipaddress import AddressValueError, IPv6Address

    try:
        return 6, str(IPv6Address(text))
    except AddressValueError:
        return None


def _is_octet(text: str) -> bool:
    decimal = text.isascii() and text.isdigit() and len(text) <= 3
    return decimal and (text == "0" or text[0] != "0") and int(text) < 256


def plain(name: str) -> str:
    """A name as it is compared."""
    return name.strip().rstrip(".").lower()


def lies_under(name: str, domain: str) -> bool:
    """Whether a name is a domain or lies below it."""
    return name == domain or name.endswith(f".{domain}")


def pointee(record: Record) -> str:
    """What a record points to: its value without the numbers before it (the 10 of `10 mail.example.com`)."""
    words = record.value.split()
    numbers = _NUMBERED.get(record.type.upper(), 0)
    while len(words) > 1 and numbers and words[0].isdigit():
        words, numbers = words[1:], numbers - 1
    return " ".join(words)


def ancestors(name: str) -> Iterator[str]:
    """The names above a name, nearest first."""
    while "." in name:
        name = name.split(".", 1)[1]
        yield name


class Names:
    """Answers about the names and addresses of one architecture."""

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture
        self.servers = tuple(one for one in architecture.components if one.kind == "dns")

    @cached_property
    def declared(self) -> frozenset[str]:
        """Everything a record's value may call a host or a component by: its id, its id with the kind, its name."""
        found: set[str] = set()
        for kind, things in (("host", self.architecture.hosts), ("component", self.architecture.components)):
            for thing in things:
                found.update((thing.id, f"{kind}:{thing.id}", thing.name or thing.id))
        return frozenset(found)

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Every address that a host or a cluster states, in canonical form."""
        stated = [host.address for host in self.architecture.hosts]
        stated += [one.cluster.shared_address for one in self.architecture.components if one.cluster]
        known = (address(text) for text in stated if text is not None)
        return frozenset(one[1] for one in known if one is not None)

    @cached_property
    def _by_name(self) -> dict[str, list[Record]]:
        """Records by each full name they may stand for: a name in a zone may be written without the zone's own."""
        found: dict[str, list[Record]] = {}
        for server in self.servers:
            for record in server.records:
                for name in readings(record.name, server):
                    found.setdefault(name, []).append(record)
        return found

    @cached_property
    def _existing(self) -> frozenset[str]:
        """The names that exist: those with records and, without any of their own, those above them."""
        above = (one for name in self._by_name for one in ancestors(name))
        return frozenset((*self._by_name, *above))

    def domains(self, server: Component) -> tuple[str, ...]:
        """The domain that a name server answers for; where it is not stated, what the names of its records share."""
        if server.domain is not None:
            return (plain(server.domain),)
        names = [plain(record.name).removeprefix("*.").removeprefix("www.") for record in server.records]
        shared = [one for one in names[:1] for one in (one, *ancestors(one)) if all(lies_under(n, one) for n in names)]
        return tuple(one for one in shared[:1] if "." in one)

    @cached_property
    def own_domains(self) -> tuple[str, ...]:
        """The domains that the model answers for."""
        return tuple(dict.fromkeys(domain for server in self.servers for domain in self.domains(server)))

    def is_own(self, name: str) -> bool:
        """Whether a name lies in a domain that the model answers for."""
        return any(lies_under(name, domain) for domain in self.own_domains)

    def leading(self, name: str) -> tuple[Record, ...]:
        """The records that give a name an address, or another name to go on with; a wildcard's where it has none."""
        name = plain(name)
        found = self._by_name.get(name, ())
        if name not in self._existing:
            closest = next((one for one in ancestors(name) if one in self._existing), None)
            found = self._by_name.get(f"*.{closest}", ())
        return tuple(record for record in found if record.type.upper() in _LEADING)

    def answered_elsewhere(self, name: str) -> bool:
        """Whether a name lies at or below one that the records hand over to other name servers (NS, DNAME)."""
        name = plain(name)
        return any(self._hands_over(above) for above in (name, *ancestors(name)) if above not in self.own_domains)

    def _hands_over(self, name: str) -> bool:
        types = {record.type.upper() for record in self._by_name.get(name, ())}
        return "DNAME" in types or types == {"NS"}

    def leads(self, name: str) -> bool:
        """Whether something in the model, or a name server that it hands over to, answers for a name."""
        return bool(self.leading(name)) or self.answered_elsewhere(name)

    @cached_property
    def _flows(self) -> dict[Record, tuple[str, ...]]:
        found: dict[Record, tuple[str, ...]] = {}
        for flow in self.architecture.flows:
            for record in self.leading(flow.domain) if flow.domain is not None else ():
                found[record] = (*found.get(record, ()), flow.id)
        return found

    def flows(self, record: Record) -> tuple[str, ...]:
        """The flows whose name the record is for."""
        return self._flows.get(record, ())


def readings(name: str, server: Component) -> tuple[str, ...]:
    """The full names that a name may stand for in a server's records: `www`, `@` and `www.foobar.com` of foobar.com."""
    written = plain(name)
    if server.domain is None:
        return (written,)
    domain = plain(server.domain)
    if written in ("@", ""):
        return (domain,)
    return (written,) if lies_under(written, domain) else (written, f"{written}.{domain}")
