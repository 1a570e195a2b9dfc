"""Facts that a model leaves out, and that a rule of the catalogue needs.

Each search yields the subject that lacks a fact, the consequence, and the key to add.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archgen.analysis.balancing import is_sticky
from archgen.analysis.encryption import undeclared_between_hosts
from archgen.analysis.exposure import STORES, is_unused_call
from archgen.analysis.hops import encrypted
from archgen.analysis.monitoring import collection_of
from archgen.analysis.product_names import KNOWN, meant_product
from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Managed
from archgen.model.durations import spell_duration
from archgen.model.kinds import KINDS
from archgen.model.products import product_of, scope_of
from archgen.model.protocols import PROTOCOLS
from archgen.model.steps import Answer
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed
from archgen.reliability.members import keeps_lease, quorum_of
from archgen.reliability.structure import connections_under
from archgen.reliability.waiting import kept_in

Gap = tuple[Subject, str, str]

_NAMED = 6
"""Names that a question lists; the others are counted."""


def writers_without_agreement(topology: Topology) -> Iterator[Gap]:
    """Yield stores with several writers whose agreement isn't declared (`conflicting-writers`)."""
    for component in topology.architecture.components:
        replication = component.replication
        if (
            replication is None
            or replication.mode
            or replication.conflicts
            or quorum_of(component)
            or component.managed
        ):
            continue
        writers = [replica.id for replica in component.replicas] if replication.all_write else list(replication.primary)
        if len(writers) > 1 and topology.kind(component.id).stores and _is_written(topology, component.id):
            yield (
                Subject("component", component.id),
                f"{component.id} does not say how {listed(writers)}, which all take writes, copy to each other",
                f"Add `mode: synchronous`, or `mode: asynchronous` and `conflicts`, to the `replication` of {component.id}.",
            )


def _is_written(topology: Topology, component: str) -> bool:
    hops = (hop for flow in topology.flows_of[component] for hop in topology.hops[flow])
    return any(component in hop.targets and hop.access != "read" for hop in hops)


def balancers_without_stickiness(topology: Topology) -> Iterator[Gap]:
    """Yield managed balancers in front of servers that keep data of a visitor (`server-bound-sessions`)."""
    for component in topology.architecture.components:
        if not component.managed or not KINDS[component.kind].balances:
            continue
        if component.balance is not None and is_sticky(component.balance) is not None:
            continue
        targets = [
            topology.components[name]
            for connection in topology.outgoing[component.id]
            if connection.locality is None
            for name in connection.targets
        ]
        keeping = [
            target.id for target in targets if len(target.replicas) > 1 and "local" in (target.sessions, target.uploads)
        ]
        if keeping:
            yield (
                Subject("component", component.id),
                f"{component.id} does not say whether a visitor comes back to the same replica of {listed(keeping)}, which "
                "keeps something of him",
                f"Add `balance: {{stickiness: …}}` to {component.id}, for example `cookie` or `false`.",
            )


def certificates_without_expiry(topology: Topology) -> Iterator[Gap]:
    """Yield certificates without an expiry date, where another has one (`certificate-mismatch`)."""
    dated = any(certificate.expires for certificate in topology.architecture.certificates)
    for certificate in topology.architecture.certificates:
        if certificate.expires is None and dated:
            yield (
                Subject("certificate", certificate.id),
                f"{certificate.id} has no expiry date, so archgen can't warn before it expires",
                f"Add `expires` to the certificate {certificate.id}.",
            )


def certificates_without_names(topology: Topology) -> Iterator[Gap]:
    """Yield certificates without names, where flows have domains (`certificate-mismatch`)."""
    domains = [flow.domain for flow in topology.architecture.flows if flow.domain]
    for certificate in topology.architecture.certificates:
        if not certificate.names and certificate.installed_on and domains:
            yield (
                Subject("certificate", certificate.id),
                f"{certificate.id} does not say for which names it is, so {domains[0]} cannot be held against it",
                f"Add `names` to the certificate {certificate.id}.",
            )


