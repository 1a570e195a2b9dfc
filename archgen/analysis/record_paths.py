"""The components that records of names lead visitors to, those among which one may be sick, and the balancers on the path of a flow."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property, reduce
from ipaddress import ip_address, ip_network
from operator import and_

from msgspec import Struct

from archgen.analysis.dns_names import ADDRESS_TYPES, address, pointee
from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Connection, Record
from archgen.model.kinds import FORWARDING
from archgen.model.products import is_setting_of_balancer, scope_of
from archgen.model.protocols import WEB, relays
from archgen.model.subject import Subject
from archgen.reliability.members import moves_by_layer_2


def has_one_address(topology: Topology, component: Component) -> bool:
    """Return True if all replicas answer at one address, whichever it is at: none of them is an answer of a name server."""
    cluster = component.cluster
    if cluster is None:
        return False
    moves = cluster.mode != "active-active" and moves_by_layer_2(topology.components, cluster)
    return moves or cluster.shared_address is not None


ALIASES = ("CNAME", "ALIAS", "ANAME")
"""The types whose value is another name for the same server."""


_SETTINGS = ("HTTPS", "SVCB")
"""The types that declare how to connect to the addresses that other records have."""


def hosts_named(topology: Topology, component: Component, name: str) -> list[str]:
    """Return the hosts of a component to which records of a name lead, by their own address or their id, or by another name.

    The component itself stands for all of them, but where an address or a name moves between them.
    """
    led = {end for record in topology.names.leading(name) for end in record_ends(topology, record)}
    shared = component.cluster.shared_address if component.cluster is not None else None
    if shared is not None and shared in led:
        return []
    if component.cluster is None and {component.id, f"component:{component.id}"} & led:
        return list(topology.hosts_of(component.id))
    return [host for host in topology.hosts_of(component.id) if {host, topology.hosts[host].address} & led]


def record_ends(topology: Topology, record: Record) -> set[str]:
    """Return the addresses and ids in which a record ends."""
    return {pointee(end).removeprefix("host:") for end in records_behind(topology, record)}


def records_behind(topology: Topology, record: Record) -> list[Record]:
    """Return the records in which a record ends: those of the name that it stands for, or itself."""
    found, pending, seen = [], [record], {record}
    while pending:
        one = pending.pop()
        further = topology.names.leading(pointee(one)) if one.type.upper() in ALIASES else ()
        if not further:
            found.append(one)
        pending += [each for each in further if each not in seen]
        seen.update(further)
    return found


def leads_own_visitors(topology: Topology, record: Record, component: Component) -> bool:
    """Return True for a record on the way from a component's own names, if some are, else for one that isn't of other flows alone.

    Other names may lead to the same hosts, to what runs beside it.
    """
    own = [way for name in topology.own_names.get(component.id, ()) for way in _ways_from(topology, name)]
    if own:
        return record in own
    flows = topology.names.flows(record)
    return not flows or not {*topology.flows_of[component.id]}.isdisjoint(flows)


def _ways_from(topology: Topology, name: str) -> list[Record]:
    """Return the records that lead from a name to addresses, through other names, mail servers and services."""
    names, ways = [name, *topology.names.mail_servers(name), *map(pointee, topology.names.services(name))], []
    for each in names:
        leading = [record for record in topology.names.leading(each) if record not in ways]
        ways += leading
        names += [pointee(record) for record in leading if record.type.upper() in ALIASES]
    return ways


def leaves_out_sick_hosts(topology: Topology, component: Component, name: str) -> bool:
    """Return True if the answers for a name are all hosts of a component or its alternatives, and a host that fails is left out.

    Its name servers check their health, and a visitor, who asks for one family of addresses, has another one left.
    """
    checked = [
        server for server in topology.names.servers if server.balance is not None and server.balance.health_check
    ]
    ends = [end for record in topology.names.leading(name) for end in records_behind(topology, record)]
    alike = [topology.components[each] for call in topology.incoming[component.id] for each in call.targets]
    hosts = {each: _hosts_at(topology, alike, end) for end in ends if (each := pointee(end))}
    families = [{pointee(end) for end in ends if end.type.upper() == family} for family in ADDRESS_TYPES]
    return (
        all(any(end in server.records for server in checked) for end in ends)
        and all(hosts.values())
        and all(len({host for value in values for host in hosts[value]}) > 1 for values in families if values)
        and len(hosts_named(topology, component, name)) == len(topology.hosts_of(component.id)) > 1
    )


def _hosts_at(topology: Topology, components: Iterable[Component], end: Record) -> list[str]:
    """Return the hosts of some components in which a record ends: those of the one that it names, or the one with its address."""
    value = pointee(end).removeprefix("host:")
    return [
        host
        for component in components
        for host in topology.hosts_of(component.id)
        if value in (host, topology.hosts[host].address)
        or (component.cluster is None and value.removeprefix("component:") == component.id)
    ]


def is_located(topology: Topology, flow: str, name: str) -> bool:
    """Return True if the flow begins with mail to the name, which needs only an MX record, or with a service that has SRV records."""
    ports = (hop.port for hop in topology.hops[flow] if hop.port is not None and hop.port.protocol != "dns")
    first = next(ports, None)
    if first is not None and first.protocol not in WEB and topology.names.services(name):
        return True
    return first is not None and relays(first) and bool(topology.names.mail_servers(name))


def balancer_on_path(
    topology: Topology, flow: str, after: Collection[str] = ()
) -> tuple[set[str], str, set[str]] | None:
    """Return the components up to a flow's first balancer, that balancer, and those behind it; `after` are none that count."""
    calls = [(hop.step.source, target) for hop in topology.hops[flow] for target in hop.step.targets]
    before: set[str] = set()
    for count, (_, balancer) in enumerate(calls, 1):
        before.add(balancer)
        if balancer not in after and (topology.kind(balancer).balances or _is_addressed(topology, balancer)):
            behind = {balancer}
            for source, target in calls[count:]:
                if source in behind:
                    behind.add(target)
            return before, balancer, behind
    return None


