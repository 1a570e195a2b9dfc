"""Rates in the unit that suits them: few digits, never an exponent."""

from __future__ import annotations

import pytest

from archgen.model.durations import format_rate


@pytest.mark.parametrize(
    ("per_second", "written"),
    [
        (170.0, "170/s"),
        (1.0, "1/s"),
        (84.28571, "84.29/s"),
        (999.96, "1,000/s"),
        (12345.6, "12,350/s"),
        (2_000_000.0, "2,000,000/s"),
        (0.5, "30/min"),
        (1 / 60, "1/min"),
        (2 / 3600, "2/h"),
        (1 / 86400, "1/d"),
        (1 / 604800, "0.1429/d"),
        (0.0, "0/s"),
    ],
)
def test_a_rate_is_written_in_the_unit_that_suits_it(per_second: float, written: str) -> None:
    assert format_rate(per_second) == written


def test_what_a_rate_counts_stands_before_the_unit() -> None:
    assert format_rate(60.0, " requests") == "60 requests/s"
