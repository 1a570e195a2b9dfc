"""A data store takes connections from an untrusted network, or from a component that no flow needs it for."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.exposure import STORES, stores_reached
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Connection
from archgen.model.subject import Subject
from archgen.model.wording import listed

_BESIDE = ("bastion", "secrets", "client")


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each unneeded or public connection to a store, and for each store on the internet."""
    facts = context.topology
    for component in facts.architecture.components:
        network = facts.network_of(component.id) if component.kind in STORES else None
        if network is not None and network.trust == "internet":
            yield Hit(
                subject=Subject("component", component.id),
                message=f"{component.id} is open to the internet: it runs in {network.id}",
                flows=facts.flows_of[component.id],
                fix="Move it to a private network that only its callers reach.",
            )
    for connection in facts.architecture.connections:
        stores = [target for target in connection.targets if facts.kind(target).id in STORES]
        if stores and connection.source not in stores:
            yield from _judge(facts, connection, stores[0])
        elif facts.trust(connection.source) == "internet":
            yield from _through_proxies(facts, connection)


def _through_proxies(facts: Topology, connection: Connection) -> Iterator[Hit]:
    """Yield a hit for a proxy that passes the connections of visitors on to a store."""
    for store, proxies in stores_reached(facts, connection).items():
        yield Hit(
            subject=Subject("connection", connection.id),
            message=f"{store} takes connections from {connection.source}, which is on the internet, through {listed(proxies)}",
            related=(
                (Subject("component", store), "keeps data"),
                *((Subject("component", proxy), "passes the connections on") for proxy in proxies),
            ),
            flows=facts.flows_over[connection.id],
        )
        return


def _judge(facts: Topology, connection: Connection, store: str) -> Iterator[Hit]:
    if facts.trust(connection.source) == "internet":
        yield Hit(
            subject=Subject("connection", connection.id),
            message=f"{store} takes connections from {connection.source}, which is on the internet",
            related=((Subject("component", store), "keeps data"),),
            flows=facts.flows_over[connection.id],
        )
    elif _is_unneeded(facts, connection, store):
        outgoing = facts.outgoing[connection.source]
        yield Hit(
            subject=Subject("connection", connection.id),
            message=f"{store} takes connections from {connection.source}, but no flow needs them",
            related=((Subject("component", store), "keeps data"),),
            fix=f"Remove the connection and the account behind it, or add the flow that needs {connection.id}.",
            case="unneeded",
            # a flow that ends at the caller leaves out what the caller does inside
            confidence="medium" if any(facts.flows_over[call.id] for call in outgoing) else "low",
        )


def _is_unneeded(facts: Topology, connection: Connection, store: str) -> bool:
    """Return True if both ends stand on flows, none goes over the connection, and it carries requests."""
    used = facts.flows_of[connection.source] and facts.flows_of[store]
    return bool(used) and not facts.flows_over[connection.id] and not _works_beside(facts, connection, store)


def _works_beside(facts: Topology, connection: Connection, store: str) -> bool:
    """Return True if the connection carries no request: it observes, copies data, promotes, or asks who leads."""
    source = facts.components[connection.source]
    kind = facts.kind(source.id)
    if kind.observes or kind.protects or kind.id in _BESIDE or store in facts.coordinators:
        return True
    replication = facts.components[store].replication
    promotes = replication is not None and replication.by == source.id
    return promotes or _copies(source, store) or _copies(facts.components[store], source.id)


def _copies(component: Component, store: str) -> bool:
    return component.replication is not None and component.replication.copy_of == store


RULE = Rule(
    id="exposed-database",
    code="SEC006",
    title="Exposed database",
    severity="error",
    cases=(("unneeded", "warning"),),
    category="security",
    summary="A data store takes connections from an untrusted network, or from a component that no flow needs it for.",
    why=(
        "Databases on the internet are found within hours, and copied or encrypted for ransom soon after. Inside the "
        "system, an attacker who takes over a component can reach all data that the component may ask for, so only "
        "components that need a store should reach it."
    ),
    fix="Let only the applications reach it, over a private network; give visitors an application to talk to.",
    limits=(
        "Skips object storage, which often serves visitors by design, and brokers behind a proxy. Follows proxies that pass "
        "on the same protocol, other than that of the web. Reports a connection that no flow uses as a "
        "warning, at low confidence if no flow shows which components the caller calls. Doesn't check connections "
        "with an end that is on no flow, nor those between a store and its copies, nor those of components that "
        "promote, monitor or back up a store, or ask it for its leader."
    ),
    references=(("CWE-668, Exposure of Resource to Wrong Sphere", "https://cwe.mitre.org/data/definitions/668.html"),),
    check=check,
    bad="""\
archgen: 1
name: The visitor asks the database
components:
  user: {kind: client}
  mysql: {kind: database, managed: true, replicas: 2}
connections:
  user -> mysql: {protocol: mysql, tls: true}  # finding: exposed-database
flows:
  report:
    title: The report
    access: read
    steps:
      - user -> mysql: SELECT
""",
    edits=(
        ("name: The visitor asks the database", "name: The application asks the database"),
        (
            "user: {kind: client}",
            "user: {kind: client}\n  api: {kind: service, managed: true, replicas: 2}",
        ),
        (
            "  user -> mysql: {protocol: mysql, tls: true}  # finding: exposed-database",
            "  user -> api: https\n  api -> mysql: {protocol: mysql, tls: true}",
        ),
        (
            "      - user -> mysql: SELECT",
            "      - user -> api: GET /report\n      - api -> mysql: SELECT",
        ),
    ),
)
