"""Another replica of a component, with what lets it stand in for the first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from msgspec.structs import replace

from archgen.edits.names import next_number
from archgen.edits.promotion import agrees_by_vote, has_primary, is_of_unknown_make, mirrors_itself
from archgen.model.architecture import (
    Architecture,
    Cluster,
    Component,
    Connection,
    Placement,
    Quorum,
    Replica,
    Replication,
)
from archgen.model.kinds import KINDS, ROUTING
from archgen.model.products import product_of
from archgen.model.protocols import RELAYS_OF_MEDIA, relays
from archgen.model.reasons import tells_hypervisor
from archgen.model.wording import listed
from archgen.reliability.index import Index
from archgen.reliability.locality import SAME_HOST
from archgen.reliability.traffic import is_sticky

Callers = Callable[[str], Iterable[Component]]
"""The callers of a component, by its id."""


def with_replica(
    component: Component,
    host: str | None,
    callers: Callers,
    *,
    is_apart: bool = False,
    by: str | None = "vrrp",
    starts_jobs: bool = False,
    is_deployed: bool = True,
    is_addressed: bool = False,
    is_tried: bool = False,
    is_one_sided: bool = False,
    watches: Literal["process", "service"] = "process",
) -> Component:
    """Return the component with another replica; a second one gets what lets it stand in for the first.

    What moves an address on its hosts is `by`, and notices what it `watches`. If the host is on another site (`is_apart`), its name
    moves, since no address does. One that starts jobs, or passes messages on in order, waits for its turn. Two copies of code are
    deployed by one tool from now on, unless they are (`is_deployed`). One beside replicas that float, without a host of its own, floats
    over the same hosts. People know only the address of a mail server to which they hand their mail (`is_addressed`), and all those
    that clients try (`is_tried`). What `is_one_sided` says of it is what `is_led_to_one_side` does.
    """
    taken = {replica.id for replica in component.replicas}
    first = component.replicas[0]
    floats = host is None and first.floating
    if host is None:
        name = next_number(f"{component.id}#", len(taken) + 1, taken)
        added = Replica(name, component.id, first.hosts, True) if floats else Replica(name, component.id)
    else:
        place = f"{component.id}@{host}"
        added = Replica(next_number(f"{place}#", 2, taken) if place in taken else place, component.id, (host,))
    grown = replace(component, replicas=(*component.replicas, added))
    if not is_deployed and len(taken) == 1:
        grown = replace(grown, deploy="rolling")
    grown = replace(grown, **dict.fromkeys(kept_alone(component, callers, is_one_sided=is_one_sided), "shared"))
    if floats and len(taken) == 1:
        # two on the same host are lost together
        placement = component.placement or Placement()
        grown = replace(grown, placement=replace(placement, spread=placement.spread or "host"))
    grown = replace(grown, quorum=_grown_quorum(component))
    if agrees_by_vote(component) and component.quorum is None and len(grown.replicas) == 3:
        # a part of its product is all that keeps parity, and no vote
        has_parity = product_of(component.product).quorum == "half-to-read"
        return grown if has_parity else replace(grown, quorum="majority")
    if len(taken) > 1 or agrees_by_vote(component):
        return grown
    if (starts_jobs or waits_its_turn(component)) and component.cluster is None and not component.managed:
        # two at work would start each job twice, or mix up messages
        return replace(grown, cluster=Cluster(mode="active-passive", failover="automatic"))
    if has_primary(component) and component.replication is None:
        # its provider promotes the copy of a managed store, and a storage system its own
        by_itself = (component.managed and host is None) or mirrors_itself(component)
        failover: Literal["automatic", "manual"] = "automatic" if by_itself else "manual"
        return replace(grown, replication=Replication(primary=(component.replicas[0].id,), failover=failover))
    moves = not is_tried and needs_moving_address(component, callers, is_addressed=is_addressed)
    return with_moving_address(grown, is_apart=is_apart, by=by, watches=watches) if moves else grown


def _grown_quorum(component: Component) -> int | Literal["majority"] | Quorum | None:
    """Return the quorum of a component with one more replica: a number that no two halves both reach stays such a number.

    Numbers for reads and for writes that share a member still share it. `quorum: 1` of a single replica asks for no vote, unless it
    agrees by vote.
    """
    size, quorum = len(component.replicas), component.quorum
    majority = (size + 1) // 2 + 1
    asks_vote = size > 1 or agrees_by_vote(component)

    def grow(count: int | Literal["majority"] | None) -> int | Literal["majority"] | None:
        return max(count, majority) if isinstance(count, int) and count > size // 2 and asks_vote else count

    if not isinstance(quorum, Quorum):
        return grow(quorum)
    read, write = grow(quorum.read), grow(quorum.write)
    if (
        isinstance(quorum.read, int)
        and isinstance(quorum.write, int)
        and isinstance(read, int)
        and isinstance(write, int)
    ):
        is_shared = size > 1 and quorum.read + quorum.write > size
        write = max(write, size + 2 - read) if is_shared else write
    return Quorum(read, write)


def kept_alone(component: Component, callers: Callers, *, is_one_sided: bool = False) -> tuple[str, ...]:
    """Return what a second replica of a component has none of, unless storage that both reach keeps it: uploads, sessions.

    A balancer that brings each visitor back to the same replica lets each keep the sessions of its own; so does what leads all to
    the replica on one host, where they sign in again once another takes over.
    """
    if len(component.replicas) > 1:
        return ()
    uploads = ("uploads",) if component.uploads == "local" else ()
    spread = component.sessions == "local" and any(
        _spreads(caller) and not (caller.balance is not None and is_sticky(caller.balance))
        for caller in callers(component.id)
    )
    return (*uploads, "sessions") if spread and not is_one_sided else uploads


def is_led_to_one_side(architecture: Architecture, component: Component, callers: Callers) -> bool:
    """Return True if what spreads requests to a component calls it on its own host alone, and visitors reach one host at a time."""
    spreading = {caller.id for caller in callers(component.id) if _spreads(caller) and _is_at_one_host(caller, callers)}
    if not spreading or any(_spreads(caller) and caller.id not in spreading for caller in callers(component.id)):
        return False
    calls = (call for call in architecture.connections if component.id in call.targets)
    return spreading <= {call.source for call in calls if call.locality == SAME_HOST}


def _is_at_one_host(component: Component, callers: Callers) -> bool:
    """Return True for a pair of which one waits, and for what becomes one with a second replica."""
    if component.cluster is not None:
        return component.cluster.mode == "active-passive"
    return len(component.replicas) == 1 and needs_moving_address(component, callers)


def lacks_deployment(architecture: Architecture, code: Component) -> bool:
    """Return True for a code base of which nothing is declared that changes its copies together, itself or in each that runs it."""
    if code.kind != "code-base" or code.deploy is not None:
        return False
    users = [user for user in architecture.components if user.codebase == code.id]
    return not users or any(user.deploy is None and user.image is None for user in users)


def needs_moving_address(component: Component, callers: Callers, *, is_addressed: bool = False) -> bool:
    """Return True if a second replica is of no use unless something moves the traffic to it, and nothing does yet.

    `is_addressed` is what `takes_mail_of_people` says of it.
    """
    if component.cluster is not None or component.managed or component.replicas[0].floating:
        # a platform that places replicas leads the traffic to them
        return False
    kind = KINDS[component.kind]
    if kind.role != "balancer" and any(_spreads(caller) for caller in callers(component.id)):
        return False
    return (
        kind.role == "balancer"
        or is_addressed
        or kind.id in (*ROUTING, "waf")
        or (kind.serves and _is_called_by_visitors(component.id, callers))
    )


def needs_selection(component: Component, callers: Callers) -> bool:
    """Return True for what is alone, called, and of unknown make: people know what leads the callers to one of two."""
    calling = [*callers(component.id)]
    is_alone = len(component.replicas) == 1 and component.cluster is None and not component.managed
    return is_alone and is_of_unknown_make(component) and bool(calling) and not any(map(_spreads, calling))


TO_OTHER = "what leads the callers to the other: an address that moves (VRRP), or a load balancer"


def lacks_chooser(index: Index, component: Component) -> bool:
    """Return True for a virtual machine that others than a balancer call, and that its platform starts elsewhere.

    A second one has an address of its own, and nothing leads a caller to it, as the service of an orchestrator of containers does.
    """
    if component.managed or component.cluster is not None or component.image or not component.replicas[0].floating:
        return False
    places = {host for replica in component.replicas for host in replica.hosts}
    hosts = map(index.hosts.__getitem__, sorted(places))
    if not any(map(tells_hypervisor, (component.why, *(text for host in hosts for text in (host.os, host.why))))):
        return False
    calling = index.callers(component.id)
    return any(not (_spreads(caller) or KINDS[caller.kind].observes or caller.id == component.id) for caller in calling)


def _spreads(caller: Component) -> bool:
    """Return True for a proxy or web server, which spreads requests over all replicas that it is given."""
    return KINDS[caller.kind].role in ("balancer", "web")


def _is_called_by_visitors(component: str, callers: Callers) -> bool:
    """Return True if clients call a component, directly or through firewalls."""
    queue = [component]
    seen = {component}
    for callee in queue:
        for caller in callers(callee):
            if caller.kind == "client":
                return True
            if caller.kind in ROUTING and caller.id not in seen:
                seen.add(caller.id)
                queue.append(caller.id)
    return False


def takes_mail_of_people(architecture: Architecture, component: Component, callers: Callers) -> bool:
    """Return True for a mail server that clients reach by one name, as for submission and IMAP; other servers try each MX record."""
    if component.kind != "mail" or not _is_called_by_visitors(component.id, callers):
        return False
    passing = {each.id for each in architecture.components if each.kind in ("client", *ROUTING)}
    calls = (call for call in architecture.connections if component.id in call.targets and call.source in passing)
    return any(not relays(port) for call in calls for port in call.ports)


def is_tried(architecture: Architecture, component: Component) -> bool:
    """Return True for a relay of media: its clients get a list of all, and try each."""
    return component.id in _relays_of_media(architecture.connections)


@lru_cache(maxsize=2)
def _relays_of_media(connections: tuple[Connection, ...]) -> frozenset[str]:
    """Return what is called by the protocols of relays alone."""
    spoken: dict[str, set[str]] = {}
    for call in connections:
        for target in call.targets:
            spoken.setdefault(target, set()).update(port.protocol for port in call.ports)
    return frozenset(target for target, protocols in spoken.items() if protocols and protocols <= {*RELAYS_OF_MEDIA})


def waits_its_turn(component: Component) -> bool:
    """Return True for what passes messages on in their order: a second one waits until the first is gone."""
    return product_of(component.product).ordered and not component.managed


def mover_on(architecture: Architecture, component: Component) -> str | None:
    """Return what moves an address between the hosts of a component; None if people have to choose it.

    A device has a failover of its own, or none; nothing speaks VRRP on Windows, and networks of providers pass none on: there an
    address moves by the provider's interface.
    """
    on = {host for replica in component.replicas for host in replica.hosts}
    index = Index(architecture)
    if any(index.zone_kinds[zone] == "availability-zone" for host in on for zone in index.zones_around(host)):
        return None
    systems = [(host.os or "").casefold() for host in architecture.hosts if host.id in on]
    product = product_of(component.product)
    is_windows = product.on_windows or any("windows" in system for system in systems)
    return None if is_windows or product.appliance or is_of_unknown_make(component) else "vrrp"


def called_nearby(architecture: Architecture, component: Component) -> Sequence[str]:
    """Return what a component calls on its own host or in its own zone, so that each of its replicas may reach others."""
    return _called_nearby(architecture.connections).get(component.id, ())


@lru_cache(maxsize=2)
def _called_nearby(connections: tuple[Connection, ...]) -> Mapping[str, Sequence[str]]:
    """Return for each caller what it calls nearby; changes are tried in great number, and few of them change connections."""
    called: dict[str, list[str]] = {}
    for call in connections:
        if call.locality is not None:
            called.setdefault(call.source, []).extend(call.targets)
    return {caller: list(dict.fromkeys(targets)) for caller, targets in called.items()}


def needed_watch(architecture: Architecture, component: Component) -> Literal["process", "service"]:
    """Return what has to be watched so that the traffic leaves a replica that can't do its part."""
    return "service" if called_nearby(architecture, component) else "process"


