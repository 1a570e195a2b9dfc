"""How a picture of two models tells what was added, removed and changed: by form and colour, never by colour alone."""

from __future__ import annotations

from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from archgen.compare.entities import Change
from archgen.style.svg_markup import element, number
from archgen.style.theme import SIZES, Line

SIDE = 16.0
_FADED = 0.45
_GONE = "3 3"


class Border(Struct, frozen=True):
    """The border of a card or a group: the role of its colour, its width (None: as usual) and its dashes."""

    role: str
    width: float | None = None
    dash: str | None = None


def border(change: Change | None, usual: str) -> Border:
    """Thick where it is new, dashed where it is gone."""
    match change:
        case None:
            return Border(usual)
        case "added":
            return Border("accent", 2.5)
        case "changed":
            return Border("accent")
        case "removed":
            return Border("muted", 1.0, _GONE)
        case _:
            assert_never(change)


def drawn_as(change: Change | None, line: Line) -> tuple[Line, float]:
    """How a line is drawn and its width; one that is gone is thin and dashed, whatever it meant."""
    usual = 1.0 if line.double else SIZES.line
    match change:
        case None | "changed":
            return line, usual
        case "added":
            return line, usual + 1.0
        case "removed":
            return replace(line, role="muted", dash=_GONE, double=False), 1.0
        case _:
            assert_never(change)


def text_role(change: Change | None) -> str:
    """The role of a name's colour."""
    return "muted" if change == "removed" else "ink"


def faint(change: Change | None, icon: str) -> str:
    """A drawing, paler where its thing is gone."""
    return element("g", icon, opacity=_FADED) if change == "removed" else icon


def sign(change: Change | None, x: float, y: float) -> str:
    """A small square around a centre with +, - or ~ in it; nothing where nothing changed."""
    match change:
        case None:
            return ""
        case "added":
            return _square(x, y, "f-accent s-accent", None) + _stroke(
                f"M{number(x - 4)} {number(y)}h8M{number(x)} {number(y - 4)}v8", "s-on_badge"
            )
        case "removed":
            return _square(x, y, "f-card s-muted", _GONE) + _stroke(f"M{number(x - 4)} {number(y)}h8", "s-muted")
        case "changed":
            wave = f"M{number(x - 4)} {number(y + 1)}q2 -4.5 4 -1t4 -1"
            return _square(x, y, "f-card s-accent", None) + _stroke(wave, "s-accent")
        case _:
            assert_never(change)


def _square(x: float, y: float, classes: str, dash: str | None) -> str:
    half = SIDE / 2
    return element("rect", x=x - half, y=y - half, width=SIDE, height=SIDE, rx=4, class_=classes, stroke_dasharray=dash)


def _stroke(d: str, role: str) -> str:
    return element("path", d=d, fill="none", class_=role, stroke_width=1.8, stroke_linecap="round")
