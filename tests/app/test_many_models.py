"""Many models: shared among processes and among runs, to the same result."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.app.models import check_models
from archgen.app.workspace.inputs import read
from archgen.app.workspace.parallel import check_in_parallel
from archgen.cli import main
from archgen.linting.rule import Hit, Rule
from archgen.rules import BY_NAME, RULES
from tests.paths import ROOT

ARCHGEN = [sys.executable, "-m", "archgen", "lint", "--today", "2026-12-31"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More models than one process takes on: of every kind, broken, following each other and nobody, with a mark."""
    folder = tmp_path_factory.mktemp("many")
    for at, rule in enumerate(RULES):
        (folder / f"{at}-bad.arch.yaml").write_text(rule.bad, encoding="utf-8")
        (folder / f"{at}-good.arch.yaml").write_text("\ufeff" + rule.good, encoding="utf-8")
    tier = (ROOT / "models" / "2-distributed-web-infrastructure.arch.yaml").read_text(encoding="utf-8")
    for name, follows in (("x", "y"), ("y", "x"), ("z", "nobody"), ("w", "0-bad")):
        (folder / f"{name}.arch.yaml").write_text(tier.replace("1-simple-web-stack", follows), encoding="utf-8")
    (folder / "parts.yaml").write_text("hosts:\n  far: {}\n", encoding="utf-8")
    with_part = "archgen: 1\nname: Parts\ninclude: [parts.yaml]\ncomponents:\n  db: {kind: database, runs_on: far}\n"
    (folder / "with-part.arch.yaml").write_text(with_part, encoding="utf-8")
    return folder


def lint(project: Path, *words: str) -> tuple[int, bytes]:
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([*ARCHGEN, ".", *words], cwd=project, capture_output=True, env=environment)
    assert done.stderr == b""
    return done.returncode, done.stdout


def test_the_bytes_are_the_same_for_any_number_of_processes(project: Path, tmp_path: Path) -> None:
    reports = [tmp_path / form for form in ("text", "json", "sarif")]
    words = [word for report in reports for word in ("--format", f"{report.name}={report}")]

    def written(jobs: str) -> tuple[tuple[int, bytes], list[bytes]]:
        return lint(project, "--jobs", jobs, *words), [report.read_bytes() for report in reports]

    single = written("1")
    assert single[0][0] == 2
    assert all(len(report) > 10_000 for report in single[1])
    for jobs in ("0", "2", "5"):
        assert written(jobs) == single


def test_the_parts_are_the_whole(project: Path) -> None:
    def told(*words: str) -> list[str]:
        found = json.loads(lint(project, "--format", "json", *words)[1])["findings"]
        # a circle may lie in several parts, and the names that are near depend on what is given
        return sorted(json.dumps(one | {"fix": ""}) for one in found if "circle" not in one["message"])

    whole = told()
    parts = [told("--shard", f"{at}/7") for at in range(1, 8)]
    assert sorted(one for part in parts for one in part) == whole
    assert all(parts)


@pytest.mark.parametrize("words", [["--shard", "0/2"], ["--shard", "3/2"], ["--shard", "x"], ["--jobs", "-1"]])
def test_what_is_no_part_is_told(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(ROOT / "models"), *words]) == 2
    assert words[0] in capsys.readouterr().err


def harmful(harm: Callable[[], None]) -> Rule:
    """A rule that does harm in every process but this one."""
    parent = os.getpid()

    def check(_: Topology) -> Iterator[Hit]:
        if os.getpid() != parent:
            harm()
        return iter(())

    return replace(BY_NAME["missing-tls"], check=check)


def test_a_process_that_ends_before_it_is_done_is_told() -> None:
    rule = harmful(lambda: os.kill(os.getpid(), 9))
    models = read(tuple(str(each) for each in sorted((ROOT / "models").glob("*.arch.yaml"))))
    assert len(check_models(models, "2026-12-31", rules=(rule,))) == len(models)
    with pytest.raises(ChildProcessError, match="a process that shared the work ended"):
        check_models(models, "2026-12-31", rules=(rule,), by=partial(check_in_parallel, processes=2))


def test_a_rule_that_fails_in_another_process_is_told_with_its_model() -> None:
    def fail() -> None:
        raise LookupError("no such thing")

    files = tuple(str(each) for each in sorted((ROOT / "models").glob("*.arch.yaml")))
    judged = check_models(read(files), "2026-12-31", rules=(harmful(fail),), by=partial(check_in_parallel, processes=2))
    errors = [error for model in judged for error in model.errors]
    assert len(judged) == len(files)
    assert {error.error for error in errors} == {"LookupError: no such thing"}
    assert {error.file for error in errors} < set(files)
