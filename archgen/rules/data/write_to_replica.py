"""A step of a flow writes to a component or replica that only reads."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.hops import Hop
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Connection
from archgen.model.kinds import QUEUES
from archgen.model.steps import Access
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.locality import near
from archgen.reliability.members import eligible

_ANSWER = "Send the write to the primary, or declare `access: read` on the step if it only reads."


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each writing step that reaches no writer or is over a connection for reading, and for flows with only such."""
    facts = context.topology
    for flow, hops in facts.hops.items():
        steps: dict[str, list[Hop]] = {}
        for hop in hops:
            if hop.access != "read":
                steps.setdefault(hop.step.id, []).append(hop)
        for same in steps.values():
            hit = _unwritable(facts, same) or _read_only(facts, same)
            if hit is not None:
                yield hit
        if facts.flows[flow].access not in (None, "read"):
            yield from _only_reading(facts, hops)


def _unwritable(facts: Topology, hops: list[Hop]) -> Hit | None:
    """Return the hit of a step that reaches replicas for reading and none for writing."""
    step = hops[0].step
    readers = [replica for hop in hops for replica in _reachable(facts, hop, "read")]
    if not readers or any(_reachable(facts, hop, hop.access) for hop in hops):
        return None
    targets = [facts.components[facts.replicas[replica].component] for replica in readers]
    copies = {
        target.id: target.replication.copy_of for target in targets if target.replication and target.replication.copy_of
    }
    # each of the targets is a copy or has a primary, or it would take writes itself
    writers = list(
        dict.fromkeys([*(each for target in targets for each in facts.writers(target.id)[0]), *copies.values()])
    )
    reached = listed(list(copies or dict.fromkeys(readers)))
    return Hit(
        subject=Subject("step", step.id),
        message=(
            f"{step.source} writes to {reached}, where nothing takes writes; writes go to {listed(writers)}"
            f"{_because(facts, hops[0])}"
        ),
        related=tuple((_subject(facts, writer), "takes the writes") for writer in writers),
        flows=(hops[0].flow,),
        fix=_ANSWER,
        causes=frozenset({(step.id, hops[0].flow)}),
    )


def _read_only(facts: Topology, hops: list[Hop]) -> Hit | None:
    """Return the hit of a step over a connection that is for reading."""
    for hop in hops:
        if hop.connection is not None and hop.connection.access == "read":
            return Hit(
                subject=Subject("step", hop.step.id),
                message=f"{hop.step.source} writes over {hop.connection.id}, which is for reading only",
                related=((Subject("connection", hop.connection.id), "has `access: read`"),),
                flows=(hop.flow,),
                fix=(
                    "Declare `access: read` on the step if it only reads; otherwise send it over a connection that may write, or "
                    "correct the connection's `access`."
                ),
            )
    return None


def _only_reading(facts: Topology, hops: tuple[Hop, ...]) -> Iterator[Hit]:
    """Yield a hit for the first step over a connection for reading, of a flow whose requests end in nothing but reads.

    What a flow leaves in a queue or a log is not what a store has to take.
    """
    sources = {hop.step.source for hop in hops}
    last = [hop for hop in hops if any(_keeps_data(facts, target) or target not in sources for target in hop.targets)]
    writing = [hop for hop in last if hop.access != "read"]
    if any(not _passes_on(facts, target) for hop in writing for target in hop.targets):
        return
    said = "declares that it writes; over {0} it only reads, and nothing else of it writes to a store"
    if not writing:
        said = "declares that it writes, but no step of it does: {0} is for reading only"
    for hop in last:
        # a look-up of a name reads as well, and is no store's connection for reading
        if hop.step.access is None and hop.connection is not None and hop.connection.access == "read":
            yield Hit(
                subject=Subject("step", hop.step.id),
                message=f"{hop.flow} {said.format(hop.connection.id)}",
                related=((Subject("connection", hop.connection.id), "has `access: read`"),),
                flows=(hop.flow,),
                fix="Add the step that writes, or correct the `access` of the flow or of the connection.",
                case="nothing",
            )
            return


def _keeps_data(facts: Topology, component: str) -> bool:
    """Return True for a store, and for what has data of its own beside those that it looks up elsewhere: mailboxes, accounts."""
    told = facts.components[component]
    return facts.kind(component).stores or told.kind in ("mail", "identity-provider") or told.replication is not None


def _passes_on(facts: Topology, component: str) -> bool:
    return facts.components[component].kind in QUEUES or facts.kind(component).observes


def _reachable(facts: Topology, hop: Hop, access: Access) -> tuple[str, ...]:
    """Return the replicas that a replica of the caller reaches with an access."""
    connection = hop.connection
    if connection is None:
        return ()
    eligible_replicas = [
        replica for target in hop.targets for kind in eligible(facts.components[target], access) for replica in kind
    ]
    chosen = [replica for replica in eligible_replicas if not hop.step.pinned or replica in hop.step.pinned]
    return tuple(replica for replica in chosen if _near(facts, hop.step.source, connection, replica))


def _near(facts: Topology, source: str, connection: Connection, replica: str) -> bool:
    return any(
        near(facts.index, (replica,), connection.locality, caller) for caller in facts.components[source].replicas
    )


def _because(facts: Topology, hop: Hop) -> str:
    """Return the reason why a step without an access of its own counts as a write."""
    if hop.step.access is not None:
        return ""
    if facts.flows[hop.flow].access is not None:
        return f" (it counts as a write because {hop.flow} declares it)"
    if hop.connection is not None and hop.connection.access is not None:
        return f" (it counts as a write because {hop.connection.id} declares it)"
    return " (it counts as a write because nothing declares that it only reads)"


def _subject(facts: Topology, name: str) -> Subject:
    return Subject("replica" if name in facts.replicas else "component", name)


RULE = Rule(
    id="write-to-replica",
    code="DAT004",
    title="Write to a read-only replica",
    severity="error",
    cases=(("nothing", "info"),),
    category="data",
    summary="A step of a flow writes to a read-only component or replica.",
    why=(
        "A replica gets its data from the primary and refuses writes of its own. Or, worse, it takes them: then the "
        "two hold different data and replication stops. The application has to send its writes to the primary and can "
        "send its reads anywhere."
    ),
    fix=_ANSWER,
    limits=(
        "A step without `access` reads if its connection is for reading; else it takes that of its flow, else that of its connection, "
        "and without any it counts as a write. A flow that is declared to write and only reads stores is an info. A replica that "
        "is promoted automatically takes writes after its promotion."
    ),
    references=(
        ("MySQL Reference Manual, Replication", "https://dev.mysql.com/doc/refman/8.4/en/replication.html"),
        ("PostgreSQL, Hot Standby", "https://www.postgresql.org/docs/current/hot-standby.html"),
    ),
    topic="writers",
    check=check,
    bad="""\
archgen: 1
name: A write that only a replica sees
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  main: {kind: database, managed: true, replicas: 2, replication: {writers: all}}
  copy: {kind: database, managed: true, replicas: 2, replication: {of: main}}
connections:
  job -> main: {protocol: mysql, tls: true}
  job -> copy: {protocol: mysql, tls: true}
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> main: {message: INSERT, access: write}
      - job -> copy: {message: UPDATE, access: write}  # finding: write-to-replica
""",
    edits=(
        ("name: A write that only a replica sees", "name: Writes to the primary, reads from the replica"),
        ("job -> copy: {protocol: mysql, tls: true", "job -> copy: {protocol: mysql, tls: true, access: read"),
        ("message: UPDATE, access: write", "message: SELECT, access: read"),
    ),
)
