"""Elements in each other: zones and groups."""

from __future__ import annotations

from archgen.language.expand.context import SECTIONS, Context


def check_nesting(context: Context, kind: str, within: dict[str, str | None]) -> None:
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
            ring = " in ".join(f"`{each}`" for each in (*cycle, cycle[0]))
            mark = context.section(SECTIONS[kind])[cycle[0]].value_mark("in")
            message = f"{SECTIONS[kind]} contain each other in a circle: {ring}"
            context.dangling(mark, (kind, cycle[0]), message, "Remove `in` from the outermost of them.")
