"""Compose projects side by side that one script, pipeline or playbook starts: parts of one system."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator, Sequence

from archgen.app.importing.applied_paths import MOVES, ScriptVariables, command_lines
from archgen.app.importing.deploy_commands import command_files
from archgen.app.importing.directories import FoundFiles
from archgen.app.importing.playbooks import may_be_playbook, started_by_tasks
from archgen.app.importing.stated_use import is_usage_document
from archgen.importers.stages import STAGING, stage_of
from archgen.model.wording import first_few, listed

_UP = re.compile(
    r"(?:\b(?:docker|podman)[ -]compose\b|\$\{?\(?\w*COMPOSE\w*\b)[^\n]*?\b(?:up|start|restart)\b|\bdocker[ ]+stack[ ]+deploy\b|"
    r"(?:\bmake\b|\$\(MAKE\))[ ][^\n;&|]*?-C[ ][^\n;&|]*?\b(?:up|start|run|deploy)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"""(?:^|\s)(?:-f|--file|-c|--compose-file|--project-directory|-C)(?:\s+|=)["']?((?:\$\{[^}\n]*\}|\$\([^)\n]*\)|[^\s"'])+)"""
)
_STATEMENTS = re.compile(r"&&|\|\||;")
_SCRIPT = re.compile(r"\.(sh|bash)$")
_HOLE = re.compile(r"\$\{[^}]*\}|\$\([^)]*\)|\$\w+|\{\{[^}]*\}\}")
_ROOT = re.compile(r"^(\*/|\.{1,2}/|/)+")
_IS_YAML = re.compile(r"\.ya?ml$")
_MOST_FILES = 400
_DEEPEST = 12
_DEEPEST_SCRIPT = 3


def started_together(
    projects: Sequence[tuple[str, ...]], directory: str, paths: Sequence[str], found: FoundFiles
) -> tuple[list[tuple[str, ...]], str]:
    """Return the projects that one script, or the playbooks of Ansible, start, if they are half of all, and words for what does."""
    places = {
        os.path.relpath(os.path.dirname(each[0]) or ".", directory).replace(os.sep, "/"): each for each in projects
    }
    best: tuple[bool, int, str] | None = None
    chosen: list[tuple[str, ...]] = []
    for by, words in _starters(directory, paths, found):
        started = [
            each for place, each in places.items() if any(_is_at(word, place, by[0], directory) for word in words)
        ]
        if len(started) < 2 or 2 * len(started) < len(projects):
            continue
        key = (stage_of(os.path.relpath(by[0], directory)) >= STAGING, -len(started), by[0])
        if best is None or key < best:
            best, chosen = key, started
            names = listed(first_few([os.path.relpath(each, directory) for each in by], 2))
            reason = f"{names} start{'s' if len(by) == 1 else ''} them together"
    return (chosen, reason) if best is not None else ([], "")


def _starters(directory: str, paths: Sequence[str], found: FoundFiles) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the files that start projects together, with the words by which they name the directories of these."""
    likely = (path for path in paths if _IS_YAML.search(path) and path.count(os.sep) <= _DEEPEST)
    playbooks: dict[str, list[str]] = {}
    for path in [*likely][:_MOST_FILES]:
        text = found.text(path)
        started = started_by_tasks(text) if may_be_playbook(text) else ()
        words = [word for each in started for word in (each.directory, *_of_script(each.command)) if word]
        if words:
            playbooks[path] = words
    if playbooks:
        yield [*playbooks], [word for words in playbooks.values() for word in words]
    above = 0 if directory == "." else directory.count(os.sep) + 1
    scripts = dict(command_files(directory, paths, found))
    further = [
        path
        for path in paths
        if path not in scripts
        and ((_SCRIPT.search(path) and path.count(os.sep) - above <= _DEEPEST_SCRIPT) or _is_readme(path, directory))
    ]
    texts = scripts | {path: found.text(path) for path in further[:_MOST_FILES]}
    for path in sorted(texts, key=lambda each: is_usage_document(each)):
        if _UP.search(texts[path]) is not None:
            yield [path], [*_of_script(texts[path])]


def _is_readme(path: str, directory: str) -> bool:
    return is_usage_document(path) and os.path.dirname(path) in ("", directory)


def _of_script(text: str) -> Iterator[str]:
    """Yield the directories and files that the commands of a script start, with what its variables and loops stand for."""
    lines = command_lines(text)
    variables = ScriptVariables("\n".join(lines))
    here = ["."]
    for line in lines:
        before = here
        for statement in _STATEMENTS.split(line):
            moved = MOVES.search(statement)
            if moved is not None:
                here = [each.path for each in variables.filled_in(moved[1])]
            if _UP.search(statement) is not None:
                named = [each.path for word in _NAMED.findall(statement) for each in variables.filled_in(word)]
                yield from (os.path.dirname(each) if _IS_YAML.search(each) else each for each in named)
                if not named or not any("/" in each for each in named):
                    yield from here
        # a subshell goes back at its end
        here = before if line.lstrip().startswith(("(", "@(")) or line.rstrip().endswith(")") else here


def _is_at(word: str, place: str, by: str, directory: str) -> bool:
    """Return True if a word of a file, from wherever, may name a directory: its end, or a pattern for it."""
    pattern = _HOLE.sub("*", word).strip("\"'()").rstrip("/")
    bare = _ROOT.sub("", pattern)
    own = os.path.relpath(os.path.dirname(by) or ".", directory).replace(os.sep, "/")
    if bare in ("", "."):
        return pattern in ("", ".") and place == own
    if not bare.strip("*/"):
        return os.path.dirname(place) == ("" if own == "." else own)
    if "*" in bare:
        return fnmatch.fnmatch(place, bare) or fnmatch.fnmatch(place, f"*/{bare}")
    return place == bare or place.endswith(f"/{bare}") or bare.endswith(f"/{place}")
