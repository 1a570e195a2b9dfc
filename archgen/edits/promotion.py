"""The component that decides which replica of a store takes the writes: one that is there, or a new quorum of three."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.encryption import NO_NETWORK
from archgen.edits.names import unused_name
from archgen.edits.witnesses import first_two_hosts, new_witness, witness_there
from archgen.language.schema.product_names import KNOWN
from archgen.model.architecture import WIDE_ZONES, Component, Connection, Placement, Port, Replica, Tls
from archgen.model.kinds import FILE_STORES, KEEPING, KINDS, QUEUES
from archgen.model.products import product_name, product_of
from archgen.reliability.index import Index
from archgen.reliability.locality import zones_apart
from archgen.reliability.promoters import orchestrates

_KEPT_IN = {
    **dict.fromkeys(("postgresql", "timescaledb"), "etcd"),
    **dict.fromkeys(("redis", "valkey"), "sentinel"),
    **dict.fromkeys(("mysql", "mariadb", "percona"), "orchestrator"),
    "mssql": "wsfc",
    "oracle": "data-guard",
}
"""The product that decides for another: etcd for Patroni, Sentinel for Redis, Orchestrator for MySQL, Windows' own cluster,
the observer of Oracle's Data Guard. The first that it decides for has the name of the protocol that all of them speak."""

_OBSERVER = "data-guard"
"""The product of which one replica decides, away from the databases: a standby takes over if it and the observer miss the primary."""

_UNFOLLOWED = ("orchestrator", "repmgr", "mha")
"""The products whose decision reaches no caller by itself: clients know one address, and ask nobody for another."""

_ASKED = {
    "etcd": Port("https", 2379),
    "consul": Port("https", 8501),
    "zookeeper": Port("tcp", 2281, tls=Tls("on")),
}
"""The products that stores ask for a lease themselves, with their encrypted ports; others call the stores."""


def has_primary(component: Component) -> bool:
    """Return True for what takes writes in one place, from where they are copied: a store, and a cache of a product for that.

    A provider's cache is such a product, unless it is Memcached's, or keeps answers that pass through it.
    """
    product = product_name(component.product)
    service = component.managed and "memcache" not in (component.product or component.id) and product not in _OF_ANSWERS
    led = component.kind == "cache" and (service or product in _KEPT_IN)
    return led or KINDS[component.kind].stores


_OF_ANSWERS = ("varnish", "squid", "nginx", "apache", "traffic-server")
"""Caches that nobody writes to: each keeps the answers that pass through it."""


def agrees_by_vote(component: Component) -> bool:
    """Return True for what keeps data on a majority of three: by its product, or a queue of a product that can be set up so.

    A worker or a console of such a product, as MirrorMaker is one of Kafka, keeps none.
    """
    product = product_of(component.product)
    keeps = KINDS[component.kind].role == "data" or product.coordinates
    return (product.agrees and keeps) or (product.votes_if_set_up and component.kind in QUEUES)


class Promoter(Struct, frozen=True):
    """A component that promotes; a new one has a `witness`, a host beside those of the store, which may be there already.

    It stands on the witness and on two hosts of the store, and on the witness alone if it `observes`.

    `port` is that of the store, on which a promoter that is not asked for a lease calls it. Its witness is `chosen` where one in a
    place of its own saves nothing more.
    """

    id: str
    product: str | None = None
    witness: str | None = None
    port: Port | None = None
    new: bool = False
    chosen: bool = False

    @property
    def asked(self) -> bool:
        """True if the store asks it for a lease."""
        return product_name(self.product) in _ASKED

    @property
    def observes(self) -> bool:
        """True if one replica decides, which votes with a store that is left."""
        return product_name(self.product) == _OBSERVER


def promoter_of(index: Index, component: Component) -> Promoter | None:
    """Return what could promote the replicas of a component; None where something does, or nothing has to."""
    replication = component.replication
    if component.managed or (replication is not None and replication.by is not None):
        return None
    if component.quorum is not None or agrees_by_vote(component) or promotes_nothing(component):
        return None
    return _chosen(index, component) if _gets_promoted(component) and not keeps_files(component) else None


def _gets_promoted(component: Component) -> bool:
    """Return True if the writes move: from a declared primary, or a single one that gets a copy. A cluster moves traffic alone."""
    replication = component.replication
    if replication is None:
        return has_primary(component) and len(component.replicas) == 1
    return bool(replication.primary) and replication.failover != "automatic"


