"""Compose files with names of their own: those that a script puts together in a list, or that lie in a directory for them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Sequence

from msgspec.structs import replace

from archgen.app.importing.candidates import ComposeCandidate
from archgen.app.importing.compose_files import (
    by_directory,
    compose_files_in,
    nearest_projects,
    stage_of_compose_file,
)
from archgen.app.importing.compose_sketch import ComposeSketch, ServiceSketch, sketch_compose
from archgen.app.importing.directories import FoundFiles, path_in
from archgen.app.importing.project_choice import ProjectChoice, choose_projects
from archgen.app.importing.started_files import COMMAND
from archgen.importers.compose.project import DEFAULTS
from archgen.importers.stages import PRODUCTION, STAGING, TRIAL, UNNAMED, stage_of

_OF_PROJECTS = frozenset(("compose", "docker", "docker-compose", "deploy", "deployment"))
"""Directories that hold what runs the system, by whatever names."""

_ENTRY = re.compile(r"""\[["']?([\w.-]{1,60})["']?\]\+?=["']?([\w./-]{1,200}\.ya?ml)(?![\w.-])""")
"""A file in a map of a script, by its key."""

_ADDED = re.compile(r"""^[ \t]*(?:(?:local|export|declare|readonly)[ \t]+(?:-\w+[ \t]+)?)?(\w{1,60})\+?=(?!=)(.*)""")
_NAMED = re.compile(
    r"""\$\{\w{1,60}\[["']?([\w.-]{1,60})["']?\]\}|(?<![\w./-])((?:\./)?[\w./-]{1,200}\.ya?ml)(?![\w.-])"""
)
"""A file of a list: the key of a map that holds it, or its name."""

_CONDITION = re.compile(r"^[ \t]*(if|elif|else|fi|case|esac|for|while|until|done)\b(.*)")
_IN_ONE_LINE = re.compile(r";[ \t]*(?:fi|done|esac)[ \t]*$")
_IS_OFF = re.compile(r"""!|(?:^|\s)-z\s|==?\s*["']?(?:false|no|0|off)\b""")
_USES_LIST = re.compile(r"\$\{?\w+")
_SHEBANG = re.compile(r"#!.*\b(?:ba|z|k|da)?sh\b")

_OF_DEVELOPERS = ".devcontainer"
_MOST_NAMES, _MOST_FILES, _MOST_LINES, _MOST_PLACES, _DEEPEST = 60, 10, 5000, 60, 4
_LARGEST, _LONGEST = 128 * 1024, 2000


def nearest_choice(
    directory: str, composed: list[str], names: Collection[str], below: list[str], found: FoundFiles
) -> tuple[dict[str, list[str]], ProjectChoice]:
    """Return the nearest compose files by their directories, and what is read of them.

    Where none is in the directory itself, a script in it that puts files together says which run, whatever they are called.
    """
    if not composed and (listed := _listed_by_script(directory, names, below, found)) is not None:
        return by_directory(listed.projects[0]), listed
    nearest = {directory: composed} if composed else nearest_projects(below)
    base = 0 if directory == "." else directory.count(os.sep) + 1
    if not composed and (not nearest or min(path.count(os.sep) for path in nearest) > base):
        nearest = _in_directory_for_them(directory, below, found) or nearest
    return nearest, choose_projects(directory, nearest, below, found) if nearest else ProjectChoice([], [])


def _in_directory_for_them(directory: str, below: Sequence[str], found: FoundFiles) -> dict[str, list[str]]:
    """Return the first directory for compose files that holds some by what is in them, with their names; else none."""
    for name in sorted(_OF_PROJECTS):
        place = path_in(directory, name)
        inside = [each.rpartition(os.sep)[2] for each in below if os.path.dirname(each) == place][:_MOST_NAMES]
        files = [each for each in compose_files_in(place, inside, (), found) if stage_of_compose_file(each) < TRIAL]
        if files:
            return {place: files}
    return {}


def choice_of_last_resort(directory: str, below: Sequence[str], found: FoundFiles) -> ProjectChoice | None:
    """Return what is read of compose files that only what they hold shows, and of those of developers' containers; None without any."""
    base = 0 if directory == "." else directory.count(os.sep) + 1
    likely = [path for path in below if path.endswith((".yml", ".yaml")) and path.count(os.sep) - base <= _DEEPEST]
    places = by_directory(path for path in likely if stage_of_compose_file(os.path.relpath(path, directory)) < TRIAL)
    for place in sorted(places, key=lambda each: (each.count(os.sep), each))[:_MOST_PLACES]:
        if files := compose_files_in(place, places[place][:_MOST_NAMES], (), found):
            return choose_projects(directory, {place: files}, [*below], found)
    container = path_in(directory, _OF_DEVELOPERS)
    files = [name for name in DEFAULTS if found.text(path_in(container, name))]
    if not files:
        return None
    choice = choose_projects(directory, {container: files}, [path_in(container, each) for each in files], found)
    return replace(choice, reason="those who work on the system start it, and no other file runs one")


def _listed_by_script(
    directory: str, names: Collection[str], below: Sequence[str], found: FoundFiles
) -> ProjectChoice | None:
    """Return the files that a script in a directory starts together unless an option says otherwise; None without one."""
    likely = sorted(name for name in names if "." not in name or name.endswith((".sh", ".bash")))
    known = {*below}
    for name in [each for each in likely if stage_of(each) < STAGING][:_MOST_NAMES]:
        text = found.text(path_in(directory, name))
        if len(text) > _LARGEST or _SHEBANG.match(text) is None or not _starts_list(text):
            continue
        lists = [[path for each in files if (path := path_in(directory, each)) in known] for files in _lists_in(text)]
        files = [each for each in max(lists, key=len, default=[]) if stage_of_compose_file(each) < STAGING]
        sketches = [sketch_compose(path, found.text(path)) for path in files[:_MOST_FILES]]
        # the first runs what the others complete
        if len(sketches) > 1 and any(each.runs for each in sketches[0].services.values()):
            return _choice(name, sketches, below, found)
    return None


def _choice(by: str, sketches: Sequence[ComposeSketch], below: Sequence[str], found: FoundFiles) -> ProjectChoice:
    """Return the choice of files that a script starts, with those beside them that it leaves out."""
    services: dict[str, ServiceSketch] = {}
    for sketch in sketches:
        for key, service in sketch.services.items():
            services[key] = service if service.runs else services.get(key, service)
    read = tuple(each.path for each in sketches)
    beside = by_directory(path for path in below if os.path.dirname(path) in {*map(os.path.dirname, read)})
    left = [
        path
        for place, names in sorted(beside.items())
        for each in compose_files_in(place, names, (), found)
        if (path := path_in(place, each)) not in read
    ]
    candidate = ComposeCandidate(read, services, UNNAMED, by)
    reason = f"{read[0]} with {' with '.join(read[1:])}: {by} starts them unless an option says otherwise"
    return ProjectChoice([read], left, reason, lambda: (candidate,))


def _starts_list(text: str) -> bool:
    """Return True for a script that gives Compose the files of a variable."""
    return "compose" in text and any(_USES_LIST.search(match[1]) for match in COMMAND.finditer(text))


def _lists_in(text: str) -> Iterator[list[str]]:
    """Yield the files that a script puts into each of its lists where nobody names an option."""
    files: dict[str, str] = dict(_ENTRY.findall(text))
    lists: dict[str, list[str]] = {}
    branches: list[bool | None] = []
    for line in text.splitlines()[:_MOST_LINES]:
        words = line[:_LONGEST]
        if (match := _CONDITION.match(words)) is not None and _IN_ONE_LINE.search(words) is None:
            _follow(match[1], match[2], branches)
        elif False not in branches and _ENTRY.search(words) is None and (added := _ADDED.match(words)) is not None:
            named = [files.get(key, "") if key else path for key, path in _NAMED.findall(added[2])]
            lists.setdefault(added[1], []).extend(os.path.normpath(each) for each in named if each)
    for each in lists.values():
        yield [*dict.fromkeys(each)]


def _follow(word: str, condition: str, branches: list[bool | None]) -> None:
    """Keep which branches of a script are taken without options: each is True, False, or None where it is a loop."""
    if word in ("fi", "done", "esac"):
        del branches[-1:]
    elif word == "if":
        branches.append(_is_taken(condition))
    elif word in ("for", "while", "until"):
        branches.append(None)
    elif word == "case":
        branches.append(False)
    elif branches:
        branches[-1] = not branches[-1] and (word == "else" or _is_taken(condition))


def _is_taken(condition: str) -> bool:
    """Return True for a condition that holds for visitors, or where an option is left out."""
    return (
        stage_of(condition) == PRODUCTION
        if stage_of(condition) in (PRODUCTION, TRIAL)
        else bool(_IS_OFF.search(condition))
    )
