"""The explanations that one model calls for, in reading order, and what each means there."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from archgen.analysis.hops import encrypted
from archgen.analysis.topology import Topology
from archgen.explanations import KIND_TEXTS, MECHANISMS, PROTOCOL_TEXTS, Explanation, algorithm
from archgen.model.architecture import Balance, Certificate, Cluster, Component, Quorum, Replication
from archgen.model.kinds import KINDS
from archgen.model.products import service_place
from archgen.model.wording import a_record_type, first_few, listed


def explanations(topology: Topology) -> tuple[Explanation, ...]:
    """Return the explanations that the model uses, each once: reaching the site, serving it, data, monitoring, failing."""
    by_id: dict[str, tuple[Explanation, dict[str, None]]] = {}
    for stage in (_reaching, _serving, _keeping, _protecting, _watching, _running):
        for explanation, here in stage(topology):
            by_id.setdefault(explanation.id, (explanation, {}))[1][here] = None
    return tuple(replace(explanation, here=_joined(tuple(passages))) for explanation, passages in by_id.values())


LONGEST = 8
"""Names of one kind that are listed before the rest is counted."""


def _joined(passages: tuple[str, ...]) -> str:
    rest = [f"The same holds for {len(passages) - LONGEST} more."] if len(passages) > LONGEST else []
    return " ".join([*passages[:LONGEST], *rest]).strip()


def _few(names: tuple[str, ...], last: str = "and") -> str:
    return listed(names if len(names) <= LONGEST else first_few(names, LONGEST - 1), last)


_Passages = Iterator[tuple[Explanation, str]]
"""Explanations, each with what it means in the model."""


def _kind(topology: Topology, *kinds: str) -> _Passages:
    for kind in kinds:
        members = [part for part in topology.components.values() if part.kind == kind]
        if members:
            yield KIND_TEXTS[kind], _members(topology, members)


def _members(topology: Topology, members: list[Component]) -> str:
    places = [_placed(topology, member) for member in members[:LONGEST]]
    rest = [f"and {len(members) - LONGEST} more"] if len(members) > LONGEST else []
    return f"{'; '.join([*places, *rest])}."


def _placed(topology: Topology, component: Component) -> str:
    hosts = topology.hosts_of(component.id)
    if component.kind == "client":
        return f"{component.title} is outside the system"
    if component.managed:
        return f"{component.title} is a {service_place(component)}"
    if component.guards:
        return f"{component.title} guards {_few(component.guards)}"
    return f"{component.title} runs on {_few(hosts)}" if hosts else component.title


def _reaching(topology: Topology) -> _Passages:
    yield from _kind(topology, "client")
    if topology.hosts:
        yield MECHANISMS["server"], f"{_few(tuple(topology.hosts))}."
    names = tuple(dict.fromkeys(flow.domain for flow in topology.flows.values() if flow.domain))
    zones = tuple(part.domain for part in topology.components.values() if part.domain)
    if names or zones:
        yield MECHANISMS["domain-name"], _domain(zones, names)
    yield from _kind(topology, "dns")
    for record in (record for part in topology.components.values() for record in part.records):
        text = MECHANISMS.get(f"dns-{record.type.lower()}")
        if text is not None:
            yield text, f"{record.name} is {a_record_type(record.type)} record with the value {record.value}."
    yield from _visitor_protocol(topology)


def _domain(zones: tuple[str, ...], names: tuple[str, ...]) -> str:
    sentences = [f"The domain is {_few(zones)}."] if zones else []
    sentences += [f"Visitors ask for {_few(names)}."] if names else []
    return " ".join(sentences)


def _visitor_protocol(topology: Topology) -> _Passages:
    ports = [
        port
        for connection in topology.architecture.connections
        for port in connection.ports
        if topology.components[connection.source].kind == "client"
        and port.protocol in ("http", "https", "http2", "http3")
    ]
    if ports:
        spoken = _few(tuple(dict.fromkeys(_spoken(port.protocol, port.port) for port in ports)))
        yield MECHANISMS["http-over-tcp"], f"The visitor's computer speaks {spoken}."


def _spoken(protocol: str, port: int | None) -> str:
    title = PROTOCOL_TEXTS[protocol].title
    return f"{title} on port {port}" if port is not None else title


def _serving(topology: Topology) -> _Passages:
    yield from _kind(topology, "cdn", "router", "nat-gateway", "load-balancer", "reverse-proxy", "api-gateway")
    for component in topology.components.values():
        if component.balance is not None:
            yield from _balanced(topology, component, component.balance)
    for component in topology.components.values():
        if component.cluster is not None:
            yield from _clustered(component, component.cluster)
    yield from _kind(topology, "web-server", "app-server", "service", "function", "worker", "scheduler", "code-base")


def _balanced(topology: Topology, component: Component, balance: Balance) -> _Passages:
    targets = targets_of(topology, component)
    if balance.algorithm is not None:
        text = algorithm(balance.algorithm)
        if text is not None:
            yield text, f"{component.title} spreads over {_few(targets)} by {balance.algorithm}."
    mode = mode_of(topology, component)
    if mode is not None:
        yield MECHANISMS["active-active"], _mode_here(component, mode, targets)
    if balance.health_check:
        yield MECHANISMS["health-check"], _check_here(component, balance.health_check)
    if balance.stickiness:
        yield MECHANISMS["stickiness"], f"{component.title} keeps each visitor on one server."


def _quorum_here(title: str, quorum: int | str | Quorum) -> str:
    if not isinstance(quorum, Quorum):
        return f"{title} works with {quorum} of its replicas."
    sides = (("answers reads", quorum.read), ("accepts writes", quorum.write))
    return f"{title} {' and '.join(f'{verb} with {count} of its replicas' for verb, count in sides if count)}."


def _check_here(component: Component, check: str | bool) -> str:
    asked = f": {check}" if isinstance(check, str) else ""
    return f"{component.title} checks the servers behind it{asked}."


def targets_of(topology: Topology, component: Component) -> tuple[str, ...]:
    """Return the replicas that a balancing component spreads over."""
    targets = dict.fromkeys(target for call in topology.outgoing[component.id] for target in call.targets)
    return tuple(replica.id for target in targets for replica in topology.components[target].replicas)


def mode_of(topology: Topology, component: Component) -> str | None:
    """Return whether the targets of a balancing component work at once; None with one target, or without balancing."""
    balance = component.balance
    if balance is None or len(targets_of(topology, component)) < 2:
        return None
    if balance.mode is not None:
        return balance.mode
    return "active-passive" if balance.backup else "active-active"


def _mode_here(component: Component, mode: str, targets: tuple[str, ...]) -> str:
    balance = component.balance
    if mode == "active-passive" and balance is not None:
        standing_by = f", with {_few(balance.backup)} on standby" if balance.backup else ""
        return f"This setup is active-passive: {component.title} sends the requests to the active members{standing_by}."
    return f"This setup is active-active: {component.title} sends traffic to {_few(targets)} at the same time."


_MOVERS = {"vrrp": "shared-address", "dns": "dns-failover", "anycast": "anycast", "orchestrator": "orchestrator"}


def _clustered(component: Component, cluster: Cluster) -> _Passages:
    if cluster.mode is not None:
        active = f"; {_few(cluster.active)} is active" if cluster.active else ""
        yield (
            MECHANISMS["active-active"],
            f"The replicas of {component.title} are {cluster.mode}{active}.",
        )
    moved = _MOVERS.get(cluster.by or "") or ("shared-address" if cluster.shared_address else None)
    if moved is not None:
        address = f" {cluster.shared_address}" if cluster.shared_address else ""
        yield MECHANISMS[moved], f"The replicas of {component.title} share one address{address}."
    if cluster.failover is not None:
        yield MECHANISMS[f"failover-{cluster.failover}"], f"This holds for {component.title}."


def _keeping(topology: Topology) -> _Passages:
    kinds = ("database", "cache", "key-value-store", "queue", "stream", "object-storage", "file-storage", "search")
    yield from _kind(topology, *kinds)
    for component in topology.components.values():
        if component.replication is not None:
            yield from _replicated(component, component.replication)
        if component.quorum is not None:
            yield MECHANISMS["quorum"], _quorum_here(component.title, component.quorum)
        if any(replica.floating for replica in component.replicas):
            yield MECHANISMS["floating-replica"], f"This holds for {component.title}."
        if component.sessions not in (None, "none"):
            yield MECHANISMS["sessions"], f"{component.title} keeps them {_session_place(component)}."


def _session_place(component: Component) -> str:
    return "on the server" if component.sessions == "local" else "in a shared store"


def _replicated(component: Component, replication: Replication) -> _Passages:
    if replication.all_write:
        yield MECHANISMS["many-writers"], f"This holds for {component.title}."
    if replication.primary:
        others = tuple(replica.id for replica in component.replicas if replica.id not in replication.primary)
        copies = f"; {_few(others)} {'are replicas' if len(others) > 1 else 'is a replica'}" if others else ""
        yield MECHANISMS["primary-replica"], f"{_few(replication.primary)} is the primary{copies}."
        readers = _few(tuple(replica.id for replica in component.replicas), "or")
        yield (
            MECHANISMS["primary-and-replica"],
            f"The application writes to {_few(replication.primary)} and may read from {readers}.",
        )
        failover = replication.failover or "manual"
        declared = "" if replication.failover else "; the model does not declare a failover, which counts as manual"
        yield MECHANISMS[f"failover-{failover}"], f"This holds for {component.title}{declared}."
    if replication.mode is not None:
        yield MECHANISMS[f"{replication.mode}-replication"], f"{component.title} replicates this way."


def _protecting(topology: Topology) -> _Passages:
    yield from _kind(topology, "firewall", "waf")
    if topology.networks:
        declared = "; ".join(f"{network.id} is {_trust(network.trust)}" for network in topology.networks.values())
        yield MECHANISMS["network-trust"], f"{declared}."
    safe = [
        connection.id
        for connection in topology.architecture.connections
        if any(port.protocol in ("https", "http2", "http3", "wss") and encrypted(port) for port in connection.ports)
    ]
    if safe:
        yield MECHANISMS["https"], f"Encrypted here: {_few(tuple(safe))}."
    for certificate in topology.architecture.certificates:
        yield MECHANISMS["certificate"], f"{_certificate(certificate)}."
    ends = tuple(holder for certificate in topology.architecture.certificates for holder in certificate.installed_on)
    if ends:
        yield MECHANISMS["tls-termination"], f"TLS ends at {_few(tuple(dict.fromkeys(ends)))}."
    yield from _kind(topology, "identity-provider", "secrets", "bastion")


def _trust(trust: str) -> str:
    return {"internet": "the internet", "dmz": "a demilitarized zone", "private": "private"}[trust]


def _certificate(certificate: Certificate) -> str:
    names = f"is valid for {_few(certificate.names)}" if certificate.names else "names no domain"
    installed = f" and is installed on {_few(certificate.installed_on)}" if certificate.installed_on else ""
    return f"{certificate.id} {names}{installed}"


def _watching(topology: Topology) -> _Passages:
    yield from _kind(topology, "monitoring", "monitoring-agent", "log-collector")
    components = topology.components.values()
    collects = [part for part in components if part.collects]
    agents = [part for part in components if part.kind == "monitoring-agent"]
    if collects or agents:
        yield MECHANISMS["monitoring-collection"], _collected(collects or agents)
    if any(KINDS[part.kind].observes for part in components):
        if any(part.kind == "web-server" for part in components):
            yield MECHANISMS["queries-per-second"], _measured(topology, collects)
        alerted = tuple(name for part in components for name in part.alerts or ())
        if alerted:
            yield MECHANISMS["alerts"], f"Alerts go to {_few(alerted)}."
        probed = tuple(name for part in components for name in part.probes)
        if probed:
            yield MECHANISMS["outside-probe"], f"Probed from outside: {_few(probed)}."


def _collected(components: list[Component]) -> str:
    sentences = []
    for component in components:
        hosts = tuple(dict.fromkeys(host for replica in component.replicas for host in replica.hosts))
        place = f" on {_few(hosts)}" if hosts else ""
        parts = [f"{_few(item.what) or 'data'} from {_few(item.sources) or 'its hosts'}" for item in component.collects]
        sentences.append(f"{component.title}{place} collects {'; '.join(parts) or 'from the hosts that it runs on'}")
    return ". ".join(sentences) + "."


def _measured(topology: Topology, collects: list[Component]) -> str:
    webs = {part.id for part in topology.components.values() if part.kind == "web-server"}
    for component in collects:
        for collection in component.collects:
            sources = tuple(source for source in collection.sources if source in webs)
            if sources and "requests-per-second" in collection.measures:
                return f"{component.title} measures requests per second of {_few(sources)}."
    return "The model does not declare a monitoring client that measures the requests per second of the web server."


def _running(topology: Topology) -> _Passages:
    yield from _kind(topology, "mail", "external-service", "backup", "other")
    if topology.losses.root_causes:
        yield MECHANISMS["single-point-of-failure"], _breaking(topology)
    if topology.hosts:
        yield MECHANISMS["failure-domain"], _domains(topology)
    if topology.flows:
        yield MECHANISMS["maintenance"], ""
    for component in topology.components.values():
        if component.deploy is not None:
            yield MECHANISMS[f"deploy-{component.deploy}"], f"{component.title} is deployed this way."
    if topology.flows:
        yield MECHANISMS["growth"], ""
    if any(component.capacity is not None for component in topology.components.values()):
        yield MECHANISMS["capacity"], ""
    objectives = topology.architecture.objectives
    if (objectives.availability, objectives.recovery_time, objectives.recovery_point) != (None, None, None):
        yield MECHANISMS["recovery-objectives"], ""


def _breaking(topology: Topology) -> str:
    causes = tuple(f"{cause.element.id} takes down {_few(cause.flows)}" for cause in topology.losses.root_causes)
    return f"{_few(causes)}."


def _domains(topology: Topology) -> str:
    zones = f", and {_few(tuple(topology.zones))} above them" if topology.zones else ""
    return f"Every host is one{zones}."
