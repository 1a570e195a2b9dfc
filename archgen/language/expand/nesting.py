"""Elements in each other: zones, groups and hosts."""

from __future__ import annotations

from archgen.language.expand.context import SECTIONS, Context

_VERBS = {"in": ("contain each other", "in"), "runs_on": ("run on each other", "runs on")}


def check_nesting(context: Context, kind: str, within: dict[str, str | None], key: str = "in") -> None:
    """Report each cycle of elements of a kind once, at the member that comes first."""
    seen: set[str] = set()
    for start in within:
        path: list[str] = []
        inner: str | None = start
        while inner in within and inner not in seen:
            seen.add(inner)
            path.append(inner)
            inner = within[inner]
        if inner in path:
            cycle = path[path.index(inner) :]
            verb, stands = _VERBS[key]
            ring = f" {stands} ".join(f"`{each}`" for each in (*cycle, cycle[0]))
            mark = context.section(SECTIONS[kind])[cycle[0]].value_mark(key)
            message = f"{SECTIONS[kind]} {verb} in a circle: {ring}"
            context.dangling(mark, (kind, cycle[0]), message, f"Remove `{key}` from the outermost of them.")
