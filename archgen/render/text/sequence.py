"""A sequence in characters: names at the top, a lifeline under each, a line for each message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from archgen.render.text.signs import ASCII_SIGNS
from archgen.render.text.words import cut, fold_lines, open_branch
from archgen.report.common.terminal import display_width
from archgen.style.theme import LINES
from archgen.views.diagram import Block, Item, Message, Remark, Sequence

_ASCII = str.maketrans(
    {"│": "|", "─": "-", "┄": ".", "▶": ">", "◀": "<", "┌": "+", "┐": "+", "└": "+", "┘": "+", **ASCII_SIGNS}
)
_LEAST, _MOST = 12, 30


def sequence_text(sequence: Sequence, width: int = 10_000, ascii_only: bool = False) -> str | None:
    """Return the picture as lines of text, with columns as narrow as `width` wants; None where it cannot be so narrow."""
    text = _Writer(sequence, width).text()
    return text.translate(_ASCII) if text is not None and ascii_only else text


class _Writer:
    def __init__(self, sequence: Sequence, width: int) -> None:
        self._sequence = sequence
        self._places = {participant.id: at for at, participant in enumerate(sequence.participants)}
        self._gutter = 5
        count = max(len(self._places), 1)
        self._column = min(_MOST, (width - self._gutter) // count)
        self._lines: list[str] = []

    def text(self) -> str | None:
        if self._column < _LEAST:
            return None
        names = [cut(participant.label, self._column - 4) for participant in self._sequence.participants]
        self._lines = [fold_lines(self._sequence.title), ""]
        for edges in ("┌┐", "", "└┘"):
            self._lines.append(self._heads(names, edges))
        self._items(self._sequence.items, 0)
        return "\n".join(line.rstrip() for line in self._lines) + "\n"

    def _heads(self, names: list[str], edges: str) -> str:
        parts = []
        for name in names:
            inner = f"{edges[0]}{'─' * (display_width(name) + 2)}{edges[1]}" if edges else f"│ {name} │"
            before = (self._column - display_width(inner)) // 2
            parts.append(" " * before + inner + " " * (self._column - before - display_width(inner)))
        return " " * self._gutter + "".join(parts)

    def _x(self, name: str) -> int:
        return self._gutter + self._places[name] * self._column + self._column // 2

    def _row(self) -> list[str]:
        cells = [" "] * (self._gutter + self._column * max(len(self._places), 1))
        for name in self._places:
            cells[self._x(name)] = "│"
        return cells

    def _put(self, cells: list[str], x: int, words: str) -> None:
        for character in words:
            if x < len(cells):
                cells[x] = character
                if display_width(character) == 2 and x + 1 < len(cells):
                    cells[x + 1] = ""
            x += display_width(character)

    def _items(self, items: Iterable[Item], depth: int) -> None:
        for item in items:
            match item:
                case Message():
                    self._message(item)
                case Remark():
                    self._mark(f"note: {item.text}", min(self._x(name) for name in item.over) if item.over else 0)
                case Block():
                    for at, section in enumerate(item.sections):
                        self._rule(open_branch(item.kind, at, section.when), depth)
                        self._items(section.items, depth + 1)
                    self._rule("end", depth)
                case _:
                    assert_never(item)

    def _mark(self, words: str, x: int) -> None:
        cells = self._row()
        room = len(cells) - x - 2
        self._put(cells, x + 1, f" {cut(words, max(room, 8))} ")
        self._lines.append("".join(cells))

    def _rule(self, words: str, depth: int) -> None:
        cells = self._row()
        for x in range(self._gutter + depth, len(cells)):
            cells[x] = "┄"
        self._put(cells, self._gutter + depth, f"{cut(words, len(cells) - self._gutter - depth - 2)} ")
        self._lines.append("".join(cells))

    def _message(self, message: Message) -> None:
        start, end = self._x(message.source), self._x(message.target)
        issues = " ".join(f"[{badge.text}]" for badge in message.badges)
        lock = {"closed": "tls", "open": "clear", "": ""}[LINES[message.meaning].lock]
        detail = "" if message.answer else " ".join(word for word in (fold_lines(message.protocol), lock) if word)
        words = " ".join(word for word in (message.text, f"({detail})" if detail else "", issues) if word)
        if start == end:
            self._mark(f"{words} ↺", start)
            return
        left, right = sorted((start, end))
        over = self._row()
        room = len(over) - left - 2
        self._put(over, left + 2, cut(words, max(room, 4)))
        line = self._row()
        for x in range(left + 1, right):
            line[x] = "┄" if message.answer else "─"
        line[right - 1 if end > start else left + 1] = "▶" if end > start else "◀"
        self._put(line, 0, cut(message.number, self._gutter - 1))
        self._lines += ["".join(over), "".join(line)]
