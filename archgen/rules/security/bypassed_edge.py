"""A caller on the internet reaches a component past the balancer, CDN or application firewall that stands before it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from archgen.analysis.access.denials import is_let_in_by_name
from archgen.analysis.dns_names import ADDRESS_TYPES
from archgen.analysis.exposure import callers_of, ways_to_shut
from archgen.analysis.record_paths import ALIASES, components_at_addresses, components_behind
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Connection, FirewallRule, Port, Record
from archgen.model.dns_zones import normalize_name
from archgen.model.products import is_edge_elsewhere
from archgen.model.protocols import ADMINISTRATION, WEB
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed

_GUARDED = ("balancer", "web", "application")
"""The roles of what an edge component stands before; stores are `exposed-database`."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each connection and each public name that leads from the internet to a component behind an edge there."""
    facts = context.topology
    callers = _edges_by_caller(facts)
    behind: dict[str, dict[str, list[Connection]]] = {}
    for edge in dict.fromkeys(edge_id for reached in callers.values() for edge_id in reached):
        for connection in _handed_on(facts, edge):
            for target in connection.targets:
                behind.setdefault(target, {}).setdefault(edge, []).append(connection)
    for caller, reached in callers.items():
        for connection in facts.outgoing[caller]:
            for target in connection.targets:
                if target not in behind or facts.kind(target).role not in _GUARDED:
                    continue
                passed = behind[target] if not facts.is_denied(connection, target) else {}
                alike = [edge for edge, calls in passed.items() if edge != target and _is_alike(connection, calls)]
                edges = [edge for edge in alike if _protects(facts, edge, connection, target, reached)]
                doors = _doors(facts, target, (call for edge in edges or alike for call in passed[edge]))
                if edges:
                    yield _hit(facts, connection, target, edges, doors)
                elif alike:
                    yield _second_door(facts, connection, target, alike, doors)
    named = list(_names_past(facts, callers, behind))
    yield from named
    yield from _opened(facts, {subject.id for hit in named for subject, _ in hit.related})


def _names_past(
    facts: Topology, callers: dict[str, list[str]], behind: dict[str, dict[str, list[Connection]]]
) -> Iterator[Hit]:
    """Yield a hit for each public name of what stands behind a CDN or application firewall, where nothing keeps others out.

    Where no name leads to what stands before it and a flow there declares none, it may be the name that visitors use.
    """
    visited = {normalize_name(flow.domain) for flow in facts.architecture.flows if flow.domain is not None}
    called = {target for caller in callers for call in facts.outgoing[caller] for target in call.targets}
    addressed = components_at_addresses(facts)
    public = (server for server in facts.names.servers if _is_public(facts, server))
    leading = {
        record: components_behind(facts, record, addressed)
        for server in public
        for record in server.records
        if record.type.upper() in _LEADING
    }
    named = {name for led in leading.values() for name in led}
    for record, led in leading.items():
        if normalize_name(record.name) in visited:
            continue
        # a name leads to the door, not to what others on its host call
        doors = {name for name in led if not led.issuperset(call.source for call in facts.incoming[name])}
        for target in sorted(doors & behind.keys() - called):
            edges = [edge for edge in behind[target] if facts.kind(edge).id in ("cdn", "waf")]
            calls = [call for edge in edges for call in behind[target][edge]]
            unnamed = any(facts.flows[flow].domain is None for edge in edges for flow in facts.flows_of[edge])
            is_asked = unnamed and named.isdisjoint(edges)
            if calls and not (is_asked or _keeps_others_out(facts, target, calls)):
                opening = [each for each in facts.firewalls.before(target) if _lets_in(facts, each, target, calls)]
                yield _open_name(facts, record, target, edges, opening) if opening else _named(record, target, edges)


def _doors(facts: Topology, target: str, handed_on: Iterable[Connection]) -> list[str]:
    """Return the callers that a component has to let in: those that hand requests on to it, and all inside that call it as well."""
    inside = (call.source for call in facts.incoming[target] if call.source not in facts.outsiders)
    callers = dict.fromkeys((*(call.source for call in handed_on), *inside))
    return [name for name in callers if name != target]


def _is_public(facts: Topology, server: Component) -> bool:
    """Return True for a name server that answers people outside, as far as is known: the names of the inside lead nobody."""
    return server.id not in facts.index.inner_servers and facts.trust(server.id) != "private"


