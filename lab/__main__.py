"""Build systems, lose their elements and write down what is seen.

    python -m lab                   all systems
    python -m lab tier-2 vrrp       some of them
    python -m lab tier-2 --only server-1,nginx@server-1     some losses, printed and not written

It works inside namespaces of its own, which end with it: nothing of it stays, however it ends.
"""

from __future__ import annotations

import argparse
import datetime
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lab.hosts import LabError
from lab.losses import losses
from lab.results import Results, Trial, write_results
from lab.site import Site
from lab.system import names, read_system
from lab.trial import Lab, packages, software

INSIDE = "ARCHGEN_LAB_FOLDER"
TOOLS = ("ip", "unshare", "mount", "sysctl", "ss", "dpkg-query")


def missing(systems: list[str]) -> str | None:
    """Return the reason why the systems can't be built here, if any."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return "it needs Linux and root, to make network namespaces"
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    if absent:
        return f"it needs {', '.join(absent)}"
    wanted = dict.fromkeys(each for name in systems for each in packages(Site(read_system(name), "/")))
    result = subprocess.run(
        ("dpkg-query", "-W", "-f", "${Package} ${Status}\n", *wanted), capture_output=True, text=True
    )
    there = {line.split()[0] for line in result.stdout.splitlines() if line.endswith(" installed")}
    return (
        f"it needs Debian's packages {' '.join(each for each in wanted if each not in there)}"
        if set(wanted) - there
        else None
    )


def enter(words: list[str]) -> int:
    """Run the lab again in namespaces of its own, and remove its folder after it."""
    folder = tempfile.mkdtemp(prefix="archgen-lab-")
    Path(folder).chmod(0o755)
    spaces = ("unshare", "--mount", "--pid", "--net", "--uts", "--fork", "--kill-child", "--mount-proc")
    try:
        return subprocess.run(
            (*spaces, sys.executable, "-m", "lab", *words), env={**os.environ, INSIDE: folder}
        ).returncode
    finally:
        shutil.rmtree(folder)


def try_system(name: str, folder: str, only: list[str]) -> Results:
    """Build a system, lose each of its elements, and return what was seen."""
    site = Site(read_system(name), f"{folder}/{name}")
    lab = Lab(site)
    trials: list[Trial] = []
    lab.build()
    for lost, way in losses(site):
        if not only or set(lost) & set(only):
            trials.append(lab.trial(lost, way))
            print(f"{name}: without {', '.join(lost)} ({way}): {_words(trials[-1])}", flush=True)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return Results(name, today, software(packages(site)), tuple(trials))


def keep_logs(folder: Path, logs: Path) -> None:
    """Copy configurations and logs out of the lab."""
    for file in folder.rglob("*"):
        if file.suffix in (".log", ".cfg", ".conf", ".cnf", ".sql", ".json", ".yml", ".yaml") and file.is_file():
            copy = logs / file.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)


def _words(trial: Trial) -> str:
    words = [
        f"{flow} {seen.verdict} ({seen.failed}/{seen.sent})" + ("" if seen.seconds is None else f" {seen.seconds} s")
        for flow, seen in trial.flows.items()
    ]
    return ", ".join([*words, *([f"{trial.missing} accepted writes missing"] if trial.missing else [])])


def main() -> int:
    """Try the systems that are named, or all."""
    options = _options()
    systems = options.systems or list(names())
    reason = missing(systems)
    if reason:
        print(f"lab: skipped: {reason}")
        return 0
    folder = os.environ.get(INSIDE)
    if folder is not None:
        return inside(Path(folder), systems[0], options)
    # a system at a time, each in namespaces of its own
    return max(enter([name, *_words_of(options)]) for name in systems)


def inside(folder: Path, name: str, options: argparse.Namespace) -> int:
    """Try a system within the namespaces; return 1 if it can't be built, or isn't sound before a loss."""
    for place in (str(folder), "/run/netns"):
        os.makedirs(place, exist_ok=True)
        subprocess.run(("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", place), check=True)
    try:
        results = try_system(name, str(folder), [each for each in options.only.split(",") if each])
    except LabError as error:
        print(f"lab: {name}: {error}", file=sys.stderr)
        return 1
    finally:
        if options.logs:
            keep_logs(folder, Path(options.logs))
    if not options.only:
        write_results(results)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lab", description="Lose the elements of systems of real servers.")
    parser.add_argument("systems", nargs="*", default=[], metavar="SYSTEM", help=f"{', '.join(names())} [default: all]")
    parser.add_argument(
        "--only", default="", metavar="ELEMENT,…", help="losses of these alone, printed and not written"
    )
    parser.add_argument("--logs", metavar="DIR", type=os.path.abspath, help="keep configurations and logs there")
    return parser.parse_args()


def _words_of(options: argparse.Namespace) -> list[str]:
    return [f"--only={options.only}", *([f"--logs={options.logs}"] if options.logs else [])]


if __name__ == "__main__":
    sys.exit(main())
