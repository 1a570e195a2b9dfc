"""The path of a flow as a film: each step lights what it takes of the deployment, and says what it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from itertools import pairwise

from msgspec.structs import replace

from archgen.layout.placed import Placed
from archgen.model.wording import plural
from archgen.render.svg.diagram_svg import Icons, diagram_svg, no_icons
from archgen.style.svg_markup import element, number, words
from archgen.style.text_metrics import elide, text_width
from archgen.style.theme import LINES, SIZES, Mode
from archgen.views.diagram import SEPARATOR
from archgen.views.playback import PlaybackStep

PACE = 1.8
"""Seconds that a step stands."""

REST = 3.0
"""Seconds that the whole path stands before its first step."""

_DIM = 0.22
_SWIFT = 0.25
"""Seconds from one picture to the next."""

_BAND = 44.0
"""The room for words below the picture."""

_THING = re.compile(r'<g (?=[^>]*?data-(?:edge|component)="([^"]*)")')

Lights = tuple[float, ...]
"""How well something is seen: at rest, then at each step."""


def animated_path_svg(
    placed: Placed,
    title: str,
    turns: tuple[PlaybackStep, ...],
    prefix: str,
    mode: Mode = "auto",
    icons: Icons = no_icons,
) -> str:
    """The path as a document that plays by CSS alone; `title` is the flow's.

    Who asks for reduced motion, and whatever knows no animation, sees the whole path.
    """
    names: dict[Lights, str] = {}

    def played(lights: Lights) -> str:
        return f"animation-name:{names.setdefault(lights, f'{prefix}-{len(names)}')}"

    captions = [_caption(placed, *_headline(title, turns), style=played(_only(0, turns)))]
    for at, turn in enumerate(turns, 1):
        captions.append(_caption(placed, *_told(placed, turn), style=played(_only(at, turns)), opacity=0.0))
    svg = _painted(placed, captions, prefix, mode, icons, lambda subject: played(_lights(subject, turns)))
    whole = REST + PACE * len(turns)
    rules = "".join(f"@keyframes {name}{{{_frames(lights, whole)}}}" for lights, name in names.items())
    play = (
        f'#{prefix} [style^="animation-name"]{{animation-duration:{number(whole)}s;animation-iteration-count:infinite}}'
    )
    return svg.replace("</style>", f"{rules}@media (prefers-reduced-motion:no-preference){{{play}}}</style>", 1)


def path_frames(
    placed: Placed, title: str, turns: tuple[PlaybackStep, ...], prefix: str, mode: Mode, icons: Icons = no_icons
) -> tuple[str, ...]:
    """The whole path, then each step, as documents of one size."""
    told = [_headline(title, turns), *(_told(placed, turn) for turn in turns)]
    found: list[str] = []
    for at, words_of in enumerate(told):

        def seen(subject: str, at: int = at) -> str | None:
            light = _lights(subject, turns)[at]
            return None if light == 1 else f"opacity:{light:g}"

        found.append(_painted(placed, [_caption(placed, *words_of)], prefix, mode, icons, seen))
    return tuple(found)


def _painted(
    placed: Placed,
    captions: list[str],
    prefix: str,
    mode: Mode,
    icons: Icons,
    style: Callable[[str], str | None],
) -> str:
    """The picture with its words below it, and a style for each card and line by its component or connection."""
    room = replace(placed, height=placed.height + _BAND)
    svg = diagram_svg(room, mode=mode, icons=icons, prefix=prefix, caption=False, more="".join(captions))

    def styled(found: re.Match[str]) -> str:
        said = style(unescape(found[1]))
        return f'<g style="{said}" ' if said else found[0]

    return _THING.sub(styled, svg)


# What is lit


def _lights(subject: str, turns: tuple[PlaybackStep, ...]) -> Lights:
    """A card or a line, at rest and at each step."""
    return (1.0, *(1.0 if subject in (one.source, *one.targets, *one.connections) else _DIM for one in turns))


def _only(at: int, turns: tuple[PlaybackStep, ...]) -> Lights:
    """Words that are there at one step, or at rest (0)."""
    return tuple(float(place == at) for place in range(len(turns) + 1))


def _frames(lights: Lights, whole: float) -> str:
    """The key frames of something: where its light changes, it does so swiftly."""
    frames = [f"0%{{opacity:{lights[0]:g}}}"]
    for at, (before, after) in enumerate(pairwise(lights)):
        if before != after:
            start = REST + PACE * at
            frames.append(f"{_share(start, whole)}{{opacity:{before:g}}}")
            frames.append(f"{_share(start + _SWIFT, whole)}{{opacity:{after:g}}}")
    frames.append(f"{_share(whole - _SWIFT, whole)}{{opacity:{lights[-1]:g}}}100%{{opacity:{lights[0]:g}}}")
    return "".join(frames)


def _share(time: float, whole: float) -> str:
    return f"{number(100 * time / whole)}%"


# What is said


def _headline(title: str, turns: tuple[PlaybackStep, ...]) -> tuple[str, str, str]:
    return title, "", plural(len(turns), "step")


def _told(placed: Placed, turn: PlaybackStep) -> tuple[str, str, str]:
    """A step in words: who asks or answers whom, how that travels, and what is said."""
    names = {one.node.subject: one.node.label for one in placed.nodes}
    ends = [names.get(one, one) for one in (turn.source, *turn.targets)]
    how = SEPARATOR.join(word for word in (turn.protocol, LINES[turn.meaning].words) if word)
    return f"{turn.number}. {ends[0]} → {' or '.join(ends[1:])}", how, turn.text


def _caption(
    placed: Placed, strong: str, beside: str, below: str, style: str | None = None, opacity: float | None = None
) -> str:
    """Two lines in the room below the picture, no wider than it."""
    room, y = placed.width - 2 * SIZES.margin, placed.height
    first = elide(strong, room, SIZES.title, bold=True)
    parts = [words(SIZES.margin, y + 8, first, SIZES.title, bold=True)]
    x = text_width(first, SIZES.title, bold=True) + 12
    if beside and x + text_width(beside, SIZES.label) <= room:
        parts.append(words(SIZES.margin + x, y + 8, beside, SIZES.label, "muted"))
    if below:
        parts.append(words(SIZES.margin, y + 28, elide(below, room, SIZES.name), SIZES.name, "muted"))
    return element("g", *parts, style=style, opacity=opacity)
