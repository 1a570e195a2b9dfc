"""Conditions of an outcome that the model leaves open: what moves the traffic, and which lease is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from archgen.analysis.backups import shares_disk
from archgen.analysis.exposure import flows_past
from archgen.analysis.failover_times import after_manual_failovers, lacks
from archgen.analysis.programs import holds_sessions, is_spread_by_clients
from archgen.analysis.record_paths import entries_behind_name, has_one_address
from archgen.analysis.topology import Topology
from archgen.linting.rule import RuleContext
from archgen.model.architecture import Balance, Component
from archgen.model.durations import round_duration
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed
from archgen.reliability.hints import unreplicated_writes
from archgen.reliability.locality import callers_nearby
from archgen.reliability.members import (
    copies_awaited,
    deep_asks,
    is_active_passive,
    is_of_unknown_copies,
    leaves_watch_open,
    manual_failovers,
    order_of_takeover,
)
from archgen.reliability.promoters import lease_keeper, orchestrates, promotion_calls
from archgen.reliability.simulation import FlowOutcome
from archgen.reliability.structure import ServiceLevel
from archgen.reliability.traffic import chooser, failing_part, sees_port_only, shares_of_addresses
from archgen.rules import BY_NAME
from archgen.rules.model_quality.questions.places import undeclared_places

_UNMOVED = "untracked-failover"
"""The rule that reports traffic which nothing moves to another replica."""


def conditions(topology: Topology, outcome: FlowOutcome, gone: Collection[Subject]) -> tuple[str, ...]:
    """Return the conditions under which a flow that is served without some elements is."""
    components = dict.fromkeys(
        name
        for hop in topology.hops[outcome.flow]
        for name in (hop.step.source, *hop.targets)
        if topology.kind(name).id != "client"
    )
    used = [topology.components[name] for name in components]
    by_hand = tuple(_by_hand(topology, outcome, gone))
    if outcome.status == "down":
        idle = (words for component in used for words in _idle_copies(topology, component, gone))
        return (*by_hand, *_unplaced(topology, outcome.flow, gone), *idle)
    searches = (_unwatched, _failing_checks, _leases, _commits, _queues, _sessions, _unshown)
    return (
        *by_hand,
        *_moved(topology, outcome),
        *_unasked(topology, used, outcome),
        *_unnoticed_sites(topology, outcome),
        *_passed(topology, outcome.flow, gone),
        *_unplaced(topology, outcome.flow, gone),
        *_of_unknown_place(topology, used, gone),
        *(
            words
            for search in searches
            for component in used
            for words in search(topology, outcome.flow, component, gone)
        ),
    )


def _unnoticed_sites(topology: Topology, outcome: FlowOutcome) -> Iterator[str]:
    """Yield the share of requests to which an entry answers with errors unless its name server checks it and leaves it out."""
    for server in topology.names.servers:
        balance = server.balance or Balance()
        # of a check that asks behind the entries nobody knows here what it finds
        reached = outcome.cut_off and not balance.asks
        entries = [
            entry
            for entry in (entries_behind_name(topology, server, outcome.flow) if reached else ())
            if entry not in balance.backup
        ]
        # several components are alternatives, whatever stands by in each
        names = [[replica.id for replica in topology.components[entry].replicas] for entry in entries]
        together = len(names) > 1 or any(has_one_address(topology, topology.components[entry]) for entry in entries)
        groups = names if together else [[replica] for each in names for replica in each]
        up = [group for group in groups if not set(group) <= set(outcome.lost)]
        sick = [group for group in up if set(group) <= {*outcome.lost, *outcome.cut_off}]
        if 0 < len(sick) < len(up):
            owners = {group[0]: topology.replicas[group[0]].component for group in up}
            shares = shares_of_addresses(_weighing(topology, outcome.flow, entries), up, owners)
            share = failing_part([group[0] for group in sick], shares)
            yield (
                _unnoticed(server, entries, list(dict.fromkeys(topology.replicas[each[0]].component for each in sick)))
                + share
            )


def _unnoticed(server: Component, entries: Sequence[str], sick: Sequence[str]) -> str:
    """Return why a name server leads visitors to an entry that can't do its part, as the beginning of a sentence."""
    seen = server.balance.health_check if server.balance is not None else None
    if not seen:
        return f"{'as' if seen is False else 'if'} {server.id} runs no health checks on {listed(entries)}, "
    if sees_port_only(seen):
        return f"the health check of {server.id} ({seen}) asks nothing behind {listed(sick, 'or')}, so "
    return f"if the health check of {server.id} asks nothing behind {listed(sick, 'or')}, "


