"""Replicas that should back each other share a host, or a zone, and are lost with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from msgspec.structs import replace

from archgen.analysis.programs import copied_from
from archgen.analysis.regions import is_single_site, outnumbered
from archgen.analysis.topology import Topology
from archgen.edits.changes import MoveHost
from archgen.edits.moves import moves
from archgen.edits.patch import patch_of
from archgen.edits.zone_advice import add_zones, move_to_zone
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.change import Change
from archgen.model.subject import Subject
from archgen.model.wording import in_zone, listed, listed_replicas, plural, zone_words
from archgen.reliability.failure import single_points
from archgen.reliability.locality import SITES
from archgen.reliability.losses import RootCause
from archgen.reliability.members import quorum_of


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each host or zone that takes down flows because replicas of a component share it."""
    facts = context.topology
    yield from _without_only_sites(facts, list(_of_machines(facts, list(_hits(facts)))))


def _without_only_sites(facts: Topology, hits: list[Hit]) -> Iterator[Hit]:
    """Yield the hits but those of a zone that is all of another one around it, which takes down the same: one fix leaves both."""
    for hit in hits:
        inner = [each for each in hits if _is_only_site(facts, each, hit)]
        if not any(_is_only_site(facts, hit, each) for each in hits):
            sites = ((each.subject, f"is all of {hit.subject.id}") for each in inner)
            causes = hit.causes.union(*(each.causes for each in inner))
            yield replace(hit, related=(*hit.related, *sites), causes=causes)


def _is_only_site(facts: Topology, inner: Hit, outer: Hit) -> bool:
    """Return True if a hit is of a zone inside that of another, which has no further site: it holds the same."""
    zone, around = inner.subject, outer.subject
    if zone.kind != "zone" or not facts.index.inside(zone.id, around.id):
        return False
    if any(facts.index.inside(other.id, around.id) for other in facts.index.zones_like(zone.id)):
        return False
    hosts = (facts.index.zones_around(host) for host in facts.hosts)
    return all(zone.id in zones for zones in hosts if around.id in zones)


def _hits(facts: Topology) -> Iterator[Hit]:
    for breaking in facts.losses.root_causes:
        if breaking.element.kind == "host" or (
            breaking.element.kind == "zone" and facts.index.zones_like(breaking.element.id)
        ):
            blamed = {flow: _blamed(facts, breaking, flow) for flow in breaking.flows}
            blamed = {flow: components for flow, components in blamed.items() if components}
            if blamed:
                yield _hit(facts, breaking, blamed)


def _of_machines(facts: Topology, hits: list[Hit]) -> Iterator[Hit]:
    """Yield the hits, of which those for the same replicas on virtual machines have one fix: it leaves the outermost place.

    A site isn't left by a virtual machine, whose addresses stay behind: its hit keeps its own fix.
    """
    together: dict[tuple[Subject, ...], list[Subject]] = {}
    for hit in hits:
        together.setdefault(_replicas(hit), []).append(hit.subject)
    for hit in hits:
        places = together[_replicas(hit)]
        may_part = hit.fix is None and not _is_site(facts, hit.subject)
        if may_part and any(_parts_machines(facts, place, _replicas(hit)) for place in places):
            zones = [place.id for place in places if place.kind == "zone" and not _is_site(facts, place)]
            outermost = [zone for zone in zones if not any(facts.index.inside(zone, other) for other in zones)]
            where = "".join(f" in another {zone_words(facts.zones[zone].kind)}" for zone in outermost[:1])
            yield replace(hit, fix=_PART.format(where))
        elif outside := _copies_outside(facts, hit):
            writers = dict.fromkeys(name for each in outside for name in copied_from(facts, facts.components[each])[0])
            yield replace(hit, fix=_OUTSIDE.format(listed(list(writers)), listed(outside)))
        elif hit.fix is None and hit.subject.kind == "zone":
            replicas = [each.id for each in _replicas(hit)]
            yield replace(hit, fix=move_to_zone(facts, hit.subject.id, replicas, hit.flows))
        else:
            yield hit


def _is_site(facts: Topology, place: Subject) -> bool:
    return place.kind == "zone" and facts.zones[place.id].kind in SITES


def _replicas(hit: Hit) -> tuple[Subject, ...]:
    return tuple([replica for replica, _ in hit.related])


def _copies_outside(facts: Topology, hit: Hit) -> list[str]:
    """Return the storages for copies on a site if nothing else is to blame: beside what they copy they would be lost with it."""
    if not _is_site(facts, hit.subject):
        return []
    # a zone around the place is named beside them
    replicas = filter(None, (facts.replicas.get(each.id) for each in _replicas(hit)))
    components = list(dict.fromkeys(replica.component for replica in replicas))
    return components if all(any(copied_from(facts, facts.components[each])) for each in components) else []


_OUTSIDE = (
    "Let {} go on without {}, and write what is missing later (`required: false`, or `async: true`); or accept this loss. It is for "
    "copies: another replica where the originals are would be lost with them."
)


