"""The lengths that a diagram is laid out with: the usual ones, and those of a diagram that is read from a distance."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from archgen.style.theme import LARGE, SIZES, Sizes


class Measures(Struct, frozen=True, kw_only=True):
    """Lengths in pixels of a diagram at 100%; the sizes of words and marks are in `sizes`.

    `card` is the height of a card whose name has one line, `second` what a second line adds, `title` the height of a
    line, `chip` that of a small card. `header`, `overhang` and `band` are the rooms of a group: for its words, with
    `under` below them, for what stands on its upper border, and for one that cuts across; `tip` is that of an arrow
    head behind a label. `brief` cards say only the part that they play under their names; `stacked` labels have a line
    for each word. `flat` cards have their icons beside their words. `zone` is the room of the words of lines on each side
    of the tracks of a diagram that is read from the top. A column of more than `tallest` cards is cut in two. More than
    `many` lines of the same words at one node are gathered, since nobody tells one from the next.
    """

    sizes: Sizes = SIZES
    card: float = 88.0
    title: float = 16.0
    second: float = 16.0
    chip: float = 40.0
    chip_icon: float = 20.0
    narrowest: float = 104.0
    widest: float = 152.0
    inset: float = 12.0
    heading: float = 24.0
    header: float = 36.0
    under: float = 8.0
    overhang: float = 20.0
    band: float = 16.0
    pad: float = 16.0
    node_gap: float = 24.0
    label_gap: float = 56.0
    group_gap: float = 32.0
    gap: float = 8.0
    tip: float = 8.0
    side: float = 12.0
    label: float = 14.0
    tag: float = 16.0
    stacked: bool = False
    brief: bool = False
    flat: bool = False
    flat_icon: float = 24.0
    zone: float = 22.0
    tallest: int = 10
    many: int = 8


USUAL = Measures()
"""A diagram of a page, which is read at arm's length."""

CLOSE = replace(
    USUAL,
    narrowest=88.0,
    widest=136.0,
    inset=8.0,
    pad=10.0,
    node_gap=16.0,
    label_gap=44.0,
    group_gap=20.0,
    gap=4.0,
    tip=6.0,
    side=8.0,
    stacked=True,
)
"""A diagram that is a little too wide for its page: as much text with less room around it."""

BROAD = replace(USUAL, tallest=5)
"""A diagram with a column of many cards, which stand beside each other instead."""

FLAT = replace(
    CLOSE,
    card=48.0,
    second=16.0,
    narrowest=96.0,
    widest=160.0,
    inset=12.0,
    header=32.0,
    flat=True,
    zone=14.0,
)
"""A diagram that is read from the top and would be a tower: its cards are as wide as ever, and half as high."""

TERSE = replace(FLAT, narrowest=80.0, widest=136.0, node_gap=12.0, brief=True)
"""The same with names only, and the parts that cards play."""

ROOM = Measures(
    sizes=LARGE,
    card=104.0,
    title=27.0,
    second=27.0,
    chip=52.0,
    chip_icon=24.0,
    narrowest=96.0,
    widest=184.0,
    inset=9.0,
    zone=28.0,
    heading=28.0,
    header=42.0,
    under=11.0,
    overhang=26.0,
    band=18.0,
    pad=10.0,
    node_gap=20.0,
    label_gap=70.0,
    group_gap=20.0,
    gap=6.0,
    tip=17.0,
    side=10.0,
    label=20.0,
    tag=24.0,
    stacked=True,
)
"""A slide, which is read from the back of a room."""

BRIEF = replace(
    ROOM,
    card=96.0,
    second=0.0,
    chip=38.0,
    widest=120.0,
    inset=8.0,
    overhang=19.0,
    pad=8.0,
    node_gap=18.0,
    gap=4.0,
    side=8.0,
    brief=True,
)
"""The same where there is less room: cards say their names and what part they play."""

BOLD = replace(
    BRIEF,
    card=64.0,
    second=27.0,
    narrowest=88.0,
    widest=208.0,
    node_gap=14.0,
    group_gap=16.0,
    inset=10.0,
    flat=True,
    flat_icon=32.0,
    zone=18.0,
)
"""A diagram of many cards that is shrunk to its column: large words in flat cards, with little room around them."""

POCKET = replace(
    BRIEF,
    sizes=replace(LARGE, label=20, small=20),
    card=100.0,
    widest=112.0,
    narrowest=72.0,
    node_gap=10.0,
    group_gap=12.0,
    pad=6.0,
    inset=6.0,
)
"""A diagram that is shrunk to a phone: names that end where the next card is near, and words as large as they may be."""
