"""Configurations of proxies that lie beside other files: those that lead to what the files describe."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from archgen.importers.addresses import is_ip_address, is_loopback, is_machine
from archgen.importers.attached import read_alone
from archgen.importers.catalogue import is_product_like
from archgen.importers.facts import Configuration, FactSheet
from archgen.importers.haproxy import is_haproxy
from archgen.importers.keepalived import balances, is_keepalived
from archgen.importers.outside import is_real
from archgen.importers.products import known_by_name
from archgen.importers.stages import TRIAL, is_example, stage_of

_Pool = tuple[str, list[tuple[str, int]]]
"""The id of a pool, and the host and the port of each server."""


def leading_to(
    files: Iterable[Configuration], sheet: FactSheet, mounted: Iterable[Configuration] = ()
) -> list[Configuration]:
    """Return the files that lead to a port that a component publishes, or to the servers of its store.

    One that lies beside a `mounted` one of the same proxy is another version of that, unless it leads to the own machine alone, as
    a proxy before the containers does. Where no port is published, the balancer of keepalived leads to programs on the network of
    their machines. What moves the address of such a proxy belongs to it.
    """
    running = {(posixpath.dirname(file.path), proxy_of(file)) for file in mounted}
    pools = {
        file: own
        for file in files
        for own in [list(_pools(file))]
        if (posixpath.dirname(file.path), proxy_of(file)) not in running or _leads_inside(own)
    }
    facts = sheet.facts if pools else ()
    published = {fact.value["port"] for fact in facts if fact.key == "entry"}
    products = {fact.subject: str(fact.value) for fact in facts if fact.key == "product"}
    # another configuration of a proxy that the files run is that of a trial, or of another system
    described = {products.get(fact.subject, "") for fact in facts if fact.key.startswith("listen-")}
    leading = [
        file
        for file in pools
        if any(
            _leads(pool, published, set(products.values()), proxy_of(file) in described)
            or (not published and balances(file) and _are_near(pool) and stage_of(file.path) != TRIAL)
            for pool in pools[file]
        )
        and not _is_displaced(file, published)
    ]
    return [file for file in pools if file in leading or (leading and not pools[file] and _moves_address(file))]


def _moves_address(file: Configuration) -> bool:
    """Return True for a configuration of keepalived in use: an example of one moves no address."""
    return is_keepalived(file) and stage_of(file.path) != TRIAL and not is_example(file.path)


def _is_displaced(file: Configuration, published: set[int]) -> bool:
    """Return True for a proxy of the same host all of whose ports are published there by something else: it runs instead."""
    alone = FactSheet()
    ports = {
        int(fact.key.removeprefix("listen-"))
        for _ in read_alone([file], alone)
        for fact in alone.facts
        if fact.key.startswith("listen-")
    }
    return ports != set() and ports <= published and _leads_inside([*_pools(file)])


def _pools(file: Configuration) -> Iterator[_Pool]:
    alone = FactSheet()
    for _ in read_alone([file], alone):
        for fact in alone.facts:
            if fact.key == "servers":
                yield fact.subject.partition(":")[2], [(host, port) for _, host, port in fact.value]


def _leads_inside(pools: list[_Pool]) -> bool:
    """Return True for pools on the proxy's own machine."""
    return bool(pools) and all(is_loopback(host) for _, servers in pools for host, _ in servers)


def proxy_of(file: Configuration) -> str:
    """Return the proxy that a configuration is for."""
    return "haproxy" if is_haproxy(file) else "nginx"


def leads_by_names(file: Configuration) -> bool:
    """Return True for a configuration that knows all its servers by names without a domain, as containers know each other."""
    hosts = [host for _, servers in _pools(file) for host, _ in servers]
    return bool(hosts) and not any("." in host or is_ip_address(host) for host in hosts)


def _are_near(pool: _Pool) -> bool:
    return all(not is_loopback(host) and _is_near(host, pool[1]) for host, _ in pool[1])


def _is_near(host: str, servers: list[tuple[str, int]]) -> bool:
    """Return True for an address, and for the name of one of several machines: a single name may be that of anything."""
    return is_ip_address(host) or (is_machine(host) and is_real(host) and len({name for name, _ in servers}) > 1)


def _leads(pool: _Pool, published: set[int], stores: set[str], is_described: bool) -> bool:
    """Return True for a pool of published ports, or of machines that run a store; where the proxy is described, of the own host."""
    name, servers = pool
    near = [port for host, port in servers if is_loopback(host) or (not is_described and _is_near(host, servers))]
    if len(near) == len(servers) and published.issuperset(near):
        return True
    if is_described or len(servers) < 2:
        return False
    known = known_by_name(name)
    return known.product is not None and sum(is_product_like(product, known) for product in stores) == 1
