"""Functions of the templates of charts: those of Go, of Sprig and of Helm that tell nothing but what is in the values."""

from __future__ import annotations

import base64
import hashlib
import json
import operator
import re
from collections.abc import Callable
from typing import Any

from archgen.importers.charts.syntax import NotUnderstood
from archgen.importers.charts.values import copied

TO_BE_SET = "<to-be-set>"
"""What stands for a value that whoever installs a chart has to give."""

_BUILT_IN = (
    "v1",
    "apps/",
    "batch/",
    "networking.k8s.io/",
    "policy/",
    "autoscaling/",
    "rbac.authorization.k8s.io/",
    "storage.k8s.io/",
)
"""Beginnings of the versions of what each cluster has."""

_VERSION = "1.33.0"
_PLAIN = re.compile(r"[A-Za-z_/][\w./-]*")
_NUMBER = re.compile(r"[-+.]?[0-9][0-9a-zA-Z_.:+-]*")
_NO_TEXT = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan"))
_DEEPEST = 40
_VERB = re.compile(r"%(?:%|[+#]?([-0]?\d{0,3}(?:\.\d{0,2})?)([svtqdfgxXo]))")
_MOST_ITEMS = 10_000
_MOST_OF_TEXT = 1 << 20


def is_true(value: Any) -> bool:
    """Return True for what a condition takes for true: anything but false, zero, nothing and what is empty."""
    return bool(value)


def size_of(value: Any, limit: int) -> int:
    """Return how many characters and values a value holds, as far as these are no more than a limit."""
    count, waiting = 0, [value]
    while waiting and count <= limit:
        each = waiting.pop()
        count += 1 + (len(each) if isinstance(each, str | list | dict) else 0)
        if isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    return count


def shown(value: Any) -> str:
    """Return a value as it is put out."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if size_of(value, _MOST_OF_TEXT // 8) > _MOST_OF_TEXT // 8:
        raise NotUnderstood("a large list as text")
    return _as_go_shows(value)


def _as_go_shows(value: Any) -> str:
    """Return a list or a mapping as Go puts it out."""
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{_as_go_shows(value[key])}' for key in sorted(value, key=str))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(_as_go_shows, value))}]"
    if callable(value):
        return "<func>"
    return "<nil>" if value is None else shown(value)


def yaml_of(value: Any, indent: int = 0) -> str:
    """Return a value as YAML in blocks."""
    if indent > _DEEPEST:
        raise NotUnderstood("it is too deep")
    blank = "  " * indent
    if isinstance(value, dict) and value:
        return "\n".join(f"{blank}{_scalar(str(key))}:{_below(inner, indent)}" for key, inner in value.items())
    if isinstance(value, list) and value:
        return "\n".join(f"{blank}-{_item(inner, indent)}" for inner in value)
    return f"{blank}{_scalar(value, indent + 1)}"


def _below(value: Any, indent: int) -> str:
    if isinstance(value, dict | list) and value:
        return f"\n{yaml_of(value, indent + (1 if isinstance(value, dict) else 0))}"
    return f" {_scalar(value, indent + 1)}"


def _item(value: Any, indent: int) -> str:
    if isinstance(value, dict | list) and value:
        return f" {yaml_of(value, indent + 1).lstrip(' ')}"
    return f" {_scalar(value, indent + 1)}"


def _scalar(value: Any, indent: int = 0) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return _text_as_yaml(value, indent)
    return json.dumps(value) if isinstance(value, dict | list) else shown(value)


def _text_as_yaml(text: str, indent: int) -> str:
    """Return a text as YAML, with its own quotes as they are: what stands in it may be an action of a template."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NO_TEXT:
        return text
    if not text or _NUMBER.fullmatch(text) or text.lower() in _NO_TEXT or not text.replace("\n", "").isprintable():
        return json.dumps(text)
    if "\n" not in text:
        return "'" + text.replace("'", "''") + "'"
    if indent == 0 or text[0] in " \n":
        return json.dumps(text)
    body = text.rstrip("\n")
    end = len(text) - len(body)
    blank = "  " * indent
    lines = (f"{blank}{line}" if line else "" for line in text.removesuffix("\n").split("\n"))
    return "\n".join([f"|{'' if end == 1 else '-' if end == 0 else '+'}", *lines])


def _indent(count: Any, text: Any) -> str:
    blank = " " * min(int(count), 200)
    return "\n".join(blank + line for line in shown(text).split("\n"))


def _default(fallback: Any, *value: Any) -> Any:
    return value[-1] if value and is_true(value[-1]) else fallback


