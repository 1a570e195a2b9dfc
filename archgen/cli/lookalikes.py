"""Characters in the place of those that a terminal lacks: text for people degrades, and never fails to be written."""

from __future__ import annotations

import codecs

NAME = "archgen.lookalike"
"""The name that a stream knows the handler by."""

_LOOKALIKES = {
    **dict.fromkeys("─━┄‐‑‒–—", "-"),
    **dict.fromkeys("│┃", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼", "+"),
    **dict.fromkeys("‘’", "'"),
    **dict.fromkeys("“”", '"'),
    "▶": ">",
    "◀": "<",
    "▲": "^",
    "▼": "v",
    "→": "->",
    "←": "<-",
    "↔": "<->",
    "⇠": "<-",
    "↺": "(again)",
    "…": "...",
    "×": "x",
    "•": "*",
    "·": "-",
    "\u00a0": " ",
}


def lookalike(error: UnicodeError) -> tuple[str, int]:
    """Replace what an encoding lacks by ASCII that looks like it, else by a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_LOOKALIKES.get(character, "?") for character in lacking), error.end


def can_show(text: str, encoding: str | None) -> bool:
    """Return True if an encoding has all characters of a text."""
    try:
        text.encode(encoding or "utf-8")
    except (UnicodeError, LookupError):
        return False
    return True


codecs.register_error(NAME, lookalike)
