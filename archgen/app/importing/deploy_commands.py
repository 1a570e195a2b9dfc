"""The compose files that a repository's own scripts, workflows and documents start together."""

from __future__ import annotations

import os
import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from archgen.app.importing.applied_paths import with_native_steps
from archgen.app.importing.directories import FoundFiles, entries_of, path_in
from archgen.app.importing.playbooks import PATH_OF_PLAYBOOK, commands_of_tasks, may_be_playbook
from archgen.app.importing.started_files import COMMAND, NAMED, VARIABLE, assignments_in
from archgen.app.importing.stated_use import is_usage_document
from archgen.importers.compose.project import DEFAULTS
from archgen.importers.stages import STAGING, stage_of

_SCRIPTS = (".sh", ".bash", ".ps1", ".service", ".yml", ".yaml")
_OF_PIPELINES = frozenset(("jenkinsfile", ".gitlab-ci.yml", "azure-pipelines.yml"))
_OF_TARGETS = _OF_PIPELINES | {"makefile", "justfile", "taskfile.yml", "taskfile.yaml", "package.json"}
"""Names of files with commands by the names of targets and stages."""

_ENDS_OF_PATHS = (*_SCRIPTS, *_OF_TARGETS)
"""Ends of the paths of all files with commands, in small letters; few files of a repository have one."""

_WORKFLOWS = os.path.join(".github", "workflows")
_OF_BUILDS = re.compile(
    r"(^|/)((cloudbuild|buildspec)[\w.-]*\.ya?ml|[\w-]*(k8s|kube)[\w./-]*\.sh|\.github/workflows/[^/]*\.ya?ml)$",
    re.IGNORECASE,
)
"""Paths of what builds a system in a cloud, or applies manifests of Kubernetes."""

_DEPLOYS = re.compile(
    r"(^|[^a-z])(deploy|prod|cd|release|rollout|go-?live|provision|bootstrap|setup-(server|vps))(er|ing|ment|uction|ed)?s?([^a-z]|$)",
    re.IGNORECASE,
)
"""Names of scripts, workflows and targets that bring a system to where visitors use it."""

_IN_VARIABLE = re.compile(
    r"""^[ \t]*(?:(?:export|readonly|local)[ \t]+)?(\w+)[ \t]*(?::=|\?=|=)[ \t]*[("']*"""
    r"""((?:sudo[ \t]+)?(?:docker|podman)[ -]compose(?![\w.-])[^\n"')#;&|]*)""",
    re.MULTILINE,
)
"""A variable that holds the command for Compose, as in scripts that use it several times."""

_SHOWN = re.compile(r"""(^|[ \t])#|^[ \t]*(- )?((run|script):[ \t]*)?[@"'-]*(echo|printf)\b[^;&|]*$""")
"""What stands before a command on its line where the line is a comment, or only shows it."""

_STARTS = re.compile(r"(^|[\s\"',])((up|pull|start|restart|deploy|run)([\s\"',]|$)|config\b[^\n]*>[^\n]*\.ya?ml)")
"""Words that start what files describe, or that put together what a swarm is given."""

_TO_SWARM = re.compile(r"\|[ \t]*(\\\r?\n[ \t]*)?(sudo[ \t]+)?docker[ ]+stack[ ]+(deploy|up)\b")
_ENDS = re.compile(r"""(^|[\s"',])down([\s"',]|$)""")
_FIRST_WORDS = re.compile(
    r"""[ \t]*(- )?((run|script):[ \t]*)?["'@-]?(sudo[ \t]+)?|(?!.*(\|\||\becho\b|\bprintf\b|#)).*[;&][ \t]*(sudo[ \t]+)?"""
)
"""Words before a command on its line where it runs after those before it, and isn't only shown or an alternative to them."""

_BRANCHES = re.compile(
    r"^[ \t]*(if[ \t]|elif[ \t]|else\b|function[ \t]|[\w-]+[ \t]*\(\))|;;|<<|failure\(\)", re.MULTILINE
)
"""Lines of a script below which a command may not run after those above."""

