"""The commands that bring manifests into a cluster, and the paths in them, with what the variables of a script stand for."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice

from msgspec import Struct

from archgen.app.importing.stated_use import CommandPattern
from archgen.importers.kubernetes.kustomize.kustomization import documents_of
from archgen.importers.nodes import SourceNode
from archgen.importers.stages import STAGING, stage_of, without_pipeline

CLIENT = r"(?:\bkubectl\b|\boc(?=[ ]))"
"""The clients of Kubernetes and of OpenShift."""

_CLIENTS = ("kubectl", "oc ")

_COMMENT = re.compile(r"^[ \t]*#.*$|[ \t]#.*$", re.MULTILINE)
_IN_COMMENT = re.compile(r"^[ \t]*#[# \t]*(.*)", re.MULTILINE)
_CONTINUED = re.compile(r"(?:\\|(?<=[ \t])`)\r?\n[ \t]*")
"""The end of a line that the next one continues, in a shell or in PowerShell."""

_STATEMENTS = re.compile(r";|&&|\|\|")
_APPLIES = re.compile(rf"{CLIENT}.{{0,200}}?\b(apply|create|replace)\b")
_BUILDS = re.compile(rf"(\bkustomize[ ]+build|{CLIENT}[ ]+kustomize)\b")
_EDITS = re.compile(r"\bkustomize[ ]+edit\b")
_CHANGES = re.compile(
    rf"{CLIENT}.{{0,200}}?\b(set[ ]+image|rollout[ ]+restart)\b|{_EDITS.pattern}|\bargocd[ ]+app[ ]+sync\b|\bgke-deploy\b"
)
APPLIES = CommandPattern(
    re.compile(rf"{CLIENT}.{{0,200}}?\b(apply|replace|create[ ]+-f)\b|\bkustomize[ ]+build\b|{_CHANGES.pattern}"),
    (*_CLIENTS, "kustomize", "argocd", "gke-deploy"),
)
"""Commands that bring manifests into a cluster, or another image into what runs there."""

GOES = CommandPattern(re.compile(rf"{CLIENT}|\bkustomize\b|\bcd\b"), (*_CLIENTS, "kustomize", "cd"))
"""Commands of which the paths of manifests may be told."""

_LOCAL_CLUSTERS = "kind|k3d|minikube|microk8s|k0s"
"""Programs that make a cluster on the machine that they run on."""

_IN_TRIAL_CLUSTER = re.compile(
    rf"\b({_LOCAL_CLUSTERS}|ctlptl|tilt)[ ]+(start|create|cluster|load|up|image|install)\b|"
    rf"\buses:[^\n#]{{0,200}}\b({_LOCAL_CLUSTERS}|k3s)(?![a-z])",
    re.IGNORECASE,
)
_EVENTS = re.compile(r"""^["']?on["']?:[ \t]*(.*(?:\n(?:[ \t]+.*|[ \t]*))*)""", re.MULTILINE)
_EVENT = re.compile(
    r"\b(push|release|workflow_dispatch|workflow_run|workflow_call|schedule|repository_dispatch|create|deployment|closed)\b"
)
"""Events of a workflow that aren't only a request to merge."""

_OF_TESTS = re.compile(rf"(^|[^a-z])(smoke|tests?|e2e|chaos|load|local|dev|{_LOCAL_CLUSTERS})([^a-z]|$)", re.IGNORECASE)
"""Names of scripts and workflows for trials: `ci` is a word of trials elsewhere, but a `ci-cd.yml` deploys."""

OF_WINDOWS = re.compile(r"(?<=[\w.])\\{1,2}(?=[\w.$])")
"""The sign between the names of a path on Windows, which scripts often double."""

_TARGET = re.compile(r"^([A-Za-z][\w.-]*)[ \t]*:(?!=)")
_ONLY_SHOWN = re.compile(r"--dry-run(?!=none)|/dev/null|^[ \t]*(- |@)?[ \t]*(echo|printf)\b(?!.*\|)")
MOVES = re.compile(r"""(?:\b(?:cd|pushd)[ \t]+|\bworking-directory:[ \t]*)["']?([^\s"'();`]+)""")
_HOLE = re.compile(
    r"""\$\{\{[ ]*([\w.-]+)(?:[ ]*\|\|[ ]*'([^'\n]*)')?[ ]*\}\}|\$\{(\w+)(?::?[-=]([^}\n]*))?\}|"""
    r"""\$\((\w+)\)|\$(\w+)|\{\{[ ]*\.?(\w+)[ ]*\}\}"""
)
"""A variable of a shell, of a makefile, of a workflow or of a task, with its default."""

_WORD = re.compile(
    rf"""(?:(-[fk]|--filename|--kustomize|\bkustomize[ ]+build|{CLIENT}[ ]+kustomize)[ \t=]+)?["']?"""
    r"""((?:\$\{\{[^}\n]*\}\}|\$\{[^}\n]*\}|\$\(\w+\)|\$\w+|\{\{[^}\n]*\}\}|[\w./*-])+)"""
)
_ASSIGNED = re.compile(
    r"""(?<![\w$.{-])([A-Za-z_][\w-]*)["']?(?:[ \t]*(\?=|:=)[ \t]*|[ \t]*=(?![=~])[ \t]*|:[ \t]+)"""
    r"""("[^"\n]*"|'[^'\n]*'|\$\{\{[^}\n]*\}\}|(?:\$\{[^}\n]*\}|\$\(\w+\)|\$|[^\s"';,{}()$])*)"""
)
_DERIVED = re.compile(r"""(?<![\w$.{-])(\w+)=["']?\$\([^$\n]{0,80}(\$\{?\w+\}?)""")
_SET_IF_UNSET = re.compile(r"\$\{(\w+):?=([^}\n]*)\}")
_LISTED = re.compile(r"\bfor[ ]+(\w+)[ ]+in[ ]+([^;\n]+)")
_LISTS = re.compile(r"""^[ \t]*(?:[a-z]+[ \t]+)?(\w+)=(?:\(([^()]{0,2000})\)|"([^"$`]{0,2000})")""", re.MULTILINE)
_ITEM_OF_LIST = re.compile(r"""["']?\$\{?(\w+)(?:\[[@*]\])?\}?["']?""")
_KEY = re.compile(r"""([ ]*)(?:- )?["']?([\w-]+)["']?:[ \t]*(.*)""")
_INLINE_DEFAULT = re.compile(r"""([\w-]+):[ \t]*\{[^{}\n]*\bdefault:[ \t]*["']?([\w./-]+)""")
_PARAMETER = re.compile(r"""\bname:[ \t]*["'](\w+)["'].{0,200}?\bdefaultValue:[ \t]*["']([\w./-]+)""")
_SELECTS = re.compile(
    r"""(\$\{\{[^}\n]*\}\}|\$\{\w+[^}\n]*\}|\$\(\w+\)|\$\w+)["']?[ \t]*(?:(?:==?|!=)[ \t]*["']?[\w.-]|,[ ]*\w+\)|in[ \t]*$)"""
)
"""A variable of which a script asks what it is."""

_STEPS = ("/kubectl", "/gke-deploy", "/kustomize", "k8s-deploy@", "KubernetesManifest@", "Kubernetes@")
"""Parts of the names of builders, actions and tasks that apply manifests."""

_PROGRAM = re.compile(r"(?:^|/)(kubectl|gke-deploy|kustomize)(?:[:@].*)?$")
_ACTION = re.compile(r"(?:^|/)k8s-deploy@|^KubernetesManifest@")
_TASK = re.compile(r"^Kubernetes@")
_LONGEST_PIPELINE = 64 * 1024
_DEEPEST_STEP = 12
_MOST_COMMANDS = 50

_MOST_LINES = 5000
_LONGEST_LINE = 2000
_MOST_VALUES = 20
_DEEPEST = 4


class AppliedPath(Struct, frozen=True):
    """A path, from wherever, or a directory alone by its name.

    It is the default where a variable has it for want of another, and a choice where a script only asks whether it is meant.
    """

    path: str
    is_default: bool = False
    is_choice: bool = False


class ScriptVariables:
    """The values of the variables of a text, each with True for one that is there for want of another."""

    def __init__(self, text: str) -> None:
        self._values: dict[str, dict[tuple[str, bool], None]] = {}
        for name, sign, value in _ASSIGNED.findall(text):
            self._add(name, value.strip("\"'"), sign == "?=")
        for name, value in chain(_SET_IF_UNSET.findall(text), _INLINE_DEFAULT.findall(text), _PARAMETER.findall(text)):
            self._add(name, value, True)
        for name, value in _DERIVED.findall(text):
            self._add(name, value, False)
        loops = _LISTED.findall(text)
        lists = {name: array or string for name, array, string in _LISTS.findall(text)} if loops else {}
        for name, words in loops:
            item = _ITEM_OF_LIST.fullmatch(words.strip())
            for word in (lists.get(item[1], words) if item is not None else words).split():
                self._add(name, word.strip("\"'"), False)
        outer: list[tuple[int, str]] = []
        for line in text.splitlines():
            match = _KEY.match(line)
            if match is not None:
                while outer and outer[-1][0] >= len(match[1]):
                    outer.pop()
                if match[2] == "default" and outer:
                    self._add(outer[-1][1], match[3].strip("\"'"), True)
                outer.append((len(match[1]), match[2]))

    def _add(self, name: str, value: str, is_default: bool) -> None:
        if value and len(self._values.setdefault(name, {})) < _MOST_VALUES:
            self._values[name][value, is_default] = None

    def filled_in(
        self, word: str, is_default: bool = False, without: frozenset[str] = frozenset()
    ) -> Iterator[AppliedPath]:
        """Yield what a word is with each value of its variables; with a variable that has none it stays as it is."""
        holes = _HOLE.finditer(word)
        hole = next((each for each in holes if _name_of(each) not in without or each[2] or each[4]), None)
        if hole is None or len(without) > _DEEPEST:
            yield AppliedPath(word, is_default)
            return
        default = hole[2] or hole[4]
        values = dict(self._values.get(_name_of(hole), {}) if _name_of(hole) not in without else {})
        if default:
            values[default, True] = None
        inner = without | {_name_of(hole)}
        for value, is_other in values or {(hole[0], False): None}:
            filled = f"{word[: hole.start()]}{value}{word[hole.end() :]}"
            yield from islice(self.filled_in(filled, is_default or is_other, inner), _MOST_VALUES)

    def filled_in_alike(self, text: str) -> Iterator[str]:
        """Yield a text with each value of each of its variables, the same one wherever a variable stands."""
        texts = {text: None}
        for name in dict.fromkeys(map(_name_of, _HOLE.finditer(text))):
            values = [value for value, _ in self._values.get(name, {}) if _HOLE.search(value) is None]
            texts = dict.fromkeys(_put_in(each, name, value) for each in texts for value in values) if values else texts
            if len(texts) > _MOST_VALUES:
                break
        yield from texts


def _put_in(text: str, name: str, value: str) -> str:
    return _HOLE.sub(lambda hole: value if _name_of(hole) == name else hole[0], text)


def _name_of(hole: re.Match[str]) -> str:
    return (hole[1] or hole[3] or hole[5] or hole[6] or hole[7]).rpartition(".")[2]


def command_lines(text: str) -> list[str]:
    """Return the lines of a text without comments, those that continue one another as one."""
    text = _CONTINUED.sub(" ", _COMMENT.sub("", text))
    return [line[:_LONGEST_LINE] for line in text.splitlines()[:_MOST_LINES]]


def applied_paths(text: str) -> Iterator[AppliedPath]:
    """Yield the paths that the commands of a text apply: not those that it only shows, compares or deletes, nor those in comments."""
    lines = command_lines(text)
    variables = ScriptVariables("\n".join(lines))
    here = ""
    for statement in chain.from_iterable(map(_STATEMENTS.split, lines)):
        moved = MOVES.search(statement)
        here = posixpath.normpath(posixpath.join(here, moved[1])) if moved is not None else here
        for flag, word in _words_applied(statement):
            for each in variables.filled_in(word):
                if each.path.strip("./") == "":
                    yield AppliedPath(here)
                elif (flag and each.path != "-") or "/" in each.path:
                    yield AppliedPath(posixpath.normpath(each.path.lstrip("/")), each.is_default)
        if _EDITS.search(statement) is not None:
            yield AppliedPath(here)
        for match in _SELECTS.finditer(statement):
            yield from (AppliedPath(each.path, True, True) for each in variables.filled_in(match[1]) if each.is_default)


def applied_in_comments(manifests: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the paths of manifests that commands in the comments of any of them apply, each by its directory and its name."""
    texts = (data.decode("utf-8", "replace") for data in manifests.values() if b"kubectl" in data)
    comments = "\n".join(words for text in texts for words in _IN_COMMENT.findall(text))
    applied = {"/".join(each.path.split("/")[-2:]) for each in applied_paths(comments)} if comments else set[str]()
    yield from (path for path in manifests if "/".join(path.split(os.sep)[-2:]) in applied)


def _words_applied(statement: str) -> Iterable[tuple[str, str]]:
    """Return the words of a statement that applies manifests, or builds them for one that does, each with the flag before it."""
    if _ONLY_SHOWN.search(statement) is not None:
        return []
    statement = OF_WINDOWS.sub("/", statement)
    parts = statement.split("|")
    end = next((place for place, part in enumerate(parts) if _APPLIES.search(part) is not None), None)
    if end is None:
        return _WORD.findall(statement) if len(parts) == 1 and _BUILDS.search(statement) is not None else []
    return [pair for part in parts[: end + 1] for pair in _WORD.findall(part)]


def makes_trial_cluster(text: str) -> bool:
    """Return True for a script that makes or starts a cluster on the machine that it runs on."""
    return _IN_TRIAL_CLUSTER.search(_COMMENT.sub("", text)) is not None


def is_for_trial_cluster(path: str, text: str) -> bool:
    """Return True for a script of tests, one that makes a cluster for a trial, and a workflow that only tries what is to be merged."""
    text = _COMMENT.sub("", text)
    events = _EVENTS.search(text)
    is_request = events is not None and "pull_request" in events[1] and _EVENT.search(events[1]) is None
    return (
        is_request or _OF_TESTS.search(os.path.basename(path)) is not None or _IN_TRIAL_CLUSTER.search(text) is not None
    )


def brings_to_visitors(path: str, text: str) -> bool:
    """Return True for a script that brings manifests into a cluster that is not made for a trial."""
    if APPLIES.search(text) is None or is_for_trial_cluster(path, text):
        return False
    text = _COMMENT.sub("", text)
    target = ""
    for line in _CONTINUED.sub(" ", text).splitlines()[:_MOST_LINES]:
        match = _TARGET.match(line) if line[:1].isalpha() else None
        target = match[1] if match is not None else target
        command = _command_that_applies(line[:_LONGEST_LINE])
        if command and max(stage_of(without_pipeline(command)), stage_of(target)) < STAGING:
            return True
    return False


def _command_that_applies(line: str) -> str:
    """Return the command of a line that applies manifests, with what stands behind it; the empty text for none."""
    for statement in _STATEMENTS.split(line) if APPLIES.may_be_in(line) else ():
        command = APPLIES.search(statement)
        parts = statement.split("|")
        applying = [part for part in parts if _APPLIES.search(part) or _CHANGES.search(part)]
        # what is built for another command than one that applies it is looked at alone
        last = applying[-1] if applying else statement
        if command is not None and (applying or not parts[1:]) and _ONLY_SHOWN.search(last) is None:
            return line[line.find(command[0]) :]
    return ""


def with_native_steps(path: str, text: str) -> str:
    """Return the text of a pipeline below the commands of its steps that name no shell; any other text as it is."""
    if len(text) > _LONGEST_PIPELINE or not any(mark in text for mark in _STEPS):
        return text
    commands = [command for root in documents_of(path, text.encode()) for command in _commands_in(root, 0)]
    return "".join(f"{command}\n" for command in commands[:_MOST_COMMANDS]) + text


def _commands_in(node: SourceNode, depth: int) -> Iterator[str]:
    if node.is_map:
        command = _command_of(node)
        if command:
            yield command
    for _, inner in node.items() if depth < _DEEPEST_STEP else ():
        yield from _commands_in(inner, depth + 1)
    for inner in node.list() if depth < _DEEPEST_STEP else ():
        if inner is not node:
            yield from _commands_in(inner, depth + 1)


def _command_of(step: SourceNode) -> str:
    """Return the command that a step of Google Cloud Build, GitHub or Azure Pipelines stands for; the empty text for any other."""
    program = _PROGRAM.search(step.text_at("name"))
    if program is not None and step.get("args").value is not None and not step.text_at("entrypoint"):
        words = " ".join(item.text for item in step.get("args").list())
        return f"kubectl apply {words.removeprefix('run ')}" if program[1] == "gke-deploy" else f"{program[1]} {words}"
    if _ACTION.search(step.text_at("uses") or step.text_at("task")):
        inputs = step.get("with") if step.get("with").is_map else step.get("inputs")
        files = inputs.text_at("manifests").split() if inputs.text_at("action") in ("", "deploy", "promote") else []
        return " ".join(("kubectl apply", *(f"-f {file}" for file in files))) if files else ""
    inputs = step.get("inputs")
    if _TASK.search(step.text_at("task")) and inputs.text_at("command") in ("apply", "create", "replace"):
        return f"kubectl {inputs.text_at('command')} {inputs.text_at('arguments')}".replace("\n", " ")
    return ""
