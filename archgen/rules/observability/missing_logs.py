"""A public server whose logs nobody collects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from archgen.analysis.access.public_servers import public_servers
from archgen.analysis.encryption import clear_ports
from archgen.analysis.monitoring import Collected, collection_of
from archgen.analysis.topology import Topology
from archgen.edits.firewalls import admit_like
from archgen.edits.patch import port_value
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Collection, Connection
from archgen.model.change import Append, Change, Put
from archgen.model.products import product_of
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each entry; skips managed components and unmonitored ones, which another rule reports."""
    facts = context.topology
    syslog = _syslog(facts)
    named: set[str] = set()
    unnamed = public_servers(facts)
    for name, ways in facts.entries.items():
        before = dict.fromkeys(each for way in ways.values() for each in way if each not in named)
        caches = [each for each in before if _keeps_none(facts, each)]
        named.update(caches)
        if _keeps_none(facts, name) or caches:
            yield _kept_nowhere(facts, name, caches, ways)
        taken = None if facts.components[name].managed else collection_of(facts, name)
        if taken is not None and taken.logs is False:
            others = {other: flows for other, flows in unnamed.items() if _is_as_silent(facts, other, taken)}
            # the first hit names them
            unnamed = {}
            yield _hit(facts, name, taken, others, syslog)


def _hit(
    facts: Topology, entry: str, taken: Collected, others: Mapping[str, tuple[str, ...]], syslog: Connection | None
) -> Hit:
    ways, observers = facts.entries[entry], taken.observers
    watches, takes = ("watches", "takes") if len(observers) == 1 else ("watch", "take")
    also = f", nor from {listed([*others])}, which the internet reaches too" if others else ""
    return Hit(
        subject=Subject("component", entry),
        message=f"{listed(observers)} {watches} {entry}, which {_reached(facts, ways)}, and {takes} no logs from it{also}",
        related=(
            *((Subject("component", observer), "takes no logs from it") for observer in observers),
            *((Subject("component", other), _TOO) for other in others),
        ),
        flows=facts.in_order({*ways, *(flow for flows in others.values() for flow in flows)}),
        fix=_advise(facts, [entry, *others], observers, syslog),
        confidence="high" if taken.named else "medium",
    )


_TOO = "sends no logs either"


def _is_as_silent(facts: Topology, server: str, taken: Collected) -> bool:
    """Return True for a server that is no entry, and from which observers of an entry take no logs either."""
    of_it = collection_of(facts, server) if server not in facts.entries else None
    return of_it is not None and of_it.logs is False and not set(of_it.observers).isdisjoint(taken.observers)


def _kept_nowhere(facts: Topology, entry: str, caches: list[str], ways: Mapping[str, tuple[str, ...]]) -> Hit:
    """Return the hit for a managed entry, and the CDNs before it, whose access logs are off unless switched on."""
    names = [*([entry] if _keeps_none(facts, entry) else []), *caches]
    sees = f"whose cache answers what {entry} never sees"
    if names[0] == entry:
        also = f"; nor those of {listed(caches)}, {sees}" if caches else ""
        what = f"{entry}, which {_reached(facts, ways)} and which keeps none by default{also}"
    else:
        what = f"{listed(caches)}, {sees}, and where none are kept by default"
    source, of = (names[0], "its") if len(names) == 1 else (f"[{', '.join(names)}]", "their")
    return Hit(
        subject=Subject("component", names[0]),
        message=f"Nothing takes the access logs of {what}",
        flows=tuple(ways),
        fix=f"Switch {of} access logs on, and say what takes them: `collects: [{{from: {source}, what: [logs]}}]`.",
    )


def _reached(facts: Topology, ways: Mapping[str, tuple[str, ...]]) -> str:
    """Return how visitors come to an entry: directly, or through the CDNs and application firewalls before it."""
    before = {flow: [name for name in way if facts.kind(name).id in ("cdn", "waf")] for flow, way in ways.items()}
    last = dict.fromkeys(names[-1] for names in before.values() if names)
    return f"visitors reach through {listed([*last])}" if all(before.values()) else "the internet reaches"


def _syslog(facts: Topology) -> Connection | None:
    """Return the first connection on which something that isn't watching itself sends its logs to a collector by syslog."""
    for collector in facts.of_kind("log-collector"):
        for call in facts.incoming[collector.id]:
            sends = any(port.protocol == "syslog" for port in call.ports) and len(call.targets) == 1
            if sends and not facts.kind(call.source).observes:
                return call
    return None


def _advise(facts: Topology, names: list[str], observers: tuple[str, ...], syslog: Connection | None) -> str | None:
    """Return the fix of servers that can send their logs where others send theirs, or that take no client."""
    if all(any(_ships(facts, observer, name) for observer in observers) for name in names):
        return None
    send, hosts = ("it send its logs", "its hosts") if len(names) == 1 else ("each send its logs", "their hosts")
    if syslog is not None:
        how = ", but over TLS" if clear_ports(syslog) else ""
        return f"Let {send} to {syslog.targets[0]}, as {syslog.source} does{how}, and declare that connection."
    if _takes_no_client(facts, names[0]):
        return f"Let {send} to a collector by syslog (`kind: log-collector`), and declare that connection."
    if not any(_takes_logs(facts, observer) for observer in observers):
        unable = f"{listed(observers)} {'takes' if len(observers) == 1 else 'take'} no logs of any host"
        return f"Run a client on {hosts} that ships {'its' if len(names) == 1 else 'their'} logs (`kind: log-collector`): {unable}."
    return None


