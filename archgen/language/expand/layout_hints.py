"""Hints for diagrams: every name is declared, and no component has two places."""

from __future__ import annotations

from archgen.language.expand.context import Context, section_of
from archgen.model.presentation import Hints


def expand_hints(context: Context) -> Hints:
    """Return the hints of `layout`; report a component with two places, and hints in a circle."""
    layout = context.section("layout")
    rank, near = (_pairs(context, key) for key in ("rank", "near"))
    marks = {
        name: section_of(layout, key).key_mark(name) for key in ("near", "rank") for name in section_of(layout, key)
    }
    beside = dict(near) | dict(rank)
    for name in dict(rank).keys() & dict(near).keys():
        context.invalid(
            marks[name],
            ("component", name),
            f"`rank` and `near` both place `{name}`",
            "Keep one of them: `near` also puts it in the other's column.",
        )
    for name in sorted(beside):
        at, seen = beside.get(name), {name}
        while at is not None and at not in seen:
            seen.add(at)
            at = beside.get(at)
        if at == name:
            message = f"`layout` places `{name}` relative to itself, in a circle"
            context.invalid(marks[name], ("component", name), message, "Remove one of these hints.")
            break
    direction = context.document.text(layout, "direction")
    return Hints("top-down" if direction == "top-down" else "left-right" if direction else None, rank, near)


def _pairs(context: Context, key: str) -> tuple[tuple[str, str], ...]:
    pairs, text = section_of(context.section("layout"), key), context.document.text
    checked = []
    for name in pairs:
        other = text(pairs, name) or ""
        subject = ("component", name)
        context.refer(name, pairs.key_mark(name), ("component",), subject, f"`{key}` of `layout`")
        context.refer(other, pairs.value_mark(name), ("component",), subject, f"`{key}` of `{name}`")
        checked.append((name, other))
    return tuple(checked)
