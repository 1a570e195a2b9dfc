"""What fixes leave to the owner of a model: what has to be done before them, and what they need and can't write."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.checked_model import BrokenModel, Model
from archgen.model.wording import listed
from archgen.report.what_if.comparison import ask_for_account, opened_to_network, what_leads_callers


def missing_words(before: Model, after: Model) -> Iterator[str]:
    """Yield what fixes need and can't write: the address that moves, and what leads callers of a store to its new primary."""
    if isinstance(before, BrokenModel) or isinstance(after, BrokenModel):
        return
    facts = after.topology
    yield from _missing_addresses(before.topology, facts)
    for component in facts.architecture.components:
        old = before.topology.components.get(component.id)
        leading = what_leads_callers(old, facts.architecture, component) if old is not None else ""
        if leading:
            callers = dict.fromkeys(call.source for call in facts.incoming[component.id] if facts.flows_over[call.id])
            if callers:
                yield f"add what leads {listed([*callers])} to the new primary of {component.id}: {leading}"


def _missing_addresses(before: Topology, after: Topology) -> Iterator[str]:
    """Yield the address that a new pair needs, which only its owner knows."""
    names = []
    for component in after.architecture.components:
        old, cluster = before.components.get(component.id), component.cluster
        if old is not None and old.cluster is None and cluster is not None and cluster.by == "vrrp":
            names += [component.id] if cluster.shared_address is None and cluster.address is None else []
    if names:
        yield f"add the address that moves to the `cluster` of {listed(names)}: `address: {{shared: …}}`"


def words_to_do_first(before: Model, after: Model) -> Iterator[str]:
    """Yield what has to be done before the fixes: to ask for accounts what they let other machines reach."""
    if not isinstance(before, BrokenModel) and not isinstance(after, BrokenModel):
        for name, callers in opened_to_network(before.topology, after.topology).items():
            yield ask_for_account(name, callers)
