"""The path of a flow as a film: each step lights what it takes of the deployment, and says what it is."""

from __future__ import annotations

from itertools import pairwise

from msgspec.structs import replace

from archgen.layout.placed import Placed
from archgen.model.wording import plural
from archgen.render.scene.card import NodeIcons
from archgen.render.scene.diagram import Styles, diagram_scene, no_icons
from archgen.render.scene.shapes import Scene, SceneGroup, SceneShape, TextLine
from archgen.style.svg_markup import number
from archgen.style.text_metrics import elide, text_width
from archgen.style.theme import LINES, SIZES
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

Lights = tuple[float, ...]
"""How well something is seen: at rest, then at each step."""


def path_film(
    placed: Placed, title: str, turns: tuple[PlaybackStep, ...], name: str, icons: NodeIcons = no_icons
) -> Scene:
    """Return a scene that plays by CSS alone; `title` is the flow's.

    Who asks for reduced motion, and whatever knows no animation, sees the full path.
    """
    names: dict[Lights, str] = {}

    def played(lights: Lights) -> str:
        return f"animation-name:{names.setdefault(lights, f'{name}-{len(names)}')}"

    captions = [_caption(placed, *_headline(title, turns), style=played(_only(0, turns)))]
    for step, turn in enumerate(turns, 1):
        captions.append(_caption(placed, *_step_words(placed, turn), style=played(_only(step, turns)), opacity=0.0))
    drawn = _captioned(placed, tuple(captions), name, icons, lambda subject: played(_lights(subject, turns)))
    length = REST + PACE * len(turns)
    rules = "".join(f"@keyframes {key}{{{_frames(lights, length)}}}" for lights, key in names.items())
    timing = f"animation-duration:{number(length)}s;animation-iteration-count:infinite"
    play = f'#{name} [style^="animation-name"]{{{timing}}}'
    return replace(drawn, rules=f"{rules}@media (prefers-reduced-motion:no-preference){{{play}}}")


def path_frames(
    placed: Placed, title: str, turns: tuple[PlaybackStep, ...], name: str, icons: NodeIcons = no_icons
) -> tuple[Scene, ...]:
    """Return the full path, then each step, as scenes of one size."""
    words = [_headline(title, turns), *(_step_words(placed, turn) for turn in turns)]

    def frame(step: int) -> Scene:
        def style(subject: str) -> str | None:
            light = _lights(subject, turns)[step]
            return None if light == 1 else f"opacity:{light:g}"

        return _captioned(placed, (_caption(placed, *words[step]),), name, icons, style)

    return tuple(map(frame, range(len(words))))


def _captioned(placed: Placed, captions: tuple[SceneShape, ...], name: str, icons: NodeIcons, styles: Styles) -> Scene:
    """Return the picture with its words below it, and a style for each card and line."""
    room = replace(placed, height=placed.height + _BAND)
    return diagram_scene(room, icons, name=name, caption=False, styles=styles, more=captions)


# What is lit


def _lights(subject: str, turns: tuple[PlaybackStep, ...]) -> Lights:
    """Return a card or a line, at rest and at each step."""
    return (1.0, *(1.0 if subject in (turn.source, *turn.targets, *turn.connections) else _DIM for turn in turns))


def _only(at: int, turns: tuple[PlaybackStep, ...]) -> Lights:
    """Words that are there at one step, or at rest (0)."""
    return tuple(float(place == at) for place in range(len(turns) + 1))


def _frames(lights: Lights, length: float) -> str:
    """Return the key frames of something: where its light changes, it does so swiftly."""
    frames = [f"0%{{opacity:{lights[0]:g}}}"]
    for at, (before, after) in enumerate(pairwise(lights)):
        if before != after:
            start = REST + PACE * at
            frames.append(f"{_share(start, length)}{{opacity:{before:g}}}")
            frames.append(f"{_share(start + _SWIFT, length)}{{opacity:{after:g}}}")
    frames.append(f"{_share(length - _SWIFT, length)}{{opacity:{lights[-1]:g}}}100%{{opacity:{lights[0]:g}}}")
    return "".join(frames)


def _share(time: float, length: float) -> str:
    return f"{number(100 * time / length)}%"


# What is said


def _headline(title: str, turns: tuple[PlaybackStep, ...]) -> tuple[str, str, str]:
    return title, "", plural(len(turns), "step")


def _step_words(placed: Placed, turn: PlaybackStep) -> tuple[str, str, str]:
    """Return a step in words: who asks or answers whom, how that travels, and what is said."""
    names = {node.node.subject: node.node.label for node in placed.nodes}
    ends = [names.get(name, name) for name in (turn.source, *turn.targets)]
    how = SEPARATOR.join(word for word in (turn.protocol, LINES[turn.meaning].words) if word)
    return f"{turn.number}. {ends[0]} → {' or '.join(ends[1:])}", how, turn.text


def _caption(
    placed: Placed, strong: str, beside: str, below: str, style: str | None = None, opacity: float | None = None
) -> SceneShape:
    """Return two lines in the room below the picture, no wider than it."""
    room, x, y = placed.width - 2 * SIZES.margin, SIZES.margin, placed.height
    first = elide(strong, room, SIZES.title, bold=True)
    lines = [TextLine(x, y + 8, first, SIZES.title, bold=True)]
    start = text_width(first, SIZES.title, bold=True) + 12
    if beside and start + text_width(beside, SIZES.label) <= room:
        lines.append(TextLine(x + start, y + 8, beside, SIZES.label, "muted"))
    if below:
        lines.append(TextLine(x, y + 28, elide(below, room, SIZES.name), SIZES.name, "muted"))
    return SceneGroup(tuple(lines), style=style, opacity=opacity)
