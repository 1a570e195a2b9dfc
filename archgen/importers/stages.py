"""What names of files and directories stand for: production, none, a stage before the release, a trial, or an example.

An example stands in for the file that people make of it and keep to themselves.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache

PRODUCTION, UNNAMED, STAGING, TRIAL = range(4)
"""The stages, those for visitors first."""

_PRODUCTION = "prod|production|prd"
_STAGING = rf"stag(e|ing)?|stg|uat|qa|preview|(pre|non)[^a-z]?({_PRODUCTION}|live|release)"
_DEVELOPMENT = "dev|develop|development|devel|tests?|testing"

_WORDS = (
    (PRODUCTION, rf"{_PRODUCTION}|(live|release)(?=/|$|\.ya?ml)"),
    (STAGING, _STAGING),
    (TRIAL, rf"{_DEVELOPMENT}|local|localhost|ci|e2e|minikube|demo|sandbox|mocks?|bench(mark)?s?"
            r"|devenv|devcontainer|(live|hot)[-_.]?reload|samples?|fixtures?|examples?[a-z]*"),
)  # fmt: skip
_ASIDE = r"kind|debug|watch|old|legacy|obsolete|archived?|deprecated|playground"
"""Words for what isn't deployed where files say how a system is started; a site may be called so, and be in use."""

_EXAMPLE = re.compile(
    r"(^|[^a-z])(samples?|examples?)([^a-z]|$)|(^|[/\\])(docs?|documentation|guides?|tutorials?|wiki)[/\\]",
    re.IGNORECASE,
)

_COPY = re.compile(rf"(^|[-_.])({_STAGING}|{_DEVELOPMENT})$", re.IGNORECASE)
_END = re.compile(rf"[-_.]({_PRODUCTION}|live|{_STAGING}|{_DEVELOPMENT}|local)$", re.IGNORECASE)
"""Words by which copies of one thing are told apart at the end of their names, as the namespaces `shop-dev` and `shop-prod`."""

_WORD = re.compile(rf"(^|[-_.])({_PRODUCTION}|live|{_STAGING}|{_DEVELOPMENT}|local)(?=[-_.])", re.IGNORECASE)
"""Such words in the names of files."""

_PROPER = tuple((stage, re.compile(rf"(^|[^a-z])({words})([^a-z]|$)", re.IGNORECASE)) for stage, words in _WORDS)
_PATTERNS = (*_PROPER, (TRIAL, re.compile(rf"(^|[^a-z])({_ASIDE})([^a-z]|$)", re.IGNORECASE)))

_OF_PIPELINE = re.compile(r"(?<![\w.-])\.?ci[/\\](?=[\w.-])")

EXAMPLES = (".example", ".sample", ".dist", ".template", ".default", ".model", ".tmpl")
"""Ends of the names of examples beside the files that people make of them, the likelier ones first."""


@lru_cache(maxsize=4096)
def stage_of(name: str) -> int:
    """Return the stage of a name or of the parts of a path: the last one that a part names."""
    return max((stage for stage, pattern in _PATTERNS if pattern.search(name) is not None), default=UNNAMED)


def without_pipeline(path: str) -> str:
    """Return a path, or a text with paths, without the directories of a pipeline: it keeps in them what it tries, and what it deploys."""
    return _OF_PIPELINE.sub("", path)


@lru_cache(maxsize=4096)
def is_before_release(name: str) -> bool:
    """Return True for a name with a word for a stage before the release: that something is old, or of old, is none."""
    return any(stage >= STAGING and pattern.search(name) is not None for stage, pattern in _PROPER)


def is_example(path: str) -> bool:
    """Return True for a path with a word for an example of what people make of it, or for a document."""
    return _EXAMPLE.search(path) is not None


def is_copy_before_release(name: str) -> bool:
    """Return True for a name that ends in a stage before the release: a `demo-shop` or a `ci-runner` may be in use."""
    return _COPY.search(name) is not None


def without_copy(name: str) -> str:
    """Return a name without the word for a stage before the release at its end: what it may be a copy of."""
    return _COPY.sub("", name)


@lru_cache(maxsize=4096)
def without_stage(name: str) -> str:
    """Return a name without the word for a stage at its end."""
    return _END.sub("", name)


@lru_cache(maxsize=4096)
def file_without_stage(name: str) -> str:
    """Return the name of a file without the words for stages in it: `shop-db.yaml` for `shop-dev-db.yaml` and `shop-prod-db.yaml`."""
    return _WORD.sub("", name).lstrip("-_.")


def examples_of(name: str) -> Iterator[str]:
    """Yield the names that an example of a file may have, the likelier ones first."""
    stem, end = posixpath.splitext(name)
    yield from (f"{name}{sort}" for sort in EXAMPLES)
    for word in ("example", "sample", "template"):
        yield f"{word}.{name.lstrip('.')}"
        if stem:
            yield from (f"{stem}{sign}{word}{end}" for sign in ".-_")
