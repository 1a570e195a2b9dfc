"""A data store takes connections from an untrusted network, or directly from people inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archgen.analysis.encryption import NO_NETWORK, clear_ports
from archgen.analysis.exposure import (
    DEVICES,
    EXCHANGE,
    LDAP,
    STORES,
    callers_of,
    is_directory,
    past_application,
    stores_reached,
)
from archgen.analysis.firewalls import (
    has_port,
    is_for_everybody,
    is_unlimited,
    leads_anywhere,
    lets_in,
    port_number,
    ports_of,
)
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Connection, FirewallRule, Port
from archgen.model.firewall_ports import plain_number
from archgen.model.kinds import QUEUES
from archgen.model.products import product_name, product_of
from archgen.model.protocols import PROTOCOLS, WEB
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
    fetchers = _fetchers(facts) if facts.firewalls.with_rules else {}
    for firewall in facts.firewalls.with_rules:
        doors: dict[str, dict[str, None]] = {}
        wide = named = False
        for rule in firewall.rules:
            opened = [
                (source, target)
                for source in _outsiders(facts, rule)
                for target in facts.components
                if _opens_store(facts, firewall, rule, source, target)
            ]
            opened += _let_in_inside(facts, firewall, rule, fetchers)
            for source, target in opened:
                doors.setdefault(target, {})[source] = None
            wide = wide or (bool(opened) and _is_needed(facts, firewall, rule, fetchers))
            named = named or _names_port(facts, firewall, rule, opened)
        if doors:
            stores: dict[str, list[str]] = {}
            for target, sources in doors.items():
                stores.setdefault(_sides(sources), []).append(target)
            let_in = [f"{sides} in to {listed(targets)}" for sides, targets in stores.items()]
            yield Hit(
                subject=Subject("component", firewall.id),
                message=f"{firewall.id} lets {listed(let_in)}, and no connection needs it",
                related=tuple((Subject("component", target), "keeps data") for target in doors),
                flows=facts.flows_through(doors),
                fix=(
                    f"Narrow the rules of {firewall.id} to the calls that need them (`from`, `to`, `ports`), or add the connection "
                    "and the flow that need it."
                    if wide
                    else f"Remove the rule from {firewall.id}, or add the connection and the flow that need it."
                ),
                case=None if named else "rule",
                confidence="high" if named else "medium",
            )


def _names_port(facts: Topology, firewall: Component, rule: FirewallRule, opened: list[tuple[str, str]]) -> bool:
    """Return True if a rule names the internet, and a port on which no other than a store that it opens listens."""
    if not rule.sources or not rule.ports or leads_anywhere(rule):
        return False
    ports = ((name, port) for _, name in opened for port in _ports(facts, rule, name))
    return any(
        port
        and port.protocol not in (*WEB, *EXCHANGE)
        and facts.firewalls.admits(firewall.id, ("internet",), name, port)
        for name, port in ports
    )


def _is_needed(facts: Topology, firewall: Component, rule: FirewallRule, fetchers: _Fetchers) -> bool:
    """Return True if calls come in by a rule, so that its removal would stop them."""
    meant = [name for name in facts.components if facts.firewalls.means(firewall, rule, name)]
    callers = (call.source for name in meant for call in callers_of(facts, name))
    return any(not fetchers.get(name, set()).isdisjoint(rule.sources) for name in (*meant, "")) or any(
        (is_for_everybody(rule) and facts.trust(caller) == "internet")
        or not facts.firewalls.places(caller).isdisjoint(rule.sources)
        for caller in callers
    )


_Fetchers = dict[str, set[str]]
"""The networks from which something fetches the measurements, logs or copies of a component, by its id; of all by ``."""


def _fetchers(facts: Topology) -> _Fetchers:
    """Return from where measurements and copies are fetched, which takes no connection of the model's."""
    fetchers: _Fetchers = {}
    for component in facts.architecture.components:
        collected = [name for collection in component.collects for name in collection.sources or ("",)]
        for name in (*collected, *component.backs_up):
            network = facts.network_of(component.id)
            if network is not None:
                fetchers.setdefault(name, set()).add(network.id)
    return fetchers


