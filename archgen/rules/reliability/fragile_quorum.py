"""A majority that gains nothing from its size, or that the loss of one host or zone decides."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain

from archgen.analysis.element_numbers import is_too_long, longest_wait, repair_of
from archgen.analysis.regions import (
    broken_by_quorum,
    crowded,
    delayed_by_quorum,
    members_by_host,
    members_by_zone,
    promoted_by,
    zones_alike_beside,
)
from archgen.analysis.topology import Topology
from archgen.edits.changes import Edit, MoveHost, MoveReplica
from archgen.edits.moves import moves
from archgen.edits.patch import patch_of
from archgen.edits.remedy import add_replica
from archgen.edits.witnesses import spare_hosts
from archgen.edits.zone_advice import third_place
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Replica
from archgen.model.change import Change
from archgen.model.durations import spell_duration, spell_repair
from archgen.model.finding import Proof
from archgen.model.products import product_of
from archgen.model.steps import Access
from archgen.model.subject import Subject
from archgen.model.wording import any_of, first_few, listed, named_flows
from archgen.reliability.failure import SinglePoint
from archgen.reliability.members import Votes, asks_majority, has_arbitrator, quorum, quorum_of, votes
from archgen.reliability.promoters import electorate

_ACCESSES: tuple[Access, ...] = ("read", "write")


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component with a quorum, with every reason."""
    facts = context.topology
    fragile: dict[str, tuple[Component, list[str], Votes | None]] = {}
    for component in facts.architecture.components:
        reasons, counted = _judge(facts, component)
        if reasons:
            fragile[component.id] = component, reasons, counted
    for component, reasons, counted in fragile.values():
        yield _hit(facts, component, reasons, counted, frozenset(fragile))


def _judge(facts: Topology, component: Component) -> tuple[list[str], Votes | None]:
    """Return the reasons for which a component's quorum is fragile, and the votes if it is one that a store asks for."""
    if component.managed:
        return [], None
    if quorum_of(component) is not None:
        needed = _needed(component)
        return [*_of_size(component), *_of_place(facts, component.replicas, needed, _leaves_one_out(component))], None
    counted = _votes_asked(facts, component)
    if counted is None:
        return [], None
    voters = tuple(facts.replicas[member] for member in counted.members)
    return [*_without_witness(counted), *_of_place(facts, voters, counted.count)], counted


def _votes_asked(facts: Topology, component: Component) -> Votes | None:
    """Return the votes that a store asks for, its own among them; None where it asks for none, or only others vote."""
    counted = electorate(component, facts.index, "write")
    return next((votes for votes in counted if component.replicas[0].id in votes.members), None)


def _without_witness(counted: Votes) -> Iterator[str]:
    size = len(counted.members)
    if size == 2:
        yield "two replicas vote and nothing beside them, so losing either stops both"
    elif size % 2 == 0:
        yield f"a majority of {size} votes survives the loss of {size // 2 - 1}, no more than one of {size - 1}"


def _needed(component: Component) -> int:
    """Return how many members must be up for the access that asks for most, but for one that asks for all: no place of theirs helps it."""
    size = len(component.replicas)
    by_access = (each.count for access in _ACCESSES for each in votes(component, access))
    return max((quorum(component), *(count for count in by_access if count < size)))


def _of_size(component: Component) -> Iterator[str]:
    size = len(component.replicas)
    if not asks_majority(component):
        return
    if size == 1:
        yield "a majority of one is its only replica, so losing it stops the quorum"
    elif size == 2:
        yield (
            "one of two nodes has no vote, so losing the other stops it"
            if _leaves_one_out(component)
            else "a majority of two is both, so losing either replica stops it"
        )
    elif size % 2 == 0 and not product_of(component.product).votes_by_role:
        yield f"a majority of {size} survives the loss of {size // 2 - 1}, no more than a majority of {size - 1}"


def _leaves_one_out(component: Component) -> bool:
    """Return True for an even number of search nodes: one of them, which they choose themselves, has no vote."""
    product = product_of(component.product)
    elects = component.quorum is None and product.votes_by_role and product.votes_from is None
    return elects and len(component.replicas) % 2 == 0


