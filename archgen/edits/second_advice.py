"""Advice on a component that is alone, where another replica and what moves the traffic to it aren't all that it takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archgen.analysis.backups import holds_only_copies
from archgen.analysis.programs import is_spread_by_clients, keeps_elsewhere
from archgen.analysis.topology import Topology
from archgen.edits.placement import is_led_by_route
from archgen.edits.promotion import (
    agrees_by_vote,
    can_keep_step,
    is_promoted_by_sentinel,
    is_promoted_late,
    keeps_files,
    promotes_nothing,
)
from archgen.edits.replicas import TO_OTHER, is_led_to_one_side, kept_alone, lacks_chooser, needs_moving_address
from archgen.edits.second_replicas import (
    SERVER_INSTEAD,
    WAITING_INSTEAD,
    is_started_by_hand,
    may_run_twice,
    media_of,
    passes_on_what_it_reads,
    senders_try_next,
    stores_beneath,
)
from archgen.edits.zones import zones_beside
from archgen.model.architecture import Component
from archgen.model.kinds import QUEUES, ROUTING
from archgen.model.products import product_name, product_of
from archgen.model.protocols import RELAYS_OF_MEDIA, TUNNELS
from archgen.model.runtimes import is_build_server
from archgen.model.wording import listed
from archgen.reliability.index import Index
from archgen.reliability.locality import SAME_HOST
from archgen.reliability.members import asks_majority, manual_failovers, quorum_of, spares_no_copy

_SPREAD_MEMBERS = "Put each member on a host of its own: a majority of them has to remain when a host fails."
_SPREAD_PARITY = "Put each member on a host of its own: it keeps parity over them, so that one host may fail."


def is_majority_on_one_host(component: Component) -> bool:
    """Return True for members that answer only with a majority and are all on one host: one more elsewhere would be alone."""
    hosts = {host for replica in component.replicas for host in replica.hosts}
    votes = asks_majority(component) or agrees_by_vote(component)
    return len(component.replicas) > 2 and len(hosts) == 1 and votes


def _by_itself(component: Component) -> str:
    """Return what replicas need as well where a person puts one to work: apart, the machine of the first still takes down what writes."""
    sections = ["replication" if failover.promotes else "cluster" for failover in manual_failovers(component)]
    if not sections or product_of(component.product).directory:
        return ""
    return f" Automate the failover too: {listed([f'`{each}: {{failover: automatic, by: …}}`' for each in sections])}."


def advise_needed_whole(topology: Topology, name: str, flows: Iterable[str]) -> str | None:
    """Return the fix where callers in some flows need every replica of a component: another one would be one more that may fail."""
    # the connections first: few ask for all, and a flow may have as many hops as elements that it fails with
    asking = [call for call in topology.incoming[name] if call.needs == "all"]
    hops = (hop for flow in (flows if asking else ()) for hop in topology.hops[flow] if name in hop.targets)
    callers = list(
        dict.fromkeys(
            hop.connection.source
            for hop in hops
            if hop.connection is not None and hop.connection.needs == "all" and not hop.optional
        )
    )
    if not callers:
        return None
    alone = len(topology.components[name].replicas) == 1
    first = f"Add a replica of {name} on another host, and let" if alone else "Let"
    more = "" if alone else ": another replica would be one more that may fail"
    component = topology.components[name]
    votes = quorum_of(component) is not None or agrees_by_vote(component)
    keeps_own = topology.kind(name).stores and component.replication is None and not votes
    if keeps_own and not alone:
        return (
            f"Where each replica of {name} has data that the others lack, give each a partner that reaches the same disks, or a copy of "
            f"what it keeps, and declare each with its partner as a component of its own. Where each has all of it, let "
            f"{listed(callers)} do without one, and replace `needs: all` by the number that it takes."
        )
    return (
        f"{first} {listed(callers)} do without one replica of {name}, by a health check or a retry, "
        f"and replace `needs: all` by the number that it takes{more}."
    )


def advise_second(topology: Topology, component: Component, flows: Iterable[str] = ()) -> str | None:
    """Return the fix for a replica of a component that flows fail with, where another replica and what moves the traffic aren't all."""
    if (needed := advise_needed_whole(topology, component.id, flows)) is not None:
        return needed
    if len(component.replicas) > 1:
        spread = _SPREAD_PARITY if _keeps_parity(component) else _SPREAD_MEMBERS
        if is_majority_on_one_host(component):
            return spread
        machines = {topology.index.machine(host) for replica in component.replicas for host in replica.hosts}
        if len(machines) == 1:
            return f"Move one of the replicas to another machine: all of them are on {machines.pop()}.{_by_itself(component)}"
        return MORE_COPIES.format(component.id) if _waits_for_others(component) else None
    if holds_only_copies(topology, component):
        return "Let the backups copy to a second repository too, on another host or at a provider, which shares nothing with this one."
    if component.replication is not None and component.replication.copy_of is not None:
        return read_elsewhere(component.id, component.replication.copy_of, "on another host")
    if topology.kind(component.id).stores and not (keeps_files(component) or agrees_by_vote(component)):
        if product_of(component.product).embedded:
            return SERVER_INSTEAD
        if not flows or component.managed or component.replication:
            return None
        if product_of(component.product).each_writes:
            return _EACH_WRITES
        beside = listed(_callers_beside(topology, component))
        return _COPY.format(f"Beside the second {beside}, add a replica" if beside else "Add a replica on another host")
    if is_spread_by_clients(component):
        where = "" if component.replicas[0].floating else " on another host"
        return (
            f"Run a second one{where}, and name both to each client: clients spread the keys over those that answer, so no more is "
            "lost than what the other one had."
        )
    if component.kind in (*QUEUES, "cache") and not component.managed and is_promoted_by_sentinel(component):
        return (
            "Run a copy on another host, and let Sentinel promote it (`replication: {primary: …, failover: automatic, by: sentinel}`), "
            "with three of it on hosts that don't fail together."
        )
    starts_jobs, floats = component.id in topology.index.starting_jobs, component.replicas[0].floating
    if (starts_jobs or component.kind == "backup") and floats and not topology.hops_to[component.id]:
        return "Its platform starts it again elsewhere: be alerted on a missed run, and let a run that was cut short be repeated."
    if starts_jobs:
        return _advise_lease(component)
    if component.kind == "backup":
        return "Let a second host start it when the first is gone, but never both, and be alerted on a missed run."
    if is_started_by_hand(topology, component):
        return "Have another host ready on which people can start it: nothing calls it, and one of it runs when it is needed."
    if media := media_of(topology, component):
        is_relay = set(media) <= set(RELAYS_OF_MEDIA)
        return _RELAY if is_relay else _MEDIA
    if led := _advise_route(topology, component):
        return led
    if topology.takes_calls(component.id):
        first, last = ("", "") if may_run_twice(topology, component) else (" if its makers support that", f" {_QUICK}")
        return f"{_CALLS.format(first)}{last}"
    if component.kind == "bastion":
        return "Run a second one on another host, with an address of its own: operators take the other one."
    if component.id in topology.names.resolvers:
        return "Run a second resolver on another host, and give both to all that ask it: they try the next."
    if component.kind == "dns":
        return "Run a second name server elsewhere, and list both in the NS records and at the registrar: resolvers try the next."
    if disks := stores_beneath(topology, component):
        return _advise_head(component, disks)
    if keeps_files(component):
        return "Keep the files in storage that copies them to a second machine by itself, and takes over there."
    if product_of(component.product).ordered:
        return WAITING_INSTEAD
    placed = _is_placed(component)
    if not placed and _keeps_own_file(topology, component):
        return _ALIKE.get(product_name(component.product), _FROM_FILE).format("`replicas: 2`")
    if not placed and needs_moving_address(component, topology.index.callers):
        return "Run at least two replicas behind a load balancer that checks them: visitors can use only one address."
    if agrees_by_vote(component):
        return _more_members(component)
    if not may_run_twice(topology, component) and not (placed and component.kind in QUEUES):
        of_files = _FROM_FILE if product_of(component.product).file_database else None
        alike = _ALIKE.get(product_name(component.product), of_files)
        if alike is not None and not component.managed and not keeps_elsewhere(topology, component):
            return alike.format("on another host" if placed else "`replicas: 2`")
        two = f"`replicas: 2`, and {TO_OTHER}" if lacks_chooser(topology.index, component) else "`replicas: 2`"
        return _FIRST_ASK.format("its host under `runs_on`" if placed else two)
    if component.kind == "mail" and senders_try_next(topology, component):
        return "Run a second one on another host, and list both in MX records: other mail servers try the next."
    if product_of(component.product).several and not component.managed:
        return _advise_several(topology, component)
    if passes_on_what_it_reads(topology, component):
        return _ONE_READER.format(_second_declared(component))
    callers = topology.index.callers
    one_side = component.sessions == "local" and is_led_to_one_side(topology.architecture, component, callers)
    if kept := kept_alone(component, callers, is_one_sided=one_side):
        shared = " and ".join(f"`{each}: shared`" for each in kept)
        sticky = (
            ", or let what spreads the requests bring each visitor back (`stickiness`)" if kept == ("sessions",) else ""
        )
        return f"Keep the {listed(kept)} of {component.id} where several replicas reach them ({shared}){sticky}; then run a second one."
    if component.replicas[0].floating:
        led = f", and {TO_OTHER}" if lacks_chooser(topology.index, component) else ""
        return f"Run at least two replicas (`replicas: 2`) on different hosts{led}."
    return (
        "Run a second replica on another host: both take the work that waits."
        if topology.takes_from_queue(component.id)
        else None
    )


