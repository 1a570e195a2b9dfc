"""Servers that a proxy knows by their addresses alone, found again among the components of other files.

A pool is what its servers' names call: services of a project, on whose network the proxy is then, unless they are
published on these ports and other pools are none of them: the names may be those of machines. Else it is what is published on
its ports: on the proxy's own host for certain, on another one if it is the only one that answers there. A proxy of another
file is the pool if it answers to one of the pool's addresses, or if it is the only one that listens on the pool's port.
"""

from __future__ import annotations

from msgspec.structs import replace

from archgen.importers.addresses import is_ip_address, is_loopback, is_machine
from archgen.importers.assembly.inventory import Call, Inventory, Part
from archgen.importers.catalogue import BY_PRODUCT, is_product_like
from archgen.importers.names import make_id
from archgen.importers.products import known_by_name
from archgen.model.finding import Confidence


def join_pools(inventory: Inventory) -> Inventory:
    """Return the inventory with each pool of addresses replaced by what other files say runs there."""
    pools = [part for part in inventory.parts.values() if part.servers]
    named = {pool.id: targets for pool in pools if (targets := _named(inventory, pool))}
    # on their network, any other name is that of a container too
    inside = {
        call.source
        for identity, targets in named.items()
        for call in inventory.callers(identity)
        if not _may_be_machines(inventory, inventory.parts[identity], targets)
        or all(pool.id in named for pool in pools if (call.source, pool.id) in inventory.calls)
    }
    for pool in sorted(pools, key=lambda part: part.id not in named):
        is_inside = _are_names(pool) and any(call.source in inside for call in inventory.callers(pool.id))
        if pool.id in named:
            _lead_to(inventory, pool, named[pool.id], is_sure=is_inside)
        elif not is_inside and (targets := _published(inventory, pool)):
            _lead_to(inventory, pool, targets)
        elif (proxy := _listening(inventory, pool)) is not None:
            _become(inventory, pool, *proxy)
        elif is_inside and len(pool.servers) == 1:
            _stand_beside(inventory, pool)
        elif (part := _on_each(inventory, pool)) is not None:
            _become(inventory, pool, part, "medium")
    used = {host for part in inventory.parts.values() for host in part.places or (part.host,)}
    return replace(inventory, hosts={host: place for host, place in inventory.hosts.items() if host in used})


def _callers(inventory: Inventory, pool: Part) -> list[Part]:
    return [inventory.parts[call.source] for call in inventory.callers(pool.id)]


def _are_names(pool: Part) -> bool:
    """Return True for servers that are known by names without a domain, and not by addresses."""
    return not any("." in host or is_ip_address(host) for _, host, _ in pool.servers)


def _named(inventory: Inventory, pool: Part) -> list[str]:
    """Return the components of other files that the servers of a pool are called like; none if one of them is unknown."""
    ids = [make_id(host) for _, host, _ in pool.servers] if _are_names(pool) else []
    targets = [inventory.parts.get(name.lower(), inventory.parts.get(name)) for name in ids]
    known = [part for part in targets if part is not None and not (part.servers or part.is_outside or part.is_alone)]
    return list(dict.fromkeys(part.id for part in known)) if len(known) == len(targets) else []


def _may_be_machines(inventory: Inventory, pool: Part, targets: list[str]) -> bool:
    """Return True if services answer on a pool's ports from outside too: what they are called like may be their machine."""
    published = {entry.port for entry in inventory.entries if entry.component in targets and not entry.local}
    return all(port in published for _, _, port in pool.servers)


def _stand_beside(inventory: Inventory, pool: Part) -> None:
    """Put a container that no file describes on the host of the proxy that leads to it by its name."""
    host = next((part.host for part in _callers(inventory, pool) if part.host is not None), None)
    if host is not None:
        pool.host, pool.places = host, []


def _published(inventory: Inventory, pool: Part) -> list[str]:
    """Return the components that are published on the pool's ports, one for each server; none if one of them is unknown."""
    hosts = {host for _, host, _ in pool.servers}
    own = all(is_loopback(host) for host in hosts)
    targets: list[str] = []
    for _, _, port in pool.servers if own or len(hosts) == 1 else ():
        names = {
            entry.component
            for entry in inventory.entries
            if entry.port == port and (own or not entry.local) and not inventory.parts[entry.component].is_alone
        }
        if len(names) != 1:
            return []
        targets += names
    return list(dict.fromkeys(targets))


