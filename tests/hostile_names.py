"""Names that a model's file may have on a disk and that must stay text wherever they are shown."""

from __future__ import annotations

import os

from archgen.model.architecture import SUFFIX

MARKUP = (
    "<img src=x onerror=alert(1)>",
    '"onload="alert(1)',
    "it's \\ `code` | $(id)",
    "](javascript:alert(1))",
    "{{ 7 * 7 }}{% raw %}",
    "a&amp;b;c#d?e=f",
    "%2e%2e%2fx",
)
"""Names that mean something to HTML, Markdown, templates, shells or addresses."""

STEERING = (
    "line\nbreak",
    "tab\there",
    "\x1b[31mred\x1b]0;title\x07",
    "c1\x9b31m\x85x",
    "bidi\u202egnp\u202c\u2066\u2069",
    "::stop-commands::x",
    "##[stop-commands]token",
    "section_start:1:x\r\x1b[0Kx",
)
"""Names that would steer a terminal or the log of a forge."""

AWKWARD = ("-rf", "two  words", "größe-注文-नमस्ते", "🚀 go", "con", "Nul.x", "index", "x" * 240, "é" * 100)
"""Names that are fine, and that paths and addresses need care for."""

NAMES = (*MARKUP, *STEERING, *AWKWARD)

NAMELESS = ("..", ".", "🚀", "---", "\u200b")
"""Names without a letter or a digit, of which there is no path."""


def write(directory: str, model: str, names: tuple[str, ...] = NAMES) -> None:
    """Write the text of a model under each name."""
    os.makedirs(directory, exist_ok=True)
    for name in names:
        with open(os.path.join(directory, name + SUFFIX), "w", encoding="utf-8") as stream:
            stream.write(model)
