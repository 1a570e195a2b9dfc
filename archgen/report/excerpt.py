"""Source lines with marks under the places that a finding speaks of."""

from __future__ import annotations

from msgspec import Struct

from archgen.report.terminal import Paint, Style, brief, columns, plain

CONTEXT = 12
"""Columns kept to the left of the first mark when a long line is cut."""


class Mark(Struct, frozen=True):
    """A place in a file (line and column from 1) and what to say of it; `name` is the text that may stand there."""

    line: int
    column: int
    name: str
    label: str
    primary: bool


def draw(lines: tuple[str, ...], marks: list[Mark], paint: Paint, style: Style, gutter: int) -> list[str]:
    """The marked lines with a gutter of line numbers, `^^^` under the primary mark and `---` under the others."""
    out: list[str] = []
    previous: int | None = None
    for number in sorted({mark.line for mark in marks if 1 <= mark.line <= len(lines)}):
        if previous is not None and number > previous + 1:
            out.append(style.paint(f"{'...':>{gutter}}", "quiet"))
        here = [mark for mark in marks if mark.line == number]
        out += _line(lines[number - 1], number, here, paint, style, gutter)
        previous = number
    return out


def _line(source: str, number: int, marks: list[Mark], paint: Paint, style: Style, gutter: int) -> list[str]:
    """A line and what is marked in it; where the marks lie far apart, the line once more around each."""
    room = max(20, style.width - gutter - 3)
    rows: list[str] = []
    left = sorted(marks, key=lambda mark: (mark.column, not mark.primary))
    while left:
        start = _first_shown(source, left[0], room)
        seen = [mark for mark in left if columns(plain(source[start : mark.column])) < room] or left[:1]
        rows += _window(source, start, number, seen, paint, style, gutter, room)
        left = [mark for mark in left if mark not in seen]
    return rows


def _window(
    source: str, start: int, number: int, marks: list[Mark], paint: Paint, style: Style, gutter: int, room: int
) -> list[str]:
    text = plain(source[start : start + room * 2])
    shown = _fit(text, room - bool(start))
    bar = style.paint("|", "quiet")
    head = style.paint(f"{number:>{gutter}}", "quiet")
    rows = [f"{head} {bar} {'…' if start else ''}{shown}".rstrip()]
    for mark in marks:
        left = columns(plain(source[start : mark.column - 1])) + bool(start)
        under = _underline(source, mark, room - left)
        colour: Paint = paint if mark.primary else "info"
        label = f" {brief(mark.label)}" if mark.label else ""
        rows.append(f"{' ' * gutter} {bar} {' ' * left}{style.paint(under + label, colour)}")
    return rows


def _first_shown(source: str, mark: Mark, room: int) -> int:
    """The index from which a long line is shown, so that a mark is inside."""
    first = mark.column - 1
    return 0 if first < room - CONTEXT or len(source) < room else max(0, first - CONTEXT)


def _fit(text: str, room: int) -> str:
    if columns(text) <= room:
        return text
    kept = text[: room - 1]
    while columns(kept) > room - 1:
        kept = kept[:-1]
    return f"{kept}…"


def _underline(source: str, mark: Mark, room: int) -> str:
    width = columns(plain(source[mark.column - 1 : _end(source, mark)]))
    return ("^" if mark.primary else "-") * max(1, min(width, room))


def _end(source: str, mark: Mark) -> int:
    """The index behind the marked text: the name where it stands there, else the end of the key or value."""
    start = mark.column - 1
    rest = source[start:]
    if mark.name and rest.startswith(mark.name):
        return start + len(mark.name)
    if rest[:1] in {'"', "'"}:
        closing = rest.find(rest[0], 1)
        return start + closing + 1 if closing > 0 else len(source)
    ends = [at for stop in (": ", ", ", " #", "}", "]") if (at := rest.find(stop)) > 0]
    end = min(ends, default=len(rest))
    return start + len(rest[:end].rstrip().removesuffix(":"))
