"""Signs that words of a picture have, in ASCII: a character each, so that nothing moves."""

from __future__ import annotations

ASCII_SIGNS = {
    "…": "~",
    "·": "-",
    "×": "x",
    "→": ">",
    "←": "<",
    "↔": "-",
    "–": "-",
    "“": '"',
    "”": '"',
    "’": "'",
}