def _keeps_own_file(topology: Topology, component: Component) -> bool:
    """Return True for an application whose data is in a file of its own: two of it would be two of their kind."""
    own = product_of(component.product).file_database and not component.managed
    return own and not keeps_elsewhere(topology, component) and not product_of(component.product).several


def _advise_route(topology: Topology, component: Component) -> str | None:
    """Return the fix for the only router of a zone that its flows are to survive: neither an address nor a name leads to a second one."""
    hosts = component.replicas[0].hosts
    if component.kind not in ROUTING or not hosts:
        return None
    zones = zones_beside(topology, hosts[0], [component])
    if not is_led_by_route(topology.index, component, zones):
        return None
    calls = (*topology.incoming[component.id], *topology.outgoing[component.id])
    tunnels = any(port.protocol in TUNNELS for call in calls for port in call.ports)
    chosen = ", with a tunnel of its own to each peer, and let BGP choose" if tunnels else ", and let BGP choose"
    return (
        f"Run a second one on a host in {listed(zones)}{chosen} the one that works, or let a script move the routes "
        "(`cluster: {mode: active-passive, failover: automatic}`): no name leads them."
    )


def _advise_lease(component: Component) -> str:
    """Return the fix for what does each job by itself, and twice if two of it are at work."""
    if is_build_server(component):
        return _RESTORED
    if component.kind in ("scheduler", "worker"):
        first = f"Let a platform start each job (a CronJob of Kubernetes, a timer of the cloud), or run a second {component.kind}"
        twice = "no job starts"
    else:
        first, twice = "Run a second one", "nothing is done"
    return (
        f"{first} that waits for a lease, so that {twice} twice: {_second_declared(component)}, and `cluster: {{mode: active-passive, "
        "failover: automatic, by: …}` with what holds the lease."
    )


