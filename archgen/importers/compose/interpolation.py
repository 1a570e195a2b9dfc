"""Variables in the values of a compose file, from the `.env` file beside it; the environment of the process is not read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from archgen.importers.secrets import is_secret_name, without_secret

_VARIABLE = re.compile(
    r"\$(?:\$|([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])((?:[^{}]|\{[^{}]*\})*))?\})"
)
_ANSWERED = (":-", "-", ":+", "+")
"""Operators of variables that say what stands for an unset one."""

OF_SHELL = {"PWD": "."}
"""What each shell sets: Compose is started in the directory of its files."""

_COMMENT = re.compile(r"(?:^|\s+)#.*")
_MOST_NESTED = 5
_LONGEST = 20_000


def interpolate(text: str, variables: Mapping[str, str], depth: int = 0) -> str:
    """Return a text with its variables put in; what is a secret by its name, or unknown, becomes empty."""
    if "$" not in text or depth > _MOST_NESTED:
        return text

    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        name, operator, word = match[1] or match[2], match[3] or "", match[4] or ""
        if name in OF_SHELL:
            return OF_SHELL[name]
        present = variables.get(name)
        if operator.endswith("+"):
            return without_secret(name, interpolate(word, variables, depth + 1) if present else "")
        if present is not None and (present or not operator.startswith(":")):
            return without_secret(name, present)
        return without_secret(name, interpolate(word, variables, depth + 1) if operator.endswith("-") else "")

    return _VARIABLE.sub(value, text[:_LONGEST])[:_LONGEST]


def leaves_open(text: str, variables: Mapping[str, str]) -> bool:
    """Return True for a text with a variable that no file sets, or whose value is a secret, and for which nothing stands in."""
    names = (
        match[1] or match[2]
        for match in _VARIABLE.finditer(text)
        if match[0] != "$$" and (match[3] or "") not in _ANSWERED
    )
    return any(
        name not in OF_SHELL
        and (name not in variables or (is_secret_name(name) and not without_secret(name, variables[name])))
        for name in names
    )


_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*[=:]\s*(.*?)\s*")


def env_file_variables(data: bytes) -> dict[str, tuple[str, int]]:
    """Return the variables of an env file, each with its line."""
    variables: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        match = None if line.lstrip().startswith("#") else _ASSIGNMENT.fullmatch(line[:_LONGEST])
        if match is not None:
            variables[match[1]] = (_value(match[2]), number)
    return variables


def _value(text: str) -> str:
    """Return a value without its quotes, or without the comment behind it."""
    if text[:1] in ("'", '"'):
        end = text.find(text[0], 1)
        return text[1:end] if end > 0 else text
    return _COMMENT.sub("", text) if "#" in text else text


def expanded_variables(data: bytes, outer: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    """Return the variables of an env file with those put in that stand above them, or in what is read before the file."""
    values: dict[str, str] = {**outer}
    variables: dict[str, tuple[str, int]] = {}
    for name, (text, line) in env_file_variables(data).items():
        values[name] = interpolate(text, values)
        variables[name] = (values[name], line)
    return variables