def _weighing(topology: Topology, flow: str, entries: Collection[str]) -> Balance | None:
    """Return the balance by which a visitor or a name server chooses among entries."""
    steps = (hop.step for hop in topology.hops[flow] if not set(entries).isdisjoint(hop.targets))
    return next(
        (chooser(topology.index, topology.flows[flow], each.source, each.targets).balance for each in steps), None
    )


_LACKED: dict[str, ServiceLevel] = {"down": "serves", "partial": "every", "delayed": "full"}
"""The level of service that a flow lacks, by its status."""


def _by_hand(topology: Topology, outcome: FlowOutcome, gone: Collection[Subject]) -> Iterator[str]:
    """Yield the manual failovers that a flow waits for, where it works once they are done."""
    failing = {*outcome.fails, outcome.step}
    hops = (hop for hop in topology.hops[outcome.flow] if hop.step.id in failing)
    names = dict.fromkeys(name for hop in hops for name in (*hop.targets, hop.step.source))
    waits = {name: _manual_failover(topology, topology.components[name], gone) for name in names}
    waits = {name: words for name, words in waits.items() if words}
    if waits and outcome.possible and outcome.status in _LACKED:
        flow, moment = topology.flows[outcome.flow], after_manual_failovers(waits)
        if not lacks(topology.index, flow, gone, moment, _LACKED[outcome.status]):
            yield from waits.values()


def _manual_failover(topology: Topology, component: Component, gone: Collection[Subject]) -> str:
    """Return until when a component waits for people who move its writes or its traffic to a replica that is up; else ""."""
    lost = frozenset(_lost_replicas(topology, component, gone))
    for failover in manual_failovers(component):
        if failover.declared and lost.issuperset(failover.leading) and not lost.issuperset(failover.standby):
            lasting = "" if failover.recovery is None else f", which takes about {round_duration(failover.recovery)}"
            losing = unreplicated_writes(component, lost)
            return f"until the manual failover of {component.id}{lasting}{f'; then {losing}' if losing else ''}"
    return ""


def _passed(topology: Topology, flow: str, gone: Collection[Subject]) -> Iterator[str]:
    """Yield the lost firewalls around a network that the flow comes into, and which no step shows, by their hosts if they have any."""
    for firewall in topology.of_kind("firewall"):
        is_lost = len(_lost_replicas(topology, firewall, gone)) == len(firewall.replicas)
        if is_lost and flow in flows_past(topology, firewall):
            hosts, guarded = listed(list(topology.hosts_of(firewall.id))), listed(list(firewall.guards))
            if hosts:
                yield f"only if its traffic doesn't pass {hosts}: no step goes through {firewall.id}, which guards {guarded} from there"
            else:
                yield f"only if its traffic doesn't pass {firewall.id}, which guards {guarded}: no step goes through it"


def _unplaced(topology: Topology, flow: str, gone: Collection[Subject]) -> Iterator[str]:
    """Yield what a control plane lacks that is lost with hosts of what floats in a flow: it starts nothing elsewhere then."""
    floating = [each for each in topology.losses.structures[flow].replicas if each.floating]
    lost = [each for each in floating if any(_is_gone(topology, host, gone) for host in each.hosts)]
    hosts = dict.fromkeys(host for each in lost for host in each.hosts if _is_gone(topology, host, gone))
    for component in topology.architecture.components:
        if lost and orchestrates(component) and topology.hosts_of(component.id):
            names = listed(first_few(list(dict.fromkeys(each.component for each in lost)), _NAMED))
            where = listed(first_few(list(hosts), _NAMED), "or")
            yield from (
                f"replicas of {names} on {where} stay down until {back}" for back in _missing(topology, component, gone)
            )


_NAMED = 3
"""The most components or hosts that a sentence names."""


def _of_unknown_place(topology: Topology, used: list[Component], gone: Collection[Subject]) -> Iterator[str]:
    """Yield the services of a provider that may be in a lost zone, as they don't declare theirs."""
    places = undeclared_places(topology)
    for zone in topology.zones:
        there = [each.id for each in used if zone in places.get(each.id, ())] if Subject("zone", zone) in gone else []
        if there:
            lacks = "its zone isn't declared" if len(there) == 1 else "their zones aren't declared"
            yield f"only if {listed(there)} {'is' if len(there) == 1 else 'are'} not in {zone} ({lacks})"


