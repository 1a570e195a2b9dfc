"""The backup of a store that has none: a part of one that is there, or a new one with a place for its copies."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from msgspec.structs import replace

from archgen.analysis.backups import (
    copy_holders,
    holds_files,
    holds_only_copies,
    least_interval,
    shared_place,
    undeclared_backup,
)
from archgen.analysis.topology import Topology
from archgen.edits.encryption import ASKED_FOR
from archgen.edits.firewalls import admit_added
from archgen.edits.patch import port_value
from archgen.edits.remedy import free_name
from archgen.model.architecture import Component, Connection, Port, Replica, Tls
from archgen.model.change import Append, Change, Put
from archgen.model.durations import SECONDS, write_duration
from archgen.model.kinds import FORWARDING, KINDS
from archgen.model.products import product_name, product_of


def add_backup(topology: Topology, store: Component) -> tuple[Change, ...]:
    """Return the changes for a backup that is as frequent as the objective asks; none where people have to decide.

    Firewalls let it in to what it calls: one with a rule that denies something may keep it out on purpose, and nothing would be copied.
    """
    changes = _backup_of(topology, store)
    rules = _admitted(topology, changes)
    return () if rules is None else (*changes, *rules)


def _admitted(topology: Topology, changes: tuple[Change, ...]) -> tuple[Change, ...] | None:
    """Return the rules that let the calls of a new job in; None if they can't be written, as of a port that nobody declares."""
    values = {change.path: change.value for change in changes if isinstance(change, Put)}
    jobs = {path[1]: value for path, value in values.items() if path[0] == "components" and "runs_on" in value}
    calls = [(*str(path[1]).split(" -> "), value) for path, value in values.items() if path[0] == "connections"]
    if not (jobs and calls and topology.firewalls.with_rules):
        return ()
    model = topology.architecture
    added = [_job(str(name), value["runs_on"]) for name, value in jobs.items()]
    called = [
        Connection(f"{source} -> {target}", source, (target,), (_as_port(value),))
        for source, targets, value in calls
        for target in targets.split(" | ")
        if target in topology.components
    ]
    after = Topology(replace(model, components=(*model.components, *added), connections=(*model.connections, *called)))
    rules = admit_added(model, after)
    opened = {(rule.path[1], rule.value["from"], rule.value["to"]) for rule in rules}
    firewalls = after.firewalls
    barred = (
        (firewall, call.source, call.targets[0])
        for call in called
        for firewall in firewalls.denying(firewalls.places(call.source), call.source, call.targets[0], call.ports[0])
    )
    return rules if opened.issuperset(barred) else None


def _job(name: str, hosts: str | list[str]) -> Component:
    on = (hosts,) if isinstance(hosts, str) else hosts
    return Component(id=name, kind="backup", replicas=tuple(Replica(f"{name}@{host}", name, (host,)) for host in on))


def _as_port(value: str | dict[str, Any]) -> Port:
    return Port(value) if isinstance(value, str) else Port(value["protocol"], value.get("port"))


def _backup_of(topology: Topology, store: Component) -> tuple[Change, ...]:
    """Return the changes for a backup that nothing has to be opened for.

    That is its provider's of what a provider runs, else a job beside the store, or one where another copies: objects are read from afar.
    """
    device = not store.managed and product_of(store.product).appliance
    # how often a database is copied that ships no log is for people to say
    in_time = store.kind == "database" or can_be_copied_in_time(topology, store)
    if device or _is_of_cluster(topology, store) or not in_time or undeclared_backup(topology, store) is not None:
        # a device runs no job of others; one job copies all shards and their configuration at one point in time; what a tool that is
        # there copies already is only to be declared
        return ()
    for source, backups in topology.backups.items():
        if _is_alike(topology.components[source], store):
            for backup in backups:
                if _can_be_extended(topology, topology.components[source], backup, store):
                    return (Append(("components", backup.id, "backs_up"), store.id),)
    anything = _of_anything(topology, store)
    if anything is not None:
        # its restores would count as tested for what it has never copied, and how it reads another host is for people to say
        reads = not set(topology.hosts_of(anything.id)).isdisjoint(topology.hosts_of(store.id))
        extended = reads and anything.restore_tested is None
        return (Append(("components", anything.id, "backs_up"), store.id),) if extended else ()
    beside = _beside(topology, store)
    if beside is not None:
        return _another_job(topology, beside, store)
    if backup_for_more(topology, store) is not None:
        return ()
    if _is_kept_at_home(topology, store):
        # a provider has no way in to what runs on own machines, and what a backup there can read is for people to say
        return ()
    if store.managed:
        # older versions of an object are kept as each is written
        kept = {"keeps": "30d"} if store.kind == "object-storage" else _schedule(topology, store)
        value = {"kind": "backup", "managed": True, "backs_up": [store.id]} | kept
        return (Put(("components", free_name("backup", topology)), value),)
    return _job_beside(topology, store)


