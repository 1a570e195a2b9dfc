"""Variables of examples that tests alone read: they tell nothing of the program beside them."""

from __future__ import annotations

import posixpath
import re

from archgen.importers.facts import FileTree, Opener, Origin
from archgen.importers.sources.reading import is_like_any, names_read

_TESTS = re.compile(
    r"(^|/)(tests?|__tests__|specs?|e2e|testing)/|(^|/)(test_|conftest)[^/]*$|_(test|spec)\.\w+$|\.(test|spec)\.\w+$"
)
_EXAMPLES = re.compile(r"(^|[._-])(example|sample|template|dist)([._-]|$)", re.IGNORECASE)
_TEXTS = re.compile(
    r"\.(go|py|[cm]?[jt]s|[jt]sx|cs|fs|java|kt|kts|scala|rb|php|rs|exs?|ya?ml|toml|json|conf|cfg|ini|sh|prisma|properties|env)$"
    r"|(^|/)(Dockerfile|Procfile|Makefile)[\w.]*$"
)
_LOCK = re.compile(r"[.-]lock\b|-lock\.|(^|/)(docker-)?compose[\w.-]*\.ya?ml$")
_MOST_FILES = 400
_LARGEST = 256 * 1024


def is_read_by_tests_alone(variable: str, source: Origin, opener: Opener) -> bool:
    """Return True for a variable in a file of examples that a test reads, and that no other file of the repository names."""
    if _EXAMPLES.search(posixpath.basename(source.path)) is None:
        return False
    question = is_read_by_tests_alone, variable, source.path
    if question not in opener.answers:
        opener.answers[question] = _is_read_by_tests_alone(variable, source.path, opener)
    found: bool = opener.answers[question]
    return found


def _is_read_by_tests_alone(variable: str, path: str, opener: Opener) -> bool:
    tree = opener.tree(path)
    names = [name for name in tree.names if _TEXTS.search(name) is not None and _LOCK.search(name) is None]
    if not tree.is_whole or len(names) > _MOST_FILES:
        return False
    tests = [name for name in names if _TESTS.search(name) is not None]
    if not any(names_read([(name, _text(path, name, tree, opener))]).reads(variable) for name in tests):
        return False
    others = [name for name in names if name not in {*tests} and _EXAMPLES.search(posixpath.basename(name)) is None]
    return not any(is_like_any(variable, _text(path, name, tree, opener).lower()) for name in others)


def _text(path: str, name: str, tree: FileTree, opener: Opener) -> str:
    opened = opener(path, posixpath.relpath(name, tree.place))[:1]
    return opened[0].data[:_LARGEST].decode("utf-8", "replace") if opened else ""
