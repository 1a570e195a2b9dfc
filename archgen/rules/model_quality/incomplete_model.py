"""A fact that would decide another rule is missing from the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archgen.analysis.dns_names import ADDRESS_TYPES, address, lies_under, normalize_name, pointee
from archgen.analysis.hops import encrypted
from archgen.analysis.missing_facts import DEFECTS, OPINIONS, Gap
from archgen.analysis.record_paths import balancer_on_path, components_at_addresses, components_behind
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Connection, Flow, Port
from archgen.model.kinds import KINDS
from archgen.model.products import product_of
from archgen.model.protocols import WEB
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.structure import answers, requests


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each subject that lacks facts, with all missing facts."""
    gaps: dict[Subject, list[Gap]] = {}
    sure: set[Subject] = set()
    for find in (*_SEARCHES, *DEFECTS, *OPINIONS):
        for gap in find(context.topology):
            gaps.setdefault(gap[0], []).append(gap)
            if find not in OPINIONS:
                sure.add(gap[0])
    for subject, missing in gaps.items():
        yield Hit(
            subject=subject,
            message="; ".join(message for _, message, _ in missing),
            flows=_flows(context.topology, subject),
            fix=" ".join(fix for _, _, fix in missing),
            confidence="high" if subject in sure else "medium",
        )


def _flows(facts: Topology, subject: Subject) -> tuple[str, ...]:
    if subject.kind == "component":
        return facts.flows_of[subject.id]
    if subject.kind == "connection":
        return facts.flows_over[subject.id]
    return (subject.id.partition("/")[0],) if subject.kind in ("flow", "step") else ()


def _component(component: Component, message: str, fix: str) -> Gap:
    return Subject("component", component.id), message, fix


def _flowless(facts: Topology) -> Iterator[Gap]:
    if not facts.architecture.flows:
        message = "No flow is declared, so no failure can be simulated"
        yield (
            Subject("model", facts.architecture.id),
            message,
            "Add `flows` with the steps of one request that matters.",
        )


def _requestless(facts: Topology) -> Iterator[Gap]:
    """Flows in which nobody has to call anybody, so that nothing could stop them."""
    for flow, structure in facts.losses.structures.items():
        if not structure.initiators:
            yield (
                Subject("flow", flow),
                f"{flow} has no request that has to succeed, so nothing can be said of what would stop it",
                f"Add to {flow} a request that it cannot do without: outside of `opt`, and without `required: false` at "
                "the step or at its connection.",
            )


def _unasked(facts: Topology) -> Iterator[Gap]:
    """Components that answer in a flow without any part in its requests, so that it is not taken to need them."""
    for flow in facts.architecture.flows:
        askable = {end for request, _ in requests(flow.steps) for end in (request.source, *request.targets)}
        for answer in answers(flow.steps):
            if answer.source not in askable and facts.losses.structures[flow.id].initiators:
                askable.add(answer.source)
                yield (
                    Subject("step", answer.id),
                    f"{answer.source} answers in {flow.id} and no step asks it, so {flow.id} is not taken to need it",
                    f"Add the request before the answer: `{answer.target} -> {answer.source}`.",
                )


def _writers(facts: Topology) -> Iterator[Gap]:
    """Data on several replicas without a word on which of them take writes."""
    for component in facts.architecture.components:
        replication, count = component.replication, len(component.replicas)
        declared = replication is not None and (replication.primary or replication.all_write or replication.copy_of)
        agreed = component.id in facts.coordinators or product_of(component.product).agrees
        asked = KINDS[component.kind].stores and not component.managed and not agreed
        if asked and count > 1 and not declared:
            yield _component(
                component,
                f"{component.id} does not say which of its {count} replicas take writes, so each of them is taken to",
                f"Add `replication` to {component.id}: {{primary: …, failover: …}} or {{writers: all}}.",
            )