def _on_each(inventory: Inventory, pool: Part) -> Part | None:
    """Return what runs on each of a pool's machines: the only one that publishes its port, or the only store like it."""
    ports = {port for _, _, port in pool.servers}
    if len(pool.servers) < 2 or not all(is_machine(host) for _, host, _ in pool.servers):
        return None
    others = [part for part in inventory.parts.values() if not (part.servers or part.places or part.is_alone)]
    published = [
        part
        for part in others
        if ports == {entry.port for entry in inventory.entries if entry.component == part.id and not entry.local}
    ]
    known = known_by_name(pool.id)
    alike = [part for part in others if known.product is not None and is_product_like(part.product, known)]
    fitting = published or alike
    return fitting[0] if len(fitting) == 1 else None


def _lead_to(inventory: Inventory, pool: Part, targets: list[str], *, is_sure: bool = False) -> None:
    """Replace a pool by the components that its names call, or that are published on its ports."""
    own = is_sure or all(is_loopback(host) for _, host, _ in pool.servers)
    host = inventory.parts[targets[0]].host
    for call in inventory.callers(pool.id):
        for target in targets:
            joined = replace(
                call,
                target=target,
                pool=f"{call.source}/{pool.id}" if len(targets) > 1 else None,
                confidence="high" if own else "medium",
                is_assumed=not own,
            )
            inventory.join(joined)
        if own and host is not None:
            inventory.parts[call.source].host = host
            for beside in inventory.parts.values():
                # other programs on the host of the proxy, which no file describes
                beside.places = [host if place == f"{call.source}-1" else place for place in beside.places]
    if not own and host is not None:
        inventory.addresses.setdefault(host, pool.servers[0][1])
    _drop(inventory, pool, targets)


def _listening(inventory: Inventory, pool: Part) -> tuple[Part, Confidence] | None:
    """Return the proxy that a pool is, and the confidence in it."""
    callers = _callers(inventory, pool)
    ports = {port for _, _, port in pool.servers}
    hosts = {host for _, host, _ in pool.servers}
    proxies = [
        part
        for part in inventory.parts.values()
        if part.is_alone
        and part not in callers
        and ports <= {*part.listens}
        and not _leads_to(inventory, part, callers)
    ]
    named = [part for part in proxies if hosts & {*part.names}]
    if named:
        return named[0], "high"
    rivals = [
        part for part in inventory.parts.values() if part.servers and {port for _, _, port in part.servers} == ports
    ]
    return (proxies[0], "medium") if len(proxies) == len(rivals) == 1 else None


def _leads_to(inventory: Inventory, part: Part, targets: list[Part]) -> bool:
    return any((part.id, target.id) in inventory.calls for target in targets)


def _become(inventory: Inventory, pool: Part, proxy: Part, confidence: Confidence) -> None:
    """Put a proxy on the hosts of a pool; it is reached by what calls the pool."""
    # an address that the proxies of a cluster share is that of no host
    if "cluster" not in proxy.declared or not {host for _, host, _ in pool.servers} <= {*proxy.names}:
        local = f"{proxy.id}-1"
        for part in inventory.parts.values():
            part.places = [pool.places[0] if place == local else place for place in part.places]
        proxy.places, proxy.replicas = list(pool.places), pool.replicas
        proxy.members = [name for name, _, _ in pool.servers]
    inventory.entries[:] = [entry for entry in inventory.entries if entry.component != proxy.id]
    for call in inventory.callers(pool.id):
        known = BY_PRODUCT.get(proxy.product or "") if proxy.keeps_data and call.protocol == "tcp" else None
        protocol = known.protocol if known is not None else call.protocol
        joined = replace(
            call, target=proxy.id, protocol=protocol, confidence=confidence, is_assumed=confidence != "high"
        )
        inventory.join(joined)
    _drop(inventory, pool, [proxy.id])


def _drop(inventory: Inventory, pool: Part, targets: list[str]) -> None:
    """Take a pool out that `targets` are; what copies it copies them."""
    inventory.forget(pool, targets)
    calls: dict[tuple[str, str], Call] = {
        pair: call for pair, call in sorted(inventory.calls.items()) if pool.id not in pair
    }
    inventory.calls.clear()
    inventory.calls.update(calls)
