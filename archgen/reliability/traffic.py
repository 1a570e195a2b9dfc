"""The choice among replicas: who makes it, by which weights, what its health check sees, and whose requests fail without one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import floor, isclose

from archgen.model.architecture import Balance, Component, Connection, Flow, Record
from archgen.model.dns_zones import normalize_name
from archgen.model.kinds import FORWARDING, KINDS
from archgen.model.steps import Frame, Request, Step, first_request
from archgen.model.wording import listed
from archgen.reliability.index import Index
from archgen.reliability.locality import SAME_HOST, caller_pools
from archgen.reliability.requests import connections_under, requests


def chooser(index: Index, flow: Flow, source: str, targets: Sequence[str]) -> Component:
    """Return the component whose `balance` chooses among the targets of a step.

    It is the source, but for a visitor who comes by the flow's name: the name server that answers chooses for it, also past
    firewalls and routers, which pass packets on to the address that the visitor has got.
    """
    own, first = index.components[source], first_request(flow.steps)
    if own.balance is not None or flow.domain is None or first is None:
        return own
    forwarded = first.source != source
    if forwarded and (own.kind not in FORWARDING or source not in _forwarding(index, flow, first.source)):
        return own
    if any(index.components[target].kind == "dns" for target in targets):
        return own
    servers = [index.components[name] for name in index.servers_of(flow.domain, first.source)]
    choosing = next((server for server in servers if server.balance is not None), None)
    if choosing is None or (forwarded and not _leads_past(index, choosing, flow.domain, targets)):
        return own
    return choosing


def _forwarding(index: Index, flow: Flow, visitor: str) -> Iterator[str]:
    """Yield what passes the first packets of a visitor on, up to what they are for."""
    reached = visitor
    for request, _ in requests(flow.steps):
        kinds = {index.components[target].kind for target in request.targets}
        if request.source != reached or kinds == {"dns"}:
            continue
        if len(request.targets) > 1 or kinds.isdisjoint(FORWARDING):
            return
        reached = request.targets[0]
        yield reached


def _leads_past(index: Index, server: Component, name: str, targets: Iterable[str]) -> bool:
    """Return True if all addresses of a name are those of a step's targets, so that nothing on the way gives them another."""
    hosts = {host for target in targets for each in index.components[target].replicas for host in each.hosts}
    own = hosts.union(index.hosts[host].address for host in hosts if index.hosts[host].address is not None)
    addresses = {value.removeprefix("host:") for value in _addresses(server, name)}
    return bool(addresses) and addresses <= own


def unchecked(index: Index, flow: Flow, request: Request) -> Balance | None:
    """Return the balance by which a request goes to each of its targets, whether that is up or not; None if it is checked, or unknown.

    A name server that checks nothing chooses only where it has several addresses to answer with.
    """
    choosing = chooser(index, flow, request.source, request.targets)
    balance = choosing.balance
    if balance is None or balance.health_check is not False:
        return None
    is_source = choosing.id == request.source
    return balance if is_source or len(_addresses(choosing, flow.domain or "")) > 1 else None


def _addresses(server: Component, name: str) -> set[str]:
    """Return the addresses of one family with which a name server answers for a name, by another name as well."""
    names = [normalize_name(name)]
    for each in names:
        further = [record.value for record in server.records if record.type.upper() == "CNAME" and _is_of(record, each)]
        names += [known for value in further if (known := normalize_name(value)) not in names]
    found = [
        (record.type.upper(), record.value) for record in server.records if any(_is_of(record, each) for each in names)
    ]
    families = [{value for kind, value in found if kind == family} for family in ("A", "AAAA")]
    return max(families, key=len)


def _is_of(record: Record, name: str) -> bool:
    return normalize_name(record.name) == name


def traffic_weights(balance: Balance | None, owners: Mapping[str, str]) -> dict[str, float]:
    """Return the weights of replicas, by id, that their caller declares or leaves to be equal; `owners` are their components.

    A weight of a component is split among its replicas: more of them get no more. Beside it a component without a weight
    counts as one; where replicas alone have weights, each without counts as one.
    """
    declared = dict(balance.weights) if balance is not None else {}
    members: dict[str, int] = {}
    for component in owners.values():
        members[component] = members.get(component, 0) + 1
    split = any(component in declared for component in members)
    own = {component for replica, component in owners.items() if replica in declared}
    return {
        replica: declared.get(replica, declared.get(component, 1.0))
        if component in own or not split
        else declared.get(component, 1.0) / members[component]
        for replica, component in owners.items()
    }


