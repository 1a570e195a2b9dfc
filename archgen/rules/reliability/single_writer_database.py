"""A flow writes to a data store where one replica takes the writes and nothing is promoted when it fails."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.failover_times import (
    REACTION,
    after_manual_failovers,
    declared_recovery,
    lacks,
    manual_standby,
    until_moved,
)
from archgen.analysis.hops import Hop
from archgen.analysis.topology import Topology
from archgen.edits.patch import patch_of
from archgen.edits.promotion import is_promoted_late, keeps_files, promotes_nothing
from archgen.edits.remedy import automate, copy_elsewhere, replica_edits, stops_with
from archgen.edits.second_advice import promoted_beside, promoted_in_step
from archgen.edits.second_replicas import SERVER_INSTEAD
from archgen.edits.service_advice import another_copy
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.change import Change
from archgen.model.durations import spell_duration
from archgen.model.kinds import FILE_STORES, KINDS, QUEUES
from archgen.model.products import product_of, scope_of
from archgen.model.subject import Subject
from archgen.model.wording import listed, named_flows
from archgen.reliability.locality import SAME_HOST
from archgen.reliability.requests import asked_over


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each data store that flows write to, for all that the loss of its only writer takes down."""
    facts = context.topology
    for component in facts.architecture.components:
        # of what has several replicas, one alone takes writes only if it copies them to the others, whatever its kind, but
        # each classic queue is on one of them, which `node-bound-data` reports
        stores = KINDS[component.kind].stores or (len(component.replicas) > 1 and component.kind not in QUEUES)
        if not stores or _is_one_disk(component) or not _is_known(component):
            continue
        # what a store asks who leads keeps no data of a flow: losing it is no more than `single-point-of-failure` says
        if component.id in facts.coordinators:
            continue
        now, later = facts.writers(component.id)
        if len(now) == 1 and not later:
            hops = [hop for hop in facts.hops_to[component.id] if not hop.optional]
            asking = {hop.flow for hop in hops if _asks_writer(facts, component.id, hop)}
            flows = tuple(flow for flow in facts.flows_of[component.id] if _breaks(facts, now[0], flow))
            if not asking.isdisjoint(flows):
                yield _hit(context, component, now[0], flows)


def _is_known(component: Component) -> bool:
    """Return False for a managed store of which nobody knows how many copies its provider keeps."""
    return not component.managed or (scope_of(component) == "zonal" and len(component.replicas) == 1)


def _is_one_disk(component: Component) -> bool:
    """Return True for files in one place, which `single-point-of-failure` reports."""
    return component.kind in FILE_STORES and len(component.replicas) == 1


def _breaks(facts: Topology, writer: str, flow: str) -> bool:
    replica = Subject("replica", writer)
    return replica in facts.losses.points[flow] and not facts.losses.breaks_after_answer(replica, flow)


def _asks_writer(facts: Topology, component: str, hop: Hop) -> bool:
    """Return True if a step writes, or reads what the primary alone answers."""
    return asked_over(facts.index, hop.step, hop.connection, hop.access, component)[0] != "read"


def _hit(context: RuleContext, component: Component, writer: str, flows: tuple[str, ...]) -> Hit:
    facts = context.topology
    causes = {(writer, flow) for flow in flows}
    point = facts.losses.points[flows[0]][Subject("replica", writer)]
    related = [(Subject("replica", writer), "is the only replica that takes writes")]
    hosts = facts.replicas[writer].hosts
    if len(hosts) == 1:
        related.append((Subject("host", hosts[0]), "runs the only writer"))
        # from the machine up, so that the proof is the loss of what is nearest to the writer
        others = (other for other in facts.components[component.id].replicas if other.id != writer)
        beside = {name for other in others for host in other.hosts for name in (host, *facts.index.hosts_below(host))}
        for name in (*reversed(facts.index.hosts_below(hosts[0])), hosts[0]):
            # a machine with another replica is lost with both, which is more than the loss of the writer
            if name in beside:
                continue
            host = Subject("host", name)
            owed = [flow for flow in flows if host not in facts.losses.breaks_beside(flow, component.id)]
            causes |= {(host.id, flow) for flow in owed}
            point = facts.losses.points[owed[0]].get(host, point) if owed else point
    return Hit(
        subject=Subject("component", component.id),
        message=f"{_message(facts, component, writer, flows)}{_missed(context, component)}",
        related=tuple(related),
        flows=flows,
        fix=_fix(facts, component, writer, flows),
        case=_case(facts, component, writer, flows),
        proof=point.proof,
        causes=frozenset(causes),
    )


def _case(facts: Topology, component: Component, writer: str, flows: tuple[str, ...]) -> str | None:
    if component.managed:
        return "managed"
    if _waits(facts, writer, flows):
        return "waiting"
    if until_moved(facts, Subject("replica", writer)):
        return "moved"
    return "practiced" if _is_practiced(facts, component) else None


def _is_practiced(facts: Topology, component: Component) -> bool:
    """Return True if a person promotes a replica within the recovery objective, as declared."""
    objective, recovery = facts.architecture.objectives.recovery_time, declared_recovery(component)
    return objective is not None and recovery is not None and recovery <= objective


