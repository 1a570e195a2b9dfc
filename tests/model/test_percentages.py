"""Percentages are written one way: without a space before the sign, with the digits that say something."""

from __future__ import annotations

import re

from archgen.model.percentages import format_availability, format_bounds, format_part, write_percentage
from tests.paths import ROOT

PROSE = (*(ROOT / "archgen").rglob("*.py"), *(ROOT / "archgen/site/assets").glob("*.js"), *(ROOT / "docs").glob("*.md"))


def test_no_text_has_a_space_before_the_sign() -> None:
    """Of all files at once: there are a thousand, of a millisecond each."""
    arithmetic = re.compile(r"\d % [a-z(]")
    spaced = re.compile(r"[\d}] %(?!\w)")
    assert len(PROSE) > 900
    lines = [(file, line) for file in PROSE for line in file.read_text(encoding="utf-8").splitlines() if " %" in line]
    assert [(file, line) for file, line in lines if spaced.search(line) and not arithmetic.search(line)] == []


def test_a_declared_share_keeps_its_digits() -> None:
    assert [write_percentage(share) for share in (0.999, 0.99982, 0.5, 1.0)] == ["99.9%", "99.982%", "50%", "100%"]


def test_a_computed_share_shows_three_digits_of_what_it_lacks() -> None:
    assert format_availability(0.9994771234) == "99.9477%"
    assert format_availability(0.99) == "99%"


def test_parts_are_shown_to_a_tenth() -> None:
    assert [format_part(share) for share in (0.956, 0.0, 0.0004)] == ["95.6%", "0.0%", "under 0.1%"]


def test_bounds_hold_after_rounding() -> None:
    assert format_bounds(0.99123, 0.99456) == ("99.12%", "99.46%")