def traffic_shares(balance: Balance | None, owners: Mapping[str, str]) -> dict[str, float]:
    """Return the shares of replicas, by id, from the weights of their caller; all are 0 where all weights are."""
    return _shares(traffic_weights(balance, owners))


def shares_of_addresses(
    balance: Balance | None, addresses: Iterable[Sequence[str]], owners: Mapping[str, str]
) -> dict[str, float]:
    """Return the share of each address, by the first of the replicas that answer there; `owners` are their components."""
    declared = dict(balance.weights) if balance is not None else {}
    return _shares(
        {
            replicas[0]: declared.get(owners[replicas[0]], 1.0)
            if declared.keys().isdisjoint(replicas)
            else sum(declared.get(replica, 1.0) for replica in replicas)
            for replicas in addresses
        }
    )


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {replica: weight / total for replica, weight in weights.items()} if total else dict.fromkeys(weights, 0.0)


def made_by_each_request(index: Index, flow: Flow) -> frozenset[str]:
    """Return the steps that each request of a flow makes once: the share of their requests that fails is that of the flow's.

    Not those that depend on a condition, are repeated, have the same targets as another of their caller, may follow a hit of a
    cache, or come from what only some requests reach: one of several alternatives.
    """
    return _Walk(index, flow).made


class _Walk:
    def __init__(self, index: Index, flow: Flow) -> None:
        first = first_request(flow.steps)
        self._index = index
        self._reached = {first.source} if first is not None else set()
        self._sometimes: set[str] = set()
        self._called: dict[tuple[str, str], str] = {}
        made: set[str] = set()
        self._steps(flow.steps, True, made)
        self.made = frozenset(made)

    def _steps(self, steps: Iterable[Step], always: bool, made: set[str]) -> None:
        for step in steps:
            if isinstance(step, Frame):
                for branch in step.branches:
                    self._steps(branch.steps, always and step.kind == "par", made)
            elif isinstance(step, Request):
                self._request(step, always, made)

    def _request(self, step: Request, always: bool, made: set[str]) -> None:
        again = {self._called.get((step.source, target)) for target in step.targets} - {None}
        made.difference_update(again)
        self._called.update({(step.source, target): step.id for target in step.targets})
        if always and not again and step.source in self._reached and step.source not in self._sometimes:
            made.add(step.id)
            if len(step.targets) == 1:
                self._reached.update(step.targets)
        hits = step.hits is not None or any(each.hits is not None for each in connections_under(self._index, step))
        kinds = {KINDS[self._index.components[target].kind].id for target in step.targets}
        if hits or not kinds.isdisjoint(("cache", "cdn")):
            # what a cache answers itself, neither its caller nor the cache asks for elsewhere
            self._sometimes.update((step.source, *step.targets))


def requests_to(caller: str, targets: Collection[str]) -> str:
    """Return words for the requests of a caller to some components, which are not those of a flow."""
    return f"{caller}'s requests to {listed(list(targets), 'or')}"


def part_of_requests(replicas: Collection[str], shares: Mapping[str, float], of: str = "") -> tuple[str, bool]:
    """Return the part of the requests that some replicas get, in words, with whether it is one request; `of` tells whose they are."""
    least, most = min(shares.values()), max(shares.values())
    if isclose(least, most):
        return f"{len(replicas)} in {len(shares)} {f'of {of}' if of else 'requests'}", len(replicas) == 1
    percent = floor(100 * sum(shares[replica] for replica in replicas) + 0.5 + 1e-9)
    words = "under 1%" if percent == 0 else "over 99%" if percent == 100 else f"{percent}%"
    return f"{words} of {of or 'requests'}", False


def failing_part(replicas: Collection[str], shares: Mapping[str, float], of: str = "") -> str:
    """Return the same as a sentence: about 1 in 3 requests fails."""
    words, single = part_of_requests(replicas, shares, of)
    return f"about {words} {'fails' if single else 'fail'}"


