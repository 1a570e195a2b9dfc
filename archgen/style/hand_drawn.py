"""A picture as if drawn by hand: lines that bow a little and boxes that are gone over twice, the same each time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zlib import crc32

_RECT = re.compile(
    r'<rect x="([-0-9.]+)" y="([-0-9.]+)" width="([0-9.]+)" height="([0-9.]+)"( rx="[0-9.]+")?( fill="none")? '
    r'class="(?:(f-\w+) )?(s-\w+)"([^>]*)/>'
)
_LINE = re.compile(r'<path d="([^"]+)" fill="none"')
_STEP = re.compile(r"([MHVLqaQz])([^MHVLqaQz]*)")
_NUMBER = re.compile(r"-?[0-9]*\.?[0-9]+")
_BOW = 1.4
"""Pixels that a stroke leaves the straight at most; its ends stay where they are."""


def sketched(body: str) -> str:
    """The markup of a picture with its boxes and lines drawn by hand; how is decided by the markup itself."""
    return _LINE.sub(_line, _RECT.sub(_rect, body))


def _chance(seed: str) -> Iterator[float]:
    """Numbers from -1 to 1 that follow from a text alone."""
    state = crc32(seed.encode("utf-8", "surrogatepass")) or 1
    while True:
        state = (state * 1664525 + 1013904223) % 2**32
        yield state / 2**31 - 1


def _rect(found: re.Match[str]) -> str:
    x, y, width, height = (float(found[at]) for at in range(1, 5))
    chance = _chance(found[0])
    ground = found[0].replace(f" {found[8]}", "").replace(f'"{found[8]}', '"') if found[7] else ""
    corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    strokes = "".join(
        _stroke(_near(corners[at], chance), _near(corners[(at + 1) % 4], chance), chance)
        for _ in range(2)
        for at in range(4)
    )
    return f'{ground}<path d="{strokes}" class="{found[8]}"{found[9]} fill="none" stroke-linecap="round"/>'


def _near(point: tuple[float, float], chance: Iterator[float]) -> tuple[float, float]:
    return point[0] + next(chance), point[1] + next(chance)


def _stroke(start: tuple[float, float], end: tuple[float, float], chance: Iterator[float]) -> str:
    return f"M{_pair(*start)}{_bowed(start, end, chance)}"


def _bowed(start: tuple[float, float], end: tuple[float, float], chance: Iterator[float]) -> str:
    across, down = end[0] - start[0], end[1] - start[1]
    far = abs(across) + abs(down) or 1.0
    bow = next(chance) * min(_BOW, far / 40)
    where = 0.5 + next(chance) / 6
    x, y = start[0] + across * where - down / far * bow, start[1] + down * where + across / far * bow
    return f"Q{_pair(x, y)} {_pair(*end)}"


def _line(found: re.Match[str]) -> str:
    chance = _chance(found[1])
    at = begin = (0.0, 0.0)
    made: list[str] = []
    for command, rest in _STEP.findall(found[1]):
        numbers = [float(one) for one in _NUMBER.findall(rest)]
        match command:
            case "H" | "V" | "L":
                end = {"H": (numbers[0], at[1]), "V": (at[0], numbers[0]), "L": (numbers[0], numbers[-1])}[command]
                made.append(_bowed(at, end, chance))
                at = end
            case "M":
                at = begin = numbers[0], numbers[1]
                made.append(f"M{rest}")
            case "Q":
                at = numbers[2], numbers[3]
                made.append(f"Q{rest}")
            case "z":
                at = begin
                made.append("z")
            case _:
                at = at[0] + numbers[-2], at[1] + numbers[-1]
                made.append(command + rest)
    return f'<path d="{"".join(made)}" fill="none"'


def _pair(x: float, y: float) -> str:
    return f"{x:.1f} {y:.1f}"
