"""The range of a change of hours, as reviews write it."""

from __future__ import annotations

import pytest

from archgen.compare.review import HoursChange
from archgen.report.review.sentences import signed_range


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [(4.9, 412.0, "+4.9 h to +412.0 h"), (-2.0, -1.0, "−2.0 h to −1.0 h"), (78.71, 78.72, "+78.7 h")],
)
def test_ends_that_are_the_same_in_words_are_one_number(least: float, most: float, words: str) -> None:
    assert signed_range(HoursChange("read", 0.0, most, least, most, True)) == words
