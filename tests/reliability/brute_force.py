"""Every state of thousands of random flows by the definition, against what the engine says of them.

    python -m tests.reliability.brute_force [--models 2000] [--elements 14] [--first 0]

A flow of n elements has 2^n states. The definition decides each state once; what cannot be lost alone or in twos,
whether the flow can work at all and how available it is are read off that one table. Flows of more elements are
skipped and counted; a model counts when any of its flows was compared. The first difference ends the run.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import Pool
from random import Random

from msgspec import Struct

from archgen.model.architecture import Architecture, Component, Connection, Flow, Host, Managed, Quorum, Zone
from archgen.model.steps import Request
from archgen.model.subject import Subject
from archgen.reliability.availability import availability
from archgen.reliability.cuts import cut_sets
from archgen.reliability.failure import failures
from archgen.reliability.index import Index
from archgen.reliability.plan import Plan
from archgen.reliability.simulation import statuses
from archgen.reliability.structure import build
from tests.generators.random_flows import ZONE_KINDS, architecture
from tests.generators.random_meaning import decorated
from tests.oracle import PASSING_ON, STEPPING, World, arbitrated, concerned, in_order, quorum_of

CLOSE = 1e-9
BATCH = 8

Element = tuple[str, str]


class Difference(Exception):
    """The engine and the definition say different things of a flow."""


class Compared(Struct, frozen=True):
    """One model's part of the count.

    `possible` are the flows that can work, `features` those of each flow that was compared, with whether it can work.
    """

    flows: int
    possible: int
    skipped: int
    states: int
    points: int
    pairs: int
    features: tuple[tuple[bool, tuple[str, ...]], ...]


def compare(seed: int, most: int) -> Compared:
    """All flows of one random model with at most `most` elements each; raises at the first difference."""
    model = decorated(seed) if seed % 2 else architecture(seed)
    index = Index(model)
    features: list[tuple[bool, tuple[str, ...]]] = []
    states = possible = points = pairs = 0
    for flow in model.flows:
        among = concerned(model, flow)
        if len(among) > most:
            continue
        try:
            can, single, double = compare_flow(model, flow, Plan(index, build(index, flow)), among, Random(seed))
        except Difference as error:
            raise Difference(f"seed {seed}, flow {flow.id}: {error}") from None
        used = Used(model, flow)
        features.append((can, tuple(name for name, has in FEATURES.items() if has(used))))
        states += 1 << len(among)
        possible += can
        points += single
        pairs += double
    return Compared(len(features), possible, len(model.flows) - len(features), states, points, pairs, tuple(features))


def compare_flow(
    model: Architecture, flow: Flow, plan: Plan, among: list[Element], random: Random
) -> tuple[bool, int, int]:
    """One flow by all its declares and by the engine; returns whether it can work, its single points and its pairs."""
    world = World(model, frozenset())
    table = works(world, flow, among)
    single = failures(plan)
    same("possible", bool(table[0]), single.possible)
    expected = minimal(table, among)
    alone = {one for one in expected if len(one) == 1}
    same("single points", alone, {frozenset({(one.element.kind, one.element.id)}) for one in single.points})
    found = cut_sets(plan, 2)
    same("truncated", False, found.truncated)
    same("cut sets", expected, {frozenset((one.kind, one.id) for one in each) for each in found.sets})
    up = {one: random.choice((0.5, 0.9, 0.99, 0.999, random.random())) for one in among}
    told = availability(plan, single, {one: up[one.kind, one.id] for one in plan.elements})
    same("method", "exact", told.method)
    share = available(table, [up[one] for one in among])
    if abs(share - told.availability) > CLOSE:
        same("availability", share, told.availability)
    if single.possible:
        compare_words(world, flow, plan, among)
    return single.possible, len(alone), len(expected) - len(alone)


def same(what: str, defined: object, engine: object) -> None:
    """Raises if two answers to one question differ."""
    if defined != engine:
        raise Difference(f"{what}: by the definition {defined}, by the engine {engine}")


def compare_words(world: World, flow: Flow, plan: Plan, among: list[Element]) -> None:
    """The word for a flow in each of its declares; served without and with a loss are told apart by other tests."""
    states = all_states(among)
    gone = {
        Subject(*one): sum(1 << number for number, state in enumerate(states) if one in state)  # type: ignore[arg-type]
        for one in among
    }
    words = statuses(plan.index, flow, plan, gone, len(states))
    for state, word in zip(states, words, strict=True):
        expected = world.with_failed(state).status(flow)
        same(f"status without {sorted(state)}", expected, "served" if word in ("ok", "degraded") else word)


def all_states(among: list[Element]) -> list[frozenset[Element]]:
    """All states; bit i of a state's place is the loss of element i."""
    states: list[frozenset[Element]] = [frozenset()]
    for element in among:
        states += [state | {element} for state in states]
    return states


