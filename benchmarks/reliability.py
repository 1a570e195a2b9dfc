"""The cost of exact reliability, as counts and ratios of one run.

    python -m benchmarks.reliability              all of them, some minutes
    python -m benchmarks.reliability growth exact some

Times are of the processor and the least of several, so that a busy machine changes them little.
"""

from __future__ import annotations

import compileall
import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from random import Random

from archgen.analysis.assessment import assess
from archgen.analysis.probabilities import Probabilities
from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.reliability.availability import Calculation, FlowAvailability
from archgen.reliability.cuts import cut_sets
from benchmarks import synthetic, systems

FLOWS = 100
LEAST_EXACT = 90
SECONDS_EACH = 0.5
MOST_GROWTH = 12.0
SECONDS_ENTANGLED = 2.0
MOST_OF_LOAD = 0.5
MOST_OF_YAML = {1_000: 1.0, 10_000: 1.0, 100_000: 0.5}
ROUNDS = {1_000: 7, 10_000: 5, 100_000: 2}
MOST_MEMORY = 1.5e9
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
YAML = "import sys, yaml; yaml.load(open(sys.argv[1], 'rb'), Loader=yaml.CSafeLoader)"


def seconds(action: Callable[[], object]) -> float:
    """Processor time of one call, the collector of garbage at rest: it would walk all that was made before."""
    gc.collect()
    gc.disable()
    try:
        start = time.process_time()
        action()
        return time.process_time() - start
    finally:
        gc.enable()


def growth() -> None:
    """All single points of failure of all flows, at three sizes; the least of several, each from nothing known."""
    before = 0.0
    for components in (1_000, 10_000, 100_000):
        model = systems.layered(components)
        took = min(seconds(lambda: Topology(model).losses.failures) for _ in range(3))  # noqa: B023
        failures = Topology(model).losses.failures
        points = sum(len(found.points) for found in failures.values())
        ratio = f"{took / before:5.1f}x of {MOST_GROWTH}x" if before else ""
        mark = mark_of(took / before <= MOST_GROWTH) if before else ""
        told = f"{points:>6} single points of {len(failures):>5} flows {took * 1e3:8.1f} ms"
        print(f"{components:>7} components: {told}  {ratio}  {mark}")
        before = took


def share() -> None:
    """All single points of failure of the flows of a file of 100,000 components, beside its loading."""
    data = synthetic.model(100_000).encode()
    loading = seconds(lambda: load("big.arch.yaml", data))
    model = load("big.arch.yaml", data).architecture
    took = min(seconds(lambda: Topology(model).losses.failures) for _ in range(2))
    mark = mark_of(took <= MOST_OF_LOAD * loading)
    print(
        f"single points {took:.2f} s beside a load of {loading:.2f} s: {took / loading:.2f}x of {MOST_OF_LOAD}x  {mark}"
    )


def lint() -> None:
    """A lint as a whole process, beside one that only reads the same file with PyYAML's fast loader, and that read alone."""
    import yaml

    compileall.compile_dir(os.path.join(ROOT, "archgen"), quiet=2)
    archgen = os.path.join(os.path.dirname(sys.executable), "archgen")
    with tempfile.TemporaryDirectory() as directory:
        for components, most in MOST_OF_YAML.items():
            file = os.path.join(directory, f"{components}.arch.yaml")
            with open(file, "w", encoding="utf-8") as stream:
                stream.write(synthetic.model(components))
            words = [archgen, "lint", "--fail-on", "never", "--format", "json=/dev/null", file]
            rounds = [(spent(words), spent([sys.executable, "-c", YAML, file])) for _ in range(ROUNDS[components])]
            ours, theirs = (min(each[side][0] for each in rounds) for side in (0, 1))
            memory = max(each[0][1] for each in rounds)
            with open(file, "rb") as stream:
                data = stream.read()
            alone = min(
                seconds(lambda: yaml.load(data, Loader=yaml.CSafeLoader))  # noqa: B023
                for _ in range(ROUNDS[components])
            )
            ratio = f"{ours / theirs:.2f}x of {most}x  {mark_of(ours <= most * theirs)}"
            print(f"lint of {components:>6} components {ours:.3f} s, a process of yaml.load {theirs:.3f} s: {ratio}")
            print(f"  yaml.load(CSafeLoader) alone, in a process that has it, {alone:.3f} s: {ours / alone:.2f}x")
            print(f"  {memory / 1e9:.2f} GB of {MOST_MEMORY / 1e9} GB at most  {mark_of(memory <= MOST_MEMORY)}")


def spent(words: list[str]) -> tuple[float, int]:
    """Processor seconds of a whole process, and the most bytes it held."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{words[0]} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def exact() -> None:
    """The availability of random flows of a system of 10,000 components."""
    topology = Topology(systems.layered(10_000))
    probabilities = Probabilities(topology)
    worst, found = 0.0, 0
    widths: list[float] = []
    names = Random(2).sample(list(topology.losses.plans), FLOWS)
    sizes = sorted(len(topology.losses.plans[name].elements) for name in names)
    for name in names:
        plan, single = topology.losses.plans[name], topology.losses.failures[name]
        up = {element: probabilities.of(element)[0] for element in plan.elements}
        told: list[FlowAvailability] = []
        took = seconds(lambda: told.append(Calculation(plan, single).availability(up)))  # noqa: B023
        worst = max(worst, took)
        found += told[0].method == "exact"
        if told[0].bounds is not None:
            widths.append(told[0].bounds[1] - told[0].bounds[0])
    print(
        f"{FLOWS} flows of {sizes[0]} to {sizes[-1]} elements: {found} exact of {LEAST_EXACT}  {mark_of(found >= LEAST_EXACT)}"
    )
    print(f"the others are known to {max(widths, default=0.0):.1e} at worst")
    print(f"the slowest took {worst * 1e3:.0f} ms of {SECONDS_EACH * 1e3:.0f} ms  {mark_of(worst <= SECONDS_EACH)}")
    pairs = max(seconds(lambda: cut_sets(topology.losses.plans[name], 2)) for name in names)  # noqa: B023
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


BENCHMARKS = {one.__name__: one for one in (growth, share, exact, entangled, lint)}

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHMARKS:
        BENCHMARKS[name]()