def _beside(topology: Topology, store: Component) -> Component | None:
    """Return a backup on own hosts beside which another job can copy a store."""
    copying = {backup.id: backup for backups in topology.backups.values() for backup in backups}
    return next((backup for backup in copying.values() if _can_copy(topology, backup, store)), None)


def backup_for_more(topology: Topology, store: Component) -> Component | None:
    """Return a tool that copies anything, or several stores, elsewhere, which people can let copy one more of their own if it reaches that.

    Its restores were tested without it, and so were the ways to what it copies.
    """
    if (anything := _of_anything(topology, store)) is not None:
        return anything
    if store.managed or _beside(topology, store) is not None:
        return None
    return next(
        (
            backup
            for source, backups in topology.backups.items()
            for backup in backups
            if _is_alike(topology.components[source], store) and not topology.components[source].managed
            if len(backup.backs_up) > 1 and backup.product is not None and _keeps_apart(topology, backup, store)
        ),
        None,
    )


def _of_anything(topology: Topology, store: Component) -> Component | None:
    """Return a backup of such a product on own hosts that keeps its copies apart from a store; objects are copied by other tools."""
    if store.managed or store.kind == "object-storage":
        return None
    tools = (each for each in topology.of_kind("backup") if product_of(each.product).copies_anything and each.backs_up)
    return next((each for each in tools if topology.hosts_of(each.id) and _keeps_apart(topology, each, store)), None)


def _can_be_extended(topology: Topology, source: Component, backup: Component, store: Component) -> bool:
    """Return True for a backup of no product whose restores nobody tested, and that reaches a store like its source.

    A provider's snapshots of what it runs can't read what runs on own machines; a job beside its source copies what is there.
    """
    if backup.restore_tested is not None or backup.product is not None:
        return False
    if backup.managed:
        return bool(source.managed) == bool(store.managed) and store not in copy_holders(topology, backup)
    hosts = topology.hosts_of(backup.id)
    reached = set(hosts) <= set(topology.hosts_of(store.id)) if hosts else not topology.hosts_of(store.id)
    return reached and _keeps_apart(topology, backup, store)


def _job_beside(topology: Topology, store: Component) -> tuple[Change, ...]:
    """Return a backup on a host of a store, the last one's if there are replicas, and a provider's storage for its copies."""
    name = free_name("backup", topology)
    value: dict[str, object] = {"kind": "backup"}
    hosts = _hosts_of_job(store)
    value |= {"runs_on": hosts[0] if len(hosts) == 1 else hosts} if hosts else {}
    holders = [holder for backup in topology.of_kind("backup") for holder in copy_holders(topology, backup)]
    own = [each.id for each in holders if each.managed and holds_only_copies(topology, each)]
    shared = [each.id for each in holders if each.managed and each.kind == "object-storage"]
    there = next(iter((*own, *shared)), None)
    keeper = there or free_name("backup-storage", topology)
    # as the other backup sends its copies there
    port = next((call.ports[0] for call in topology.incoming[keeper] if call.ports), None) if there else None
    return (
        Put(("components", name), value | {"backs_up": [store.id]} | _schedule(topology, store)),
        *(() if there else (Put(("components", keeper), {"kind": "object-storage", "managed": True}),)),
        Put(("connections", f"{name} -> {keeper}"), "https" if port is None else port_value(port)),
    )


