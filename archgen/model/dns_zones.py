"""DNS zones: names as they are compared, and the components that answer for a zone.

Names are compared without case and final dot (RFC 4343).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archgen.model.architecture import Component


def normalize_name(name: str) -> str:
    """Return a name as it is compared."""
    return name.strip().rstrip(".").lower()


def covers_name(name: str, domain: str) -> bool:
    """Return True if a certificate's name covers a domain; a wildcard stands for exactly one label (RFC 9525, 6.3)."""
    return name == domain or (name.startswith("*.") and domain.partition(".")[2] == name[2:])


_OWN = (
    "local",
    "localhost",
    "home.arpa",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "localdomain",
    "test",
)
"""The domains of private networks: special-use names (RFC 6761, 6762 with appendix G, 8375), and what routers hand out."""


def is_public_name(name: str) -> bool:
    """Return True if a name may be one of public DNS: neither an address, nor a single label, nor of a private network."""
    own = normalize_name(name)
    last = own.rpartition(".")[2]
    return last != own and not last.isdigit() and not any(lies_under(own, domain) for domain in _OWN)


def lies_under(name: str, domain: str) -> bool:
    """Return True if a name is a domain or lies below it."""
    return name == domain or name.endswith(f".{domain}")


def ancestors(name: str) -> Iterator[str]:
    """Yield the names above a name, nearest first."""
    while "." in name:
        name = name.split(".", 1)[1]
        yield name


def domains_of(server: Component) -> tuple[str, ...]:
    """Return the domain of a name server; where it isn't declared, the one that the names of its records share."""
    if server.domain is not None:
        return (normalize_name(server.domain),)
    names = [normalize_name(record.name).removeprefix("*.").removeprefix("www.") for record in server.records]
    candidates = [domain for name in names[:1] for domain in (name, *ancestors(name))]
    shared = [domain for domain in candidates if all(lies_under(name, domain) for name in names)]
    return tuple(domain for domain in shared[:1] if "." in domain)


def servers_of(name: str, components: Iterable[Component]) -> tuple[str, ...]:
    """Return the DNS components that answer for the closest zone around a name; any of them is enough."""
    servers: dict[str, list[str]] = {}
    for component in components:
        for domain in domains_of(component) if component.kind == "dns" else ():
            servers.setdefault(domain, []).append(component.id)
    wanted = normalize_name(name)
    return next((tuple(servers[domain]) for domain in (wanted, *ancestors(wanted)) if domain in servers), ())
