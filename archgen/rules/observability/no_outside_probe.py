"""A site is monitored from within, and nothing checks it from where its visitors are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archgen.analysis.dns_names import probed_name
from archgen.analysis.encryption import shown_certificates
from archgen.analysis.failover_times import leading_hosts
from archgen.analysis.monitoring import alerted_people, keeps_logs_alone
from archgen.analysis.regions import zones_of_all
from archgen.analysis.topology import Topology
from archgen.edits.remedy import free_name
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Flow
from archgen.model.change import Append, Change, Put
from archgen.model.dns_zones import is_public_name, normalize_name
from archgen.model.protocols import TUNNELS, WEB
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for the model; silent without any monitoring, which another rule reports."""
    facts = context.topology
    if not any(component.kind == "monitoring" for component in facts.architecture.components):
        return
    probing = _probing(facts)
    blind: dict[str, tuple[str, ...]] = {}
    within: dict[str, None] = {}
    named: dict[str, None] = {}
    for flow in facts.architecture.flows:
        asked = _asked_names(facts, flow) if _is_visited(facts, flow) else ()
        if asked:
            probers = [prober for name in asked for prober in probing.get(normalize_name(name), [])]
            if all(_is_inside(facts, prober, flow) for prober in probers):
                blind[flow.id] = _names_to_probe(flow, asked, probing)
                within |= dict.fromkeys(prober.id for prober in probers)
                named |= dict.fromkeys(blind[flow.id] if probers else ())
    if blind:
        names = list(dict.fromkeys(name for asked in blind.values() for name in asked))
        checks = "checks" if len(within) == 1 else "check"
        which = "it" if len(names) == 1 else listed(list(named))
        who = "a visitor" if any(map(facts.clients_in.get, blind)) else "a caller"
        also = f"; {listed(list(within))} {checks} {which} from within" if within else ""
        yield Hit(
            subject=Subject("model", facts.architecture.id),
            message=f"Nothing checks {listed(names)} from outside, as {who} would{also}",
            flows=tuple(blind),
            confidence="high" if all(facts.flows[flow].domain is not None for flow in blind) else "medium",
            fix=_fix(names, _silent(facts, names), who),
        )


def _fix(names: list[str], silent: list[str], who: str) -> str:
    """Return what asks for the names; what answers no stranger is watched by a machine that has a key."""
    asked = [name for name in names if name not in silent]
    first = (
        f"Let something outside ask for it as {who} does, every minute: `probes: [{', '.join(asked)}]`."
        if asked
        else ""
    )
    second = (
        f"Let a machine of yours outside hold a tunnel to {listed(silent)}, and alert when the last handshake is old: no service that "
        f"probes has a key. Declare it: a `monitoring` with `probes: [{', '.join(silent)}]`."
        if silent
        else ""
    )
    return " ".join(filter(None, (first, second)))


def _silent(facts: Topology, names: list[str]) -> list[str]:
    """Return the names that lead from the internet to the ends of tunnels alone."""
    spoken: dict[str, set[str]] = {}
    for flow in facts.architecture.flows:
        ports = [hop.port for hop in facts.hops[flow.id] if facts.trust(hop.step.source) == "internet"]
        for name in _asked_names(facts, flow):
            spoken.setdefault(name, set()).update("" if port is None else port.protocol for port in ports)
    return [name for name in names if spoken[name].issubset(TUNNELS)]


def _probing(facts: Topology) -> dict[str, list[Component]]:
    """Return the components that probe each name."""
    probing: dict[str, list[Component]] = {}
    for component in facts.architecture.components:
        for probe in component.probes:
            probing.setdefault(probed_name(probe), []).append(component)
    return probing