def is_promoted_by_sentinel(component: Component) -> bool:
    """Return True for a product whose copies Sentinel promotes."""
    return _KEPT_IN.get(product_name(component.product)) == "sentinel"


def is_promoted_by_unknown(component: Component) -> bool:
    """Return True for a store of a product that brings its own means to promote a copy, which aren't known here."""
    own = component.product is not None and product_name(component.product) not in _KEPT_IN
    return own and has_primary(component) and not (component.managed or agrees_by_vote(component))


def arbiter_of(components: Mapping[str, Component], store: Component) -> str | None:
    """Return the component that votes without data beside the members of a store, which elect among themselves; None if none does.

    Beside MongoDB's it is a member too, of the same product; an operator or a script that promotes one has no vote.
    """
    by = components.get(store.replication.by or "") if store.replication is not None else None
    facts = product_of(store.product)
    if by is None or len(by.replicas) > 1 or not (facts.arbitrated or facts.steps_down == "writes"):
        return None
    told = product_of(by.product or by.id)
    if not (facts.arbitrated or told.arbitrates or product_name(by.product) == product_name(store.product)):
        return None
    return None if KINDS[by.kind].balances or told.spreads else by.id


def observer_of(components: Mapping[str, Component], store: Component) -> str | None:
    """Return the component that promotes a copy of a store as one vote of three: of several observers one alone has it, at a time."""
    by = store.replication.by if store.replication is not None else None
    is_one = by in components and _KEPT_IN.get(product_name(store.product)) == _OBSERVER
    return by if is_one else None


def without_needless_arbiter(components: Mapping[str, Component], store: Component) -> Component:
    """Return a store that asks no arbiter where its own members are odd: with it their number would be even."""
    replication = store.replication
    if replication is None or len(store.replicas) % 2 == 0 or arbiter_of(components, store) is None:
        return store
    return replace(store, replication=replace(replication, by=None))


def keeps_files(component: Component) -> bool:
    """Return True for a store of files, whose second copy and takeover are the work of the storage system below it."""
    return component.kind in FILE_STORES and not product_of(component.product).agrees


def promotes_nothing(component: Component) -> bool:
    """Return True for data with a primary of which its product promotes no copy, as of files: Pacemaker does so, say, from beside."""
    product, replication = product_of(component.product), component.replication
    if component.product is None or replication is None or not replication.primary or replication.by is not None:
        return False
    return product.promoted_by_people or ((keeps_files(component) or product.mailboxes) and not product.appliance)


def is_promoted_late(index: Index, component: Component) -> bool:
    """Return True for a store that confirms writes before its copies have them, and of which a program promotes no such copy."""
    replication = component.replication
    is_late = replication is not None and bool(replication.primary) and replication.mode == "asynchronous"
    return is_late and product_of(_product(index, component)).promoted_in_step and not component.managed


def can_keep_step(index: Index, component: Component) -> bool:
    """Return True if the copies of a store are near enough to its primary for each write to wait for them: in its region."""
    return all(index.zone_kinds[here] not in WIDE_ZONES for _, here, _, _ in zones_apart(index, component.replicas))


def is_bound_to_one(component: Component) -> bool:
    """Return True for two of a product whose members can vote, of which one keeps what waits so far: a vote of three alone moves that."""
    replication = component.replication
    kept = replication is not None and bool(replication.primary) and replication.failover != "automatic"
    voting = product_of(component.product).votes_if_set_up and agrees_by_vote(component) and not component.managed
    return voting and kept and len(component.replicas) == 2 and component.quorum is None


def is_promoted_by_none(component: Component) -> bool:
    """Return True for what no program for it promotes; of a directory each server takes writes, or one does."""
    none = keeps_files(component) or promotes_nothing(component) or is_bound_to_one(component)
    return none or product_of(component.product).directory


def mirrors_itself(component: Component) -> bool:
    """Return True for files on a storage system of one's own, which copies them to a second of its kind that takes over."""
    return keeps_files(component) and not component.managed and product_of(component.product).appliance


def is_of_unknown_make(component: Component) -> bool:
    """Return True for something of others of which nothing is known, as of an audio codec: what selects one of two, people know."""
    return component.kind == "other" and component.product is not None and product_name(component.product) not in KNOWN


