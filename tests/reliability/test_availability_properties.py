"""What must hold of availabilities whatever the model: order, names, more replicas, fewer dependencies."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archgen.analysis.assessment import assess
from archgen.analysis.topology import Topology
from archgen.model.architecture import Architecture, Availability, Host, Replica
from archgen.reliability.structure import build
from tests.examples import examples
from tests.generators.random_flows import architecture
from tests.reliability.test_reliability_properties import Names, asked_for_all, renamed

seeds = st.integers(10_000, 10_000_000)
EPSILON = 1e-12


def declared(model: Architecture, seed: int, sure: bool = False) -> Architecture:
    """The model with an availability for every element, by the element's id alone; 1 for all where `sure`."""

    def of(name: str) -> Availability:
        return Availability(1.0 if sure else Random(f"{seed} {name}").choice((0.5, 0.9, 0.99, 0.999)))

    return replace(
        model,
        zones=tuple(replace(one, availability=of(one.id)) for one in model.zones),
        hosts=tuple(replace(one, availability=of(one.id)) for one in model.hosts),
        components=tuple(replace(one, availability=of(one.id)) for one in model.components),
        changes=not sure and model.changes,
    )


def found(model: Architecture) -> dict[str, tuple[bool, float]]:
    return {one.flow: (one.possible, one.result.availability) for one in assess(Topology(model), 1)}


@given(seeds)
@examples(80)
def test_what_never_fails_is_always_there(seed: int) -> None:
    for possible, share in found(declared(architecture(seed), seed, sure=True)).values():
        assert share == (1.0 if possible else 0.0)


@given(seeds, st.integers(0, 1000))
@examples(80)
def test_order_of_declarations_changes_nothing(seed: int, shuffle: int) -> None:
    model = declared(architecture(seed), seed)
    random = Random(shuffle)
    other = replace(
        model,
        zones=tuple(random.sample(model.zones, len(model.zones))),
        hosts=tuple(random.sample(model.hosts, len(model.hosts))),
        components=tuple(random.sample(model.components, len(model.components))),
    )
    before, after = found(model), found(other)
    assert all(abs(before[flow][1] - after[flow][1]) < EPSILON for flow in before)


@given(seeds, st.integers(0, 1000))
@examples(80)
def test_names_change_nothing(seed: int, other: int) -> None:
    """Another id for everything changes neither whether a flow can work nor how available it is."""
    model, names = declared(architecture(seed), seed), Names(other)
    after = found(renamed(model, names))
    for flow, (possible, share) in found(model).items():
        assert after[names[flow]][0] == possible
        assert abs(after[names[flow]][1] - share) < EPSILON


@given(seeds)
@examples(80)
def test_a_replica_in_a_domain_of_its_own_lowers_nothing(seed: int) -> None:
    """For a component whose callers need some of its replicas, not all of them, and that has no quorum."""
    model = declared(architecture(seed), seed)
    for component in model.components:
        whole = asked_for_all(model, component.id)
        if component.kind == "client" or component.quorum is not None or whole:
            continue
        more = replace(
            component, replicas=(*component.replicas, Replica(f"{component.id}@new", component.id, ("new",)))
        )
        other = replace(
            model,
            hosts=(*model.hosts, Host("new", availability=Availability(0.9))),
            components=tuple(more if one.id == component.id else one for one in model.components),
        )
        after = found(other)
        for flow, (possible, share) in found(model).items():
            assert not possible or after[flow][1] >= share - EPSILON


@given(seeds)
@examples(60)
def test_a_dependency_less_lowers_nothing(seed: int) -> None:
    model = declared(architecture(seed), seed)
    starts = _starts(model)
    for place, connection in enumerate(model.connections):
        eased = replace(connection, required=False)
        other = replace(model, connections=(*model.connections[:place], eased, *model.connections[place + 1 :]))
        after, kept = found(other), _starts(other)
        for flow, (possible, share) in found(model).items():
            # a caller whose steps all became optional no longer starts the flow: that is another flow
            assert not possible or not kept[flow] <= starts[flow] or after[flow][1] >= share - EPSILON


def _starts(model: Architecture) -> dict[str, set[str]]:
    index = Topology(model).index
    return {flow.id: {one.component for one in build(index, flow).initiators} for flow in model.flows}
