"""The rooms that diagrams are seen in: how much of them is shown, and the smallest text that can be read there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from archgen.layout.measures import Measures
from archgen.layout.placed import Placed


class Oblong(Protocol):
    """A diagram by its width and height, laid out or not."""

    @property
    def width(self) -> float:
        """The width."""
        ...

    @property
    def height(self) -> float:
        """The height."""
        ...


class Worded(Protocol):
    """A card by its second line, laid out or not."""

    @property
    def detail(self) -> str:
        """The second line, empty without one."""
        ...

    @property
    def compact(self) -> bool:
        """True if its icon stands beside its words."""
        ...


class Room(Struct, frozen=True):
    """A column as wide as `width` pixels, or a page of `width` by `height` points; `floor` is its smallest readable text.

    A diagram is shrunk to fit a column, and shrunk or enlarged to fit a page.
    """

    name: str
    width: float
    floor: float
    height: float = 0.0

    @property
    def unit(self) -> str:
        """The unit of the sizes."""
        return "pt" if self.height else "px"

    def scale(self, extent: Oblong) -> float:
        """Return the scale at which a diagram is shown."""
        across = self.width / max(extent.width, 1.0)
        return min(across, self.height / max(extent.height, 1.0)) if self.height else min(across, 1.0)

    def text(self, placed: Placed) -> float:
        """Return the size of the smallest text of a diagram, as it is shown."""
        return self.scale(placed) * smallest_text(placed)


ROOMS: dict[str, Room] = {
    room.name: room
    for room in (
        Room("1150", 1150.0, 11.0),
        Room("800", 800.0, 9.0),
        Room("480", 480.0, 8.0),
        Room("slide", 880.0, 10.0, 440.0),
        Room("a4", 785.0, 7.0, 538.0),
        Room("a1", 2327.0, 14.0, 1627.0),
    )
}
"""Columns of pages, of a README and of a phone, a slide of 16:9 within its margins, and sheets of paper in landscape."""

COLUMN = ROOMS["1150"]
"""The column of a page."""

COLUMNS: dict[str, Room] = {room.name: room for room in (Room("phone", 356.0, 8.0), Room("sheet", 710.0, 9.2))}
"""The column of a page where it is narrower: on a phone of 390 px, and on a tablet or on a sheet of A4."""

THUMBNAIL = Room("thumbnail", 300.0, 8.0, 580.0)
"""The room of a thumbnail on a card, in pixels: that of a phone, since a card on a desktop is wider."""


_ROUNDING = 0.05
"""Difference of two text sizes that nobody sees."""


def is_legible(placed: Placed, room: Room) -> bool:
    """Return True if the smallest text of a diagram can be read in a room."""
    return can_be_read(room.text(placed), room)


def can_be_read(text: float, room: Room) -> bool:
    """Return True if text of a size can be read in a room."""
    return text >= room.floor - _ROUNDING


def legibility(placed: Placed, room: Room) -> float:
    """Return the smallest text of a diagram in a room as a share of the smallest that can be read there, 1 at most."""
    return 1.0 if is_legible(placed, room) else min(room.text(placed) / room.floor, 0.999)


def smallest_text(placed: Placed) -> float:
    """Return the size of the smallest text of a diagram."""
    return smallest_of(placed.nodes, placed.measures)


def smallest_of(cards: Iterable[Worded], measures: Measures) -> float:
    """Return the size of the smallest text of some cards and the lines between them."""
    sizes = measures.sizes
    small = any(card.compact and card.detail for card in cards)
    return min(sizes.small if small else sizes.label, sizes.name)
