"""What the texts of a repository say a way to run its system is for: those who work on it, or its visitors."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from archgen.app.importing.directories import FoundFiles

_DEVELOPMENT = re.compile(
    r"\b(locale?(ly)?|dev|develop(er|ers|ment|ing)?|hot[- ]reload|développement|desarrollo|desenvolvimento|"
    r"entwicklung\w*|sviluppo)\b|разработ|本地|开发|開発|로컬|개발",
    re.IGNORECASE,
)
_PRODUCTION = re.compile(
    r"\b(prod|production|productive[ ](?:setup|use|system|environment|deployment|operation)s?|"
    r"produktion|producción|produção|produzione)\b|продакш|生产|生產|本番|프로덕션|운영",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(like|mimic\w*|simulat\w*|emulat\w*|resembl\w*|mirror\w*|(similar|close|identical)[ ]to|near)[- ]+((the|a|our|real)[ ])?$",
    re.IGNORECASE,
)
_ALIKE = re.compile(r"[- ](like|ish|style|similar|equivalent|parity)\b", re.IGNORECASE)
"""Words before and behind the word for production by which something is only compared with it."""

_NEGATED = re.compile(
    r"(\b(not|never|cannot|nicht|pas|não|unsuitable|unfit|instead[ ]of|rather[ ]than|no(?=[ ]+\w+$))\b|n['’]t\b)(\W+\w+){0,6}\W*$|"
    r"\b(non|pre|no)[- ]*$|[不勿非]\w{0,6}$",
    re.IGNORECASE,
)
"""Words that turn round the word for production after them."""

_ON_SERVER = re.compile(
    r"\bvps\b|\bself-?host|\bwe deploy\b|\b(on|to) (the|a|an|your|our|my) (\w+ )?server\b", re.IGNORECASE
)
_UNUSED = re.compile(
    r"\b(experimental|deprecated|unused|obsolete|abandoned|unmaintained|unsupported|minikube|k3d|no longer|nobody uses|"
    r"not (used|supported|maintained))\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[.;!?](?=\s|$)|\n|\s[—–-]\s|[()。；！？]")
_ELSEWHERE = re.compile(r"\b(k8s|kubernetes|kubectl|kustomize|helm|manifests?)\b", re.IGNORECASE)
OF_COMPOSE = re.compile(r"\b(docker|podman)[- ]?compose\b", re.IGNORECASE)
OF_CLUSTER = re.compile(r"\b(kubernetes|k8s|helm|kustomize)\b", re.IGNORECASE)
"""The names of what runs a system, as documents call it without a command."""

_IN_PARENTHESES = re.compile(r"[^,;/|().]{0,60}\(([^()]{1,40})\)")
_LINK = re.compile(r"\]\([^()\s]{1,200}\)")
_OF_PART = re.compile(r"\b(too|also|minikube|kind|k3d|k3s)\b", re.IGNORECASE)
"""Words in parentheses on a part of the uses of a tool, or on something else that is like it."""

_ENUMERATED = re.compile(r"[,;，、；]|\b(?:and|or|und|et|y|e|while|whereas|but)\b|[和与及或]")
"""What stands between the things that a sentence tells apart."""

_LONGEST_ROW = 160
_READ = re.compile(r"(readme|deploy\w*|deployment|installation|install)([._-]\w+)?\.(md|rst|adoc|txt)", re.IGNORECASE)
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+\S")
_FENCED = re.compile(r"[ \t]*(```|~~~)")
_LONGEST_NEGATION = 80
_MOST_DOCUMENTS = 4
_MOST_DOCUMENTS_BELOW = 8
_DEEPEST_DOCUMENT = 2
_MOST_LINES = 4000
_LONGEST_LINE = 400


class CommandPattern(Struct, frozen=True):
    """What a text calls commands, and the words of which each of them has one: most texts have none, and need no search.

    `tool` is what runs a system by them, and `other` what runs it otherwise.
    """

    pattern: re.Pattern[str]
    words: tuple[str, ...]
    tool: re.Pattern[str] = OF_CLUSTER
    other: re.Pattern[str] = OF_COMPOSE

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first command in a text."""
        return self.pattern.search(text) if self.may_be_in(text) else None

    def may_be_in(self, text: str) -> bool:
        """Return True for a text that has one of the words."""
        return any(word in text for word in self.words)


def is_usage_document(path: str) -> bool:
    """Return True for a text that by its name may tell how to run a system."""
    return _READ.fullmatch(path.rpartition(os.sep)[2]) is not None


def use_of(text: str) -> int:
    """Return 1 for words that speak of production, -1 for those of development or no use, 0 for both or neither."""
    if _UNUSED.search(text) is not None:
        return -1
    uses = {use for clause in _CLAUSE.split(text) for use in _uses_in(clause)}
    return sum(uses) if uses else int(_ON_SERVER.search(text) is not None)


def _uses_in(clause: str) -> Iterator[int]:
    if _DEVELOPMENT.search(clause) is not None:
        yield -1
    for match in _PRODUCTION.finditer(clause):
        before = clause[max(0, match.start() - _LONGEST_NEGATION) : match.start()]
        is_compared = _COMPARED.search(before) is not None or _ALIKE.match(clause, match.end()) is not None
        yield -1 if is_compared or _NEGATED.search(before) is not None else 1


def use_in_comments(text: str) -> int:
    """Return what the comments of a compose file say that it is for, without what they say of Kubernetes."""
    clauses = _CLAUSE.split(text)
    # "not for production: see k8s" is about the file too
    return use_of("\n".join(each for each in clauses if _ELSEWHERE.search(each) is None or _speaks_against(each)))