def _of_place(facts: Topology, members: Sequence[Replica], needed: int, leaves_one_out: bool = False) -> Iterator[str]:
    """Yield the hosts and zones that hold so many members that the rest is no quorum, if others are elsewhere."""
    size = len(members)
    by_host, by_zone = members_by_host(facts, members), members_by_zone(facts, members)
    for single, several, held in (("", "", by_host), ("zone ", "zones ", by_zone)):
        alike: dict[int, list[str]] = {}
        for place, count in crowded(held, size, needed).items():
            alike.setdefault(count, []).append(place)
        for count, (first, *others) in alike.items():
            where = f"{several if others else single}{listed(first_few([first, *others], _NAMED))}"
            each, rest = (
                f"hold {count} of the {size} each" if others else f"holds {count} of the {size}",
                str(size - count),
            )
            if leaves_one_out:
                each += ", and one of all has no vote" if others else ", one of which has no vote"
                rest = f"{size - count - 1} or {rest} votes"
            yield f"{where} {each}, leaving {rest} where the quorum needs {needed - leaves_one_out}"


def _hit(
    facts: Topology, component: Component, reasons: list[str], counted: Votes | None, fragile: frozenset[str]
) -> Hit:
    # a promoter stands in no step, and a flow can hang on its quorum all the same
    voting = (
        dict.fromkeys(facts.replicas[member].component for member in counted.members) if counted is not None else {}
    )
    broken, also = broken_by_quorum(facts, component.id, fragile, voting)
    points = [point for broken_points in broken.values() for point in broken_points]
    causes = {(point.element.id, point.flow) for point in points}
    elements = dict.fromkeys(point.element for point in points)
    flows = tuple(flow for flow in facts.flows if broken.get(flow) or flow in also)
    waiting = delayed_by_quorum(facts, component.id, fragile)
    late = dict.fromkeys(element for own in waiting.values() for element in own)
    doubtful = _is_doubtful(facts, component, (*flows, *waiting))
    takes = "may take" if doubtful or _leaves_one_out(component) else "takes"
    sure = not doubtful and _breaks_for_sure(facts, component, points)
    breaks = (
        f"; losing {any_of(facts.names_without_guests(elements), _NAMED)} {takes} down {named_flows(flows, len(facts.flows))}"
        if flows
        else ""
    )
    work = named_flows(tuple(waiting), len(facts.flows))
    leaves = f"{takes.replace('take', 'leave')} work of {work} waiting"
    waits = (
        f"; losing {any_of(facts.names_without_guests(late), _NAMED)} {leaves}{_until_repaired(facts, waiting)}"
        if waiting
        else ""
    )
    refused = () if flows or not _leaves_one_out(component) else _writing(facts, component, waiting)
    if refused:
        waits += f"; what {named_flows(refused, len(facts.flows))} would write is lost then, and searches go on"
    product = "its product" if (component.product or "").casefold() == component.title.casefold() else component.product
    assumed = f" (assumed for {product})" if component.quorum is None else ""
    others = [name for name in voting if name != component.id]
    what = (
        f"The quorum of {component.title}{assumed} is"
        if counted is None
        else f"The majority of {listed(list(voting))} is"
    )
    return Hit(
        subject=Subject("component", component.id),
        message=f"{what} fragile: {'; '.join(reasons)}{breaks}{waits}",
        fix=_fix(facts, component)
        if counted is None or (not others and has_arbitrator(component))
        else _witness_asked(others),
        related=tuple((element, "is enough to lose the quorum") for element in dict.fromkeys((*elements, *late))),
        flows=tuple(flow for flow in facts.flows if flow in {*flows, *waiting, *refused})
        or facts.flows_needing(component.id),
        case="breaks" if flows and sure else None,
        proof=_proof_at_quorum(facts, component.id, points) if points else None,
        causes=frozenset(causes).union((element.id, flow) for flow, own in waiting.items() for element in own),
    )


def _until_repaired(facts: Topology, waiting: Mapping[str, Collection[Subject]]) -> str:
    """Return how long work waits for the repair of elements, where the recovery objective is shorter; else nothing."""
    objective = facts.architecture.objectives.recovery_time
    if objective is None:
        return ""
    bound = [elements for flow, elements in waiting.items() if longest_wait(facts, flow) == objective]
    repairs = {repair_of(facts, element) for elements in bound for element in elements}
    beyond = [repair for repair in repairs if is_too_long(repair, objective)]
    if not beyond:
        return ""
    seconds, assumed = max(beyond)
    about = f"{'up to ' if len(repairs) > 1 else ''}about {spell_repair(seconds)}{' (assumed)' if assumed else ''}"
    return f" for {about}, beyond the recovery objective of {spell_duration(objective)}"