def _queues(facts: Topology) -> Iterator[Gap]:
    """Queues on several replicas without a word on whether what waits in them is on more than one."""
    for component in facts.architecture.components:
        count = len(component.replicas)
        declared = component.replication is not None or component.quorum is not None
        agreed = product_of(component.product).agrees
        if component.kind == "queue" and count > 1 and not (declared or agreed or component.managed):
            yield _component(
                component,
                f"{component.id} does not say whether what waits in a queue is on more than one of its {count} replicas: on one "
                "alone, it is stuck or lost with it",
                _QUORUM_QUEUES.format(component.id)
                if component.product == "rabbitmq"
                else _MIRRORED.format(component.id),
            )


_QUORUM_QUEUES = (
    "Add `quorum: majority` to {} for quorum queues, or `replication: {{primary: …, failover: manual}}` where each queue lives "
    "on one replica."
)
_MIRRORED = (
    "Add `replication` to {}: {{writers: all, mode: synchronous}} where each message is on several replicas, or {{primary: …, "
    "failover: …}} where one has them all."
)


def _algorithms(facts: Topology) -> Iterator[Gap]:
    """Balancers with several replicas to choose from that do not say how they choose."""
    for component in facts.architecture.components:
        balance = component.balance
        decided = balance is not None and (balance.algorithm is not None or balance.mode == "active-passive")
        if not KINDS[component.kind].balances or component.kind == "cdn" or component.managed or decided:
            continue
        pools = [
            connection
            for connection in facts.outgoing[component.id]
            if connection.locality is None and _equals(facts, connection) > 1
        ]
        if pools and facts.flows_of[component.id]:
            several = listed(list(dict.fromkeys(target for pool in pools for target in pool.targets)))
            yield _component(
                component,
                f"{component.id} does not say how it chooses among the replicas of {several}",
                f"Add `balance: {{algorithm: …}}` to {component.id}, for example `round-robin`.",
            )


def _equals(facts: Topology, connection: Connection) -> int:
    """Count the replicas that requests could be spread over: of a primary and its copies one takes the writes."""
    stores = {target: facts.components[target].replication for target in connection.targets}
    if any(
        replication is not None and (replication.primary or replication.copy_of in stores)
        for replication in stores.values()
    ):
        return 1
    return _choices(facts, connection)


def _choices(facts: Topology, connection: Connection) -> int:
    """Count the replicas that a caller can tell apart; a shared address counts as one, and so does a provider."""
    targets = [facts.components[target] for target in connection.targets if facts.components[target].kind != "dns"]
    shared = [target.managed or bool(target.cluster and target.cluster.shared_address) for target in targets]
    return sum(1 if is_shared else len(target.replicas) for target, is_shared in zip(targets, shared, strict=True))


def _encryption(facts: Topology) -> Iterator[Gap]:
    """Connections from the internet of which neither the protocol nor `tls` tells whether they are encrypted."""
    for connection in facts.architecture.connections:
        if facts.trust(connection.source) != "internet":
            continue
        open_ = [port.protocol for port in connection.ports if port.redirect is None and encrypted(port) is None]
        if open_ and facts.crosses(connection) is not False:
            yield (
                Subject("connection", connection.id),
                f"{connection.id} does not say whether its {listed(open_)} traffic is encrypted on its way through the "
                "internet",
                f"Add `tls: true` or `tls: false` to {connection.id}.",
            )


def _places(facts: Topology) -> Iterator[Gap]:
    """Components without a host at an end of a plaintext hop, in a flow that is encrypted before it."""
    lost: dict[str, str] = {}
    for hops in facts.hops.values():
        secured = False
        for hop in hops:
            if (
                secured
                and hop.connection is not None
                and hop.port is not None
                and _is_open(facts, hop.connection, hop.port)
            ):
                for end in (hop.connection.source, *hop.connection.targets):
                    lost.setdefault(end, hop.connection.id)
            secured = secured or hop.meaning == "encrypted"
    for component in facts.architecture.components:
        if component.id in lost and facts.hosts and not facts.hosts_of(component.id) and not component.managed:
            yield _component(
                component,
                f"{component.id} doesn't declare where it runs, so {lost[component.id]} may leave a host unencrypted",
                f"Add `runs_on` to {component.id}, or `managed: true` if a provider runs it.",
            )


