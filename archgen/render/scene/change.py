"""Marks of what was added, removed and changed between two models: by form and color, never by color alone."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from archgen.layout.placed import Box
from archgen.model.subject import ChangeKind
from archgen.render.scene.shapes import Curve, IconImage, Pen, Rectangle, SceneGroup, SceneShape
from archgen.style.svg_markup import number
from archgen.style.theme import SIZES, Line

SIDE = 16.0
_FADED = 0.45
_GONE = "3 3"


def border(change: ChangeKind | None, usual: str) -> Pen:
    """Return the line around a card or a group: thick where it is new, dashed where it is gone."""
    match change:
        case None:
            return Pen(usual)
        case "added":
            return Pen("accent", 2.5)
        case "changed":
            return Pen("accent")
        case "removed":
            return Pen("muted", 1.0, _GONE)
        case _:
            assert_never(change)


def drawn_as(change: ChangeKind | None, line: Line) -> tuple[Line, float]:
    """Return the form of a line and its width; one that is gone is thin and dashed, whatever it meant."""
    usual = 1.0 if line.double else SIZES.line * line.weight
    match change:
        case None | "changed":
            return line, usual
        case "added":
            return line, usual + 1.0
        case "removed":
            return replace(line, role="muted", dash=_GONE, double=False), 1.0
        case _:
            assert_never(change)


def text_role(change: ChangeKind | None) -> str:
    """Return the role of a name's color."""
    return "muted" if change == "removed" else "ink"


def faint(change: ChangeKind | None, icon: IconImage) -> SceneShape:
    """Return a drawing, paler where its thing is gone."""
    return SceneGroup((icon,), opacity=_FADED) if change == "removed" else icon


def sign(change: ChangeKind | None, x: float, y: float) -> tuple[SceneShape, ...]:
    """Return a small square around a centre with +, - or ~ in it; nothing where nothing changed."""
    bar = f"M{number(x - 4)} {number(y)}h8"
    match change:
        case None:
            return ()
        case "added":
            plus = f"{bar}M{number(x)} {number(y - 4)}v8"
            return _square(x, y, "accent", Pen("accent")), _stroke(plus, "on_badge")
        case "removed":
            return _square(x, y, "card", Pen("muted", dash=_GONE)), _stroke(bar, "muted")
        case "changed":
            wave = f"M{number(x - 4)} {number(y + 1)}q2 -4.5 4 -1t4 -1"
            return _square(x, y, "card", Pen("accent")), _stroke(wave, "accent")
        case _:
            assert_never(change)


def _square(x: float, y: float, fill: str, pen: Pen) -> Rectangle:
    return Rectangle(Box(x - SIDE / 2, y - SIDE / 2, SIDE, SIDE), fill, pen, 4)


def _stroke(d: str, role: str) -> Curve:
    return Curve(d, pen=Pen(role, 1.8, round_ends=True))