def _hosts_of_job(store: Component) -> list[str]:
    """Return the host of the last replica, which is seldom the primary; none where that floats or isn't declared.

    Where each replica has files of its own, and none is the primary, these are all hosts.
    """
    product = product_of(store.product)
    copied = store.replicas if product.leaderless and product.copied_whole else store.replicas[-1:]
    hosts = [replica.hosts[0] for replica in copied if len(replica.hosts) == 1]
    return hosts if len(hosts) == len(copied) else []


def _is_kept_at_home(topology: Topology, store: Component) -> bool:
    """Return True for a system with a backup of its own and nothing that a provider runs but the services of others.

    A backup that keeps its copies in the store itself says nothing of where those of the store may go.
    """
    elsewhere = any(store not in copy_holders(topology, backup) for backup in topology.of_kind("backup"))
    return elsewhere and not topology.has_provider


_IN_PARTS = ("lustre", "beegfs", "gpfs", "spectrum-scale", "orangefs", "moosefs", "ceph", "cephfs", "glusterfs")
"""File systems of which metadata and contents, or parts of the contents, are in several components."""


def _is_of_cluster(topology: Topology, component: Component) -> bool:
    """Return True for what is no use without the copies of others from the same moment.

    That is a shard, or the configuration of shards, which a router of the same product leads to, and a part of a file system.
    """
    product = product_name(component.product)
    if product in _IN_PARTS:
        others = (each for each in topology.architecture.components if each.id != component.id)
        return any(product_name(each.product) == product for each in others)
    routers = (call.source for call in topology.incoming[component.id] if topology.kind(call.source).balances)
    products = (product_name(topology.components[router].product) for router in routers) if product else ()
    return any(name in (product, "mongos") for name in products)


def _can_copy(topology: Topology, backup: Component, store: Component) -> bool:
    """Return True for a backup on own hosts that can copy a store as it does others, and keeps the copies apart from it."""
    own = backup.kind == "backup" and not backup.managed and bool(topology.hosts_of(backup.id))
    alike = any(_is_alike(topology.components[source], store) for source in backup.backs_up)
    there = _is_for_backups(topology, backup)
    able = (alike and (there or _is_beside_source(topology, backup))) or (there and store.kind == "object-storage")
    return (
        own and able and _keeps_apart(topology, backup, store) and not _is_sent_to_another_tool(topology, backup, store)
    )


def _is_sent_to_another_tool(topology: Topology, backup: Component, store: Component) -> bool:
    """Return True if a job beside a store would send its copies to a product that keeps only those that it makes itself."""
    keeps_own = backup.product is not None and backup in copy_holders(topology, backup)
    return keeps_own and _is_copied_where_it_runs(store) and not _is_read_by(topology, backup, store)


def _is_for_backups(topology: Topology, backup: Component) -> bool:
    """Return True if nothing but backups, their copies and what watches them runs on a backup's hosts."""
    return all(
        each.kind == "backup" or topology.kind(each.id).observes or holds_only_copies(topology, each)
        for host in topology.hosts_of(backup.id)
        for each in (topology.components[replica.component] for replica in topology.replicas_on[host])
    )


def _is_beside_source(topology: Topology, backup: Component) -> bool:
    """Return True if a backup runs on the hosts of what it copies."""
    hosts = set(topology.hosts_of(backup.id))
    return any(hosts <= set(topology.hosts_of(source)) for source in backup.backs_up)


def _keeps_apart(topology: Topology, backup: Component, store: Component) -> bool:
    """Return True if a backup keeps its copies neither in a store nor where the store is."""
    return store not in copy_holders(topology, backup) and shared_place(topology, store, backup) is None


