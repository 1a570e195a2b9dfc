"""Overlays that stand equal, as the modes of one system do: which of them scripts apply, and what lies loose for the others."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import pairwise

from msgspec import Struct, field

from archgen.app.importing.applied_paths import CLIENT, applied_paths
from archgen.app.importing.deploy_commands import is_pipeline
from archgen.app.importing.kustomizations import reached_from
from archgen.importers.kubernetes.kustomize.kustomization import documents_of, is_kustomization
from archgen.importers.kubernetes.manifests import WORKLOADS, containers_of
from archgen.importers.names import image_without_tag

_OF_NO_MODE = ("base", "bases", "overlays", "common", "components")
_APPLIED = rf"(?:{CLIENT}|\bfor)[ \t][^\n]{{0,200}}(?<![\w-])"
_WALKS = r"\b(?:cd|find|pushd)[ \t][^\n;|&]{0,200}(?<![\w-])"
"""Commands that go to a directory, or through it."""


class ScriptWords(Struct, frozen=True):
    """The directories that scripts and documents apply, by the ends of their paths, each with the file that does.

    Those that are the default of a variable stand apart, and of these the ones of pipelines: they run after each change. `texts`
    are those of all files with commands, and of what other tools apply manifests by.
    """

    of_pipelines: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    of_documents: dict[str, str] = field(default_factory=dict)
    texts: tuple[str, ...] = ()

    def applying(self, directory: str) -> str:
        """Return the script or the document that applies a directory, from wherever it does; the empty text if none does."""
        return _file_for(directory, self.paths) or _file_for(directory, self.of_documents)

    def has_path(self, directory: str, place: str) -> bool:
        """Return True if a text has the path of a directory below a place."""
        path = f"{os.path.basename(place)}/{os.path.relpath(directory, place)}"
        pattern = re.compile(rf"(?<![\w-]){re.escape(path)}(?![\w-])")
        # hardly any text has it, and there may be hundreds of directories
        return any(path in text and pattern.search(text) is not None for text in self.texts)

    def goes_through(self, place: str) -> bool:
        """Return True if a text goes through all that a place holds."""
        around = re.escape(os.path.basename(place))
        pattern = re.compile(rf"{_APPLIED}{around}/[\w./-]*[*$]|{_WALKS}{around}(?![\w-])")
        return any(pattern.search(text) is not None for text in self.texts)


Scripts = Callable[[], ScriptWords]
"""Return what scripts and documents apply: few directories need it."""


def _file_for(directory: str, words: Mapping[str, str]) -> str:
    parts = directory.split(os.sep)
    return words.get("/".join(parts[-2:]), "") or words.get(parts[-1], "")


def words_of_scripts(
    scripts: Iterable[tuple[str, str]], documents: Iterable[tuple[str, str]], texts: Iterable[str] = ()
) -> ScriptWords:
    """Return what scripts and documents apply, by their paths and texts, with further texts that may."""
    words = ScriptWords(texts=tuple(texts))
    for script, text in scripts:
        for each in applied_paths(text):
            for end in _ends(each.path):
                if each.is_default:
                    words.defaults.setdefault(end, script)
                    if is_pipeline(script):
                        words.of_pipelines.setdefault(end, script)
                if not each.is_choice:
                    words.paths.setdefault(end, script)
    for document, text in documents:
        for each in applied_paths(text):
            for end in _ends(each.path):
                words.of_documents.setdefault(end, document)
    return words


def _ends(path: str) -> Iterator[str]:
    """Yield each two names of a path that follow one another, and a name that stands alone."""
    parts = path.split("/")
    yield from map("/".join, pairwise(parts))
    if not parts[1:]:
        yield parts[0]


def above(path: str) -> Iterator[str]:
    """Yield a path and the directories that hold it."""
    yield path
    while (outer := os.path.dirname(path)) and outer != path:
        yield outer
        path = outer
    if not os.path.isabs(path):
        yield "."


def applied_by_scripts(overlays: Sequence[str], words: ScriptWords) -> tuple[str, str] | None:
    """Return the overlay that is the default of a script, else the only one that scripts or documents apply, and the reason."""
    for files, reason in (
        (words.of_pipelines, "applies it by default"),
        (words.defaults, "applies it by default"),
        (words.paths, "applies it"),
        (words.of_documents, "says how to apply it"),
    ):
        likely = [each for each in overlays if _file_for(each, files)]
        if likely:
            return (likely[0], f"{_file_for(likely[0], files)} {reason}") if len(likely) == 1 else None
    return None


def loose_directories(
    paths: Iterable[str], unread: Iterable[str], read: Iterable[str], named: Mapping[str, list[str]], scripts: Scripts
) -> list[str]:
    """Return the directories that are called like a mode that isn't read, and whose files nothing applies by their names.

    They lie below what holds the overlay and its bases. `named` are the paths that each kustomization names, by its directory.
    """
    taken = {part for each in read for part in each.split(os.sep)}
    modes = {each: name for each in unread if (name := os.path.basename(each)) not in {*taken, *_OF_NO_MODE}}
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
    return [path for path in loose if not scripts().applying(path)]


def other_ways(
    read: list[str],
    named: Mapping[str, list[str]],
    manifests: Mapping[str, bytes],
    deployed: Set[str],
    scripts: Scripts,
) -> tuple[list[str], set[str]]:
    """Return the kustomizations beside overlays that run nothing but programs of these, and the files that only they name.

    They are another way to install the system, unless a controller or a script applies them.
    """
    reached = reached_from(read, named)
    rest = [each for each in named if each not in reached and each not in deployed]
    own = _workloads_in((path for each in reached for path in named[each]), manifests) if rest else set[str]()
    ways: list[str] = []
    for each in rest if own and read else ():
        below = [inner for inner in reached_from([each], named) if inner not in reached]
        there = _workloads_in((path for inner in below for path in named[inner]), manifests)
        if there and there <= own and not _file_for(each, scripts().paths):
            ways.append(each)
    kept = {path for each in named if each not in ways for path in named[each]}
    lost = {path for each in ways for path in named[each] if path not in kept}
    return ways, lost | {path for path in manifests if is_kustomization(path) and os.path.dirname(path) in ways}


def manifests_under(directories: Iterable[str], manifests: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """Return the manifests below each of some directories, in one pass over them."""
    lying: dict[str, dict[str, bytes]] = {each: {} for each in directories}
    for path, data in manifests.items() if lying else ():
        above = os.path.dirname(path)
        while above not in ("", os.sep):
            if above in lying:
                lying[above][path] = data
            above = os.path.dirname(above)
    return lying


def _workloads_in(paths: Iterable[str], manifests: Mapping[str, bytes]) -> set[str]:
    """Return the kinds, the names and the images of the workloads in files."""
    return {
        f"{kind} {each.text_at('metadata', 'name')} {image_without_tag(container.text_at('image'))}"
        for path in dict.fromkeys(paths)
        for each in documents_of(path, manifests.get(path, b""))
        if (kind := each.text_at("kind")) in WORKLOADS
        for container in containers_of(kind, each)[:1]
    }


def _common(overlay: str, named: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield the directory that holds an overlay and all that it names."""
    try:
        yield os.path.commonpath([overlay, *named[overlay]]) or "."
    except ValueError:  # of bases by absolute paths
        return
