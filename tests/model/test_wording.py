"""Lists in English."""

from __future__ import annotations

import pytest

from archgen.model.wording import first_few, named_flows


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


@pytest.mark.parametrize(
    ("number", "count", "words"),
    [
        (2, 2, "2 flows: f0 and f1"),
        (6, 6, "6 flows: f0, f1, f2, f3, f4 and f5"),
        (7, 7, "all 7 flows"),
        (8, 9, "8 flows: f0, f1, f2, f3, f4, f5 and 2 more"),
    ],
)
def test_many_flows_are_counted_and_all_of_them_are_said_to_be_all(number: int, count: int, words: str) -> None:
    flows = [f"f{place}" for place in range(number)]
    assert named_flows(flows, count, is_counted=True) == words
    assert words.endswith(named_flows(flows, count))
