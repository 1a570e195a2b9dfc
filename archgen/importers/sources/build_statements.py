"""The statements of scripts and pipelines that build images: commands, and the items of lists in YAML."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

PIPELINES = (".github/workflows", ".gitlab-ci.yml", ".circleci/config.yml")
_BUILDS = re.compile(
    r"^bin/[\w-]+$|\.(sh|bash)$|(^|/)(Jenkinsfile|Makefile|[jJ]ustfile|Taskfile\.ya?ml|skaffold\.ya?ml|docker-bake\.(hcl|json)|Tiltfile"
    r"|cloudbuild\.ya?ml|azure-pipelines\.ya?ml|bitbucket-pipelines\.ya?ml)$"
)
"""Files that say how images are built."""

_IMAGE = re.compile(
    r"(?:-t|--tag|\bdocker\.build|\b(?:tags?|image|name|repository)[\"']?) *[:=]? *[\[(\"']*([\w./:$@-]{2,200})"
    r"|(?<![\w./@:-])((?:[$\w][\w.-]*/)+[\w-]+(?::[\w.$-]+)?)(?![\w/@])|(?<=\}/)([\w-]+)(?=[:\"'\s])|^[ \t]{0,40}([\w-]+)\)",
    re.MULTILINE,
)
"""What is an image in a command or a statement: by the word before it, its registry, or as a case of a shell."""

_BEGINS_ITEM = re.compile(r"( *)- |( *)target \"")
_MOST_OF_ITEM = 30
WORD = re.compile(r"[\w./:@$-]{2,200}")

_ASSIGNS = re.compile(
    r"""^[ \t]*(?:(?:export|def|readonly)[ ]+)?(\w{2,60})[ ]*[:?]?[=:][ ]*["']?([\w./:@${}()-]{1,200})["']?[ \t]*$""",
    re.MULTILINE,
)
_HOLE = re.compile(r"\$\{\{ *(?:env|vars)\.(\w+) *\}\}|\$\{(?:env\.)?(\w+)\}|\$\((\w+)\)|\$(\w+)")
"""A variable in a script, a Makefile or a pipeline."""

_MOST_NESTED = 3
_MOST_SCRIPTS = 40
LONGEST = 64 * 1024
_LONGEST_STATEMENT = 2000


def is_build_file(path: str) -> bool:
    """Return True for the path of a file that says how images are built."""
    return _BUILDS.search(path) is not None


def build_files(
    names: Iterable[str], read: Callable[[str], str], pipelines: Callable[[], Iterable[str]]
) -> Sequence[tuple[str, str]]:
    """Return the texts of pipelines, which run in the root, and of scripts, each with its directory."""
    scripts = [name for name in names if is_build_file(name)][:_MOST_SCRIPTS]
    return [*(("", text) for text in pipelines()), *((posixpath.dirname(name), read(name)) for name in scripts)]


def images_of_statement(statement: str) -> list[str]:
    """Return the words of a statement that are images."""
    return [word for words in _IMAGE.findall(statement) for word in words if word]


def statements_with(text: str, words: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a file, commands on several ones as one, and the items of lists with what stands below them.

    Those without any of the words are left out.
    """
    words = [word for word in words if word in text]
    if not words:
        return
    lines = [line[:_LONGEST_STATEMENT] for line in re.sub(r"\\\n", " ", text).split("\n")]
    holding = [any(word in line for word in words) for line in lines]
    yield from (line for line, holds in zip(lines, holding, strict=True) if holds)
    for index, line in enumerate(lines):
        match = _BEGINS_ITEM.match(line) if any(holding[index : index + _MOST_OF_ITEM]) else None
        if match is None:
            continue
        indent = len(match[1] or match[2] or "")
        below = [line]
        for other in lines[index + 1 : index + _MOST_OF_ITEM]:
            if other.strip() and len(other) - len(other.lstrip(" ")) <= indent:
                break
            below.append(other)
        if any(holding[index : index + len(below)]):
            yield "\n".join(below)[:_LONGEST_STATEMENT]


def with_variables(text: str) -> str:
    """Return a script or a pipeline with the variables in it that it sets once, to words without spaces."""
    values: dict[str, set[str]] = {}
    for name, value in _ASSIGNS.findall(text):
        values.setdefault(name, set()).add(value)

    def filled(match: re.Match[str]) -> str:
        known = values.get(match[match.lastindex or 0], set())
        return next(iter(known)) if len(known) == 1 else match[0]

    for _ in range(_MOST_NESTED if values else 0):
        text = _HOLE.sub(filled, text)[:LONGEST]
    return text
