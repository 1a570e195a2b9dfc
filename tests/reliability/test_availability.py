"""Availability against the sum over all states of small random architectures, and its sampled stand-in."""

from __future__ import annotations

from itertools import product
from math import prod
from random import Random

import pytest

from archgen.model.subject import Subject
from archgen.reliability.availability import Expansion, availability, draws, interval, series_modules
from archgen.reliability.failure import failures
from archgen.reliability.index import Index
from archgen.reliability.plan import Plan
from archgen.reliability.structure import build
from tests.generators.random_flows import architecture
from tests.oracle import World

LARGEST = 9
"""Elements of a flow; 2^9 states by the definition are some milliseconds."""


def by_all_states(model, flow, plan, up) -> float:  # type: ignore[no-untyped-def]
    total, world = 0.0, World(model, frozenset())
    for state in product((False, True), repeat=len(plan.elements)):
        failed = frozenset((one.kind, one.id) for one, gone in zip(plan.elements, state, strict=True) if gone)
        if world.with_failed(failed).succeeds(flow):
            total += prod(1.0 - up[one] if gone else up[one] for one, gone in zip(plan.elements, state, strict=True))
    return total


def cases(seeds: range):  # type: ignore[no-untyped-def]
    for seed in seeds:
        model = architecture(seed)
        index = Index(model)
        for flow in model.flows:
            plan = Plan(index, build(index, flow))
            random = Random(seed)
            yield model, flow, plan, {one: random.choice((0.5, 0.9, 0.99, random.random())) for one in plan.elements}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("chunk", range(8))
def test_exact_availability_is_the_sum_over_all_states(chunk: int) -> None:
    compared = 0
    for model, flow, plan, up in cases(range(chunk * 40, chunk * 40 + 40)):
        if len(plan.elements) <= LARGEST:
            found = availability(plan, failures(plan), up)
            assert found.method == "exact"
            assert found.availability == pytest.approx(by_all_states(model, flow, plan, up), abs=1e-9)
            compared += 1
    assert compared >= 20


@pytest.mark.parametrize("seed", range(40))
def test_birnbaum_is_the_difference_that_an_element_makes(seed: int) -> None:
    for _, _, plan, up in cases(range(seed, seed + 1)):
        single = failures(plan)
        found = availability(plan, single, up)
        slopes = {one.element: one.birnbaum for one in found.importance}
        for element in plan.elements:
            sound = availability(plan, single, {**up, element: 1.0}).availability
            gone = availability(plan, single, {**up, element: 0.0}).availability
            assert slopes.get(element, 0.0) == pytest.approx(sound - gone, abs=1e-9)


def test_elements_that_never_fail_make_a_flow_that_never_fails() -> None:
    for _, _, plan, _ in cases(range(200)):
        single = failures(plan)
        found = availability(plan, single, dict.fromkeys(plan.elements, 1.0))
        assert found.availability == (1.0 if single.possible else 0.0)


def test_without_a_budget_the_interval_holds_the_exact_value() -> None:
    sampled = 0
    for _, _, plan, up in cases(range(300)):
        single = failures(plan)
        exact, found = availability(plan, single, up), availability(plan, single, up, budget=2)
        if found.method == "sampled":
            assert found.bounds is not None
            low, high = found.bounds
            assert low - 0.01 <= exact.availability <= high + 0.01
            assert low <= found.availability <= high
            sampled += 1
    assert sampled >= 50


def test_bounds_hold_the_exact_value() -> None:
    """Whichever states of the zones are made; with all of them there is nothing between the bounds."""
    wide = met = 0
    for _, _, plan, up in cases(range(300)):
        single = failures(plan)
        exact = availability(plan, single, up).availability
        variables = series_modules(plan)
        zones = sum(all(one.kind == "zone" for one in parts) for parts in variables)
        if single.possible and zones:
            for most in (1, 2, 100):
                low, high = Expansion(plan, variables, most * len(plan.elements)).bounds(up)
                assert low - 1e-12 <= exact <= high + 1e-12
                wide += high - low > 1e-3
                met += high - low < 1e-9
    assert wide >= 20
    assert met >= 20


def test_what_has_to_be_bounded_is_told_with_its_bounds() -> None:
    bounded = 0
    for _, _, plan, up in cases(range(300)):
        found = availability(plan, failures(plan), up, budget=2)
        if found.method == "bounds":
            assert found.bounds is not None
            low, high = found.bounds
            assert low <= found.availability <= high
            assert low - 1e-12 <= availability(plan, failures(plan), up).availability <= high + 1e-12
            bounded += 1
    assert bounded >= 5


def test_draws_are_as_likely_as_asked() -> None:
    for chance in (0.0, 0.001, 0.25, 0.9, 1.0):
        low, high = interval(draws(Random(1), chance, 100_000).bit_count(), 100_000)
        assert low <= chance <= high


def test_an_impossible_flow_is_never_available() -> None:
    impossible = [(plan, up) for _, _, plan, up in cases(range(300)) if not failures(plan).possible]
    assert impossible
    for plan, up in impossible:
        assert availability(plan, failures(plan), up).availability == 0.0


def test_subjects_are_elements() -> None:
    for _, _, plan, up in cases(range(20)):
        single = failures(plan)
        for one in availability(plan, single, up).importance:
            assert isinstance(one.element, Subject)
            assert one.element in plan.elements
