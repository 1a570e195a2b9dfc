"""Reads: which replica of a store with a primary they ask, and if a cache that they need is all that has the value."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.hops import Hop
from archgen.analysis.topology import Topology
from archgen.model.architecture import Component
from archgen.model.kinds import KINDS, QUEUES
from archgen.model.products import product_of
from archgen.model.steps import tells_of_copies
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed
from archgen.rules.model_quality.questions.gap import MOST_NAMES, Gap


def reads_of_primary_or_copies(topology: Topology) -> Iterator[Gap]:
    """Yield stores whose primary stops reads only if they ask it alone, which nothing tells: any replica counts as read."""
    for component in topology.architecture.components:
        primary = _sole_primary(topology, component)
        hops = [hop for hop in topology.hops_to[component.id] if _works(topology, hop)]
        if primary is None or any(_tells_of_reads(topology, component, hop) for hop in hops):
            continue
        # whatever asks the primary for certain is lost with it
        reads = [hop for hop in hops if Subject("replica", primary) not in topology.losses.points[hop.flow]]
        if reads:
            callers = list(dict.fromkeys(hop.step.source for hop in reads))
            flows = tuple(dict.fromkeys(hop.flow for hop in reads))
            others = [replica.id for replica in component.replicas if replica.id != primary]
            named, down = listed(first_few(flows, MOST_NAMES)), "is" if len(flows) == 1 else "are"
            yield Gap(
                Subject("component", component.id),
                f"No step declares which replica of {component.id} is read by {listed(first_few(callers, MOST_NAMES))}, so any of them "
                f"counts: if the primary alone is asked, {named} {down} down with {primary} until a person promotes another",
                f"Name it in the steps: `{callers[0]} -> {primary}` if they read the primary, which follows a failover, or "
                f"`{callers[0]} -> {' | '.join((primary, *others))}` if they read any.",
                flows,
            )


def caches_without_source(topology: Topology) -> Iterator[Gap]:
    """Yield caches that a flow which needs no other store writes to, and that another flow can't do without."""
    for component in topology.architecture.components:
        hops = [hop for hop in topology.hops_to[component.id] if not hop.optional]
        if component.kind != "cache":
            continue
        filling = [
            hop.flow for hop in hops if hop.access == "write" and not _uses_another_store(topology, hop.flow, component)
        ]
        reading = [hop.flow for hop in hops if hop.access == "read" and hop.flow not in filling]
        if filling and reading:
            yield Gap(
                Subject("component", component.id),
                f"{filling[0]} writes to {component.id} and to no other store, and {reading[0]} can't do without it, although it is a "
                "cache: nothing declares where else the value is kept",
                f"Add `required: false` to the steps to {component.id} if the value is kept elsewhere too; if it isn't, declare "
                "`kind: key-value-store`.",
                topology.in_order((*filling, *reading)),
            )


def _uses_another_store(topology: Topology, flow: str, cache: Component) -> bool:
    """Return True if a flow has a step to another store, a queue or a service of others, which may keep what it writes."""
    targets = {target for hop in topology.hops[flow] for target in hop.targets} - {cache.id}
    kinds = [topology.kind(target) for target in targets]
    return any(kind.stores or kind.foreign or kind.id in QUEUES for kind in kinds)


def _works(topology: Topology, hop: Hop) -> bool:
    """Return True for a step of an application that its flow needs: copies and measurements are taken anywhere."""
    kind = topology.kind(hop.step.source)
    return not (hop.optional or kind.protects or kind.observes)


def _sole_primary(topology: Topology, component: Component) -> str | None:
    """Return the primary of a store of one's own that only people replace, and whose copies clients could read; else None."""
    replication = component.replication
    if replication is None or len(replication.primary) != 1 or component.managed or replication.failover == "automatic":
        return None
    if not KINDS[component.kind].stores or product_of(component.product).agrees:
        return None
    copies = (each.replication for each in topology.architecture.components)
    read_only = any(copy is not None and copy.copy_of == component.id for copy in copies)
    return None if read_only else replication.primary[0]


def _tells_of_reads(topology: Topology, component: Component, hop: Hop) -> bool:
    """Return True for a step that names a replica or the copies, is bound to a place, or comes by what spreads reads."""
    source = topology.components[hop.step.source]
    local = any(call.locality for call in topology.outgoing[source.id] if component.id in call.targets)
    spreads = (
        topology.kind(source.id).role == "balancer" or product_of(source.product).spreads or source.balance is not None
    )
    told = tells_of_copies(hop.step.message) or tells_of_copies(component.why)
    return bool(hop.step.pinned) or local or spreads or told