def _second_declared(component: Component) -> str:
    """Return how a second replica is declared: each on named hosts has its own there, and `replicas` would contradict them."""
    return "a second host under `runs_on`" if _is_placed(component) else "`replicas: 2`"


def _is_placed(component: Component) -> bool:
    return bool(component.replicas[0].hosts) and not component.replicas[0].floating


def _advise_head(component: Component, disks: Sequence[str]) -> str:
    """Return the fix for a server of files that are on disks of their own: these need no copy when it is lost."""
    first = "Its platform starts it again elsewhere" if component.replicas[0].floating else _WAITING_HEAD
    return f"{first}: what it serves is on {listed(disks)}. Be alerted, and let what was cut short be repeated."


_WAITING_HEAD = "Let a second host serve the same files when it is lost (`cluster: {mode: active-passive, failover: automatic, by: …}`)"

_RESTORED = (
    "Make its restart on another host quick, with its jobs and credentials on storage that moves along or restored from a copy, and "
    "practice that; run a second one only if its makers support that."
)
"""The fix for a server of builds, which reads its jobs from files of its own."""

_ONE_READER = (
    "Let a second one wait on another host for a lease, so that each change is sent once ({}, and `cluster: {{mode: "
    "active-passive, failover: automatic, by: …}}`); or make its restart elsewhere quick: what it reads waits."
)


