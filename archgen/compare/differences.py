"""Two values of one type, field by field, in words: `balance algorithm round-robin, was least-connections`."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archgen.model.wording import listed

_TOLD_APART = frozenset({"id", "why", "links", "icon", "replicas", "placed", "steps", "ports", "summary"})
"""Fields that are told in other words, or that say nothing of the architecture itself."""

_UNITS = {
    "recovery": " s",
    "every": " s",
    "keeps": " s",
    "ttl": " s",
    "recovery_time": " s",
    "recovery_point": " s",
    "capacity": " requests/s",
    "demand": " requests/s",
    "mtbf": " h",
    "mttr": " h",
}


def differences(old: Struct, new: Struct, of: str = "", apart: frozenset[str] = _TOLD_APART) -> Iterator[str]:
    """What two values of one type say differently, one phrase a field; `of` opens each, fields of `apart` have none."""
    for field in new.__struct_fields__:
        was, now = getattr(old, field), getattr(new, field)
        if field not in apart and was != now:
            yield from _difference(field, was, now, of)


def _difference(field: str, was: object, now: object, of: str) -> Iterator[str]:
    label = of + field.replace("_", " ")
    if isinstance(was, Struct) and isinstance(now, Struct):
        yield from differences(was, now, f"{label} ")
    elif isinstance(now, Struct):
        yield f"{label} stated: {_stated(now)}"
    elif isinstance(was, Struct):
        yield f"{label} no longer stated, was {_stated(was)}"
    elif _holds_structs(was) or _holds_structs(now):
        yield from _members(label, was, now)
    elif (said := _said(field, now)) != (before := _said(field, was)):
        yield f"{label} {said}, was {before}"


def _stated(one: Struct) -> str:
    """The fields that a model states, each with its name."""
    fields = [(field, getattr(one, field)) for field in one.__struct_fields__]
    told = [
        f"{name.replace('_', ' ')} {_said(name, value)}" for name, value in fields if value not in (None, (), False)
    ]
    return ", ".join(told) or "with nothing of its own"


def _holds_structs(value: object) -> bool:
    return isinstance(value, tuple) and any(isinstance(one, Struct) for one in value)


def _members(label: str, was: object, now: object) -> Iterator[str]:
    """What a list of records or rules has more, and what less."""
    old, new = (value if isinstance(value, tuple) else () for value in (was, now))
    more, less = ([one for one in a if one not in b] for a, b in ((new, old), (old, new)))
    told = [f"now {', '.join(map(_described, more))}"] if more else []
    told += [f"no longer {', '.join(map(_described, less))}"] if less else []
    yield f"{label}: {'; '.join(told)}" if told else f"{label} in another order"


def _described(one: object) -> str:
    """The stated fields of a value in a row, its id apart."""
    if not isinstance(one, Struct):
        return _said("", one)
    fields = [(field, getattr(one, field)) for field in one.__struct_fields__ if field != "id"]
    return " ".join(_said(field, value) for field, value in fields if value not in (None, ()))


def _said(field: str, value: object) -> str:
    if value is None:
        return "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:.10g}{_UNITS.get(field, '')}"
    if isinstance(value, tuple):
        return listed([_said("", one) for one in value]) or "none"
    return str(value)
