"""Overlays that stand equal, as the modes of one system do: which of them scripts apply, and what lies loose for the others."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct, field

from archgen.app.importing.deploy_commands import is_pipeline

_DEFAULT = re.compile(r"""(?::-|\?=|\bdefault["']?:)[ \t]*["']?([\w.-]+)""")
_PATH = re.compile(r"(?:(-[fk])[ \t=]+)?([\w.-]+(?:/[\w.-]+)*/?)")


class ScriptWords(Struct, frozen=True):
    """What scripts that apply manifests name, each with the script: default values, and directories by the ends of their paths.

    The defaults of pipelines stand apart: they run after each change.
    """

    of_pipelines: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)

    def script_of(self, directory: str) -> str:
        """Return the script that names a directory, from wherever it does; the empty text if none does."""
        parts = directory.split(os.sep)
        return self.paths.get("/".join(parts[-2:]), "") or self.paths.get(parts[-1], "")


Scripts = Callable[[], ScriptWords]
"""Return what scripts name: few directories need it."""


def words_of_scripts(scripts: Iterable[tuple[str, str]]) -> ScriptWords:
    """Return the words of scripts by their paths and texts."""
    words = ScriptWords()
    for script, text in scripts:
        for value in _DEFAULT.findall(text):
            words.defaults.setdefault(value, script)
            if is_pipeline(script):
                words.of_pipelines.setdefault(value, script)
        for flag, path in _PATH.findall(text):
            parts = path.strip("./").split("/")
            for pair in pairwise(parts):
                words.paths.setdefault("/".join(pair), script)
            # a word alone is a directory only after the flag for one: `azure/login` is an action
            if flag:
                words.paths.setdefault(parts[0], script)
    return words


def above(path: str) -> Iterator[str]:
    """Yield a path and the directories that hold it."""
    yield path
    while (outer := os.path.dirname(path)) and outer != path:
        yield outer
        path = outer
    if not os.path.isabs(path):
        yield "."


def applied_by_scripts(overlays: Sequence[str], words: ScriptWords) -> tuple[str, str] | None:
    """Return the overlay that is the default of a script, else the only one that scripts name, and the reason."""
    for defaults in (words.of_pipelines, words.defaults):
        likely = [each for each in overlays if os.path.basename(each) in defaults]
        if len(likely) == 1:
            return likely[0], f"{defaults[os.path.basename(likely[0])]} applies it by default"
    named = [each for each in overlays if words.script_of(each)]
    return (named[0], f"{words.script_of(named[0])} applies it") if len(named) == 1 else None


def loose_directories(
    paths: Iterable[str], unread: Iterable[str], read: Iterable[str], named: Mapping[str, list[str]], scripts: Scripts
) -> list[str]:
    """Return the directories that are called like an overlay that isn't read, and whose files nothing applies by their names.

    They lie below what holds the overlay and its bases. `named` are the paths that each kustomization names, by its directory.
    """
    taken = {part for each in read for part in each.split(os.sep)}
    modes = {each: name for each in unread if (name := os.path.basename(each)) not in taken}
    places = {(place, name) for each, name in modes.items() for place in _common(each, named)}
    names = {*modes.values()}
    found = {
        path
        for directory in {os.path.dirname(each) for each in paths}
        for path in above(directory)
        if os.path.basename(path) in names
        and any((place, os.path.basename(path)) in places for place in above(os.path.dirname(path)))
    }
    outside = [each for each in named if found.isdisjoint(above(each))]
    applied = {path for each in outside for target in named[each] for path in above(target)}
    loose = sorted(path for path in found if path not in applied)
    return [path for path in loose if not scripts().script_of(path)]


def _common(overlay: str, named: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield the directory that holds an overlay and all that it names."""
    try:
        yield os.path.commonpath([overlay, *named[overlay]]) or "."
    except ValueError:  # of bases by absolute paths
        return
