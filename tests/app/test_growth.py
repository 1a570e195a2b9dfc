"""What lint, analyze and what-if take grows with a model and not with its square: rounds of loops are counted, not seconds.

Every line of Python is counted by itself, so that a cheap loop inside another shows at sizes at which it takes no time yet.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import pairwise
from types import CodeType, FrameType
from typing import Any

import pytest
from msgspec.structs import replace

from archgen.app import what_if as comparing
from archgen.app.analyze import analyze
from archgen.app.findings.lint import lint_report
from archgen.app.importing.compose_sketch import FILE
from archgen.app.report_formats import ANALYZE, LINT, WHAT_IF
from archgen.app.what_if import what_if
from archgen.improve import repair
from archgen.linting.checked_model import CheckedModel
from archgen.reliability import cuts
from archgen.report.common.terminal import Style
from archgen.rules import RULES
from archgen.rules.run import run_rules
from archgen.system.internal_errors import Isolation
from benchmarks import synthetic
from benchmarks.shapes import SHAPES
from tests.checked import TODAY, read_model

MOST = 3.2
"""How much more often a line may be executed for twice the components: between twice and four times."""

FEW = 500
"""Executions of a line that are too few to tell growth from a start: a pair of 60 components is 1,800."""

SIZES = (30, 60)
SHAPED = tuple(name for name in SHAPES if name != "prefixes")

HUBS = ("fan", "standbys")
"""Shapes in which each proof is sought among all calls of one component, or among all components of one flow."""

Lines = Counter[tuple[CodeType, int]]
Tracer = Callable[[FrameType, str, Any], Any]


def executed(action: Callable[[], object]) -> Lines:
    """Count how often each line is executed, in each round of a loop anew."""
    counts: dict[CodeType, defaultdict[int, int]] = {}
    tracers: dict[CodeType, Tracer] = {}

    def trace(frame: FrameType, event: str, argument: Any) -> Tracer:
        code = frame.f_code
        return tracers.get(code) or add_tracer(code)

    def add_tracer(code: CodeType) -> Tracer:
        lines = counts[code] = defaultdict(int)

        def count_line(frame: FrameType, event: str, argument: Any) -> Tracer:
            if event == "line":
                lines[frame.f_lineno] += 1
            return count_line

        tracers[code] = count_line
        return count_line

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)
    return Counter({(code, line): count for code, lines in counts.items() for line, count in lines.items()})


def read(shape: str, size: int) -> CheckedModel:
    write = synthetic.model if shape == "rows" else SHAPES[shape]
    file, data = f"{shape}.arch.yaml", write(size).encode()
    return read_model(file, data)


def assess(model: CheckedModel) -> None:
    isolation = Isolation()
    assessed = analyze(model, 2, (), lambda _: None, isolation)
    assert not isolation.errors
    for write in ANALYZE.values():
        assert write((assessed,), Style())


def judge(model: CheckedModel) -> None:
    isolation = Isolation()
    findings = run_rules(model.topology, model.source, RULES, TODAY, isolation=isolation)
    assert not isolation.errors
    report = lint_report((replace(model, findings=findings),))
    for form, write in LINT.items():
        # a fix in SARIF is the difference of two files, and has a bound
        if form != "sarif":
            assert write(report, Style())


def compare(model: CheckedModel) -> None:
    outcome = what_if(model, (), ())
    for write in WHAT_IF.values():
        assert write(outcome, Style())


def grown(
    shape: str, sizes: tuple[int, ...], work: Callable[[CheckedModel], None], most: float
) -> dict[str, tuple[int, int]]:
    """Name the lines that are executed more than so much more often at a size than at the one before."""
    # what is loaded and remembered once is no part of it
    work(read(shape, 15))
    counts = [executed(lambda: work(read(shape, size))) for size in sizes]  # noqa: B023
    return {
        f"{code.co_filename.rpartition('archgen/')[2]}:{line}": (before[code, line], count)
        for before, after in pairwise(counts)
        for (code, line), count in after.items()
        if count > max(FEW, most * before[code, line])
    }


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPED)
def test_analyze_grows_with_the_model(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuts, "WORK_LIMIT", 1_000)
    assert grown(shape, SIZES, assess, MOST) == {}


@pytest.mark.slow
@pytest.mark.parametrize("shape", [shape for shape in SHAPED if shape not in HUBS])
def test_lint_grows_with_the_model(shape: str) -> None:
    assert grown(shape, SIZES, judge, MOST) == {}


def test_lint_grows_with_the_rows_of_a_system() -> None:
    assert grown("rows", (60, 120), judge, MOST) == {}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("shape", SHAPED)
def test_what_if_grows_with_the_model_once_its_search_is_cut_short(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time that a smallest repair takes has no bound, so the search for it has one."""
    monkeypatch.setattr(repair, "WORK", 10)
    monkeypatch.setattr(comparing, "MOST_WORK", 0)
    assert grown(shape, SIZES, compare, MOST) == {}


@pytest.mark.slow
@pytest.mark.parametrize("work", [assess, compare])
def test_a_flow_to_each_component_of_a_chain_takes_what_the_flows_take(
    work: Callable[[CheckedModel], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model grows with the square of the components."""
    monkeypatch.setattr(repair, "WORK", 10)
    assert grown("prefixes", (10, 20), work, MOST**2) == {}


@pytest.mark.parametrize("size", SIZES)
def test_file_of_an_include_is_sought_from_one_place_of_a_word(size: int) -> None:
    """The rounds of a search are those of its starts, and each goes on to the end of the word."""
    word = f"{'a/b-' * size}c.yml"
    assert [start for start in range(len(word)) if FILE.match(word, start)] == [0]
    assert FILE.findall(f"- {{path: [{word}, ../d.yaml]}} # 'e.yml'") == [word, "../d.yaml", "e.yml"]


def test_a_loop_inside_another_is_seen() -> None:
    def squared(model: CheckedModel) -> None:
        for _ in model.topology.components:
            for _ in model.topology.components:
                pass

    assert len(grown("chain", SIZES, squared, MOST)) == 2
