"""A module imports only from the floors below it; the contracts are in pyproject.toml."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

PROBE = """
import sys
from importlinter.cli import lint_imports
sys.exit(lint_imports(no_cache=True))
"""


def test_every_contract_is_kept() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


HEAVY = (
    "jsonschema",
    "mkdocs",
    "graphviz",
    "graphlay",
    "click",
    "jinja2",
    "diagrams",
    "resvg_py",
    "dataclasses",
    "pathlib",
)


@pytest.mark.parametrize("model", ["1-simple-web-stack", "2-distributed-web-infrastructure"])
def test_lint_of_a_sound_model_loads_nothing_heavy(model: str) -> None:
    probe = (
        "import sys; from archgen.cli import main; "
        f"main(['lint', 'models/{model}.arch.yaml', '--fail-on', 'never']); "
        "print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-S", "-c", probe], cwd=ROOT, capture_output=True, text=True, env=_paths())
    loaded = set(done.stderr.split())
    assert "archgen.cli.lint" in loaded, done.stderr
    assert loaded.isdisjoint(HEAVY), sorted(loaded & set(HEAVY))


def _paths() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([ROOT, *sys.path[1:]])}
