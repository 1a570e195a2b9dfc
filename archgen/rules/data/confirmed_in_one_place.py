"""Writes are confirmed by copies that stand in the place of the primary, and other copies get them later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from archgen.analysis.regions import zones_used_like
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import WIDE_ZONES, Component, Replica, Replication
from archgen.model.requirements import Survival
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed, plural, zone_words
from archgen.reliability.members import quorum_of, spares_no_copy

_NOTHING = 1.0
"""An objective below a second means that no answered write may be lost."""

_NAMED = 3
"""The most copies that a message names one by one."""


class _Copies(Struct, frozen=True):
    """The copies of a store: its own, of which a write waits for `count`; those that have each write; and all that stand apart."""

    alike: tuple[Replica, ...]
    count: int
    safe: tuple[Replica, ...]
    apart: tuple[Replica, ...]


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each store, with the widest place that holds the primary and all copies that a write has to wait for.

    Where no copy is elsewhere, other rules report the place, unless writes stop with any copy: then its hosts are the cause.
    """
    facts = context.topology
    objective = facts.architecture.objectives.recovery_point
    if objective is not None and objective >= _NOTHING:
        # copies that get a write later mostly lack seconds; by how much they may lag is asked of `lag`
        return
    copied: dict[str | None, list[tuple[Component, Replication]]] = {}
    for component in facts.architecture.components:
        if component.replication is not None:
            copied.setdefault(component.replication.copy_of, []).append((component, component.replication))
    for component in facts.architecture.components:
        primary, copies = _primary(facts, component), _copies(component, copied.get(component.id, ()))
        if primary is None or copies is None or quorum_of(component) is not None:
            continue
        places = [place for place in _places(facts, primary) if _holds_each_write(facts, place, copies)]
        alone = spares_no_copy(component)
        place = next(
            (place for place in places if _left(facts, place, copies) or (alone and _has_like(facts, place))), None
        )
        if place is not None:
            yield _hit(facts, component, copies, place)


def _primary(facts: Topology, component: Component) -> Replica | None:
    """Return the only replica that takes writes."""
    names = component.replication.primary if component.replication is not None else ()
    if len(names) == 1:
        return facts.replicas[names[0]]
    return component.replicas[0] if len(component.replicas) == 1 else None


def _copies(component: Component, apart: Sequence[tuple[Component, Replication]]) -> _Copies | None:
    """Return the copies of a store, of which some stand apart; None where the model doesn't say which of them a write waits for."""
    own = component.replication
    beside = [replica for replica in component.replicas if own is not None and replica.id not in own.primary]
    count = _waits_for(own, len(beside)) if own is not None else 0
    if count is None or any(how.mode is None for _, how in apart):
        return None
    safe = [replica for each, how in apart if how.mode != "asynchronous" for replica in each.replicas]
    others = [replica for each, _ in apart for replica in each.replicas]
    return _Copies(tuple(beside), count, tuple(safe), tuple(others))


def _waits_for(replication: Replication, copies: int) -> int | None:
    """Return how many of its own copies a write waits for; None if that isn't declared."""
    if replication.waits_for is not None:
        return copies if replication.waits_for == "all" else replication.waits_for
    if replication.mode == "asynchronous":
        return 0
    return 1 if replication.without == "stop" or (copies == 1 and replication.mode is not None) else None


def _places(facts: Topology, primary: Replica) -> Iterator[Subject]:
    """Yield the places of the primary, widest first: a region only if a flow is expected to survive it, and its machine."""
    inside = facts.index.shared_zones(primary)
    around = [zone for zone in facts.zones.values() if zone.id in inside]
    held = [zone.id for zone in around if zone.kind not in WIDE_ZONES or _is_to_survive(facts, zone.id)]
    depth = {name: sum(facts.index.inside(name, other) for other in held) for name in held}
    yield from (Subject("zone", name) for name in sorted(held, key=depth.__getitem__))
    if len(primary.hosts) == 1:
        yield Subject("host", facts.index.machine(primary.hosts[0]))


def _is_to_survive(facts: Topology, zone: str) -> bool:
    """Return True if some flow is expected to survive the loss of a zone, or of any of its kind."""
    survivals = (each for each in facts.architecture.expect if isinstance(each, Survival))
    kinds = ("zone", facts.zones[zone].kind)
    return any(each.kind in kinds or f"zone:{zone}" in each.lost for each in survivals)


def _is_in(facts: Topology, replica: Replica, place: Subject) -> bool:
    if place.kind == "zone":
        return place.id in facts.index.shared_zones(replica)
    return {facts.index.machine(host) for host in replica.hosts} == {place.id}


def _holds_each_write(facts: Topology, place: Subject, copies: _Copies) -> bool:
    """Return True if a write may be confirmed by copies in a place alone."""
    inside, _ = _parted(facts, copies.alike, place)
    safe, elsewhere = _parted(facts, copies.safe, place)
    awaited = len(inside) >= copies.count if copies.count else bool(safe)
    return awaited and not elsewhere


def _left(facts: Topology, place: Subject, copies: _Copies) -> list[Replica]:
    """Return the copies outside a place, which may lack what was confirmed last."""
    return [*_parted(facts, copies.alike, place)[1], *_parted(facts, copies.apart, place)[1]]


