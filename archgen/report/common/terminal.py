"""Text that is safe and aligned on a terminal: control characters shown, wide ones counted, long names cut short."""

from __future__ import annotations

import re
from typing import Literal
from unicodedata import category, east_asian_width

from msgspec import Struct

Emphasis = Literal["error", "warning", "info", "fix", "strong", "quiet", "accepted"]

_CODES: dict[Emphasis, str] = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "fix": "1;32",
    "strong": "1",
    "quiet": "2",
    "accepted": "2",
}

LONGEST_WORD = 80
LONGEST_TEXT = 1200


class Style(Struct, frozen=True):
    """The width of the terminal, and True for color and for links."""

    width: int = 100
    colour: bool = False
    links: bool = False

    def paint(self, text: str, paint: Emphasis) -> str:
        """The text in the colour of its meaning; unchanged where there is no colour."""
        return f"\x1b[{_CODES[paint]}m{text}\x1b[0m" if self.colour and text else text

    def link(self, text: str, address: str) -> str:
        """The text as a hyperlink (OSC 8); unchanged where none is shown, or for an address that is none."""
        if not (self.links and address and address.isascii() and address.isprintable()):
            return text
        return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\"


_PAINTED = r"(\x1b\[(?:[012]|3[23]|1;3[1236])m|\x1b\]8;;[\x20-\x7e]*\x1b\\)"
"""The sequences of `Style`: colours, and links (OSC 8)."""

_LOG_COMMAND = r"(?m)(##[A-Za-z.]*)\[|^((?:[^\S\n]|\x1b\[[\d;]*m)*)::(?!:)"
"""The beginnings of commands in the log of a CI run: `##[group]`, `##vso[…]` anywhere, `::stop-commands::` in front.

GitLab's marks need a carriage return and an escape, which `inert` shows.
"""


def inert(text: str, style: Style | None = None) -> str:
    """Text for people of which a terminal or a CI log obeys nothing, whatever names and words it holds.

    Line ends and tabs stay, and so do the sequences of `style`, if it has colours or links.
    """
    if not text.isascii() or not text.replace("\n", "").isprintable():
        painted = style is not None and (style.colour or style.links)
        text = "\n".join(_inert_line(line, painted) for line in text.split("\n"))
    # a report without names of this kind does not pay for the expression
    return re.sub(_LOG_COMMAND, _disarmed, text) if "##" in text or "::" in text else text


def _inert_line(line: str, painted: bool) -> str:
    if line.isprintable():
        return line
    body = line.removesuffix("\r")
    parts = re.split(_PAINTED, body) if painted else [body]
    shown = (part if at % 2 else "\t".join(map(escape_controls, part.split("\t"))) for at, part in enumerate(parts))
    return "".join(shown) + line[len(body) :]


def _disarmed(match: re.Match[str]) -> str:
    """The same width, so that what stands below stays in its column."""
    return f"{match[1]}(" if match[1] else f"{match[2]}:."


def escape_controls(text: str) -> str:
    """The text with all that would steer a terminal or reorder a line made visible (ESC as ␛, U+202E as \\u{202e})."""
    if text.isprintable():
        return text
    return "".join(_shown(text, at) for at in range(len(text)))


def _shown(text: str, at: int) -> str:
    char = text[at]
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if char.isprintable() or char == "\u3000" or _joins_emoji(text, at):
        return char
    return f"\\u{{{code:x}}}"


def _joins_emoji(text: str, at: int) -> bool:
    """Return True if a zero-width joiner joins two pictographs to one sign."""
    return text[at] == "\u200d" and 0 < at < len(text) - 1 and min(text[at - 1], text[at + 1]) >= "\u2190"


def display_width(text: str) -> int:
    """Return the number of columns of a text: 2 for wide characters, 0 for combining ones (Unicode annex 11)."""
    if text.isascii():
        return len(text)
    if all(char < "\u0300" or "\u2010" <= char <= "\u2027" or "\u2190" <= char <= "\u21ff" for char in text):
        # Latin letters, dashes, ellipsis and arrows: what our own words consist of
        return len(text)
    total = 0
    for char in text:
        if category(char) in {"Mn", "Me", "Cf"}:
            continue
        total += 2 if east_asian_width(char) in "WF" else 1
    return total


def brief(text: str) -> str:
    """The text in one safe line, runs of white space as one space, long words and long texts cut in their middle."""
    words = text.split()
    if not text.isprintable() or (len(text) > LONGEST_WORD and max(map(len, words)) > LONGEST_WORD):
        words = [_cut(escape_controls(word), LONGEST_WORD) for word in words]
    return _cut(" ".join(words), LONGEST_TEXT)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    head = limit * 2 // 3
    return f"{text[:head]}…{text[head + 1 - limit :]}"


def wrap_columns(text: str, width: int, indent: str = "", first: str | None = None) -> list[str]:
    """Lines of words no wider than `width` columns where the words allow it; `first` opens the first line."""
    first = indent if first is None else first
    return _wrapped_ascii(text, width, indent, first) if text.isascii() else _wrapped(text, width, indent, first)


def _wrapped_ascii(text: str, width: int, indent: str, first: str) -> list[str]:
    """Return the result of `_wrapped`, line by line, for a text with a column per character."""
    rest = " ".join(text.split())
    lines: list[str] = []
    line = first
    room = width - display_width(line)
    while len(rest) > room:
        end = rest.rfind(" ", 0, max(0, room + 1))
        if end < 0:
            end = rest.find(" ")
            if end < 0:
                break
        lines.append(line + rest[:end])
        rest = rest[end + 1 :]
        line, room = indent, width - display_width(indent)
    return [*lines, (line + rest).rstrip()]


def _wrapped(text: str, width: int, indent: str, first: str) -> list[str]:
    lines: list[str] = []
    line = first
    taken, empty = display_width(line), True
    for word in text.split():
        wide = display_width(word)
        if not empty and taken + 1 + wide > width:
            lines.append(line)
            line, taken, empty = indent, display_width(indent), True
        line = line + word if empty else f"{line} {word}"
        taken += wide if empty else wide + 1
        empty = False
    return [*lines, line.rstrip()]