def _names_to_probe(flow: Flow, asked: tuple[str, ...], probing: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names to advise: of a certificate's, any stands for the flow, best the one that is probed from within."""
    if flow.domain is not None:
        return asked
    return (next((name for name in asked if normalize_name(name) in probing), asked[0]),)


def _asked_names(facts: Topology, flow: Flow) -> tuple[str, ...]:
    """Return the names that can be asked for a flow: its domain, or its mail servers where that has MX records and no address.

    Of a flow without a domain, they are the public ones of the certificates that its visitors see on the web.
    """
    if flow.domain is None:
        return _certified_names(facts, flow.id)
    mail = facts.names.mail_servers(flow.domain)
    return mail if mail and not facts.names.leading(flow.domain) else (flow.domain,)


def _certified_names(facts: Topology, flow: str) -> tuple[str, ...]:
    names = (
        name
        for hop in facts.hops[flow]
        if hop.port is not None and hop.port.protocol in WEB and facts.trust(hop.step.source) == "internet"
        for target in hop.targets
        for certificate in shown_certificates(facts, hop.port, target)
        for name in certificate.names
    )
    return tuple(dict.fromkeys(name for name in names if "*" not in name and is_public_name(name)))


def _is_visited(facts: Topology, flow: Flow) -> bool:
    """Return True if a visitor on the internet, or a service of others there, sends a request in the flow."""
    return any(facts.trust(hop.step.source) == "internet" for hop in facts.hops[flow.id])


def _is_inside(facts: Topology, component: Component, flow: Flow) -> bool:
    """Return True if a prober runs on a host on which the flow runs until a failover, or in a zone that holds all of the flow."""
    if component.managed or not facts.hosts_of(component.id):
        return False
    members = dict.fromkeys(replica.component for replica in facts.losses.structures[flow.id].replicas)
    hosts = {host for name in members for host in leading_hosts(facts.components[name])}
    zones = zones_of_all(facts, component)
    return set(facts.hosts_of(component.id)) <= hosts or any(facts.losses.holds_all(zone, flow.id) for zone in zones)


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Probes of the names, by a monitoring that somebody else runs: the first there is, or a new one; not of ends of tunnels."""
    facts = context.topology
    probing = _probing(facts)
    flows = [facts.flows[flow] for flow in hit.flows]
    asked = [_names_to_probe(flow, _asked_names(facts, flow), probing) for flow in flows]
    names = list(dict.fromkeys(name for each in asked for name in each))
    silent = _silent(facts, names)
    names = [name for name in names if name not in silent]
    if not names:
        return ()
    outside = next(
        (
            component.id
            for component in facts.architecture.components
            if component.kind == "monitoring" and component.managed and not keeps_logs_alone(facts, component)
        ),
        None,
    )
    if outside is not None:
        return tuple(Append(("components", outside, "probes"), name) for name in names)
    value = {"kind": "monitoring", "managed": True, "probes": names, "alerts": [*alerted_people(facts)]}
    return (Put(("components", free_name("probe", facts)), value),)


RULE = Rule(
    id="no-outside-probe",
    code="OBS006",
    title="No probe from outside",
    severity="warning",
    category="observability",
    summary="Nothing checks the site from outside its own zones.",
    why=(
        "Monitoring from the inside sees healthy servers. It doesn't see that the name no longer resolves, that the "
        "certificate expired, that the firewall drops visitors or that the provider's line is down. From the inside, "
        "a site that can't be reached looks like a quiet day."
    ),
    fix=(
        "Let a service outside request the page every minute as a visitor does, and declare the names that it "
        "requests: `probes`."
    ),
    limits=(
        "Checks flows of visitors, and of services of others, that declare a `domain`, else by a public name of the "
        "certificates that they see on the web; of a domain with MX records and no address, the names of its mail servers. "
        "Doesn't report models without any monitoring, which `unmonitored` reports."
    ),
    references=(
        (
            "Google SRE Book, Monitoring Distributed Systems (black-box monitoring)",
            "https://sre.google/sre-book/monitoring-distributed-systems/",
        ),
    ),
    topic="monitoring",
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: Watched from within  # finding: no-outside-probe
components:
  user: {kind: client}
  site: {kind: external-service, managed: true, replicas: 2}
  watch: {kind: monitoring, managed: true, alerts: [operations]}
connections:
  user -> site: https
  watch -> site: https
flows:
  read-page:
    title: A visitor opens a page
    domain: www.foobar.com
    steps:
      - user -> site: GET /
""",
    edits=(
        ("name: Watched from within", "name: Watched from outside"),
        ("operations]", "operations], probes: [www.foobar.com]"),
    ),
)
