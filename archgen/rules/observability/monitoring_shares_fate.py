"""The monitoring stands on a host, or in a zone, of what it watches, and goes down with it."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.failover_times import moves_alone
from archgen.analysis.monitoring import asked_by_probes, collected_from, keeps_logs_alone, points_beside_monitoring
from archgen.analysis.regions import zones_of_all
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.finding import Proof
from archgen.model.products import product_of
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed, named_flows


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for all monitoring, unless one monitor is independent of all that the flows need."""
    facts = context.topology
    watching = [component for component in facts.architecture.components if component.kind == "monitoring"]
    # what a model leaves open may as well be watched by nothing, whatever asks the monitoring for its data
    is_open = "monitoring" in facts.architecture.unknown
    calling = [each for each in watching if facts.outgoing[each.id]] if is_open else watching
    monitors = [component for component in calling if not keeps_logs_alone(facts, component)]
    shared = {monitor.id: _shared(facts, monitor) for monitor in monitors}
    if any(monitor.managed for monitor in monitors) and not all(monitor.managed for monitor in monitors):
        # a provider's stands apart from the hosts of what runs beside it
        return
    if monitors and all(shared.values()):
        alerting = [monitor for monitor in monitors if monitor.alerts or not product_of(monitor.product).shows]
        yield _hit(facts, alerting or monitors, shared)


def _shared(facts: Topology, monitor: Component) -> tuple[Subject, ...]:
    """The host that the monitoring has in common with what it watches, if it has no other; else a zone whose loss takes down flows.

    Several hosts are lost together only where one zone holds them, and stand behind it.
    """
    own = () if monitor.managed else facts.hosts_of(monitor.id)
    machines = tuple(dict.fromkeys(map(facts.index.machine, own)))
    common = [places for places in (own, machines) if all(_works(facts, host) for host in places)]
    common.sort(key=len)
    if common and len(common[0]) == 1:
        return tuple(Subject("host", host) for host in common[0])
    inside = zones_of_all(facts, monitor)
    for zone in facts.zones:
        place = Subject("zone", zone)
        if zone in inside and facts.index.zones_like(zone) and _stopped(facts, place):
            host = Subject("host", own[0]) if len(own) == 1 else place
            return (host if set(_stopped(facts, host)) == set(_stopped(facts, place)) else place,)
    return tuple(Subject("host", host) for host in common[0]) if common else ()


def _works(facts: Topology, host: str) -> bool:
    """Return True if an element is a host that is monitored, or has such a guest, and runs a component that a flow needs."""
    return bool(_watched_on(facts, host))


def _watched_on(facts: Topology, host: str) -> list[str]:
    """Return which of a host and those on it are monitored and carry a flow, and more than the monitoring itself.

    Errors, logs and answers count: who tells of them is as silent when it is gone with what it tells of.
    """
    watched = collected_from(facts) | asked_by_probes(facts)
    return [
        each
        for each in (host, *facts.index.machines.get(host, ()))
        if Subject("host", each) in watched
        and any(facts.flows_of[name] and not facts.kind(name).observes for name in _carried(facts, each))
    ]


def _carried(facts: Topology, host: str) -> list[str]:
    """Return the components on a host, with those that a platform may start there."""
    return [each.id for each in facts.architecture.components if host in facts.hosts_of(each.id)]


def _hit(facts: Topology, monitors: list[Component], shared: dict[str, tuple[Subject, ...]]) -> Hit:
    """The first monitoring is the subject; those beside it are blind for the same reason."""
    together: dict[tuple[tuple[Subject, ...], bool], list[str]] = {}
    for monitor in monitors:
        # what can only start on another guest of a machine that is lost goes down with it for good
        moves = moves_alone(monitor) and (len(shared[monitor.id]) > 1 or shared[monitor.id][0].kind == "zone")
        together.setdefault((shared[monitor.id], moves), []).append(monitor.title)
    places = dict.fromkeys(place for standing, _ in together for place in standing)
    flows = dict.fromkeys(flow for place in places for flow in _flows(facts, place))
    managed = "managed" if all(monitor.managed for monitor in monitors) else None
    several = "several" if any(len(standing) > 1 for standing, _ in together) else managed
    case = "floating" if any(floating for _, floating in together) else several
    return Hit(
        subject=Subject("component", monitors[0].id),
        message="; ".join(_sentence(facts, titles, *where) for where, titles in together.items()),
        fix=_FIXES.get(case),
        case=case,
        related=(
            *((Subject("component", monitor.id), "is blind then too") for monitor in monitors[1:]),
            *((place, "goes down with the monitoring on it") for place in places),
        ),
        flows=facts.in_order(flows),
        proof=_proof(facts, *places) if len(places) == 1 else None,
    )


