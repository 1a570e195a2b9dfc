"""The outline of a card: a rounded rectangle or a drum, with a connection site for each line that meets it."""

from __future__ import annotations

from archgen.layout.placed import Box, Point
from archgen.render.scene.marks import BEND
from archgen.style.theme import SIZES

OWN_SITES = 4
"""The sites that a rectangle has anyway, which come before those of lines."""


def card_outline(box: Box, sites: list[Point], lid: float = 0.0) -> str:
    """Return the outline of a rounded rectangle, or of a drum, with a connection site for each line, after the usual four."""
    wide, tall = round(box.width * 100), round(box.height * 100)
    guides, listed = [], []
    usual = [(wide / 2, 0.0), (0.0, tall / 2), (wide / 2, tall), (float(wide), tall / 2)]
    for site, (x, y) in enumerate([*usual, *(((x - box.x) * 100, (y - box.y) * 100) for x, y in sites)]):
        guides.append(f'<a:gd name="connsiteX{site}" fmla="*/ {round(x)} w {wide}"/>')
        guides.append(f'<a:gd name="connsiteY{site}" fmla="*/ {round(y)} h {tall}"/>')
        angle = _angle(x, y, wide, tall)
        listed.append(f'<a:cxn ang="{angle}"><a:pos x="connsiteX{site}" y="connsiteY{site}"/></a:cxn>')
    radius = min(round(SIZES.card_radius * 100), wide // 2, tall // 2)
    paths = _drum(wide, tall, round(lid * 100)) if lid else _rounded(wide, tall, radius, radius)
    return (
        f"<a:custGeom><a:avLst/><a:gdLst>{''.join(guides)}</a:gdLst><a:ahLst/><a:cxnLst>{''.join(listed)}</a:cxnLst>"
        f'<a:rect l="l" t="t" r="r" b="b"/><a:pathLst>{paths}</a:pathLst>'
        "</a:custGeom>"
    )


def _angle(x: float, y: float, wide: float, tall: float) -> str:
    """Return the direction in which a line leaves a side, clockwise from the right, in 1/60,000 of a degree."""
    gaps = {"0": abs(wide - x), "10800000": abs(x), "16200000": abs(y), "5400000": abs(tall - y)}
    return min(gaps, key=lambda way: gaps[way])


def _rounded(wide: int, tall: int, across: int, down: int) -> str:
    """Return a closed outline whose corners are quarters of ellipses."""
    corners = (
        ((across, 0), (wide - across, 0), "16200000"),
        ((wide, down), (wide, tall - down), "0"),
        ((wide - across, tall), (across, tall), "5400000"),
        ((0, tall - down), (0, down), "10800000"),
    )
    steps = "".join(
        f'<a:lnTo>{_point(end)}</a:lnTo><a:arcTo wR="{across}" hR="{down}" stAng="{start}" swAng="5400000"/>'
        for _, end, start in corners
    )
    return f'<a:path w="{wide}" h="{tall}"><a:moveTo>{_point(corners[0][0])}</a:moveTo>{steps}<a:close/></a:path>'


def _drum(wide: int, tall: int, lid: int) -> str:
    """Return the outline of a drum, and the front of its lid, which is a line without a ground."""
    bend = min(round(BEND * 100), wide // 2)
    front = (
        f'<a:moveTo>{_point((0, lid))}</a:moveTo><a:arcTo wR="{bend}" hR="{lid}" stAng="10800000" swAng="-5400000"/>'
        f"<a:lnTo>{_point((wide - bend, 2 * lid))}</a:lnTo>"
        f'<a:arcTo wR="{bend}" hR="{lid}" stAng="5400000" swAng="-5400000"/>'
    )
    return f'{_rounded(wide, tall, bend, lid)}<a:path w="{wide}" h="{tall}" fill="none">{front}</a:path>'


def _point(place: tuple[int, int]) -> str:
    return f'<a:pt x="{place[0]}" y="{place[1]}"/>'
