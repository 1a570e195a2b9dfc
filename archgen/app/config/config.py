"""The optional configuration: `archgen.toml`, or `[tool.archgen]` of a `pyproject.toml`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from archgen.app.config.choice import did_you_mean
from archgen.model.problems import UsageError
from archgen.system.files import CONFIGURATION, MissingFile, read_file

KEYS = (
    "models",
    "select",
    "ignore",
    "severity",
    "persona",
    "min-confidence",
    "fail-on",
    "baseline",
    "pages",
    "rules",
    "rule-files",
    "plugins",
    "thresholds",
    "per-model",
)


def root_of(directory: str) -> str:
    """The project that a directory is in: the nearest one above with a configuration or a repository, else itself."""
    here = os.path.abspath(directory)
    while True:
        if any(os.path.exists(os.path.join(here, name)) for name in ("archgen.toml", "pyproject.toml", ".git")):
            return here
        above = os.path.dirname(here)
        if above == here:
            return os.path.abspath(directory)
        here = above


def repository_of(directory: str) -> str:
    """The nearest directory above that holds a repository, else the project: what a configuration names lies in it."""
    here = os.path.abspath(directory)
    while not os.path.exists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            return root_of(directory)
        here = above
    return here


def configured_models() -> tuple[str, ...] | None:
    """The files that `models = [...]` matches, relative to the working directory; None where nothing is said."""
    file, table = configured()
    if "models" not in table:
        return None
    patterns = table["models"]
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        raise UsageError(f'{file}: `models` is a list of patterns, such as ["models/*.arch.yaml"]')
    return _matching(file, patterns)


def configured() -> tuple[str, dict[str, Any]]:
    """The file of the configuration and what it says; nothing where there is none."""
    file, table = _table()
    unknown = sorted(set(table) - set(KEYS))
    if unknown:
        raise UsageError(
            f"{file}: unknown key `{unknown[0]}`{did_you_mean(unknown[0], KEYS)}; known: {', '.join(KEYS)}"
        )
    return file, table


def use_configuration(file: str | None) -> None:
    """Take the configuration from a file that the command line names; None for the nearest one above."""
    _declared[:] = [file] if file is not None else []


_declared: list[str] = []
"""The file of `--config`, in this run."""


def beside_configuration(file: str, path: str) -> str:
    """Return a path that a configuration states, relative to the working directory instead of its own."""
    directory = os.path.dirname(file)
    return os.path.normpath(os.path.join(directory, path)) if directory and not os.path.isabs(path) else path


def _matching(file: str, patterns: list[str]) -> tuple[str, ...]:
    from archgen.app.config.patterns import matching

    directory = os.path.dirname(file)
    matched: dict[str, None] = {}
    for pattern in patterns:
        files = sorted(matching(file, pattern, directory or "."), key=natural)
        if not files:
            raise UsageError(f"{file}: `{pattern}` matches no file; correct the pattern")
        matched.update(dict.fromkeys(beside_configuration(file, each) for each in files))
    if not matched:
        raise UsageError(f"{file}: `models` is empty; name at least one pattern")
    return tuple(matched)


def _table() -> tuple[str, dict[str, Any]]:
    if _declared:
        return _declared[0], _section(_declared[0])
    for directory in _above():
        file = os.path.join(directory, "archgen.toml")
        if os.path.lexists(file) and _is_trusted(file):
            return file, parsed(file)
        file = os.path.join(directory, "pyproject.toml")
        if _mentions_archgen(file):
            return file, _section(file)
    return "", {}


def _section(file: str) -> dict[str, Any]:
    """Return the table of a configuration; that of a `pyproject.toml` is one among others."""
    content = parsed(file)
    if os.path.basename(file) != "pyproject.toml":
        return content
    tool = content.get("tool", {})
    table = tool.get("archgen", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise UsageError(f"{file}: [tool.archgen] is a table")
    return table


def _above() -> Iterator[str]:
    """Yield the directories that may hold the configuration, the nearest first, relative to the working directory.

    They end at the root of the repository, or at the home directory; outside of both there is only the working directory.
    """
    here = os.getcwd()
    ends = {os.path.realpath(os.path.expanduser("~"))}
    directories = [here]
    while not os.path.exists(os.path.join(directories[-1], ".git")) and os.path.realpath(directories[-1]) not in ends:
        above = os.path.dirname(directories[-1])
        if above == directories[-1]:
            directories = [here]
            break
        directories.append(above)
    yield ""
    yield from (os.path.relpath(directory, here) for directory in directories[1:])


def _is_trusted(file: str) -> bool:
    """Return True if a file above the working directory belongs to the user, or to the owner of that directory.

    Another user could place a file above a directory of this one.
    """
    if not os.path.dirname(file) or not hasattr(os, "getuid"):
        return True
    return os.lstat(file).st_uid in (os.getuid(), os.stat(".").st_uid)


def _mentions_archgen(file: str) -> bool:
    """Return True if a `pyproject.toml` mentions archgen; the TOML parser is imported only then."""
    return os.path.lexists(file) and _is_trusted(file) and b"tool.archgen" in _content(file)


def _content(file: str) -> bytes:
    is_named = file in _declared
    try:
        around = repository_of(os.path.dirname(os.path.abspath(file)))
        return read_file(file, CONFIGURATION, None if is_named else around)
    except MissingFile as error:
        if os.path.islink(file):
            raise
        reason = "--config" if is_named else "the configuration"
        raise UsageError(f"there is no file {file}, and {reason} names it") from error


def parsed(file: str) -> dict[str, Any]:
    """Return what a TOML file says; UsageError if it isn't one, or is deeper than any configuration."""
    from archgen.app.config.toml import parse_toml

    return parse_toml(file, _content(file))


def natural(name: str) -> tuple[tuple[str, int], ...]:
    """A sort key under which `2-a` comes before `10-b`."""
    parts: list[tuple[str, int]] = []
    word = digits = ""
    for char in name:
        if char in "0123456789":
            digits += char
            continue
        if digits:
            parts.append((word, int(digits[:18])))
            word = digits = ""
        word += char
    return (*parts, (word, int(digits[:18] or "0")))