def deployments_without_rollback(topology: Topology) -> Iterator[Gap]:
    """Yield components with a deployment method and no rollback (`missing-rollback`)."""
    for component in topology.architecture.components:
        if component.deploy not in (None, "blue-green") and component.rollback is None:
            yield (
                Subject("component", component.id),
                f"{component.id} does not say how the version before comes back",
                f"Add `rollback` to {component.id}, or `rollback: false` where it cannot.",
            )


def connections_without_credentials(topology: Topology) -> Iterator[Gap]:
    """Yield connections without credentials to a store that has others with them (`shared-credentials`)."""
    declared = {target for call in topology.architecture.connections if call.credentials for target in call.targets}
    calls = {
        call.id: call
        for component in topology.components
        if component in declared
        for call in topology.incoming[component]
    }
    for call in calls.values():
        if call.credentials is None and call.authentication is None and topology.kind(call.source).id != "client":
            yield (
                Subject("connection", call.id),
                f"{call.id} does not say with which account {call.source} signs in, and others do",
                f"Add `credentials` with the name of the account to {call.id}.",
            )


def entries_without_collection(topology: Topology) -> Iterator[Gap]:
    """Yield public entries whose observers don't declare what they collect (`missing-logs`, `unmeasured-requests`)."""
    for name in topology.entries:
        taken = None if topology.components[name].managed else collection_of(topology, name)
        if taken is not None and (taken.logs is None or (taken.requests is None and not _is_counted(topology, name))):
            yield (
                Subject("component", name),
                f"{listed(taken.observers)} does not say whether the logs of {name} are collected and its requests counted",
                f"Add `collects: [{{from: {name}, what: …, measures: …}}]` to {taken.observers[0]}.",
            )


def _is_counted(topology: Topology, entry: str) -> bool:
    """Return True if another component of every flow through an entry counts its requests."""
    return all(
        any(_counts(topology, target) for hop in topology.hops[flow] for target in hop.step.targets)
        for flow in topology.entries[entry]
    )


def _counts(topology: Topology, component: str) -> bool:
    taken = collection_of(topology, component) if topology.kind(component).entry else None
    return taken is not None and taken.requests is True


def services_without_zone(topology: Topology) -> Iterator[Gap]:
    """Yield managed services of one zone or region that don't say which, where there is a choice (`single-zone`)."""
    kinds = {zone.id: zone.kind for zone in topology.architecture.zones}
    zonal = [zone for zone, kind in kinds.items() if kind in ("availability-zone", "datacenter")]
    regions = [zone for zone, kind in kinds.items() if kind == "region"]
    choices = {"zonal": zonal, "regional": regions}
    for component in topology.architecture.components:
        places = choices.get(scope_of(component) or "", [])
        single = len(component.replicas) == 1 and not component.replicas[0].hosts
        if single and len(places) > 1 and topology.flows_of[component.id] and not _has_zone(component):
            yield (
                Subject("component", component.id),
                f"{component.id} does not say where its provider runs it, so it survives the loss of "
                f"{listed(first_few(places, _NAMED), 'or')} in every analysis",
                f"Add `managed: {{zone: …}}` with its {kinds[places[0]].replace('-', ' ')} to {component.id}.",
            )


def clients_without_network(topology: Topology) -> Iterator[Gap]:
    """Yield clients of no network that call into private networks, where nobody on the internet can."""
    for client, networks in topology.insiders.items():
        where = networks[0]
        yield (
            Subject("component", client),
            f"{client} does not say where it is, and calls into the private {'network' if len(networks) == 1 else 'networks'} "
            f"{listed(networks)}, which the internet can't",
            f"Add `network: {where}` to {client} if it is inside, in an office or over a VPN; else give what it reaches a "
            "network with `trust: dmz`.",
        )


def observers_without_sources(topology: Topology) -> Iterator[Gap]:
    """Yield agents and collectors of which nothing says what they collect from (`unmonitored`)."""
    for observer in topology.observers_of_unknown_reach:
        yield (
            Subject("component", observer),
            f"{observer} does not say what it collects from, so archgen can't tell what is not monitored",
            f"Add `collects: [{{from: […], what: [metrics, logs]}}]` to {observer}.",
        )