_HEARTBEAT = (
    "Let something outside notice that the cluster is gone with its monitoring: a heartbeat that the monitoring sends (a dead man's "
    "switch) to a service that alerts when it stops. Declare that: `kind: monitoring`, `managed: true` and `alerts`."
)
_FIXES: dict[str | None, str] = {
    "floating": _HEARTBEAT,
    "several": _HEARTBEAT,
    "managed": "Let something elsewhere probe the site and alert, such as a service of another provider: `kind: monitoring`, with `probes` "
    "and `alerts`.",
}


def _sentence(facts: Topology, titles: list[str], standing: tuple[Subject, ...], floating: bool) -> str:
    names = [place.id for place in standing]
    is_one = len(titles) == 1
    they, are, watch = ("it", "is", "watches") if is_one else ("they", "are", "watch")
    runs = f"{listed(titles)} {'runs' if is_one else 'run'}"
    if floating and len(names) > 1:
        either = listed(names, "or") if len(names) <= _NAMED else f"one of {len(names)} hosts"
        return f"{runs} on {either}, which {they} {watch}, so {they} {are} silent when that host goes down, until started elsewhere"
    places = listed(first_few(names, _NAMED))
    if not _works(facts, names[0]):
        flows = _flows(facts, standing[0])
        loss = f"the loss of {places} takes down {named_flows(flows, len(facts.flows), is_counted=True)}"
        return f"{runs} {'on' if standing[0].kind == 'host' else 'in'} {places}, so {they} {are} silent when {loss}"
    watched = [host for name in names for host in _watched_on(facts, name)]
    apart = [host for host in watched if host not in names]
    beside = f" beside {listed(first_few(apart, _NAMED))}" if apart == watched else ""
    where = f"{runs} on {places}{beside}, which {they} {watch}"
    if len(names) > 1:
        together = "both" if len(names) == 2 else "all of them"
        return f"{where}, so nothing is left to alert when {together} go down"
    return f"{where}, so {they} {are} silent when {places} goes down"


_NAMED = 3
"""The most hosts that a message names one by one."""


def _proof(facts: Topology, place: Subject) -> Proof | None:
    """Return the proof that the loss of a zone takes down a flow; a host is a reason even where no flow goes down."""
    if _works(facts, place.id):
        return None
    return facts.losses.points[_stopped(facts, place)[0]][place].proof


def _flows(facts: Topology, place: Subject) -> tuple[str, ...]:
    if _works(facts, place.id):
        hosts = (place.id, *facts.index.machines.get(place.id, ()))
        return facts.flows_through([name for host in hosts for name in _carried(facts, host)])
    return _stopped(facts, place)


def _stopped(facts: Topology, place: Subject) -> tuple[str, ...]:
    """Return the flows that the loss of a host or zone takes down, other than by its monitoring."""
    looking = points_beside_monitoring(facts)
    return tuple(flow for flow in facts.flows if place in looking.get(flow, facts.losses.points[flow]))


RULE = Rule(
    id="monitoring-shares-fate",
    code="OBS002",
    title="Monitoring fails with what it monitors",
    severity="warning",
    cases=(("floating", "info"), ("managed", "info"), ("several", "info")),
    category="observability",
    summary="The monitoring runs on a host or in a zone that it monitors.",
    why=(
        "The outage that the monitoring has to report takes down the monitoring as well. The host is gone, the "
        "dashboard stays green because no measurements arrive, and nobody is called."
    ),
    fix="Run the monitoring on a host of its own in another zone, or use a managed service, and monitor the monitoring too.",
    limits="Doesn't report models with a second monitoring elsewhere, nor a monitoring whose hosts aren't declared. One that a "
    "platform starts elsewhere is an information, and so are a provider's whose `zone` is declared and several replicas on hosts of "
    "their own. A store of logs that alerts nobody doesn't count. A host that carries monitoring alone isn't one that it watches, and a "
    "dashboard without `alerts` isn't told of beside what alerts. With `unknown: [monitoring]`, only monitoring that calls something "
    "counts.",
    references=(
        (
            "Prometheus documentation, Alerting best practices (metamonitoring)",
            "https://prometheus.io/docs/practices/alerting/",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: The watch stands on what it watches
hosts:
  server-1: {}
  server-2: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: other, runs_on: [server-1, server-2]}
  watch: {kind: monitoring, runs_on: server-1, alerts: [operations]}  # finding: monitoring-shares-fate
connections:
  job -> api: https
  watch -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        ("name: The watch stands on what it watches", "name: The watch stands apart"),
        ("server-2: {}", "server-2: {}\n  watch-1: {}"),
        ("runs_on: server-1", "runs_on: watch-1"),
    ),
)
