"""Lists in English."""

from __future__ import annotations

import pytest

from archgen.model.wording import first_few


@pytest.mark.parametrize(
    ("names", "listed"),
    [
        (("a", "b"), ("a", "b")),
        (("a", "b", "c"), ("a", "b", "c")),
        (("a", "b", "web-12"), ("a", "b", "web-12")),
        (("a", "b", "web-123"), ("a", "b", "1 more")),
        (("a", "web-321", "web-123"), ("a", "web-321", "web-123")),
        (("a", "b", "c", "d"), ("a", "b", "2 more")),
    ],
)
def test_the_only_name_left_is_counted_only_if_it_is_long(names: tuple[str, ...], listed: tuple[str, ...]) -> None:
    assert first_few(names, 2) == listed


def test_where_no_name_fits_a_short_one_is_told_all_the_same() -> None:
    assert first_few(("web",), 0) == ("web",)
    assert first_few(("a", "b"), 0) == ("2 more",)
