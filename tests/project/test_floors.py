"""A module imports only from the floors below it; the contracts are in pyproject.toml."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests import paths
from tests.paths import TESTS

ROOT = str(paths.ROOT)

PROBE = """
import sys
from importlinter.cli import lint_imports
sys.exit(lint_imports(no_cache=True))
"""


def test_every_contract_is_kept() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True)
    broken = done.stdout.partition("Broken contracts")[2] or done.stdout
    step = "list a new module in the contract named above, in pyproject.toml"
    assert done.returncode == 0, f"{broken}{done.stderr}\n{step}"
    assert " 0 broken" in done.stdout


HEAVY = (
    "jsonschema",
    "mkdocs",
    "graphviz",
    "click",
    "jinja2",
    "diagrams",
    "resvg_py",
    "dataclasses",
    "pathlib",
)


@pytest.mark.parametrize("model", ["1-simple-web-stack", "2-distributed-web-infrastructure"])
def test_lint_of_a_sound_model_loads_nothing_heavy(model: str) -> None:
    loaded = _loaded_by("lint", f"models/{model}.arch.yaml", "--fail-on", "never")
    assert "archgen.cli.check.lint" in loaded
    assert loaded.isdisjoint(HEAVY), sorted(loaded & set(HEAVY))


def test_a_picture_without_findings_loads_no_rules_and_no_openssl(tmp_path: Path) -> None:
    model = "models/2-distributed-web-infrastructure.arch.yaml"
    words = ("draw", model, "--view", "deployment", "--no-findings", "-o", str(tmp_path / "picture.svg"))
    unwanted = {*HEAVY, "archgen.rules", "archgen.rules.run", "archgen.app.findings.lint", "_hashlib"}
    loaded = _loaded_by(*words)
    assert "archgen.cli.publish.draw" in loaded
    assert (tmp_path / "picture.svg").read_text(encoding="utf-8").startswith("<svg")
    assert loaded.isdisjoint(unwanted), sorted(loaded & unwanted)


BESIDE = {"action", "fuzzing", "project"}
"""Folders of tests that are of no room: of the GitHub action, of random inputs, and of the project as a whole."""


def test_tests_stand_where_the_code_stands() -> None:
    tests = list(TESTS.rglob("test_*.py"))
    rooms = {path.name for path in (Path(ROOT) / "archgen").iterdir() if path.is_dir()}
    assert {path.parent.relative_to(TESTS).as_posix() for path in tests} <= rooms | BESIDE
    assert len({path.name for path in tests}) == len(tests)


LONGEST, FULLEST = 400, 25
"""The lines of a file and the files of a folder, from which a reader loses sight of what stands there."""


def test_a_file_and_a_folder_can_be_taken_in() -> None:
    files = list((Path(ROOT) / "archgen").rglob("*.py"))
    lines = {str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    assert len(files) > 600
    assert {file: count for file, count in lines.items() if count > LONGEST} == {}
    folders = Counter(str(file.parent.relative_to(ROOT)) for file in files if file.parent.parent.name != "rules")
    assert {folder: count for folder, count in folders.items() if count > FULLEST} == {}


def _loaded_by(*words: str) -> set[str]:
    """The modules that a command has loaded when it ends."""
    probe = (
        f"import sys; from archgen.cli import main; main({list(words)!r}); print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-S", "-c", probe], cwd=ROOT, capture_output=True, text=True, env=_paths())
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def _paths() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([ROOT, *sys.path[1:]])}
