"""The stores that calls reach, directly or behind a proxy that passes their protocol on, or that nothing keeps apart from a way in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from itertools import product

from archgen.analysis.firewalls import lets_in, port_number, ports_of
from archgen.analysis.hops import Hop
from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Connection
from archgen.model.kinds import FORWARDING, QUEUES, Role
from archgen.model.products import may_add_header, product_of
from archgen.model.protocols import ADMINISTRATION, QUERIES, TUNNELS, WEB

LAYERS: tuple[Role, ...] = ("web", "application", "data")
"""The layers that networks keep apart."""

STORES = ("database", "cache", "key-value-store", "queue", "stream", "file-storage", "search")
"""The kinds that keep data and that only applications call; object storage often serves visitors by design."""

DEVICES = ("mqtt", "mqtts", "coap", "coaps")
"""The protocols in which devices anywhere reach a broker that is there for them."""

EXCHANGE = ("sftp", "ftps", "ftp")
"""The protocols in which files are handed over to others, and fetched from them."""

LDAP = ("ldap", "ldaps")
"""The protocols of a directory, which keeps the accounts of people."""

_BESIDE = ("bastion", "secrets")
"""The kinds that reach a store in no flow: the door of administrators, and what renews passwords."""

_ANY = ("tcp", "tls")
"""Protocols that say nothing of what runs over them."""


def is_directory(topology: Topology, component: str) -> bool:
    """Return True for a directory of your own: its product is one, or it is asked over LDAP."""
    own = topology.components[component]
    if own.kind != "identity-provider" or own.managed:
        return False
    asked = (port.protocol for call in topology.incoming[component] for port in call.ports)
    return product_of(own.product).directory or any(protocol in LDAP for protocol in asked)


def stores_reached(topology: Topology, connection: Connection) -> dict[str, tuple[str, ...]]:
    """Return the stores that a connection's calls reach, each with the proxies on the way; none for a store itself."""
    reached: dict[str, tuple[str, ...]] = {}
    seen = {connection.source}
    queue: list[tuple[Connection, tuple[str, ...]]] = [(connection, ())]
    for call, proxies in queue:
        for target in call.targets:
            kind = topology.kind(target)
            # a proxy may take messages from devices and partners by design
            if kind.id in STORES and not (proxies and kind.id in QUEUES):
                reached.setdefault(target, proxies)
            elif target not in seen and (kind.role == "edge" or hands_on_queries(topology, target)):
                seen.add(target)
                queue += [(onward, (*proxies, target)) for onward in _passed_on(topology, call, target)]
    return reached


def hands_on_queries(topology: Topology, component: str) -> bool:
    """Return True for what hands on what it gets: by its kind, or since it is called in a store's protocol and calls a store in it.

    That is what a connection pooler does, whatever its kind; what only says who leads hands nothing on.
    """
    kind = topology.kind(component)
    if kind.role == "balancer" or kind.id in STORES or component in topology.coordinators:
        return kind.role == "balancer"
    stores = (
        call for call in topology.outgoing[component] if all(topology.kind(to).id in STORES for to in call.targets)
    )
    asked, asking = (
        {port.protocol for call in calls for port in call.ports} for calls in (topology.incoming[component], stores)
    )
    return not asked.isdisjoint(asking & {*QUERIES})


def _passed_on(topology: Topology, call: Connection, proxy: str) -> Iterator[Connection]:
    """Yield the connections of a proxy that carry what a call brings, unread."""
    for onward in topology.outgoing[proxy]:
        web = any(port.protocol in WEB for port in (*call.ports, *onward.ports))
        if _carries(onward, call) and not web:
            yield onward


def _carries(onward: Connection, call: Connection) -> bool:
    """Return True if a connection may carry on what another brings: they share a protocol, or either says nothing of it."""
    brought, carried = ({port.protocol for port in each.ports} for each in (call, onward))
    return bool(brought & carried or (brought | carried).intersection(_ANY))


