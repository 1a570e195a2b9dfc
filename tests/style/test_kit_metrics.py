"""Widths of text: the table is the font's, and wrapped text keeps its words and its width."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archgen.style.text_metrics import ELLIPSIS, UNITS, balanced, elide, longest_word, text_width, wrap
from tests.style.font_widths import TARGET, source


@pytest.mark.slow
def test_the_table_is_up_to_date() -> None:
    assert Path(TARGET).read_text(encoding="utf-8") == source(), "mend it with: python -m tests.style.font_widths"


def test_known_widths() -> None:
    assert text_width("a", UNITS) == 1139
    assert text_width("W", UNITS) == 1933
    assert text_width("ii", 10) == pytest.approx(2 * 455 / UNITS * 10)
    assert text_width("name", 13, bold=True) > text_width("name", 13)


@pytest.mark.parametrize(
    ("text", "ems"), [("日本", 2), ("🔒", 2601 / UNITS), ("e\u0301", None), ("\u202eabc", None), ("\u200b", 0)]
)
def test_characters_outside_the_font(text: str, ems: float | None) -> None:
    plain = {"e\u0301": "e", "\u202eabc": "abc"}.get(text)
    assert text_width(text, 10) == (text_width(plain, 10) if plain else ems * 10 if ems is not None else None)


@given(st.text(max_size=200), st.integers(20, 300))
def test_wrapping_keeps_every_character_but_space(text: str, width: int) -> None:
    lines = wrap(text, width, 11)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert text_width(line, 11) <= width + 1e-6 or len(line) == 1 or text_width(line[1:], 11) == 0


@given(st.text(max_size=200), st.integers(20, 300))
@example(":\rMæ00Ð", 20)
def test_even_lines_are_as_many_and_no_wider(text: str, width: int) -> None:
    usual, even = wrap(text, width, 11), balanced(text, width, 11)
    assert len(even) == len(usual)
    assert "".join("".join(even).split()) == "".join(text.split())
    widest = max((text_width(line, 11) for line in usual), default=0.0)
    assert max((text_width(line, 11) for line in even), default=0.0) <= max(widest, width) + 1e-6


def test_no_last_word_stands_alone() -> None:
    text = "GET /, to the next of three servers in turn"
    assert wrap(text, 200, 12)[-1] == "turn"
    assert balanced(text, 200, 12) == ("GET /, to the next of", "three servers in turn")
    assert balanced("of www.foobar.com", 110, 12) == wrap("of www.foobar.com", 110, 12)


@pytest.mark.parametrize("width", [40, 50, 60, 70])
def test_a_text_that_is_cut_ends_in_one_ellipsis(width: int) -> None:
    short = elide(f"minio1 {ELLIPSIS} minio4", width, 11)
    assert short.endswith(ELLIPSIS)
    assert not short.endswith(2 * ELLIPSIS)


@given(st.text(max_size=120), st.integers(20, 300))
def test_elided_text_fits(text: str, width: int) -> None:
    short = elide(text, width, 11)
    assert text_width(short, 11) <= width + 1e-6 or len(short) <= 2
    assert short == text or short.endswith("…")


def test_a_limit_of_lines_ends_in_an_ellipsis() -> None:
    lines = wrap("one two three four five six seven eight nine ten", 60, 11, lines=2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(text_width(line, 11) <= 60 for line in lines)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("Seat locks and sessions", 90, ("Seat locks", "…")),
        ("Identity of the university", 90, ("Identity …",)),
        ("Accounts, friends, leaderboards", 90, ("Accounts,", "friends …")),
        ("engine-one … gateway-two", 96, ("engine-one", "…")),
    ],
)
def test_a_text_is_cut_where_it_may_end(text: str, width: int, lines: tuple[str, ...]) -> None:
    assert wrap(text, width, 16, bold=True, lines=2) == lines


def test_a_long_word_breaks_at_punctuation() -> None:
    assert wrap("https://www.foobar.com/a/path/that/goes/on", 120, 11)[0].endswith("/")


def test_the_longest_word_ends_where_a_line_may() -> None:
    assert longest_word("Passenger's phone", 12) == text_width("Passenger's", 12)
    assert longest_word("live-positions", 12) == text_width("positions", 12)
    assert longest_word("", 12) == 0
