"""A data store takes connections from an untrusted network, or directly from people inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archgen.analysis.access.opened_stores import OpeningRule, opening_rules
from archgen.analysis.encryption import clear_ports
from archgen.analysis.exposure import (
    DEVICES,
    EXCHANGE,
    LDAP,
    STORES,
    is_directory,
    past_application,
    stores_reached,
)
from archgen.analysis.firewalls import EVERYWHERE, port_number
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Connection, FirewallRule
from archgen.model.change import Change, Put, Remove
from archgen.model.firewall_ports import plain_number
from archgen.model.kinds import QUEUES
from archgen.model.products import product_name
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each public connection to a store, each past the applications, and each store on the internet."""
    facts = context.topology
    for component in facts.of_kinds(STORES):
        network = facts.network_of(component.id)
        if network is not None and network.trust == "internet":
            yield Hit(
                subject=Subject("component", component.id),
                message=f"{component.id} is open to the internet: it runs in {network.id}",
                flows=facts.flows_of[component.id],
                fix="Move it to a private network that only its callers reach.",
            )
    for connection in facts.calls_to(_ASKED):
        stores = _stores(facts, connection)
        # its own copies are no outsiders
        if stores and connection.source not in stores:
            yield from _judge(facts, connection, stores[0])
    for connection in facts.calls_from_outside:
        if not _stores(facts, connection) and not _is_denied(facts, connection):
            yield from _through_proxies(facts, connection)
    yield from _opened(facts)


_ASKED = (*STORES, "identity-provider")
"""The kinds of stores, and of directories of accounts among others."""


def _stores(facts: Topology, connection: Connection) -> list[str]:
    """Return the data stores that a connection leads to, and the directories of accounts that it asks over their own protocol."""
    return [
        target for target in connection.targets if facts.kind(target).id in STORES or _asks(facts, connection, target)
    ]


def _asks(facts: Topology, connection: Connection, target: str) -> bool:
    return is_directory(facts, target) and any(port.protocol in LDAP for port in connection.ports)


def _is_denied(facts: Topology, connection: Connection) -> bool:
    """Return True if a firewall lets none of a connection in, which is a contradiction of the model's."""
    return all(facts.is_denied(connection, target) for target in connection.targets)


def _opened(facts: Topology) -> Iterator[Hit]:
    """Yield a hit for each firewall with rules that let outsiders, people or a DMZ in to a store that none of them calls."""
    for firewall, rules in opening_rules(facts):
        doors: dict[str, dict[str, None]] = {}
        for source, target in (pair for rule in rules for pair in rule.opened):
            doors.setdefault(target, {})[source] = None
        stores: dict[str, list[str]] = {}
        for target, sources in doors.items():
            stores.setdefault(_sides(sources), []).append(target)
        let_in = [f"{sides} in to {listed(targets)}" for sides, targets in stores.items()]
        afar = [*dict.fromkeys(caller for rule in rules for caller in rule.afar)]
        needed = f"only {listed(afar)} {'needs' if len(afar) == 1 else 'need'} it" if afar else "no connection needs it"
        is_named = any(rule.names_port for rule in rules)
        yield Hit(
            subject=Subject("component", firewall.id),
            message=f"{firewall.id} lets {listed(let_in)}, and {needed}",
            related=tuple((Subject("component", target), "keeps data") for target in doors),
            flows=facts.flows_through(doors),
            fix=_narrow(firewall.id, afar, any(rule.is_needed for rule in rules)),
            case=None if is_named else "rule",
            confidence="high" if is_named else "medium",
        )


def _narrow(firewall: str, afar: list[str], is_needed: bool) -> str:
    if afar:
        return f"Name {listed(afar)} in `from` of the rule of {firewall}, by the addresses or the network, instead of the internet."
    if is_needed:
        return (
            f"Narrow the rules of {firewall} to the calls that need them (`from`, `to`, `ports`), or add the connection and the flow that "
            "need it."
        )
    return f"Remove the rule from {firewall}, or add the connection and the flow that need it."


def _sides(sources: Iterable[str]) -> str:
    return listed(["the internet" if source == "internet" else source for source in sources])


