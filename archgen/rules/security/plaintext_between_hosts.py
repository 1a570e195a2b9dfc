"""Connections between hosts carry plaintext, although no TLS of a visitor ends before them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from archgen.analysis.access.open_internet import shows_plaintext
from archgen.analysis.encryption import clear_ports, plaintext_between_hosts
from archgen.analysis.failover_times import crosses_at_once, leading_ends
from archgen.analysis.topology import Topology
from archgen.edits.encryption import by_other_names, encrypt, what_takes_no_tls
from archgen.edits.remedy import connection_of
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Connection
from archgen.model.change import Change
from archgen.model.protocols import PROTOCOLS
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.locality import stands_afar

_NAMED = 6
"""Connections that the message names; the others are counted, and related as all are."""

_HOSTS = "hosts"
"""What a connection crosses that is not known to cross the internet."""

_FAR = ("provider", "region", "datacenter")
"""The kinds of zones between which lines belong to others."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for the model, at a connection that leaves its site, else at one on a flow: one decision encrypts all of them.

    Those that cross the internet have a hit of their own, which is worse.
    """
    facts = context.topology
    sites = _Sites(facts)
    calls = sorted(
        plaintext_between_hosts(facts),
        key=lambda connection: (not sites.apart(connection), not facts.flows_over[connection.id]),
    )
    public = [call for call in calls if shows_plaintext(facts, call)]
    for kind, alike in (("internet", public), (None, [call for call in calls if call not in public])):
        if alike:
            yield _hit(facts, alike, sites, kind)


def _hit(facts: Topology, calls: list[Connection], sites: _Sites, case: str | None) -> Hit:
    first, *others = calls
    flows = {flow for call in calls for flow in facts.flows_over[call.id]}
    return Hit(
        subject=Subject("connection", first.id),
        message=_message(facts, calls, sites, _HOSTS if case is None else "the internet"),
        related=tuple((Subject("connection", connection.id), "also in plaintext") for connection in others),
        flows=facts.in_order(flows),
        fix=_fix(facts, calls),
        case=case,
        confidence="high" if all(map(facts.crosses, calls)) else "medium",
    )


def _message(facts: Topology, calls: list[Connection], sites: _Sites, line: str) -> str:
    later = {call.id for call in calls[:_NAMED] if not (crosses_at_once(facts, call) or sites.apart(call))}
    spoken = ((call, listed([_title(each) for each in _protocols(call)])) for call in calls[:_NAMED])
    named = [f"{call.id} ({words}{', after a failover' if call.id in later else ''})" for call, words in spoken]
    named += [f"{len(calls) - _NAMED} more"] if len(calls) > _NAMED else []
    crosses = "crosses" if len(calls) == 1 else "cross"
    afar = dict.fromkeys(
        call.source
        for call in calls[:_NAMED]
        if line == _HOSTS and sites.apart(call) and stands_afar(facts.index, facts.components[call.source])
    )
    outside = (
        f"; {listed(list(afar))} {'is' if len(afar) == 1 else 'are'} in none of the networks, so this may be the internet"
        if afar
        else ""
    )
    return f"{listed(named)} {crosses} {line} unencrypted{_ways(calls, sites)}{outside}"


def _ways(calls: list[Connection], sites: _Sites) -> str:
    """Return the sites between which the named connections lead, each pair once."""
    names_by_way: dict[str, list[str]] = {}
    for call in calls[:_NAMED]:
        if way := sites.apart(call):
            names_by_way.setdefault(way, []).append(call.id)
    if len(calls) in map(len, names_by_way.values()):
        return f", {'all ' if calls[1:] else ''}{next(iter(names_by_way))}"
    if sum(map(len, names_by_way.values())) == len(calls) and any(way.startswith("between") for way in names_by_way):
        # what stands on several sites is called by and from some of them: the pairs of the others are among these
        kinds = {(sites.kinds[way.removesuffix(_LATER)], way.endswith(_LATER)) for way in names_by_way}
        if len(kinds) == 1:
            kind, is_later = kinds.pop()
            return f", all between {kind}s{_LATER if is_later else ''}"
    ways = "; ".join(f"{listed(names)} {way}" for way, names in names_by_way.items())
    return f", {ways}" if ways else ""


_LATER = " after a failover"
"""What follows the sites of a call that leads to the other one only once something has moved."""


def _protocols(connection: Connection) -> list[str]:
    return list(dict.fromkeys(port.protocol for port in clear_ports(connection)))


def _title(protocol: str) -> str:
    return PROTOCOLS[protocol].title


class _Sites:
    """The providers, regions and datacenters around hosts, looked up once for the same."""

    def __init__(self, facts: Topology) -> None:
        self._facts = facts
        self._zones: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._zones_of: dict[str, tuple[str, ...]] = {}
        self._apart: dict[tuple[tuple[str, ...], ...], str] = {}
        self.kinds: dict[str, str] = {}
        kinds: list[str] = [zone.kind for zone in facts.zones.values()]
        self._kinds = [kind for kind in _FAR if kinds.count(kind) > 1]
        self._are_several = (
            len([zone for zone in facts.zones.values() if zone.kind in _FAR and zone.within is None]) > 1
        )

    def apart(self, connection: Connection) -> str:
        """Name two of a kind between which a connection may lead; empty where it stays in one."""
        if connection.locality is not None or not (self._kinds or self._are_several):
            return ""
        zones_of, components = self._zones_of, self._facts.components
        ends = (connection.source, *connection.targets)
        later = self._between(tuple([zones_of.get(name) or self._around_component(name) for name in ends]))
        if not later or not any(components[name].cluster or components[name].replication for name in ends):
            return later
        # some of the hosts lead to no other site than all of them
        places = zip(ends, leading_ends(self._facts, connection), strict=True)
        leading = self._between(tuple([self._around(hosts) or self._around_component(name) for name, hosts in places]))
        return leading or f"{later}{_LATER}"

    def _between(self, around: tuple[tuple[str, ...], ...]) -> str:
        way = self._apart.get(around)
        if way is None:
            way = self._apart[around] = self._named(*around)
        return way

    def _named(self, callers: tuple[str, ...], *callees: tuple[str, ...]) -> str:
        here = self._by_kind(callers)
        there = [self._by_kind(zones) for zones in callees]
        for kind in self._kinds:
            ways = [way for zones in there for way in product(here.get(kind, ()), zones.get(kind, ()))]
            apart = {(source, target): None for source, target in ways if source != target}
            if apart:
                way = f"between {kind}s" if len(apart) > 1 else "from {} to {}".format(*next(iter(apart)))
                self.kinds[way] = kind
                return way
        return self._between_unlike(callers, callees)

    def _between_unlike(self, callers: tuple[str, ...], callees: tuple[tuple[str, ...], ...]) -> str:
        """Name a place and one of another kind that share no zone, such as a provider's region and a datacenter of one's own."""
        for zones in callees:
            here, there = (
                [
                    zone
                    for zone in each
                    if self._facts.zones[zone].kind in _FAR and self._facts.zones[zone].within is None
                ]
                for each in (callers, zones)
            )
            if len(here) == len(there) == 1 and here != there:
                way = f"from {here[0]} to {there[0]}"
                self.kinds[way] = "place"
                return way
        return ""

    def _by_kind(self, zones: tuple[str, ...]) -> dict[str, list[str]]:
        by_kind: dict[str, list[str]] = {}
        for zone in zones:
            by_kind.setdefault(self._facts.zones[zone].kind, []).append(zone)
        return by_kind

    def _around_component(self, name: str) -> tuple[str, ...]:
        zones = self._around(self._facts.hosts_of(name))
        if not zones:
            replicas = self._facts.components[name].replicas
            zones = tuple(dict.fromkeys(zone for each in replicas for zone in self._facts.index.zones_with(each)))
        self._zones_of[name] = zones
        return zones

    def _around(self, hosts: tuple[str, ...]) -> tuple[str, ...]:
        """Return the zones around hosts, each once."""
        zones = self._zones.get(hosts)
        if zones is None:
            around = self._facts.index.zones_around
            zones = self._zones[hosts] = tuple(dict.fromkeys([zone for host in hosts for zone in around(host)]))
        return zones


def _fix(facts: Topology, calls: list[Connection]) -> str | None:
    if all(facts.components[target].managed for call in calls for target in call.targets):
        names = dict.fromkeys(facts.components[target].title for call in calls for target in call.targets)
        first = (
            f"Switch on encryption in transit at {listed(list(names))}, and declare it (`tls: true`, with `verify`)."
        )
    else:
        first = RULE.fix if calls[1:] else _ONE
    advice = what_takes_no_tls(facts, calls)
    return " ".join(filter(None, (first, by_other_names(calls), advice)))


_ONE = "Encrypt it (`tls: true`, with `verify`), or run it over WireGuard, IPsec or a service mesh and declare it (`tls: {tunnel: …}`)."


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """TLS on each of the connections."""
    names = (hit.subject.id, *(subject.id for subject, _ in hit.related))
    calls = (connection_of(context.topology, name) for name in names)
    return encrypt(context.topology, calls)


RULE = Rule(
    id="plaintext-between-hosts",
    code="SEC014",
    title="Plaintext between hosts",
    severity="warning",
    cases=(("internet", "error"),),
    category="security",
    summary="Connections between hosts are unencrypted (other than those behind the end of a visitor's TLS).",
    why=(
        "An attacker on one host of a network, or on a line between two sites, reads everything that passes: "
        "database passwords, sessions, queued messages, patients' records. An internal network is no protection, and "
        "a line between datacenters belongs to a provider."
    ),
    fix=(
        "Encrypt each of them (`tls: true`, with `verify`), or run all of them over WireGuard, IPsec or a service "
        "mesh and declare it (`tls: {tunnel: …}`)."
    ),
    limits=(
        "Skips calls within one host, and what monitoring collects without an account. Connections from the internet "
        "are reported by `missing-tls`, and those behind the end of a visitor's TLS by `tls-ends-early`. If hosts "
        "aren't declared, a call is taken to leave its host when an end has several replicas, at medium confidence for all of them. "
        "Declare a tunnel or a network that encrypts by itself on the connection (`tls: {tunnel: ipsec}`). What goes between hosts of "
        "two providers that have public addresses, and are in no private network, crosses the internet, unless the model has a tunnel."
    ),
    references=(
        ("NIST SP 800-207, Zero Trust Architecture", "https://csrc.nist.gov/pubs/sp/800/207/final"),
        ("CWE-319, Cleartext Transmission of Sensitive Information", "https://cwe.mitre.org/data/definitions/319.html"),
    ),
    hidden_by=("missing-tls", "tls-ends-early"),
    topic="tls",
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: A worker takes from a queue in plaintext  # finding: unmonitored
hosts:
  queue-1: {}
  queue-2: {}
  queue-3: {}
  work-1: {}
  work-2: {}
components:
  worker: {kind: worker, runs_on: [work-1, work-2]}
  queue: {kind: queue, product: rabbitmq, runs_on: [queue-1, queue-2, queue-3], quorum: majority}
connections:
  worker -> queue: amqp  # finding: plaintext-between-hosts
flows:
  bill:
    title: A bill is sent
    steps:
      - worker -> queue: next
""",
    edits=(
        ("name: A worker takes from a queue in plaintext", "name: A worker takes from a queue over TLS"),
        ("worker -> queue: amqp", "worker -> queue: amqps"),
    ),
)
