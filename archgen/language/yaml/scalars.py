"""Values of scalars: the core types of YAML 1.2, and the durations, rates and percentages of the language."""

from __future__ import annotations

import re
from ipaddress import ip_network
from math import isfinite

from archgen.model.durations import SECONDS

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("null", "Null", "NULL", "~", "")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_OTHER_BASE = r"0o[0-7]+|0x[0-9a-fA-F]+"
_LONGEST_NUMBER = 64
_LARGEST_WHOLE = 2.0**53

FIRST_OF_OTHER_TYPES = frozenset("0123456789+-.~nNtTfF")
"""A plain scalar that begins otherwise is text."""


def resolve(text: str) -> str | int | float | bool | None:
    """Return the value of a plain scalar by YAML 1.2's core schema (https://yaml.org/spec/1.2.2/#103-core-schema).

    A whole number is one however it is written (`2.0`), as JSON Schema has it. Infinities, not-a-number and numbers of
    more than 64 characters stay text: nothing in the language is so large.
    """
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _LONGEST_NUMBER or text[0] > "9":
        return text
    digits = text[1:] if text[0] in "-+" else text
    if digits.isdecimal() and digits.isascii():
        return int(text)
    if _NUMBER.fullmatch(text):
        number = float(text)
        if number.is_integer() and abs(number) < _LARGEST_WHOLE:
            return int(number)
        return number if isfinite(number) else text
    return int(text, 0) if text[0] == "0" and re.fullmatch(_OTHER_BASE, text) else text


def seconds(text: str) -> float:
    """Return the seconds of a duration such as `15m`, `24h` or `1.5d`; a bare number is in seconds."""
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz ")
    return float(number) * SECONDS[text[len(number) :].strip() or "s"]


def parse_rate(text: str) -> float:
    """Return the events per second of a rate such as `200/s` or `30/min`."""
    number, _, unit = text.partition("/")
    return float(number) / SECONDS[unit.strip()]


def probability(text: str) -> float:
    """Return the probability that `99.95%` or `0.9995` states."""
    # a shift of the decimal point, where a division would leave 0.9990000000000001
    return float(f"{text[:-1].strip()}e-2") if text.endswith("%") else float(text)


def shorten(text: str) -> str:
    """Return a user's text for a message: one line of at most 60 characters, without control characters."""
    line = " ".join(text[:200].split())
    safe = "".join(char if char.isprintable() else repr(char)[1:-1] for char in line)
    return safe if len(safe) <= 60 and len(text) <= 200 else safe[:59] + "…"


def is_ip_or_network(text: str) -> bool:
    """Return True if a text is an IP address or a network such as `10.0.0.0/8`."""
    if "/" not in text and ":" not in text:
        parts = text.split(".")
        return len(parts) == 4 and all(part.isdecimal() and part.isascii() and int(part[:4]) < 256 for part in parts)
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