def _parts_machines(facts: Topology, element: Subject, replicas: Collection[Subject]) -> bool:
    """Return True for a physical host of which replicas are on virtual machines."""
    return element.kind == "host" and all(element.id not in facts.replicas[each.id].hosts for each in replicas)


_PART = "Move one of the virtual machines to another physical host{}, and keep them apart there (anti-affinity)."


def _blamed(facts: Topology, breaking: RootCause, flow: str) -> tuple[str, ...]:
    """Return the components whose sharing takes the flow down; none where it has another cause."""
    element = breaking.element
    if element.kind == "zone" and facts.losses.holds_all(element.id, flow):
        return ()
    alone = facts.losses.points[flow]
    inside = _inside(facts, element, flow)
    several = tuple(component for component, replicas in inside.items() if len(replicas) > 1)
    shared = tuple(
        component
        for component in several
        if not _breaks_alone(facts, inside[component], element, alone)
        and not _is_apart_inside(facts, element, inside[component])
    )
    structure = facts.losses.structures[flow]
    blamed = tuple(component for component in shared if component not in structure.quorums)
    # the replicas elsewhere would do if those that vote behind them had their majority, which `fragile-quorum` reports
    voting = tuple(component for component in inside if _loses_votes(facts, component, inside))
    if not blamed or not _averted(facts, flow, element, blamed) or _averted(facts, flow, element, voting):
        return ()
    for component in blamed:
        # the loss of one whose siblings elsewhere go on changes nothing
        rest = tuple(other for other in blamed if other != component)
        blamed = rest if _averted(facts, flow, element, rest) else blamed
    return blamed


def _loses_votes(facts: Topology, component: str, inside: Mapping[str, list[str]]) -> bool:
    """Return True for a component with a quorum of which the place has several replicas, and not all."""
    replicas = facts.components[component].replicas
    return 1 < len(inside[component]) < len(replicas) and quorum_of(facts.components[component]) is not None


def _averted(facts: Topology, flow: str, element: Subject, components: tuple[str, ...]) -> bool:
    """Return True if the loss would leave the flow up if the components couldn't fail."""
    return element not in single_points(facts.losses.plans[flow].sparing(components))


def _inside(facts: Topology, element: Subject, flow: str) -> dict[str, list[str]]:
    """Return the replicas of a flow that are certain to be on a host or in a zone, by component."""
    by_component: dict[str, list[str]] = {}
    for replica in facts.losses.lying_in(element, flow):
        by_component.setdefault(replica.component, []).append(replica.id)
    return by_component


def _breaks_alone(facts: Topology, replicas: list[str], element: Subject, alone: Mapping[Subject, object]) -> bool:
    """Return True if a host of one of the replicas, or one right on the place, takes the flow down by itself.

    A replica on a host of its own inside doesn't count: if its host's loss breaks nothing, another takes over after that, and what
    its process breaks is the mechanism's fault.
    """
    smaller: set[Subject] = set()
    for replica in replicas:
        hosts = {Subject("host", host) for host in facts.replicas[replica].hosts} - {element}
        smaller |= hosts if len(hosts) == 1 else {*hosts, Subject("replica", replica)}
    return any(subject in alone for subject in smaller)


def _is_apart_inside(facts: Topology, element: Subject, replicas: list[str]) -> bool:
    """Return True for replicas in several datacenters or zones of one region, which back each other there as designed."""
    around = (place for each in replicas for place in facts.index.shared_zones(facts.replicas[each]))
    return element.kind == "zone" and facts.are_apart_in(element.id, around)


def _with(facts: Topology, breaking: RootCause, components: Collection[str]) -> tuple[str, ...]:
    """Return the flows that a place takes down with replicas to blame in others, also if a host in or on it would suffice."""
    return tuple(
        flow
        for flow in breaking.flows
        if not _inside(facts, breaking.element, flow).keys().isdisjoint(components)
        and not _stops_by_another(facts, breaking.element, flow)
    )


def _stops_by_another(facts: Topology, element: Subject, flow: str) -> bool:
    """Return True for a machine with the only replica of something else that stops a flow, which is so still once those to blame part."""
    inside = _inside(facts, element, flow) if element.kind == "host" else {}
    alone = (replicas[0] for name, replicas in inside.items() if len(facts.components[name].replicas) == 1)
    return any(Subject("replica", replica) in facts.losses.points[flow] for replica in alone)


def _copied(facts: Topology, element: Subject, components: Collection[str]) -> str:
    """Name the read-only copies of what is lost that are elsewhere."""
    lost = {
        replica.id
        for replica in facts.replicas.values()
        if any(facts.index.takes_down(element, host) for host in replica.hosts)
    }
    copies = [
        copy.id
        for copy in facts.architecture.components
        if copy.replication is not None
        and copy.replication.copy_of in components
        and any(replica.id not in lost for replica in copy.replicas)
    ]
    return (
        f"; nothing promotes {listed(copies)}, which {'has' if len(copies) == 1 else 'have'} a copy of the data"
        if copies
        else ""
    )


