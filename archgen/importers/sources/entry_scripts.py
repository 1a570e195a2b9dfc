"""The defaults that the script sets with which an image starts, for variables that nothing gives it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace

from archgen.importers.facts import Opener, Origin
from archgen.importers.sources.recipes import SCRIPT, Recipe, SourceText
from archgen.importers.variable_names import asks_for_host

_SETS = re.compile(
    r"[ \t]*(?:export[ \t]+)?([A-Z][A-Z0-9_]{1,80})=(?:\"([^\"`\n]{1,500})\"|'([^'\n]{1,500})'|([^\s;&|\"'`]{1,500}))[ \t]*(?:;|&&|#|$)"
)
"""A line that sets a variable: `export CACHE_URL="redis://cache:6379"`."""

_ASSIGNS = re.compile(r"\$\{([A-Z][A-Z0-9_]{1,80}):?=([^{}\"'`$\s]{1,500})\}")
"""What sets a variable that has no value: `: "${CACHE_HOST:=cache}"`."""

_OTHERWISE = re.compile(r"\$\{([A-Z][A-Z0-9_]{1,80}):?-([^{}\"'`$\s]{1,500})\}")
_TESTS = re.compile(r"(?:-z[ \t]+[\"']?|![ \t]*-v[ \t]+)\$?\{?([A-Z][A-Z0-9_]{1,80})")
"""A line that goes on where a variable has no value."""

_LARGEST, _LONGEST, _MOST_SCRIPTS, _MOST_WORDS = 128 * 1024, 1000, 3, 12


def with_defaults(recipe: Recipe, words: str, path: str, opener: Opener) -> Recipe:
    """Return a recipe with the variables that the scripts set which `words` start; `path` names its sources."""
    found: dict[str, SourceText] = {}
    named = [each for each in words.split()[:_MOST_WORDS] if SCRIPT.fullmatch(each) is not None]
    for script in named[:_MOST_SCRIPTS] if recipe.sources else ():
        opened = (file for name in _places_of(script, recipe) for file in opener(path, name)[:1])
        for file in islice(opened, 1):
            text = file.data[:_LARGEST].decode("utf-8", "replace")
            for variable, value, line in defaults_in(text):
                if "://" in value or asks_for_host(variable):
                    found.setdefault(variable, SourceText(value, Origin(file.path, line)))
    return replace(recipe, variables=found | recipe.variables) if found else recipe


def _places_of(script: str, recipe: Recipe) -> Iterator[str]:
    """Yield the paths in the project at which a script of an image may lie."""
    base = posixpath.basename(script)
    yield from (each.text for target, each in recipe.scripts.items() if target == script or target.endswith(f"/{base}"))
    inner = script
    if script.startswith("/"):
        inside = [script.removeprefix(f"{root}/") for root in (*recipe.roots, recipe.works_in) if root.strip("/")]
        inner = next((each for each in inside if not each.startswith("/")), base)
    for source in recipe.sources:
        if "." not in posixpath.basename(source.rstrip("/.")):
            yield posixpath.join(source, inner)


def defaults_in(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield the variables to which a script gives a value where they have none, or whatever they have, each with its line.

    What stands in a branch of the script counts where this asks for nothing but the variable itself.
    """
    tested: set[str] = set()
    for number, full in enumerate(text.split("\n"), 1):
        line = full[:_LONGEST]
        if line.lstrip().startswith("#") or not ("=" in line or "-" in line):
            continue
        for given in (*_ASSIGNS.finditer(line), *_OTHERWISE.finditer(line)):
            yield given[1], given[2], number
        tests = {*_TESTS.findall(line)}
        match = _SETS.match(line) if "=" in line else None
        if match is not None:
            value = match[2] or match[3] or match[4]
            if "$" not in value and (match[1] in tested or not line[:1].isspace()):
                yield match[1], value, number
        tested = tests or (tested if line.strip() not in ("fi", "else") else set())
