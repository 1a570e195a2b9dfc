"""A model's words in Markdown: whatever they hold, they are shown as words."""

from __future__ import annotations

import re

from archgen.report.common.terminal import brief

_READ = re.compile(r"[\\`*_{}\[\]<>#|~&@!$^=]|:(?=\S)|\.(?<=www\.)|^[-+](?=\s)|^\d+(?=[.)])")

_CALLS = re.compile(r"(&#(?:64|35);|\bGH-)(?=\w)", re.IGNORECASE)
"""The beginnings of a mention and of a reference to an issue. Hosts look for them in the text that readers see, where a
character reference is the character again; a space of no width after it ends the search."""


def prose_text(words: str) -> str:
    """Return a line that Markdown, HTML and mentions leave alone: references stand for all characters with a meaning."""
    return _CALLS.sub(r"\1&#8203;", _READ.sub(_reference, brief(words)))


def inline_code(words: str) -> str:
    """Text as code; a backtick would end it, and a bar would end the cell of a table."""
    return f"`{brief(words).replace('`', chr(0x2019)).replace('|', chr(0xA6))}`" if words.strip() else ""


def sentence(words: str) -> str:
    """Words in which backticks mark code, as in what rules say."""
    parts = words.split("`")
    if len(parts) % 2 == 0:
        return prose_text(words)
    return "".join(inline_code(part) if at % 2 else _between(part) for at, part in enumerate(parts))


def _between(part: str) -> str:
    before = " " if part[:1].isspace() else ""
    after = " " if part[-1:].isspace() and part.strip() else ""
    return f"{before}{prose_text(part)}{after}"


def _reference(match: re.Match[str]) -> str:
    return "".join(f"&#{ord(char)};" for char in match[0])
