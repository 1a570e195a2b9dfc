"""What the generators of a set of Applications fill in for each of them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from archgen.importers.nodes import SourceNode

_MOST_ELEMENTS = 100
_MOST_SETS = 1000


def generated_elements(spec: SourceNode, depth: int) -> Iterator[list[dict[str, str]]]:
    """Yield what each generator of a set of Applications puts in: the elements of a list, the directories of a repository."""
    for generator in spec.get("generators").list():
        if elements := [*generator.get("list", "elements").list()][:_MOST_ELEMENTS]:
            yield [{key: value.text for key, value in element.items()} for element in elements]
        if directories := [*generator.get("git", "directories").list()][:_MOST_ELEMENTS]:
            paths = [each.text_at("path") for each in directories if each.text_at("exclude") != "true"]
            yield [
                {f"{word}{end}": value for word in ("path", "path.path") for end, value in _words_of(path)}
                for path in paths
            ]
        for key in ("matrix", "merge"):
            if generator.get(key).is_map and depth < 2:
                yield from generated_elements(generator.get(key), depth + 1)


def sets_of_elements(spec: SourceNode) -> list[dict[str, str]]:
    """Return what generators fill in for each Application of a set, those of a matrix together."""
    filled: list[dict[str, str]] = [{}]
    for elements in generated_elements(spec, 0):
        filled = [{**each, **other} for each in filled for other in elements][:_MOST_SETS]
    return filled


def _words_of(path: str) -> Iterator[tuple[str, str]]:
    """Yield the ends of names by which a template calls a directory, and its name."""
    yield "", path
    yield ".basename", posixpath.basename(path)
