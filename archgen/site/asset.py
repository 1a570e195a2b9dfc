"""Scripts and style sheets of the site; a sheet takes the colors of the theme by name, so that each is written down once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template

from archgen.style.theme import DARK, LIGHT, PRINT, colours

COLORS = {f"{theme.name}_{role}": color for theme in (LIGHT, DARK) for role, color in colours(theme).items()} | {
    "print_plaintext": PRINT.plaintext
}
"""The colors that a style sheet can name: `$light_accent`, `$dark_accent`, and `$print_plaintext` for paper."""


@cache
def asset(path: str) -> str:
    """Return the text of a file of the site by its path, a style sheet with the colors of the theme."""
    text = (files("archgen.site") / path).read_text("utf-8")
    return Template(text).substitute(COLORS) if path.endswith(".css") else text