def moved_by_address(architecture: Architecture, component: Component) -> Component:
    """Return the component with an address that moves by what fits its hosts, and as soon as a replica can't do its part."""
    watches = needed_watch(architecture, component)
    return with_moving_address(component, by=mover_on(architecture, component), watches=watches)


def with_moving_address(
    component: Component,
    *,
    is_apart: bool = False,
    by: str | None = "vrrp",
    watches: Literal["process", "service"] = "process",
) -> Component:
    """Return the component with an address that moves to another replica when the process fails; apart, its name does.

    One that moves with less is as it was, and more is watched.
    """
    cluster = component.cluster or Cluster()
    if cluster.watches == "host" or (cluster.watches == "process" and watches == "service"):
        return replace(component, cluster=replace(cluster, watches=watches))
    moving = replace(cluster, mode="active-passive", failover="automatic", watches=watches)
    # an address that moves between hosts is one of theirs; of what has no declared host, people know what moves it
    placed = any(replica.hosts for replica in component.replicas)
    if is_apart:
        # a route leads to an address, wherever a name does
        by_name = moving if component.kind in ROUTING else replace(moving, address="dns", by="dns")
        return replace(component, cluster=by_name)
    return replace(component, cluster=replace(moving, by=by) if placed and by is not None else moving)


def copies_instead(architecture: Architecture, grown: Collection[str]) -> str:
    """Return the read-only copies that may become the second replica of a store instead, where there are any."""
    alone = {each.id for each in architecture.components if each.id in grown and len(each.replicas) == 1}
    copied = ((each.id, each.replication) for each in architecture.components)
    copies = [copy for copy, how in copied if how is not None and how.copy_of in alone]
    return f" (or {listed(copies, 'or')}, its read-only copy, as a replica)" if copies else ""


def with_components(architecture: Architecture, *changed: Component) -> Architecture:
    """Return the architecture with changed components in the places of those that they were."""
    by_id = {component.id: component for component in changed}
    components = tuple(by_id.get(component.id, component) for component in architecture.components)
    return replace(architecture, components=components)
