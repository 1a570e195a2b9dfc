"""Which files hold the code of programs, which of them nothing of what runs, and which stand beside it, by their names."""

from __future__ import annotations

import re
from functools import lru_cache

_REMEMBERED = 1 << 14
"""Names that are remembered: each reader of a repository asks about all of its files."""

CODE = re.compile(
    r"\.(go|py|[cm]?[jt]s|[jt]sx|vue|svelte|astro|cs|cshtml|fs|vb|java|kt|kts|scala|groovy|rb|php|rs|exs?|erl|cljs?|swift|cpp|cc|c|h|dart|lua|pl|ml|hs|cr"
    r"|nim|zig|prisma|properties)$|(^|/)(application|bootstrap)[\w-]*\.ya?ml$"
)
"""Files of programs, and those of settings in which frameworks replace variables."""

NO_CODE = re.compile(
    r"(^|(?<!/com|/org)/)(tests?|__tests__|__mocks__|specs?|e2e|testing|testdata|fixtures|mocks|docs?|examples?|samples?|third_party|wwwroot|static|public)/"
    r"|\.Tests?/|(^|/)(test_|conftest)[^/]*$|_(test|spec)\.\w+$|\.(test|spec|stories|d|min)\.\w+$|Tests?\.(cs|java|kt)$"
)
"""Tests, examples, documents, and what browsers are given; `com.example` is the package of any program of Java."""

BESIDE = re.compile(
    r"\.(json5?|ya?ml|toml|edn|conf|config|cfg|ini|xml|sh|te?mpl|tpl|template|j2|env)$|(^|/)(\.env[^/]*|[\w.]*Dockerfile[\w.]*)$"
)
"""Files beside those of a program through which it may read a variable."""

LOCK = re.compile(r"[.-]lock\b|-lock\.")
"""Files that a package manager writes."""

OF_FRAMEWORKS = re.compile(
    r"(?:(.+)/)?config/(?:(?:database|cable|redis|sidekiq|cache|queue|mongoid|storage|elasticsearch)\.ya?ml|packages/(?:prod/)?[\w-]+\.ya?ml)"
)
"""Files of settings that Rails and Symfony read by their names, with the directory of the program."""


@lru_cache(maxsize=_REMEMBERED)
def is_code(name: str) -> bool:
    """Return True for the name of a file with the code of a program."""
    return CODE.search(name) is not None and NO_CODE.search(name) is None


_SETS_UP = re.compile(r"(^|/)(migrations?|seeds?|scripts?|locales?|priv)/")
_CALLS = re.compile(r"client|provider|gateway|adapter|integration|config|setting|http|remote|external", re.IGNORECASE)


def likely_callers_first(name: str) -> int:
    """Return the place of a source of a large program: what calls others by its name first, what sets up its tables last."""
    return 2 if _SETS_UP.search(name) is not None else int(_CALLS.search(name) is None)
