"""Data: what needs a backup, where backups keep their copies, and what members keep on one disk."""

from __future__ import annotations

from archgen.analysis.exposure import EXCHANGE, callers_of, is_directory
from archgen.analysis.programs import keeps_elsewhere
from archgen.analysis.topology import Topology
from archgen.model.architecture import WIDE_ZONES, Component, Connection, Replication
from archgen.model.durations import SECONDS
from archgen.model.kinds import FILE_STORES, KINDS, QUEUES
from archgen.model.products import product_name, product_of, zone_of
from archgen.model.subject import Subject
from archgen.reliability.members import is_active_passive
from archgen.reliability.requests import defers

_KEEPING = ("object-storage", "file-storage", "backup", "external-service")
"""The kinds of storage to which a backup sends its copies."""


def is_for_exchange(facts: Topology, component: Component) -> bool:
    """Return True for files that are handed over to others over SFTP or FTP, and that somebody else has as well."""
    if component.kind != "file-storage":
        return False
    ports = (port.protocol for call in facts.incoming[component.id] for port in call.ports)
    outside = any(facts.trust(call.source) == "internet" for call in callers_of(facts, component.id))
    return outside and all(protocol in EXCHANGE for protocol in ports)


def takes_files(facts: Topology, component: Component) -> bool:
    """Return True for a provider's storage that flows write files to: unless switched on, it keeps no older versions."""
    written = component.kind in FILE_STORES and bool(facts.flows_writing[component.id])
    return written and not passes_files_on(facts, component) and not holds_only_copies(facts, component)


_READING = ("imap", "imaps", "pop3", "pop3s", "jmap")
"""The protocols in which mailboxes are read."""

_DELIVERING = ("lmtp", "lmtps", "imap", "imaps", "pop3", "pop3s", "jmap")
"""The protocols in which a proxy or a relay reaches the mailboxes behind it."""


def keeps_data(topology: Topology, component: str) -> bool:
    """Return True for a store, a directory of accounts and mailboxes, where they aren't managed or in a store behind them."""
    return topology.kind(component).stores or is_directory(topology, component) or keeps_mailboxes(topology, component)


def passes_files_on(topology: Topology, component: Component) -> bool:
    """Return True for a gateway, which keeps nothing: in each flow it passes what is written to it on to storage of the same product.

    Some products are nothing else, whatever keeps the files.
    """
    flows = topology.flows_writing[component.id]
    if component.kind not in FILE_STORES:
        return False
    if product_of(component.product).keeps_no_files:
        return True
    return bool(flows) and all(_passes_on(topology, component, flow) for flow in flows)


def _passes_on(topology: Topology, component: Component, flow: str) -> bool:
    onward = (hop for hop in topology.hops[flow] if hop.step.source == component.id and hop.access == "write")
    # what nobody waits for is a copy of what it keeps itself
    waited = (hop for hop in onward if hop.connection and not defers(hop.step, hop.connection))
    stores = (topology.components[target] for hop in waited if not hop.optional for target in hop.targets)
    return any(store.kind in FILE_STORES and _is_of_product(component, store) for store in stores)


def _is_of_product(gateway: Component, store: Component) -> bool:
    """Return True for components of one product; the gateways of Ceph have names of their own."""
    if gateway.product is None or store.product is None:
        return False
    alike = product_of(gateway.product).files_alone and product_of(store.product).files_alone
    return alike or product_name(gateway.product) == product_name(store.product)


def keeps_alone(topology: Topology, component: Component) -> bool:
    """Return True for secrets in no other store, a directory, mailboxes, and an index that a flow fills and nothing else can.

    An index that a backup copies is worth it.
    A stream is no place to fill all of an index from: it keeps what it gets for a while.
    """
    if component.kind == "secrets":
        return not _calls_store(topology, component.id)
    if is_directory(topology, component.id) or keeps_mailboxes(topology, component.id):
        return True
    if component.kind == "search" and component.id in topology.backups:
        return True
    product = product_of(component.product)
    if product.keeps_data:
        return not _calls_store(topology, component.id)
    if product.file_database and not (product.shows or product.several) and topology.incoming[component.id]:
        # dashboards and questions that people make; those of a monitoring are often written from files
        return not (component.managed or keeps_elsewhere(topology, component))
    if component.kind != "search" or not topology.flows_writing[component.id]:
        return False
    return not fillers(topology, component) - {"stream"}


