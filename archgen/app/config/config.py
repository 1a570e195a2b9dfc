"""The optional configuration: `archgen.toml`, or `[tool.archgen]` of a `pyproject.toml`."""

from __future__ import annotations

import os
from typing import Any

from archgen.app.config.choice import nearest
from archgen.model.problems import UsageError
from archgen.system.files import CONFIGURATION, MissingFile, read_file

KEYS = (
    "models",
    "select",
    "ignore",
    "severity",
    "persona",
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
        raise UsageError(f"{file}: unknown key `{unknown[0]}`{nearest(unknown[0], KEYS)}; known: {', '.join(KEYS)}")
    return file, table


def _matching(file: str, patterns: list[str]) -> tuple[str, ...]:
    from archgen.app.config.patterns import matching

    matched: dict[str, None] = {}
    for pattern in patterns:
        files = sorted(matching(file, pattern, "."), key=natural)
        if not files:
            raise UsageError(f"{file}: `{pattern}` matches no file; correct the pattern")
        matched.update(dict.fromkeys(files))
    if not matched:
        raise UsageError(f"{file}: `models` is empty; name at least one pattern")
    return tuple(matched)


def _table() -> tuple[str, dict[str, Any]]:
    if os.path.lexists("archgen.toml"):
        return "archgen.toml", parsed("archgen.toml")
    if not _mentioned():
        return "", {}
    tool = parsed("pyproject.toml").get("tool", {})
    table = tool.get("archgen", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise UsageError("pyproject.toml: [tool.archgen] is a table")
    return "pyproject.toml", table


def _mentioned() -> bool:
    """Return True if a `pyproject.toml` mentions archgen; the TOML parser is imported only then."""
    if not os.path.lexists("pyproject.toml"):
        return False
    return b"tool.archgen" in _content("pyproject.toml")


def _content(file: str) -> bytes:
    try:
        return read_file(file, CONFIGURATION, repository_of(os.getcwd()))
    except MissingFile as error:
        if os.path.islink(file):
            raise
        raise UsageError(f"there is no file {file}, and the configuration names it") from error


def parsed(file: str) -> dict[str, Any]:
    """Return what a TOML file says; UsageError if it isn't one, or is deeper than any configuration."""
    from archgen.app.config.toml import parse

    return parse(file, _content(file))


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