def callers_of(topology: Topology, component: str) -> tuple[Connection, ...]:
    """Return the connections that reach a component; those of a firewall or router stand for the ones that it passes on."""

    def before(call: Connection) -> list[Connection]:
        passes = topology.kind(call.source).id in FORWARDING
        return [each for each in topology.incoming[call.source] if passes and _carries(call, each)]

    return _last(topology.incoming[component], before)


@lru_cache(maxsize=1)
def ports_called(topology: Topology) -> dict[str, set[int | None]]:
    """Return the ports of each host on which the internet calls what runs there: an administrator's, or visitors'."""
    called: dict[str, set[int | None]] = {}
    for component in topology.components:
        calls = [call for call in callers_of(topology, component) if topology.trust(call.source) == "internet"]
        numbers = {port_number(port) for call in calls for port in call.ports}
        for host in topology.hosts_of(component):
            called.setdefault(host, set()).update(numbers)
    return called


def arrivals(topology: Topology, connection: Connection) -> tuple[Connection, ...]:
    """Return the connections that reach what a call is for: itself, or those behind the firewalls and routers that pass it on."""
    flows = topology.flows_over[connection.id]

    def onward(call: Connection) -> list[Connection]:
        passing = (target for target in call.targets if topology.kind(target).id in FORWARDING)
        return [each for target in passing for each in topology.outgoing[target] if _shares(topology, each, flows)]

    return _last((connection,), onward)


def origins(topology: Topology, connection: Connection) -> tuple[str, ...]:
    """Return the callers whose calls a connection carries: its source, or those before the firewalls and routers that pass them on."""
    flows = topology.flows_over[connection.id]

    def before(call: Connection) -> list[Connection]:
        passes = topology.kind(call.source).id in FORWARDING
        return [each for each in topology.incoming[call.source] if passes and _shares(topology, each, flows)]

    return tuple(dict.fromkeys(call.source for call in _last((connection,), before)))


def _last(calls: Iterable[Connection], beyond: Callable[[Connection], list[Connection]]) -> tuple[Connection, ...]:
    """Return the connections that are reached from some, these included, beyond which there are none."""
    queue = list(calls)
    last: list[Connection] = []
    for call in queue:
        others = beyond(call)
        queue += [each for each in others if each not in queue]
        last += [] if others else [call]
    return tuple(last)


def _shares(topology: Topology, connection: Connection, flows: tuple[str, ...]) -> bool:
    """Return True if a connection is on one of some flows, or there are none to go by."""
    return not flows or any(flow in topology.flows_over[connection.id] for flow in flows)


def is_unused_call(topology: Topology, connection: Connection, store: str) -> bool:
    """Return True if a caller and a store are on flows, none goes over the connection, and it carries requests."""
    used = topology.flows_of[connection.source] and topology.flows_of[store]
    return bool(used) and not topology.flows_over[connection.id] and not works_beside(topology, connection, store)


def works_beside(topology: Topology, connection: Connection, store: str) -> bool:
    """Return True if the connection carries no request: it observes, copies data, promotes, or asks who leads."""
    source = topology.components[connection.source]
    kind = topology.kind(source.id)
    if kind.observes or kind.protects or kind.id in _BESIDE or store in topology.coordinators:
        return True
    replication = topology.components[store].replication
    promotes = replication is not None and replication.by == source.id
    return promotes or _copies(source, store) or _copies(topology.components[store], source.id)


def _copies(component: Component, store: str) -> bool:
    return component.replication is not None and component.replication.copy_of == store


def is_for_administrators(topology: Topology, flow: str) -> bool:
    """Return True if all that a flow needs is administration: ports declared for it, shells of bastions, and tunnels to them."""
    needed = [hop for hop in topology.hops[flow] if not hop.optional]
    managing = [hop for hop in needed if _administers(topology, hop)]
    tunnels = (hop.port is not None and hop.port.protocol in TUNNELS for hop in needed if hop not in managing)
    return bool(managing) and all(tunnels)


def _administers(topology: Topology, hop: Hop) -> bool:
    """Return True for a step over a port for administrators, declared or a shell to or from a bastion."""
    if hop.port is None or hop.port.admin is not None:
        return hop.port is not None and hop.port.admin is True
    ends = (hop.step.source, *hop.targets)
    return hop.port.protocol in ADMINISTRATION and any(topology.kind(end).id == "bastion" for end in ends)