def fillers(topology: Topology, index: Component) -> set[str]:
    """Return the kinds of stores that call an index or are called by what does, from which it could be filled."""
    sources = [call.source for call in topology.incoming[index.id]]
    stores = [topology.kind(name) for source in sources for name in (source, *_called(topology, source))]
    return {kind.id for kind in stores if kind.stores}


def _calls_store(topology: Topology, component: str) -> bool:
    return any(topology.kind(target).stores for target in _called(topology, component))


def _called(topology: Topology, component: str) -> tuple[str, ...]:
    return tuple(target for call in topology.outgoing[component] for target in call.targets)


def keeps_uploads(topology: Topology, component: Component) -> bool:
    """Return True for uploads on one server, in no volume of its own; those of several are `server-bound-sessions`."""
    alone = len(component.replicas) == 1 or len(topology.hosts_of(component.id)) == 1
    return component.uploads == "local" and alone and not _has_volume(topology, component)


def keeps_mailboxes(topology: Topology, component: str) -> bool:
    """Return True for a mail server of your own with mailboxes: by its product, by its copies, or as mail is read from it."""
    own, kind = topology.components[component], topology.kind(component)
    product = product_of(own.product)
    if own.managed or kind.balances or kind.stores or not (product.mailboxes or kind.id == "mail"):
        return False
    read = any(port.protocol in _READING for call in topology.incoming[component] for port in call.ports)
    return (product.mailboxes or own.replication is not None or read) and not _keeps_elsewhere(topology, component)


def _keeps_elsewhere(topology: Topology, component: str) -> bool:
    """Return True if the mail lies in a store behind a server, or on the server that it passes readers on to."""
    anywhere = product_of(topology.components[component].product).keeps_data
    for call in topology.outgoing[component]:
        if any(port.protocol in _DELIVERING for port in call.ports):
            return True
        kinds = [topology.kind(target) for target in call.targets]
        if any(kind.id in FILE_STORES or (anywhere and kind.stores) for kind in kinds):
            return True
    return False


def holds_files(component: Component) -> bool:
    """Return True for what keeps files: a storage of them, or a server with uploads."""
    return component.kind in FILE_STORES or KINDS[component.kind].serves


def _has_volume(topology: Topology, component: Component) -> bool:
    """Return True for a server whose files lie in a volume that is a component of its own, and needs a backup as such."""
    volumes = (
        target
        for call in topology.outgoing[component.id]
        if any(port.protocol == "file" for port in call.ports)
        for target in call.targets
    )
    return any(topology.kind(volume).id in FILE_STORES for volume in volumes)


def least_interval(component: Component, by: str | None = None) -> float:
    """Return the shortest time between two copies: a database ships its log, and all else is copied as a whole.

    So is a database without such a log, and one that a product copies of which nobody knows that it takes the log.
    """
    ships = by is None or product_of(by).archives_log
    ships = ships and component.kind == "database" and not product_of(component.product).copied_whole
    return SECONDS["m"] if ships else SECONDS["h"]


def copy_holders(topology: Topology, backup: Component) -> tuple[Component, ...]:
    """Return the components that hold the copies: the storage that a backup calls and not only reads, or the backup itself."""
    writing = (call for call in topology.outgoing[backup.id] if call.access != "read")
    called = dict.fromkeys(target for call in writing for target in call.targets)
    stores = [topology.components[name] for name in called if name not in backup.backs_up]
    return tuple(store for store in stores if store.kind in _KEEPING or _is_for_copies(topology, backup, store)) or (
        backup,
    )


def _is_for_copies(topology: Topology, backup: Component, component: Component) -> bool:
    """Return True for a component of no kind that backups alone call, such as a tape library, and not for an agent beside the data."""
    if component.kind != "other" or topology.outgoing[component.id]:
        return False
    hosts = set(topology.hosts_of(component.id))
    if any(not hosts.isdisjoint(topology.hosts_of(source)) for source in backup.backs_up):
        return False
    callers = (topology.kind(call.source) for call in topology.incoming[component.id])
    return all(caller.id == "backup" or caller.observes for caller in callers)


def holds_only_copies(topology: Topology, component: Component) -> bool:
    """Return True for storage that backups send copies to, and that nothing but them and monitoring calls."""
    if not topology.of_kind("backup"):
        return False
    callers = [topology.components[call.source] for call in topology.incoming[component.id]]
    sending = [caller for caller in callers if caller.kind == "backup" and component in copy_holders(topology, caller)]
    return bool(sending) and len(sending) + sum(topology.kind(each.id).observes for each in callers) == len(callers)