def works(world: World, flow: Flow, among: list[Element]) -> bytearray:
    """For each state, whether the flow works; bit i of a state's number is the loss of element i."""
    return bytearray(world.with_failed(state).succeeds(flow) for state in all_states(among))


def minimal(table: bytearray, among: list[Element]) -> set[frozenset[Element]]:
    """The elements, and the pairs of others, whose loss makes the flow fail."""
    if not table[0]:
        return set()
    places = range(len(among))
    alone = {place for place in places if not table[1 << place]}
    pairs = [
        (one, other)
        for one in places
        for other in range(one)
        if one not in alone and other not in alone and not table[1 << one | 1 << other]
    ]
    return {frozenset({among[one]}) for one in alone} | {frozenset({among[one], among[two]}) for one, two in pairs}


def available(table: bytearray, up: list[float]) -> float:
    """The chance of a state that works: the highest element first, each half of the table by its chance."""
    values = [float(one) for one in table]
    for share in reversed(up):
        half = len(values) // 2
        values = [
            share * sound + (1.0 - share) * lost for sound, lost in zip(values[:half], values[half:], strict=True)
        ]
    return values[0]


class Used:
    """What a flow can depend on in its model: what its features are read off."""

    def __init__(self, model: Architecture, flow: Flow) -> None:
        self.flow = flow
        self.model = model
        world = World(model, frozenset())
        among = concerned(model, flow)
        self.steps: list[tuple[Request, bool]] = in_order(flow.steps, False)
        under = [one for request, _ in self.steps for one in world.connections(request) if one is not None]
        self.connections: list[Connection] = list({one.id: one for one in under}.values())
        declared = {one.id: one.targets for one in model.connections}
        self.leaves_out = any(one.targets != declared.get(one.id, one.targets) for one in under)
        self.shares = any(
            {*request.targets} & {*declared[each.id]} - {*each.targets}
            for request, _ in self.steps
            for each in world.connections(request)
            if each is not None and each.id in declared
        )
        named = {one for request, _ in self.steps for one in (request.source, *request.targets)}
        named.update(target for one in self.connections for target in one.targets)
        self.components: list[Component] = [world.component[one] for one in sorted(named)]
        self.called = {target for request, _ in self.steps for target in request.targets}
        self.hosts: list[Host] = [world.host[name] for kind, name in among if kind == "host"]
        self.zones: list[Zone] = [world.zone[name] for kind, name in among if kind == "zone"]
        self.replicas = [one for each in self.components if each.kind != "client" for one in each.replicas]

    def calls(self, has: Callable[[Connection], bool]) -> bool:
        """Whether any connection under a step has a trait."""
        return any(map(has, self.connections))

    def beside(self, has: Callable[[Connection], bool], caller: Callable[[Component], bool] = lambda _: True) -> bool:
        """Whether some of a step's alternatives have a trait, and others don't, and the step doesn't decide."""
        world = World(self.model, frozenset())
        under = [
            {has(each) for each in world.connections(request) if each is not None}
            for request, _ in self.steps
            if request.required is None and caller(world.component[request.source])
        ]
        return {True, False} in under

    def placed_by_host(self, component: Component) -> bool:
        """Whether it floats, and has other partners on some of its hosts."""
        localities = [each.locality for each in self.connections if each.source == component.id]
        return any(World(self.model, frozenset()).wanders(each, localities) for each in component.replicas)

    def calls_nearby(self, component: Component) -> bool:
        """Whether several replicas of a component, each on one host, call others on their own host or in their zone."""
        placed = [replica for replica in component.replicas if len(replica.hosts) == 1]
        return len(placed) > 1 and any(each.source == component.id and each.locality for each in self.connections)

    def data(self, *failovers: str | None) -> bool:
        """Whether any component has a primary, with one of these failovers."""
        declared = [one.replication for one in self.components if one.replication is not None]
        return any(one.primary and one.failover in failovers for one in declared)

    def cluster(self, *failovers: str | None) -> bool:
        """Whether any component is a cluster, with one of these failovers."""
        return any(one.cluster is not None and one.cluster.failover in failovers for one in self.components)

    def kinds(self, components: Iterable[str]) -> set[str]:
        """The kinds of some components."""
        named = set(components)
        return {each.kind for each in self.model.components if each.id in named}

    def called_by(self, component: Component) -> set[str]:
        """The targets of a component."""
        return {each for one in self.model.connections if one.source == component.id for each in one.targets}

    def called_behind(self, component: Component) -> set[str]:
        """What the targets of a component call themselves."""
        targets = self.called_by(component)
        return {each for one in self.model.connections if one.source in targets for each in one.targets}

    def promoters(self) -> set[str | None]:
        """What promotes a replica in any component."""
        return {one.replication.by for one in self.components if one.replication is not None}


