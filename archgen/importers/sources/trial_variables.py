"""Variables of examples that tests alone read: they tell nothing of the program beside them."""

from __future__ import annotations

import posixpath
import re

from msgspec import Struct

from archgen.importers.facts import FileTree, Opener, Origin
from archgen.importers.sources.reading import ReadNames, is_like_any, names_read

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


class _Sources(Struct, frozen=True):
    """What the tests of a repository read, and the paths of its other files that hold text, but for examples."""

    tests: tuple[ReadNames, ...]
    others: tuple[str, ...]


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
    sources = _sources_around(path, opener)
    if not any(test.reads(variable) for test in sources.tests):
        return False
    tree = opener.tree(path)
    return not any(is_like_any(variable, _lower_text(path, name, tree, opener)) for name in sources.others)


def _sources_around(path: str, opener: Opener) -> _Sources:
    """Return the sources of the repository around a file, sorted and read once for all variables; none where there are too many."""
    question = _sources_around, path
    if question not in opener.answers:
        tree = opener.tree(path)
        names = [name for name in tree.names if _TEXTS.search(name) is not None and _LOCK.search(name) is None]
        if not tree.is_whole or len(names) > _MOST_FILES:
            names = []
        tests = [name for name in names if _TESTS.search(name) is not None]
        others = [name for name in names if name not in {*tests} and _EXAMPLES.search(posixpath.basename(name)) is None]
        read = tuple(names_read([(name, _text(path, name, tree, opener))], opener.answers) for name in tests)
        opener.answers[question] = _Sources(read, tuple(others))
    sources: _Sources = opener.answers[question]
    return sources


def _lower_text(path: str, name: str, tree: FileTree, opener: Opener) -> str:
    """Return the text of a file in small letters, which is searched for one variable after the other."""
    question = _lower_text, tree.project, name
    if question not in opener.answers:
        opener.answers[question] = _text(path, name, tree, opener).lower()
    text: str = opener.answers[question]
    return text


def _text(path: str, name: str, tree: FileTree, opener: Opener) -> str:
    opened = opener(path, posixpath.relpath(name, tree.place))[:1]
    return opened[0].data[:_LARGEST].decode("utf-8", "replace") if opened else ""