def gateways(topology: Topology) -> dict[str, tuple[str, ...]]:
    """Return the firewalls on hosts of their own around a network, each with the flows that come into it and have no step to it.

    Whether packets pass the host or only its rules are kept there, the model doesn't say.
    """
    return {
        each.id: flows
        for each in topology.of_kind("firewall")
        if topology.hosts_of(each.id) and (flows := flows_past(topology, each))
    }


def flows_past(topology: Topology, firewall: Component) -> tuple[str, ...]:
    """Return the flows that come into a network which a firewall guards, and have no step to it; none for one beside what it guards.

    That is one of a provider, or on a host that carries something else.
    """
    hosts = topology.hosts_of(firewall.id)
    around = any(topology.qualified(place).startswith("network:") for place in firewall.guards)
    alone = all(replica.component == firewall.id for host in hosts for replica in topology.replicas_on[host])
    if not around or not alone or firewall.managed or topology.flows_of[firewall.id]:
        return ()
    return tuple(_flows_past(topology, firewall.id))


def _flows_past(topology: Topology, firewall: str) -> Iterator[str]:
    seen = topology.firewalls.sees_inside(firewall)
    for flow, hops in topology.hops.items():
        if any(
            firewall in topology.firewalls.between(hop.step.source, target)
            for hop in hops
            if seen or topology.trust(hop.step.source) == "internet"
            for target in hop.targets
        ):
            yield flow


def past_application(topology: Topology, connection: Connection) -> str | None:
    """Return the store that a person's machine inside reaches past the applications that its flows use; None if there is none."""
    if topology.kind(connection.source).id != "client" or topology.trust(connection.source) == "internet":
        return None
    stores = (target for target in connection.targets if topology.kind(target).id in STORES)
    return next((store for store in stores if is_unused_call(topology, connection, store)), None)


def firewall_past(topology: Topology, connection: Connection, target: str) -> str | None:
    """Return the firewall on the paths of others with a rule that lets a call in that doesn't lead over it; None if there is none."""
    if not topology.firewalls.with_rules:
        return None
    names = topology.caller_names(connection.source)
    for firewall in topology.firewalls.with_rules if names is not None else ():
        on_paths = firewall.id != connection.source and not firewall.guards and bool(topology.incoming[firewall.id])
        if on_paths and _has_rule_for(topology, firewall, target):
            verdicts = [
                topology.firewalls.admits(firewall.id, names or (), target, port) for port in ports_of(connection)
            ]
            if verdicts and all(verdicts):
                return firewall.id
    return None


def _has_rule_for(topology: Topology, firewall: Component, target: str) -> bool:
    places = topology.firewalls.places(target)
    return any(lets_in(rule) and not places.isdisjoint(rule.targets) for rule in firewall.rules)


def layer_of(topology: Topology, component: str, *, used: bool = True) -> Role | None:
    """Return the layer that a component belongs to, `used` by a flow; None for a managed one, queues, and web servers for people inside."""
    kind = topology.kind(component)
    role: Role = "web" if kind.id == "reverse-proxy" else kind.role
    is_idle = used and not topology.flows_of[component]
    if is_idle or kind.passive or topology.components[component].managed or kind.id in QUEUES:
        return None
    is_layer = role in LAYERS and (role != "web" or _is_reached(topology, component))
    return role if is_layer else None


def _is_reached(topology: Topology, web: str) -> bool:
    """Return True unless each flow of a web server or proxy begins with clients inside: it is no way in for the internet then."""
    clients = {client for flow in topology.flows_of[web] for client in topology.clients_in[flow]}
    return not clients or any(topology.trust(client) == "internet" for client in clients)


