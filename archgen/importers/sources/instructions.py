"""The instructions of a recipe of an image, and the files that they write: documents in it, and what commands print into a file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

_INSTRUCTION = re.compile(r"\s*(FROM|COPY|ADD|ENV|ARG|CMD|ENTRYPOINT|RUN|WORKDIR|EXPOSE)\s+(.*)", re.IGNORECASE)
_CONTINUED = re.compile(r"\\\s*$")

_DOCUMENT = re.compile(r"(?<!<)<<(-?)[ \t]*([\"']?)([A-Za-z_][\w.-]*)\2")
"""The beginning of a document in a recipe or a shell, with the word that ends it."""

_PLAIN = r"\\[\\\"']|\\(?!\n)|[^\s\"'<>|;&\\]"


def _prints(blank: str) -> re.Pattern[str]:
    """Return the pattern of a command that prints words, and of the absolute path of the file that it prints them into, if any.

    It takes the words of each command, so that no word is read again as the beginning of another one.
    """
    return re.compile(
        rf"\b(echo|printf)((?:{blank}+(?:\"(?:\\.|[^\"\\])*\"|'[^']*'|{_PLAIN})+)+)"
        rf"(?:{blank}*(?:\|\s*(?:sudo\s+)?tee(?:\s+(-a))?|(>>?))\s*([\"']?)(/[\w./-]+)\5)?",
        re.DOTALL,
    )


_PRINTS = _prints(r"\s")
"""A command of a continued line: all lines are one."""

_PRINTS_IN_DOCUMENT = _prints(r"(?:[^\S\n]|\\\n)")
"""A command of a document: it ends with its line."""

_INTO = re.compile(r"(?:>>?|\btee(?:\s+-a)?)\s*[\"']?(/[\w./-]+)")
_WORD = re.compile(r"\"((?:\\.|[^\"\\])*)\"|'([^']*)'|((?:\\[\\\"']|\\(?!\n)|[^\s\"'\\])+)", re.DOTALL)
_ESCAPED = re.compile(r"\\([$`\"\\])")
_LINES = re.compile(r"\\n")
_OPTION = re.compile(r"-[neE]{1,3}")
_MOST_LINES = 2000
_LONGEST = 1 << 16


class Instruction(Struct, frozen=True):
    """An instruction: its word, the rest of it with continued lines as one, the number of its first line, and all its lines.

    The documents that it begins are among these.
    """

    word: str
    rest: str
    line: int
    body: str


class WrittenFile(Struct, frozen=True):
    """A text that is written to a place in an image; `line` is that of the recipe before it."""

    target: str
    text: str
    line: int


def instructions_of(text: str) -> Iterator[Instruction]:
    """Yield the instructions of a recipe that matter."""
    lines = text.splitlines()[:_MOST_LINES]
    number = 0
    while number < len(lines):
        first, line = number, lines[number]
        while line.rstrip().endswith("\\") and number + 1 < len(lines):
            number += 1
            line = f"{line.rstrip()[:-1]} {lines[number]}"
        number += 1
        match = _INSTRUCTION.fullmatch(line)
        if match is None:
            continue
        last = number
        for document in _DOCUMENT.finditer(line) if match[1].upper() in ("COPY", "ADD", "RUN") else ():
            closing = next((place for place in range(last, len(lines)) if lines[place].strip() == document[3]), None)
            last = last if closing is None else closing + 1
        # a line that is continued ends with a sign of the shell, unless a document holds it
        body = [_CONTINUED.sub("", each) for each in lines[first:number]] + lines[number:last]
        number = last
        yield Instruction(match[1].upper(), match[2].strip(), first + 1, "\n".join(body).lstrip()[len(match[1]) :])


def files_written(instruction: Instruction) -> Iterator[WrittenFile]:
    """Yield the files that an instruction writes; what several commands add to one file is one text."""
    body, line = instruction.body[:_LONGEST], instruction.line
    texts: dict[str, tuple[str, int]] = {}
    for target, text, place in sorted(_pieces(instruction.word, body), key=lambda piece: piece[2]):
        before, first = texts.get(target, ("", line - 1 + body.count("\n", 0, place)))
        texts[target] = before + text, first
    yield from (WrittenFile(target, text, first) for target, (text, first) in texts.items())


def _pieces(word: str, body: str) -> Iterator[tuple[str, str, int]]:
    """Yield the target and the text of each document and each command that prints, with its place."""
    head, newline, rest = body.partition("\n")
    start = len(head) + len(newline)
    documents = [*_DOCUMENT.finditer(head)]
    for match in documents:
        lines = rest.split("\n")
        end = next((index for index, each in enumerate(lines) if each.strip("\t ") == match[3]), len(lines))
        text = "".join(f"{each}\n" for each in lines[:end])
        if word in ("COPY", "ADD"):
            target = head.split()[-1].strip("\"'")
        else:
            into = _INTO.search(head)
            target = into[1] if into is not None else ""
        if target.startswith("/"):
            yield target, text if match[2] else _ESCAPED.sub(r"\1", text), start
        elif word == "RUN":
            yield from ((name, each, start + place) for name, each, place in _printed(text, _PRINTS_IN_DOCUMENT))
        rest = "\n".join(lines[end + 1 :])
        start += sum(len(each) + 1 for each in lines[: end + 1])
    if not documents and word == "RUN":
        yield from _printed(body, _PRINTS)


def _printed(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, str, int]]:
    for match in pattern.finditer(text):
        if match[6] is None:
            continue
        words = [_value(each) for each in _WORD.finditer(match[2])]
        while words and _OPTION.fullmatch(words[0]):
            words.pop(0)
        if match[1] == "printf" and len(words) > 1 and words[0].count("%s") == 1:
            words = [words[0].replace("%s", each) for each in words[1:]]
        written = (" " if match[1] == "echo" else "").join(words)
        yield match[6], f"{_LINES.sub(chr(10), written)}\n", match.start(2) + 1


def _value(word: re.Match[str]) -> str:
    """Return what a shell makes of a word; a dollar before a name stays, as the file may mean it."""
    return (
        _ESCAPED.sub(r"\1", word[1])
        if word[1] is not None
        else word[2]
        if word[2] is not None
        else _ESCAPED.sub(r"\1", word[3])
    )