def _missing(topology: Topology, platform: Component, gone: Collection[Subject]) -> tuple[str, ...]:
    """Return what has to come back before a control plane works; nothing if it does."""
    if len(_lost_replicas(topology, platform, gone)) == len(platform.replicas):
        return (f"{platform.id} is up again",)
    calls = (call for some in promotion_calls(topology.index, platform.id).values() for call in some)
    stores = [
        topology.components[target] for target in dict.fromkeys(target for call in calls for target in call.targets)
    ]
    short = [each for each in stores if 2 * len(_lost_replicas(topology, each, gone)) >= len(each.replicas)]
    return tuple(f"{each.id} has a majority again, which {platform.id} needs" for each in short[:1])


def _lost_replicas(topology: Topology, component: Component, gone: Collection[Subject]) -> list[str]:
    return [replica.id for replica in component.replicas if _is_lost(topology, replica.id, gone)]


def _idle_copies(topology: Topology, component: Component, gone: Collection[Subject]) -> Iterator[str]:
    """Yield the copies of a lost store that are up and that nothing promotes."""
    if len(_lost_replicas(topology, component, gone)) < len(component.replicas):
        return
    for copy in topology.architecture.components:
        replication = copy.replication
        copied = replication is not None and replication.copy_of == component.id
        if copied and len(_lost_replicas(topology, copy, gone)) < len(copy.replicas):
            yield f"{copy.id} has a copy of its data, and nothing in the model promotes it"


def _unwatched(topology: Topology, flow: str, component: Component, gone: Collection[Subject]) -> Iterator[str]:
    """Yield a component whose process failed on a running host, where only a failover that watches processes moves its address."""
    if not leaves_watch_open(topology.components, component):
        return
    order = order_of_takeover(component)
    up = [place for place, replica in enumerate(order) if not _is_lost(topology, replica, gone)]
    # a standby that fails keeps no address from the others
    before = order[: min(up, default=0)] if is_active_passive(component.cluster) else order
    on_hosts = {replica.id: replica.hosts for replica in component.replicas}
    alone = [
        replica
        for replica in before
        if Subject("replica", replica) in gone and not any(_is_gone(topology, host, gone) for host in on_hosts[replica])
    ]
    if alone:
        themselves = "itself" if len(alone) == 1 else "themselves"
        yield f"only if the failover of {component.id} notices that {listed(alone)} failed by {themselves} (`watches` isn't declared)"


def _unasked(topology: Topology, used: Sequence[Component], outcome: FlowOutcome) -> Iterator[str]:
    """Yield a component with members that are up and can't do their part, where only a check that asks through them moves its address."""
    nearby = callers_nearby(topology.index)
    for component in used:
        if (
            component.id in nearby
            and is_active_passive(component.cluster)
            and leaves_watch_open(topology.components, component)
        ):
            order = order_of_takeover(component)
            able = [
                place for place, each in enumerate(order) if each not in outcome.lost and each not in outcome.cut_off
            ]
            stuck = [each for each in order[: min(able, default=0)] if each in outcome.cut_off]
            if stuck:
                yield f"only if the failover of {component.id} notices that {listed(stuck)} can't do its part (`watches` isn't declared)"


def _failing_checks(topology: Topology, flow: str, component: Component, gone: Collection[Subject]) -> Iterator[str]:
    """Yield a balancer of which every target fails the check, since that asks what is lost, and gets requests all the same."""
    asks = component.balance.asks if component.balance is not None and not deep_asks(component) else None
    asked = [topology.components[name] for name, _ in asks or ()]
    lost = [each.id for each in asked if len(_lost_replicas(topology, each, gone)) == len(each.replicas)]
    if lost:
        yield (
            f"only if nothing restarts or replaces what fails a health check: every target of {component.id} fails, since the check asks "
            f"{listed(lost)}, and {component.id} keeps them all (`fail_open`)"
        )


def _commits(topology: Topology, flow: str, component: Component, gone: Collection[Subject]) -> Iterator[str]:
    """Yield a store whose commits wait for copies that are lost, unless it is set up otherwise."""
    awaited, lost = copies_awaited(component), _lost_replicas(topology, component, gone)
    if lost and 0 <= len(component.replicas) - len(lost) - 1 < awaited and flow in topology.flows_writing[component.id]:
        yield (
            f"only if {component.id} takes writes without a copy (`without` isn't declared): a commit waits for a synchronous "
            "standby by default"
        )


