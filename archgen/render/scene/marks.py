"""Marks that pictures share: locks, crosses, and the outlines of badges."""

from __future__ import annotations

from typing import Literal, assert_never

from archgen.render.scene.shapes import BadgeMark, Curve, IconImage, Pen, Rectangle, SceneShape, TextLine
from archgen.style.glyphs import Icon
from archgen.style.svg_markup import badge_size, number
from archgen.style.theme import SIZES
from archgen.views.diagram import Badge

LOCKS: dict[Literal["closed", "open"], Icon] = {
    "closed": Icon(
        "lock-closed",
        "0 0 24 24",
        '<path d="M7.5 11v-3.5a4.5 4.5 0 0 1 9 0v3.5" fill="none" stroke="currentColor" stroke-width="2.5"/>'
        '<path d="M4.5 11h15v10.5h-15z" fill="currentColor" stroke="currentColor" stroke-width="2.5" '
        'stroke-linejoin="round"/>',
    ),
    "open": Icon(
        "lock-open",
        "0 0 24 24",
        '<path d="M6 11v-4a4.25 4.25 0 0 1 8.3-1.3M4.5 11h15v10.5h-15z" fill="none" stroke="currentColor" '
        'stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"/>',
    ),
}
"""A lock that is closed and filled, and one that is open and hollow."""


def lock(x: float, y: float, state: Literal["closed", "open"], role: str, size: float = SIZES.lock) -> IconImage:
    """Return a lock with its top left corner at a place."""
    return IconImage(LOCKS[state], x, y, size, role)


def cross(x: float, y: float) -> tuple[SceneShape, ...]:
    """Return a cross around a centre, on a ground of its own: here it ends."""
    arms = f"M{number(x - 6)} {number(y - 6)}l12 12m0 -12l-12 12"
    return Curve(arms, pen=Pen("ground", 6, round_ends=True)), Curve(arms, pen=Pen("error", 2.5, round_ends=True))


BEND = 40.0
"""Up to so far from a side a lid is bent: in the middle it's straight, so that lines from above and below meet it."""


def drum_path(drum: Rectangle) -> str:
    """Return the outline of a drum, and the front of its lid."""
    box, deep, bend = drum.box, number(drum.lid), number(min(BEND, drum.box.width / 2))
    left, right, top, bottom = (number(at) for at in (box.x, box.right, box.y + drum.lid, box.bottom - drum.lid))
    along = number(max(box.width - 2 * BEND, 0.0))
    out = f"{bend} {deep} 0 0 1"
    return (
        f"M{left} {top}a{out} {bend} -{deep}h{along}a{out} {bend} {deep}V{bottom}a{out} -{bend} {deep}h-{along}"
        f"a{out} -{bend} -{deep}zM{right} {top}a{out} -{bend} {deep}h-{along}a{out} -{bend} -{deep}"
    )


def finding_badge(badge: Badge, x: float, y: float, radius: float = SIZES.badge, group: str | None = None) -> BadgeMark:
    """Return the mark of a badge around a centre."""
    return BadgeMark(x, y, badge.text, badge.severity, badge.title, radius, group)


def badge_path(badge: BadgeMark) -> str:
    """Return the outline of a badge of the usual size around (x, y): an octagon, a triangle or a capsule."""
    x, y, half, r = badge.x, badge.y, badge_size(badge.text)[0] / 2, float(SIZES.badge)
    match badge.severity:
        case "error":
            cut = r * 0.42
            return (
                f"M{number(x - half + r - cut)} {number(y - r)}H{number(x + half - r + cut)}l{number(r - cut)} "
                f"{number(r - cut)}v{number(2 * cut)}l{number(cut - r)} {number(r - cut)}H{number(x - half + r - cut)}"
                f"l{number(cut - r)} {number(cut - r)}v{number(-2 * cut)}z"
            )
        case "warning":
            return (
                f"M{number(x - half - 2)} {number(y + r - 1)}L{number(x - half + r - 2)} {number(y - r)}"
                f"H{number(x + half - r + 2)}L{number(x + half + 2)} {number(y + r - 1)}z"
            )
        case "info":
            return (
                f"M{number(x - half + r)} {number(y - r)}H{number(x + half - r)}a{number(r)} {number(r)} 0 0 1 0 "
                f"{number(2 * r)}H{number(x - half + r)}a{number(r)} {number(r)} 0 0 1 0 {number(-2 * r)}z"
            )
        case _:
            assert_never(badge.severity)


def badge_text(badge: BadgeMark) -> TextLine:
    """Return the text on a badge of the usual size: in the lower half of a triangle, else in the middle."""
    baseline = badge.y + (6 if badge.severity == "warning" else 3.6)
    return TextLine(badge.x, baseline, badge.text, SIZES.small, "on_badge", "middle", bold=True)
