"""A drawing for every kind of component, in strokes in a box of 24 by 24: no picture depends on what is installed."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct


class Icon(Struct, frozen=True):
    """A drawing to be embedded once and used many times.

    `id` is an XML name without a prefix; `body` is SVG markup that is safe as it stands and is painted in the text's
    color where it says `currentColor`. `colour` is the product's own color; `coloured` says that the drawing, or the
    product's color, wants a light chip under it on a dark ground. `inked` is the body in the text's color alone, where
    that shows the same.
    """

    id: str
    view_box: str
    body: str
    colour: str | None = None
    coloured: bool = False
    inked: str | None = None


IconLookup = Callable[[str | None], Icon | None]
"""Returns the logo of a product, or an icon by its name; None if there is none."""


def _circle(x: float, y: float, r: float) -> str:
    return f"M{x - r:g} {y:g}a{r:g} {r:g} 0 1 0 {2 * r:g} 0a{r:g} {r:g} 0 1 0 {-2 * r:g} 0z"


def _box(x: float, y: float, w: float, h: float, r: float = 1.5) -> str:
    corner = f"a{r:g} {r:g} 0 0 1"
    return (
        f"M{x + r:g} {y:g}h{w - 2 * r:g}{corner} {r:g} {r:g}v{h - 2 * r:g}{corner} {-r:g} {r:g}"
        f"h{2 * r - w:g}{corner} {-r:g} {-r:g}v{2 * r - h:g}{corner} {r:g} {-r:g}z"
    )


def _drum(x: float, y: float, w: float, h: float, ry: float = 2.5) -> str:
    r = w / 2
    return (
        f"M{x:g} {y + ry:g}a{r:g} {ry:g} 0 1 0 {w:g} 0a{r:g} {ry:g} 0 1 0 {-w:g} 0"
        f"v{h - 2 * ry:g}a{r:g} {ry:g} 0 0 0 {w:g} 0v{2 * ry - h:g}"
    )


def _dot(x: float, y: float) -> str:
    return f"M{x:g} {y:g}h.01"


_SHIELD = "M12 2.5l7.5 2.8v6c0 4.6-3.1 8.2-7.5 10.2c-4.4-2-7.5-5.6-7.5-10.2v-6z"
_CLOUD = "M7 18.5a4.25 4.25 0 0 1-.6-8.45a5.75 5.75 0 0 1 11-.9a4.7 4.7 0 0 1-.4 9.35z"
_PAGE = "M6.5 2.5h7.5l5 5v12.5a1.5 1.5 0 0 1-1.5 1.5h-11a1.5 1.5 0 0 1-1.5-1.5v-16a1.5 1.5 0 0 1 1.5-1.5zM14 2.5v5h5"

_GEAR = (
    "M10.3 5.3L10.6 2.9H13.4L13.7 5.3A6.9 6.9 0 0 1 15.5 6.1L17.5 4.6 19.4 6.5L17.9 8.5A6.9 6.9 0 0 1 18."
    "7 10.3L21.1 10.6V13.4L18.7 13.7A6.9 6.9 0 0 1 17.9 15.5L19.4 17.5 17.5 19.4L15.5 17.9A6.9 6.9 0 0 1 "
    "13.7 18.7L13.4 21.1H10.6L10.3 18.7A6.9 6.9 0 0 1 8.5 17.9L6.5 19.4 4.6 17.5L6.1 15.5A6.9 6.9 0 0 1 5"
    ".3 13.7L2.9 13.4V10.6L5.3 10.3A6.9 6.9 0 0 1 6.1 8.5L4.6 6.5 6.5 4.6L8.5 6.1A6.9 6.9 0 0 1 10.3 5.3z"
)

STROKES: dict[str, str] = {
    "client": _circle(12, 7.75, 4.25) + "M3.75 21c.6-4.4 4-7 8.25-7s7.65 2.6 8.25 7z",
    "dns": _circle(12, 12, 9)
    + "M12 3c2.6 2.4 3.9 5.5 3.9 9s-1.3 6.6-3.9 9c-2.6-2.4-3.9-5.5-3.9-9s1.3-6.6 3.9-9zM3 12h18",
    "cdn": _circle(12, 12, 3)
    + _circle(4.5, 5, 1.75)
    + _circle(19.5, 5, 1.75)
    + _circle(4.5, 19, 1.75)
    + _circle(19.5, 19, 1.75)
    + "M9.8 9.95l-4-3.75M14.2 9.95l4-3.75M9.8 14.05l-4 3.75M14.2 14.05l4 3.75",
    "firewall": _box(3, 4, 18, 16) + "M3 9.35h18M3 14.65h18M9 4v5.35M15 4v5.35M12 9.35v5.3M6.5 9.35v5.3M17.5 9.35v5.3"
    "M9 14.65v5.35M15 14.65v5.35",
    "waf": _SHIELD + "M9.75 8.75l-2.5 3l2.5 3M14.25 8.75l2.5 3l-2.5 3",
    "load-balancer": _circle(5, 12, 2.5)
    + _circle(19, 4.75, 2.25)
    + _circle(19, 12, 2.25)
    + _circle(19, 19.25, 2.25)
    + "M7.5 12h9.25M7 10.5c3.2-2.6 5.4-5.2 9.75-5.7M7 13.5c3.2 2.6 5.4 5.2 9.75 5.7",
    "reverse-proxy": _box(9.25, 3, 5.5, 18) + "M2 8.5h4.75M4.75 6.25l2.25 2.25l-2.25 2.25M17 8.5h5M20 6.25l2.25 2.25"
    "l-2.25 2.25M22 15.5h-5M2 15.5h4.75M4.25 13.25l-2.25 2.25l2.25 2.25",
    "api-gateway": "M2.5 21h19M4 21v-10a8 8 0 0 1 16 0v10M8 21v-9.75a4 4 0 0 1 8 0v9.75M12 3v4.25",
    "router": _circle(12, 12, 9)
    + "M12 10.25v-4.25M10 7.75l2-2l2 2M12 13.75v4.25M10 16.25l2 2l2-2M5.5 12h4M7.75 10l2 2l-2 2"
    "M18.5 12h-4M16.25 10l-2 2l2 2",
    "nat-gateway": "M13.5 7.5v-2a1.5 1.5 0 0 0-1.5-1.5h-7a1.5 1.5 0 0 0-1.5 1.5v13a1.5 1.5 0 0 0 1.5 1.5h7"
    "a1.5 1.5 0 0 0 1.5-1.5v-2M8.5 12h12.5M17.5 8.5l3.5 3.5l-3.5 3.5",
    "web-server": _box(2.75, 4, 18.5, 16) + "M2.75 8.75h18.5M9 12.25l-2.25 2.15l2.25 2.15M15 12.25l2.25 2.15l-2.25 2.15"
    "M12.75 11.75l-1.5 5.3" + _dot(5.5, 6.4) + _dot(8, 6.4),
    "app-server": _GEAR + _circle(12, 12, 3),
    "service": "M12 2.75l8 4.6v9.3l-8 4.6l-8-4.6v-9.3z" + _circle(12, 12, 2.75),
    "function": _box(2.75, 2.75, 18.5, 18.5, 3) + "M8 7h2.25l5 10h1.75M11.6 10l-3.85 7",
    "worker": "M2.75 17.5h18.5v2h-18.5zM4.75 17.5v-2.75a7.25 7.25 0 0 1 14.5 0v2.75M9.75 12.5v-4.75M14.25 12.5v-4.75",
    "scheduler": _circle(12, 12, 9) + "M12 6.75v5.25l3.5 2.25",
    "code-base": _PAGE + "M10.25 11.75l-2.5 2.5l2.5 2.5M13.75 11.75l2.5 2.5l-2.5 2.5",
    "database": _drum(4, 2.5, 16, 19) + "M4 10.25a8 2.5 0 0 0 16 0M4 14.75a8 2.5 0 0 0 16 0",
    "cache": _drum(4, 2.5, 16, 19) + "M13.25 9.5l-3.25 4.25h4l-3.25 4.25",
    "key-value-store": _box(3, 4, 18, 16)
    + "M3 9.35h18M3 14.65h18M10 4v16"
    + _dot(6.5, 6.7)
    + _dot(6.5, 12)
    + _dot(6.5, 17.3),
    "queue": _box(2, 8, 13.5, 8) + "M6.5 8v8M11 8v8M17.75 12h4.25M19.75 9.75l2.25 2.25l-2.25 2.25",
    "stream": "M2.5 7c3.2-3 6.3-3 9.5 0s6.3 3 9.5 0M2.5 12c3.2-3 6.3-3 9.5 0s6.3 3 9.5 0"
    "M2.5 17c3.2-3 6.3-3 9.5 0s6.3 3 9.5 0",
    "object-storage": "M3.5 5.75a8.5 2.75 0 1 0 17 0a8.5 2.75 0 1 0-17 0l2 13.25a6.5 2.5 0 0 0 13 0l2-13.25"
    "M4.4 12a7.6 2.5 0 0 0 15.2 0",
    "file-storage": "M3 18.5v-13a1.5 1.5 0 0 1 1.5-1.5h4.75l2.25 3h8a1.5 1.5 0 0 1 1.5 1.5v10a1.5 1.5 0 0 1-1.5 1.5h-15"
    "a1.5 1.5 0 0 1-1.5-1.5zM3 10.5h18",
    "search": _circle(10.25, 10.25, 6.75) + "M15.25 15.25l6 6",
    "identity-provider": _box(2.5, 4.5, 19, 15) + _circle(8.25, 10.25, 2.25) + "M4.75 16.5c.3-2.2 1.7-3.25 3.5-3.25"
    "s3.2 1.05 3.5 3.25M14.5 9.5h4M14.5 13h4",
    "secrets": _circle(7.5, 16, 4.5) + "M10.75 12.75l9.25-9.25M16.25 7.25l3 3M13.5 10l2 2",
    "mail": _box(2.5, 5, 19, 14) + "M3.25 6.5l8.75 6.5l8.75-6.5",
    "bastion": "M4.5 21.5v-14.5l-1.5-1.5v-3h3.5v2h3.75v-2h3.5v2h3.75v-2h3.5v3l-1.5 1.5v14.5z"
    "M9.5 21.5v-5a2.5 2.5 0 0 1 5 0v5",
    "monitoring": "M3.9 18.25a9.25 9.25 0 1 1 16.2 0zM12 14l4-4.75M5.75 13.75h1.25M17 13.75h1.25M12 6.5v1.25"
    "M7.6 9.35l.9.9" + _dot(12, 14),
    "monitoring-agent": _box(2.5, 4, 19, 16) + "M5.25 12.5h3l1.75-4.5l3.5 8.5l2-4h3.25",
    "log-collector": _PAGE + "M8.5 8.5h2.5M8.5 12h7M8.5 15h7M8.5 18h4.5",
    "backup": "M3.5 6.25v4h4M3.9 10.25a8.75 8.75 0 1 1-.5 4" + _drum(8.5, 8, 7, 8, 1.5),
    "external-service": _CLOUD + "M10 15.25l4-4M10.75 11.25h3.25v3.25",
    "other": _box(3.5, 3.5, 17, 17, 3) + _dot(8, 12) + _dot(12, 12) + _dot(16, 12),
}
"""One path a kind, in strokes; drawn for 24 pixels and read well from 16 on."""

_STROKE = (
    '<path fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" d="{}"/>'
)

HOST = _box(3, 3.5, 18, 7) + _box(3, 13.5, 18, 7) + _dot(6.5, 7) + _dot(6.5, 17) + "M10.5 7h7M10.5 17h7"
NETWORK = _box(9, 2.5, 6, 5) + _box(2.5, 16.5, 6, 5) + _box(15.5, 16.5, 6, 5) + "M12 7.5v4.5M5.5 16.5v-4.5h13v4.5"
ZONE = "M12 21.5c-4.3-4.3-6.75-7.8-6.75-11.25a6.75 6.75 0 0 1 13.5 0c0 3.45-2.45 6.95-6.75 11.25z" + _circle(
    12, 10.25, 2.5
)

STACK = "M12 2.75l9 4.5l-9 4.5l-9-4.5zM3 12l9 4.5l9-4.5M3 16.75l9 4.5l9-4.5"

_GROUPS = {"host": HOST, "network": NETWORK, "zone": ZONE, "group": STACK}


def _stroked(path: str) -> str:
    return _STROKE.format(path.replace(" -", "-"))


def glyph(kind: str) -> Icon:
    """Return the drawing of a kind of component; one that nobody knows is drawn as `other`."""
    name = kind if kind in STROKES else "other"
    return Icon(f"kind-{name}", "0 0 24 24", _stroked(STROKES[name]))


def group_glyph(kind: str) -> Icon:
    """Return the drawing of a group: a host, a network or a zone; any other is a stack."""
    name = kind if kind in _GROUPS else "group"
    return Icon(f"group-{name}", "0 0 24 24", _stroked(_GROUPS[name]))