def _queues(topology: Topology, flow: str, component: Component, gone: Collection[Subject]) -> Iterator[str]:
    """Yield a queue that lost replicas, and doesn't say whether what waits in it is on the others too."""
    unknown = is_of_unknown_copies(component) and not shares_disk(topology, component)
    if unknown and 0 < len(_lost_replicas(topology, component, gone)) < len(component.replicas):
        yield f"only if the queues of {component.id} are on its other replicas too (neither `quorum` nor `replication` is declared)"


def _sessions(topology: Topology, flow: str, component: Component, gone: Collection[Subject]) -> Iterator[str]:
    """Yield the lost replicas of a cache with sessions in it: each server of Memcached has those of some visitors, and knows no other."""
    lost, count = _lost_replicas(topology, component, gone), len(component.replicas)
    alone = count == 1 or is_spread_by_clients(component)
    if lost and alone and not component.managed and holds_sessions(topology, component):
        share = f", about {len(lost)} in {count}" if len(lost) < count else ""
        yield f"the sessions on {listed(lost)} are lost{share}"


def _unshown(topology: Topology, flow: str, component: Component, gone: Collection[Subject]) -> Iterator[str]:
    """Yield the stores that are lost and that a component needs, though no step of any flow shows what for."""
    for call in topology.outgoing[component.id]:
        stores = [topology.components[target] for target in call.targets if topology.kind(target).stores]
        if not stores or not call.required or topology.flows_over[call.id] or topology.kind(component.id).observes:
            continue
        if all(_copies(component, store) for store in stores):
            continue
        if all(len(_lost_replicas(topology, store, gone)) == len(store.replicas) for store in stores):
            yield f"only if {flow} doesn't need {listed(list(call.targets))}, which {component.id} calls and no flow shows"


def _copies(component: Component, store: Component) -> bool:
    """Whether one of two stores is a copy of the other: the connection between them carries what was written, whoever opens it."""
    pairs = ((component.replication, store.id), (store.replication, component.id))
    return any(replication is not None and replication.copy_of == original for replication, original in pairs)


def _moved(topology: Topology, outcome: FlowOutcome) -> Iterator[str]:
    """Yield the components whose lost replicas had visitors that nothing moves to the others."""
    check = BY_NAME[_UNMOVED].check
    lost_to = outcome.shortfall.failing if outcome.shortfall is not None else ()
    for hit in check(RuleContext(topology)) if check is not None and outcome.lost else ():
        named = (hit.subject, *(subject for subject, _ in hit.related))
        reached = {subject.id for subject in named if subject.kind == "component"}
        # a share of the requests that fails since nobody checks is counted already
        lost = [each for each in outcome.lost if topology.replicas[each].component in reached and each not in lost_to]
        # what a failover doesn't notice is in the structure function, and so a cause of findings
        if lost and outcome.flow in hit.flows and not hit.causes:
            yield f"only if the traffic of {listed(lost)} moves to another replica ({_UNMOVED})"


def _leases(topology: Topology, flow: str, component: Component, gone: Collection[Subject]) -> Iterator[str]:
    """Yield a store whose primary can't renew its lease, which no step of the flow asks for."""
    keeper = lease_keeper(topology.index, component)
    if keeper is None:
        return
    by = topology.components[keeper]
    up = sum(not _is_lost(topology, replica.id, gone) for replica in by.replicas)
    if (
        flow in topology.flows_writing[component.id]
        and not topology.states_lease(component.id, by.id)
        and 2 * up <= len(by.replicas)
    ):
        yield (
            f"only if {component.id} keeps no lease in {by.id}, which has no majority: under Patroni, its primary takes no "
            "writes then"
        )


def _is_lost(topology: Topology, replica: str, gone: Collection[Subject]) -> bool:
    hosts = topology.replicas[replica].hosts
    return Subject("replica", replica) in gone or (
        bool(hosts) and all(_is_gone(topology, host, gone) for host in hosts)
    )


def _is_gone(topology: Topology, host: str, gone: Collection[Subject]) -> bool:
    return any(element.kind != "replica" and topology.index.takes_down(element, host) for element in gone)
