"""Groups and views: nested groups, and selections of components whose names are declared."""

from __future__ import annotations

from archgen.language.expand.context import Context, suggestion
from archgen.language.expand.nesting import check_nesting
from archgen.language.yaml.tree import Map, Seq
from archgen.model.kinds import KINDS
from archgen.model.presentation import ComponentGroup, View

RESERVED = ("overview", "deployment", "zones", "networks", "flows", "paths", "diff", "system")
"""The names of views that every system has."""

_WORDS = ("kind", "tag")
"""The prefixes of selections that name no element."""

_SELECTED = ("component", "group", "flow")
_NOTHING = Map(0)


def groups(context: Context) -> tuple[ComponentGroup, ...]:
    """Return the groups; report a group in an unknown one, and groups in a circle."""
    text = context.document.text
    declared = []
    for name, entry in _entries(context, "groups"):
        within = text(entry, "in")
        if within is not None:
            within = context.refer(within, entry.value_mark("in"), ("group",), ("group", name), f"`in` of `{name}`")
        declared.append(ComponentGroup(name, text(entry, "name"), within, entry.get("kind")))
    check_nesting(context, "group", {group.id: group.within for group in declared})
    return tuple(declared)


def expand_views(context: Context) -> tuple[View, ...]:
    """Return the views; report a view with the name of a built-in one."""
    text = context.document.text
    declared = []
    for name, entry in _entries(context, "views"):
        if name in RESERVED:
            mark = context.section("views").key_mark(name)
            message = f"the view `{name}` must not have the name of a built-in view"
            context.invalid(mark, ("view", name), message, f"Rename it; built-in: {', '.join(RESERVED)}.")
        include, exclude, highlight = (
            _selected(context, name, entry, key) for key in ("include", "exclude", "highlight")
        )
        level = _level(context, name, entry)
        view = View(name, text(entry, "title"), include, exclude, level, highlight, bool(entry.get("neighbours")))
        declared.append(view)
    return tuple(declared)


def _entries(context: Context, section: str) -> list[tuple[str, Map]]:
    return [(name, entry or _NOTHING) for name, entry in context.section(section).items()]


def _level(context: Context, name: str, entry: Map) -> str | None:
    level = context.document.text(entry, "level")
    prefix, colon, group = (level or "").partition(":")
    if colon and prefix == "group":
        context.refer(group, entry.value_mark("level"), ("group",), ("view", name), f"`level` of `{name}`")
    return level


def _selected(context: Context, name: str, entry: Map, key: str) -> tuple[str, ...]:
    """Return the selections under a key, each with its kind."""
    value = entry.get(key)
    selections = []
    for index, selection in enumerate(context.document.texts(entry, key)):
        mark = value.marks[index] if isinstance(value, Seq) else entry.value_mark(key)
        selections.append(_selection(context, name, key, selection, mark))
    return tuple(selections)


def _selection(context: Context, name: str, key: str, selection: str, mark: int) -> str:
    prefix, colon, _ = selection.partition(":")
    if colon and prefix in _WORDS:
        if prefix == "kind" and selection.partition(":")[2] not in KINDS:
            _unknown_kind(context, name, key, selection, mark)
        return selection
    kinds = (prefix,) if colon else _SELECTED
    element = context.refer(selection, mark, kinds, ("view", name), f"`{key}` of `{name}`").rpartition(":")[2]
    kind = next((kind for kind in kinds if element in context.declared.get(kind, ())), kinds[0])
    return f"{kind}:{element}"


def _unknown_kind(context: Context, name: str, key: str, selection: str, mark: int) -> None:
    kind = selection.partition(":")[2]
    fix = suggestion(kind, KINDS) or "Run `archgen explain` for the kinds of components."
    context.invalid(mark, ("view", name), f"`{key}` of `{name}` names an unknown kind `{kind}`", fix)
