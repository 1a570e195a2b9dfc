"""The stage that names of files and directories stand for: production, none, one before the release, or a trial."""

from __future__ import annotations

import re
from functools import lru_cache

PRODUCTION, UNNAMED, STAGING, TRIAL = range(4)
"""The stages, those for visitors first."""

_WORDS = (
    (PRODUCTION, r"prod|production|prd|(live|release)(?=/|$|\.ya?ml)"),
    (STAGING, r"stag(e|ing)?|stg|uat|qa|preview|(pre|non)[^a-z]?(prod|production|prd|live|release)"),
    (TRIAL, r"dev|develop|development|devel|local|localhost|tests?|testing|ci|e2e|kind|minikube|demo|sandbox|debug|mocks?|bench(mark)?s?"
            r"|devenv|devcontainer|(live|hot)[-_.]?reload|watch|old|legacy|obsolete|archived?|deprecated|playground|samples?|fixtures?|examples?[a-z]*"),
)  # fmt: skip
_PATTERNS = tuple((stage, re.compile(rf"(^|[^a-z])({words})([^a-z]|$)", re.IGNORECASE)) for stage, words in _WORDS)


@lru_cache(maxsize=4096)
def stage_of(name: str) -> int:
    """Return the stage of a name or of the parts of a path: the last one that a part names."""
    return max((stage for stage, pattern in _PATTERNS if pattern.search(name) is not None), default=UNNAMED)
