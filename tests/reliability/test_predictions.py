"""The page of predictions tells what archgen says now, and each row that the language can say agrees with what was seen."""

from __future__ import annotations

import pytest

from tests.reliability import predictions

AGREEING = {
    "degraded": ("served", "of the requests fail"),
    "partial": ("of the requests fail",),
    "down": ("no ", "commits hang", "nothing is taken"),
}
"""What may be seen where a status is predicted; a hint tells of the share that a status does not count."""


@pytest.mark.parametrize("row", predictions.ROWS, ids=lambda row: f"{row.system}, {' and '.join(row.lost)}")
def test_the_prediction_is_what_was_seen(row: predictions.Row) -> None:
    result, words = predictions.outcome(row)
    assert result.status == row.now, words
    agrees = any(piece in row.seen for piece in AGREEING[result.status])
    assert agrees is row.agrees
    if result.status == "degraded" and "fail" in row.seen:
        assert "requests fail" in words


def test_at_most_a_tenth_cannot_be_said() -> None:
    unsaid = [row for row in predictions.ROWS if not row.agrees]
    assert len(unsaid) * 10 <= len(predictions.ROWS)


def test_the_page_is_up_to_date() -> None:
    assert predictions.PAGE.read_text(encoding="utf-8") == predictions.page(), (
        "run python -m tests.reliability.predictions"
    )