def moves_with_address(component: Component) -> bool:
    """Return False for a cluster whose name moves, or whose data is at the active member and stays when the address moves.

    Nor is it known of what may be a device that it has an address which moves.

    Of a store with a declared primary, a promoter moves the data; where all replicas write, each has it.
    """
    cluster = component.cluster
    if cluster is None or cluster.failover != "manual" or cluster.by is not None:
        return True
    if is_of_unknown_make(component):
        return False
    product = product_of(component.product)
    keeps = KINDS[component.kind].stores or component.kind in KEEPING or product.keeps_data or product.mailboxes
    replication = component.replication
    moves = replication is not None and (bool(replication.primary) or replication.all_write)
    is_copied = moves or product.agrees or product.appliance
    return cluster.address != "dns" and (is_copied or not keeps)


def can_be_promoted(index: Index, component: Component) -> bool:
    """Return True if it is known what promotes a replica, and how the callers find the new primary.

    Stores of a product that isn't known are promoted by its own means, if at all; a balancer or a moving address leads
    callers that can't look for the primary themselves.
    """
    if is_promoted_late(index, component):
        # people move it into a group whose writes wait
        return False
    if promoter_of(index, component) is None:
        return not (keeps_files(component) or promotes_nothing(component))
    if lacks_third_host(index, component):
        return False
    product = _KEPT_IN.get(_product(index, component))
    return product is not None and is_followed(index, component, product)


def lacks_third_host(index: Index, component: Component) -> bool:
    """Return True for replicas that float over fewer than three machines, beside which a new quorum of three would have to float."""
    promoter = promoter_of(index, component)
    if promoter is None or not promoter.new or promoter.observes or not component.replicas[0].floating:
        return False
    return len({index.machine(host) for host in component.replicas[0].hosts}) < 3


def is_followed(index: Index, component: Component, product: str | None) -> bool:
    """Return True if the callers of a store find the primary that a product promotes.

    They, or the store's drivers, ask it. Else an address moves, or they stand behind a proxy that knows the primary.
    """
    return (product is not None and product_name(product) not in _UNFOLLOWED) or _is_led(index, component)


def finds_primary(index: Index, component: Component, product: str | None) -> bool:
    """Return True if it is known what leads the callers of a store to the primary that a product promotes.

    Patroni moves no address: a proxy asks it, or a driver that is told all hosts. A platform leads to what floats over its hosts.
    """
    leased = product_of(component.product).keeps_lease and (
        product_name(product) in _ASKED or product_of(product).leases
    )
    on_hosts = all(replica.hosts and not replica.floating for replica in component.replicas)
    return _is_led(index, component) if leased and on_hosts else is_followed(index, component, product)


def _is_led(index: Index, component: Component) -> bool:
    """Return True for a store with an address that moves, or that proxies alone call."""
    cluster = component.cluster
    led = cluster is not None and (cluster.address is not None or cluster.shared_address is not None)
    return led or all(KINDS[caller.kind].role == "balancer" for caller in asking_callers(index, component))


def asking_callers(index: Index, component: Component) -> list[Component]:
    """Return the callers of a store but those that copy, administer, watch or promote it."""
    callers = index.callers(component.id)
    return [caller for caller in callers if not KINDS[caller.kind].observes and caller.kind not in _BESIDE]


_BESIDE = ("backup", "bastion", "other")
"""The kinds that call a store and carry no requests: what copies, administers or promotes it."""


def _product(index: Index, component: Component) -> str:
    """Return the product of a store, or else the name of the protocol that its callers speak."""
    if component.product is not None:
        return product_name(component.product)
    calls = (call for call in index.architecture.connections if component.id in call.targets)
    return next((port.protocol for call in calls for port in call.ports), "")


def _chosen(index: Index, component: Component) -> Promoter:
    product = _KEPT_IN.get(_product(index, component))
    port = _port(index, component, product)
    there = _there(index, component, product)
    if there is not None:
        return Promoter(there.id, there.product, port=port)
    taken = index.element_names
    name = unused_name("observer" if product == _OBSERVER else product or "arbiter", taken)
    placed = any(replica.hosts and not replica.floating for replica in component.replicas)
    witness = (witness_there(index, component, product) or new_witness(taken)) if placed else None
    return Promoter(name, product, witness, port, new=True)