_ASSIGNED = re.compile(
    r"""(?:^|[\s"'{;])(\w+)[ \t]*(?:=|:=|\?=|:[ \t])[ \t]*"""
    r"""("[^"\n]{0,200}\.ya?ml[^"\n]{0,200}"|'[^'\n]{0,200}\.ya?ml[^'\n]{0,200}'|[^\s"';]{0,200}\.ya?ml)"""
)
_FILE = re.compile(r"""[^\s"'{}=:;]*\.ya?ml""")
_VARIABLE = re.compile(r"\$\{?(\w+)(?::-[^}]*)?\}?|\$\((\w+)\)")
_CHANGES_DIRECTORY = re.compile(r"\bcd\s+[\"']?([^\s\"';&|]+)[\"']?\s*(?:&&|;)\s*(?:sudo\s+)?$")
_TARGET = re.compile(r"""^[ \t]*["']?([A-Za-z][\w:.-]*)["']?[ \t]*:(?!=)""", re.MULTILINE)

_JOB = re.compile(r"^  ([A-Za-z_][\w-]*):[ \t]*(?:#.*)?$", re.MULTILINE)
"""A job of a workflow, of which the commands of all steps are."""

_DEFAULT = re.compile(r"(?<![\w.-])(?:docker-)?compose\.ya?ml(?![\w.-])")
"""A name by which Compose reads a file without being told."""

_ENDS_STATEMENT = re.compile(r"""[\\"'`)\]]*[ \t]*(?:$|[;&|#\n,]|2?>)""", re.MULTILINE)
_COPIES = re.compile(
    r"""(?:^|[\s"'`(@])(?:scp|cp|mv|rsync|install|copy|move|Copy-Item|Move-Item)[ \t]|>[ \t]*["'`]*[^\s"'`<>]*$"""
)
_REST_OF_PATH = re.compile(r"\S{0,200}$")
_STATEMENTS = re.compile(r"&&|\|\||;")
_CONTINUED = re.compile(r"\\\r?\n[ \t]*")
_COPIED = re.compile(r"""(?<![^\s"'`{}=:;<>()])[^\s"'`{}=:;<>()]*\.ya?ml""")

_COMMENT = re.compile(r"^[ \t]*#[# \t]*(.*)", re.MULTILINE)

_MOST_SCRIPTS = 60
_MOST_VARIABLES = 20
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
"""The beginning or the end of a block of Markdown, not of a command that prints it."""

_MOST_COMMANDS = 200
_LARGEST = 128 * 1024
_DEEPEST_SCRIPT = 3
_LONGEST_LINE = 500
_MOST_NAMES = 200


class ComposeRun(Struct, frozen=True):
    """Compose files that a file starts together, and whether this file brings the system to its visitors."""

    files: tuple[str, ...]
    by: str
    deploys: bool


class _Command(Struct, frozen=True):
    """A command that starts or ends compose files, its place in a text, and the target that it belongs to; or gives them to a swarm."""

    place: int
    files: tuple[str, ...]
    target: str
    is_end: bool
    is_swarm: bool


class _Copy(Struct, frozen=True):
    """Compose files that stand under a default name from a place in a text on."""

    place: int
    name: str
    files: tuple[str, ...]


