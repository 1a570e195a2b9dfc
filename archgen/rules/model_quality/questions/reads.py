"""Reads of a store with a primary: which of its replicas they ask."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archgen.analysis.hops import Hop
from archgen.analysis.topology import Topology
from archgen.model.architecture import Component
from archgen.model.kinds import KINDS
from archgen.model.products import product_of
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed
from archgen.reliability.members import asked_of
from archgen.rules.model_quality.questions.gap import MOST_NAMES, Gap

_TELLS = re.compile(
    r"\b(either|any of|replicas?|cop(?:y|ies)|standbys?|secondar(?:y|ies)|slaves?|readers?)\b", re.IGNORECASE
)
"""Words of a step, or of the reasons for a store, that tell of reads from copies."""


def reads_of_primary_or_copies(topology: Topology) -> Iterator[Gap]:
    """Yield stores whose primary stops reads only if they ask it alone, which nothing tells: any replica counts as read."""
    for component in topology.architecture.components:
        if not _may_be_read_at_primary(topology, component):
            continue
        hops = [hop for hop in topology.hops_to[component.id] if _works(topology, hop)]
        if any(_tells_of_reads(topology, component, hop) for hop in hops):
            continue
        primary = component.replication.primary[0] if component.replication is not None else ""
        lost = Subject("replica", primary)
        reads = [hop for hop in hops if _asks_any(component, hop) and lost not in topology.losses.points[hop.flow]]
        if reads:
            callers = list(dict.fromkeys(hop.step.source for hop in reads))
            flows = tuple(dict.fromkeys(hop.flow for hop in reads))
            others = [replica.id for replica in component.replicas if replica.id != primary]
            named, is_one = listed(first_few(flows, MOST_NAMES)), len(flows) == 1
            yield Gap(
                Subject("component", component.id),
                f"No step declares which replica of {component.id} {listed(first_few(callers, MOST_NAMES))} "
                f"{'reads' if len(callers) == 1 else 'read'}, so any of them counts: if the primary alone is asked, {named} "
                f"{'is' if is_one else 'are'} down with {primary} until a person promotes another",
                f"Name it in the steps: `{callers[0]} -> {primary}` if they read the primary, which follows a failover, or "
                f"`{callers[0]} -> {' | '.join((primary, *others))}` if they read any.",
                flows,
            )


def _may_be_read_at_primary(topology: Topology, component: Component) -> bool:
    """Return True for a store of one's own with one primary, which only people replace, and copies that clients could read."""
    replication = component.replication
    if replication is None or len(replication.primary) != 1 or len(component.replicas) < 2 or component.managed:
        return False
    if not KINDS[component.kind].stores or product_of(component.product).agrees or replication.failover == "automatic":
        return False
    copies = (each.replication for each in topology.architecture.components)
    return not any(copy is not None and copy.copy_of == component.id for copy in copies)


def _works(topology: Topology, hop: Hop) -> bool:
    """Return True for a step of an application that its flow needs: copies and measurements are taken anywhere."""
    kind = topology.kind(hop.step.source)
    return not (hop.optional or kind.protects or kind.observes)


def _asks_any(component: Component, hop: Hop) -> bool:
    calls = (hop.connection,) if hop.connection is not None else ()
    return asked_of(component, hop.access, hop.step.pinned, calls)[0] == "read"


def _tells_of_reads(topology: Topology, component: Component, hop: Hop) -> bool:
    """Return True for a step that names a replica or the copies, is bound to a place, or comes by what spreads reads."""
    source = topology.components[hop.step.source]
    if hop.step.pinned or (hop.connection is not None and hop.connection.locality is not None):
        return True
    if topology.kind(source.id).role == "balancer" or product_of(source.product).spreads or source.balance is not None:
        return True
    return any(_TELLS.search(text or "") for text in (hop.step.message, component.why))