def unseparated(topology: Topology) -> dict[str, tuple[dict[str, None], dict[str, None]]]:
    """For each network with data stores of flows, other networks with people or web servers and those stores, where no firewall is between.

    A host that the internet reaches needs one before it at first (`missing-firewall`), whatever is in its network.
    """
    ways_in = dict.fromkeys(_network(topology, name) for name in topology.components if _is_way_in(topology, name))
    parted = set(_parted(topology))
    open_: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for store in topology.components:
        behind = _network(topology, store)
        if behind is None or layer_of(topology, store, used=False) != "data" or topology.firewalls.before(store):
            continue
        if any(_is_called_from_outside(topology, host) for host in topology.hosts_of(store)):
            continue
        for before in ways_in:
            if before not in (None, behind) and (before, behind) not in parted:
                networks, reached = open_.setdefault(behind, ({}, {}))
                networks[before] = reached[store] = None
    return {network: sides for network, sides in open_.items() if any(topology.flows_of[store] for store in sides[1])}


def _is_called_from_outside(topology: Topology, host: str) -> bool:
    """Return True for a host with a component that something on the internet calls, and that no firewall guards there."""
    open_ = (replica.component for replica in topology.replicas_on[host] if not topology.guarding(replica))
    return any(call.source in topology.outsiders for name in open_ for call in topology.incoming[name])


def _network(topology: Topology, component: str) -> str | None:
    network = topology.network_of(component)
    return network.id if network is not None else None


def _is_way_in(topology: Topology, component: str) -> bool:
    """Return True for what is attacked first: a web server that the internet reaches, and a workstation."""
    people = topology.kind(component).id == "client" and topology.trust(component) not in (None, "internet")
    return people or layer_of(topology, component) == "web"


def _parted(topology: Topology) -> Iterator[tuple[str | None, str | None]]:
    """Yield the networks between which calls go through a firewall; one that guards the first filters what comes in there."""
    for firewall in topology.of_kind("firewall"):
        callers = dict.fromkeys(_network(topology, call.source) for call in topology.incoming[firewall.id])
        called = (target for call in topology.outgoing[firewall.id] for target in call.targets)
        yield from product(callers, dict.fromkeys(_network(topology, target) for target in called))


def passes_by(topology: Topology, connection: Connection) -> bool:
    """Return True if flows use other ways of the caller into the system, and none this one."""
    flows = topology.flows_over
    ways = (call for call in topology.outgoing[connection.source] if call.id != connection.id)
    return not flows[connection.id] and any(flows[call.id] for call in ways)


def regular_callers(topology: Topology, connection: Connection) -> list[str]:
    """Return what leads the requests of flows to the targets of a connection that passes it by; none unless each target has one."""
    if not passes_by(topology, connection):
        return []
    callers = [
        [
            call.source
            for call in topology.incoming[target]
            if topology.flows_over[call.id] and _stands_before(topology, call)
        ]
        for target in connection.targets
    ]
    return list(dict.fromkeys(name for each in callers for name in each)) if all(callers) else []


def _stands_before(topology: Topology, call: Connection) -> bool:
    """Return True for a call of what hands requests on; a worker calls a site as well, and keeps nobody out."""
    return topology.kind(call.source).role in ("edge", "balancer", "web") and call.source not in topology.outsiders


def ways_to_shut(door: Component) -> str:
    """Return what keeps all others from what stands behind a component, in words."""
    inside = "a private network, a firewall rule"
    return f"{inside}, or a secret that {door.id} adds" if may_add_header(door) else f"{inside.replace(', ', ' or ')}"


def ask_who_calls(protocols: Collection[str]) -> str:
    """Return what a server that lets in whoever calls over some protocols has to do, as a sentence."""
    asks = next((words for spoken, words in _ASKED_OVER.items() if {*protocols} <= {*spoken}), None)
    return asks or "Require an account, a token or a client certificate, and state it: `authentication: certificate`."


_ASKED_OVER = {
    ("redis", "rediss"): "Require a password, and state it: `authentication: password`.",
    ("iscsi",): "Let it ask each initiator for a secret (CHAP), and state it: `authentication: chap`.",
    ("nfs",): "Let it ask for tickets of Kerberos (`sec=krb5`), and state it: `authentication: kerberos`.",
}
"""What proves who calls where no certificate does: each server of Redis' protocol has a password, and at many providers nothing else."""
