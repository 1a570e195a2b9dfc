"""Functions of templates that few charts use: of paths, numbers, lists and texts in other forms."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
import posixpath
import re
import textwrap
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus, urlsplit

from archgen.importers.charts.functions import FUNCTIONS, TO_BE_SET, is_true, shown, yaml_of
from archgen.importers.charts.patterns import PATTERN_FUNCTIONS
from archgen.importers.charts.syntax import NotUnderstood
from archgen.importers.charts.values import plain
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable

_LONGEST = 10_000
_MOST_OF_TEXT = 1 << 20
_DEEPEST = 20
_SEMVER = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:-([\w.-]+))?(?:\+([\w.-]+))?$")
_DAY = "2000-01-01"
"""A day that stands for the one on which a chart is installed."""


def _number(value: Any) -> int | float:
    number: int | float = FUNCTIONS["float64"](value)
    return int(number) if float(number).is_integer() else number


def _of_json(text: Any) -> Any:
    try:
        return json.loads(shown(text) or "{}", parse_constant=_refuse)
    except ValueError as problem:
        raise NotUnderstood("a text that is no JSON") from problem


def _refuse(_: str) -> Any:
    raise ValueError


def _of_yaml(text: Any) -> Any:
    if shown(text).lstrip()[:1] in ("{", "["):
        # what is JSON too is read many times faster as such
        try:
            return _of_json(text)
        except NotUnderstood:
            pass
    try:
        roots = read_documents(shown(text).encode())
    except Unreadable as problem:
        raise NotUnderstood("a text that is no YAML") from problem
    return plain(roots[0]) if roots else {}


def _kind_of(value: Any) -> str:
    names = {dict: "map", list: "slice", str: "string", bool: "bool", int: "float64", float: "float64"}
    return next(
        (
            name
            for kind, name in names.items()
            if isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        ),
        "invalid",
    )


def _type_of(value: Any) -> str:
    kind = _kind_of(value)
    return {"map": "map[string]interface {}", "slice": "[]interface {}", "invalid": "<nil>"}.get(kind, kind)


def _range(first: Any, last: Any, step: Any) -> list[int]:
    if int(step) == 0:
        raise NotUnderstood("steps of nothing")
    numbers = range(int(first), int(last), int(step))
    if len(numbers) > _LONGEST:
        raise NotUnderstood("a long list")
    return [*numbers]


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


def _repeat(count: Any, text: Any) -> str:
    if len(shown(text)) * max(int(count), 0) > _MOST_OF_TEXT:
        raise NotUnderstood("it makes too much")
    return shown(text) * int(count)


def _split_once(sign: Any, count: Any, text: Any) -> dict[str, str]:
    return {f"_{place}": each for place, each in enumerate(shown(text).split(shown(sign), max(int(count) - 1, 0)))}


def _chunks(size: Any, items: Any) -> list[Any]:
    step = max(int(size), 1)
    return [items[first : first + step] for first in range(0, len(items or []), step)]


def _version(text: Any) -> dict[str, Any]:
    match = _SEMVER.match(shown(text))
    if match is None:
        raise NotUnderstood("a version")
    numbers = dict(zip(("Major", "Minor", "Patch"), (int(each or 0) for each in match.groups()[:3]), strict=True))
    return {**numbers, "Prerelease": match[4] or "", "Metadata": match[5] or "", "Original": shown(text)}


def _wrapped(width: Any, text: Any, end: str = "\n") -> str:
    return end.join(textwrap.wrap(shown(text), max(int(width), 1), break_long_words=False))


def _url_of(parts: Any) -> str:
    login = f"{parts.get('userinfo')}@" if parts.get("userinfo") else ""
    query = f"?{parts.get('query')}" if parts.get("query") else ""
    scheme = f"{parts.get('scheme')}://" if parts.get("scheme") else ""
    return f"{scheme}{login}{parts.get('host') or ''}{parts.get('path') or ''}{query}"


def _certificate(*_: Any) -> dict[str, str]:
    return {"Cert": TO_BE_SET, "Key": TO_BE_SET}


def _toml_of(value: Any, names: tuple[str, ...] = ()) -> str:
    """Return a mapping as TOML: its own values, then a table for each mapping in it."""
    if len(names) > _DEEPEST:
        raise NotUnderstood("it is too deep")
    plain_values = [f"{key} = {json.dumps(each)}" for key, each in sorted(value.items()) if not isinstance(each, dict)]
    tables = [_toml_of(each, (*names, key)) for key, each in sorted(value.items()) if isinstance(each, dict)]
    head = [f"[{'.'.join(names)}]"] if names else []
    return "\n".join([*head, *plain_values, *tables])


FURTHER_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "base": lambda path: posixpath.basename(shown(path)),
    "dir": lambda path: posixpath.dirname(shown(path)) or ".",
    "ext": lambda path: posixpath.splitext(shown(path))[1],
    "clean": lambda path: posixpath.normpath(shown(path)),
    "nospace": lambda text: re.sub(r"\s", "", shown(text)),
    "untitle": lambda text: shown(text)[:1].lower() + shown(text)[1:],
    "repeat": _repeat,
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
    "typeOf": _type_of,
    "toStrings": lambda items: [*map(shown, items or [])],
    "without": lambda items, *others: [each for each in items if each not in others],
    "reverse": lambda items: [*reversed(items)],
    "initial": lambda items: items[:-1],
    "slice": _slice,
    "pluck": lambda key, *values: [each[key] for each in values if key in each],
    "toRawJson": lambda value: json.dumps(value, separators=(",", ":")),
    "toPrettyJson": lambda value: json.dumps(value, indent=2),
    "fromYaml": _of_yaml,
    "fromJson": _of_json,
    "fromYamlArray": _of_yaml,
    "fromJsonArray": _of_json,
    "toYamlPretty": yaml_of,
    "toToml": _toml_of,
    "splitn": _split_once,
    "chunk": _chunks,
    "semver": _version,
    "typeIsLike": FUNCTIONS["typeIs"],
    "any": lambda *values: any(map(is_true, values)),
    "all": lambda *values: all(map(is_true, values)),
    "deepEqual": lambda one, other: bool(FUNCTIONS["eq"](one, other)),
    "push": FUNCTIONS["append"],
    "shuffle": shown,
    "trimall": FUNCTIONS["trimAll"],
    "swapcase": lambda text: shown(text).swapcase(),
    "initials": lambda text: "".join(word[0] for word in shown(text).split()),
    "plural": lambda one, many, count: one if int(count) == 1 else many,
    "abbrevboth": lambda _, count, text: shown(text)[: int(count)],
    "wrap": _wrapped,
    "wrapWith": lambda width, end, text: _wrapped(width, text, shown(end)),
    "urlJoin": _url_of,
    "isAbs": lambda path: shown(path).startswith("/"),
    "osBase": lambda path: posixpath.basename(shown(path)),
    "osDir": lambda path: posixpath.dirname(shown(path)) or ".",
    "osExt": lambda path: posixpath.splitext(shown(path))[1],
    "osClean": lambda path: posixpath.normpath(shown(path)),
    "osIsAbs": lambda path: shown(path).startswith("/"),
    "addf": lambda *values: sum(map(_number, values)),
    "add1f": lambda value: _number(value) + 1,
    "subf": lambda first, *values: _number(first) - sum(map(_number, values)),
    "mulf": lambda *values: math.prod(map(_number, values)),
    "divf": lambda first, *values: _number(first) / math.prod(map(_number, values)),
    "biggest": lambda *values: max(map(_number, values)),
    "maxf": lambda *values: max(map(_number, values)),
    "minf": lambda *values: min(map(_number, values)),
    "toDecimal": lambda value: int(shown(value), 8),
    "b32enc": lambda text: base64.b32encode(shown(text).encode()).decode(),
    "b32dec": lambda text: base64.b32decode(shown(text)[:_LONGEST]).decode("utf-8", "replace"),
    "sha1sum": lambda text: hashlib.sha1(shown(text).encode(), usedforsecurity=False).hexdigest(),
    "sha512sum": lambda text: hashlib.sha512(shown(text).encode()).hexdigest(),
    "adler32sum": lambda text: str(zlib.adler32(shown(text).encode())),
    "html": lambda text: html.escape(shown(text)),
    "js": lambda text: json.dumps(shown(text))[1:-1],
    "getHostByName": lambda _: "",
    "now": lambda: _DAY,
    "date": lambda *_: _DAY,
    "dateInZone": lambda *_: _DAY,
    "htmlDate": lambda *_: _DAY,
    "htmlDateInZone": lambda *_: _DAY,
    "toDate": lambda *_: _DAY,
    "dateModify": lambda *_: _DAY,
    "date_modify": lambda *_: _DAY,
    "date_in_zone": lambda *_: _DAY,
    "ago": lambda _: "0s",
    "duration": lambda value: f"{int(_number(value))}s",
    "durationRound": lambda _: "0s",
    "unixEpoch": lambda *_: "0",
    "uuidv4": lambda: "00000000-0000-0000-0000-000000000000",
    "randNumeric": lambda count: "0" * min(int(count), 64),
    "randAscii": lambda count: "x" * min(int(count), 64),
    "randBytes": lambda _: TO_BE_SET,
    "randInt": lambda least, _: int(least),
    "genPrivateKey": lambda *_: TO_BE_SET,
    "genCA": _certificate,
    "genCAWithKey": _certificate,
    "genSelfSignedCert": _certificate,
    "genSelfSignedCertWithKey": _certificate,
    "genSignedCert": _certificate,
    "genSignedCertWithKey": _certificate,
    "buildCustomCert": _certificate,
    "encryptAES": lambda *_: TO_BE_SET,
    "decryptAES": lambda *_: TO_BE_SET,
    "bcrypt": lambda _: TO_BE_SET,
    "htpasswd": lambda *_: TO_BE_SET,
    "derivePassword": lambda *_: TO_BE_SET,
    **PATTERN_FUNCTIONS,
}  # fmt: skip
"""The functions by their names."""


def own_name(name: str) -> str:
    """Return the name that a function has here: one that must succeed is the same as one that may fail."""
    return name[4].lower() + name[5:] if name.startswith("must") and name[4:5].isupper() else name


def function_named(name: str) -> Callable[..., Any] | None:
    """Return a function by its own name."""
    return FUNCTIONS.get(name) or FURTHER_FUNCTIONS.get(name)
