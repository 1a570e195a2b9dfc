"""Availability at a moment: failovers that take time, bad changes and moved replicas, against their definition."""

from __future__ import annotations

from random import Random

import pytest
from msgspec.structs import replace

from archgen.analysis.assessment import FlowAssessment, assess
from archgen.analysis.topology import Topology
from archgen.model.architecture import Architecture
from tests.analysis.instants import HOURS, Answer, answer
from tests.analysis.random_moments import _SECONDS, KEYS, declared, floating, passing
from tests.generators.random_meaning import chain

CLOSE = 1e-9
STATES = 1500


def differs(flow: FlowAssessment, expected: Answer) -> bool:
    """Return True if a number of the engine isn't that of the definition."""
    parts = flow.downtime
    ours = (flow.result.availability, flow.full.availability, parts.failures, parts.failovers, parts.changes)
    theirs = (expected.serves, expected.full, expected.failures, expected.failovers, expected.changes)
    scales = (1.0, 1.0, HOURS, HOURS, HOURS)
    return any(abs(own - other) > CLOSE * scale for own, other, scale in zip(ours, theirs, scales, strict=True))


def compared(model: Architecture, told: Architecture) -> list[bool]:
    """Return for each flow that works whether the engine, which is told a model, differs from the definition of another."""
    found = []
    for flow, ours in zip(model.flows, assess(Topology(told), order=1), strict=True):
        expected = answer(model, flow, STATES) if ours.possible else None
        if expected is not None:
            assert ours.result.method == "exact"
            found.append(differs(ours, expected))
    return found


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_the_engine_agrees_with_all_states_at_all_moments(first: int) -> None:
    found = [each for seed in range(first, first + 50) for each in compared(*[passing(seed)] * 2)]
    assert len(found) >= 15
    assert not any(found)


def test_each_part_of_the_downtime_occurs() -> None:
    flows = [flow for seed in range(100) for flow in assess(Topology(passing(seed)), order=1) if flow.possible]
    for part in ("failures", "failovers", "changes"):
        assert sum(getattr(flow.downtime, part) > 1e-6 for flow in flows) > 20, part
    assert any(flow.full.availability < flow.result.availability - 1e-6 for flow in flows)


@pytest.mark.parametrize("key", sorted(KEYS))
def test_an_engine_that_ignores_a_key_is_a_difference(key: str) -> None:
    different = 0
    for seed in range(200):
        random = Random(f"{key} {seed}")
        base = declared(random, chain(random))
        without = base
        if key == "recovery of replicas":
            without = floating(Random(seed), base, None, 0.0)
            base = floating(Random(seed), base, None, random.choice(_SECONDS))
        elif key == "spread":
            without = floating(Random(seed), base, None, 3600.0)
            base = floating(Random(seed), base, random.choice(("none", "host")), 3600.0)
        elif key == "changes of the model":
            without = KEYS["changes of components"](Random(seed), base)
            base = replace(without, changes=False)
        else:
            base = KEYS[key](random, base)
            without = _without(base, key)
        different += sum(compared(base, without))
        if different >= 5:
            return
    assert different >= 5


def _without(model: Architecture, key: str) -> Architecture:
    """Return the model with the times or changes of its components taken out."""
    components = []
    for component in model.components:
        if key == "changes of components":
            component = replace(component, changes=False)
        elif key == "recovery of data" and component.replication is not None:
            component = replace(component, replication=replace(component.replication, recovery=0.0))
        elif key == "recovery of traffic" and component.cluster is not None:
            component = replace(component, cluster=replace(component.cluster, recovery=0.0))
        components.append(component)
    return replace(model, components=tuple(components))