FEATURES: dict[str, Callable[[Used], bool]] = {
    "starts with a client": lambda one: any(each.kind == "client" for each in one.components),
    "without a client": lambda one: all(each.kind != "client" for each in one.components),
    "no hosts told": lambda one: any(not each.hosts for each in one.replicas),
    "replicas on hosts": lambda one: any(len(each.hosts) == 1 for each in one.replicas),
    "replicas sharing a host": lambda one: any("@" in each.id and "#" in each.id for each in one.replicas),
    "floating replicas that a platform starts elsewhere": lambda one: (
        any(len(each.hosts) > 1 for each in one.replicas) and bool(World(one.model, frozenset()).platform())
    ),
    "floating replicas": lambda one: any(each.floating and len(each.hosts) > 1 for each in one.replicas),
    **{
        f"floating beside others on each host, spread {spread}": lambda one, spread=spread: any(  # type: ignore[misc]
            one.placed_by_host(each) and (each.placement and each.placement.spread) == spread for each in one.components
        )
        for spread in (None, "none", "host", "zone")
    },
    "zones": lambda one: bool(one.zones),
    "zones within zones": lambda one: any(each.within for each in one.zones),
    "crossing zones": lambda one: any(len(each.zones) > 1 for each in one.hosts),
    "cluster, failover undeclared": lambda one: one.cluster(None),
    "cluster, manual": lambda one: one.cluster("manual"),
    "cluster, automatic": lambda one: one.cluster("automatic"),
    "cluster, automatic, by": lambda one: any(each.cluster and each.cluster.by for each in one.components),
    "cluster, moved by a component": lambda one: any(
        each.cluster and each.cluster.by in {own.id for own in one.components} for each in one.components
    ),
    "stops without a majority": lambda one: any(each.product in STEPPING for each in one.components),
    "primary, no failover": lambda one: one.data(None),
    "primary, manual": lambda one: one.data("manual"),
    "primary, automatic": lambda one: one.data("automatic"),
    "primary, automatic, by": lambda one: bool(one.promoters() - {None}),
    "all replicas write": lambda one: any(each.replication and each.replication.all_write for each in one.components),
    "arbitrator": lambda one: any(map(arbitrated, one.components)),
    "read-only copy": lambda one: any(each.replication and each.replication.copy_of for each in one.components),
    "quorum, a majority": lambda one: any(each.quorum == "majority" for each in one.components),
    "quorum, a number": lambda one: any(isinstance(each.quorum, int) for each in one.components),
    "locality same-host": lambda one: one.calls(lambda each: each.locality == "same-host"),
    "locality same-zone": lambda one: one.calls(lambda each: each.locality == "same-zone"),
    **{
        f"locality same-{kind}": lambda one, kind=kind: one.calls(lambda each: each.locality == f"same-{kind}")  # type: ignore[misc]
        for kind in ZONE_KINDS
    },
    "locality within such a zone": lambda one: one.calls(
        lambda each: (
            each.locality is not None and each.locality.removeprefix("same-") in {zone.kind for zone in one.zones}
        )
    ),
    "alternatives": lambda one: one.calls(lambda each: len(each.targets) > 1),
    "step that leaves out alternatives": lambda one: one.leaves_out,
    "needs two": lambda one: one.calls(lambda each: each.needs == 2),
    "needs all": lambda one: one.calls(lambda each: each.needs == "all"),
    "optional connection": lambda one: one.calls(lambda each: not each.required),
    "optional connection beside a required one": lambda one: one.beside(lambda each: each.required),
    "optional connection beside a required one, unchecked": lambda one: one.beside(
        lambda each: each.required,
        lambda each: each.balance is not None and each.balance.health_check is False,
    ),
    "alternatives for other accesses": lambda one: one.beside(lambda each: each.access == "read"),
    "alternatives over connections of which some lead to others too": lambda one: one.shares,
    "alternatives, of which nobody waits for some": lambda one: one.beside(lambda each: bool(each.deferred)),
    "optional step": lambda one: any(request.required is False for request, _ in one.steps),
    "step in an optional frame": lambda one: any(optional for _, optional in one.steps),
    "step that names a replica": lambda one: any(request.pinned for request, _ in one.steps),
    "step that names a primary that others follow": lambda one: any(
        request.pinned == each.replication.primary
        for request, _ in one.steps
        for each in one.components
        if each.replication is not None and each.replication.failover == "automatic"
    ),
    "step without a connection": lambda one: any(
        not any(each.source == request.source for each in one.connections) for request, _ in one.steps
    ),
    "a component that calls itself": lambda one: any(request.source in request.targets for request, _ in one.steps),
    "unchecked": lambda one: any(each.balance and each.balance.health_check is False for each in one.components),
    "unchecked, with a backup": lambda one: any(
        each.balance and each.balance.health_check is False and each.balance.backup for each in one.components
    ),
    "quorum by access": lambda one: any(isinstance(each.quorum, Quorum) for each in one.components),
    "quorum of a product": lambda one: any(
        each.quorum is None and quorum_of(each) is not None for each in one.components
    ),
    "a write that waits": lambda one: any(
        each.replication and each.replication.without == "stop" for each in one.components
    ),
    "only hosts watched, active-passive": lambda one: any(
        each.cluster and each.cluster.watches == "host" and each.cluster.mode != "active-active"
        for each in one.components
    ),
    "only hosts watched, active-active": lambda one: any(
        each.cluster and each.cluster.watches == "host" and each.cluster.mode == "active-active"
        for each in one.components
    ),
    "nothing behind the members watched, which call nearby": lambda one: any(
        World(one.model, frozenset()).watched_alone(each) and one.calls_nearby(each) for each in one.components
    ),
    "nobody waits": lambda one: (
        any(request.deferred for request, _ in one.steps) or one.calls(lambda each: bool(each.deferred))
    ),
    "look-up that no step shows": lambda one: bool(World(one.model, frozenset()).look_up(one.flow, one.steps)),
    "look-up that may be left out": lambda one: (
        one.flow.domain is not None
        and any(optional and one.kinds(request.targets) == {"dns"} for request, optional in one.steps)
    ),
    "look-up of a service of others": lambda one: any(
        one.kinds([each.source]) == {"external-service"}
        for each in World(one.model, frozenset()).look_up(one.flow, one.steps)
    ),
    "nobody waits for what starts the flow": lambda one: bool(
        {one.steps[0][0].id} & World(one.model, frozenset()).done_later(one.flow) if one.steps else ()
    ),
    "begins with what a worker takes": lambda one: any(
        World(one.model, frozenset()).pulls(request, [later for later, _ in one.steps[1:]]) and request.deferred
        for request, _ in one.steps[:1]
    ),
    "a balancer asked by what waits and by what doesn't": lambda one: any(
        {True, False} == {call.id in later for call, _ in one.steps if request.source in call.targets}
        for later in [World(one.model, frozenset()).done_later(one.flow)]
        for request, _ in one.steps
        if request.id in later and one.kinds([request.source]) & set(PASSING_ON)
    ),
    "deep check": lambda one: any(each.balance and each.balance.asks for each in one.components),
    "deep check through others": lambda one: any(
        name not in one.called_behind(each)
        for each in one.components
        if each.balance
        for name, _ in each.balance.asks or ()
    ),
    "deep check of a target itself": lambda one: any(
        name in one.called_by(each) for each in one.components if each.balance for name, _ in each.balance.asks or ()
    ),
    "hosts on hosts": lambda one: any(each.runs_on for each in one.hosts),
    "services in zones": lambda one: any(isinstance(each.managed, Managed) for each in one.components),
    "reads": lambda one: one.flow.access == "read",
    "writes": lambda one: one.flow.access == "write",
}