def find_runs(
    directory: str, below: Iterable[str], compose_files: Mapping[str, str], found: FoundFiles
) -> Iterator[ComposeRun]:
    """Yield what scripts in a directory and below start of its compose files, and what the comments of those name.

    `compose_files` are the texts of the files by their paths. What documents start of several files belongs together: a file that
    they start by itself as well doesn't.
    """
    known, below = frozenset(compose_files), [*below]
    for path, text in _scripts(directory, below, found):
        if path not in known and _may_start(text):
            yield from _runs_in(path, text, directory, known)
    for path, text in compose_files.items():
        if _may_start(text):
            head = "\n".join(_COMMENT.findall(text[:_LARGEST]))
            yield from (run for run in _runs_in(path, head, directory, known) if path in run.files)
    documents = [path for path in below if is_usage_document(path) and os.path.dirname(path) in ("", directory)]
    texts = {path: text for path in documents if len(text := found.text(path)) <= _LARGEST and _may_start(text)}
    told = [run for path, text in texts.items() for run in _runs_in(path, text, directory, known)]
    alone = {run.files[0] for run in told}
    yield from (replace(run, deploys=False) for run in told if run.files[1:] and run.files[-1] not in alone)


def command_files(directory: str, below: Iterable[str], found: FoundFiles) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each script and workflow, in a directory and below, that may bring a system to its visitors."""
    yield from ((path, with_native_steps(path, text)) for path, text in _scripts(directory, below, found))


def is_pipeline(path: str) -> bool:
    """Return True for what a server runs after each change, not a person."""
    return _WORKFLOWS in path or os.path.basename(path).lower() in _OF_PIPELINES


def _placed(directory: str, below: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yield the files below a directory that may hold commands, then its workflows, each with its depth."""
    above = 0 if directory == "." else directory.count(os.sep) + 1
    likely = (path for path in below if path.lower().endswith(_ENDS_OF_PATHS))
    yield from ((path, path.count(os.sep) - above) for path in likely)
    workflows = path_in(directory, _WORKFLOWS)
    yield from ((os.path.join(workflows, name), 1) for name in entries_of(workflows)[0])