def _has_like(facts: Topology, place: Subject) -> bool:
    """Return True for a zone beside others of its kind in which the system runs too."""
    return place.kind == "zone" and bool(zones_used_like(facts, place.id))


def _parted(facts: Topology, replicas: Sequence[Replica], place: Subject) -> tuple[list[Replica], list[Replica]]:
    """Return which of some replicas are surely in a place, and the others."""
    inside = [replica for replica in replicas if _is_in(facts, replica, place)]
    return inside, [replica for replica in replicas if replica not in inside]


def _hit(facts: Topology, component: Component, copies: _Copies, place: Subject) -> Hit:
    inside, outside = _parted(facts, copies.alike if copies.count else (), place)
    waited = [*inside, *_parted(facts, copies.safe, place)[0]]
    left = _left(facts, place, copies)
    names, others = _names(component, waited), _names(component, left)
    gets = "gets" if len(left) == 1 else "get"
    if outside:
        message = (
            f"Losing {place.id} can lose writes that {component.title} has confirmed: a write waits for "
            f"{plural(copies.count, 'copy').replace('copys', 'copies')}, which may be {names} there too, and then {others} {gets} it later"
        )
    elif not left:
        since = " since its last backup" if facts.backups.get(component.id) else ""
        message = f"Losing {place.id} loses all that {component.title} has confirmed{since}: {names}, for which a write waits, is there too"
    else:
        message = (
            f"Losing {place.id} loses the last writes that {component.title} has confirmed: they wait for {names}, there too, "
            f"and {others} {gets} them later"
        )
    objective = facts.architecture.objectives.recovery_point
    goal = "; the objective is to lose nothing" if objective is not None else ""
    is_goal = objective is not None or (place.kind == "zone" and _is_to_survive(facts, place.id))
    return Hit(
        subject=Subject("component", component.id),
        message=f"{message}{goal}",
        related=(
            (place, "holds the primary and enough copies to confirm a write"),
            *((Subject("replica", replica.id), f"is in {place.id} too") for replica in waited),
        ),
        flows=facts.in_order(facts.flows_writing[component.id]),
        fix=_fix(facts, names, place, copies, len(inside) if outside else None),
        case=None if is_goal else "unasked",
    )


def _names(component: Component, replicas: Sequence[Replica]) -> str:
    """Return replicas by name: those of another component by its own."""
    names = dict.fromkeys(each.id if each.component == component.id else each.component for each in replicas)
    return listed(first_few([*names], _NAMED))


def _fix(facts: Topology, names: str, place: Subject, copies: _Copies, inside: int | None) -> str:
    """Return the fix; `inside` is the number of alike copies in the place, None where none of them is elsewhere."""
    other = f"in another {zone_words(facts.zones[place.id].kind)}" if place.kind == "zone" else "on another machine"
    accept = "or declare how much may be lost (`recovery_point`)"
    if not _left(facts, place, copies):
        return f"Place {names} {other}, {accept}."
    if inside is None:
        return f"Let a write wait for a copy {other} as well, {accept}."
    spare = "" if inside + 1 < len(copies.alike) else ", with another copy to spare"
    return f"Place {names} {other}, let a write wait for one more than are in {place.id} (`waits_for: {inside + 1}`{spare}), {accept}."


RULE = Rule(
    id="confirmed-in-one-place",
    code="DAT015",
    title="Writes confirmed in one place",
    severity="warning",
    cases=(("unasked", "info"),),
    category="data",
    summary="A write is confirmed once copies in the primary's own place have it, and the copies elsewhere get it later.",
    why=(
        "A synchronous copy keeps each confirmed write when the primary fails. If it stands in the same datacenter, it is lost with "
        "the primary, and the copy elsewhere that takes over may lack what was confirmed last: orders that customers were told of "
        "are gone. With several copies of which any may confirm a write, the one nearby is mostly the fastest."
    ),
    fix="Let a write wait for a copy in another place as well.",
    limits=(
        "Checks stores with one primary for which the model says how many copies a write waits for (`waits_for`, `without: stop`, or "
        "`mode` with a single copy), and copies that declare their `mode`. An objective of losing nothing (`recovery_point: 0s`), or a "
        "flow that is expected to survive the place, makes it a warning. Silent with a longer `recovery_point`, and of regions and "
        "providers that no flow is expected to survive. Where no copy is elsewhere, other rules report the place."
    ),
    references=(
        (
            "PostgreSQL documentation, Synchronous Replication",
            "https://www.postgresql.org/docs/current/warm-standby.html#SYNCHRONOUS-REPLICATION",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: Confirmed in one datacenter  # finding: unmonitored
zones: {north: {kind: datacenter}, south: {kind: datacenter}}
hosts: {a: {zone: north}, b: {zone: north}, c: {zone: south}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  db:  # finding: confirmed-in-one-place, missing-backup, incomplete-model
    kind: database
    product: postgresql
    runs_on: [a, b, c]
    replication: {primary: a, failover: automatic, mode: synchronous, waits_for: 1, without: continue}
connections:
  job -> db: postgresql  # finding: plaintext-between-hosts
objectives: {recovery_point: 0s}
flows:
  nightly:
    title: The nightly job
    access: write
    steps:
      - job -> db: INSERT
""",
    edits=(
        ("name: Confirmed in one datacenter", "name: Confirmed in two datacenters"),
        ("b: {zone: north}", "b: {zone: south}"),
    ),
)