def _one(task: tuple[int, int]) -> Compared | str:
    try:
        return compare(*task)
    except Difference as error:
        return str(error)


def many(seeds: Iterable[int], most: int, workers: int | None = None) -> Iterator[Compared | str]:
    """The models of the seeds in order, on all processors; a string is a difference."""
    with Pool(workers) as pool:
        yield from pool.imap(_one, ((seed, most) for seed in seeds), BATCH)


def main(words: list[str]) -> int:
    """Compare, print what was compared, and return 1 at a difference."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.brute_force")
    parser.add_argument("--models", type=int, default=2000, help="how many models to compare")
    parser.add_argument("--elements", type=int, default=14, help="the most elements of a flow; 2^n states each")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    chosen = parser.parse_args(words)
    start = time.monotonic()
    done: list[Compared] = []
    for found in many(range(chosen.first, chosen.first + 2 * chosen.models), chosen.elements):
        if isinstance(found, str):
            print(found, file=sys.stderr)
            return 1
        done.append(found)
        if sum(one.flows > 0 for one in done) == chosen.models:
            break
    tell(done, chosen.elements, time.monotonic() - start)
    return 0


def tell(done: list[Compared], most: int, took: float) -> None:
    """What was compared, as counts."""
    compared = [one for one in done if one.flows]
    flows = sum(one.flows for one in compared)
    states, possible = (sum(one.states for one in compared), sum(one.possible for one in compared))
    print(f"{len(compared)} models, {flows} flows, {states} states in {took:.0f} s")
    print(f"{possible} flows can work and {flows - possible} cannot: all equal")
    print(f"{sum(one.skipped for one in done)} flows of more than {most} elements skipped")
    print(f"{sum(one.points for one in done)} single points, {sum(one.pairs for one in done)} pairs: all equal")
    print(f"availability of {flows} flows: all within {CLOSE:g}")
    having = Counter(name for one in compared for _, each in one.features for name in each)
    working = Counter(name for one in compared for can, each in one.features if can for name in each)
    print(" flows  can work")
    for name in FEATURES:
        print(f"{having[name]:>6} {working[name]:>9}  {name}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
