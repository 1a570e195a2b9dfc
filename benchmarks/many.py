"""A directory of many models: a lint of all of them, beside loading the same files one after the other.

    python -m benchmarks.many            1,000 models
    python -m benchmarks.many 200        as many

Processor time of the whole processes, their children's too, the least of several in one run; so the number of processors
does not matter, and a busy machine changes little. The wall time that parts and processes save is told beside it. What is
promised is promised beside archgen's own loader; PyYAML's, and a lint with one rule that does nothing, say where the rest
of the time goes.
"""

from __future__ import annotations

import compileall
import glob
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ARCHGEN = os.path.join(os.path.dirname(sys.executable), "archgen")
MODELS = 1_000
MOST = 1.2
ROUNDS = 3
YAML = """
import glob, sys, yaml
for file in sorted(glob.glob(sys.argv[1] + "/*.yaml")):
    with open(file, "rb") as stream:
        yaml.load(stream, Loader=yaml.CSafeLoader)
"""
LOAD = """
import glob, sys
from archgen.language.load import load
for file in sorted(glob.glob(sys.argv[1] + "/*.yaml")):
    with open(file, "rb") as stream:
        load(file, stream.read())
"""


def main(count: int) -> None:
    """Write the models, then lint and load them in turn."""
    compileall.compile_dir(os.path.join(ROOT, "archgen"), quiet=2)
    with tempfile.TemporaryDirectory() as directory:
        written(directory, count)
        lint = [ARCHGEN, "lint", "--fail-on", "never", "--format", "json=/dev/null", directory]
        ways = {
            "lint": lint,
            "lint --jobs 1": [*lint, "--jobs", "1"],
            "lint --shard 1/4": [*lint, "--shard", "1/4"],
            "lint of one idle rule": [*lint, "--jobs", "1", "--select", "stale-acceptance"],
            "yaml.load(CSafeLoader)": [sys.executable, "-c", YAML, directory],
            "archgen's loader": [sys.executable, "-c", LOAD, directory],
        }
        times = {name: [spent(words) for _ in range(ROUNDS)] for name, words in ways.items()}
    least = {name: min(cpu for cpu, _ in each) for name, each in times.items()}
    for name, each in times.items():
        print(f"{name:<24} {least[name]:7.2f} s of processors, {min(wall for _, wall in each):7.2f} s of waiting")
    for name in ("lint", "lint --jobs 1", "lint of one idle rule"):
        for beside in ("archgen's loader", "yaml.load(CSafeLoader)"):
            ratio = least[name] / least[beside]
            promised = (name, beside) == ("lint", "archgen's loader")
            limit = f" of {MOST}x, {'ok' if ratio <= MOST else 'TOO SLOW'}" if promised else ""
            print(f"{name} of {count:,} models is {ratio:.2f}x of {beside}{limit}")


def written(directory: str, count: int) -> None:
    """The reference models, again and again, each as a model of its own that follows none."""
    texts = []
    for file in sorted(glob.glob(os.path.join(ROOT, "models", "*.arch.yaml"))):
        with open(file, encoding="utf-8") as stream:
            texts.append("".join(line for line in stream if not line.startswith("follows:")))
    for at in range(count):
        with open(os.path.join(directory, f"model-{at}.arch.yaml"), "w", encoding="utf-8") as stream:
            stream.write(texts[at % len(texts)])


def spent(words: list[str]) -> tuple[float, float]:
    """Processor seconds of a process and its children, and the seconds that it took."""
    start = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{words[0]} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - start


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MODELS)