def _hit(facts: Topology, breaking: RootCause, blamed: dict[str, tuple[str, ...]]) -> Hit:
    """Return the hit, with all flows that the loss takes down and the replicas to blame in some of them."""
    element = breaking.element
    inside = {flow: _inside(facts, element, flow) for flow in blamed}
    # an agent backs up none on another host, and is where the others are
    named = {flow: tuple(name for name in names if name not in facts.index.agents) for flow, names in blamed.items()}
    blamed = named if any(named.values()) else blamed
    replicas = [replica for flow, names in blamed.items() for name in names for replica in inside[flow].get(name, ())]
    together = tuple(dict.fromkeys(replicas))
    place = f"on {element.id}" if element.kind == "host" else in_zone(facts.zones[element.id].kind, element.id)
    count = "both" if len(together) == 2 else "all"
    components = dict.fromkeys(name for names in blamed.values() for name in names)
    owed = {*blamed, *_with(facts, breaking, components)}
    own = [flow for flow in breaking.flows if flow in owed]
    others = [flow for flow in breaking.flows if flow not in owed]
    besides = f", and for other reasons {listed(others)}" if others else ""
    some = {
        facts.replicas[each].component
        for flow in blamed
        for _, _, few in outnumbered(facts, element, flow)
        for each in few
    }
    left = [name for name in components if name in some]
    short = f"leaves too few of {listed(left)} and " if left else ""
    whole = [name for name in components if name not in left]
    down = f"{listed(whole)} and " if whole else ""
    zones = (add_zones(facts, element, flow) for flow in blamed) if element.kind == "zone" else ()
    return Hit(
        subject=element,
        message=(
            f"{_backing_up(facts, together)}, but {count} run {place}: losing it {short}takes down "
            f"{down}{plural(len(own), 'flow')}: {listed(own)}{besides}{_copied(facts, element, components)}"
        ),
        fix=next(filter(None, zones), None),
        related=tuple((Subject("replica", replica), f"goes down with {element.id}") for replica in together),
        flows=breaking.flows,
        proof={point.flow: point for point in breaking.points}[
            next(flow for flow, names in blamed.items() if names)
        ].proof,
        case="site" if is_single_site(facts, breaking) else None,
        causes=frozenset((element.id, flow) for flow in owed),
    )


def _backing_up(facts: Topology, replicas: Collection[str]) -> str:
    """Return which replicas should back each other up: those of each component."""
    by_component: dict[str, list[str]] = {}
    for name in replicas:
        by_component.setdefault(facts.replicas[name].component, []).append(name)
    first, *others = map(listed_replicas, by_component.values())
    return f"{first} should back each other up{f', and so should {listed(others)}' if others else ''}"


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Move one of the hosts, a virtual one to another machine; none where a replica would have to move, with all that is on its host."""
    facts = context.topology
    if _copies_outside(facts, hit):
        return ()
    lost = {replica.component for flow in hit.flows for replica in facts.losses.lying_in(hit.subject, flow)}
    affected = [facts.components[name] for name in lost]
    breaking = {element for flow in hit.flows for element in facts.losses.points[flow]}
    options = moves(facts.index, hit.subject, affected, breaking, facts.element_names)
    move = next((edit for edit in options if isinstance(edit, MoveHost)), None)
    return patch_of(facts, move) if move is not None else ()


RULE = Rule(
    id="colocated-redundancy",
    code="REL002",
    title="Redundancy in one place",
    severity="error",
    cases=(("site", "warning"),),
    category="reliability",
    summary="Replicas that should back each other up share a host or a zone.",
    why=(
        "A second replica is there for the day the first one fails. If both run on one host, or all run in one of "
        "several racks or datacenters, losing that place takes down all of them. Such redundancy helps against a "
        "crashed process and nothing else."
    ),
    fix="Move at least one replica to another host, and to another zone if the model declares several.",
    limits=(
        "Also reports several processes on one host that are there for its processor cores: they still fail together. "
        "A warning for a zone, where nothing of the flows but balancers and the like runs in several of its kind, or on several sites. "
        "A flow that is in one zone as a whole is reported by `single-zone`, and replicas in several datacenters or availability "
        "zones of one region back each other up there. No replica of a storage for copies, by its name (`offsite`), is advised where the "
        "originals are."
    ),
    references=(
        (
            "Kubernetes documentation, Pod Topology Spread Constraints",
            "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
        ),
    ),
    topic="hosts",
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: Two virtual machines on one server  # finding: unmonitored, maintenance-downtime
hosts:
  server-1: {}  # finding: colocated-redundancy
  vm-1: {runs_on: server-1}
  vm-2: {runs_on: server-1}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: other, runs_on: [vm-1, vm-2]}
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        (
            "name: Two virtual machines on one server  # finding: unmonitored, maintenance-downtime",
            "name: A virtual machine on each of two servers  # finding: unmonitored",
        ),
        ("  vm-1", "  server-2: {}\n  vm-1"),
        ("vm-2: {runs_on: server-1}", "vm-2: {runs_on: server-2}"),
    ),
)
