"""Facts of practice that a model leaves out, where a rule of the catalogue would be decided by them.

Each search yields what lacks a fact, what follows from that, and which key to add.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archgen.analysis.balancing import keeps
from archgen.analysis.monitoring import collected
from archgen.analysis.topology import Topology
from archgen.model.kinds import KINDS
from archgen.model.subject import Subject
from archgen.model.wording import listed

Gap = tuple[Subject, str, str]


def deciding(facts: Topology) -> Iterator[Gap]:
    """Several writers of which nobody says how they agree (`conflicting-writers`)."""
    for component in facts.architecture.components:
        said = component.replication
        if said is None or said.mode or said.conflicts or component.quorum or component.managed:
            continue
        writers = [one.id for one in component.replicas] if said.all_write else list(said.primary)
        if len(writers) > 1 and facts.kind(component.id).stores and _is_written(facts, component.id):
            yield (
                Subject("component", component.id),
                f"{component.id} does not say how {listed(writers)}, which all take writes, copy to each other",
                f"Add `mode: synchronous`, or `mode: asynchronous` and `conflicts`, to the `replication` of {component.id}.",
            )


def _is_written(facts: Topology, component: str) -> bool:
    hops = (hop for flow in facts.flows_of[component] for hop in facts.hops[flow])
    return any(component in hop.targets and hop.access != "read" for hop in hops)


def returning(facts: Topology) -> Iterator[Gap]:
    """Balancers that others run, before servers that keep something of a visitor (`server-bound-sessions`)."""
    for component in facts.architecture.components:
        if not component.managed or not KINDS[component.kind].balances:
            continue
        if component.balance is not None and keeps(component.balance) is not None:
            continue
        targets = [
            facts.components[one]
            for connection in facts.outgoing[component.id]
            if connection.locality is None
            for one in connection.targets
        ]
        keeping = [one.id for one in targets if len(one.replicas) > 1 and "local" in (one.sessions, one.uploads)]
        if keeping:
            yield (
                Subject("component", component.id),
                f"{component.id} does not say whether a visitor comes back to the same replica of {listed(keeping)}, which "
                "keeps something of him",
                f"Add `balance: {{stickiness: …}}` to {component.id}, for example `cookie` or `false`.",
            )


def dating(facts: Topology) -> Iterator[Gap]:
    """Certificates without a last day, where another has one (`certificate-mismatch`)."""
    dated = any(one.expires for one in facts.architecture.certificates)
    for one in facts.architecture.certificates:
        if one.expires is None and dated:
            yield (
                Subject("certificate", one.id),
                f"{one.id} does not say when it runs out, so nobody is warned before",
                f"Add `expires` to the certificate {one.id}.",
            )


def naming(facts: Topology) -> Iterator[Gap]:
    """Certificates that name nobody, shown to visitors who come by a name (`certificate-mismatch`)."""
    domains = [flow.domain for flow in facts.architecture.flows if flow.domain]
    for one in facts.architecture.certificates:
        if not one.names and one.installed_on and domains:
            yield (
                Subject("certificate", one.id),
                f"{one.id} does not say for which names it is, so {domains[0]} cannot be held against it",
                f"Add `names` to the certificate {one.id}.",
            )


def going_back(facts: Topology) -> Iterator[Gap]:
    """Components that say how a version goes live and not how it is taken back (`missing-rollback`)."""
    for component in facts.architecture.components:
        if component.deploy not in (None, "blue-green") and component.rollback is None:
            yield (
                Subject("component", component.id),
                f"{component.id} does not say how the version before comes back",
                f"Add `rollback` to {component.id}, or `rollback: false` where it cannot.",
            )


def signing_in(facts: Topology) -> Iterator[Gap]:
    """Callers of a store without an account, where others of its callers state theirs (`shared-credentials`)."""
    stated = {target for one in facts.architecture.connections if one.credentials for target in one.targets}
    calls = {
        call.id: call for component in facts.components if component in stated for call in facts.incoming[component]
    }
    for one in calls.values():
        if one.credentials is None and one.authentication is None and facts.kind(one.source).id != "client":
            yield (
                Subject("connection", one.id),
                f"{one.id} does not say with which account {one.source} signs in, and others do",
                f"Add `credentials` with the name of the account to {one.id}.",
            )


def collecting(facts: Topology) -> Iterator[Gap]:
    """Observers of a public entry that do not say what they take (`missing-logs`, `unmeasured-requests`)."""
    for name in facts.entries:
        taken = None if facts.components[name].managed else collected(facts, name)
        if taken is not None and (taken.logs is None or (taken.requests is None and not _is_counted(facts, name))):
            yield (
                Subject("component", name),
                f"nobody can tell whether {listed(taken.observers)} takes the logs of {name} and counts its requests",
                f"Add `collects: [{{from: {name}, what: …, measures: …}}]` to {taken.observers[0]}.",
            )


def _is_counted(facts: Topology, entry: str) -> bool:
    """Whether requests to an entry are counted by another part of every flow that comes to it."""
    return all(
        any(_counts(facts, one) for hop in facts.hops[flow] for one in hop.step.targets)
        for flow in facts.entries[entry]
    )


def _counts(facts: Topology, component: str) -> bool:
    taken = collected(facts, component) if facts.kind(component).entry else None
    return taken is not None and taken.requests is True


OPINIONS: tuple[Callable[[Topology], Iterator[Gap]], ...] = (dating, going_back, signing_in, collecting)
"""Those that only rules of taste ask for."""

DEFECTS: tuple[Callable[[Topology], Iterator[Gap]], ...] = (deciding, returning, naming)
"""Those that a defect may hide behind."""