def _let_in_inside(
    facts: Topology, firewall: Component, rule: FirewallRule, fetchers: _Fetchers
) -> Iterator[tuple[str, str]]:
    """Yield the sides inside, of people or of what the internet reaches first, from which a rule lets everything in to a store."""
    if not lets_in(rule) or rule.ports:
        return
    for source in facts.architecture.components:
        names = facts.firewalls.places(source.id)
        side = next((name for name in rule.sources if name in names), None)
        if side is None or not _is_exposed(facts, source):
            continue
        for target in facts.components:
            if (
                # people's machines sign in to a directory, whether a flow says so or not
                facts.kind(target).id != "identity-provider"
                and _is_opened(facts, firewall, rule, target)
                and firewall.id in facts.firewalls.between(source.id, target)
                and facts.firewalls.admits(firewall.id, names, target, None) is not False
                and not any(side in facts.firewalls.places(call.source) for call in callers_of(facts, target))
                and names.isdisjoint({*fetchers.get(target, ()), *fetchers.get("", ())})
            ):
                yield side, target


def _is_exposed(facts: Topology, component: Component) -> bool:
    """Return True for people in a network inside, and for what is in a network that is for callers from outside.

    What nothing calls works on others, and so do administrators through a bastion: no connection tells what they need.
    """
    network = facts.network_of(component.id)
    if network is None or component.kind == "client":
        return network is not None
    return network.trust == "dmz" and component.kind != "bastion" and bool(facts.incoming[component.id])


def _is_opened(facts: Topology, firewall: Component, rule: FirewallRule, target: str) -> bool:
    """Return True for a store, or a directory of accounts, that a rule means."""
    kind = facts.kind(target).id
    stores = (kind in STORES and kind not in QUEUES) or is_directory(facts, target)
    return stores and facts.firewalls.means(firewall, rule, target)


def _sides(sources: Iterable[str]) -> str:
    return listed(["the internet" if source == "internet" else source for source in sources])


def _outsiders(facts: Topology, rule: FirewallRule) -> list[str]:
    """Return who an allow rule may let in from outside: the internet, or components there."""
    if not lets_in(rule):
        return []
    named = [name for name in rule.sources if name in facts.components and facts.trust(name) == "internet"]
    return ["internet", *named] if is_for_everybody(rule) else named


def _opens_store(facts: Topology, firewall: Component, rule: FirewallRule, source: str, target: str) -> bool:
    if is_unlimited(rule) or not _is_opened(facts, firewall, rule, target):
        return False
    calls = (call for call in callers_of(facts, target) if facts.trust(call.source) == "internet")
    if any(source in ("internet", call.source) for call in calls):
        return False
    ports = _ports(facts, rule, target)
    return any(
        has_port(rule, port) is not False
        and facts.firewalls.admits(firewall.id, (source, "internet"), target, port) is not False
        for port in ports
    )


def _ports(facts: Topology, rule: FirewallRule, target: str) -> list[Port | None]:
    """Return the ports at which a store is called, None for any: a rule for the web opens no database on the same server."""
    called = [port for call in facts.incoming[target] for port in ports_of(call) if not port.admin]
    if called and all(port.protocol in NO_NETWORK for port in called):
        return []
    numbered: list[Port | None] = [port for port in called if port_number(port) is not None]
    if numbered:
        return numbered
    product = product_name(facts.components[target].product)
    spoken = next((name for name in (product, product_of(product).origin) if name in PROTOCOLS), None)
    if spoken is not None:
        return [Port(spoken)]
    # it doesn't listen where others do
    of_others = bool(rule.ports) and set(map(plain_number, rule.ports)) <= _KNOWN and target not in rule.targets
    return [] if of_others else [None]


_KNOWN = {str(protocol.port) for protocol in PROTOCOLS.values()}
"""The ports that protocols have of their own."""


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
