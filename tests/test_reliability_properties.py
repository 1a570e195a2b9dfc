"""What must hold of single failures whatever the model: order, names, more replicas, fewer dependencies."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from archgen.model import Architecture, Host, Replica
from archgen.reliability.evaluation import Plan
from archgen.reliability.failure import States, failures
from archgen.reliability.index import Index
from archgen.reliability.structure import build
from tests.random_flows import architecture

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


@given(seeds, st.integers(0, 1000))
@settings(max_examples=200, deadline=None)
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
@settings(max_examples=200, deadline=None)
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
@settings(max_examples=200, deadline=None)
def test_a_dependency_less_adds_no_single_point(seed: int) -> None:
    model = architecture(seed)
    for place, connection in enumerate(model.connections):
        eased = replace(connection, required=False)
        other = replace(model, connections=(*model.connections[:place], eased, *model.connections[place + 1 :]))
        after = points(other)
        for flow, (possible, before) in points(model).items():
            if possible and not _starts_other(model, other, flow):
                assert after[flow][0]
                assert after[flow][1] <= before


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
