"""The surroundings of the suite: the same on every machine, whatever its user, clock and settings."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from tests.paths import ROOT

KEPT = frozenset(
    {
        "PATH",
        "HOME",
        "TMPDIR",
        "PYTHONPATH",
        "VIRTUAL_ENV",
        "JAVA_HOME",
        "ARCHGEN_INSTALLS",
        "ARCHGEN_SCREENSHOTS",
        "FONTCONFIG_FILE",
    }
)
"""Variables that say where things are, which no test can know, and what .ci/run asks for."""

KEPT_PREFIXES = ("PYTEST_", "HYPOTHESIS_", "LD_", "DYLD_", "COVERAGE_")

DAY = "2026-11-24"
"""The day on which tests evaluate a model, where they name no other."""

PINNED = {
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "SOURCE_DATE_EPOCH": str(int(datetime.fromisoformat(DAY).replace(tzinfo=UTC).timestamp())),
    # what the user of the machine has configured for Git changes what Git does and prints
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def pinned(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that tests and their processes run with.

    The order of sets is pinned as well: only a search for new cases draws it anew.
    """
    kept = {name: value for name, value in environment.items() if name in KEPT or name.startswith(KEPT_PREFIXES)}
    order = {} if environment.get("HYPOTHESIS_PROFILE") == "search" else {"PYTHONHASHSEED": "0"}
    return {**kept, **PINNED, **order}


def pin() -> None:
    """Run what follows in these surroundings."""
    variables = pinned(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    os.umask(0o022)
    os.chdir(ROOT)