def leases_without_step(topology: Topology) -> Iterator[Gap]:
    """Yield PostgreSQL that something with a lease promotes, where no flow that writes asks for the lease: without one it stops."""
    for component in topology.architecture.components:
        by = component.replication.by if component.replication is not None else None
        if by not in topology.components or not keeps_lease(component, topology.components[by]):
            continue
        flows = [flow for flow in topology.flows_of[component.id] if _writes(topology, flow, component.id)]
        if flows and not topology.states_lease(component.id, by):
            yield (
                Subject("component", component.id),
                f"No flow says that {component.id} keeps a lease in {by}, so its writes survive the loss of {by} in every analysis, "
                "and the primary of Patroni steps down then",
                f"Add the step `{component.id} -> {by}: the lease` to {listed(first_few(flows, _NAMED))}, and the connection.",
            )


def _writes(topology: Topology, flow: str, component: str) -> bool:
    return any(component in hop.targets and hop.access != "read" for hop in topology.hops[flow])


def entries_without_flow(topology: Topology) -> Iterator[Gap]:
    """Yield the model if clients call components that no flow goes through, so that nothing is known of their failures."""
    calls = [
        call.id
        for call in topology.architecture.connections
        if topology.kind(call.source).id == "client"
        and not any(topology.flows_of[target] or topology.kind(target).id == "dns" for target in call.targets)
    ]
    if calls and any(topology.hops.values()):
        yield (
            Subject("model", topology.architecture.id),
            f"No flow begins with {listed(first_few(calls, _NAMED))}, so nothing tells what would stop "
            f"{'it' if len(calls) == 1 else 'them'}",
            "Add a flow for each request of a client that matters.",
        )


def waits_for_queues(topology: Topology) -> Iterator[Gap]:
    """Yield the connections that take from a queue what a flow put there, where nothing says whether the flow waits for it."""
    asked: dict[str, tuple[str, str, Answer | None]] = {}
    for flow, taken in topology.losses.takers.items():
        for request in taken:
            connections = connections_under(topology.index, request)
            answer = topology.losses.answered[flow].get(request.id)
            asked.setdefault(connections[0].id, (kept_in(topology.index, request), flow, answer))
    for connection, (queue, name, answer) in asked.items():
        done = f" after {answer.source} --> {answer.target}: an answer alone doesn't end the wait" if answer else ""
        yield (
            Subject("connection", connection),
            f"{connection} does not say whether {name} waits for what {queue} passes on{done}, so {name} is taken to wait",
            f"Add `async: true` to {connection} if {queue} keeps what is sent and it is done later, else `async: false`.",
        )


def _has_zone(component: Component) -> bool:
    return isinstance(component.managed, Managed) and component.managed.zone is not None


def misspelled_products(topology: Topology) -> Iterator[Gap]:
    """Yield components whose product is none that archgen knows, and nearly one that it does."""
    for component in topology.architecture.components:
        meant = meant_product(component.product) if component.product is not None else None
        if meant is not None:
            yield (
                Subject("component", component.id),
                f"archgen doesn't know the product `{component.product}` of {component.id}",
                f"Did you mean `product: {meant}`? Its icon, quorum and end of support then count.",
            )


def electors_without_quorum(topology: Topology) -> Iterator[Gap]:
    """Yield stores that elect a primary by agreement, without a product or quorum that says how many it takes."""
    for component in topology.architecture.components:
        known = (component.product or "").casefold() in KNOWN
        if (
            component.id in topology.coordinators
            and not known
            and KINDS[component.kind].stores
            and not component.managed
        ):
            count = len(component.replicas)
            if count > 1 and component.quorum is None:
                yield (
                    Subject("component", component.id),
                    f"{component.id} elects a primary, and doesn't say how many of its {count} replicas that takes, so one is "
                    "taken to be enough",
                    f"Add `product` to {component.id}, such as `etcd`, or `quorum: majority`.",
                )


