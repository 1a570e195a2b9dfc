"""The traits that a product can have, as they are wherever it runs."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from archgen.model.architecture import Scope


class Product(Struct, frozen=True, gc=False):
    """The traits of a product.

    `coordinates`: it keeps leaders and locations for stores and balancers, and no data of a site. `orchestrates`: the servers of a
    platform, which start what floats on another host and keep the state of its operators, in a store that few models show.
    `agrees`: its replicas
    elect the one that takes a write, so that no model has to declare it; `leaderless` ones elect none, and each takes writes.
    `each_writes`: none of its replicas is elected, and none needs a majority of them to take a write.
    `forwards`: it passes connections on unchanged, and ends no TLS unless it has a certificate. `scope` is that of the managed
    service, where the provider fixes it.
    `quorum` is how many of its replicas must be up, which cannot be switched off: a majority for anything, or for a write, and half of
    them for a read.
    `votes_by_role`: only some of its nodes have a vote if a cluster's nodes have roles, and a provider's voters stand in few models.
    `votes_from` is its first version of which no other product can hold the votes.
    `forgets_who_leaves`: a replica that is stopped in order has no vote any more, so a majority of the rest is enough.
    `refuses_out_of_step`: a replica without the majority, or without its writes, accepts connections and refuses queries.
    `in_memory`: it keeps its data in memory, and writes it to a disk now and then.
    `keeps_lease`: its primary steps down when it can't renew its lease, where a manager of leases promotes it; `leases`: it is one.
    `origin` is the store that it comes from, whose programs copy it too.
    `plain_entry`: visitors' requests arrive at it, and a filter and access logs are options that are off at first.
    `trusting`: it checks no certificate of the servers that it passes requests on to, unless told to.
    `steps_down`: a replica that sees no majority of the votes stops, for everything or for writes.
    `waits`: a commit waits for a synchronous standby that is gone, unless it is set up otherwise.
    `figures_only`: it collects measurements or runs checks, and takes no log lines; `logs_only`: it takes log lines, and measures
    nothing. `probes_only`: it asks for answers from outside,
    and collects nothing from what answers. `directory`: it keeps the accounts of people, and their passwords,
    itself. `mirrors`: the nodes beside the primary of a queue have copies of its messages. `votes_if_set_up`: its replicas agree on
    each write only if a quorum is declared, as that of RabbitMQ's quorum queues. `shares_storage`: its replicas write to the same
    files, so that no two of their writes conflict. `keeps_data`: an application that keeps repositories, artifacts or records
    itself unless it has a store for them. `mailboxes`: it keeps the mail of people. `copied_on_request`: a managed store of which the
    provider keeps no copy from before a mistake until somebody asks for it. `soft_delete`: the days for which it keeps what is
    deleted by default. `appliance`: a device or mainframe without programs of others.
    `attached`: a firewall of requests that is a setting of a balancer or CDN of its provider, and has no address of its own.
    `agents_at`: the protocol and port in which a monitoring asks its agents on hosts, unless set up otherwise.
    `shows`: a dashboard or a router of alerts, which shows or passes on what others have measured, and measures nothing.
    `notifies`: a pager or a chat, through which a monitoring reaches people.
    `resolves`: a name server that asks others and has no records of its own. `unchecking`: one that answers with its records whether
    what they lead to is up or not, so that people change them.
    `embedded`: a library that keeps its data in a file of the program that uses it. `file_database`: an application that does so unless
    it has a database server.
    `goes_on_alone`: each of two members that take writes goes on without the other, though each write waits for all that are seen.
    `needs_witness`: its primary shuts down when it sees neither the program that promotes the standbys nor one of them.
    `single`: its makers support one instance of it, whatever stands before it. `ordered`: it passes messages on in the order in
    which each sender sent them, and fetches others itself, so that one instance works at a time.
    `silent_standby`: the standby of a provider's pair takes no connections until it is promoted. `mounts_standbys`: nor do standbys
    of one's own, which apply the log and are not open. `mounted_from_all`: a file system whose members and copies all serve its files.
    `leads_to_primary`: nor does the other of a group that the provider fails over,
    by the name of the group, whenever its copy is written. `lagging_standby`: nor does that of a provider's pair which is always
    written later.
    `promoted_in_step`: a program promotes a copy of it only where each write waits for that copy; `promoted_by_people`: none of its
    makers' does, as an administrator starts a failover.
    `several`: its makers document several instances of it at work at once, and this is what it takes.
    `asks_primary`: its clients, or its standbys for them, put every request to the primary unless they are told otherwise: always, or
    where something promotes another, as clients of Sentinel do.
    `copies_later`: its replicas get a write after it is confirmed, and no setting lets all writes wait for them.
    `archives_log`: a backup that copies the log of its database between its copies, always or once that is set up.
    `replays`: the log that its replicas get, which it keeps on its disks and with which a copy is brought up to any point in time.
    `undeletes`: a setting of it, off at first, brings back what was deleted by mistake.
    `copied_whole`: a database whose copies are of its files, each node's own, and of no log between them.
    `spreads`: a proxy that leads the requests for a database to those of its replicas that take them, and has no vote.
    `files_alone`: a store of files and disks, of which a component of another kind has the map, as Ceph's monitors have; it can be made
    from them again.
    `keeps_no_files`: a server of files that has each in a storage behind it, whether the model shows that or not.
    `arbitrated`: a program without data can vote beside its replicas; `arbitrates`: it is one.
    `on_windows`: it runs on Windows alone.
    `spreadable`: its provider can run it in several zones.
    `consoles` are the ports of its console for administrators.
    `one_port`: a store whose replicas fetch from each other on the port on which clients call it.
    `members_at`: the ports on which its members call each other, of those whose members agree.
    `appends`: an insert adds rows of its own, in the order that a coordinator keeps, so that no two of its writes conflict.
    `copies_files`: a backup that copies all of a database each time, or its files, and no log between two copies.
    `zonal`: a provider has one in each availability zone, to which routes or names of that zone alone lead.
    `copies_anything`: a backup that copies whatever lies on a host: files, and dumps of databases that are made before.
    """

    coordinates: bool = False
    orchestrates: bool = False
    agrees: bool = False
    leaderless: bool = False
    each_writes: bool = False
    forwards: bool = False
    scope: Scope | None = None
    plain_entry: bool = False
    quorum: Literal["majority", "majority-to-write", "half-to-read"] | None = None
    votes_by_role: bool = False
    votes_from: int | None = None
    forgets_who_leaves: bool = False
    refuses_out_of_step: bool = False
    in_memory: bool = False
    keeps_lease: bool = False
    leases: bool = False
    origin: str | None = None
    steps_down: Literal["writes", "everything"] | None = None
    trusting: bool = False
    waits: bool = False
    figures_only: bool = False
    agents_at: tuple[str, int] | None = None
    logs_only: bool = False
    probes_only: bool = False
    directory: bool = False
    mirrors: bool = False
    votes_if_set_up: bool = False
    shares_storage: bool = False
    appends: bool = False
    appliance: bool = False
    keeps_data: bool = False
    single: bool = False
    ordered: bool = False
    several: str | None = None
    mailboxes: bool = False
    copied_on_request: bool = False
    soft_delete: int = 0
    attached: bool = False
    resolves: bool = False
    unchecking: bool = False
    embedded: bool = False
    file_database: bool = False
    silent_standby: bool = False
    mounts_standbys: bool = False
    mounted_from_all: bool = False
    goes_on_alone: bool = False
    needs_witness: bool = False
    leads_to_primary: bool = False
    promoted_in_step: bool = False
    promoted_by_people: bool = False
    lagging_standby: bool = False
    asks_primary: Literal["always", "promoted"] | None = None
    arbitrated: bool = False
    arbitrates: bool = False
    on_windows: bool = False
    spreads: bool = False
    copies_later: bool = False
    archives_log: bool = False
    replays: str | None = None
    undeletes: str | None = None
    copied_whole: bool = False
    spreadable: bool = False
    shows: bool = False
    notifies: bool = False
    files_alone: bool = False
    keeps_no_files: bool = False
    consoles: tuple[int, ...] = ()
    one_port: bool = False
    members_at: tuple[int, ...] = ()
    copies_files: bool = False
    copies_anything: bool = False
    zonal: bool = False