def _waits(facts: Topology, writer: str, flows: tuple[str, ...]) -> bool:
    """Return True if no flow surely waits for the write."""
    element = Subject("replica", writer)
    return all(facts.is_fed_by_queue(flow) or facts.losses.breaks_if_waiting(element, flow) for flow in flows)


def _message(facts: Topology, component: Component, writer: str, flows: tuple[str, ...]) -> str:
    element = Subject("replica", writer)
    condition = f"{until_moved(facts, element)}{facts.if_waiting(element, flows)}"
    down = f"{named_flows(flows, len(facts.flows))} {'goes' if len(flows) == 1 else 'go'} down with it{condition}"
    others = [replica.id for replica in component.replicas if replica.id != writer]
    copies = [store.id for store in facts.architecture.components if _copies(store, component)]
    if not others and copies:
        what = "a read-only copy" if len(copies) == 1 else "read-only copies"
        return f"Only {writer} takes writes: {down}; {listed(copies)} {_is(copies)} {what} that nothing promotes"
    if not others:
        return f"{writer} takes every write and no replica can take over: {down}"
    recovery = declared_recovery(component)
    takes = "" if recovery is None else f", which takes {spell_duration(recovery)}"
    manual = component.replication and component.replication.failover == "manual"
    failover = f"is manual{takes}" if manual else "isn't declared"
    protect = "protects" if len(others) == 1 else "protect"
    readers = [flow for flow in flows if flow not in facts.flows_writing[component.id]]
    own = f" or the reads of {listed(readers)}" if readers else ""
    reads = f" and {'other' if readers else 'the'} reads" if _is_read_elsewhere(facts, component, flows) else ""
    return (
        f"Only {writer} takes writes and failover {failover}: {down}; "
        f"{listed(others)} {protect} the data{reads}, not the writes{own}"
    )


def _missed(context: RuleContext, component: Component) -> str:
    """Return what a manual failover means for the recovery objective; empty if it leaves the time."""
    objective = context.topology.architecture.objectives.recovery_time
    if objective is None or manual_standby(component) == ():
        return ""
    recovery, assumed = declared_recovery(component), ""
    if recovery is None:
        recovery = 60 * context.threshold("manual-failover", "minutes", REACTION / 60)
        assumed = f" ({spell_duration(recovery)} assumed, since `recovery` isn't declared)"
    return (
        f"; a person takes longer than the recovery objective of {spell_duration(objective)}{assumed}"
        if objective < recovery
        else ""
    )


def _is_read_elsewhere(facts: Topology, component: Component, flows: tuple[str, ...]) -> bool:
    """Return True if a step of another flow reads from a component what a standby answers."""
    others = (hop for hop in facts.hops_to[component.id] if hop.flow not in flows)
    return any(not _asks_writer(facts, component.id, hop) for hop in others)


def _fix(facts: Topology, component: Component, writer: str, flows: tuple[str, ...]) -> str | None:
    others = [replica.id for replica in component.replicas if replica.id != writer]
    copies = [store.id for store in facts.architecture.components if _copies(store, component)]
    if component.managed:
        return another_copy(facts, component, writer)
    if not others and copies:
        return (
            f"Let {listed(copies, 'or')} be promoted when {writer} fails: declare them as replicas of {component.id}, with "
            f"`replication: {{primary: …, failover: automatic, by: …}}`."
        )
    if not others:
        return SERVER_INSTEAD if product_of(component.product).embedded else _beside_callers(facts, component)
    if product_of(component.product).directory:
        return (
            f"Nothing promotes {listed(others, 'or')} by itself: let each server take writes (`replication: {{writers: all}}`), and give "
            "the addresses of all to each caller."
        )
    timed = "" if declared_recovery(component) is not None else ", and declare how long it takes (`recovery`)"
    if promotes_nothing(component):
        return f"Practice the failover{timed}. {promoted_beside([component])}"
    if is_promoted_late(facts.index, component):
        return f"Practice the failover{timed}. {promoted_in_step(facts.index, component)}"
    if bound := _held_beside(facts, component, writer, flows):
        return _move_together(facts, component, bound)
    automated = f"utomate the promotion of {listed(others, 'or')}: `replication: {{failover: automatic, by: …}}`."
    return f"Practice the failover, or a{automated}" if _is_practiced(facts, component) else f"A{automated}"


def _held_beside(facts: Topology, component: Component, writer: str, flows: tuple[str, ...]) -> list[str]:
    """Return the callers of a store on their own host alone, if none of the flows is back once another replica of it is promoted."""
    bound: dict[str, None] = {}
    moment, lost = after_manual_failovers([component.id]), (Subject("replica", writer),)
    for flow in flows:
        hops = (hop for hop in facts.hops[flow] if component.id in hop.targets and not hop.optional)
        own = {hop.step.source: None for hop in hops if hop.connection and hop.connection.locality == SAME_HOST}
        if not own or not lacks(facts.index, facts.flows[flow], lost, moment):
            return []
        bound |= own
    return [*bound]