def _is_open(facts: Topology, connection: Connection, port: Port) -> bool:
    """Return True if a port is unencrypted and the model leaves open if its traffic leaves a host; DNS queries don't count."""
    return facts.meaning(connection, port) == "unknown" and encrypted(port) is False


def _records(facts: Topology) -> Iterator[Gap]:
    """Name servers without records, where a flow goes by a name that no other record is for."""
    names = facts.names
    wanted = [normalize_name(flow.domain) for flow in facts.architecture.flows if flow.domain is not None]
    wanted = [name for name in dict.fromkeys(wanted) if address(name) is None and not names.leads(name)]
    for server in names.servers:
        asked = [name for name in wanted if server.domain is None or lies_under(name, normalize_name(server.domain))]
        if asked and not server.records:
            yield _component(
                server,
                f"{server.id} lists no records, so it is unknown where {listed(asked)} leads",
                f"Add `records: [{{name: {asked[0]}, type: A, value: …}}]` to {server.id}.",
            )


def _addresses(facts: Topology) -> Iterator[Gap]:
    """Name servers whose records hold addresses, where no host declares its own."""
    names = facts.names
    if names.addresses or not facts.hosts:
        return
    for server in names.servers:
        held = [pointee(record) for record in server.records if record.type.upper() in ADDRESS_TYPES]
        held = [value for value in dict.fromkeys(held) if address(value) is not None]
        if held:
            yield _component(
                server,
                f"{server.id} leads to {listed(held)}, and no host declares its address, so it is unknown which host has it",
                f"Add `address` to the host that has {held[0]}, or name the host as the record's value.",
            )


def _domains(facts: Topology) -> Iterator[Gap]:
    """Flows of visitors that do not say by which name they come, where the model has records to hold it against."""
    names = facts.names
    if not any(server.records for server in names.servers):
        return
    for flow in facts.architecture.flows:
        if flow.domain is None and _is_visit(facts, flow):
            past = _leading_past(facts, flow)
            yield (
                Subject("flow", flow.id),
                f"{flow.id} does not say by which name the visitor comes{past or ', so no record can be held against it'}",
                f"Add `domain` to {flow.id}.",
            )


def _leading_past(facts: Topology, flow: Flow) -> str:
    """Name a record that leads past the first balancer of a flow, if none leads to it or to something before it."""
    ways = balancer_on_path(facts, flow.id)
    if ways is None:
        return ""
    before, balancer, behind = ways
    taken = {normalize_name(each.domain) for each in facts.architecture.flows if each.domain is not None}
    addressed = components_at_addresses(facts)
    led = {
        record: components_behind(facts, record, addressed)
        for server in facts.names.servers
        for record in server.records
        if normalize_name(record.name) not in taken
    }
    # a resolver on the path is no aim of a record
    if any(targets & before for targets in led.values()):
        return ""
    for record, targets in led.items():
        target = next((name for name in facts.components if name in targets & behind), None)
        if target is not None:
            return f": {record.name} leads to {target}, past {balancer}"
    return ""


def _is_visit(facts: Topology, flow: Flow) -> bool:
    for hop in facts.hops[flow.id]:
        if facts.kind(hop.step.source).id == "client" and hop.port is not None and hop.port.protocol in WEB:
            return True
    return False


def _intervals(facts: Topology) -> Iterator[Gap]:
    """Backups of a store's one copy that do not say how often they run, where little data may be lost."""
    if facts.architecture.objectives.recovery_point is None:
        return
    for source, backups in facts.backups.items():
        if len(facts.components[source].replicas) == 1 and facts.kind(source).stores:
            for backup in backups:
                if backup.every is None:
                    yield _component(
                        backup,
                        f"{backup.id} doesn't declare how often it copies {source}, so it is unknown if the recovery "
                        "point objective is met",
                        f"Add `every` to {backup.id}, for example `1h`.",
                    )


