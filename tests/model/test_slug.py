"""Slugs: what becomes of a name where it is part of a path or an address."""

from __future__ import annotations

import os
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archgen.app.drawing.systems import check_names
from archgen.model.problems import UsageError
from archgen.model.slug import LONGEST, distinct, same_place, slug
from archgen.site.page import TAKEN
from tests.hostile_names import NAMELESS, NAMES


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1-simple-web-stack", "1-simple-web-stack"),
        ("A_b.c-2", "A_b.c-2"),
        ("two words", "two-words"),
        ("<img src=x onerror=alert(1)>", "img-src-x-onerror-alert-1"),
        ("..", ""),
        ("...x", "x"),
        ("-rf", "rf"),
        ("../../etc/passwd", "etc-passwd"),
        ("a\\b\x00c\nd", "a-b-c-d"),
        ("%2e%2e", "2e-2e"),
        ("größe", "größe"),
        ("gro\u0308ße", "größe"),
        ("注文 システム", "注文-システム"),
        ("नमस्ते", "नमस्ते"),
        ("a\u202eb\u200bc", "a-b-c"),
        ("a\ufe0fb", "ab"),
        ("con", "con_"),
        ("NUL.backup", "NUL_.backup"),
        ("console", "console"),
        ("ends.", "ends"),
        ("🚀", ""),
    ],
)
def test_a_slug_keeps_letters_and_digits(name: str, expected: str) -> None:
    assert slug(name) == expected


@given(st.text())
def test_any_name_gives_a_slug_that_a_path_and_an_address_can_hold(name: str) -> None:
    made = slug(name)
    assert len(made.encode()) <= LONGEST
    assert made.strip("._-") == made.rstrip("_") or made == ""
    assert all(char in "._-" or char.isalnum() or not char.isascii() for char in made)
    assert made.isprintable()
    assert os.path.basename(made) == made
    assert quote(made, safe="._-~") == made or not made.isascii()
    assert slug(made) == made or made.endswith("_")


def test_long_names_stay_apart() -> None:
    first, second = slug("x" * 300 + "a"), slug("x" * 300 + "b")
    assert first != second
    assert len(first) == LONGEST


def test_flows_that_a_file_system_could_take_for_one_are_numbered() -> None:
    assert distinct(["Read", "read", "read-2", "write"]) == {
        "Read": "Read",
        "read": "read-2",
        "read-2": "read-2-2",
        "write": "write",
    }


@given(st.lists(st.text(alphabet="aA.-2_", min_size=1), unique=True))
def test_distinct_slugs_are_distinct_places(names: list[str]) -> None:
    made = distinct(names)
    assert list(made) == names
    assert len({same_place(one) for one in made.values()}) == len(names)


@pytest.mark.parametrize("other", ["a b", "A-B", "a/b", "a-b-"])
def test_models_of_one_slug_are_refused_by_both_files(other: str) -> None:
    with pytest.raises(UsageError, match=r"x/first and y/second would share the name .*; rename a file"):
        check_names([("a-b", "x/first"), (other, "y/second")])


@pytest.mark.parametrize("name", [*TAKEN, "Rules", "ISSUES", "?rules?"])
def test_the_sites_own_names_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="which the site uses itself; rename the file"):
        check_names([(name, "a file")], TAKEN)
    check_names([(name, "a file")])


@pytest.mark.parametrize("name", NAMELESS)
def test_a_name_without_a_letter_or_digit_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="must have a letter or a digit"):
        check_names([(name, "a file")])


def test_hostile_names_are_told_apart() -> None:
    check_names([(name, name) for name in NAMES], TAKEN)
