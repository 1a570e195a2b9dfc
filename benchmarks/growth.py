"""How the time of whole commands grows with a model, as ratios of one run.

    python -m benchmarks.growth                 analyze and what-if of every shape, some minutes
    python -m benchmarks.growth chain pairs     some shapes

Each size is twice the one before; the time is that of the processor in the process and its children, the least of three.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from benchmarks import shapes

MOST = 2.3
"""How much more time twice the components may take."""

SIZES = (400, 800, 1_600, 3_200)
SQUARED = (50, 100, 200)
"""Components of a model that grows with the square of their number, for which four times the time is twice the model."""

ROUNDS = 3
COMMANDS = ("analyze", "what-if")


def spent(command: str, file: str) -> float:
    """Return the processor seconds of a whole process."""
    archgen = os.path.join(os.path.dirname(sys.executable), "archgen")
    process = subprocess.Popen([archgen, command, file], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} of {file} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def growth(name: str, directory: str) -> None:
    """Print the time of each command at each size of a shape, beside that of the size before."""
    squared = name == "prefixes"
    for command in COMMANDS:
        before = 0.0
        for size in SQUARED if squared else SIZES:
            file = os.path.join(directory, f"{name}-{size}.arch.yaml")
            with open(file, "w", encoding="utf-8") as stream:
                stream.write(shapes.SHAPES[name](size))
            took = min(spent(command, file) for _ in range(ROUNDS))
            most = MOST**2 if squared else MOST
            ratio = (
                f"{took / before:5.2f}x of {most:.1f}x  {'ok' if took <= most * before else 'MISSED'}" if before else ""
            )
            print(f"{command:<8} {name:<9} {size:>6,} components {took:7.2f} s  {ratio}", flush=True)
            before = took


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        for shape in sys.argv[1:] or shapes.SHAPES:
            growth(shape, place)
