"""Traffic from an untrusted network reaches a host with no firewall on the path."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from archgen.analysis.dns_names import pointee
from archgen.analysis.exposure import firewall_past
from archgen.analysis.topology import Topology
from archgen.edits.firewalls import firewall_rules
from archgen.edits.remedy import free_name
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Connection, Replica
from archgen.model.change import Change, Put
from archgen.model.products import product_name, product_of
from archgen.model.runtimes import WEB_SERVERS
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed

FIREWALLS = ("firewall", "waf")

_NAMED = 6
"""Elements that the message names; the others are counted, and related as all are."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for the model that lists every unguarded host, or component without a host."""
    facts = context.topology
    reached, calls = _exposed(facts)
    if reached:
        connections = list(dict.fromkeys(connection for connection, _ in calls))
        flows = {flow for connection in connections for flow in facts.flows_over[connection]}
        names = [subject.id for subject in reached]
        yield Hit(
            subject=Subject("model", facts.architecture.id),
            message=(
                f"Traffic from the internet reaches {listed(first_few(names, _NAMED))} with no firewall on the path "
                f"({listed(first_few(connections, _NAMED))})"
            ),
            related=tuple((subject, "is reached unguarded") for subject in reached),
            flows=facts.in_order(flows),
            # into a private network, a way past its balancer is all that a firewall would have to close
            causes=frozenset(calls) if all(facts.trust(target) == "private" for _, target in calls) else frozenset(),
        )


def _exposed(facts: Topology) -> tuple[tuple[Subject, ...], dict[tuple[str, str], None]]:
    """Return the elements that untrusted traffic reaches unguarded, by which connections to which components.

    It passes components without a host.
    """
    reached: dict[Subject, None] = {}
    calls: dict[tuple[str, str], None] = {}
    queue = list(facts.outsiders)
    seen = set(queue)
    for source in queue:
        for connection in facts.outgoing[source]:
            for target in connection.targets:
                elements = () if _is_let_in(facts, connection, target) else tuple(_unguarded(facts, target))
                if elements:
                    reached.update(dict.fromkeys(elements))
                    calls[connection.id, target] = None
                elif _passes_on(facts, target) and target not in seen:
                    seen.add(target)
                    queue.append(target)
    return tuple(reached), calls


def _is_let_in(facts: Topology, connection: Connection, target: str) -> bool:
    """Return True for a component in a private network that a provider's balancer leads into, where nothing else comes in.

    Also for a call that a firewall has a rule for: the model lacks the step over it, which `incomplete-model` asks for.
    """
    alone = facts.kind(connection.source).role == "balancer" and facts.trust(target) == "private"
    return alone or firewall_past(facts, connection, target) is not None


def _unguarded(facts: Topology, component: str) -> Iterator[Subject]:
    target = facts.components[component]
    if target.managed or target.kind == "client":
        return
    if target.kind in FIREWALLS and not _is_program_for_requests(target):
        return
    for replica in target.replicas:
        if not (facts.guarding(replica) or _is_beside_firewall(facts, replica)):
            yield from _where(replica)


def _is_beside_firewall(facts: Topology, replica: Replica) -> bool:
    """Return True for what a firewall's own machine runs, such as its VPN: it filters what comes in to itself, too."""
    beside = ([facts.kind(other.component).id for other in facts.replicas_on[host]] for host in replica.hosts)
    return bool(replica.hosts) and all("firewall" in kinds for kinds in beside)


def _is_program_for_requests(component: Component) -> bool:
    """Return True for a web server that reads requests: the other ports of its host are open; a device is all that it filters on."""
    return component.kind == "waf" and product_name(component.product) in (*WEB_SERVERS, *_MODULES)


_MODULES = ("modsecurity", "coraza", "naxsi", "bunkerweb")
"""What reads requests inside a web server."""


def _where(replica: Replica) -> tuple[Subject, ...]:
    if replica.hosts:
        return tuple(Subject("host", host) for host in replica.hosts)
    return (Subject("component", replica.component),)


