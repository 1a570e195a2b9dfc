"""The package, its tests and its benchmarks are strictly typed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.paths import ROOT


@pytest.mark.slow
def test_the_project_is_strictly_typed() -> None:
    # what nothing will read again is not written: a fifth of the time
    once = [] if (ROOT / ".mypy_cache").exists() else ["--no-incremental", "--cache-dir", os.devnull]
    done = subprocess.run([sys.executable, "-m", "mypy", *once], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
