"""What pictures look like: two designed palettes, the sizes of things, the fonts, and how a line says what it means."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict

from archgen.topology import Meaning

Mode = Literal["light", "dark", "auto"]
"""`auto` follows the reader's system, and a Material page's own switch where the picture stands in one."""


class Theme(Struct, frozen=True, kw_only=True):
    """One palette; a field is the role of a colour, so that nothing else ever names one.

    ground lies under everything, `tint_1` to `tint_3` are groups within groups, card is a component on them and
    card_line its border. ink, muted and faint are text, second text and hairlines. The meanings and severities have one each.
    chip lies under a logo that brings its own colours; on_badge is the number on a severity.
    """

    name: Literal["light", "dark"]
    ground: str
    tint_1: str
    tint_2: str
    tint_3: str
    group_line: str
    card: str
    card_line: str
    chip: str
    ink: str
    muted: str
    faint: str
    accent: str
    encrypted: str
    plaintext: str
    error: str
    warning: str
    info: str
    on_badge: str
    paper: str
    paper_line: str


LIGHT = Theme(
    name="light",
    ground="#ffffff",
    tint_1="#f7f8fb",
    tint_2="#f0f3f7",
    tint_3="#e8ecf3",
    group_line="#c3cad6",
    card="#ffffff",
    card_line="#7f8a9c",
    chip="#ffffff",
    ink="#18212d",
    muted="#525e6f",
    faint="#c9d0da",
    accent="#2a56c6",
    encrypted="#0a7568",
    plaintext="#a04f00",
    error="#c01f3a",
    warning="#875e00",
    info="#4c51b8",
    on_badge="#ffffff",
    paper="#fdf6df",
    paper_line="#b49a4c",
)

DARK = Theme(
    name="dark",
    ground="#12161d",
    tint_1="#171c24",
    tint_2="#1c222c",
    tint_3="#212834",
    group_line="#3a4453",
    card="#29313e",
    card_line="#7c8899",
    chip="#f1f4f8",
    ink="#e9edf3",
    muted="#b0bac8",
    faint="#3f4957",
    accent="#84b1ff",
    encrypted="#3ecdb4",
    plaintext="#f3a53f",
    error="#ff7d86",
    warning="#f0cf62",
    info="#a3adff",
    on_badge="#12161d",
    paper="#35301f",
    paper_line="#8f7d45",
)

ROLES: tuple[str, ...] = tuple(name for name in Theme.__struct_fields__ if name != "name")
"""The roles of a colour: `archgen.markup` turns role `ink` into the classes `f-ink`, `s-ink` and `c-ink`."""


def colours(theme: Theme) -> dict[str, str]:
    """The colour of every role, in the order of `ROLES`."""
    return {role: colour for role, colour in asdict(theme).items() if role != "name"}


FONT = "Arimo, 'Liberation Sans', Helvetica, Arial, sans-serif"
"""Arimo is what text is measured and rasterised with; the others have its widths or, the last, whatever there is."""

WEIGHT_BOLD = 600


class Sizes(Struct, frozen=True, kw_only=True):
    """Lengths in pixels of a picture at 100 %; places fall on multiples of `grid`."""

    grid: int = 8
    margin: int = 24
    card_radius: int = 8
    group_radius: int = 12
    line_radius: int = 6
    icon: int = 40
    icon_small: int = 32
    title: int = 15
    name: int = 13
    text: int = 12
    label: int = 11
    small: int = 10
    leading: float = 1.35
    line: float = 1.5
    apart: float = 2.25
    """Half the way between the two strokes of a double line: a gap that is still seen at half the size."""
    hairline: float = 1.0
    badge: int = 10
    lock: int = 12


SIZES = Sizes()


class Line(Struct, frozen=True):
    """How a line says what it means: the role of its colour, its dashes, its lock, and whether it is a double line."""

    role: str
    dash: str = ""
    lock: Literal["", "closed", "open"] = ""
    double: bool = False
    words: str = ""


LINES: dict[Meaning, Line] = {
    "encrypted": Line("encrypted", lock="closed", words="encrypted"),
    "plaintext": Line("plaintext", dash="6 4", lock="open", words="in clear across hosts"),
    "local": Line("ink", words="within one host"),
    "replication": Line("accent", double=True, words="replication"),
    "monitoring": Line("muted", dash="1.5 4", words="monitoring"),
    "lookup": Line("muted", words="name look-up"),
    "unknown": Line("muted", dash="10 4", words="encryption not stated"),
}
