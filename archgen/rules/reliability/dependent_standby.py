"""A component of a second site stands in for its like in the first, and needs what is only there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import takewhile

from archgen.analysis.regions import zones_of_all
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.failure import single_points
from archgen.reliability.locality import SITES


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component outside a site that is of no use without it, where its like in there does the same work."""
    facts = context.topology
    zones = {component.id: zones_of_all(facts, component) for component in facts.architecture.components}
    places = frozenset(word for zone in facts.zones for word in _words(zone))
    broken: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for flow, points in facts.losses.points.items():
        lost = (each.id for each in points if each.kind == "zone" and facts.zones[each.id].kind in SITES)
        pairs = {site: pair for site in lost if (pair := _pair(facts, zones, places, flow, site)) is not None}
        for site, (standby, like, needed) in pairs.items():
            if not any(facts.index.inside(site, other) for other in pairs):
                broken.setdefault((standby, like, site), {})[flow] = needed
    for (standby, like, site), needs in broken.items():
        own = next(zone.id for zone in facts.index.zones_like(site) if zone.id in zones[standby])
        yield _hit(facts, standby, own, like, site, needs)


def _pair(
    facts: Topology, zones: Mapping[str, frozenset[str]], places: Collection[str], flow: str, site: str
) -> tuple[str, str, list[str]] | None:
    """Return the first component of a flow in another site, its like in this one, and what both need of it, which is only there."""
    beside = {zone.id for zone in facts.index.zones_like(site)}
    members = dict.fromkeys(replica.component for replica in facts.losses.structures[flow].replicas)
    likes = {
        name: [facts.components[each] for each in zones if site in zones[each]]
        for name in members
        if not beside.isdisjoint(zones[name])
    }
    alike = {
        name: [each.id for each in there if _is_alike(places, facts.components[name], each)]
        for name, there in likes.items()
    }
    # few components have a like, and the evaluation of a flow is dear
    needed = _only_there(facts, zones, flow, site) if any(alike.values()) else []
    if not needed:
        return None
    others = [other for other in facts.flows if other != flow and facts.losses.members[other].issuperset(needed)]
    # callers come first, and a standby calls what it needs
    for standby in takewhile(lambda name: name not in needed, members):
        own = [name for name in alike.get(standby, ()) if any(name in facts.losses.members[other] for other in others)]
        if own:
            return standby, min(own), needed
    return None


def _only_there(facts: Topology, zones: Mapping[str, frozenset[str]], flow: str, site: str) -> list[str]:
    """Return what a flow has only in a site, where it would survive the site's loss if these did; none where it wouldn't."""
    lying = dict.fromkeys(replica.component for replica in facts.losses.lying_in(Subject("zone", site), flow))
    needed = [name for name in lying if site in zones[name]]
    if not _is_averted(facts, flow, site, needed):
        return []
    for name in tuple(needed):
        rest = [other for other in needed if other != name]
        needed = rest if _is_averted(facts, flow, site, rest) else needed
    return needed


def _is_averted(facts: Topology, flow: str, site: str, components: Collection[str]) -> bool:
    """Return True if the loss of a site would leave a flow up if some components couldn't fail."""
    return Subject("zone", site) not in single_points(facts.losses.plans[flow].sparing(tuple(components)))


def _is_alike(places: Collection[str], component: Component, other: Component) -> bool:
    """Return True for two components of a kind that run one image, or whose ids differ only in words for their places."""
    if component.kind != other.kind:
        return False
    images = {component.image, other.image}
    roles = {_role(places, component.id), _role(places, other.id)}
    return (len(images) == 1 and None not in images) or (len(roles) == 1 and frozenset() not in roles)


def _role(places: Collection[str], name: str) -> frozenset[str]:
    """Return the words of an id without those that name a place, a turn or a number: `auth` of `auth-dub`."""
    rest = (word for word in _words(name) if word not in _TURNS and not any(place.startswith(word) for place in places))
    return frozenset(word for word in rest if not word.isdecimal())


def _words(name: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", name.lower())


_TURNS = frozenset(
    ("primary", "main", "active", "secondary", "standby", "passive", "backup", "failover", "dr", "recovery")
)


def _hit(facts: Topology, standby: str, own: str, like: str, site: str, needed: Mapping[str, list[str]]) -> Hit:
    names = list(dict.fromkeys(name for each in needed.values() for name in each))
    return Hit(
        subject=Subject("component", standby),
        message=(
            f"If {site} is lost, {standby} in {own} can't stand in for {like}: {listed([*needed])} "
            f"{'needs' if len(needed) == 1 else 'need'} {listed(names)}, which {'runs' if len(names) == 1 else 'run'} only in {site}"
        ),
        related=(
            (Subject("component", like), f"does the same work in {site}"),
            *((Subject("component", name), f"runs only in {site}") for name in names),
        ),
        flows=tuple(needed),
        fix=(
            f"Give {listed(names)} replicas in {own} that go on without {site}, or accept that {own} isn't a standby for it (`accept`)."
        ),
        proof=facts.losses.points[next(iter(needed))][Subject("zone", site)].proof,
    )


RULE = Rule(
    id="dependent-standby",
    code="REL021",
    title="Standby that needs the first site",
    severity="warning",
    category="reliability",
    summary="A component stands in for its like in another site, and needs what runs only there.",
    why=(
        "A second site is for the day the first one is lost. If its servers ask a database, a login or a queue that is only in the "
        "first, they go down on the same day, and the second site has cost its price for nothing. Nothing shows it before, as "
        "each server of it is up."
    ),
    fix="Give what they need replicas in the second site that go on without the first.",
    limits=(
        "Knows a standby by its like in the lost site, which needs the same of it in another flow: both have one kind, and "
        "the same `image`, or ids that differ only in a place (`auth-dub` beside `auth`). Another component may have work of its own. "
        "Speaks of regions, providers, datacenters and availability zones, of the outermost that is lost."
    ),
    references=(
        (
            "AWS Well-Architected, Reliability: rely on the data plane and not the control plane during recovery",
            "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_withstand_component_failures_avoid_control_plane.html",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: A standby region on the first one's database  # finding: provider-dependency
zones:
  fra: {kind: region}  # finding: single-zone
  dub: {kind: region}
components:
  device: {kind: client}
  auth: {kind: service, managed: {zone: fra}}
  auth-dub: {kind: service, managed: {zone: dub}}  # finding: dependent-standby
  db: {kind: database, managed: {zone: fra}}
connections:
  device -> auth: https
  device -> auth-dub: https
  auth -> db: {protocol: postgresql, tls: {verify: true}}
  auth-dub -> db: {protocol: postgresql, tls: {verify: true}}
flows:
  login:
    access: read
    steps:
      - device -> auth: GET
      - auth -> db: SELECT
  login-dub:
    access: read
    steps:
      - device -> auth-dub: GET
      - auth-dub -> db: SELECT
""",
    edits=(
        ("  fra: {kind: region}  # finding: single-zone", "  fra: {kind: region}"),
        ("name: A standby region on the first one's database", "name: Two regions on a global database"),
        (
            "db: {kind: database, managed: {zone: fra}}",
            "db: {kind: database, product: google-spanner, managed: {scope: global}}",
        ),
    ),
)
