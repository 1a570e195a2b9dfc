"""Functions of templates that few charts use: of paths, numbers, lists and texts in other forms."""

from __future__ import annotations

import base64
import json
import math
import posixpath
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus, urlsplit

from archgen.importers.charts.functions import FUNCTIONS, TO_BE_SET, shown
from archgen.importers.charts.syntax import NotUnderstood
from archgen.importers.charts.values import plain
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable

_MOST = 100
_LONGEST = 10_000
_DAY = "2000-01-01"
"""A day that stands for the one on which a chart is installed."""


def _number(value: Any) -> int | float:
    number: int | float = FUNCTIONS["float64"](value)
    return int(number) if float(number).is_integer() else number


def _of_yaml(text: Any) -> Any:
    try:
        roots = read_documents(shown(text).encode())
    except Unreadable as problem:
        raise NotUnderstood("a text that is no YAML") from problem
    return plain(roots[0]) if roots else {}


def _kind_of(value: Any) -> str:
    names = {dict: "map", list: "slice", str: "string", bool: "bool", int: "int", float: "float64"}
    return next((name for kind, name in names.items() if type(value) is kind), "invalid")


def _range(first: Any, last: Any, step: Any) -> list[int]:
    if int(step) == 0:
        raise NotUnderstood("steps of nothing")
    return [*range(int(first), int(last), int(step))[:_MOST]]


def _seq(*words: Any) -> str:
    first, step, last = {1: (1, 1, *words), 2: (words[0], 1, words[-1]), 3: words}[len(words)]
    end = int(last) + (1 if int(step) > 0 else -1)
    return " ".join(map(str, _range(first, end, step)))


def _decoded(text: Any) -> str:
    return base64.b64decode(shown(text)[:_LONGEST]).decode("utf-8", "replace")


def _parts_of_url(text: Any) -> dict[str, Any]:
    parts = urlsplit(shown(text))
    return {"scheme": parts.scheme, "host": parts.netloc.rpartition("@")[2], "hostname": parts.hostname or "", "path": parts.path,
            "query": parts.query, "fragment": parts.fragment, "userinfo": "", "opaque": ""}  # fmt: skip


def _sub(text: Any, first: Any, last: Any) -> str:
    return shown(text)[max(int(first), 0) : int(last) if int(last) >= 0 else None]


def _slice(items: Any, *ends: Any) -> Any:
    return items[int(ends[0]) if ends else 0 : int(ends[1]) if len(ends) > 1 else None]


def _humps(text: Any) -> str:
    return "".join(word.title() for word in re.split(r"[-_\s]+", shown(text)))


def _divided(one: Any, other: Any) -> int:
    return int(_number(one) / _number(other))


FURTHER_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "base": lambda path: posixpath.basename(shown(path)),
    "dir": lambda path: posixpath.dirname(shown(path)) or ".",
    "ext": lambda path: posixpath.splitext(shown(path))[1],
    "clean": lambda path: posixpath.normpath(shown(path)),
    "nospace": lambda text: re.sub(r"\s", "", shown(text)),
    "untitle": lambda text: shown(text)[:1].lower() + shown(text)[1:],
    "repeat": lambda count, text: shown(text)[:_LONGEST] * min(int(count), _MOST),
    "substr": lambda first, last, text: _sub(text, first, last),
    "abbrev": lambda count, text: shown(text) if len(shown(text)) <= int(count) else f"{shown(text)[: int(count) - 3]}...",
    "snakecase": lambda text: re.sub(r"(?<=[a-z0-9])(?=[A-Z])|-", "_", shown(text)).lower(),
    "camelcase": _humps,
    "cat": lambda *values: " ".join(shown(each) for each in values if each is not None),
    "urlquery": lambda text: quote_plus(shown(text)),
    "urlParse": _parts_of_url,
    "b64dec": _decoded,
    "div": _divided,
    "mod": lambda one, other: int(_number(one)) % int(_number(other)),
    "max": lambda *values: max(map(_number, values)),
    "min": lambda *values: min(map(_number, values)),
    "floor": lambda value: math.floor(_number(value)),
    "ceil": lambda value: math.ceil(_number(value)),
    "round": lambda value, places: round(_number(value), int(places)),
    "untilStep": _range,
    "seq": _seq,
    "kindOf": _kind_of,
    "typeOf": _kind_of,
    "toStrings": lambda items: [*map(shown, items or [])],
    "without": lambda items, *others: [each for each in items if each not in others],
    "reverse": lambda items: [*reversed(items)],
    "initial": lambda items: items[:-1],
    "slice": _slice,
    "pluck": lambda key, *values: [each[key] for each in values if key in each],
    "toRawJson": lambda value: json.dumps(value, separators=(",", ":")),
    "toPrettyJson": lambda value: json.dumps(value, indent=2),
    "fromYaml": _of_yaml,
    "fromJson": _of_yaml,
    "fromYamlArray": _of_yaml,
    "fromJsonArray": _of_yaml,
    "now": lambda: _DAY,
    "date": lambda *_: _DAY,
    "dateInZone": lambda *_: _DAY,
    "htmlDate": lambda *_: _DAY,
    "unixEpoch": lambda *_: "0",
    "uuidv4": lambda: "00000000-0000-0000-0000-000000000000",
    "randNumeric": lambda count: "0" * min(int(count), 64),
    "randAscii": lambda count: "x" * min(int(count), 64),
    "bcrypt": lambda _: TO_BE_SET,
    "htpasswd": lambda *_: TO_BE_SET,
    "derivePassword": lambda *_: TO_BE_SET,
}  # fmt: skip
"""The functions by their names."""


def function_named(name: str) -> Callable[..., Any] | None:
    """Return a function by its name; one that must succeed is the same as one that may fail."""
    plain_name = name.removeprefix("must")
    other = plain_name[:1].lower() + plain_name[1:] if plain_name != name else name
    return next(
        (found for each in (name, other) if (found := FUNCTIONS.get(each) or FURTHER_FUNCTIONS.get(each))), None
    )
