"""All placed replicas of a flow are in one declared zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archgen.analysis.regions import entries_into, is_spread_within, stack_beside, zones_served, zones_used_like
from archgen.analysis.topology import Topology
from archgen.edits.zone_advice import spread_members
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import SMALL_ZONES, WIDE_ZONES
from archgen.model.products import is_setting_of_balancer, product_name, zone_of
from archgen.model.subject import Subject
from archgen.model.wording import in_zone, listed, plural, zone_words
from archgen.reliability.losses import RootCause


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each innermost zone that holds all of a flow that its loss takes down.

    A zone that is a cause of its own is reported as a single point of failure, with all flows that it takes down.
    """
    facts = context.topology
    held: dict[Subject, list[str]] = {}
    for flow in facts.flows:
        zones = () if _is_one_piece(facts, flow) else _zones_at_fault(facts, flow)
        for zone in (Subject("zone", name) for name in zones):
            inner = any(facts.index.inside(other, zone.id) for other in zones)
            if not inner and zone in facts.losses.points[flow]:
                held.setdefault(zone, []).append(flow)
    served = zones_served(facts)
    for breaking in facts.losses.root_causes:
        if breaking.element in held and not facts.losses.broken_as_zone(breaking):
            flows = held[breaking.element]
            unspread = tuple(flow for flow in flows if not is_spread_within(facts, breaking.element.id, flow, served))
            yield _hit(facts, breaking, unspread or tuple(flows), sure=bool(unspread))


def _zones_at_fault(facts: Topology, flow: str) -> frozenset[str]:
    """Return the zones that hold a flow, and those in them that hold all of it but services that no smaller place takes down."""
    holding = facts.losses.zones_holding[flow]
    replicas = facts.losses.structures[flow].replicas
    around = [facts.index.shared_zones(replica) for replica in replicas if replica.hosts]
    own = frozenset.intersection(*around) if around else frozenset()
    points = facts.losses.points[flow]
    inner = (zone for zone in own if Subject("zone", zone) in points)
    return holding | {zone for zone in inner if any(facts.index.inside(zone, other) for other in holding)}


def _is_one_piece(facts: Topology, flow: str) -> bool:
    """Return True if all of a flow is spread by providers but one replica, which `single-point-of-failure` reports."""
    replicas = facts.losses.structures[flow].replicas
    placed = [each for each in replicas if each.hosts or zone_of(facts.components[each.component]) is not None]
    return len(placed) == 1 and any(facts.provided(Subject("replica", each.id)) for each in replicas)


def _hit(facts: Topology, breaking: RootCause, held: tuple[str, ...], *, sure: bool) -> Hit:
    zone = breaking.element.id
    flows = breaking.flows
    more = f"; losing {zone} takes down {plural(len(flows), 'flow')}: {listed(flows)}" if len(flows) > len(held) else ""
    others = zones_used_like(facts, zone) if facts.zones[zone].kind in WIDE_ZONES else []
    beside = f", and none in {listed(others)}" if others else ""
    counted = f"{plural(len(held), 'flow')} ({listed(held)})"
    every = f"Every replica of {counted} is"
    if not all(_holds_all(facts, zone, flow) for flow in held):
        structures = (facts.losses.structures[flow] for flow in held)
        hosted = all(any(replica.hosts for replica in structure.replicas) for structure in structures)
        every = f"Every host of {counted} is" if hosted else f"Everything of {counted} that declares a zone is"
    return Hit(
        subject=breaking.element,
        message=f"{every} {in_zone(facts.zones[zone].kind, zone)}{beside}{more}",
        flows=flows,
        fix=_fix(facts, zone, held),
        proof=breaking.points[0].proof,
        case="backup" if all(facts.starting_kinds[flow] == {"backup"} for flow in flows) else None,
        confidence="high" if sure else "low",
        causes=_told_alone(facts, zone, flows),
    )


def _fix(facts: Topology, zone: str, held: tuple[str, ...]) -> str:
    """Return the fix for a zone; a second site is a decision of those who pay for it, and not every provider has one nearby.

    Of members that agree, one elsewhere changes nothing: the zone that holds the others would still decide.
    """
    kind = facts.zones[zone].kind
    accept = "" if kind in SMALL_ZONES else f", or accept the loss of {zone} (`accept`)"
    replicas = dict.fromkeys(each for flow in held for each in facts.losses.structures[flow].replicas)
    placed = {each.component: None for each in replicas if zone in facts.index.shared_zones(each)}
    beside = stack_beside(facts, zone, list(placed)) if kind in WIDE_ZONES else None
    if beside is not None:
        return f"{_lead_over(facts, held, list(placed), beside[0], beside[1])}{accept}."
    voting = {name: spread for name in placed if (spread := spread_members(facts.components[name], kind))}
    if not voting:
        return f"Place at least one replica of every component of the flow in another {zone_words(kind)}{accept}."
    second = "each to a second one" if voting.keys() - {next(iter(voting))} else "it to a second one"
    own = f", or copy {second} in another {zone_words(kind)}" if kind in WIDE_ZONES else ""
    others = f"; place at least one replica of every other component of the flow in another {zone_words(kind)}"
    return f"Spread {listed([*voting.values()])}{own}{others if len(voting) < len(placed) else ''}{accept}."