def _through_proxies(facts: Topology, connection: Connection) -> Iterator[Hit]:
    """Yield a hit for a proxy that passes the connections of visitors on to a store."""
    for store, proxies in stores_reached(facts, connection).items():
        last = [call for call in facts.incoming[store] if call.source == proxies[-1]]
        if connection.authentication is not False and all(_is_for_partners(facts, call, store) for call in last):
            continue
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
        if not (
            facts.is_denied(connection, store)
            # `exposed-admin` reports these, which aren't the store's
            or all(port.admin for port in connection.ports)
            or _is_for_devices(facts, connection, store)
            or _is_for_partners(facts, connection, store)
        ):
            if _is_public_by_design(facts, connection, store):
                yield from _unauthorized(facts, connection, store)
                return
            yield Hit(
                subject=Subject("connection", connection.id),
                message=f"{store} takes connections from {connection.source}, which is on the internet",
                related=((Subject("component", store), "keeps data"),),
                flows=facts.flows_over[connection.id],
            )
    elif (past := past_application(facts, connection)) is not None:
        clear = " in plaintext" if clear_ports(connection) else ""
        yield Hit(
            subject=Subject("connection", connection.id),
            message=f"{past} takes connections{clear} from {connection.source} itself, but no flow needs them",
            related=((Subject("component", past), "keeps data"),),
            fix=_PAST.format(connection.source),
            case="past",
            confidence="medium",
        )


_PAST = (
    "Give {} an application to talk to and remove the connection and the account behind it, let administrators in through a "
    "bastion host, or add the flow that needs the connection."
)


def _is_for_devices(facts: Topology, connection: Connection, store: str) -> bool:
    """Return True for a broker that is reached in the protocols of devices, which are anywhere."""
    return facts.kind(store).id in QUEUES and all(port.protocol in DEVICES for port in connection.ports)


def _is_public_by_design(facts: Topology, connection: Connection, store: str) -> bool:
    """Return True for a provider's store that browsers and devices call over its public API, encrypted, each as itself."""
    component = facts.components[store]
    open_to_all = component.managed and product_name(component.product) in _PUBLIC_APIS
    return bool(open_to_all) and not clear_ports(connection) and connection.authentication is not False


def _unauthorized(facts: Topology, connection: Connection, store: str) -> Iterator[Hit]:
    """Yield a hit for a public API if nothing is declared by which its callers sign in."""
    if connection.authentication is None:
        yield Hit(
            subject=Subject("connection", connection.id),
            message=f"{connection.source} calls {store} itself over the internet, and nothing says how it signs in",
            related=((Subject("component", store), "keeps data"),),
            flows=facts.flows_over[connection.id],
            fix=(
                "Declare how each caller signs in (`authentication: signed token`), and let the rules of the store say what each may read "
                "and write."
            ),
            case="api",
            confidence="medium",
        )


_PUBLIC_APIS = ("dynamodb", "firestore", "cosmos-db", "kinesis", "sqs", "sns", "pubsub", "event-grid", "iot-hub")
"""Products with a public API that authorizes each caller, which browsers and devices may call."""


