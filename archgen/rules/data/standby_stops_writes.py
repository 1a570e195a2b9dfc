"""Writes wait for copies, and there are no more copies than a write waits for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.edits.promotion import arbiter_of
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Replication
from archgen.model.products import product_of
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.failure import SinglePoint, single_points
from archgen.reliability.index import Index
from archgen.reliability.members import copies_awaited, writers
from archgen.reliability.plan import Plan
from archgen.reliability.structure import build


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component whose writes stop when a copy is lost."""
    facts = context.topology
    for component in facts.architecture.components:
        replication = component.replication
        if replication is not None and replication.without == "stop":
            points = tuple(point for flow in facts.flows for point in _stopping(facts, component.id, flow))
            if points:
                yield _hit(facts, component, replication, points)
        standby = _only_standby(component)
        if standby is not None:
            yield _by_default(facts, component, standby)


def _only_standby(component: Component) -> str | None:
    """Return the only synchronous standby, where nothing is said of what a write does without it, and nothing manages it."""
    if not copies_awaited(component):
        return None
    primary, _ = writers(component)
    standbys = [replica.id for replica in component.replicas if replica.id not in primary]
    return standbys[0] if len(standbys) == 1 else None


def _by_default(facts: Topology, component: Component, standby: str) -> Hit:
    writing = facts.flows_writing[component.id]
    stopped = listed(writing) if writing else "each write"
    return Hit(
        subject=Subject("component", component.id),
        message=(
            f"If {standby} fails, {stopped} {'waits' if len(writing) < 2 else 'wait'} until it is back: a commit of "
            f"{component.id} waits for a synchronous standby, and there is no other"
        ),
        related=((Subject("replica", standby), "is the only standby"),),
        flows=tuple(writing),
        fix=(
            "Add a second standby, of which any one has to answer (`ANY 1 (a, b)`), or declare what a write does without: "
            "`without: continue`, or `by: …` for what manages it."
        ),
        confidence="medium",
    )


def _stopping(facts: Topology, component: str, flow: str) -> Iterator[SinglePoint]:
    """Yield the single points of a flow that are none where writes go on without copies."""
    if component in facts.losses.members[flow]:
        index = _going_on(facts, component)
        others = frozenset(single_points(Plan(index, build(index, facts.flows[flow]))))
        yield from (point for point in facts.losses.failures[flow].points if point.element not in others)


@lru_cache(maxsize=1)
def _going_on(facts: Topology, component: str) -> Index:
    """Return the model's index as if the writes of a component went on without its copies."""
    components = tuple(
        replace(each, replication=replace(each.replication, without="continue"))
        if each.id == component and each.replication is not None
        else each
        for each in facts.components.values()
    )
    return Index(replace(facts.architecture, components=components))


def _hit(facts: Topology, component: Component, replication: Replication, points: tuple[SinglePoint, ...]) -> Hit:
    own = {replica.id for replica in component.replicas}
    copies = tuple(dict.fromkeys(point.element.id for point in points if point.element.id in own))
    names = copies or tuple(dict.fromkeys(point.element.id for point in points))
    waits_for = replication.waits_for or 1
    number = "all copies" if waits_for == "all" else ("1 copy" if waits_for == 1 else f"{waits_for} copies")
    flows = {point.flow for point in points}
    return Hit(
        subject=Subject("component", component.id),
        message=(
            f"Losing {listed(names, 'or')} stops every write to {component.id}: a write waits for {number} (`without: stop`), "
            f"and {'there is none to spare' if copies else 'too few are elsewhere'}"
        ),
        related=tuple((point.element, "stops the writes alone") for point in _each_once(points)),
        flows=facts.in_order(flows),
        # there are enough copies where a host or a zone has to take several of them
        fix=_more_copies(facts, component)
        if copies
        else f"Place enough of the copies outside {listed(names, 'or')}. {_CONTINUE}",
        proof=points[0].proof,
        causes=frozenset((point.element.id, point.flow) for point in points),
    )


def _more_copies(facts: Topology, component: Component) -> str | None:
    """Return the fix that adds a copy to a store of which not PostgreSQL's settings decide, or that has a vote without data."""
    arbiter = arbiter_of(facts.components, component)
    if arbiter is not None:
        return f"Let a member with data take the place of {arbiter}: it votes as well, and has a copy. {_CONTINUE}"
    known = component.product is not None and not product_of(component.product).waits
    return f"Add a copy, so that a write waits for any one of them. {_CONTINUE}" if known else None


def _each_once(points: tuple[SinglePoint, ...]) -> tuple[SinglePoint, ...]:
    return tuple({point.element: point for point in points}.values())


_CONTINUE = (
    "Or let writes continue without copies (`without: continue`), and accept that the latest of them can be lost."
)


RULE = Rule(
    id="standby-stops-writes",
    code="DAT014",
    title="Standby that blocks writes",
    severity="warning",
    category="data",
    summary="Writes wait for copies, and the loss of one leaves too few of them.",
    why=(
        "Synchronous replication keeps every acknowledged write on a second host. A database that waits for its only "
        "standby stops all writes while that standby is down, so the pair fails more often than a single server. "
        "PostgreSQL waits forever by default."
    ),
    fix=f"Add a standby, and wait for any one of them (PostgreSQL: `ANY 1 (…)`). {_CONTINUE}",
    limits="Checks components with `replication: {without: stop}`, and PostgreSQL with one synchronous standby, which waits by default.",
    references=(
        (
            "PostgreSQL documentation, Synchronous Replication",
            "https://www.postgresql.org/docs/current/warm-standby.html#SYNCHRONOUS-REPLICATION",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: One synchronous standby  # finding: unmonitored, maintenance-downtime
hosts:
  a: {}
  b: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  db:  # finding: standby-stops-writes, missing-backup, two-node-election
    kind: database
    product: postgresql
    runs_on: [a, b]
    replication: {primary: a, failover: automatic, mode: synchronous, without: stop}
connections:
  job -> db: postgresql  # finding: plaintext-between-hosts
flows:
  nightly:
    title: The nightly job
    access: write
    steps:
      - job -> db: INSERT
""",
    edits=(
        ("  # finding: unmonitored, maintenance-downtime", "  # finding: unmonitored"),
        ("without: stop", "without: continue"),
    ),
)
