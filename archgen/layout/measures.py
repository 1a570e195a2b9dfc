"""The lengths that a picture is laid out with: the usual ones, and those of a picture that is read from a distance."""

from __future__ import annotations

from msgspec import Struct

from archgen.theme import SIZES, Sizes


class Measures(Struct, frozen=True, kw_only=True):
    """Lengths in pixels of a picture at 100 %; the sizes of words and marks are in `sizes`.

    `card` is the height of a card whose name has one line, `title` that of each further line of it, `chip` that of a
    small card. `header`, `overhang` and `band` are the rooms of a group: for its words, for what stands on its upper
    border, and for one that cuts across. Names are not told twice where `brief` cards have only the part that they
    play under them; `stacked` labels have a line for each word.
    """

    sizes: Sizes = SIZES
    card: float = 88.0
    title: float = 16.0
    chip: float = 40.0
    chip_icon: float = 20.0
    narrowest: float = 104.0
    widest: float = 152.0
    inset: float = 12.0
    heading: float = 24.0
    header: float = 36.0
    overhang: float = 20.0
    band: float = 16.0
    pad: float = 16.0
    node_gap: float = 24.0
    label_gap: float = 56.0
    group_gap: float = 32.0
    gap: float = 8.0
    side: float = 12.0
    label: float = 14.0
    tag: float = 16.0
    stacked: bool = False
    brief: bool = False


USUAL = Measures()
"""A picture of a page, which is read at arm's length."""
