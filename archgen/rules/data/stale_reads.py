"""A flow reads what it has just written from a replica that may not have it yet."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.hops import Hop
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.members import eligible
from archgen.reliability.requests import asked_over


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for the first stale read of a flow from each store."""
    facts = context.topology
    for hops in facts.hops.values():
        written: dict[str, str] = {}
        reported: set[str] = set()
        for hop in hops:
            for target in hop.targets:
                component = facts.components[target]
                origin = _origin(component)
                late = _late(facts, component, hop) if hop.access == "read" and origin in written else ()
                if late and reported.isdisjoint((origin, hop.step.id)):
                    reported |= {origin, hop.step.id}
                    yield _hit(hop, component, written[origin], late)
                if hop.access != "read" and facts.kind(target).stores:
                    written.setdefault(origin, hop.step.id)


def _origin(component: Component) -> str:
    """Return the store whose data a component holds: itself, or the one that it is a copy of."""
    replication = component.replication
    return replication.copy_of if replication is not None and replication.copy_of is not None else component.id


def _late(facts: Topology, component: Component, hop: Hop) -> tuple[str, ...]:
    """Return the replicas that can answer a read and lag without a declared bound."""
    replication = component.replication
    if replication is None or replication.mode != "asynchronous" or replication.lag is not None:
        return ()
    asking, pinned = asked_over(facts.index, hop.step, hop.connection, "read", component.id)
    now, _ = eligible(component, asking)
    asked = (replica for replica in now if not pinned or replica in pinned)
    # all of a copy, which has no primary of its own
    return tuple(replica for replica in asked if replica not in replication.primary)


def _hit(hop: Hop, component: Component, write: str, late: tuple[str, ...]) -> Hit:
    return Hit(
        subject=Subject("step", hop.step.id),
        message=(
            f"{hop.flow} may not see its own write: it writes in {write} and reads in {hop.step.id}, and {listed(late, 'or')} "
            f"may lag without a bound (asynchronous replication of {component.id})"
        ),
        related=((Subject("step", write), "writes the data"), (Subject("component", component.id), "may lag")),
        flows=(hop.flow,),
        fix=(
            f"Read your own writes from the primary (`{hop.step.source} -> {_primary(component)}`), replicate "
            "synchronously, or leave out replicas that lag too far and declare the bound (`lag: 1s`)."
        ),
    )


def _primary(component: Component) -> str:
    """Return the subject to ask instead: the component that is copied, or the replica that takes the writes."""
    primary = component.replication.primary if component.replication is not None else ()
    return primary[0] if primary else _origin(component)


RULE = Rule(
    id="stale-reads",
    code="DAT005",
    title="Stale reads",
    severity="warning",
    category="data",
    summary="A flow reads its own write from an asynchronous replica without a bound on the lag.",
    why=(
        "The visitor sends a comment, the page is built from a replica that doesn't have it yet, and the comment is "
        "missing, so the visitor sends it again. It happens rarely on a quiet site and all the time under load, "
        "because that is when replicas lag."
    ),
    fix=(
        "Read your own writes from the primary, replicate synchronously, or declare how far a replica may lag (`lag`)."
    ),
    limits=(
        "Considers one flow at a time: it doesn't see a read in the next request of the same visitor. Doesn't check "
        "stores without `mode`."
    ),
    references=(("Jepsen, Read Your Writes", "https://jepsen.io/consistency/models/read-your-writes"),),
    check=check,
    bad="""\
archgen: 1
name: The comment that is not there yet
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  mysql:
    kind: database
    managed: true
    replicas: 2
    replication: {primary: "mysql#1", failover: automatic, mode: asynchronous}
connections:
  job -> mysql: {protocol: mysql, tls: true}
flows:
  order:
    title: An order, and what it looks like
    steps:
      - job -> mysql: {message: INSERT, access: write}
      - job -> mysql: {message: SELECT, access: read}  # finding: stale-reads
""",
    edits=(
        ("name: The comment that is not there yet", "name: Not more than a second late"),
        ("mode: asynchronous", "mode: asynchronous, lag: 1s"),
    ),
)
