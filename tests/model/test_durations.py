"""Durations in words."""

from __future__ import annotations

import pytest

from archgen.model.durations import round_duration, spell_duration
from archgen.report.common.assessment import format_seconds


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.5, "500 ms"),
        (40, "40 s"),
        (90, "1.5 min"),
        (900, "15 min"),
        (36 * 3600, "36 h"),
        (86400, "1 day"),
        (2 * 86400, "2 days"),
    ],
)
def test_a_declared_duration_is_spelled_as_it_is(seconds: float, words: str) -> None:
    assert spell_duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (119, "119 s"),
        (120, "2 min"),
        (347, "5.8 min"),
        (99.4 * 60, "99 min"),
        (99.5 * 60, "1.7 h"),
        (47 * 3600, "47 h"),
        (48 * 3600, "2 days"),
        (5.6 * 86400, "5.6 days"),
        (149 * 86400, "150 days"),
    ],
)
def test_a_duration_that_is_known_about_has_two_digits_and_no_exponent(seconds: float, words: str) -> None:
    assert round_duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (40, "40 s"),
        (347.6, "348 s"),
        (3600, "1 h"),
        (999.7, "17 min"),
        (3689, "61 min"),
        (13741, "3.8 h"),
        (4e6, "46 days"),
    ],
)
def test_a_time_that_is_assumed_has_no_exponent(seconds: float, words: str) -> None:
    assert format_seconds(seconds) == words