def _takes_logs(facts: Topology, observer: str) -> bool:
    """Return True unless an observer measures alone, whatever it is told to take."""
    return not product_of(facts.components[observer].product or observer).figures_only


def _ships(facts: Topology, observer: str, entry: str) -> bool:
    """Return True for a client on an entry's own host that could take its logs too, and needs no way in to the collector."""
    shared = set(facts.hosts_of(observer)).intersection(facts.hosts_of(entry))
    return _takes_logs(facts, observer) and bool(shared) and not _takes_no_client(facts, entry)


def _takes_no_client(facts: Topology, entry: str) -> bool:
    return product_of(facts.components[entry].product).appliance


def _keeps_none(facts: Topology, entry: str) -> bool:
    """Return True for a managed entry without logs of its own, where all that watches says what it takes."""
    component = facts.components[entry]
    if not component.managed or not product_of(component.product).plain_entry:
        return False
    declared = all(observer.collects for observer in facts.observers)
    taken = [part for observer in facts.observers for part in observer.collects]
    return bool(taken) and declared and not any(_logs(part, entry) for part in taken)


def _logs(collection: Collection, entry: str) -> bool:
    """Return True if a collection takes logs from an entry, or doesn't say what it takes."""
    return entry in collection.sources and (not collection.what or "logs" in collection.what)


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Logs beside what is collected from the servers already, by what can take logs; else sent to where others send theirs by TLS.

    They are of these servers alone, if others are named too. An appliance takes no client that could ship them.
    """
    facts, syslog = context.topology, _syslog(context.topology)
    observers = [subject.id for subject, label in hit.related if label != _TOO]
    sent: list[Change] = []
    taken: dict[tuple[str, int], list[str]] = {}
    for name in (hit.subject.id, *(subject.id for subject, label in hit.related if label == _TOO)):
        shipping = [each for each in observers if _ships(facts, each, name)]
        if syslog is not None and observers and not shipping:
            sent += _sending(facts, name, syslog)
        elif not _takes_no_client(facts, name):
            for observer in filter(partial(_takes_logs, facts), shipping or observers):
                for at, part in enumerate(facts.components[observer].collects):
                    if part.what and "logs" not in part.what and (not part.sources or name in part.sources):
                        taken.setdefault((observer, at), []).append(name)
    return (*sent, *(_taking_logs(facts, observer, at, names) for (observer, at), names in taken.items()))


def _sending(facts: Topology, name: str, syslog: Connection) -> tuple[Change, ...]:
    """Return the connection on which a server sends its logs to where others send theirs, with the rules that let it in there."""
    value = port_value(syslog.ports[0])
    declared = value if isinstance(value, dict) else {"protocol": value}
    call = Put(("connections", f"{name} -> {syslog.targets[0]}"), declared | {"required": False})
    admitted = admit_like(facts, syslog, name)
    return () if admitted is None or clear_ports(syslog) else (call, *admitted)


def _taking_logs(facts: Topology, observer: str, at: int, names: list[str]) -> Change:
    path, sources = ("components", observer, "collects"), facts.components[observer].collects[at].sources
    if not {*names}.issuperset(sources):
        return Append(path, {"from": names, "what": ["logs"]})
    return Append((*path, at, "what"), "logs")


RULE = Rule(
    id="missing-logs",
    code="OBS005",
    title="Logs are not collected",
    severity="info",
    category="observability",
    summary="A public server sends no logs to another host.",
    why=(
        "A graph shows that something happened; the log says what: who sent a request, what was answered, what "
        "failed. After a break-in, the logs on the server are the first thing that the attacker deletes, and after a "
        "crash they are on a disk that can't be reached. Only logs that were sent elsewhere before can still be read."
    ),
    fix="Let a client on the server ship them: `collects: [{from: …, what: [metrics, logs]}]`.",
    limits=(
        "Looks at the first of your own components that visitors reach by the web, and names the other servers that the "
        "internet reaches beside it. Doesn't check components if the model doesn't say what is collected from them, nor "
        "unmonitored ones, which `unmonitored` reports."
    ),
    references=(
        ("CWE-778, Insufficient Logging", "https://cwe.mitre.org/data/definitions/778.html"),
        ("NIST SP 800-92, Guide to Computer Security Log Management", "https://csrc.nist.gov/pubs/sp/800/92/final"),
        (
            "OWASP Top 10, A09:2021 Security Logging and Monitoring Failures",
            "https://owasp.org/Top10/A09_2021-Security_Logging_and_Monitoring_Failures/",
        ),
    ),
    topic="monitoring",
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: Figures without logs
hosts:
  server-1: {}
  server-2: {}
components:
  user: {kind: client}
  filter: {kind: firewall, guards: [server-1, server-2], default: deny}
  site:  # finding: missing-logs
    kind: service
    runs_on: [server-1, server-2]
    cluster: {address: {shared: 192.0.2.10}, by: vrrp, watches: process}
    rate_limit: 10/s
  agent:
    kind: monitoring-agent
    runs_on: [server-1, server-2]
    collects: [{from: site, what: [metrics], measures: [requests-per-second]}]
connections:
  user -> site: https
flows:
  read-page:
    title: A visitor opens a page
    steps:
      - user -> site: GET /
""",
    edits=(
        ("name: Figures without logs", "name: Figures and logs"),
        ("metrics", "metrics, logs"),
    ),
)