def _scripts(directory: str, below: Iterable[str], found: FoundFiles) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of as many scripts as are read: playbooks last, as each file in a directory of them may be one."""
    scripts = (
        path
        for path, depth in _placed(directory, below)
        if _is_script(path, depth) or _OF_BUILDS.search(path) is not None
    )
    for path in islice(sorted(scripts, key=lambda each: PATH_OF_PLAYBOOK.search(each) is not None), _MOST_SCRIPTS):
        text = found.text(path)
        if len(text) <= _LARGEST:
            yield path, text


def _may_start(text: str) -> bool:
    """Return True if a search for commands in a text may find one."""
    if may_be_playbook(text):
        return True
    if "docker" not in text and "podman" not in text:
        return False
    is_likely = "compose " in text or "stack " in text or VARIABLE in text
    return is_likely or ("compose" in text and _IN_VARIABLE.search(text) is not None)


def _is_script(path: str, depth: int) -> bool:
    """Return True for what may start or deploy a system by its name, or by those of its targets."""
    if PATH_OF_PLAYBOOK.search(path) is not None:
        return path.endswith((".yml", ".yaml"))
    if depth > _DEEPEST_SCRIPT:
        return False
    name = path.rpartition(os.sep)[2].lower()
    if name in _OF_TARGETS:
        return depth < 2
    return name.endswith(_SCRIPTS) and ((depth == 0 and name.endswith(".sh")) or _DEPLOYS.search(name) is not None)


def _runs_in(path: str, text: str, directory: str, known: frozenset[str]) -> Iterator[ComposeRun]:
    name = os.path.relpath(path, directory)
    is_playbook = PATH_OF_PLAYBOOK.search(name) is not None
    deploys = (is_playbook or _DEPLOYS.search(os.path.basename(name)) is not None) and path not in known
    text = f"{commands_of_tasks(text)}{text}" if is_playbook and may_be_playbook(text) else text
    is_trial = stage_of(name) >= STAGING
    text = _with_command(text)
    commands = list(_commands_in(path, text, directory, known))
    ends = {(each.target, each.files): each.place for each in commands if each.is_end}
    branches = [match.start() for match in _BRANCHES.finditer(text)] if ends else []
    for each in commands:
        if not each.is_end:
            is_own = each.is_swarm or deploys or (_DEPLOYS.search(each.target) is not None and path not in known)
            end = ends.get((each.target, each.files), 0)
            # a script that ends what it started has only tried it
            is_trial_run = end > each.place and bisect(branches, each.place) == bisect(branches, end)
            is_deployed = is_own and not is_trial and not is_trial_run and stage_of(each.target) < STAGING
            yield ComposeRun(each.files, path, is_deployed)
    if not commands and path not in known:
        # what it starts by a target of another file reads the variable
        places = _places(path, directory, "")
        read = (tuple(_resolved(name, places, known) for name in each.names) for each in assignments_in(text))
        yield from (ComposeRun(files, path, deploys and not is_trial) for files in read if all(files))


def _commands_in(path: str, text: str, directory: str, known: frozenset[str]) -> Iterator[_Command]:
    matches = [*islice(COMMAND.finditer(text), _MOST_COMMANDS)]
    if not matches:
        return
    may_assign = "COMPOSE_FILE" in text or any("$" in match[1] for match in matches)
    assigned = _assigned_in(text) if may_assign else {}
    own = _places(path, directory, "")
    copies = list(_copies_in(text, own, known))
    of_targets = _JOB if _WORKFLOWS in path else _TARGET
    targets = [(match.start(), match[1]) for match in of_targets.finditer(text)]
    starts = [start for start, _ in targets]
    has_fences = path not in known and not is_usage_document(path)
    fences = [match.start() for match in _FENCE.finditer(text)] if has_fences else []
    for match in matches:
        # a block of Markdown in a workflow is the text of a release
        is_text = path not in known and bisect(fences, match.start()) % 2 == 1
        if is_text or _SHOWN.search(_line_before(text, match.start())):
            continue
        words = match[1]
        is_swarm = "stack" in match[0][:14] or _TO_SWARM.match(text, match.end()) is not None
        is_end = _STARTS.search(words) is None and not is_swarm
        if is_end and (_ENDS.search(words) is None or not _FIRST_WORDS.fullmatch(_line_before(text, match.start()))):
            continue
        place = bisect(starts, match.start())
        target = targets[place - 1][1] if place else ""
        moved = _CHANGES_DIRECTORY.search(text, max(0, match.start() - 200), match.start())
        places = _places(path, directory, moved[1] if moved else "")
        named = [value for word in NAMED.findall(words) for value in _values(word, assigned)]
        if not named and "COMPOSE_FILE" in assigned:
            named = _values("$COMPOSE_FILE", assigned)
        copied = {each.name: each.files for each in copies if each.place < match.start()}
        files = [
            file
            for word in named
            for file in copied.get(os.path.basename(word)) or (_resolved(word, places, known),)
            if file
        ]
        if not named:
            default = next((file for default in DEFAULTS if (file := _beside(default, places, known))), "")
            files = [*next((copied[name] for name in DEFAULTS if name in copied), (default,) if default else ())]
        if files:
            yield _Command(match.start(), tuple(dict.fromkeys(files)), target, is_end, is_swarm)


def _copies_in(text: str, places: list[str], known: frozenset[str]) -> Iterator[_Copy]:
    """Yield what a script copies or writes onto a default name, from which commands start it that name no file."""
    copied: dict[str, tuple[str, ...]] = {}
    for match in islice(_DEFAULT.finditer(text), _MOST_NAMES):
        before = _CONTINUED.sub(" ", text[max(0, match.start() - _LONGEST_LINE) : match.start()]).rpartition("\n")[2]
        statement = _STATEMENTS.split(before)[-1]
        is_target = _ENDS_STATEMENT.match(text, match.end()) is not None and _COPIES.search(statement) is not None
        if not is_target or _SHOWN.search(before):
            continue
        words = [word.strip("\"'`()<>") for word in _REST_OF_PATH.sub("", statement).split()]
        values = (_values(word, _assigned_in(text)) if "$" in word else [word] for word in words)
        named = [name for value in values for each in value for name in _COPIED.findall(each)]
        files = [
            file
            for name in named
            if (each := _resolved(name, places, known))
            for file in copied.get(os.path.basename(each), (each,))
        ]
        if not named and any("$" in word for word in words):
            # what a script makes of a file under a name of its own is the only other one that it speaks of
            others = {file for name in _COPIED.findall(text) if (file := _resolved(name, places, known))}
            others = {file for file in others if not _DEFAULT.fullmatch(os.path.basename(file))}
            files = [*others] if len(others) == 1 else []
        if files:
            copied[match[0]] = tuple(dict.fromkeys(files))
            yield _Copy(match.start(), match[0], copied[match[0]])


def _assigned_in(text: str) -> dict[str, list[list[str]]]:
    """Return the files that a text assigns to each variable, those of each assignment together."""
    assigned: dict[str, list[list[str]]] = {}
    for variable, value in _ASSIGNED.findall(text) if ".yml" in text or ".yaml" in text else ():
        assigned.setdefault(variable, []).append([name.removeprefix("-") for name in _FILE.findall(value)])
    return assigned


def _with_command(text: str) -> str:
    """Return a text with the command for Compose put in for each variable that holds it, where a file is named with it.

    A script that finds out which command there is starts the file beside it, of whatever part of a system.
    """
    commands = dict(_IN_VARIABLE.findall(text)[:_MOST_VARIABLES]) if "compose" in text else {}
    if not commands:
        return text
    names = "|".join(sorted(commands, key=len, reverse=True))
    use = re.compile(rf"""["']?\$(?:({names})\b|\{{({names})(?:\[[@*]\])?\}}|\(({names})\))["']?""")

    def command(match: re.Match[str]) -> str:
        words = commands[match[1] or match[2] or match[3]]
        rest = text[match.end() : match.end() + _LONGEST_LINE].partition("\n")[0]
        return words if NAMED.search(f"{words} {rest}") else match[0]

    return use.sub(command, text)


def _line_before(text: str, place: int) -> str:
    """Return the start of a line up to a place."""
    return text[max(text.rfind("\n", 0, place) + 1, place - _LONGEST_LINE) : place]


def _values(word: str, assigned: dict[str, list[list[str]]]) -> list[str]:
    """Return a word with the variable in it put in: the files for production, where it may be several."""
    match = _VARIABLE.fullmatch(word)
    if match is None:
        return [word]
    values = assigned.get(match[1] or match[2], [])
    return min(values, key=lambda names: min(map(_stage_of_file, names), default=STAGING), default=[])


def _stage_of_file(name: str) -> int:
    return stage_of(os.path.basename(name))


def _places(path: str, directory: str, moved: str) -> list[str]:
    """Return the directories from which a script may name files, the likelier ones first."""
    own = os.path.dirname(path)
    places = [own] if not path.startswith(os.path.join(directory, ".github")) and not own.endswith(_WORKFLOWS) else []
    base = "" if directory == "." else directory
    while len(own) > len(base):
        own = os.path.dirname(own)
        places.append(own)
    places = [*dict.fromkeys([*places, base])]
    if moved:
        inner = _without_root(moved)
        places = [path_in(place, inner) for place in places] + places
    return [place if place != "." else "" for place in places]


def _without_root(name: str) -> str:
    """Return a path without the directory of a machine, or a variable for it."""
    return re.sub(r"^(\$\{?\w+\}?|\$\(\w+\)|~)?/+", "", name)


def _beside(name: str, places: list[str], known: frozenset[str]) -> str:
    return next((file for place in places if (file := path_in(place, name)) in known), "")


def _resolved(name: str, places: list[str], known: frozenset[str]) -> str:
    """Return the compose file that a script names: from one of its places, else the only one of that name."""
    inner = _without_root(name.replace("\\", "/"))
    found = _beside(inner, places, known)
    if found or not inner:
        return found
    ends = [file for file in known if os.path.basename(file) == os.path.basename(inner)]
    return ends[0] if len(ends) == 1 else ""