def names_cluster(comments: str) -> bool:
    """Return True for comments of a compose file that name Kubernetes for production: manifests are of the same system then."""
    return any(OF_CLUSTER.search(clause) is not None and use_of(clause) > 0 for clause in _CLAUSE.split(comments))


def _speaks_against(clause: str) -> bool:
    return _DEVELOPMENT.search(clause) is None and {*_uses_in(clause)} == {-1}


def comments_above(text: str) -> str:
    """Return the comments of a file before its first key of several lines, and the name that it gives itself."""
    lines: list[str] = []
    for line in text.splitlines()[:200]:
        if line.startswith("#"):
            lines.append(line)
        elif line.startswith("name:"):
            lines.append(line.partition(":")[2])
        elif line[:1].isalpha() and not line.startswith("version:"):
            break
    return "\n".join(lines)


def usage_texts(names: Iterable[str], directory: str, found: FoundFiles) -> list[str]:
    """Return the texts beside a system that tell how to run it."""
    chosen = sorted(
        (name for name in names if _READ.fullmatch(name)),
        key=lambda name: (not name.lower().startswith("readme"), name),
    )
    return [found.text(os.path.join(directory, name)) for name in chosen[:_MOST_DOCUMENTS]]


def usage_documents(
    paths: Iterable[str], directory: str, found: FoundFiles, command: CommandPattern
) -> Iterator[tuple[str, str]]:
    """Yield the path of each text below a directory that tells how to run a system, and its commands but those for development."""
    likely = sorted((path.count(os.sep), path) for path in paths if _READ.fullmatch(os.path.basename(path)))
    outermost = 0 if directory == "." else directory.count(os.sep) + 1
    for depth, path in likely[:_MOST_DOCUMENTS_BELOW]:
        if depth - outermost <= _DEEPEST_DOCUMENT:
            lines = (line for line, use in _lines_with_uses(found.text(path), command) if use >= 0)
            yield path, "\n".join(lines)


def uses_of_tool(texts: Iterable[str], tool: re.Pattern[str], other: re.Pattern[str]) -> Iterator[int]:
    """Yield what texts say that a tool is for beside its name, and of no other: `Compose (dev)`, or a row `| Production | Helm |`.

    Words in parentheses that name the other tool are about that.
    """
    lines = (line for text in texts for line in text.splitlines()[:_MOST_LINES] if tool.search(line[:_LONGEST_LINE]))
    for line in (_LINK.sub("]", each) for each in lines):
        stated = [
            use_of(inner[1])
            for match in tool.finditer(line[:_LONGEST_LINE])
            if (inner := _IN_PARENTHESES.match(line[:_LONGEST_LINE], match.end())) is not None
            and other.search(inner[1]) is None
            and _OF_PART.search(inner[1]) is None
        ]
        has_other, is_short = other.search(line[:_LONGEST_LINE]) is not None, len(line) <= _LONGEST_ROW
        said = _parts_with(line, tool, other) if has_other and is_short else line if line.count("|") > 2 else ""
        yield from stated or ([use_of(said)] if is_short else [])


def uses_of_directory(texts: Iterable[str], name: str) -> Iterator[int]:
    """Yield what texts say that a directory is for, behind its name in a list: `├── k8s/  # for minikube`."""
    pattern = re.compile(
        rf"^[ \t│├└─|`*+-]*\[?`?(?:\./)?{re.escape(name)}/?`?\]?(?:\([^)]*\))?[ \t]*(?:#|—|–|-|:|←|//|\|)[ \t]*(\S.*)"
    )
    for text in texts:
        lines = (line[:_LONGEST_LINE] for line in text.splitlines()[:_MOST_LINES] if name in line)
        yield from (use_of(match[1]) for line in lines if (match := pattern.match(line)) is not None)


def stated_uses(texts: Iterable[str], command: CommandPattern) -> Iterator[int]:
    """Yield what texts say of each command in them: in its clause, its line, the line above its code or its heading."""
    return (use for text in texts for _, use in _lines_with_uses(text, command))


def _lines_with_uses(text: str, command: CommandPattern) -> Iterator[tuple[str, int]]:
    if not command.may_be_in(text):
        return
    heading = above = ""
    is_code = False
    for line in text.splitlines()[:_MOST_LINES]:
        if _FENCED.match(line):
            is_code = not is_code
        elif not is_code and _HEADING.match(line):
            heading, above = line[:_LONGEST_LINE], ""
        elif line.strip():
            if command.search(line[:_LONGEST_LINE]) is not None:
                clauses = (each for each in _CLAUSE.split(line[:_LONGEST_LINE]) if command.search(each))
                places = (*clauses, line[:_LONGEST_LINE], above, heading)
                said = (_said_of(place, command) for place in places)
                yield line[:_LONGEST_LINE], next((use for place in said if (use := use_of(place))), 0)
            if not is_code or line.lstrip().startswith("#"):
                above = line[:_LONGEST_LINE]


def _said_of(text: str, command: CommandPattern) -> str:
    """Return a text, of one that names both tools what it says of that of a command."""
    if command.tool.search(text) is None or command.other.search(text) is None:
        return text
    return _parts_with(text, command.tool, command.other)


def _parts_with(text: str, tool: re.Pattern[str], other: re.Pattern[str]) -> str:
    """Return the parts of a text that name a tool alone: of `Compose for one command and Helm for production` a half."""
    return "\n".join(each for each in _ENUMERATED.split(text) if tool.search(each) and not other.search(each))