STICKY = ("source", "ip-hash", "ip_hash", "source-hash", "uri", "url-hash", "hash", "maglev", "consistent", "sticky")
"""Parts of the names of algorithms that send a visitor to the same target by themselves."""


def is_sticky(balance: Balance) -> bool | None:
    """Return True if a visitor returns to the same target, by stickiness or algorithm; None where neither decides."""
    algorithm = (balance.algorithm or "").lower()
    if balance.stickiness or any(word in algorithm for word in STICKY):
        return True
    return False if algorithm or (balance.stickiness is False and balance.mode != "active-passive") else None


def has_choice(index: Index, balance: Balance, connection: Connection) -> bool:
    """Return True if several replicas behind a balancer's connection take requests at the same time.

    A `backup` doesn't take requests, nor do the passive replicas of a component. Those on one host have its files in common.
    """
    if connection.locality == SAME_HOST:
        return False
    if balance.mode == "active-passive" and not balance.backup:
        return False
    waiting = frozenset(balance.backup)
    active = [
        replica for target in connection.targets for replica in _active_replicas(index.components[target], waiting)
    ]
    return any(len(pool) > 1 for pool in caller_pools(index, connection, active))


def _active_replicas(component: Component, waiting: frozenset[str]) -> list[str]:
    active = [
        replica.id
        for replica in component.replicas
        if waiting.isdisjoint((replica.id, replica.component, *replica.hosts))
    ]
    alone = component.cluster is not None and component.cluster.mode == "active-passive"
    return active[:1] if alone else active


def pool_behind(
    index: Index, outgoing: Mapping[str, Sequence[Connection]], balancer: str, balance: Balance
) -> Iterator[tuple[Component, bool]]:
    """Yield the targets that a balancer chooses among, then what is bound to these by the same host; True for a target."""
    chosen = (connection for connection in outgoing[balancer] if has_choice(index, balance, connection))
    behind = dict.fromkeys([target for connection in chosen for target in connection.targets], True)
    queue = list(behind)
    for name in queue:
        for further in outgoing[name]:
            if further.locality == SAME_HOST:
                for target in further.targets:
                    if target not in behind:
                        behind[target] = False
                        queue.append(target)
    yield from ((index.components[name], direct) for name, direct in behind.items())


_PORT_ONLY = (
    *("tcp", "port", "connect", "ping", "icmp", "syn", "l4", "layer 4", "tcp-check"),
    # HAProxy's word on a line of a server, which opens a connection unless an option asks more
    *("check inter", "check port", "check fall", "check rise"),
)
_ANSWERS = ("get ", "head ", "options ", "http", "/", "grpc", "200")
_ROLE_BLIND = (
    *_PORT_ONLY,
    "mysql-check",
    "pgsql-check",
    "mysql check",
    "pgsql check",
    "redis-check",
    "mysql login",
    "postgresql login",
    "redis ping",
)
_ROLES = ("primary", "master", "leader", "role", "writ", "read_only", "read-only")
"""Words of a check that asks a store whether it is the one that takes writes."""

_SYNCED = ("wsrep", "clustercheck", "sync")
"""Words of a check that asks a member of Galera whether it belongs to the majority and has its writes."""

HealthCheck = str | bool | None


def sees_port_only(check: HealthCheck) -> bool:
    """Return True if a check sees only that a port is open."""
    return _is_any(check, _PORT_ONLY, _ANSWERS)


def is_blind_to_roles(check: HealthCheck) -> bool:
    """Return True if a check passes each replica of a store, whether it takes writes or not."""
    return _is_any(check, _ROLE_BLIND, (*_ROLES, *_ANSWERS))


def is_blind_to_members(check: HealthCheck) -> bool:
    """Return True if a check passes a member of Galera that accepts connections and refuses every query."""
    return _is_any(check, _ROLE_BLIND, (*_SYNCED, *_ANSWERS))


def _is_any(check: HealthCheck, begin: tuple[str, ...], unless: tuple[str, ...]) -> bool:
    """Return True if a check is described by one of the beginnings, and by no word that says that it asks more."""
    text = check.strip().casefold().removeprefix("option ") if isinstance(check, str) else ""
    return text.startswith(begin) and not any(word in text for word in unless)