def unused_calls(topology: Topology) -> Iterator[Gap]:
    """Yield calls of a store in no flow, though flows show what else the caller calls (`exposed-database`)."""
    for connection in topology.architecture.connections:
        outgoing = topology.outgoing[connection.source]
        if topology.kind(connection.source).id == "client" or not any(
            topology.flows_over[call.id] for call in outgoing
        ):
            continue
        stores = [target for target in connection.targets if topology.kind(target).id in STORES]
        if stores and connection.source not in stores and is_unused_call(topology, connection, stores[0]):
            yield (
                Subject("connection", connection.id),
                f"No flow shows what {connection.source} needs {stores[0]} for",
                f"Add the flow that goes over {connection.id}, or remove the connection and the account behind it.",
            )


def promotions_without_promoter(topology: Topology) -> Iterator[Gap]:
    """Yield replicated stores with automatic failover that don't say what decides it (`single-writer-database`)."""
    for component in topology.architecture.components:
        replication = component.replication
        decided = component.quorum is not None or product_of(component.product).agrees or component.managed
        if replication is None or decided or replication.by is not None or not KINDS[component.kind].stores:
            continue
        # a pair that decides for itself is `two-node-election`
        if replication.primary and replication.failover == "automatic" and len(component.replicas) > 2:
            yield (
                Subject("component", component.id),
                f"{component.id} does not say what promotes a replica, so its failover works in every analysis",
                f"Add `by` to the `replication` of {component.id}: the component that decides, such as etcd or Sentinel.",
            )


def failovers_without_lag(topology: Topology) -> Iterator[Gap]:
    """Yield asynchronous stores that don't say how many confirmed writes a failover loses (`recovery-point-missed`)."""
    objective = topology.architecture.objectives.recovery_point
    if objective is None or not 1.0 <= objective <= _SHORT:
        return
    for component in topology.architecture.components:
        replication = component.replication
        if replication is None or replication.mode != "asynchronous" or replication.lag is not None:
            continue
        stored = KINDS[component.kind].stores and not component.managed and _is_written(topology, component.id)
        if replication.primary and len(component.replicas) > 1 and stored:
            yield (
                Subject("component", component.id),
                f"A failover of {component.id} loses what {listed(replication.primary)} has confirmed and no replica has yet "
                f"(asynchronous), and nothing says if that is less than {spell_duration(objective)}",
                f"Add `lag` to the `replication` of {component.id}: how far the replica that takes over may be behind.",
            )


_SHORT = 900.0
"""The longest recovery point objective, a quarter of an hour, that replicas at work may miss without being broken."""


def encryption_between_hosts(topology: Topology) -> Iterator[Gap]:
    """Yield the first connection between hosts of which neither protocol nor `tls` says if it is encrypted, for all of them."""
    calls = undeclared_between_hosts(topology)
    if calls:
        protocols = dict.fromkeys(port.protocol for call in calls for port in call.ports if encrypted(port) is None)
        names = first_few([call.id for call in calls], _NAMED)
        yield (
            Subject("connection", calls[0].id),
            f"{listed(names)} {'does' if len(calls) == 1 else 'do'} not say whether "
            f"{'its' if len(calls) == 1 else 'their'} {listed([PROTOCOLS[each].title for each in protocols])} traffic is "
            "encrypted between hosts",
            "Add `tls: true` (also where a service mesh encrypts) or `tls: false`.",
        )


_NAMED = 3
"""The connections that a question names; the others are counted."""

OPINIONS: tuple[Callable[[Topology], Iterator[Gap]], ...] = (
    certificates_without_expiry,
    deployments_without_rollback,
    connections_without_credentials,
    entries_without_collection,
)
"""The searches that rules of practice need."""

DEFECTS: tuple[Callable[[Topology], Iterator[Gap]], ...] = (
    misspelled_products,
    electors_without_quorum,
    writers_without_agreement,
    balancers_without_stickiness,
    certificates_without_names,
    services_without_zone,
    clients_without_network,
    observers_without_sources,
    leases_without_step,
    entries_without_flow,
    waits_for_queues,
    unused_calls,
    promotions_without_promoter,
    failovers_without_lag,
    encryption_between_hosts,
)
"""The searches for topology that may hide a defect."""