_LEADING = (*ADDRESS_TYPES, *ALIASES)
"""The types of records by which visitors find what answers them."""


def _keeps_others_out(facts: Topology, target: str, calls: list[Connection], named: bool = False) -> bool:
    """Return True for what is inside, behind a packet filter, or asks what stands before it to sign in.

    With `named`, a rule lets the internet in by its name, so that a private network doesn't keep anybody out.
    """
    signed = any(call.authentication or call.credentials for call in calls)
    if signed or facts.kind(target).role not in _GUARDED or (facts.trust(target) == "private" and not named):
        return True
    return all(
        any(not _lets_in(facts, each, target, calls) for each in facts.firewalls.guarding(replica))
        for replica in facts.components[target].replicas
    )


def _lets_in(facts: Topology, firewall: str, target: str, calls: list[Connection]) -> bool:
    """Return True if a firewall lets the internet in to a port of calls on which requests go on, which a redirect's isn't."""
    ports = (port for call in calls for port in call.ports if _is_request(port))
    return any(facts.firewalls.admits(firewall, ("internet",), target, port) for port in ports)


def _named(record: Record, target: str, edges: list[str]) -> Hit:
    return Hit(
        subject=Subject("record", record.id),
        message=(
            f"{record.name} leads to {target} past {listed(edges)}: unless {target} refuses requests from others, attackers send "
            "them there"
        ),
        related=_passed(target, edges),
        fix=(
            f"Let {target} take connections from {listed(edges, 'or')} only, and declare it: a `firewall` before it, a private "
            "`network`, or the secret that is sent along as `authentication` of the connection."
        ),
        case="name",
    )


def _open_name(facts: Topology, record: Record, target: str, edges: list[str], opening: list[str]) -> Hit:
    """Return the hit for a name that leads past what is before a component, where a rule says that anybody is let in."""
    lets = "lets" if len(opening) == 1 else "let"
    doors = _doors(facts, target, ())
    return Hit(
        subject=Subject("record", record.id),
        message=(
            f"{record.name} leads to {target} past {listed(edges)}, and {listed(opening)} {lets} everybody on the internet in there: "
            f"attackers send requests that {listed(edges)} never {'sees' if len(edges) == 1 else 'see'}"
        ),
        related=(*_passed(target, edges), *((Subject("component", each), "lets everybody in") for each in opening)),
        flows=facts.flows_of[target],
        fix=(
            f"In {listed(opening)}, let in {listed(first_few(doors, _NAMED), 'or')} only (`from`), with the addresses that the provider "
            f"publishes, or reach {target} through a tunnel. A secret that is sent along is `authentication` of the connection."
        ),
    )


def _opened(facts: Topology, reported: Collection[str]) -> Iterator[Hit]:
    """Yield a hit for each firewall with a rule that lets everybody in to what a CDN, balancer or firewall of requests calls for them."""
    for firewall in facts.firewalls.with_rules:
        doors: dict[str, list[str]] = {}
        for rule, target in facts.firewalls.opened(firewall):
            edges = [] if target in reported else _edges_let_in(facts, firewall.id, rule, target)
            if edges:
                doors.setdefault(target, edges)
        if doors:
            elsewhere = any(is_edge_elsewhere(facts.components[edge]) for edges in doors.values() for edge in edges)
            edges = list(dict.fromkeys(edge for callers in doors.values() for edge in callers))
            yield Hit(
                subject=Subject("component", firewall.id),
                message=(
                    f"{firewall.id} lets everybody on the internet in to {listed([*doors])}, and not {listed(edges)} alone, so requests "
                    f"can be sent past {'it' if len(edges) == 1 else 'them'}"
                ),
                related=tuple(
                    each
                    for target, callers in doors.items()
                    for each in ((Subject("component", target), "is open to everybody"), *_passed(target, callers)[1:])
                ),
                flows=facts.flows_through(doors),
                fix=f"Let in {listed(edges)} instead of the internet (`from`){_AWAY.format(listed([*doors])) if elsewhere else ''}.",
                case="name",
            )


_AWAY = (
    ", with the addresses that the provider publishes, or reach {} through a tunnel. A secret that is sent along is `authentication` "
    "of the connection"
)


