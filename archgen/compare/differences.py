"""Two values of one type, field by field, in words: `balance algorithm round-robin, was least-connections`."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archgen.model.architecture import Availability
from archgen.model.durations import SECONDS, format_rate, spell_duration
from archgen.model.percentages import write_percentage
from archgen.model.requirements import Expectation
from archgen.model.wording import listed

_COMPARED_ELSEWHERE = frozenset({"id", "why", "links", "icon", "replicas", "placed", "steps", "ports", "summary"})
"""Fields that are compared in other words, or that don't describe the architecture itself."""

_SECONDS = frozenset(
    {"recovery", "every", "keeps", "ttl", "lag", "timeout", "recovery_time", "recovery_point", "within"}
)
_HOURS = frozenset({"mtbf", "mttr"})
_RATES = frozenset({"capacity", "demand", "peak"})
_SHARES = frozenset({"availability", "bad", "hits", "probability"})


def differences(old: Struct, new: Struct, of: str = "", apart: frozenset[str] = _COMPARED_ELSEWHERE) -> Iterator[str]:
    """Yield a phrase for each field that differs between two values of a type; `of` opens it, fields of `apart` have none."""
    for field in new.__struct_fields__:
        was, now = getattr(old, field), getattr(new, field)
        if field not in apart and was != now and not (_follows(old, field) and _follows(new, field)):
            yield from _difference(field, was, now, of)


def _difference(field: str, was: object, now: object, of: str) -> Iterator[str]:
    # the share that an availability is has no other name
    label = of.rstrip() if field == "probability" and of else of + field.replace("_", " ")
    if isinstance(was, Struct) and isinstance(now, Struct):
        yield from differences(was, now, f"{label} ")
    elif isinstance(now, Struct):
        yield f"{label} declared: {_declared(now)}"
    elif isinstance(was, Struct):
        yield f"{label} no longer declared, was {_declared(was)}"
    elif _holds_structs(was) or _holds_structs(now):
        yield from _members(label, was, now)
    elif field in _RATES and isinstance(was, float) and isinstance(now, float):
        yield f"{label} {format_rate(now, suits=min(was, now))}, was {format_rate(was, suits=min(was, now))}"
    elif (after := _words(field, now)) != (before := _words(field, was)):
        yield f"{label} {after}, was {before}"


def _follows(value: Struct, field: str) -> bool:
    """Return True for the probability that follows from the times between failures and to repair, which a model states."""
    return isinstance(value, Availability) and field == "probability" and value.mtbf is not None


def _declared(value: Struct) -> str:
    """Return the fields that a model declares, each with its name."""
    fields = [(field, getattr(value, field)) for field in value.__struct_fields__ if not _follows(value, field)]
    declared = [
        f"{name.replace('_', ' ')} {_words(name, value)}" for name, value in fields if value not in (None, (), False)
    ]
    return ", ".join(declared) or "with nothing of its own"


def _holds_structs(value: object) -> bool:
    return isinstance(value, tuple) and any(isinstance(member, Struct) for member in value)


def _members(label: str, was: object, now: object) -> Iterator[str]:
    """Yield the records or rules that a list has more, and those it has less."""
    old, new = (value if isinstance(value, tuple) else () for value in (was, now))
    more, less = ([member for member in a if member not in b] for a, b in ((new, old), (old, new)))
    parts = [f"now {', '.join(map(_described, more))}"] if more else []
    parts += [f"no longer {', '.join(map(_described, less))}"] if less else []
    yield f"{label}: {'; '.join(parts)}" if parts else f"{label} in another order"


def _described(member: object) -> str:
    """Return the declared fields of a value in a row, its id apart."""
    if isinstance(member, Expectation):
        return member.text
    if not isinstance(member, Struct):
        return _words("", member)
    fields = [(field, getattr(member, field)) for field in member.__struct_fields__ if field != "id"]
    return " ".join(_words(field, value) for field, value in fields if value not in (None, ()))


def _words(field: str, value: object) -> str:
    if value is None:
        return "not declared"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number(field, value)
    if isinstance(value, tuple):
        return listed([_words("", member) for member in value]) or "none"
    return str(value)


def _number(field: str, value: float) -> str:
    """Return a number with the unit of its field, as a model would state it."""
    if field in _SECONDS:
        return spell_duration(value)
    if field in _HOURS:
        return spell_duration(value * SECONDS["h"])
    if field in _RATES:
        return format_rate(value)
    return write_percentage(value) if field in _SHARES else f"{value:.10g}"