def _is_addressed(topology: Topology, component: str) -> bool:
    """Return True for a WAF of a provider's edge, which visitors reach by its own addresses; others stand in a balancer."""
    own = topology.components[component]
    return own.kind == "waf" and scope_of(own) == "global" and not is_setting_of_balancer(own)


def components_at_addresses(topology: Topology) -> dict[tuple[int, str], set[str]]:
    """Return the components that each address leads to, where records do: all on its host, or the cluster that shares it."""
    if not any(server.records for server in topology.names.servers):
        return {}
    declared: list[tuple[str | None, Iterable[str]]] = [
        (host.address, (replica.component for replica in topology.replicas_on[host.id]))
        for host in topology.architecture.hosts
    ]
    declared += [
        (component.cluster.shared_address, (component.id,))
        for component in topology.architecture.components
        if component.cluster
    ]
    components_at: dict[tuple[int, str], set[str]] = {}
    for text, components in declared:
        parsed = address(text or "")
        if parsed is not None:
            components_at.setdefault(parsed, set()).update(components)
    return components_at


def components_behind(topology: Topology, record: Record, addressed: dict[tuple[int, str], set[str]]) -> set[str]:
    """Return the components that a record leads to by a component, a host or an address."""
    value = pointee(record)
    plain = value.removeprefix("component:").removeprefix("host:")
    if plain in topology.components and not value.startswith("host:"):
        return {plain}
    standing = {replica.component for replica in topology.replicas_on.get(plain, ())}
    parsed = address(plain)
    return standing | addressed[parsed] if parsed in addressed else standing


_PRIVATE = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10"))
)
"""The networks whose addresses no visitor reaches unless something translates another address to them."""

_Sort = tuple[int, bool]
"""The version of IP, and whether the address is private: a host has one address of each, and declares a single one."""