def _lead_over(facts: Topology, held: tuple[str, ...], placed: list[str], other: str, twins: Mapping[str, str]) -> str:
    """Return the fix where another zone runs the same under other names: who leads requests there, and the data to copy."""
    entries = entries_into(facts, held, placed, twins)
    led = {target: _leader(facts, source) for target, source in entries.items()}
    copied = [name for name in placed if facts.kind(name).stores]
    copies = listed([f"{name} to {twins[name]}" for name in copied])
    written = any(flow in facts.flows_writing[name] for name in copied for flow in held)
    if written and led and all(_retries_reads_alone(facts, source) for source in led.values()):
        moves = listed([f"from {target} to {twins[target]}" for target in led])
        return (
            f"Give {listed([*dict.fromkeys(led.values())])} a name as origin that DNS moves {moves} by a health check (the failover of a "
            f"CDN's origins covers only reads); copy {copies}, and let what is copied take writes there before the name moves"
        )
    ways = [f"{source} fail over from {target} to {twins[target]}" for target, source in led.items()]
    lead = listed(ways) if ways else f"the flow fail over to what runs {in_zone(facts.zones[other].kind, other)}"
    return f"Let {lead}{f', and copy {copies}' if copies else ''}"


_FOR_ALL_METHODS = ("akamai", "azure-front-door", "cloudflare", "fastly", "imperva")
"""CDNs that also balance: health checks choose the origin of each request, whatever its method."""


def _retries_reads_alone(facts: Topology, name: str) -> bool:
    """Return True for a CDN that asks a second origin only for what it reads (GET, HEAD and OPTIONS), and not for what is written."""
    component = facts.components.get(name)
    if component is None or component.kind != "cdn":
        return False
    return product_name(component.product or component.id) not in _FOR_ALL_METHODS


def _leader(facts: Topology, source: str) -> str:
    """Return what decides where requests go: a firewall of requests that a CDN is set up with leaves that to the CDN."""
    if is_setting_of_balancer(facts.components[source]):
        source = next((call.source for call in facts.incoming[source]), source)
    return "requests" if facts.kind(source).id == "client" else source


def _told_alone(facts: Topology, zone: str, flows: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """Return what in a zone takes down its flows alone; none if replicas in it stand in for each other.

    A missed backup is no more than the loss of what else is there, so it counts only if nothing but backups is.
    """
    if any(facts.losses.holds_stand_ins(zone, flow) for flow in flows):
        return frozenset()
    visited = [flow for flow in flows if facts.starting_kinds[flow] != {"backup"}]
    points = (point for flow in visited or flows for point in facts.losses.causes[flow])
    return frozenset((point.element.id, point.flow) for point in points if _is_in(facts, point.element, zone))


def _is_in(facts: Topology, element: Subject, zone: str) -> bool:
    if element.kind == "host":
        return zone in facts.index.zones_around(element.id)
    return element.kind == "replica" and zone in facts.index.zones_with(facts.replicas[element.id])


def _holds_all(facts: Topology, zone: str, flow: str) -> bool:
    """Return True if all of a flow is in a zone, and nothing of it in no place that is declared, as its provider spreads it."""
    replicas = facts.losses.structures[flow].replicas
    spread = (each for each in replicas if facts.provided(Subject("replica", each.id)))
    placed = all(zone_of(facts.components[each.component]) is not None for each in spread)
    return placed and facts.losses.holds_all(zone, flow)


RULE = Rule(
    id="single-zone",
    code="REL009",
    title="All replicas in one zone",
    severity="warning",
    cases=(("backup", "info"),),
    category="reliability",
    summary="All placed replicas of a flow are in one declared zone.",
    why=(
        "Racks lose power, datacenters lose their uplink and regions have outages of hours. Replicas in the same "
        "failure domain fail together, so they protect against the loss of a host and of nothing larger."
    ),
    fix="Place at least one replica of every component of the flow in another zone of this kind.",
    limits=(
        "The same loss is reported by `colocated-redundancy` or `single-point-of-failure` if a flow also needs something elsewhere; "
        "an acceptance of any of the three that names the zone covers it. "
        "Doesn't check models without zones, and doesn't know zones that the model leaves out, nor flows with one replica in a "
        "declared place beside regional or global services. A flow in one region "
        "or at one provider is reported at low confidence if it runs in several datacenters or availability zones of it, or all of it "
        "is managed and its provider spreads some, and nothing runs in a second one: whether to pay for that is a choice. What takes it "
        "down in one of these is reported as that."
    ),
    references=(
        (
            "AWS Well-Architected, Reliability: deploy the workload to multiple locations",
            "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/use-fault-isolation-to-protect-your-workload.html",
        ),
    ),
    topic="hosts",
    repeats=True,
    check=check,
    bad="""\
archgen: 1
name: Two racks of one datacenter  # finding: unmonitored
zones:
  dc-1: {kind: datacenter}  # finding: single-zone
  rack-a: {kind: rack, in: dc-1}
  rack-b: {kind: rack, in: dc-1}
hosts:
  server-1: {zone: rack-a}
  server-2: {zone: rack-b}
components:
  job: {kind: service, runs_on: [server-1, server-2]}
  api: {kind: other, runs_on: [server-1, server-2]}
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        ("name: Two racks of one datacenter", "name: Two datacenters"),
        (
            "  rack-a: {kind: rack, in: dc-1}\n  rack-b: {kind: rack, in: dc-1}",
            "  dc-2: {kind: datacenter}",
        ),
        ("zone: rack-a", "zone: dc-1"),
        ("zone: rack-b", "zone: dc-2"),
    ),
)