def _passes_on(facts: Topology, component: str) -> bool:
    """An edge without a host of its own, such as a CDN, hands the traffic on to what is behind it; a firewall does not.

    Nor does a managed balancer that reads requests, which stands in the network of what it calls, nor an application:
    a visitor's packets end there, and its own calls are its own.
    """
    target = facts.components[component]
    proxy = facts.kind(component).role == "balancer" and not product_of(target.product).forwards
    ends = proxy and not _is_named_behind(facts, component)
    return (
        not ends
        and facts.kind(component).role in ("edge", "balancer")
        and target.kind not in (*FIREWALLS, "dns")
        and not any(map(facts.guarding, target.replicas))
    )


def _is_named_behind(facts: Topology, component: str) -> bool:
    """Return True if a record leads visitors to a host behind a component, so that they need not come through it."""
    named = {pointee(record).removeprefix("host:") for server in facts.names.servers for record in server.records}
    hosts = (host for call in facts.outgoing[component] for target in call.targets for host in facts.hosts_of(target))
    return any(host in named or facts.hosts[host].address in named for host in hosts)


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """A firewall before what is reached unguarded, that lets in what the flows call and nothing else."""
    facts = context.topology
    guarded = [subject.id for subject, _ in hit.related]
    guarded += _with_copies(facts, guarded)
    names = frozenset(guarded)
    if facts.components.keys() & facts.hosts.keys() & names:
        return ()
    reached = {name for name in facts.components if name in names or not names.isdisjoint(facts.hosts_of(name))}
    rules = firewall_rules(facts, reached)
    if not rules:
        # a firewall that lets nothing in is a cut, and one that lets everything in is none
        return ()
    properties = {"kind": "firewall", "guards": guarded, "rules": rules, "default": "deny"}
    return (Put(("components", free_name("firewall", facts)), properties),)


def _with_copies(facts: Topology, guarded: Collection[str]) -> list[str]:
    """Return the hosts without a firewall that hold the same data as some others: a copy is worth as much as the original."""
    there = (each for host in guarded if host in facts.hosts for each in facts.replicas_on[host])
    stores = dict.fromkeys(each.component for each in there if facts.kind(each.component).stores)
    copies = (each for store in stores for each in facts.components[store].replicas if not facts.guarding(each))
    return [host for host in dict.fromkeys(host for each in copies for host in each.hosts) if host not in guarded]


RULE = Rule(
    id="missing-firewall",
    code="SEC004",
    title="Missing firewall",
    severity="error",
    category="security",
    summary="Traffic from an untrusted network reaches a host with no firewall on the path.",
    why=(
        "Every port of a host that the internet reaches directly is probed within minutes, including those that were "
        "opened by mistake. A firewall lets through the site's own traffic and nothing else, so a forgotten service "
        "or a debug port is no way in."
    ),
    fix=(
        "Put a firewall on the path (`kind: firewall`, as a step of the flow) or around the host (`guards: [host-or-network]`) "
        "that allows the public port and denies the rest. If the client is inside, declare its `network` instead."
    ),
    limits=(
        "A web application firewall counts as one, unless its `product` is a web server or a module of one, which filters no other ports. "
        "Doesn't know packet filters that a host runs itself: declare them as a firewall that `guards` the host or runs on it. A client "
        "without a `network` is on the internet, unless it calls private networks alone. A call that the rules of a firewall "
        "let in, and that doesn't lead over it, is asked about (`incomplete-model`). Leaves ways into private networks past a "
        "balancer to `bypassed-edge`, where there are no others."
    ),
    references=(
        (
            "NIST SP 800-41 Rev. 1, Guidelines on Firewalls and Firewall Policy",
            "https://csrc.nist.gov/pubs/sp/800/41/r1/final",
        ),
    ),
    topic="firewalls",
    yields=True,
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: A server on the internet  # finding: missing-firewall, unmonitored
hosts:
  server-1: {}
  server-2: {}
components:
  user: {kind: client}
  shop: {kind: other, runs_on: [server-1, server-2]}
connections:
  user -> shop: https
flows:
  read-page:
    title: A page is read
    steps:
      - user -> shop: GET /
""",
    edits=(
        ("name: A server on the internet", "name: A guarded server"),
        (
            "user: {kind: client}",
            "user: {kind: client}\n  filter: {kind: firewall, guards: [server-1, server-2], default: deny}",
        ),
    ),
)