class UnclaimedAddresses:
    """The records with an address that no host and no cluster declares: those that lead nowhere, and those that may lead to a host."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology

    def of(self, server: Component) -> list[tuple[Record, bool]]:
        """Return the records of a name server, and for each whether it leads nowhere."""
        held = [(record, address(pointee(record))) for record in server.records if record.type.upper() in ADDRESS_TYPES]
        return [
            (record, self._leads_nowhere(record, parsed[1]))
            for record, parsed in held
            if parsed is not None
            and parsed[0] == ADDRESS_TYPES[record.type.upper()]
            and parsed[1] not in self._topology.names.addresses
        ]

    def _leads_nowhere(self, record: Record, text: str) -> bool:
        """Return True if the servers declare other addresses of the sort; a firewall may translate a public one to any host."""
        sort = _sort(text)
        if sort[1]:
            return sort in self._sorts
        entrances = {self._entrances[flow] for flow in self._topology.names.flows(record) if flow in self._entrances}
        called = frozenset().union(*entrances) if entrances else self._called
        return bool(called) and all(sort in self._sorts_of(component) for component in called)

    @cached_property
    def _sorts(self) -> set[_Sort]:
        """The sorts of all declared addresses."""
        return {_sort(text) for text in self._topology.names.addresses}

    @cached_property
    def _entrances(self) -> dict[str, frozenset[str]]:
        """The components that the first request of each flow goes to, behind what only forwards it."""
        entrances = {}
        for flow in self._topology.architecture.flows:
            called = (hop.step.targets for hop in self._topology.hops[flow.id] if hop.meaning != "lookup")
            entrance = next((self._servers(targets) for targets in called if self._servers(targets)), None)
            if entrance is not None:
                entrances[flow.id] = entrance
        return entrances

    @cached_property
    def _called(self) -> frozenset[str]:
        """The components that clients call."""
        connections = self._topology.architecture.connections
        called = (each.targets for each in connections if self._topology.kind(each.source).id == "client")
        return self._servers(target for targets in called for target in targets)

    def _servers(self, targets: Iterable[str]) -> frozenset[str]:
        kinds = ((target, self._topology.kind(target).id) for target in targets)
        return frozenset(target for target, kind in kinds if kind not in (*FORWARDING, "dns"))

    def _sorts_of(self, component: str) -> set[_Sort]:
        own = self._topology.components[component]
        texts = [self._topology.hosts[host].address for host in self._topology.hosts_of(component)]
        texts.append(own.cluster.shared_address if own.cluster is not None else None)
        return {_sort(text) for text in texts if text is not None and address(text) is not None}


def _sort(text: str) -> _Sort:
    return ip_address(text).version, is_private(text)


def is_private(text: str) -> bool:
    """Return True for an address of a private network."""
    return address(text) is not None and any(ip_address(text) in network for network in _PRIVATE)


class SickEntry(Struct, frozen=True):
    """What accepts requests and can't answer them while an element is lost, though another entry of its name can.

    `name` is a replica, or a component with one address; `entries` are the components to which the records of the name lead.
    """

    flow: str
    server: Component
    entries: tuple[str, ...]
    name: str
    lost: Subject


def sick_entries(topology: Topology) -> Iterator[SickEntry]:
    """Yield, for each name server, the first entry of its names that a single loss leaves up and unable to answer.

    A visitor tries another address only if nothing accepts the connection at the first.
    """
    servers = [server for server in topology.names.servers if len(server.records) > 1]
    addressed = components_at_addresses(topology) if servers else {}
    for server in servers:
        for flow in topology.architecture.flows:
            entries = _entries(topology, server, flow.id, addressed)
            sick = _sick(topology, flow.id, entries) if entries else None
            if sick is not None:
                yield SickEntry(flow.id, server, entries, *sick)
                break


def places_of(topology: Topology, sick: SickEntry) -> list[str]:
    """Return the entries among which a name server chooses: components, or the replicas of a single one."""
    if len(sick.entries) > 1:
        return list(sick.entries)
    return [replica.id for replica in topology.components[sick.entries[0]].replicas]


def entries_behind_name(topology: Topology, server: Component, flow: str) -> tuple[str, ...]:
    """Return the components to which a name server leads the visitors of a flow, if its answers lead to several places."""
    return _entries(topology, server, flow, components_at_addresses(topology))


def _entries(
    topology: Topology, server: Component, flow: str, addressed: dict[tuple[int, str], set[str]]
) -> tuple[str, ...]:
    domain = topology.flows[flow].domain
    first = next((hop for hop in topology.hops[flow] if hop.meaning != "lookup"), None)
    if domain is None or first is None:
        return ()
    leading = [record for record in topology.names.leading(domain) if record in server.records]
    ends = {(end.type.upper(), pointee(end)): end for record in leading for end in records_behind(topology, record)}
    # a client takes one family of addresses, and what a name of another zone leads to counts for both
    answers = [len({value for kind, value in ends if kind not in (*_SETTINGS, other)}) for other in ADDRESS_TYPES]
    if max(answers) < 2:
        return ()
    led = {name for end in ends.values() for name in components_behind(topology, end, addressed)}
    return tuple(target for target in first.step.targets if target in led)


def _sick(topology: Topology, flow: str, entries: tuple[str, ...]) -> tuple[str, Subject] | None:
    losses = topology.losses.single_losses[flow]
    lost_at = {element: 1 << place for place, element in enumerate(losses.plan.elements, 1)}
    for name in entries:
        component = topology.components[name]
        replicas = [replica.id for replica in component.replicas if replica.id in losses.failed]
        groups = {name: replicas} if has_one_address(topology, component) else {each: [each] for each in replicas}
        for place, group in groups.items() if replicas else ():
            failed, own = (reduce(and_, map(states.__getitem__, group)) for states in (losses.failed, losses.own))
            sick = failed & ~own & ~losses.flow
            # the machine says more than the program on it
            for kind in ("host", "replica", "zone"):
                lost = next((each for each, bit in lost_at.items() if each.kind == kind and sick & bit), None)
                if lost is not None:
                    return place, lost
    return None


_BY_SRV = ("sip", "sips", "xmpp")
"""Protocols whose clients look up SRV records and try the next server by themselves (RFC 3263, RFC 6120)."""


def is_located_by_name(facts: Topology, connection: Connection, target: str) -> bool:
    """Return True if SRV records give the clients of a connection several servers of its target."""
    if not all(port.protocol in _BY_SRV for port in connection.ports):
        return False
    hosts = (facts.hosts[host] for host in facts.hosts_of(target))
    return sum(bool({host.id, host.address} & facts.names.located) for host in hosts) > 1