def _there(index: Index, component: Component, product: str | None) -> Component | None:
    """Return a component of three or more that promotes a store of the same product, or is a product for that, at work or not yet."""
    for store in index.components.values():
        by = index.components.get(store.replication.by or "") if store.replication is not None else None
        if by is not None and len(by.replicas) > 2 and _fits(store, by, component, product):
            return by
    names = _ALIKE.get(product or "", (product,))
    return next((each for each in index.components.values() if _may_decide(index, each, component, names)), None)


_ALIKE = {"etcd": ("etcd", "consul", "zookeeper"), "sentinel": ("sentinel", "redis-sentinel")}
"""What Patroni keeps its leases in, and the other name of Sentinel."""


def _may_decide(index: Index, there: Component, component: Component, products: tuple[str | None, ...]) -> bool:
    """Return True for three or more of some products on machines of their own, in a network of a component; not those of a platform."""
    if product_name(there.product or there.id) not in products or len(there.replicas) < 3:
        return False
    hosts, own = ({host for each in of.replicas for host in each.hosts} for of in (there, component))
    networks = {index.hosts[host].network for host in hosts}
    apart = {index.machine(host) for host in hosts}
    if hosts and (len(apart) < 3 or networks.isdisjoint(index.hosts[host].network for host in own)):
        return False
    return not ("kube" in there.id or "k8s" in there.id or any(map(orchestrates, index.callers(there.id))))


def _fits(store: Component, by: Component, component: Component, product: str | None) -> bool:
    alike = product_name(store.product) == product_name(component.product)
    return alike or (product is not None and product in (product_name(by.product), by.id))


def _port(index: Index, component: Component, promoter: str | None) -> Port | None:
    """Return the port that the first caller uses, or else the usual one of what a promoter decides for, encrypted.

    Nothing on another host reaches a socket or a file.
    """
    calls = (call for call in index.architecture.connections if component.id in call.targets)
    called = (port for call in calls for port in call.ports if port.protocol not in NO_NETWORK)
    usual = (Port(name) for name, by in _KEPT_IN.items() if by == promoter)
    port = next(chain(called, usual), None)
    return None if port is None else Port(port.protocol, port.port, tls=Tls("on"))


def promoter_component(promoter: Promoter, component: Component) -> Component:
    """Return a new promoter: a quorum of three on the hosts of the first two replicas and the witness, or an observer there.

    Beside replicas that float, it floats over the same hosts.
    """
    if promoter.observes:
        own = (
            (Replica(f"{promoter.id}@{promoter.witness}", promoter.id, (promoter.witness,)),)
            if promoter.witness
            else ()
        )
        single = own or (Replica(f"{promoter.id}#1", promoter.id),)
        return Component(id=promoter.id, kind="other", product=promoter.product, replicas=single, placed=bool(own))
    hosts = [*first_two_hosts(component), promoter.witness] if promoter.witness is not None else []
    replicas = tuple(Replica(f"{promoter.id}@{host}", promoter.id, (host,)) for host in hosts)
    first = component.replicas[0]
    over = first.hosts if first.floating else ()
    unplaced = tuple(Replica(f"{promoter.id}#{number}", promoter.id, over, bool(over)) for number in (1, 2, 3))
    return Component(
        id=promoter.id,
        kind="key-value-store" if promoter.asked else "other",
        product=promoter.product,
        replicas=replicas or unplaced,
        placed=bool(replicas or over),
        placement=Placement(spread="host") if over else None,
        quorum="majority",
    )


def asking_connections(promoter: Promoter, callers: Iterable[Component]) -> Iterator[Connection]:
    """Yield the connections over which programs ask Sentinel for the address of the primary; other clients go on calling the first."""
    for caller in callers if product_name(promoter.product) in ("sentinel", "redis-sentinel") else ():
        if KINDS[caller.kind].role == "application":
            port = Port("redis", 26379, tls=Tls("on"))
            name = f"{caller.id} -> {promoter.id}"
            yield Connection(name, caller.id, (promoter.id,), (port,), required=False, access="read")


def promoter_connection(promoter: Promoter, component: str) -> Connection:
    """Return the connection between a promoter and a store, over which nothing of a flow travels."""
    ends = (component, promoter.id) if promoter.asked else (promoter.id, component)
    port = _ASKED.get(product_name(promoter.product)) or promoter.port or Port("tcp", tls=Tls("on"))
    return Connection(f"{ends[0]} -> {ends[1]}", ends[0], (ends[1],), (port,), required=promoter.asked)
