"""Web servers, applications and data stores share one network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archgen.analysis.exposure import LAYERS, layer_of
from archgen.analysis.failover_times import leading_hosts
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.kinds import Role
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each network that holds all three roles, on different hosts."""
    facts = context.topology
    for network in facts.networks:
        held: dict[Role, list[str]] = {role: [] for role in LAYERS}
        for component in facts.components:
            own, role = facts.network_of(component), layer_of(facts, component)
            if own is not None and own.id == network and role is not None:
                held[role].append(component)
        if all(held.values()):
            machines = {component: facts.hosts_of(component) for component in held["web"]}
            if not _is_one_machine(facts, held["data"], machines):
                yield _hit(facts, network, held)
                continue
            pinned = {component: hosts for component, hosts in machines.items() if not _floats(facts, (component,))}
            if not _is_one_machine(facts, held["data"], pinned):
                yield _hit(facts, network, held, case="placed")


def _is_one_machine(facts: Topology, stores: list[str], machines: dict[str, tuple[str, ...]]) -> bool:
    """Return True if a replica of each data store, of what leads it, is on a web server's host, so that no network could separate them.

    A standby can be moved away, and what floats be kept to the other hosts, where it has any.
    """
    web = {host for hosts in machines.values() for host in hosts}

    def is_there(store: str) -> bool:
        leading = leading_hosts(facts.components[store])
        return bool(web.intersection(leading)) and (not _floats(facts, (store,)) or web.issuperset(leading))

    return all(map(is_there, stores))


def _hit(facts: Topology, network: str, held: dict[Role, list[str]], case: str | None = None) -> Hit:
    components = [component for role in LAYERS for component in held[role]]
    attacked, data = _way_in(facts, held)
    unless = ", unless policies of the platform keep it apart" if case == "placed" else ""
    return Hit(
        subject=Subject("network", network),
        message=f"{listed(components)} share the network {network}, so an attacker in {attacked} reaches {data}{unless}",
        related=tuple((Subject("component", component), f"is in {network}") for component in components),
        flows=facts.flows_through(components),
        case=case,
        fix=_POLICIES if _floats(facts, (*held["web"], *held["application"])) else None,
    )


_POLICIES = (
    "Let the platform's policies (network policies, intentions of a service mesh) pass only what the flows need. Declare what they keep "
    "apart as networks, `network: …` at the components, and the policies as a firewall (`kind: firewall` with `guards` and `rules`)."
)
"""What parts the components of a cluster, whose hosts are in one network."""


def _floats(facts: Topology, components: Iterable[str]) -> bool:
    return any(replica.floating for name in components for replica in facts.components[name].replicas)


def _way_in(facts: Topology, held: dict[Role, list[str]]) -> tuple[str, str]:
    """Return what visitors reach and the data that it has no connection to: all of it, else some; else the first way in.

    What leads to the data by design, such as a pooler, reaches it in any network.
    """
    visited = _visited(facts)
    apart: dict[str, list[str]] = {}
    for component in (*held["web"], *held["application"]):
        called = {target for call in facts.outgoing[component] for target in call.targets}
        if component in visited:
            apart[component] = [store for store in held["data"] if store not in called]
    most = max(apart, key=lambda component: len(apart[component]), default=held["web"][0])
    some = 0 < len(apart.get(most, ())) < len(held["data"])
    return most, listed(apart[most]) if some else "the data"


def _visited(facts: Topology) -> set[str]:
    """Return the components that steps of flows lead to in which clients are outside only; of those without one if none has any."""
    trusts = {flow: {facts.trust(client) for client in clients} for flow, clients in facts.clients_in.items()}
    outside = [flow for flow, trust in trusts.items() if trust == {"internet"}]
    visits = outside or [flow for flow, trust in trusts.items() if not trust]
    return {target for flow in visits for hop in facts.hops[flow] for target in hop.targets}


RULE = Rule(
    id="flat-network",
    code="SEC007",
    title="Flat network",
    severity="warning",
    cases=(("placed", "info"),),
    category="security",
    summary="Web servers, applications and data stores share one network.",
    why=(
        "The web server is what the internet talks to, so it is attacked first. In a flat network, an attacker who "
        "controls it reaches every port of the database. With a network for each layer and a firewall between them, "
        "only the application leads to the data."
    ),
    fix="Give web, application and data layers networks of their own, and let a firewall pass only what the flows need.",
    limits=(
        "Doesn't check models without networks, nor stores whose primary, or one of whose members, is on a web server's own host: what "
        "a platform places there, its policies keep apart, so that is information. "
        "Of several networks, `incomplete-model` asks for the firewall between them. "
        "Skips managed services, which their provider filters. A queue or stream doesn't count as data, nor a web server or proxy that "
        "only people inside call."
    ),
    references=(
        (
            "OWASP Network Segmentation Cheat Sheet",
            "https://cheatsheetseries.owasp.org/cheatsheets/Network_Segmentation_Cheat_Sheet.html",
        ),
    ),
    topic="firewalls",
    check=check,
    bad="""\
archgen: 1
name: Everything in one network  # finding: unmonitored
networks:
  inside: {trust: private}  # finding: flat-network
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  web: {kind: web-server, network: inside, replicas: 2}
  api: {kind: service, network: inside, replicas: 2}
  redis: {kind: cache, network: inside, replicas: 2}
connections:
  job -> web: https
  web -> api: https
  api -> redis: rediss
flows:
  nightly:
    title: The nightly job
    access: read
    steps:
      - job -> web: GET /
      - web -> api: GET /
      - api -> redis: GET
""",
    edits=(
        ("name: Everything in one network", "name: A network for each layer"),
        ("networks:", "networks:\n  front: {trust: dmz}"),
        (
            "components:\n",
            "  data: {trust: private}\ncomponents:\n"
            "  fw: {kind: firewall, replicas: 2, guards: data, rules: [{from: api, to: redis, ports: [6380]}], default: deny}\n",
        ),
        ("kind: web-server, network: inside", "kind: web-server, network: front"),
        ("kind: cache, network: inside", "kind: cache, network: data"),
    ),
)
