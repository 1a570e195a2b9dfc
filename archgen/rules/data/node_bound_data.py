"""Messages or uploads that are on one node of several, and not there for whoever takes over."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.edits.remedy import form_majority
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.change import Change
from archgen.model.products import product_of
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.traffic import pool_behind


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each queue whose messages are on one node, and for each server whose uploads don't move with it."""
    facts = context.topology
    for component in facts.architecture.components:
        message = None if component.managed else _queued(component) or _uploaded(component) or _parted(facts, component)
        if message is not None:
            yield Hit(
                subject=Subject("component", component.id),
                message=message,
                flows=facts.flows_of[component.id],
                fix=_FILES if component.uploads == "local" else None,
                case="alone" if len(component.replicas) == 1 and component.uploads != "local" else None,
                confidence="medium",
            )


def _queued(component: Component) -> str | None:
    """Return the message for a queue that one node keeps; a question where the model doesn't say (`incomplete-model`)."""
    if component.kind != "queue" or component.quorum is not None or product_of(component.product).agrees:
        return None
    replication, names = component.replication, [replica.id for replica in component.replicas]
    if len(names) == 1:
        return f"If the disk under {names[0]} is lost, every message that waits there is lost: no other node has it"
    if replication is None or not replication.primary or replication.failover == "automatic":
        return None
    copies = replication.mode is not None or replication.lag is not None or replication.waits_for is not None
    if copies or product_of(component.product).mirrors:
        # one node is the primary of all messages, and the others have copies
        return None
    others = [name for name in names if name not in replication.primary]
    return (
        f"While {listed(replication.primary, 'or')} is down, no one gets the messages that wait there: {listed(others)} "
        f"{'has' if len(others) == 1 else 'have'} none of them"
    )


def _uploaded(component: Component) -> str | None:
    """Return the message for a single server that may be started on another host than its uploads are on."""
    if component.uploads != "local" or len(component.replicas) != 1 or not component.replicas[0].floating:
        return None
    hosts = component.replicas[0].hosts
    return f"When {component.id} is started on another of {listed(hosts)}, its uploads are missing: they stay on the host before"


def _parted(facts: Topology, component: Component) -> str | None:
    """Return the message for servers that keep uploads apart, where no balancer is before them (`server-bound-sessions`)."""
    if component.uploads != "local" or len(facts.hosts_of(component.id)) < 2 or not facts.flows_of[component.id]:
        return None
    balancers = ((each.id, each.balance) for each in facts.architecture.components if each.balance is not None)
    pools = (pool_behind(facts.index, facts.outgoing, *each) for each in balancers)
    if any(member.id == component.id for pool in pools for member, _ in pool):
        return None
    return f"Each of {listed([replica.id for replica in component.replicas])} keeps its own uploads: the others don't have them"


_FILES = "Keep uploads in object storage or on a shared file system, and declare `uploads: shared`."


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Let a majority of the members keep what one of them does, where they can vote."""
    return form_majority(context.topology, context.topology.components[hit.subject.id])


RULE = Rule(
    id="node-bound-data",
    code="DAT012",
    title="Data bound to one node",
    severity="warning",
    cases=(("alone", "info"),),
    category="data",
    summary="Queued messages or uploads are on one node only, and missing where another node takes over.",
    why=(
        "A broker cluster keeps running without one of its nodes, but a classic queue doesn't: its messages are on "
        "that node. A server that a scheduler starts elsewhere finds an empty directory instead of the uploads. Both "
        "look redundant until the node is gone."
    ),
    fix=(
        "Replicate the queue over a majority of the nodes (`quorum: majority`; in RabbitMQ, a quorum queue), or declare how the "
        "other nodes copy it (`mode`)."
    ),
    limits=(
        "`incomplete-model` asks for a queue of several nodes whether its messages are replicated. Uploads on "
        "several servers are reported by `server-bound-sessions`. A volume that moves with its server is `uploads: "
        "shared`."
    ),
    references=(
        ("RabbitMQ documentation, Quorum Queues", "https://www.rabbitmq.com/docs/quorum-queues"),
        ("Kubernetes documentation, Volumes", "https://kubernetes.io/docs/concepts/storage/volumes/"),
    ),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: Three brokers, and each queue on one of them  # finding: unmonitored, maintenance-downtime
hosts:
  mq-1: {}  # finding: single-point-of-failure
  mq-2: {}
  mq-3: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  rabbitmq:  # finding: node-bound-data
    kind: queue
    product: rabbitmq
    runs_on: [mq-1, mq-2, mq-3]
    replication: {primary: mq-1, failover: manual}
connections:
  job -> rabbitmq: amqps
flows:
  nightly:
    title: The nightly job
    access: write
    steps:
      - job -> rabbitmq: publish
""",
    edits=(
        (
            "name: Three brokers, and each queue on one of them  # finding: unmonitored, maintenance-downtime",
            "name: Three brokers, and each queue on a majority of them  # finding: unmonitored",
        ),
        ("mq-1: {}  # finding: single-point-of-failure", "mq-1: {}"),
        ("    replication: {primary: mq-1, failover: manual}\n", "    quorum: majority\n"),
    ),
)
