"""Syntax errors of YAML in words, at their positions."""

from __future__ import annotations

import re

import yaml

from archgen.language.yaml.faults import SourceProblem
from archgen.language.yaml.tree import pack

DEEPEST = 100
"""Collections in each other; libyaml has a limit of its own above that."""

_RARE_BREAKS = ("\r\n", "\r", "\x85", "\u2028", "\u2029")

LINE_BREAK = re.compile(f"{_RARE_BREAKS[0]}|[\n{''.join(_RARE_BREAKS[1:])}]")
"""Where a line ends for YAML 1.1, whose parser counts them (https://yaml.org/spec/1.1/#id871136)."""

_BEGINS = r"( *)(?:(?:- +)?[^\s#\"'\[{][^:#]*(?=:(?:\s|$))|(?=- ))"
"""The indentation of a line and the key that it begins with, up to its colon, or the dash."""

_STATED = r" *(?:- +)?[^\s#\"'\[{][^:#]*: +[^\s#|>&*!]"
"""A line that begins with a key and states a value for it, which is no block of text.

These two are compiled where a file is no YAML, and not at every start.
"""

TOO_DEEP = f"nesting must be at most {DEEPEST} levels deep"


def explain_forbidden_character(file: int, text: str) -> SourceProblem:
    """Return the first character that YAML does not allow (https://yaml.org/spec/1.2.2/#51-character-set)."""
    match = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    at = match.start() if match else 0
    message = f"the character U+{ord(text[at : at + 1] or chr(0)):04X} isn't allowed in YAML"
    fix = "Remove it; if the file isn't text, name the file of the model instead."
    return SourceProblem(position_of(file, text, at), message, fix)


def position_of(file: int, text: str, offset: int) -> int:
    """Return the position of a character of a text, by YAML's line breaks."""
    lines = LINE_BREAK.split(text[:offset])
    return pack(file, len(lines) - 1, len(lines[-1]))


def lines_of(text: str) -> tuple[str, ...]:
    """Return the lines of a text by YAML's line breaks, which don't include the form feed."""
    # a pattern takes six times as long
    for line_break in _RARE_BREAKS:
        text = text.replace(line_break, "\n")
    lines = text.split("\n")
    return tuple(lines if lines[-1] else lines[:-1])


def explain_syntax_error(error: yaml.YAMLError, file: int, text: str) -> SourceProblem:
    """Return a parser's error as a problem: its position, its cause and its fix."""
    begun = getattr(error, "context_mark", None)
    mark = getattr(error, "problem_mark", None) or begun
    problem = str(getattr(error, "problem", None) or getattr(error, "context", None) or "the text can't be read")
    lines = lines_of(text)
    if mark is not None and mark.line >= len(lines) and "',' or" in problem:
        problem = "end of stream"
    if begun is not None and "end of stream" in problem:
        mark = begun
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if line >= len(lines):
        line, column = max(0, len(lines) - 1), len(lines[-1]) if lines else 0
    written = lines[line] if lines else ""
    indented = _indented(error, lines) if isinstance(error, yaml.MarkedYAMLError) else None
    if indented is not None:
        return SourceProblem(pack(file, line, len(written) - len(written.lstrip(" "))), *indented)
    message, fix = _syntax_words(problem, written, column)
    if begun is not None and begun.line < line:
        message += f"; its block begins on line {begun.line + 1}"
    return SourceProblem(pack(file, line, column), message, fix)


def _indented(error: yaml.MarkedYAMLError, lines: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the message and fix if the beginning of a line is at fault, None if the rest of it is."""
    mark, around, context = error.problem_mark, error.context_mark, str(error.context or "")
    begins = re.match(_BEGINS, lines[mark.line]) if mark is not None and mark.line < len(lines) else None
    if mark is None or begins is None or mark.column not in (begins.end(1), begins.end()):
        return None
    misplaced = context.startswith("while parsing a block")
    above = next(
        (text for text in reversed(lines[: mark.line]) if text.strip() and not text.lstrip().startswith("#")), ""
    )
    deeper = begins.end(1) > len(above) - len(above.lstrip(" "))
    if deeper and re.match(_STATED, above) and (misplaced or "mapping values" in str(error.problem)):
        message = "this line is indented deeper than the line above, which already has a value"
        return message, "Begin both lines in the same column; if they are one text, quote it."
    if not misplaced or around is None:
        return None
    if begins.end(1) != around.column:
        message = "indentation doesn't match any enclosing block"
        return message, "Begin the line in the column of its block."
    if "mapping" in context:
        bare = begins.end() == begins.end(1)
        fix = "Remove the dash, and end the name with a colon." if bare else "Remove the dash."
        return "a list item is among keys", fix
    return (
        "a key is among list items",
        "Begin it with a dash, or change its indentation.",
    )


def _syntax_words(problem: str, written: str, column: int) -> tuple[str, str]:
    start = written[column : column + 1]
    what = "message" if "->" in written else "value"
    quote = f"quote the {what}, as in `… : 'text: with signs'`."
    if "\t" in written[: column + 1] and not written[: column + 1].strip():
        return "this line is indented with a tab; YAML allows only spaces", "Replace the tab with spaces."
    if "cannot start any token" in problem:
        sign = "a backtick" if start == "`" else f"`{start}`"
        return f"a plain text can't begin with {sign}", f"If it is text, {quote}"
    if "nesting" in problem:
        return TOO_DEEP, "Reduce the nesting."
    if "mapping values are not allowed" in problem:
        return "a colon and a space begin a value inside another value", f"If it is part of a text, {quote}"
    if "sequence entries are not allowed" in problem:
        return "a dash begins a list inside another value", f"If it is part of a text, {quote}"
    if "end of stream" in problem:
        return "the quotes or brackets that begin here are never closed", "Close them."
    message = f"invalid YAML: {problem}"
    return message, f"Check the indentation, brackets and quotes here; if it is part of a text, {quote}"