def is_copied_with_others(topology: Topology, component: Component) -> bool:
    """Return True for what holds copies alone, and for data that the backups of other components cover.

    A store with backups of its own is judged by these: it and its disk would each leave them to the other.
    """
    if holds_only_copies(topology, component):
        return True
    # cheaper than to ask each caller
    return bool(topology.backups) and (
        _is_backed_up_above(topology, component)
        or (
            component.id not in topology.backups
            and (_is_backed_up_with(topology, component) or _is_backed_up_below(topology, component))
        )
    )


def _is_backed_up_with(topology: Topology, component: Component) -> bool:
    """Return True for the part of a cluster that only its other parts call, all of which are backed up, such as its masters."""
    callers = [
        topology.components[call.source] for call in topology.incoming[component.id] if call.source != component.id
    ]
    callers = [caller for caller in callers if not KINDS[caller.kind].observes]
    product = product_name(component.product)
    alike = all(product_name(caller.product) == product and caller.id in topology.backups for caller in callers)
    return bool(callers) and alike and component.product is not None


def _is_backed_up_above(topology: Topology, component: Component) -> bool:
    """Return True for files and disks of which all users are backed up: stores that keep data there, and machines with their disks."""
    if component.kind not in FILE_STORES:
        return False
    calls = [call for call in topology.incoming[component.id] if not _is_beside(topology, call.source)]
    covered = {call.source for call in calls if call.source in topology.backups}
    if component.id in topology.backups:
        # what is backed up itself isn't left to a gateway, which keeps nothing
        covered = {name for name in covered if not passes_files_on(topology, topology.components[name])}
    return bool(covered) and all(
        (_is_disk(call) and _is_judged_itself(topology, call.source))
        or (call.source in covered and (_is_disk(call) or keeps_data(topology, call.source)))
        for call in calls
    )


def _is_judged_itself(topology: Topology, caller: str) -> bool:
    """Return True for a server or an index: a disk of it holds its programs, and data only where that is declared of itself."""
    return topology.kind(caller).serves or topology.kind(caller).id == "search"


def _is_beside(topology: Topology, caller: str) -> bool:
    kind = topology.kind(caller)
    return kind.observes or kind.id == "backup"


def _is_disk(call: Connection) -> bool:
    return any(port.protocol in _BLOCKS for port in call.ports)


def _is_backed_up_below(topology: Topology, component: Component) -> bool:
    """Return True for a store whose disk is backed up: the copy of the disk is one of its data. So is that of files for files.

    A server of which files are fetched and left over SFTP or FTP keeps them on the share that it mounts.
    """
    asked = [port.protocol for call in callers_of(topology, component.id) for port in call.ports]
    kept_over = ("file", *_SHARES) if asked and set(asked) <= {*EXCHANGE} else ("file",)
    return any(
        target in topology.backups
        for call in topology.outgoing[component.id]
        if _is_disk(call) or (component.kind in FILE_STORES and any(port.protocol in kept_over for port in call.ports))
        for target in call.targets
    )


_BLOCKS = ("iscsi",)
"""The protocols of disks of other machines."""

_SHARES = ("nfs", "smb")
"""The protocols of files that machines share."""


def disks_of(topology: Topology, component: str) -> tuple[Component, ...]:
    """Return the storage on which a component keeps its data: volumes, and disks of other machines."""
    calls = [call for call in topology.outgoing[component] if any(port.protocol in _VOLUMES for port in call.ports)]
    targets = dict.fromkeys(target for call in calls for target in call.targets)
    return tuple(topology.components[name] for name in targets if topology.kind(name).id in FILE_STORES)


_VOLUMES = ("file", *_BLOCKS)
"""The protocols of a component's own volumes and disks; over those of shared files it may also send its copies."""


def shared_place(topology: Topology, source: Component, backup: Component) -> Subject | None:
    """Return the storage, host, or else innermost zone that the copies share with the data; None if a copy is elsewhere.

    The copies are in the storage that the backup calls, and on the backup itself if it calls none.
    """
    places = [_shared_by(topology, source, keeper) for keeper in copy_holders(topology, backup)]
    return places[0] if None not in places else None


def _shared_by(topology: Topology, source: Component, keeper: Component) -> Subject | None:
    place = _shared_with(topology, source, keeper)
    if place is not None and place.kind == "host":
        return place
    # of several volumes one may be for the copies
    disks = disks_of(topology, source.id)
    shared = [disk for disk in disks if _is_in(topology, keeper, disk)]
    return Subject("component", shared[0].id) if shared and len(shared) == len(disks) else place


