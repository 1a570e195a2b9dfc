"""What must hold of single failures whatever the model: order, names, more replicas, fewer dependencies."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archgen.model.architecture import Architecture, Component, Connection, Flow, Host, Replica
from archgen.model.steps import Branch, Frame, Request, Step
from archgen.reliability.failure import States, failures
from archgen.reliability.index import Index
from archgen.reliability.plan import Plan
from archgen.reliability.requests import connections_under, requests
from archgen.reliability.structure import build
from tests.examples import examples
from tests.generators.random_flows import architecture

seeds = st.integers(10_000, 10_000_000)


def asked_for_all(model: Architecture, component: str) -> bool:
    """Whether a caller of a component may need all that answers a step: one with `needs: all` on any connection."""
    demanding = {one.source for one in model.connections if one.needs == "all"}
    return any(one.source in demanding and component in one.targets for one in model.connections)


def points(model: Architecture) -> dict[str, tuple[bool, frozenset[tuple[str, str]]]]:
    index = Index(model)
    found = {flow.id: failures(Plan(index, build(index, flow))) for flow in model.flows}
    return {
        flow: (one.possible, frozenset((point.element.kind, point.element.id) for point in one.points))
        for flow, one in found.items()
    }


class Names:
    """Another name for each id of a model, drawn at random, so that their order is another too."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.known: dict[str, str] = {}

    def __getitem__(self, old: str) -> str:
        if old not in self.known:
            self.known[old] = f"{self.random.choice('aghz')}{self.random.getrandbits(40):x}"
        return self.known[old]

    def all(self, old: tuple[str, ...]) -> tuple[str, ...]:
        """The other names of several."""
        return tuple(self[one] for one in old)


def renamed(model: Architecture, names: Names) -> Architecture:
    """The model with another id for everything that has one."""
    return replace(
        model,
        zones=tuple(replace(one, id=names[one.id], within=one.within and names[one.within]) for one in model.zones),
        hosts=tuple(replace(one, id=names[one.id], zones=names.all(one.zones)) for one in model.hosts),
        components=tuple(_component_renamed(one, names) for one in model.components),
        connections=tuple(_connection_renamed(one, names) for one in model.connections),
        flows=tuple(_flow_renamed(one, names) for one in model.flows),
    )


def _component_renamed(component: Component, names: Names) -> Component:
    cluster, data = component.cluster, component.replication
    return replace(
        component,
        id=names[component.id],
        replicas=tuple(
            replace(one, id=names[one.id], component=names[component.id], hosts=names.all(one.hosts))
            for one in component.replicas
        ),
        cluster=cluster and replace(cluster, active=names.all(cluster.active)),
        replication=data
        and replace(
            data,
            primary=names.all(data.primary),
            by=data.by and names[data.by],
            copy_of=data.copy_of and names[data.copy_of],
        ),
    )


def _connection_renamed(connection: Connection, names: Names) -> Connection:
    return replace(
        connection,
        id=names[connection.id],
        source=names[connection.source],
        targets=names.all(connection.targets),
    )


def _flow_renamed(flow: Flow, names: Names) -> Flow:
    return replace(flow, id=names[flow.id], steps=tuple(_step_renamed(one, names) for one in flow.steps))


def _step_renamed(step: Step, names: Names) -> Step:
    if isinstance(step, Request):
        targets, pinned = names.all(step.targets), names.all(step.pinned)
        return replace(step, id=names[step.id], source=names[step.source], targets=targets, pinned=pinned)
    assert isinstance(step, Frame), "random flows hold requests and frames"
    branches = tuple(Branch("", tuple(_step_renamed(one, names) for one in each.steps)) for each in step.branches)
    return replace(step, id=names[step.id], branches=branches)


@given(seeds, st.integers(0, 1000))
@examples(200)
def test_names_change_nothing(seed: int, other: int) -> None:
    model, names = architecture(seed), Names(other)
    after = points(renamed(model, names))
    assert after == {
        names[flow]: (possible, frozenset((kind, names[name]) for kind, name in found))
        for flow, (possible, found) in points(model).items()
    }


@given(seeds, st.integers(0, 1000))
@examples(200)
def test_order_of_declarations_changes_nothing(seed: int, shuffle: int) -> None:
    model = architecture(seed)
    random = Random(shuffle)

    def mixed(items: tuple) -> tuple:  # type: ignore[type-arg]
        return tuple(random.sample(items, len(items)))

    other = replace(
        model,
        zones=mixed(model.zones),
        hosts=mixed(model.hosts),
        components=mixed(model.components),
    )
    assert points(other) == points(model)


@given(seeds)
@examples(200)
def test_a_replica_in_a_domain_of_its_own_adds_no_single_point(seed: int) -> None:
    """For a component without a quorum, where nobody needs all of anything: a replica more is one more to need."""
    model = architecture(seed)
    model = replace(
        model, connections=tuple(replace(one, needs=1) if one.needs == "all" else one for one in model.connections)
    )
    for component in model.components:
        if component.kind == "client" or component.quorum is not None:
            continue
        more = Replica(f"{component.id}@new", component.id, ("new",))
        changed = replace(component, replicas=(*component.replicas, more))
        other = replace(
            model,
            hosts=(*model.hosts, Host("new")),
            components=tuple(changed if one.id == component.id else one for one in model.components),
        )
        after = points(other)
        for flow, (possible, before) in points(model).items():
            if possible:
                assert after[flow][0]
                assert after[flow][1] <= before


@given(seeds)
@examples(200)
def test_a_dependency_less_adds_no_single_point(seed: int) -> None:
    model = architecture(seed)
    for place, connection in enumerate(model.connections):
        eased = replace(connection, required=False)
        other = replace(model, connections=(*model.connections[:place], eased, *model.connections[place + 1 :]))
        after = points(other)
        for flow, (possible, before) in points(model).items():
            if possible and not _starts_other(model, other, flow) and not _goes_over_others(model, connection, flow):
                assert after[flow][0]
                assert after[flow][1] <= before


def _goes_over_others(model: Architecture, connection: Connection, flow: str) -> bool:
    """A step over several connections needs what the others ask for alone, once it can do without one."""
    index = Index(model)
    under = [connections_under(index, request) for request, _ in requests(index.flows[flow].steps)]
    return any(len(each) > 1 and connection.id in {one.id for one in each} for each in under)


def _starts_other(model: Architecture, other: Architecture, flow: str) -> bool:
    """A caller whose steps all became optional no longer starts the flow; another order of starts is another flow."""
    starts = [
        {one.component for one in build(Index(each), next(one for one in each.flows if one.id == flow)).initiators}
        for each in (model, other)
    ]
    return not starts[1] <= starts[0]


@given(st.integers(1, 6), st.lists(st.integers(0, 255), min_size=6, max_size=8))
def test_at_least_counts_bit_by_bit(count: int, sets: list[int]) -> None:
    expected = sum(1 << bit for bit in range(8) if sum(one >> bit & 1 for one in sets) >= count)
    assert States({}, 255).at_least(count, sets) == expected