def _advise_several(topology: Topology, component: Component) -> str:
    """Return the fix for the only replica of a product of which its makers document several, with what these need."""
    where = "`replicas: 2`" if component.replicas[0].floating else "on another host"
    behind = " behind a balancer" if topology.index.callers(component.id) else ""
    return f"Run a second one ({where}){behind}: its makers support several, {product_of(component.product).several}."


MORE_COPIES = (
    "Add a copy to {} on another host, so that its writes don't wait for the one that is lost (`standby-stops-writes`)."
)
"""The fix for a store that stops writes without one of its copies, each of which is elsewhere."""


def _waits_for_others(component: Component) -> bool:
    apart = len({replica.hosts for replica in component.replicas}) == len(component.replicas)
    return apart and spares_no_copy(component)


def advise_promotion(index: Index, components: Sequence[Component]) -> str:
    """Return the fix for what has other replicas, which nothing promotes: members that can vote do so instead."""
    voting = [each for each in components if product_of(each.product).votes_if_set_up]
    copied = [each for each in components if promotes_nothing(each)]
    late = [each for each in components if is_promoted_late(index, each)]
    names = [each.id for each in components if each not in (*voting, *copied, *late)]
    advice = (
        [f"Automate the promotion of {listed(names)}: `replication: {{failover: automatic, by: …}}`."] if names else []
    )
    if voting:
        pair = " and a third member on a host of its own" if any(len(each.replicas) == 2 for each in voting) else ""
        kept = listed([each.id for each in voting])
        advice.append(f"Replicate what waits in {kept} over a majority, with quorum queues{pair} (`quorum: majority`).")
    if copied:
        advice.append(f"Practice the failover of {listed([each.id for each in copied])}. {promoted_beside(copied)}")
    advice += (f"Practice the failover of {each.id}. {promoted_in_step(index, each)}" for each in late)
    return " ".join(advice)


def promoted_in_step(index: Index, component: Component) -> str:
    """Return what it takes to automate the failover of a store of which a program promotes no copy that may lack writes."""
    product = component.product or component.id
    if not can_keep_step(index, component):
        return f"{product} promotes by itself only a copy for which each write waits."
    return (
        f"To automate it, let each write wait for a standby first (`mode: synchronous`, in an availability group): {product} "
        "promotes no other copy by itself."
    )


def promoted_beside(components: Sequence[Component]) -> str:
    """Return what it takes to automate the failover of what no means of its own product promotes."""
    products = list(dict.fromkeys(filter(None, (each.product for each in components))))
    promote = f"{listed(products)} {'promotes' if len(products) == 1 else 'promote'}"
    if products == ["dovecot"]:
        return "To automate it takes an address or a name that moves: dovecot merges what both have taken (dsync), and promotes none."
    return (
        f"To automate it takes a cluster manager with fencing and a third vote (`by: …`): {promote} no copy by itself."
    )


