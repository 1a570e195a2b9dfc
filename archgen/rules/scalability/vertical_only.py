"""Request-serving components with one replica and nothing before them that could spread the load."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.hops import Hop, is_signaled
from archgen.analysis.topology import FEW_REQUESTS, Topology
from archgen.edits.second_replicas import may_run_twice
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Port
from archgen.model.products import product_name, product_of
from archgen.model.subject import Subject
from archgen.model.wording import MOST_NAMED, first_few, listed
from archgen.reliability.requests import defers


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for the model that lists the components."""
    facts = context.topology
    called = {
        target
        for flow, hops in facts.hops.items()
        if _grows(facts, flow)
        for hop in hops
        if not hop.optional and not _is_later(hop) and not (hop.port is not None and _is_assigned(hop.port))
        for target in hop.step.targets
        if not facts.takes_calls(target)
    }
    unspread = called - facts.behind_balancers
    alone = [
        component.id
        for component in facts.architecture.components
        if component.id in unspread and _alone(facts, component.id)
    ]
    if alone:
        has = "has" if len(alone) == 1 else "have"
        flows = facts.flows_through(alone)
        limit = context.threshold("vertical-only", "requests", FEW_REQUESTS)
        yield Hit(
            subject=Subject("model", facts.architecture.id),
            message=(
                f"When traffic grows, only a bigger server helps: {listed(first_few(alone, MOST_NAMED))} {has} one replica and no load "
                "balancer in front"
            ),
            related=tuple((Subject("component", component), "has one replica") for component in alone),
            flows=flows,
            fix=_fix(facts, alone),
            # what grows by nothing makes no light load heavy
            case="light" if facts.is_light([flow for flow in flows if _grows(facts, flow)], limit) else None,
        )


def _fix(facts: Topology, alone: list[str]) -> str | None:
    """Return the fix that names those of which only their makers know if several can share the load; None where there are none."""
    unsure = [name for name in alone if not may_run_twice(facts, facts.components[name])]
    if not unsure:
        return None
    if len(unsure) < len(alone):
        return f"{RULE.fix} Of {listed(unsure)}, only if the makers support several."
    return (
        f"If the makers of {listed(unsure)} support several, put a load balancer in front, and run at least two replicas behind it. If "
        "not, know what one server can take (`capacity`), and how big the biggest one is."
    )


def _grows(facts: Topology, flow: str) -> bool:
    """Return True for a flow that visitors begin, or of which a demand is declared: a tool of a team doesn't grow by itself."""
    return facts.flows[flow].busiest is not None or any(
        facts.trust(hop.step.source) == "internet" and not _is_for_team(facts, hop) for hop in facts.hops[flow]
    )


def _is_for_team(facts: Topology, hop: Hop) -> bool:
    """Return True for a step through the door of administrators, such as their VPN, or over a port for them."""
    bastion = all(facts.kind(target).id == "bastion" for target in hop.targets)
    return bastion or (hop.port is not None and hop.port.admin is True)


def _is_assigned(port: Port) -> bool:
    """Return True for a port of which callers are given the server, for a call or for a match, or find it in a file of their host.

    No balancer chooses it: behind a Unix socket, each host of the caller brings another one.
    """
    return is_signaled(port) or port.protocol in ("udp", "unix")


_BRIDGES = (
    "jitsi",
    "jitsi-videobridge",
    "livekit",
    "mediasoup",
    "janus",
    "kurento",
    "bigbluebutton",
    "freeswitch",
    "asterisk",
)
"""Products of which a conference is put on one server, whatever protocol its first request comes in."""


_OF_SEATS = (
    "flexlm",
    "flexnet",
    "flexnet-publisher",
    "flexnet-licensing",
    "lmgrd",
    "rlm",
    "sentinel-ldk",
    "codemeter",
    "dsls",
)
"""Products that hand out licenses: they end with the seats, of which a second server of its own has no more."""


def _is_later(hop: Hop) -> bool:
    """Return True for a step that nobody waits for: what it asks can be done later, by the same server."""
    return defers(hop.step, hop.connection)


def _alone(facts: Topology, component: str) -> bool:
    candidate = facts.components[component]
    # an orchestrator starts what floats, and spreads requests over its replicas as soon as their number is raised
    scales = candidate.cluster is not None and candidate.cluster.by == "orchestrator"
    scales = scales or all(replica.floating for replica in candidate.replicas)
    product = product_of(candidate.product)
    may_grow = not (
        scales or product.single or product.ordered or product_name(candidate.product) in (*_BRIDGES, *_OF_SEATS)
    )
    return facts.kind(component).serves and not candidate.managed and len(candidate.replicas) == 1 and may_grow


RULE = Rule(
    id="vertical-only",
    code="SCA003",
    title="Vertical scaling only",
    severity="warning",
    cases=(("light", "info"),),
    category="scalability",
    summary="A component that serves requests has one replica, and nothing before it can spread load.",
    why=(
        "A single server can be made bigger, with a restart each time, until there is no bigger one. Scaling out "
        "needs a balancer that spreads requests over several replicas, and sessions that aren't kept on one of them. "
        "Under load, in a hurry, is the worst time to add that."
    ),
    fix="Put a load balancer in front, and run at least two replicas behind it on hosts of their own.",
    limits=(
        "Considers web servers, application servers and services in flows that visitors begin, other than through a bastion, or "
        "that have a `demand`, where the step is neither optional nor `async`. Skips media, their relays, games over `udp` and "
        "bridges of conferences, whose callers are given a server, telephony (SIP), whose callers try several, what is behind a Unix "
        "socket, products of which one instance works, and license servers; other rules cover data stores. An orchestrator "
        "(`cluster: {by: orchestrator}`, or `runs_on: {any: …}`) spreads requests itself once there are more replicas. Where all of "
        "these flows declare a `demand`, and that is small, it is information."
    ),
    references=(
        (
            "AWS Well-Architected, Reliability: scale horizontally",
            "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/design-principles.html",
        ),
    ),
    check=check,
    thresholds=(("requests", FEW_REQUESTS, "requests per second at peak below which one server is information"),),
    bad="""\
archgen: 1
name: One service  # finding: vertical-only, unmonitored, maintenance-downtime
hosts:
  server-1: {}  # finding: single-point-of-failure
components:
  job: {kind: scheduler, runs_on: server-1}
  api: {kind: service, runs_on: server-1}
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    demand: 10/s
    steps:
      - job -> api: start
""",
    edits=(
        ("name: One service", "name: A service behind a proxy"),
        (
            "job: {kind: scheduler, runs_on: server-1}",
            "job: {kind: scheduler, runs_on: server-1}\n  proxy: {kind: reverse-proxy, runs_on: server-1}",
        ),
        ("  job -> api: https", "  job -> proxy: https\n  proxy -> api: http"),
        ("      - job -> api: start", "      - job -> proxy: start\n      - proxy -> api: start"),
    ),
)
