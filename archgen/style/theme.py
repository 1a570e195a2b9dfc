"""The look of pictures: four designed palettes, the sizes of things, the fonts, and how a line says what it means."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict

from archgen.analysis.hops import Meaning

Name = Literal["light", "dark", "print", "contrast"]
Mode = Literal["light", "dark", "auto", "print", "contrast"]
"""The name of a theme, or `auto`, which follows the reader's system, and a Material page's own switch where the picture stands in one."""


class Theme(Struct, frozen=True, kw_only=True):
    """A palette; a field is the role of a color, so that nothing else ever names one.

    ground lies under everything, `tint_1` to `tint_3` are groups within groups, card is a component on them and
    card_line its border. ink, muted and faint are text, second text and hairlines. The meanings and severities have one each;
    good is a result without a finding. chip lies under a logo that brings its own colors; on_badge is the number on a severity.
    `stroke` is how thick lines are beside the usual; `mono` logos take the ink.
    """

    name: Name
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
    good: str
    stroke: float = 1.0
    mono: bool = False


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
    good="#0a7568",
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
    good="#3ecdb4",
)

PRINT = Theme(
    name="print",
    ground="#ffffff",
    tint_1="#fbfbfb",
    tint_2="#f6f6f6",
    tint_3="#f0f0f0",
    group_line="#8c8c8c",
    card="#ffffff",
    card_line="#4d4d4d",
    chip="#ffffff",
    ink="#000000",
    muted="#404040",
    faint="#b3b3b3",
    accent="#000000",
    encrypted="#5c5c5c",
    plaintext="#282828",
    error="#000000",
    warning="#303030",
    info="#5a5a5a",
    on_badge="#ffffff",
    paper="#f6f6f6",
    paper_line="#737373",
    good="#5c5c5c",
    stroke=0.7,
    mono=True,
)
"""Grays and thin lines, for paper: what means something is told by its form."""

CONTRAST = Theme(
    name="contrast",
    ground="#ffffff",
    tint_1="#fcfcfd",
    tint_2="#f8f9fb",
    tint_3="#f4f6f9",
    group_line="#3d4653",
    card="#ffffff",
    card_line="#000000",
    chip="#ffffff",
    ink="#000000",
    muted="#2b333e",
    faint="#5c6675",
    accent="#0a2f96",
    encrypted="#00564c",
    plaintext="#733200",
    error="#a00028",
    warning="#383000",
    info="#2c3199",
    on_badge="#ffffff",
    paper="#fffbe6",
    paper_line="#5c4a00",
    good="#00564c",
    stroke=1.3,
)
"""Every word at 7:1 and more (WCAG 2.2, 1.4.6) and lines that are thicker, for weak eyes and weak projectors."""

THEMES: dict[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK, PRINT, CONTRAST)}
"""Every theme by its name."""

_MANNER = ("name", "stroke", "mono")
ROLES: tuple[str, ...] = tuple(name for name in Theme.__struct_fields__ if name not in _MANNER)
"""The roles of a color: the style sheet of an SVG turns role `ink` into the classes `f-ink`, `s-ink` and `c-ink`."""


def colours(theme: Theme) -> dict[str, str]:
    """Return the color of every role, in the order of `ROLES`."""
    return {role: colour for role, colour in asdict(theme).items() if role in ROLES}


FONT = "Arimo, 'Liberation Sans', Helvetica, Arial, sans-serif"
"""Arimo is what text is measured and rasterized with; the others have its widths or, the last, whatever there is."""

WEIGHT_BOLD = 600


class Sizes(Struct, frozen=True, kw_only=True):
    """Lengths in pixels of a picture at 100%; places fall on multiples of `grid`."""

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
    small: int = 11
    leading: float = 1.35
    line: float = 1.5
    apart: float = 2.25
    """Half the way between the two strokes of a double line: a gap that is still seen at half the size."""
    hairline: float = 1.0
    badge: int = 10
    joint: float = 3.0
    """The radius of the dot where lines of a bundle part."""
    hang: int = 4
    """How far the badges of a card stand out of its right side."""
    sheet: int = 4
    """How far the second sheet of a card of several stands out of its upper right corner."""
    lid: int = 5
    """Half the depth of the lid of a card that is a drum."""
    lock: int = 12
    arrow: int = 8

    def badge_row(self, count: int) -> float:
        """Return the width of so many badges side by side, with a gap beside each; more digits take a little more."""
        return count * (2.0 * self.badge + 4)


SIZES = Sizes()

LARGE = Sizes(
    name=24,
    text=22,
    label=18,
    small=18,
    icon=36,
    icon_small=36,
    line=2.5,
    apart=3.5,
    badge=15,
    lock=17,
    arrow=13,
    joint=5.0,
    hang=12,
    sheet=8,
    lid=6,
)
"""Words and marks that are large beside what they stand in: for pictures that are read from the back of a room."""


class Line(Struct, frozen=True):
    """The form of a line by its meaning: the role of its color, its dashes, its lock, and whether it is a double line.

    `weight` is how thick it is beside the usual.
    """

    role: str
    dash: str = ""
    lock: Literal["", "closed", "open"] = ""
    double: bool = False
    words: str = ""
    weight: float = 1.0


LINES: dict[Meaning, Line] = {
    "encrypted": Line("encrypted", lock="closed", words="encrypted"),
    "plaintext": Line("plaintext", dash="6 4", lock="open", words="unencrypted across hosts", weight=4 / 3),
    "local": Line("ink", words="within one host"),
    "replication": Line("accent", double=True, words="replication"),
    "monitoring": Line("muted", dash="1.5 4", words="monitoring"),
    "lookup": Line("muted", words="name look-up"),
    "code": Line("muted", dash="10 3 2 3", words="runs the code"),
    "unknown": Line("muted", dash="10 4", words="encryption not declared"),
}