def _edges_let_in(facts: Topology, firewall: str, rule: FirewallRule, target: str) -> list[str]:
    """Return what stands before a target for the internet, if a rule lets everybody in past it and nobody else needs that rule.

    A rule that names what its firewall guards opens it in a private network as well, and past an edge of your own.
    """
    replicas = facts.components[target].replicas
    named = target in rule.targets and any(firewall in facts.firewalls.guarding(each) for each in replicas)
    calls = _requests_to(facts, target)
    for call in calls:
        by_name = named and is_let_in_by_name(facts, firewall, call, target)
        if not (by_name or is_edge_elsewhere(facts.components[call.source])):
            return []
    passed = [call for call in calls if _is_edge(facts, call.source)]
    open_to_all = _lets_in(facts, firewall, target, passed) and not _keeps_others_out(facts, target, passed, named)
    return list(dict.fromkeys(call.source for call in passed)) if open_to_all else []


def _requests_to(facts: Topology, target: str) -> list[Connection]:
    """Return the connections that bring requests to a component, other than those of monitoring."""
    calls = (call for call in callers_of(facts, target) if not facts.kind(call.source).observes)
    return [call for call in calls if any(map(_is_request, call.ports))]


def _protects(facts: Topology, edge: str, connection: Connection, target: str, reached: list[str]) -> bool:
    """Return True if a caller should come through an edge: a cache is for those who use it by the same name, a gateway is a door."""
    kind = facts.kind(edge).id
    apart = kind == "cdn" and (edge not in reached or _has_another_name(facts, edge, connection))
    return kind == "waf" or not (facts.kind(target).id == "api-gateway" or apart)


def _has_another_name(facts: Topology, edge: str, connection: Connection) -> bool:
    """Return True if visitors use another name for what a CDN serves than for what they call directly."""
    served, direct = _domains(facts, facts.flows_of[edge]), _domains(facts, facts.flows_over[connection.id])
    return bool(served) and bool(direct) and None not in (*served, *direct) and served.isdisjoint(direct)


def _domains(facts: Topology, flows: Collection[str]) -> set[str | None]:
    names = (facts.flows[flow].domain for flow in flows)
    return {name if name is None else normalize_name(name) for name in names}


def _edges_by_caller(facts: Topology) -> dict[str, list[str]]:
    """For each caller on the internet, the CDNs, application firewalls, balancers and gateways that it reaches."""
    return {component: _edges_from(facts, component) for component in facts.outsiders}


def _edges_from(facts: Topology, caller: str) -> list[str]:
    """The edges that a caller reaches, directly or through one another and through firewalls."""
    reached = {caller: None}
    queue = [caller]
    for source in queue:
        for target in dict.fromkeys(name for call in facts.outgoing[source] for name in call.targets):
            if target not in reached and (facts.kind(target).role == "edge" or _is_edge(facts, target)):
                reached[target] = None
                queue.append(target)
    return [component for component in reached if _is_edge(facts, component)]


def _is_edge(facts: Topology, component: str) -> bool:
    kind = facts.kind(component)
    return kind.balances or kind.id == "waf"


def _handed_on(facts: Topology, edge: str) -> Iterator[Connection]:
    """The connections over which requests go on behind an edge: through others, and through web servers."""
    queue = [edge]
    seen = {edge}
    for component in queue:
        for connection in facts.outgoing[component]:
            yield connection
            for target in connection.targets:
                if target not in seen and (_is_edge(facts, target) or facts.kind(target).role == "web"):
                    seen.add(target)
                    queue.append(target)


def _is_alike(connection: Connection, calls: list[Connection]) -> bool:
    """Return True if a caller sends directly what others send through the edge: pages of the web, or the same protocol."""
    direct = {_spoken(port) for port in connection.ports if _is_request(port)}
    return not direct.isdisjoint(_spoken(port) for call in calls for port in call.ports)


def _is_request(port: Port) -> bool:
    return port.redirect is None and not port.admin and port.protocol not in ADMINISTRATION


def _spoken(port: Port) -> str:
    return "the web" if port.protocol in WEB else port.protocol


