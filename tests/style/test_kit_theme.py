"""The palettes: contrast by WCAG 2, and colours that stay apart in the common deficiencies of colour vision."""

from __future__ import annotations

from itertools import combinations
from math import sqrt
from typing import get_args

import pytest

from archgen.analysis.hops import Meaning
from archgen.style.theme import CONTRAST, DARK, LIGHT, LINES, PRINT, THEMES, Theme, colours

GROUNDS = ("ground", "tint_1", "tint_2", "tint_3", "card")
TEXT = ("ink", "muted", "accent", "encrypted", "plaintext", "error", "warning", "good", "info")
SHAPES = ("card_line", *TEXT)
MEANINGS = ("encrypted", "plaintext", "ink")
SEVERITIES = ("error", "warning", "info")

# Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB
VISION = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def linear(colour: str) -> tuple[float, ...]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def seen(colour: str, vision: str) -> tuple[float, ...]:
    """CIE L*a*b* (D65) of a colour as an eye sees it."""
    red, green, blue = (sum(k * v for k, v in zip(row, linear(colour), strict=True)) for row in VISION[vision])
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def apart(one: str, other: str, vision: str) -> float:
    return sqrt(sum((a - b) ** 2 for a, b in zip(seen(one, vision), seen(other, vision), strict=True)))


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
class TestContrast:
    @pytest.mark.parametrize("ground", GROUNDS)
    @pytest.mark.parametrize("role", TEXT)
    def test_text(self, theme: Theme, role: str, ground: str) -> None:
        assert contrast(getattr(theme, role), getattr(theme, ground)) >= 4.5

    @pytest.mark.parametrize("ground", ["ground", "tint_1", "tint_2"])
    @pytest.mark.parametrize("role", SHAPES)
    def test_lines_and_shapes(self, theme: Theme, role: str, ground: str) -> None:
        assert contrast(getattr(theme, role), getattr(theme, ground)) >= 3

    @pytest.mark.parametrize("severity", SEVERITIES)
    def test_number_on_a_badge(self, theme: Theme, severity: str) -> None:
        assert contrast(theme.on_badge, getattr(theme, severity)) >= 4.5

    def test_words_on_paper(self, theme: Theme) -> None:
        assert contrast(theme.ink, theme.paper) >= 4.5

    @pytest.mark.parametrize("vision", VISION)
    @pytest.mark.parametrize("group", [MEANINGS, SEVERITIES], ids=["meanings", "severities"])
    def test_told_apart(self, theme: Theme, group: tuple[str, ...], vision: str) -> None:
        for one, other in combinations(group, 2):
            assert apart(getattr(theme, one), getattr(theme, other), vision) >= 15, (one, other)


@pytest.mark.parametrize("role", TEXT)
def test_high_contrast_is_high(role: str) -> None:
    for ground in (*GROUNDS, "paper"):
        assert contrast(getattr(CONTRAST, role), getattr(CONTRAST, ground)) >= 7
    assert min(contrast(CONTRAST.on_badge, getattr(CONTRAST, one)) for one in SEVERITIES) >= 7


def test_print_is_grey() -> None:
    assert all(colour[1:3] == colour[3:5] == colour[5:7] for colour in colours(PRINT).values())


def test_dark_cards_are_raised() -> None:
    ladder = [luminance(getattr(DARK, role)) for role in GROUNDS]
    assert ladder == sorted(ladder)


def test_both_palettes_have_every_role() -> None:
    assert list(colours(LIGHT)) == list(colours(DARK))
    assert all(len(colour) == 7 and colour[0] == "#" for theme in THEMES.values() for colour in colours(theme).values())


def test_every_meaning_has_a_line_told_by_form_too() -> None:
    assert set(LINES) == set(get_args(Meaning))
    forms = {(line.dash, line.lock, line.double) for meaning, line in LINES.items() if meaning != "lookup"}
    assert len(forms) == len(LINES) - 1
    assert LINES["encrypted"].lock == "closed"
    assert LINES["plaintext"].lock == "open"
    assert LINES["encrypted"].dash != LINES["plaintext"].dash
