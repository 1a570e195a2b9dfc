"""Speed as ratios measured in one run, so that they mean the same on every machine.

    python -m benchmarks.run            all of them
    python -m benchmarks.run lint load  some

Every figure is the median over interleaved pairs; the ratio to reach stands beside it.
"""

from __future__ import annotations

import compileall
import contextlib
import gc
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from statistics import median

from benchmarks import pictures, synthetic

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.path.dirname(sys.executable)
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

Timed = Callable[[], None]


def processor_time() -> float:
    """Seconds of the processor that processes started from here have taken: others on the machine do not count."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def pairs(
    ours: Timed, theirs: Timed, count: int, clock: Callable[[], float] = time.perf_counter
) -> tuple[float, float]:
    """Median seconds of both, measured in turn after one unmeasured round."""
    ours()
    theirs()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(count):
        for measured, action in zip(times, (ours, theirs), strict=True):
            gc.collect()
            start = clock()
            action()
            measured.append(clock() - start)
    return median(times[0]), median(times[1])


def process(*words: str, cwd: str = ROOT) -> Timed:
    """A whole process, from start to end; D2 gives up after two minutes unless it may take longer."""
    patient = {**os.environ, "D2_TIMEOUT": "3600"}

    def run() -> None:
        subprocess.run(words, cwd=cwd, check=True, env=patient, **QUIET)  # type: ignore[call-overload]

    return run


def lint() -> None:
    """A lint of tier 2 as a whole process, beside a process that only imports yaml."""
    model = os.path.join("models", "2-distributed-web-infrastructure.arch.yaml")
    ours = process(os.path.join(BIN, "archgen"), "lint", "--fail-on", "never", model)
    told("lint of tier 2", "import yaml", 3.0, *pairs(ours, process(sys.executable, "-c", "import yaml"), 21))


def load() -> None:
    """Loading and validating 10,000 components, beside PyYAML's fast loader on the same text."""
    import yaml

    from archgen.language.load import load as load_model

    data = synthetic.model(10_000).encode()
    medians = pairs(lambda: _ignore(load_model("big.arch.yaml", data)), lambda: _ignore(_yaml(yaml, data)), 5)
    told("load of 10,000 components", "yaml.load(CSafeLoader)", 0.5, *medians)


def _yaml(yaml: object, data: bytes) -> object:
    return yaml.load(data, Loader=yaml.CSafeLoader)  # type: ignore[attr-defined]


def _ignore(_: object) -> None:
    """The value is dropped outside the measured call's own frame."""


def build() -> None:
    """The site of the reference tiers, beside a Material site of as many pages with nothing but a title."""
    with tempfile.TemporaryDirectory() as directory:
        site = os.path.join(directory, "site")
        ours = process(os.path.join(BIN, "archgen"), "build", "-o", site)
        ours()
        count = sum(name == "index.html" for _, _, names in os.walk(site) for name in names)
        empty = os.path.join(directory, "empty")
        synthetic.material_site(empty, count)
        theirs = process(sys.executable, "-m", "mkdocs", "build", "--quiet", cwd=empty)
        told(f"build of {count} pages", "empty Material site", 1.3, *pairs(ours, theirs, 5))


def thousand() -> None:
    """A site of 1,000 pages: 24 systems with 36 requests each, beside Material sites of 100 and of as many pages with a title.

    The theme writes its menu into every page, so that its time grows with the square of the pages in it.
    """
    with tempfile.TemporaryDirectory() as directory:
        models = os.path.join(directory, "models")
        synthetic.systems(models, 24, 36)
        site = os.path.join(directory, "site")
        ours = process(os.path.join(BIN, "archgen"), "build", models, "-o", site)
        for pages, target in ((100, 8.0), (1_000, 1.3)):
            empty = os.path.join(directory, f"empty-{pages}")
            synthetic.material_site(empty, pages)
            theirs = process(sys.executable, "-m", "mkdocs", "build", "--quiet", cwd=empty)
            medians = pairs(ours, theirs, 3)
            count = sum(name == "index.html" for _, _, names in os.walk(site) for name in names)
            told(f"build of {count} pages", f"empty site of {pages:,}", target, *medians)


def serve() -> None:
    """What `archgen serve` does when a model is saved, as it was or changed, beside 0.2 s and 1 s."""
    import shutil

    from archgen.site_build.serve import LiveSite

    with tempfile.TemporaryDirectory() as directory:
        models = os.path.join(directory, "models")
        shutil.copytree(os.path.join(ROOT, "models"), models)
        files = tuple(os.path.join(models, name) for name in sorted(os.listdir(models)))
        with open(files[1], encoding="utf-8") as stream:
            text = stream.read()
        turns = iter(range(1_000))
        output = os.path.join(directory, "site")
        serving = LiveSite(lambda: files, lambda: "2026-11-24", "Site", output, lambda _: None)
        serving.build()

        def changed(old: str, new: str) -> Callable[[], object]:
            def save() -> None:
                with open(files[1], "w", encoding="utf-8") as stream:
                    stream.write(text.replace(old, f"{new} {next(turns)}"))
                if not serving.build():
                    raise RuntimeError("nothing has changed")

            return save

        within("a model is saved as it was", 0.2, serving.build, 11)
        within("a tier is saved changed", 1.0, changed("summary: A load", "summary: A load"), 11)
        # the menu of every page names the tier
        within("a tier is saved renamed", 1.0, changed("name: Distributed", "name: Distributed"), 5)


