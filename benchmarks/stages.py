"""Where the time of a lint goes, stage by stage, in milliseconds of the processor.

    python -m benchmarks.stages        tier 2 and 1,000 components, the least of twelve processes for each stage
    python -m benchmarks.stages 30     of thirty

One process goes through the stages in the order of a lint and tells the processor time that it has used after each; what
a lint does besides, to find its models and to read its options, is the rest of a whole one.
"""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import tempfile

from benchmarks import synthetic

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROUNDS = 12
STAGES = {
    "msgspec, with what it takes from the standard library": "import msgspec",
    "yaml": "import yaml",
    "the loader and the topology": "import archgen.language.load, archgen.analysis.topology",
    "the modules of the rules": "from archgen.rules import RULES",
    "command line, settings, argparse": (
        "from archgen.cli.parser import Parser\nfrom archgen.cli.check import lint\nlint.arguments(Parser('archgen', None))"
    ),
    "reading and validating the model": (
        "with open(sys.argv[1], 'rb') as stream:\n    given = stream.read()\n"
        "loaded = archgen.language.load.load(sys.argv[1], given)"
    ),
    "judging": (
        "from archgen.rules.run import run_rules\nfrom archgen.analysis.topology import Topology\n"
        "found = run_rules(Topology(loaded.architecture), loaded.source, RULES, '2026-11-24')"
    ),
    "telling, as JSON": (
        "from archgen.report.lint import json_\nfrom archgen.report.lint.outcome import LintReport\n"
        "told = json_.write(LintReport(((sys.argv[1], found),), lambda file: (), lambda model, step: ''))"
    ),
}
CODE = """
import gc, os, sys, time
gc.disable()
spent = [time.process_time()]
for stage in sys.argv[2:]:
    exec(stage)
    spent.append(time.process_time())
print(*spent, flush=True)
os._exit(0)
"""
"""What a process does: each stage, and after it a look at the clock."""


def main(rounds: int) -> None:
    """Tell the least of each stage and the least of whole processes, for both models."""
    compileall.compile_dir(os.path.join(ROOT, "archgen"), quiet=2)
    with tempfile.TemporaryDirectory() as directory:
        large = os.path.join(directory, "1000.arch.yaml")
        with open(large, "w", encoding="utf-8") as stream:
            stream.write(synthetic.model(1_000))
        files = (os.path.join(ROOT, "models", "2-distributed-web-infrastructure.arch.yaml"), large)
        columns = [least(file, rounds) for file in files]
    print(f"{'':<56}{'tier 2':>8}{'1,000 components':>18}")
    for name in columns[0]:
        print(f"{name:<56}{columns[0][name]:>8.1f}{columns[1][name]:>18.1f}")


def least(file: str, rounds: int) -> dict[str, float]:
    """The least milliseconds of each stage, of all of them, and of a whole lint; of what PyYAML takes beside it."""
    lint = [os.path.join(os.path.dirname(sys.executable), "archgen"), "lint", "--fail-on", "never"]
    yaml = "import sys, yaml; yaml.load(open(sys.argv[1], 'rb'), Loader=yaml.CSafeLoader)"
    whole = {
        "a lint as a whole process": [*lint, "--format", "json=/dev/null", file],
        "a process that imports yaml": [sys.executable, "-c", "import yaml"],
        "a process that loads the file with yaml.load(CSafeLoader)": [sys.executable, "-c", yaml, file],
    }
    found: dict[str, list[float]] = {name: [] for name in ("the interpreter", *STAGES, *whole)}
    for _ in range(rounds):
        process = [sys.executable, "-c", CODE, file, *STAGES.values()]
        done = subprocess.run(process, cwd=ROOT, capture_output=True, text=True, check=True)
        times = [0.0, *map(float, done.stdout.split())]
        for name, before, after in zip(("the interpreter", *STAGES), times, times[1:], strict=False):
            found[name].append(after - before)
        for name, words in whole.items():
            found[name].append(spent(words))
    return {name: min(each) * 1e3 for name, each in found.items()}


def spent(words: list[str]) -> float:
    """Processor seconds of a process."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{words[0]} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