def _keeps_parity(component: Component) -> bool:
    return product_of(component.product).quorum == "half-to-read"


def _more_members(component: Component) -> str:
    """Return the fix for the only member of what agrees by vote, or keeps parity over its members."""
    product = product_of(component.product)
    declared = "all under `runs_on`" if _is_placed(component) else "`replicas: 3`"
    if _keeps_parity(component):
        return f"Run it distributed, on three hosts or more ({declared}): it keeps parity over them, so that one of them may fail."
    fails = "two are no majority" if product.leaderless else "two can't elect"
    return f"Run three members ({declared}, `quorum: majority`), each on a host of its own: {fails} when one fails."


def _callers_beside(topology: Topology, component: Component) -> list[str]:
    """Return the callers of a store if each reaches it on its own host alone: a copy where none of them is gets no requests."""
    hops = [hop for hop in topology.hops_to[component.id] if not hop.optional]
    bound = [hop for hop in hops if hop.connection is not None and hop.connection.locality == SAME_HOST]
    return list(dict.fromkeys(hop.step.source for hop in bound)) if len(bound) == len(hops) else []


_COPY = "{} that copies its data and is promoted by itself (`replication: {{primary: …, failover: automatic, by: …}}`)."

_EACH_WRITES = (
    "Add a replica on another host, with replicated tables and three members of ClickHouse Keeper on hosts that don't fail together: each "
    "takes writes (`replication: {writers: all}`), and none is promoted."
)

_RELAY = (
    "Run a second one on another host, and hand the addresses of both to each client (`iceServers`): it tries each."
)

_MEDIA = (
    "Run a second one on another host, and let what sets up calls choose among those that answer: who was on the first joins again. No "
    "balancer of requests goes before it."
)

_CALLS = (
    "Run a second one on another host{}, and let callers try both: SRV records, or both addresses at the provider of the trunk. No "
    "balancer of requests goes before it."
)

_QUICK = "If they don't, make its restart elsewhere quick, and practice it."

_FIRST_ASK = (
    "Run a second replica if its makers support that (no embedded database, a lease for what must run once), and declare "
    f"{{}}. {_QUICK}"
)

_FROM_FILE = "Keep its data in a database server instead of a file, then run two ({}) behind a balancer."

_BOTH = "and give the addresses of both to each caller: clients of a directory try the next."

_ALIKE = {
    "prometheus": "Run two alike ({}): both watch the same, and what both alert through (Alertmanager) drops the doubles.",
    "alertmanager": "Run two that know each other ({}, `--cluster.peer`), and give both to each that alerts: one of them notifies.",
    **dict.fromkeys(
        ("vault", "openbao"),
        "Run three members with integrated storage, each on a host of its own (`quorum: majority`): one answers while two of them are up. "
        "Let them unseal themselves (auto-unseal), or a restart waits for people with keys.",
    ),
    "openldap": f"Run a second server ({{}}) that replicates (syncrepl), {_BOTH}",
    **dict.fromkeys(
        ("389ds", "389-directory-server", "opendj", "freeipa"), f"Run a second server ({{}}) that replicates, {_BOTH}"
    ),
    **dict.fromkeys(("active-directory", "samba"), f"Run a second domain controller ({{}}), {_BOTH}"),
    "grafana": "Keep its users and dashboards in a database server, then run two ({}) behind a balancer.",
}
"""How products run twice of which two that know nothing of each other would do harm."""


def read_elsewhere(store: str, origin: str, place: str) -> str:
    """Return the fix for a read-only copy of a store: the store itself has all that it has."""
    return (
        f"Read from {origin} while {store} is gone (`caller -> {store} | {origin}`), or run a second copy {place} "
        f"(`replication: {{of: {origin}}}`) and call either."
    )
