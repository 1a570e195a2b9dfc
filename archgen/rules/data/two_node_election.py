"""Two replicas of a store or a queue elect each other, or both take writes, so that a broken line between them makes two histories."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Replication
from archgen.model.kinds import KINDS, QUEUES
from archgen.model.products import product_name, product_of
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.promoters import coordinates, watches_primary


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each pair with automatic failover that nothing elsewhere decides."""
    facts = context.topology
    for component in facts.architecture.components:
        election = _election(component) if _is_pair(component) else None
        if election is None:
            continue
        by = facts.components.get(election.by or "")
        if by is not None:
            alone = _is_alone_on_the_nodes(facts, component, by)
        else:
            alone = not (election.all_write and _asks_elsewhere(facts, component))
        if alone:
            yield Hit(
                subject=Subject("component", component.id),
                message=_message(component, by, election),
                fix=_fix(component, by, election),
                flows=facts.flows_of[component.id],
            )


def _message(component: Component, by: Component | None, election: Replication) -> str:
    pair = listed([replica.id for replica in component.replicas])
    if product_of(component.product).steps_down is not None:
        return (
            f"The loss of one of {pair}, or of the line between them, may stop both: their cluster has two votes, and the node that is "
            "left goes offline without a majority"
        )
    return (
        f"If the line between {pair} breaks, both may take {'messages' if component.kind in QUEUES else 'writes'}: "
        f"neither can tell a lost peer from a lost line, and {_decider(by, election)}"
    )


def _fix(component: Component, by: Component | None, election: Replication) -> str | None:
    if product_of(component.product).steps_down is not None:
        return (
            "Give their cluster a witness in a third place (a file share, cloud storage), and declare both: the cluster as a component in "
            "`replication: {by: …}`, which calls the witness."
        )
    if by is not None:
        return _third(by)
    return _arbiter(component) if election.all_write else _majority(component)


def _is_pair(component: Component) -> bool:
    keeps = KINDS[component.kind].stores or component.kind in QUEUES
    return keeps and len(component.replicas) == 2 and not component.managed


def _election(component: Component) -> Replication | None:
    """Return the replication that replaces a lost primary automatically, or that of members that go on without each other.

    None if none does, or by a majority of its own. Members that copy to each other later are reported by `conflicting-writers`.
    """
    replication, product = component.replication, product_of(component.product)
    if replication is None or component.quorum is not None or product.agrees:
        return None
    if replication.all_write:
        later = replication.mode not in (None, "synchronous") or replication.conflicts is not None
        return replication if product.goes_on_alone and not later else None
    if not replication.primary or replication.failover != "automatic":
        return None
    # without `by` the votes of a product that steps down aren't counted
    steps_down = product.steps_down is not None and replication.by is not None
    return None if steps_down else replication


def _is_alone_on_the_nodes(facts: Topology, component: Component, by: Component) -> bool:
    """Return True if all that decides runs on the nodes that it decides about, without a majority or a third to ask."""
    if by.quorum is not None or product_of(by.product).coordinates or product_of(by.product).agrees:
        return False
    # a primary that loses its observer and its standby shuts down
    if watches_primary(component, by):
        return False
    nodes = _nodes(component)
    beside = (name for name in _beside(facts, by) if not _is_on(facts.components[name], nodes))
    # a call to Consul may be for names, unless a flow renews a lease or the manager keeps one there; the others keep no names of stores
    managed = product_of(by.product or by.id).leases
    leases = (
        target
        for call in facts.outgoing[component.id]
        for target in call.targets
        if managed or facts.flows_over[call.id] or not _keeps_names(facts.components[target])
    )
    return (
        _is_on(by, nodes)
        and not any(_may_decide(facts, name, by) for name in beside)
        and not any(coordinates(each) and not _is_on(each, nodes) for each in map(facts.components.__getitem__, leases))
    )


def _asks_elsewhere(facts: Topology, component: Component) -> bool:
    """Return True for members that all take writes and call something elsewhere that may decide: an arbiter, a fencing device."""
    called = (target for call in facts.outgoing[component.id] for target in call.targets)
    nodes = _nodes(component)
    return any(_may_decide(facts, name, component) and not _is_on(facts.components[name], nodes) for name in called)


def _nodes(component: Component) -> set[str]:
    return {host for replica in component.replicas for host in replica.hosts}


def _keeps_names(component: Component) -> bool:
    return product_name(component.product or component.id) == "consul"


def _is_on(component: Component, nodes: set[str]) -> bool:
    return all(replica.hosts and nodes.issuperset(replica.hosts) for replica in component.replicas)