def _another_job(topology: Topology, backup: Component, store: Component) -> tuple[Change, ...]:
    """Return another job beside a backup, whose restores are tested apart, with the same hosts and the same storage.

    It has the product and the name of that backup where this can read the store: what copies PostgreSQL can't copy Cassandra.
    """
    same = _is_read_by(topology, backup, store)
    name = free_name(backup.id if same else "backup", topology)
    hosts = topology.hosts_of(backup.id)
    own = _hosts_of_job(store)
    reading = [call for call in topology.outgoing[backup.id] if _leads_to(topology, call, backup.backs_up)]
    local = _is_copied_where_it_runs(store)
    if local and not own:
        return ()
    if local or (own and _is_beside_source(topology, backup)):
        # a job beside its source reads it there
        hosts = tuple(own)
    value: dict[str, object] = {"kind": "backup"}
    value |= {"product": backup.product} if same and backup.product is not None else {}
    value |= {"runs_on": hosts[0] if len(hosts) == 1 else list(hosts), "backs_up": [store.id]}
    value |= _schedule(topology, store, backup.product if same else None)
    calls = [call for call in topology.outgoing[backup.id] if call not in reading and call.ports]
    called = bool(reading) or store.kind == "object-storage"
    port = _port(topology, store) if called and not set(hosts) <= set(topology.hosts_of(store.id)) else None
    return (
        Put(("components", name), value),
        *(Put(("connections", f"{name} -> {' | '.join(call.targets)}"), port_value(call.ports[0])) for call in calls),
        # copies that the other backup would keep itself are sent to it
        *(
            (Put(("connections", f"{name} -> {backup.id}"), "ssh"),)
            if local and backup in copy_holders(topology, backup)
            else ()
        ),
        # as the other backup calls what it copies
        *((Put(("connections", f"{name} -> {store.id}"), port_value(port)),) if port is not None else ()),
    )


def _is_copied_where_it_runs(store: Component) -> bool:
    """Return True for what answers others with less than its data, as a directory and mailboxes do, or has files on each node."""
    product = product_of(store.product)
    return KINDS[store.kind].role != "data" or (product.leaderless and product.copied_whole)


def _port(topology: Topology, store: Component) -> Port | None:
    """Return the port on which others call a store, with TLS where a client may ask for it there."""
    port = next((port for call in topology.incoming[store.id] for port in call.ports if not port.admin), None)
    if port is None or port.tls is not None or port.protocol not in ASKED_FOR:
        return port
    return Port(port.protocol, port.port, tls=Tls("on"))


def _is_read_by(topology: Topology, backup: Component, store: Component) -> bool:
    """Return True for a backup that copies a store of the same product, or stores of several products already."""
    sources = [topology.components[source] for source in backup.backs_up]
    copied = {_origin(source) for source in sources if _is_alike(source, store)}
    return _origin(store) in copied or len(copied) > 1


def _origin(store: Component) -> str:
    return product_of(store.product).origin or product_name(store.product)


def _leads_to(topology: Topology, connection: Connection, sources: Collection[str]) -> bool:
    """Return True for a connection to one of some stores, or to what passes requests on to it: a balancer, a pooler, a router."""
    reached, pending = set[str](), list(connection.targets)
    while pending:
        name = pending.pop()
        if name in sources:
            return True
        if name not in reached and (topology.kind(name).balances or topology.kind(name).id in FORWARDING):
            pending.extend(target for call in topology.outgoing[name] for target in call.targets)
        reached.add(name)
    return False


def _schedule(topology: Topology, store: Component, by: str | None = None) -> dict[str, object]:
    interval = _interval(topology, store, by)
    every: dict[str, object] = {} if interval is None else {"every": interval}
    return {**every, "keeps": "30d"}


def _is_alike(component: Component, other: Component) -> bool:
    """Return True if one backup can read both: what dumps databases knows nothing of files."""
    return holds_files(component) == holds_files(other)


def can_be_copied_in_time(topology: Topology, store: Component) -> bool:
    """Return True unless copies of a store, as a whole, follow each other too rarely for the recovery point objective."""
    return _interval(topology, store) is not None


def _interval(topology: Topology, store: Component, by: str | None = None) -> str | None:
    """Return a day, or the recovery point objective; None where no copies of a store follow each other so soon.

    Of objects, which are written as a whole, a mirror copies only those that are new.
    """
    objective = topology.architecture.objectives.recovery_point
    if objective is None or not 1.0 <= objective < SECONDS["d"]:
        return "24h"
    least = _MIRRORED if store.kind == "object-storage" else least_interval(store, by)
    return write_duration(objective) if objective >= least else None


_MIRRORED = 5 * SECONDS["m"]
"""The shortest time between two runs of a mirror of objects."""