def told(what: str, beside: str, target: float, ours: float, theirs: float) -> None:
    """One line of the result."""
    ratio = ours / theirs
    mark = "ok" if ratio <= target else "TOO SLOW"
    print(f"{what:<28} {ours * 1e3:8.1f} ms   {beside:<24} {theirs * 1e3:8.1f} ms   {ratio:5.2f}x of {target}x  {mark}")


def draw() -> None:
    """The processor's time for a deployment as SVG, beside D2 with its ELK layout of the same nodes, lines and logos."""
    for components, target, rounds in ((10, 2.0, 15), (100, 0.7, 15), (1000, 0.05, 1)):
        with tempfile.TemporaryDirectory() as directory:
            pictures.write(directory, synthetic.model(components))
            ours = process(os.path.join(BIN, "archgen"), *pictures.OURS, cwd=directory)
            theirs = process(os.path.join(BIN, "d2"), *pictures.THEIRS, cwd=directory)
            medians = pairs(ours, theirs, rounds, processor_time)
            told(f"picture of {components:,} components", "d2 --layout elk", target, *medians)


def beside() -> None:
    """Bends and crossings of the reference models' pictures, beside D2's own pictures of them with its ELK layout."""
    from archgen.engines.score import score
    from archgen.layout.deployment.arrangement import domain

    for name in sorted(os.listdir(os.path.join(ROOT, "models"))):
        with open(os.path.join(ROOT, "models", name), encoding="utf-8") as stream:
            diagram = pictures.diagram_of(stream.read())
        ours = score(domain(diagram))
        bends, crossings = pictures.counted_in_d2(diagram)
        mark = "ok" if ours.bends <= bends and ours.crossings <= crossings else "WORSE"
        told = (
            f"{ours.bends:3} bends, {ours.crossings} crossings   d2 --layout elk {bends:3} bends, {crossings} crossings"
        )
        print(f"{name.partition('.')[0]:<34} {told}  {mark}")


def deck() -> None:
    """The deck of the reference tiers, models read and judged, beside 1.5 s."""
    from archgen.app.drawing.pictures import Drawing
    from archgen.app.drawing.slides import export_pptx, make_deck
    from archgen.app.drawing.systems import visible_systems
    from archgen.app.models import check_models
    from archgen.app.workspace.inputs import find, read

    def ours() -> None:
        systems = visible_systems(check_models(read(find((os.path.join(ROOT, "models"),)), ""), "2026-11-24"))
        drawing = Drawing("domain", "light")
        export_pptx(systems, drawing, make_deck(systems, drawing, None), None)

    within("deck of the four tiers", 1.5, ours, 5)


def flow() -> None:
    """A flow of 15 steps as SVG, from view to document, beside 2 ms."""
    from archgen.layout.sequence.arrangement import place
    from archgen.render.scene.sequence import sequence_scene
    from archgen.render.svg.document import svg
    from archgen.views.diagram import Message, Participant, Sequence

    people = tuple(Participant(name, f"participant {name}", "service") for name in "abcdef")
    items = tuple(
        Message(
            number=str(at),
            source="abcdef"[at % 6],
            target="abcdef"[(at + 1) % 6],
            text=f"GET /page/{at}",
            protocol="http 80",
        )
        for at in range(1, 16)
    )
    sequence = Sequence(id="s", title="A flow", alt="A flow of 15 steps", participants=people, items=items)
    within("flow of 15 steps", 0.002, lambda: svg(sequence_scene(place(sequence), {}, "p")), 101)


def limits() -> None:
    """Models at the limits of what a picture can show, judged and drawn, beside 5 s: a hub, a crowd, zones in zones, nothing."""
    from archgen.cli import main as archgen
    from tests.generators.limit_models import LIMITS

    with tempfile.TemporaryDirectory() as directory:
        for name, text in LIMITS.items():
            model = os.path.join(directory, f"{name}.arch.yaml")
            with open(model, "w", encoding="utf-8") as stream:
                stream.write(text)

            def ours(words: tuple[str, ...] = ("draw", model, "--view", "deployment", "-o", directory)) -> None:
                with contextlib.redirect_stdout(io.StringIO()):
                    assert archgen(list(words)) == 0

            within(f"pictures of limit: {name}", 5.0, ours, 1)


def within(what: str, target: float, action: Callable[[], object], count: int) -> None:
    """The processor's time beside the one that is promised: others on the machine do not count."""
    action()
    times = []
    for _ in range(count):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    told(what, "promised", 1.0, median(times), target)


BENCHMARKS: dict[str, Timed] = {
    "lint": lint,
    "load": load,
    "build": build,
    "serve": serve,
    "thousand": thousand,
    "draw": draw,
    "beside": beside,
    "deck": deck,
    "flow": flow,
    "limits": limits,
}


def main(names: list[str]) -> None:
    """Compile, so that the compiler is not measured, then run the benchmarks that are named, or all."""
    compileall.compile_dir(os.path.join(ROOT, "archgen"), quiet=2)
    for name in names or list(BENCHMARKS):
        BENCHMARKS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
