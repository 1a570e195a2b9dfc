"""The cost of exact reliability, as counts and ratios of one run.

    python benchmarks/reliability.py

Times are of the processor, so that a busy machine changes them little.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from random import Random

import systems

from archgen.assessment import Probabilities, assess
from archgen.reliability.availability import Calculation
from archgen.reliability.cuts import cut_sets
from archgen.topology import Topology

FLOWS = 100
LEAST_EXACT = 90
SECONDS_EACH = 0.5
MOST_GROWTH = 12.0
SECONDS_ENTANGLED = 2.0


def seconds(action: Callable[[], object]) -> float:
    """Processor time of one call."""
    gc.collect()
    start = time.process_time()
    action()
    return time.process_time() - start


def growth() -> None:
    """All single points of failure of all flows, at three sizes."""
    before = 0.0
    for components in (1_000, 10_000, 100_000):
        topology = Topology(systems.layered(components))
        took = seconds(lambda topology=topology: topology.failures)  # type: ignore[misc]
        points = sum(len(found.points) for found in topology.failures.values())
        ratio = f"{took / before:5.1f}x of {MOST_GROWTH}x" if before else ""
        mark = mark_of(took / before <= MOST_GROWTH) if before else ""
        flows = len(topology.flows)
        print(
            f"{components:>7} components: {points:>6} single points of {flows:>5} flows {took * 1e3:8.1f} ms  {ratio}  {mark}"
        )
        before = took


def exact() -> None:
    """The availability of random flows of a system of 10,000 components."""
    topology = Topology(systems.layered(10_000))
    probabilities = Probabilities(topology)
    worst, found = 0.0, 0
    names = Random(2).sample(list(topology.plans), FLOWS)
    sizes = sorted(len(topology.plans[name].elements) for name in names)
    for name in names:
        plan, single = topology.plans[name], topology.failures[name]
        up = {element: probabilities.of(element)[0] for element in plan.elements}
        methods: list[str] = []
        took = seconds(lambda: methods.append(Calculation(plan, single).availability(up).method))  # noqa: B023
        worst = max(worst, took)
        found += methods == ["exact"]
    print(
        f"{FLOWS} flows of {sizes[0]} to {sizes[-1]} elements: {found} exact of {LEAST_EXACT}  {mark_of(found >= LEAST_EXACT)}"
    )
    print(f"the slowest took {worst * 1e3:.0f} ms of {SECONDS_EACH * 1e3:.0f} ms  {mark_of(worst <= SECONDS_EACH)}")
    pairs = max(seconds(lambda: cut_sets(topology.plans[name], 2)) for name in names)  # noqa: B023
    print(f"the slowest pairs took {pairs * 1e3:.0f} ms")


def entangled() -> None:
    """A whole assessment of a flow of 1,000 elements that nothing takes apart."""
    topology = Topology(systems.entangled(1_000))
    told: list[str] = []
    took = seconds(lambda: told.extend(one.result.method for one in assess(topology)))
    print(f"entangled flow of 1,000 elements: {told[0]} in {took:.2f} s of {SECONDS_ENTANGLED} s  {mark_of(took <= 2)}")


def mark_of(reached: bool) -> str:
    """Whether a target is reached."""
    return "ok" if reached else "MISSED"


if __name__ == "__main__":
    growth()
    exact()
    entangled()
    sys.exit(0)
