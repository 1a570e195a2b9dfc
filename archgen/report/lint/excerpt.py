"""Source lines with marks under the places that a finding speaks of."""

from __future__ import annotations

from msgspec import Struct

from archgen.report.common.terminal import Emphasis, Style, brief, display_width, escape_controls

CONTEXT = 12
"""Columns kept to the left of the first mark when a long line is cut."""


class SourceMark(Struct, frozen=True):
    """A place in a file (line and column from 1) and what to say of it; `name` is the text that may stand there."""

    line: int
    column: int
    name: str
    label: str
    primary: bool


class ExcerptStyle(Struct, frozen=True):
    """The look of an excerpt: the color of its primary mark, the terminal, and the columns of its line numbers."""

    paint: Emphasis
    style: Style
    gutter: int

    @property
    def room(self) -> int:
        """The columns that are left for the source."""
        return max(20, self.style.width - self.gutter - 3)


def draw_excerpt(lines: tuple[str, ...], marks: list[SourceMark], page: ExcerptStyle) -> list[str]:
    """The marked lines with a gutter of line numbers, `^^^` under the primary mark and `---` under the others."""
    out: list[str] = []
    previous: int | None = None
    by_line: dict[int, list[SourceMark]] = {}
    for mark in marks:
        if 1 <= mark.line <= len(lines):
            by_line.setdefault(mark.line, []).append(mark)
    for number in sorted(by_line):
        if previous is not None and number > previous + 1:
            out.append(page.style.paint(f"{'...':>{page.gutter}}", "quiet"))
        out += _line(lines[number - 1], by_line[number], page)
        previous = number
    return out


def _line(source: str, marks: list[SourceMark], page: ExcerptStyle) -> list[str]:
    """A line and what is marked in it; where the marks lie far apart, the line once more around each."""
    rows: list[str] = []
    left = sorted(marks, key=lambda mark: (mark.column, not mark.primary)) if len(marks) > 1 else marks
    room = page.room
    while left:
        start = _first_shown(source, left[0], room)
        seen = [mark for mark in left if _inside(source, start, mark, room)] or left[:1]
        rows += _window(source, start, seen, page, room)
        left = [mark for mark in left if mark not in seen]
    return rows


def _inside(source: str, start: int, mark: SourceMark, room: int) -> bool:
    # the first comparison keeps a line of some megabytes from being measured
    return mark.column - start < room * 2 and display_width(escape_controls(source[start : mark.column])) < room


def _window(source: str, start: int, marks: list[SourceMark], page: ExcerptStyle, room: int) -> list[str]:
    cut = "…" if start else ""
    shown = _fit(escape_controls(source[start : start + room * 2]), room - len(cut))
    bar = page.style.paint("|", "quiet")
    head = page.style.paint(f"{marks[0].line:>{page.gutter}}", "quiet")
    rows = [f"{head} {bar} {cut}{shown}".rstrip()]
    for mark in marks:
        left = display_width(escape_controls(source[start : mark.column - 1])) + len(cut)
        under = _underline(source, mark, room - left)
        label = f" {brief(mark.label)}" if mark.label else ""
        marked = page.style.paint(under + label, page.paint if mark.primary else "info")
        rows.append(f"{' ' * page.gutter} {bar} {' ' * left}{marked}")
    return rows


def _first_shown(source: str, mark: SourceMark, room: int) -> int:
    """The index from which a long line is shown, so that a mark is inside."""
    first = mark.column - 1
    return 0 if first < room - CONTEXT or len(source) < room else max(0, first - CONTEXT)


def _fit(text: str, room: int) -> str:
    if display_width(text) <= room:
        return text
    shown = text[: room - 1]
    while display_width(shown) > room - 1:
        shown = shown[:-1]
    return f"{shown}…"


def _underline(source: str, mark: SourceMark, room: int) -> str:
    start = mark.column - 1
    width = display_width(escape_controls(source[start : min(_end(source, mark), start + room)]))
    return ("^" if mark.primary else "-") * max(1, min(width, room))


def _end(source: str, mark: SourceMark) -> int:
    """The index behind the marked text: the name where it stands there, else the end of the key or value."""
    start = mark.column - 1
    rest = source[start:]
    if mark.name and rest.startswith(mark.name) and not rest[len(mark.name) :][:1].isalnum():
        return start + len(mark.name)
    if rest[:1] in {'"', "'"}:
        closing = rest.find(rest[0], 1)
        return start + closing + 1 if closing > 0 else len(source)
    ends = [at for stop in (": ", ", ", " #", "}", "]") if (at := rest.find(stop)) > 0]
    end = min(ends, default=len(rest))
    return start + len(rest[:end].rstrip().removesuffix(":"))