def _writing(facts: Topology, component: Component, waiting: Collection[str]) -> tuple[str, ...]:
    """Return the flows that write to a component, also over calls that they can do without, but those that wait for it."""
    flows = {hop.flow for hop in facts.hops_to[component.id] if hop.access != "read"}.difference(waiting)
    return tuple(flow for flow in facts.flows if flow in flows)


_NAMED = 3
"""The most places of votes that a message names."""


def _is_doubtful(facts: Topology, component: Component, flows: Collection[str]) -> bool:
    """Return True for callers that may only search, which goes on without a majority, and for more brokers than controllers."""
    product = product_of(component.product)
    if component.quorum is not None or not product.votes_by_role:
        return False
    if product.votes_from is not None:
        return len(component.replicas) > 3
    return not any(hop.flow in flows and hop.access == "write" for hop in facts.hops_to[component.id])


def _breaks_for_sure(facts: Topology, component: Component, points: Sequence[SinglePoint]) -> bool:
    """Return True if, whichever of the nodes has no vote, the loss of some element leaves no majority of the others."""
    if not _leaves_one_out(component):
        return True
    members = {replica.id for replica in component.replicas}
    lost = [{replica.id for replica in facts.losses.lying_in(point.element, point.flow)} & members for point in points]
    return all(any(len(some - {voteless}) >= len(members) // 2 for some in lost) for voteless in members)


def _proof_at_quorum(facts: Topology, component: str, points: list[SinglePoint]) -> Proof:
    """Return a proof that ends at the quorum or at a store that it promotes; where another step fails first, of the members alone."""
    ends = {component, *promoted_by(facts, component)}
    proofs = (point.proof for point in reversed(points))
    shown = (proof for proof in proofs if ends & {facts.replicas[last].component for last in proof.path[-1:]})
    last = points[-1]
    members = [each for each in facts.losses.lying_in(last.element, last.flow) if each.component == component]
    return next(shown, None) or facts.losses.proof_without(last.flow, members) or last.proof


def _witness_asked(others: list[str]) -> str:
    if others:
        return f"Place {listed(others)} in a third place, so that no loss takes half of the votes or more."
    return (
        "Add a witness in a third place (a file share, cloud storage), and declare that the component in `by` calls it."
    )


def _fix(facts: Topology, component: Component) -> str | None:
    product, pair = product_of(component.product), len(component.replicas) == 2
    if product.votes_by_role and len(component.replicas) % 2 == 0:
        added, place = ("a third", "in a third place") if pair else ("another", "and in a place of its own")
        role, apart = ("eligible as master", "nodes without a vote"), f"{component.id}-data"
        if product.votes_from is not None:
            role, apart = ("a controller", "controllers that aren't brokers"), f"{component.id}-controllers"
        return (
            f"Add {added} node that is {role[0]}, on a host of its own {place}; one that only votes keeps no data "
            f"and may be small. Declare {role[1]} as a component of their own (`{apart}`)."
        )
    if product.arbitrated and len(component.replicas) % 2 == 0:
        added, place = (
            ("a third member", "in a third place") if pair else ("another member", "and in a place of its own")
        )
        return (
            f"Add {added}, or an arbitrator, on a host of its own {place}. An arbitrator keeps no data; name it in "
            f"`replication: {{writers: all, by: …}}` of {component.id}."
        )
    size, needed = len(component.replicas), _needed(component)
    hosts = crowded(members_by_host(facts, component.replicas), size, needed)
    if size % 2 and len(hosts) == 1 and not crowded(members_by_zone(facts, component.replicas), size, needed):
        ((place, count),) = hosts.items()
        more = needed - (size - count)
        return (
            f"Move {'one' if more == 1 else more} of the {count} on {place} to "
            f"{'a host that holds' if more == 1 else 'hosts that hold'} none yet, so that the loss of any host leaves {needed}."
        )
    if needed < 2 or (size % 2 == 0 and asks_majority(component)):
        return None
    third = third_place(facts, component, crowded(members_by_zone(facts, component.replicas), size, needed))
    return f"Spread the replicas so that the loss of no host or zone leaves fewer than {needed}{third}."


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Add a member where their number is even, else move one out of the place that holds too many."""
    facts = context.topology
    component = facts.components[hit.subject.id]
    if asks_majority(component) and len(component.replicas) % 2 == 0:
        return add_replica(facts, component) if not _lacks_a_place(facts, component) else ()
    return _spread(facts, component) if quorum_of(component) is not None else ()


def _lacks_a_place(facts: Topology, component: Component) -> bool:
    """Return True where two zones hold the members, half of them each, and no third one is declared: another one would decide alone."""
    held = members_by_zone(facts, component.replicas)
    halves = (zone for zone, count in held.items() if 2 * count == len(component.replicas))
    beside = (set(zones_alike_beside(facts, zone, component.replicas)) for zone in halves)
    return any(zones and zones <= held.keys() for zones in beside)


def _spread(facts: Topology, component: Component) -> tuple[Change, ...]:
    """Return the move of a member to a place where no host or zone holds half of them."""
    size, needed = len(component.replicas), _needed(component)
    held = [
        *(Subject("zone", zone) for zone in crowded(members_by_zone(facts, component.replicas), size, needed)),
        *(Subject("host", host) for host in crowded(members_by_host(facts, component.replicas), size, needed)),
    ]
    hosts = facts.hosts_of(component.id)
    # what else stands there has a say in whether a host may leave
    beside = dict.fromkeys((component.id, *(each.component for host in hosts for each in facts.replicas_on[host])))
    affected = [facts.components[name] for name in beside if name not in facts.index.agents]
    options = (moves(facts.index, place, affected, (), facts.element_names) for place in held)
    # what stands idle may be declared without what it is for: people choose it; what carries others of the same host suits all of them
    standing = facts.index.standing_on
    own = {name for place in held if place.kind == "host" for name in standing.get(place.id, ())}
    alike = {host for host, carried in standing.items() if carried and carried <= own}
    taken = {*facts.hosts} - {*spare_hosts(facts.index, component)} - alike.difference(hosts)
    move = next((edit for edit in chain.from_iterable(options) if _is_of(edit, component, hosts, taken)), None)
    return patch_of(facts, move) if move is not None else ()


def _is_of(edit: Edit, component: Component, hosts: Sequence[str], taken: Collection[str]) -> bool:
    """Return True for the move of a host that carries a replica of a component, or of one to a host that isn't taken."""
    if isinstance(edit, MoveHost):
        return edit.host in hosts
    return isinstance(edit, MoveReplica) and edit.component == component.id and edit.host not in taken


RULE = Rule(
    id="fragile-quorum",
    code="REL012",
    title="Fragile quorum",
    severity="warning",
    cases=(("breaks", "error"),),
    category="reliability",
    summary="A majority gains nothing from its size, or depends on a single host or zone.",
    why=(
        "A majority of two is both, so a pair with a quorum fails more often than one host alone. Four members "
        "survive the loss of one, exactly as three do. If one host or zone holds so many members that the rest is no "
        "majority, losing that place stops all of them."
    ),
    fix="Use an odd number of members, three or more, each on a host of its own, and over three zones where there are as many.",
    limits=(
        "Takes a number as `quorum` as it is: it doesn't check whether two halves can both reach it. Checks the votes of a "
        "store that stops without a majority (SQL Server, MongoDB) if its `replication` names what decides in `by`. A zone that "
        "holds all members is reported by `single-zone` or `colocated-redundancy`. Counts every node of an Elasticsearch or "
        "OpenSearch as eligible as master, unless its name or another component's tells nodes of several roles apart, or it is managed. "
        "Of an even number of them one has no vote; they choose it themselves, so a loss counts if it stops them for any choice. "
        "Counts every broker of Kafka 4 or later as a controller too, unless a component is named for the controllers."
    ),
    references=(
        ("etcd FAQ, Why an odd number of cluster members?", "https://etcd.io/docs/v3.5/faq/"),
        (
            "Elastic, Voting configurations: even numbers of master-eligible nodes",
            "https://www.elastic.co/docs/deploy-manage/distributed-architecture/discovery-cluster-formation/modules-discovery-voting",
        ),
    ),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: A majority of two  # finding: unmonitored, maintenance-downtime
hosts:
  etcd-1: {}
  etcd-2: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  etcd: {kind: other, runs_on: [etcd-1, etcd-2], quorum: majority}  # finding: fragile-quorum
connections:
  job -> etcd: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> etcd: take the lock
""",
    edits=(
        (
            "name: A majority of two  # finding: unmonitored, maintenance-downtime",
            "name: A majority of three  # finding: unmonitored",
        ),
        ("etcd-2: {}", "etcd-2: {}\n  etcd-3: {}"),
        ("etcd-1, etcd-2", "etcd-1, etcd-2, etcd-3"),
    ),
)