def _is_for_partners(facts: Topology, connection: Connection, store: str) -> bool:
    """Return True for files that others fetch and leave over SFTP or FTP, which servers are there for, with an account.

    `missing-tls` reports FTP in plaintext.
    """
    files = facts.kind(store).id == "file-storage" and connection.authentication is not False
    return files and all(port.protocol in EXCHANGE for port in connection.ports)


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Without the rules that no connection needs, or without what they open too much; none where one is left."""
    facts = context.topology
    rules = next((rules for firewall, rules in opening_rules(facts) if firewall.id == hit.subject.id), ())
    own = facts.components[hit.subject.id].rules if hit.subject.kind == "component" else ()
    # the last one first, so that the places of the others stay what they are
    closing = [_without(facts, hit.subject.id, own[rule.at], rule) for rule in reversed(rules)]
    return tuple(change for changes in closing for change in changes) if all(closing) else ()


def _without(facts: Topology, firewall: str, rule: FirewallRule, opening: OpeningRule) -> list[Change]:
    """Return what closes a rule's stores: its removal, or that of the internet from its sources or of the stores from its targets."""
    path = ("components", firewall, "rules", opening.at)
    if opening.afar:
        return []
    if not opening.is_needed:
        return [Remove(path)]
    named = [source for source in rule.sources if source not in EVERYWHERE]
    if not opening.takes_visitors:
        is_open = all(source == "internet" for source, _ in opening.opened)
        return [Put((*path, "from"), named)] if is_open else []
    stores = {name for _, target in opening.opened for name in (target, f"component:{target}")}
    others = [target for target in rule.targets if target not in stores]
    closed = all(facts.firewalls.places(target).isdisjoint(others) for _, target in opening.opened)
    if not others or not closed or named:
        return []
    of_stores = _ports_of(facts, {target for _, target in opening.opened})
    of_others = _ports_of(
        facts, (name for name in facts.components if facts.firewalls.places(name).intersection(others))
    )
    void = {str(number) for number in of_stores - of_others}
    left = [int(text) if text.isdigit() else text for text in rule.ports if plain_number(text) not in void]
    narrowed = [Put((*path, "ports"), left)] if left and len(left) < len(rule.ports) else []
    return [Put((*path, "to"), others), *narrowed]


def _ports_of(facts: Topology, components: Iterable[str]) -> set[int | None]:
    return {port_number(port) for name in components for call in facts.incoming[name] for port in call.ports}


RULE = Rule(
    id="exposed-database",
    code="SEC006",
    title="Exposed database",
    severity="error",
    cases=(("past", "warning"), ("rule", "warning"), ("api", "info")),
    category="security",
    summary="A data store takes connections from an untrusted network, or directly from people inside.",
    why=(
        "Databases on the internet are found within hours, and copied or encrypted for ransom soon after. Inside the "
        "system, an attacker who takes over a component can reach all data that the component may ask for, so only "
        "components that need a store should reach it."
    ),
    fix="Let only the applications reach it, over a private network; give visitors an application to talk to.",
    limits=(
        "Skips object storage, which often serves visitors by design, files that partners exchange over SFTP or FTP, brokers "
        "behind a proxy, and those that devices reach over MQTT or CoAP. Of a provider's store with a public API for browsers "
        "and devices, such as DynamoDB or Firestore, asks only how these sign in. A directory of accounts that the internet "
        "asks over LDAP counts as a store. Counts a firewall's rule that lets outsiders in without a connection, or people and "
        "a DMZ inside on every port, and no connection that a firewall denies. The rule is an error if it names the internet "
        "and a store's port. Follows proxies that pass on the same protocol, other than that of the web. Inside, reports only "
        "clients that a flow leads elsewhere, at medium confidence; of other callers without a flow, `incomplete-model` asks."
    ),
    references=(("CWE-668, Exposure of Resource to Wrong Sphere", "https://cwe.mitre.org/data/definitions/668.html"),),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: The visitor asks the database, and the other one is open
networks: {data: {trust: private}}
components:
  user: {kind: client}
  api: {kind: service, managed: true, replicas: 2}
  wall:  # finding: exposed-database
    kind: firewall
    managed: true
    guards: [data]
    default: deny
    rules:
      - {from: internet, to: orders, ports: [5432]}
      - {from: api, to: orders, ports: [5432]}
  mysql: {kind: database, managed: true, replicas: 2}
  orders: {kind: database, managed: true, replicas: 2, network: data}
connections:
  user -> mysql: {protocol: mysql, tls: true}  # finding: exposed-database
  user -> api: https
  api -> orders: {protocol: postgresql, port: 5432, tls: true}
flows:
  report:
    title: The report
    access: read
    steps:
      - user -> mysql: SELECT
  order:
    title: An order
    steps:
      - user -> api: POST /order
      - api -> orders: INSERT
""",
    edits=(
        ("name: The visitor asks the database, and the other one is open", "name: The application asks the databases"),
        ("      - {from: internet, to: orders, ports: [5432]}\n", ""),
        (
            "  user -> mysql: {protocol: mysql, tls: true}",
            "  api -> mysql: {protocol: mysql, tls: true}",
        ),
        ("      - user -> mysql: SELECT", "      - user -> api: GET /report\n      - api -> mysql: SELECT"),
    ),
)