def _is_in(topology: Topology, keeper: Component, disk: Component) -> bool:
    on = set(topology.hosts_of(keeper.id))
    return keeper.id == disk.id or (bool(on) and on <= set(topology.hosts_of(disk.id)))


def _shared_with(topology: Topology, source: Component, keeper: Component) -> Subject | None:
    if keeper.managed:
        # a provider's backup has places of its own; storage in a zone has that one
        return _shared_zone(topology, source, keeper) if keeper.kind != "backup" and zone_of(keeper) else None
    own = topology.hosts_of(keeper.id)
    if not own:
        return None
    if set(own) <= set(topology.hosts_of(source.id)):
        return Subject("host", own[0])
    machines = {topology.index.machine(host) for host in own}
    if machines <= {topology.index.machine(host) for host in topology.hosts_of(source.id)}:
        return Subject("host", topology.index.machine(own[0]))
    return _shared_zone(topology, source, keeper)


def _shared_zone(topology: Topology, source: Component, keeper: Component) -> Subject | None:
    around = [topology.index.shared_zones(replica) for replica in (*source.replicas, *keeper.replicas)]
    common = frozenset.intersection(*around)
    inner = [zone for zone in topology.zones if zone in common and not _holds_inner(topology, zone, common)]
    small = [zone for zone in inner if topology.zones[zone].kind not in WIDE_ZONES]
    return Subject("zone", small[0]) if small else None


def _holds_inner(topology: Topology, zone: str, common: frozenset[str]) -> bool:
    return any(topology.index.inside(other, zone) for other in common)


def mistake_in(store: Component) -> str:
    """Return what people call a mistake that destroys data of a store: a statement of SQL, or what has no name of its own."""
    return "DELETE" if store.kind == "database" else "deletion"


def shares_disk(topology: Topology, component: Component) -> bool:
    """Return True for the heads of a filer, and for a pair of which one member takes the traffic, with its files elsewhere.

    A queue keeps its messages in files or in a database; anything else that it calls, it passes them on to.
    """
    cluster = component.cluster
    if component.kind in FILE_STORES:
        return cluster is not None and (cluster.mode is not None or bool(cluster.active))
    if not is_active_passive(cluster):
        return False
    keepers = (*FILE_STORES, "database") if component.kind in QUEUES else (*FILE_STORES, "other")
    calls = topology.outgoing[component.id]
    kept = any(topology.kind(target).id in keepers for call in calls for target in call.targets)
    mounted = any(port.protocol in _DISKS for call in calls for port in call.ports)
    return kept or mounted or product_of(component.product).shares_storage


_DISKS = ("iscsi", "nfs", "smb")
"""The protocols of disks and files of another machine."""


def undeclared_backup(topology: Topology, store: Component) -> Component | None:
    """Return the backup, if any, that calls a store and doesn't declare what it copies: most likely that, unless it keeps copies."""
    if store.kind in _KEEPING:
        return None
    callers = (topology.components[call.source] for call in topology.incoming[store.id])
    return next((each for each in callers if each.kind == "backup" and not each.backs_up), None)


def is_filled_on_request(topology: Topology, index: Component) -> bool:
    """Return True for an index that a caller fills who is asked to in a flow, and not by himself or from a queue."""
    return any(_is_asked_through(topology, index, call.source) for call in topology.incoming[index.id])


def _is_asked_through(topology: Topology, index: Component, source: str) -> bool:
    """Return True if a caller of an index is asked to in a flow, and doesn't begin by itself as a worker does, or who takes jobs."""
    hops = (hop for flow in topology.flows_of[index.id] for hop in topology.hops[flow])
    asked = (hop for hop in hops if source in hop.targets and source != hop.step.source)
    return any(topology.kind(hop.step.source).id not in QUEUES for hop in asked)


def has_others_apart(topology: Topology, store: Component) -> bool:
    """Return True for a store with replicas on several hosts, or of which nobody says that they share one, or the disks of one."""
    apart = len(store.replicas) > 1 and len(topology.hosts_of(store.id)) != 1
    return apart and not (shares_disk(topology, store) and disks_of(topology, store.id))


def replications_of(topology: Topology, store: Component) -> list[Replication]:
    """Return the replication of a store to other hosts, and that of each copy."""
    own = store.replication
    others = (each.replication for each in topology.architecture.components)
    copies = [other for other in others if other is not None and other.copy_of == store.id]
    return [own, *copies] if own is not None and has_others_apart(topology, store) else copies
