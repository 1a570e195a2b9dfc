"""A fact that would decide another rule is missing from the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.subject import Subject
from archgen.rules.model_quality.questions import balancing, data, dns, encryption, flows, operations, places, reads
from archgen.rules.model_quality.questions.gap import Gap

_DEFECTS: tuple[Callable[[Topology], Iterator[Gap]], ...] = (
    flows.models_without_flow,
    flows.flows_without_request,
    flows.answers_without_request,
    data.stores_without_writers,
    data.queues_without_copies,
    encryption.calls_without_encryption,
    encryption.tunnels_in_words,
    places.components_without_host,
    dns.servers_without_records,
    dns.look_ups_shut_out,
    dns.hosts_without_address,
    dns.records_with_private_address,
    dns.flows_without_domain,
    data.backups_without_interval,
    balancing.balancers_without_check,
    balancing.callers_without_check,
    dns.records_without_ttl,
    dns.sites_without_check,
    operations.misspelled_products,
    data.electors_without_quorum,
    data.brokers_without_controllers,
    data.writers_beyond_product,
    data.writers_without_agreement,
    balancing.balancers_without_stickiness,
    encryption.certificates_without_names,
    places.services_without_zone,
    places.firewalls_beside_path,
    places.calls_past_firewall,
    places.calls_past_router,
    places.clients_without_network,
    places.networks_without_firewall,
    operations.observers_without_sources,
    operations.scrapes_that_firewalls_deny,
    operations.queues_without_reader,
    data.promotions_without_lead,
    data.leases_without_step,
    flows.entries_without_flow,
    flows.waits_for_queues,
    flows.messages_kept_by_nobody,
    flows.alternatives_without_way,
    flows.alternatives_without_step,
    flows.unused_calls,
    flows.stores_without_step,
    operations.monitoring_without_recipients,
    data.promotions_without_promoter,
    data.promotions_of_late_copies,
    data.commits_without_standby,
    data.failovers_without_lag,
    operations.job_starters_without_lease,
    operations.failovers_without_watch,
    operations.names_without_mover,
    data.reads_of_own_copies,
    reads.reads_of_primary_or_copies,
    reads.caches_without_source,
    encryption.encryption_between_hosts,
)
"""The questions about facts whose lack may hide a defect, in the order in which a message lists them."""

_PRACTICES: tuple[Callable[[Topology], Iterator[Gap]], ...] = (
    encryption.certificates_without_expiry,
    operations.deployments_without_rollback,
    encryption.connections_without_credentials,
    operations.entries_without_collection,
)
"""The questions about facts that rules of good practice need."""

_ON_TLS = (
    encryption.calls_without_encryption,
    encryption.tunnels_in_words,
    encryption.certificates_without_names,
    encryption.encryption_between_hosts,
    encryption.certificates_without_expiry,
)
"""The questions that a model with `unknown: [tls]` leaves open."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each subject that lacks facts, with all missing facts."""
    topology = context.topology
    gaps: dict[Subject, list[Gap]] = {}
    left_open = _ON_TLS if "tls" in topology.architecture.unknown else ()
    for question in (each for each in _DEFECTS if each not in left_open):
        for gap in question(topology):
            gaps.setdefault(gap.subject, []).append(gap)
    certain = frozenset(gaps)
    for question in (each for each in _PRACTICES if each not in left_open):
        for gap in question(topology):
            gaps.setdefault(gap.subject, []).append(gap)
    for subject, missing in gaps.items():
        yield Hit(
            subject=subject,
            message=_joined([gap.message for gap in missing]),
            flows=_concerned(topology, subject, missing),
            fix=" ".join(gap.fix for gap in missing),
            confidence="high" if subject in certain else "medium",
        )


def _joined(messages: Sequence[str]) -> str:
    """Return messages as one: what begins with an id goes on after a semicolon, and a sentence stands by itself."""
    joined = "".join(f"{'. ' if each[0].isupper() else '; '}{each}" for each in messages[1:])
    return f"{messages[0]}{joined}"


def _concerned(topology: Topology, subject: Subject, missing: list[Gap]) -> tuple[str, ...]:
    """Return the flows that a fact is missing for: those of the subject, or those that a question names."""
    own = _flows(topology, subject)
    return topology.in_order(flow for gap in missing for flow in (own if gap.flows is None else gap.flows))


def _flows(topology: Topology, subject: Subject) -> tuple[str, ...]:
    if subject.kind == "component":
        return topology.flows_of[subject.id]
    if subject.kind == "connection":
        return topology.flows_over[subject.id]
    return (subject.id.partition("/")[0],) if subject.kind in ("flow", "step") else ()


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
  dns: {kind: dns, managed: true, replicas: 2}  # finding: incomplete-model
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
            "kind: dns, managed: true, replicas: 2",
            "kind: dns, managed: true, replicas: 2, records: [{name: www.foobar.com, type: A, value: site}]",
        ),
        ("user -> site: tcp", "user -> site: {protocol: tcp, tls: true}"),
    ),
)
