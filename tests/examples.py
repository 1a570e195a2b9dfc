"""Numbers of examples: the same few every time in the suite, ten times as many new ones in a search."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

# How long an example takes depends on what else the machine does, not on whether it is right.
UNTIMED = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("suite", UNTIMED, derandomize=True)
settings.register_profile("search", UNTIMED, derandomize=False, max_examples=1000, print_blob=True)


def load_profile() -> None:
    """Load the profile that HYPOTHESIS_PROFILE names, or else the suite's.

    Hypothesis draws from the constants of the modules that happen to be imported, which depends on the tests that ran
    before, and has no setting against it. The suite draws from none, and parses no module for them; `test_determinism`
    notices when that has no effect.
    """
    profile = os.environ.get("HYPOTHESIS_PROFILE", "suite")
    settings.load_profile(profile)
    if profile == "suite":
        none = Constants()
        setattr(providers, "_get_local_constants", lambda: none)  # noqa: B010


def examples(count: int) -> settings:
    """Return settings with so many examples, and with as many times more as the profile draws."""
    return settings(max_examples=max(1, count * settings().max_examples // 100))
