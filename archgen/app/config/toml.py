"""TOML that others wrote: parsed within bounds, and refused with a sentence whatever is wrong with it."""

from __future__ import annotations

from typing import Any

from archgen.model.problems import UsageError

MOST_PARTS = 100
"""Parts of a dotted key (`a.b.c`): the parser's time grows with their square."""

DEEPEST = 32
_WIDEST = 64


def parse_toml(file: str, content: bytes) -> dict[str, Any]:
    """Return what a TOML file says; UsageError if it can't be read, or holds what no configuration needs."""
    import tomllib

    text = _text(file, content)
    _check_keys(file, text)
    try:
        table = tomllib.loads(text)
    except RecursionError as error:
        raise _too_deep(file) from error
    except ValueError as error:
        raise UsageError(f"{file}: not valid TOML: {_brief(str(error))}; correct the file") from error
    _check_values(file, table)
    return table


def _brief(words: str) -> str:
    """Return the words without what the interpreter says to its own programmers."""
    return "an integer has too many digits" if words.startswith("Exceeds the limit") else words[:200]


def _text(file: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{file}:{line}: must be UTF-8 text; got the byte 0x{content[error.start]:02x}; save it as UTF-8"
        ) from error


def _check_keys(file: str, text: str) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") >= MOST_PARTS and line.partition("=")[0].count(".") >= MOST_PARTS:
            raise UsageError(f"{file}:{number}: a key must have fewer than {MOST_PARTS} parts; shorten it")


def _too_deep(file: str) -> UsageError:
    return UsageError(f"{file}: tables and arrays must be nested at most {DEEPEST} deep; got more; flatten them")


def _check_values(file: str, table: dict[str, Any]) -> None:
    """Refuse what other code could fail on: recursion, and integers that can't be printed."""
    left: list[tuple[Any, int]] = [(table, 0)]
    while left:
        value, depth = left.pop()
        if depth > DEEPEST:
            raise _too_deep(file)
        if isinstance(value, dict | list):
            left += ((each, depth + 1) for each in (value.values() if isinstance(value, dict) else value))
        elif isinstance(value, int) and value.bit_length() > _WIDEST:
            raise UsageError(
                f"{file}: an integer must have at most {_WIDEST} bits; got {value.bit_length()}; shorten it"
            )
