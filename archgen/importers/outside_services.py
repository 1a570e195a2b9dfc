"""Services that variables name by an address of the own network or machine, and that no file describes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from archgen.importers.addresses import (
    IN_CLUSTER,
    ON_MACHINE,
    Mention,
    is_ip_address,
    resolve_host,
    resolve_port,
    urls_in,
)
from archgen.importers.catalogue import PRODUCTS, Known
from archgen.importers.facts import Origin
from archgen.importers.outside import Outside, OutsideStore, is_for_pages, is_real, outside_address, stores_named
from archgen.importers.products import known_by_name
from archgen.importers.variable_names import HOST_ENDS, asks_for_host, is_for_browsers, names_itself, names_telemetry
from archgen.model.kinds import KINDS

_LONGEST = 2000
_MOST = 5
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,62}(?:\.[A-Za-z0-9-]{1,62}){0,5})(?::([0-9]{1,5}))?")
_NUMBERS = re.compile(r"((?:[0-9]{1,3}\.){3}[0-9]{1,3})(?::([0-9]{1,5}))?")
_HOST_END = re.compile(rf"(^|_){HOST_ENDS}$", re.IGNORECASE)
_SERVICE = re.compile(rf"[a-z0-9-]+\.[a-z0-9-]+{IN_CLUSTER.pattern}", re.IGNORECASE)
"""The full name of a service in a cluster, and not of a pod behind it."""

_OF_ADDRESS = re.compile(rf"_?(BASE_?)?({HOST_ENDS}|API|SERVICE)$", re.IGNORECASE)
"""What stands behind the name of something in a variable for its address."""

_OF_ONESELF = re.compile(r"|app|base|server|host|domain|issuer|nextauth|(.+-)?(root|web-?hook|self|site|public)")
"""What stands before `_URL` in variables for the address of a program itself, and what names nothing at all."""

_OF_NO_CALLS = re.compile(
    r"-*(\w+[_-])?(https?|all|ftp|socks\d?)_?proxy(_(url|host|server|addr(ess)?))?|x?debug(ger)?(_\w+)?", re.IGNORECASE
)
"""Variables for what requests to outside pass, and for the tools of those who write a program."""

_OF_CLUSTERS = ("kubernetes", "kube-dns")
"""Services that each cluster has."""


def services_outside(
    outside: Outside, name: str, value: str, hosts: Mapping[str, str], source: Origin, *, is_cluster: bool
) -> Iterator[tuple[Mention, OutsideStore]]:
    """Yield the services, apart from stores, that a variable names and that `hosts` don't hold, with how they are called.

    In a cluster such an address is the full name of a service: a shorter one is often left from what is no longer there, unless it is for
    telemetry. It may also be one of the machine.
    """
    # most values hold no address, which is sooner seen than what their names say
    addresses = _addresses(name, value[:_LONGEST])[:_MOST]
    if not addresses or not _is_for_calls(name, value):
        return
    stores = {mention.host for mention, _ in stores_named(name, value)}
    for mention in addresses:
        host = mention.host.lower()
        is_here = resolve_host(host, hosts) or resolve_port(host, mention.port, hosts)
        if is_here is not None or mention.host in stores or not _may_be_service(name, mention, is_cluster):
            continue
        title = _title(name) if host in ON_MACHINE else host.partition(".")[0]
        if not title or (host in ON_MACHINE and title in hosts):
            continue
        known = PRODUCTS.get(title) or known_by_name(title)
        # a word of a variable tells no proxy that leads somewhere
        is_proxy = host in ON_MACHINE and KINDS[known.kind].balances
        if known.keeps_data or known.kind == "backup" or is_proxy:
            known = Known("service")
        store = outside.add(outside_address(host, mention.port), known, source, name or "an address", title)
        yield replace(mention, host=store.id), store


def unknown_hosts(name: str, value: str, hosts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the addresses by a name of the own network alone, or by numbers, that a variable holds, and at which nothing is to be found.

    Each comes with what to call it: the name, or what the variable is named after.
    """
    bare = _NUMBERS.fullmatch(value.strip()) if "." in value and _HOST_END.search(name) is not None else None
    if ("://" not in value and bare is None) or not _is_for_calls(name, value):
        return
    stores = {mention.host for mention, _ in stores_named(name, value)}
    found = _addresses(name, value[:_LONGEST])[:_MOST]
    if bare is not None:
        found = [Mention(bare[1], None, int(bare[2]) if bare[2] else None)]
    for mention in found:
        # a chart puts the namespace of its release behind the dot
        name_here = mention.host.removesuffix(".")
        host = name_here.lower()
        is_numbers = is_ip_address(host)
        # a number under a name that tells nothing may be that of the program itself
        is_name = ("." not in host and not is_numbers) or (is_numbers and _title(name) != "")
        is_name = is_name and host not in (*ON_MACHINE, *_OF_CLUSTERS) and is_real(host)
        is_name = is_name and not (is_numbers and names_telemetry(name))
        is_taken = mention.host in stores or _takes_telemetry(name, host)
        is_here = (
            resolve_host(mention.host.lower(), hosts)
            or resolve_host(host, hosts)
            or (is_numbers and resolve_port(host, mention.port, hosts))
        )
        if is_name and not is_taken and not is_here:
            address = f"{name_here}:{mention.port}" if mention.port is not None else name_here
            yield address, _title(name) if is_numbers else name_here


def _is_for_calls(name: str, value: str) -> bool:
    """Return False for a variable that names the program itself, what browsers call, or what others come through."""
    is_of_pages = is_for_browsers(name) or is_for_pages(name)
    return not (names_itself(name, value) or is_of_pages or _OF_NO_CALLS.fullmatch(name))


def _addresses(name: str, value: str) -> list[Mention]:
    """Return the addresses in a value: those of URLs, or the value itself under a name that asks for a host."""
    urls = [mention for mention, _ in urls_in(value)] if "://" in value else []
    asks = asks_for_host(name)
    if urls or "://" in value:
        return urls if asks else [mention for mention in urls if _SERVICE.fullmatch(mention.host)]
    match = _ADDRESS.fullmatch(value.strip()) if asks or ".svc" in value.lower() else None
    if match is None or not (asks or _SERVICE.fullmatch(match[1])):
        return []
    port = int(match[2]) if match[2] else None
    return [Mention(match[1], None, port if port is not None and port < 65536 else None)]


def _may_be_service(name: str, mention: Mention, is_cluster: bool) -> bool:
    host = mention.host.lower()
    if not is_real(host) or is_ip_address(host):
        return False
    if host in ON_MACHINE:
        return mention.port is not None or mention.protocol is not None
    is_service = _SERVICE.fullmatch(host) is not None or _takes_telemetry(name, host)
    return is_cluster and is_service and host.partition(".")[0] not in _OF_CLUSTERS


def _takes_telemetry(name: str, host: str) -> bool:
    """Return True for the name alone of what an operator often starts, and by its name takes measurements, logs or traces."""
    known = PRODUCTS.get(host) or known_by_name(host)
    return "." not in host and names_telemetry(name) and KINDS[known.kind].observes


def _title(name: str) -> str:
    """Return a name for what a variable holds the address of: `ollama` for `OLLAMA_BASE_URL`; none where that may be the program itself."""
    stem = re.sub(r"[^a-z0-9]+", "-", _OF_ADDRESS.sub("", name).lower()).strip("-")
    return "" if _OF_ONESELF.fullmatch(stem) else stem