def _printf(pattern: Any, *values: Any) -> str:
    waiting = [*values]

    def put(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        if not waiting:
            return f"%!{match[2]}(MISSING)"
        value = waiting.pop(0)
        if match[2] in "dfgo" or (match[2] in "xX" and not isinstance(value, str)):
            number = _number(value)
            return f"%{match[1]}{match[2]}" % (number if match[2] in "fg" else int(number))
        if match[2] in "xX":
            return shown(value).encode().hex()
        return f"%{match[1]}s" % (json.dumps(shown(value)) if match[2] == "q" else shown(value))

    text = _VERB.sub(put, shown(pattern))
    if waiting or re.search(r"%[^\s%]", _VERB.sub("", shown(pattern))) is not None:
        raise NotUnderstood("a pattern of `printf`")
    return text


def _number(value: Any) -> int | float:
    try:
        number = float(shown(value) or 0)
    except ValueError:
        return 0
    return int(number) if number.is_integer() else number


def _compare(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(one: Any, other: Any) -> bool:
        are_texts = isinstance(one, str) and isinstance(other, str)
        return holds(one, other) if are_texts else holds(_number(one), _number(other))

    return compare


def _equal(one: Any, *others: Any) -> bool:
    return any(one == other and isinstance(one, bool) == isinstance(other, bool) for other in others)


def _has_version(constraint: Any, version: Any) -> bool:
    """Return True if a version fulfils a constraint, which has parts such as `>=1.19-0`."""
    have = _numbers(shown(version))
    if "||" in shown(constraint):
        return any(_has_version(each, version) for each in shown(constraint).split("||"))
    parts = re.findall(r"(>=|<=|>|<|!=|=|\^|~)?\s*v?([0-9][\w.*-]*)", shown(constraint))
    if not parts:
        raise NotUnderstood("a constraint of versions")
    checks = {">=": lambda n: have >= n, "<=": lambda n: have <= n, ">": lambda n: have > n, "<": lambda n: have < n,
              "!=": lambda n: have != n, "^": lambda n: have >= n and have[0] == n[0],
              "~": lambda n: have >= n and have[:2] == n[:2]}  # fmt: skip
    return all(checks.get(sign, lambda n: have == n)(_numbers(text)) for sign, text in parts)


def _numbers(version: str) -> tuple[int, ...]:
    found = [int(each) for each in re.findall(r"[0-9]+", version.partition("-")[0])[:3]]
    return tuple([*found, 0, 0, 0][:3])


def has_api(version: str) -> bool:
    """Return True for a version of an interface that each cluster has."""
    return version.startswith(_BUILT_IN) and "beta" not in version and "alpha" not in version


CAPABILITIES = {
    "KubeVersion": {
        "Version": f"v{_VERSION}",
        "GitVersion": f"v{_VERSION}",
        "Major": "1",
        "Minor": _VERSION.split(".")[1],
    },
    "HelmVersion": {"Version": "v3.18.0"},
}


def _replace(old: Any, new: Any, text: Any) -> str:
    if shown(text).count(shown(old)) * len(shown(new)) > _MOST_OF_TEXT:
        raise NotUnderstood("it makes too much")
    return shown(text).replace(shown(old), shown(new))


def _join(sign: Any, items: Any) -> str:
    texts = [*map(shown, items or [])]
    if len(texts) * len(shown(sign)) > _MOST_OF_TEXT:
        raise NotUnderstood("it makes too much")
    return shown(sign).join(texts)


def _trunc(count: Any, text: Any) -> str:
    return shown(text)[: int(count)] if int(count) >= 0 else shown(text)[int(count) :]


def _dict(*pairs: Any) -> dict[str, Any]:
    values = (*pairs[1::2], "") if len(pairs) % 2 else pairs[1::2]
    return dict(zip(map(shown, pairs[::2]), values, strict=True))


def _dig(*words: Any) -> Any:
    *keys, fallback, value = words
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return fallback
        value = value[key]
    return value


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int):
            value = value[key] if 0 <= key < len(value) else None
        elif value is not None:
            raise NotUnderstood("`index`")
    return value


def _set(target: Any, key: Any, value: Any) -> Any:
    target[shown(key)] = value
    return target


_KINDS: dict[str, Any] = {"map": dict, "slice": list, "string": str, "bool": bool, "int": int, "int64": int, "float64": (int, float),
          "invalid": type(None)}  # fmt: skip
"""What values are, by the names of Go; a number of a file of values is a `float64` there, whatever it looks like."""

_TYPES = {"map[string]interface {}": "map", "[]interface {}": "slice", "<nil>": "invalid"}


def _is_kind(kind: Any, value: Any) -> bool:
    known = _KINDS.get(_TYPES.get(shown(kind), shown(kind)), ())
    return isinstance(value, known) and (known is bool or not isinstance(value, bool))


def _until(count: Any) -> list[int]:
    if int(count) > _MOST_ITEMS:
        raise NotUnderstood("a long list")
    return [*range(int(count))]


def _unset(value: Any, key: Any) -> Any:
    value.pop(shown(key), None)
    return value


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "quote": lambda *values: " ".join(json.dumps(shown(each), ensure_ascii=False) for each in values if each is not None),
    "squote": lambda *values: " ".join(f"'{shown(each)}'" for each in values if each is not None),
    "default": _default,
    "required": lambda _, value: value if value is not None and value != "" else TO_BE_SET,
    # whoever installs the chart gives the values that it asks for
    "fail": lambda _: "",
    "indent": _indent,
    "nindent": lambda count, text: f"\n{_indent(count, text)}",
    "toYaml": yaml_of,
    "toJson": lambda value: json.dumps(value, separators=(",", ":")),
    "toString": shown,
    "int": lambda value: int(_number(value)),
    "int64": lambda value: int(_number(value)),
    "float64": lambda value: float(_number(value)),
    "atoi": lambda value: int(_number(value)),
    "printf": _printf,
    "print": lambda *values: "".join(map(shown, values)),
    "println": lambda *values: " ".join(map(shown, values)) + "\n",
    "trunc": _trunc,
    "trim": lambda text: shown(text).strip(),
    "trimAll": lambda signs, text: shown(text).strip(shown(signs)),
    "trimSuffix": lambda end, text: shown(text).removesuffix(shown(end)),
    "trimPrefix": lambda start, text: shown(text).removeprefix(shown(start)),
    "lower": lambda text: shown(text).lower(),
    "upper": lambda text: shown(text).upper(),
    "title": lambda text: shown(text).title(),
    "kebabcase": lambda text: re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", "-", shown(text)).lower(),
    "replace": _replace,
    "contains": lambda part, text: shown(part) in shown(text),
    "hasPrefix": lambda part, text: shown(text).startswith(shown(part)),
    "hasSuffix": lambda part, text: shown(text).endswith(shown(part)),
    "split": lambda sign, text: {f"_{place}": each for place, each in enumerate(shown(text).split(shown(sign)))},
    "splitList": lambda sign, text: shown(text).split(shown(sign)),
    "join": _join,
    "b64enc": lambda text: base64.b64encode(shown(text).encode()).decode(),
    "sha256sum": lambda text: hashlib.sha256(shown(text).encode()).hexdigest(),
    "randAlphaNum": lambda count: "x" * min(int(count), 64),
    "randAlpha": lambda count: "x" * min(int(count), 64),
    "eq": _equal,
    "ne": lambda one, other: not _equal(one, other),
    "lt": _compare(operator.lt),
    "le": _compare(operator.le),
    "gt": _compare(operator.gt),
    "ge": _compare(operator.ge),
    "not": lambda value: not is_true(value),
    "empty": lambda value: not is_true(value),
    "ternary": lambda yes, no, value: yes if is_true(value) else no,
    "coalesce": lambda *values: next(filter(is_true, values), None),
    "len": lambda value: len(value or ""),
    "add": lambda *values: sum(map(_number, values)),
    "add1": lambda value: _number(value) + 1,
    "sub": lambda one, other: _number(one) - _number(other),
    "mul": lambda one, other: _number(one) * _number(other),
    "until": _until,
    "list": lambda *values: [*values],
    "tuple": lambda *values: [*values],
    "dict": _dict,
    "get": lambda value, key: (value or {}).get(shown(key), ""),
    "set": _set,
    "unset": _unset,
    "hasKey": lambda value, key: isinstance(value, dict) and shown(key) in value,
    "keys": lambda value: sorted(value or {}),
    "values": lambda value: [value[key] for key in sorted(value or {})],
    "pick": lambda value, *keys: {key: value[key] for key in keys if key in value},
    "omit": lambda value, *keys: {key: each for key, each in value.items() if key not in keys},
    "deepCopy": copied,
    "dig": _dig,
    "index": _index,
    "first": lambda items: items[0] if items else None,
    "last": lambda items: items[-1] if items else None,
    "rest": lambda items: items[1:],
    "append": lambda items, value: [*(items or []), value],
    "prepend": lambda items, value: [value, *(items or [])],
    "concat": lambda *lists: [each for items in lists for each in items or []],
    "has": lambda value, items: value in (items or []),
    "uniq": lambda items: [*{json.dumps(each, sort_keys=True): each for each in items or []}.values()],
    "compact": lambda items: [each for each in items if is_true(each)],
    "sortAlpha": lambda items: sorted(map(shown, items)),
    "kindIs": _is_kind,
    "typeIs": _is_kind,
    "semverCompare": _has_version,
    "lookup": lambda *_: {},
}  # fmt: skip
"""The functions by their names; `and`, `or`, `include` and `tpl` need what stands around them."""
