"""Minimal cut sets against every state of small random architectures."""

from __future__ import annotations

from itertools import combinations

import pytest

from archgen.reliability.cuts import cut_sets
from archgen.reliability.index import Index
from archgen.reliability.plan import Plan
from archgen.reliability.structure import build
from tests.generators.random_flows import architecture
from tests.oracle import World, elements


@pytest.mark.parametrize("chunk", range(8))
def test_cut_sets_up_to_order_two_agree_with_the_definition(chunk: int) -> None:
    for seed in range(chunk * 60, chunk * 60 + 60):
        model = architecture(seed)
        index, world = Index(model), World(model, frozenset())
        for flow in model.flows:
            found = cut_sets(Plan(index, build(index, flow)), 2)
            engine = {frozenset((one.kind, one.id) for one in each) for each in found.sets}
            expected: set[frozenset[tuple[str, str]]] = set()
            if world.succeeds(flow):
                for size in (1, 2):
                    for each in combinations(elements(model), size):
                        state = frozenset(each)
                        if not any(one < state for one in expected) and not world.with_failed(state).succeeds(flow):
                            expected.add(state)
            assert engine == expected, (seed, flow.id)
            assert not found.truncated