def _beside(facts: Topology, by: Component) -> Iterator[str]:
    """Yield the components that an elector calls or that call it."""
    for call in facts.outgoing[by.id]:
        yield from call.targets
    for call in facts.incoming[by.id]:
        yield call.source


def _may_decide(facts: Topology, name: str, by: Component) -> bool:
    """Return True for what may be a witness, a third vote or what fences a node: a coordinator, or something in no flow."""
    other = facts.components[name]
    if coordinates(other):
        return True
    led = other.replication is not None and other.replication.by == by.id
    return not (led or facts.flows_of[name] or facts.kind(name).id in _BYSTANDERS or facts.kind(name).observes)


_BYSTANDERS = ("client", "dns", "mail", "backup", "identity-provider", "secrets", "scheduler")
"""The kinds that an elector may call, or that call it, and that decide nothing."""


def _decider(by: Component | None, election: Replication) -> str:
    if by is None:
        return f"nothing else decides which {'goes on' if election.all_write else 'is the primary'}"
    return f"{by.id}, which decides, runs on the same hosts and asks nothing elsewhere"


def _majority(component: Component) -> str | None:
    """Return the fix for a queue of a product whose members can vote themselves; None for what needs another component for that."""
    if not product_of(component.product).votes_if_set_up:
        return None
    return "Run a third member on a host of its own, and let a majority decide (`quorum: majority`); or declare `failover: manual`."


def _arbiter(component: Component) -> str:
    """Return the fix for members that all take writes, of which a third needs no data; nodes of DRBD may turn each other off."""
    fencing = f"; or declare the fencing device that {component.id} calls"
    return (
        f"Add a third member of {component.id}, or an arbiter without data, on a host of its own, and let a majority decide "
        f"(`quorum: majority`){fencing if product_name(component.product) == 'drbd' else ''}."
    )


def _third(by: Component) -> str:
    return (
        f"Give {by.id} a third vote elsewhere (a witness, a quorum device), or a fencing device that turns the other node off, and "
        f"declare that {by.id} calls it; or declare `failover: manual`."
    )


RULE = Rule(
    id="two-node-election",
    code="DAT013",
    title="Election between two nodes",
    severity="warning",
    category="data",
    summary="Two replicas of a store or a queue promote each other, or both take writes, and no third member decides.",
    why=(
        "A replica that loses contact with its peer can't tell whether the peer is down or only the connection. If "
        "it promotes itself while the peer is still running, both take writes, and the data has two histories that "
        "can't be merged (split brain)."
    ),
    fix=(
        "Let a third member decide, and declare it: `replication: {failover: automatic, by: …}` with a quorum of "
        "three (etcd, Consul) or a witness; or declare `failover: manual`."
    ),
    limits=(
        "Of two replicas that both take writes, checks those of GlusterFS and DRBD, which go on without each other, unless "
        "they call something elsewhere that may be an arbiter or a fencing device. Doesn't check managed stores, products "
        "that elect by majority, Oracle with its observer, nor pairs promoted by a component (`by`) that runs elsewhere too, "
        "has a quorum, or is connected with something elsewhere that may be a witness or a fencing device, nor stores that "
        "call a coordinator (etcd) elsewhere, Consul only in a flow or for Patroni or Stolon."
    ),
    references=(
        ("Patroni documentation, DCS failsafe mode", "https://patroni.readthedocs.io/en/latest/dcs_failsafe_mode.html"),
        (
            "Pacemaker Explained, Fencing",
            "https://clusterlabs.org/projects/pacemaker/doc/3.0/Pacemaker_Explained/html/fencing.html",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: Two databases that promote each other  # finding: unmonitored
hosts:
  db-1: {}
  db-2: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  mysql:  # finding: two-node-election
    kind: database
    runs_on: [db-1, db-2]
    replication: {primary: db-1, failover: automatic, mode: asynchronous}
  copies: {kind: backup, managed: true, backs_up: [mysql], every: 1h, keeps: 30d, restore_tested: 2026-10-01}
connections:
  job -> mysql: {protocol: mysql, tls: true}
flows:
  nightly:
    title: The nightly job
    access: write
    steps:
      - job -> mysql: INSERT
""",
    edits=(
        ("name: Two databases that promote each other", "name: Two databases, and etcd decides"),
        ("failover: automatic", "failover: automatic, by: etcd"),
        ("  copies: {", "  etcd: {kind: key-value-store, product: etcd, managed: true, replicas: 3}\n  copies: {"),
        ("connections:", "connections:\n  mysql -> etcd: https"),
    ),
)