def _hit(facts: Topology, connection: Connection, target: str, edges: list[str], doors: list[str]) -> Hit:
    passes = "sees" if len(edges) == 1 else "see"
    flows = facts.flows_over[connection.id]
    return Hit(
        subject=Subject("connection", connection.id),
        message=(
            f"{connection.source} reaches {target} past {listed(edges)}, which {passes} nothing of it: no check, limit or log "
            "there counts"
        ),
        related=_passed(target, edges),
        flows=flows,
        fix=(
            f"Let {target} take connections from {listed(first_few(doors, _NAMED), 'or')} only: "
            f"{ways_to_shut(facts.components[doors[0]])}.{_way_left(facts, connection, target, edges)}"
        ),
        causes=frozenset({(connection.id, target)}),
        # a flow that goes that way says that it is meant
        confidence="medium" if flows else "high",
    )


_NAMED = 5
"""The callers that a fix names."""


def _way_left(facts: Topology, connection: Connection, target: str, edges: list[str]) -> str:
    """Return the way in that a program outside has left, as a sentence; people come through the edge as they are."""
    caller = connection.source
    if facts.kind(caller).id == "client":
        return ""
    return f" Let {caller} come through {edges[0]}, or from inside, as a runner or a tunnel there does."


def _passed(target: str, edges: list[str]) -> tuple[tuple[Subject, str], ...]:
    return (
        (Subject("component", target), "is reached directly"),
        *((Subject("component", edge), "is passed by") for edge in edges),
    )


def _second_door(facts: Topology, connection: Connection, target: str, edges: list[str], doors: list[str]) -> Hit:
    """Return the hit for a gateway, or for a caller that no CDN serves: a door of its own, where nothing before it counts."""
    does = "does" if len(edges) == 1 else "do"
    return Hit(
        subject=Subject("connection", connection.id),
        message=(
            f"{connection.source} reaches {target} past {listed(edges)}: what {listed(edges)} {does} against attacks, "
            f"{target} has to do itself"
        ),
        related=_passed(target, edges),
        flows=facts.flows_over[connection.id],
        fix=(
            f"Let {target} limit and check requests itself, or take connections from {listed(first_few(doors, _NAMED), 'or')} only."
        ),
        case="door",
    )


RULE = Rule(
    id="bypassed-edge",
    code="SEC015",
    title="Bypassed edge",
    severity="warning",
    cases=(("door", "info"), ("name", "info")),
    category="security",
    summary="A caller on the internet reaches a component directly, past its load balancer, CDN or WAF.",
    why=(
        "A WAF, a CDN or a balancer protects only what can't be reached any other way. Attackers look for the "
        "origin's address, find it in old DNS records and certificates, and send the requests there that the edge "
        "would have refused. There is no filter, no rate limit, no log, and no other server when this one is "
        "overloaded."
    ),
    fix=(
        "Let the component take connections from the edge only: with a private network, a firewall rule, or a secret "
        "header that the edge adds."
    ),
    limits=(
        "Looks behind edges and web servers, not behind applications, and at requests in the same protocol. A gateway, a "
        "way past a CDN that the caller doesn't use, or uses by another name (`domain`), "
        "a DNS name that leads past one, or a firewall's rule that lets everybody in past "
        "one, is an info (past what isn't a provider's CDN or WAF, or into a private network, only if the rule names the component, and "
        "another rule lets in what stands before it); the name and the rule together are a warning. Data "
        "stores are reported by `exposed-database`, administration ports by `exposed-admin`. Doesn't see a firewall "
        "that lets in single addresses only: give such callers a network of their own."
    ),
    references=(
        (
            "CWE-288, Authentication Bypass Using an Alternate Path or Channel",
            "https://cwe.mitre.org/data/definitions/288.html",
        ),
        (
            "Amazon CloudFront Developer Guide, Restrict access to Application Load Balancers",
            "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/restrict-access-to-load-balancer.html",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: The balancer is open beside the CDN
components:
  user: {kind: client}
  cdn: {kind: cdn, managed: true, replicas: 2}
  lb: {kind: load-balancer, managed: true, replicas: 2}
  site: {kind: service, managed: true, replicas: 2}
connections:
  user -> cdn: https
  cdn -> lb: https
  user -> lb: https  # finding: bypassed-edge
  lb -> site: https
flows:
  read-page:
    title: A visitor opens a page
    steps:
      - user -> cdn: GET /
      - cdn -> lb: GET /
      - lb -> site: GET /
""",
    edits=(
        ("name: The balancer is open beside the CDN", "name: The balancer is for the CDN alone"),
        ("  user -> lb: https  # finding: bypassed-edge\n", ""),
    ),
)