def _checks(facts: Topology) -> Iterator[Gap]:
    """Balancers with several of one's own replicas to choose from that do not say how they notice a dead one."""
    for component in facts.architecture.components:
        balance = component.balance
        if balance is None or balance.health_check is not None or component.managed:
            continue
        pools = [
            connection
            for connection in facts.outgoing[component.id]
            if connection.locality is None and _choices(facts, connection) > 1
        ]
        if any(facts.flows_over[pool.id] for pool in pools):
            several = listed(list(dict.fromkeys(target for pool in pools for target in pool.targets)))
            yield _component(
                component,
                f"{component.id} does not say how it notices that one of {several} fails",
                f"Add `health_check` to the `balance` of {component.id}, for example `{_check_for(facts, pools)}`.",
            )


def _check_for(facts: Topology, pools: list[Connection]) -> str:
    """Return a check that the first of the targets can answer: the role for a primary, an answer for the web, else a port."""
    stores = [facts.components[target].replication for pool in pools for target in pool.targets]
    if any(replication is not None and replication.primary for replication in stores):
        return "GET /primary"
    return "GET /health" if any(port.protocol in WEB for pool in pools for port in pool.ports) else "TCP connect"


def _lifetimes(facts: Topology) -> Iterator[Gap]:
    """Records that lead to what fails over by DNS and do not say how long their answer is kept."""
    if facts.architecture.objectives.recovery_time is None:
        return
    moved = {
        component.id
        for component in facts.architecture.components
        if component.cluster is not None and component.cluster.address == "dns"
    }
    for server in facts.names.servers:
        for record in server.records:
            if record.ttl is None and pointee(record) in moved:
                yield (
                    Subject("record", record.id),
                    f"{record.id} does not say how long its answer is kept, and {pointee(record)} fails over by DNS",
                    f"Add `ttl` to the record of {record.name}.",
                )


_SEARCHES: tuple[Callable[[Topology], Iterator[Gap]], ...] = (
    _flowless,
    _requestless,
    _unasked,
    _writers,
    _queues,
    _algorithms,
    _encryption,
    _places,
    _records,
    _addresses,
    _domains,
    _intervals,
    _checks,
    _lifetimes,
)


RULE = Rule(
    id="incomplete-model",
    code="MOD010",
    title="Incomplete model",
    severity="info",
    category="model",
    summary="The model lacks a fact that would decide another rule.",
    why=(
        "A fact that isn't in the model is unknown, not false, so a rule that needs it reports nothing. That looks "
        "like praise; this finding says where it isn't."
    ),
    fix="Add the key in the message.",
    limits=(
        "Asks only for facts that would decide a rule of the catalog, and only where that rule applies. The "
        "confidence is medium for facts that rules about good practice need."
    ),
    check=check,
    bad="""\
archgen: 1
name: Where does the name lead, and is the line encrypted?
components:
  user: {kind: client}
  dns: {kind: dns, managed: true}  # finding: incomplete-model
  site: {kind: external-service, managed: true, replicas: 2}
connections:
  user -> site: tcp  # finding: incomplete-model
flows:
  read-page:
    title: A visitor opens a page
    domain: www.foobar.com
    steps:
      - user -> site: GET /
""",
    edits=(
        (
            "name: Where does the name lead, and is the line encrypted?",
            "name: The name leads to the site, and the line is encrypted",
        ),
        (
            "kind: dns, managed: true",
            "kind: dns, managed: true, records: [{name: www.foobar.com, type: A, value: site}]",
        ),
        ("user -> site: tcp", "user -> site: {protocol: tcp, tls: true}"),
    ),
)
