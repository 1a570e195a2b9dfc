"""The files into which a pipeline writes the image that it has built: what those describe is what runs."""

from __future__ import annotations

import fnmatch
import os
import posixpath
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from archgen.app.importing.applied_paths import MOVES, ScriptVariables, command_lines, is_for_trial_cluster
from archgen.app.importing.deploy_commands import command_files, is_pipeline
from archgen.app.importing.directories import FoundFiles, path_below
from archgen.importers.stages import TRIAL, stage_of

_WRITES = re.compile(
    r"\b(?:sed|perl)[ ](?:[^|\n]*?[ ])??-\w*i|\byq[ ](?:[^\n]*?[ ])??(?:-\w*i\b|--inplace\b|w[ ])|\bvalueFile:",
    re.IGNORECASE,
)
"""Commands and inputs of actions that change a file in its place."""

_EDITORS = ("sed ", "perl ", "yq ", "valueFile:")
_OF_IMAGE = re.compile(r"image|tag\b", re.IGNORECASE)
_WORD = re.compile(r"(?:\$\{\{[^}\n]*\}\}|\$\{[^}\n]*\}|\$\(\w+\)|\$\w+|[\w./*-])+")
_IS_YAML = re.compile(r"\.ya?ml$")
_ABOVE = re.compile(r"^(\.\./)+")


def image_updates(directory: str, paths: Iterable[str], found: FoundFiles) -> Iterator[tuple[str, str]]:
    """Yield each pipeline that writes images into a file of a directory, with the path of that file."""
    paths = [*paths]
    inner: dict[str, str] = {}
    for script, text in command_files(directory, paths, found):
        if is_pipeline(script) and any(each in text for each in _EDITORS) and not is_for_trial_cluster(script, text):
            inner = inner or {
                path_below(directory, path).replace(os.sep, "/"): path for path in paths if _IS_YAML.search(path)
            }
            for word in dict.fromkeys(written_paths(text)):
                yield from ((script, inner[each]) for each in _matching(word, inner) if stage_of(each) != TRIAL)


def _matching(word: str, inner: Iterable[str]) -> Iterable[str]:
    if "*" in word:
        return fnmatch.filter(inner, word)
    # a script may have gone to a directory by a variable
    return [path for path in inner if path == word or ("/" in word and path.endswith(f"/{word}"))]


def written_paths(text: str) -> Iterator[str]:
    """Yield the files in which commands of a text change an image or a tag."""
    lines = command_lines(text)
    variables = ScriptVariables("\n".join(lines))
    here = ""
    for line in lines:
        writes = [*_WRITES.finditer(line)] if any(each in line for each in _EDITORS) else []
        is_of_image = _OF_IMAGE.search(line) is not None
        # the statements of a line may go elsewhere in between; a sign that ends one may also stand in what is written
        commands = sorted((*MOVES.finditer(line), *writes), key=re.Match.end)
        for match, following in pairwise((*commands, None)):
            if match is not None and match.re is MOVES:
                here = posixpath.normpath(posixpath.join(here, match[1]))
            elif match is not None and (is_of_image or "valueFile" in match[0]):
                end = following.start() if following is not None else len(line)
                for word in _WORD.findall(line, match.end(), end):
                    for each in variables.filled_in(word):
                        if _IS_YAML.search(each.path):
                            yield _ABOVE.sub("", posixpath.normpath(posixpath.join(here, each.path)))
