"""The libraries that the source of a program imports, each with its place."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator

from archgen.importers.facts import ImportedLibrary, Origin
from archgen.importers.sources.calls.literal_addresses import working_files
from archgen.importers.sources.reading import CodeText

_OF_SCRIPTS = re.compile(
    r"""\b(?:from[ \t]*|require\([ \t]*|import\([ \t]*|(import)[ \t]*)["']([\w@][\w@./-]{0,120})["']"""
)
"""A library in quotes behind a word; to search for lines with such words takes ten times as long."""

_MOST_BEFORE = 200
_OF_SERVERS = re.compile(r"(^|/)(api|server|actions)/|(^|/)(route|middleware|[\w-]+\.server)\.[jt]sx?$")
"""Paths of scripts that run on the server of a framework for pages."""

_TYPES = re.compile(r"^[ \t]*(?:import|export)[ \t]+type\b")
_IMPORTS = {
    ".py": re.compile(r"^([ \t]*)(?:from|import)[ \t]+([A-Za-z][\w.]{0,120})", re.MULTILINE),
    ".go": re.compile(r"^()\s*(?:import +)?(?:[\w.]+ +)?\"([\w./@~-]{3,120}\.[\w./@~-]{2,120})\"[ \t]*$", re.MULTILINE),
    ".cs": re.compile(r"^()using[ \t]+([A-Z][\w.]{0,120});", re.MULTILINE),
    ".php": re.compile(r"^()use[ \t]+([A-Z][\w\\]{0,120})", re.MULTILINE),
    ".rb": re.compile(r"^([ \t]*)require[ \t]+[\"']([\w/-]{1,120})[\"']", re.MULTILINE),
    ".rs": re.compile(r"^()(?:pub )?use[ \t]+([a-z]\w{0,120})::", re.MULTILINE),
    **dict.fromkeys((".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx"), _OF_SCRIPTS),
    **dict.fromkeys(
        (".java", ".kt", ".scala"), re.compile(r"^()import[ \t]+(?:static )?([a-z][\w.]{0,120})", re.MULTILINE)
    ),
}
"""How languages import a library: what indents the line, and the name."""

_MADE = re.compile(
    r"\b(?:boto3|session|_?aws_session)\.(?:client|resource)\(\s*(?:service_name\s*=\s*)?[\"'](\w{2,20})[\"']"
    r"|\bnew AWS\.(\w{2,20})(?:\.DocumentClient)?\("
)
"""A client that a library for all services of Amazon makes for one of them."""

_OF_AMAZON = re.compile(r"^@?aws-sdk/|aws-sdk-go|awssdk|amazonaws|^Amazon\.|^aws_sdk_")
_LED_AT_AMAZON = re.compile(
    r"endpoint|force_?path_?style|localstack|minio|\bif\b[ (!]*[\w.]*(?:aws|s3|sqs|sns|bucket|queue|table)\w*",
    re.IGNORECASE,
)
"""What leads a client to what imitates a service of Amazon, or uses it only if a setting is there."""

_LED = re.compile(r"(base_?ur[il]|api_?base)\s*[=:(]|azureopenai", re.IGNORECASE)
"""What leads a client elsewhere than to its provider, or to a place of one's own there."""


def imported_libraries(
    files: Iterable[CodeText], libraries: str, is_meant: Callable[[str], bool]
) -> Iterator[ImportedLibrary]:
    """Yield the libraries meant of those that the sources of a program import; `libraries` are its packages, in small letters.

    What is imported inside of something is for some work alone, and a source that sets an address may call another one.
    """
    kept = [*working_files(files, libraries)]
    paths = [posixpath.splitext(file.path)[0].split("/") for file, _ in kept]
    own = {".".join(parts[place : place + count]) for parts in paths for place in range(len(parts)) for count in (1, 2)}
    for file, is_for_browsers in kept:
        pattern = _IMPORTS.get(posixpath.splitext(file.path)[1])
        if pattern is None or (is_for_browsers and _OF_SERVERS.search(file.path) is None):
            continue
        led: dict[re.Pattern[str], bool] = {}
        imports = _in_scripts(file.bare) if pattern is _OF_SCRIPTS else _in_lines(pattern, file.bare)
        for words, indent, name in imports:
            # a module of the program itself may be called like what it uses
            if is_meant(name) and _TYPES.match(words) is None and _module_of(file.path, name) not in own:
                line = file.text.count("\n", 0, max(file.text.find(words.strip()), 0)) + 1
                leading = _LED_AT_AMAZON if _OF_AMAZON.search(name) is not None else _LED
                if leading not in led:
                    led[leading] = leading.search(file.bare) is not None
                yield ImportedLibrary(name, bool(indent), led[leading], Origin(file.path, line))
        for match in _MADE.finditer(file.bare) if "boto3" in file.bare or "aws-sdk" in file.bare else ():
            line = file.text.count("\n", 0, max(file.text.find(match[0]), 0)) + 1
            is_led = _LED_AT_AMAZON.search(file.bare) is not None
            yield ImportedLibrary(f"aws-sdk/{match[1] or match[2]}", False, is_led, Origin(file.path, line))


def _in_lines(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the words by which lines import libraries, what indents each, and the name."""
    yield from ((match[0], match[1], match[2]) for match in pattern.finditer(text))


def _in_scripts(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the same of JavaScript: the first library of each line."""
    last = -1
    for match in _OF_SCRIPTS.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        before = text[start : match.start()]
        indent = before[: len(before) - len(before.lstrip(" \t"))]
        if start != last and len(before) - len(indent) <= _MOST_BEFORE and not (match[1] and before.strip(" \t")):
            last = start
            yield text[start : match.end()], indent, match[2]


def _module_of(path: str, name: str) -> str:
    """Return the first word of the name of a library; in Java, where a domain comes first, the first two."""
    words = re.split(r"[./:\\]", name)
    return ".".join(words[: 2 if path.endswith((".java", ".kt", ".scala")) else 1])