def _move_together(facts: Topology, component: Component, bound: list[str]) -> str:
    """Return the fix for a store that no caller reaches once it is promoted: what calls it has to fail over with it."""
    moved = [name for name in bound if manual_standby(facts.components[name])]
    ask = f"{listed(bound)} {'asks' if len(bound) == 1 else 'ask'} the {component.id} on {'its' if len(bound) == 1 else 'their'} own host"
    alone = f"{ask} (`locality`), so its promotion alone brings nothing back."
    if not moved:
        return f"Let {listed(bound)} fail over together with {component.id}, by hand or automatically: {alone}"
    together = f"together with that of {listed(moved)}"
    if _is_practiced(facts, component):
        return f"Practice the failover, {together}: {alone}"
    return f"Automate the promotion {together}, or practice both: {alone}"


def _beside_callers(facts: Topology, component: Component) -> str | None:
    """Return the fix for a store with callers that reach none but the replica on their own host."""
    incoming = facts.incoming[component.id]
    bound = dict.fromkeys(call.source for call in incoming if call.required and call.locality == SAME_HOST)
    return _BESIDE.format(listed(tuple(bound)), component.id) if bound else None


_BESIDE = (
    "Add a replica on another host with {0} beside it, or let {0} call {1} on other hosts too: now a copy elsewhere gets no requests. "
    "Then automate its promotion (`replication: {{primary: …, failover: automatic, by: …}}`)."
)


def _copies(candidate: Component, component: Component) -> bool:
    return candidate.replication is not None and candidate.replication.copy_of == component.id


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Make failover automatic, with another replica where there is none."""
    component = context.topology.components[hit.subject.id]
    if keeps_files(component):
        return ()
    if component.managed:
        return copy_elsewhere(context.topology, component)
    if any(_copies(store, component) for store in context.topology.architecture.components):
        # a copy is there, and becomes a replica that can be promoted; which address then leads where, people decide
        return ()
    promoted = automate(context.topology, component)
    if promoted is None:
        return ()
    if len(component.replicas) > 1:
        return patch_of(context.topology, *promoted)
    if component.replication is not None and not component.replication.primary:
        return ()
    edits = (*replica_edits(context.topology, component), *promoted)
    writer = next(Subject("replica", replica.id) for replica in component.replicas)
    if len(edits) == len(promoted) or stops_with(context.topology, component, writer, hit.flows, edits):
        return ()
    return patch_of(context.topology, *edits)


RULE = Rule(
    id="single-writer-database",
    code="REL006",
    title="Single writer",
    severity="error",
    cases=(("managed", "warning"), ("waiting", "warning"), ("practiced", "warning"), ("moved", "warning")),
    category="reliability",
    summary=(
        "A flow writes to a data store in which one replica takes the writes, and nothing is promoted when it fails."
    ),
    why=(
        "A replica answers reads and keeps the data safe, but until it is promoted every write still goes to one "
        "host. A primary-replica pair is often recommended as the cure for the single database. For writes it isn't "
        "one, unless a replica takes over automatically."
    ),
    fix=(
        "Add a replica on another host and automate its promotion (`replication: {primary: …, failover: automatic, by: …}`), or "
        "use a cluster in which several members take writes."
    ),
    limits=(
        "Skips files in one place, which `single-point-of-failure` reports, and managed stores, whose provider may "
        "promote a replica; only those that are known to keep one copy get a warning. So do those that a person promotes within "
        "the recovery objective (`recovery`), and those that a platform starts on another host."
    ),
    references=(
        ("MySQL Reference Manual, Replication", "https://dev.mysql.com/doc/refman/8.4/en/replication.html"),
        ("PostgreSQL documentation, Failover", "https://www.postgresql.org/docs/current/warm-standby-failover.html"),
    ),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: Primary and replica without failover  # finding: unmonitored, maintenance-downtime
hosts:
  db-1: {}
  db-2: {}
components:
  job: {kind: scheduler, managed: true}  # finding: single-point-of-failure
  postgres:  # finding: single-writer-database
    kind: database
    product: postgresql
    runs_on: [db-1, db-2]
    replication: {primary: db-1, failover: manual, mode: asynchronous}
  copies: {kind: backup, managed: true, backs_up: [postgres], restore_tested: 2026-10-01}
connections:
  job -> postgres: {protocol: postgresql, tls: true}
flows:
  nightly:
    title: The nightly job
    access: write
    steps:
      - job -> postgres: INSERT
""",
    edits=(
        (
            "name: Primary and replica without failover  # finding: unmonitored, maintenance-downtime",
            "name: Primary and replica with automatic failover  # finding: unmonitored",
        ),
        ("failover: manual", "failover: automatic, by: etcd"),
        ("  copies: {", "  etcd: {kind: key-value-store, product: etcd, managed: true, replicas: 3}\n  copies: {"),
        ("connections:", "connections:\n  postgres -> etcd: https"),
        ("postgres: INSERT", "postgres: INSERT\n      - postgres -> etcd: renew the lease"),
    ),
)
