"""The nearest word is the most like of all choices, although few of them are compared letter by letter."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest

from archgen.language.schema.product_names import KNOWN
from archgen.model.nearest import nearest

CHOICES = tuple(sorted(KNOWN))[::4]
"""A part of the products, which are long and short, and many of them alike."""


def ratio(word: str, choice: str) -> float:
    return SequenceMatcher(None, choice, word).ratio()


@pytest.mark.parametrize("cutoff", [0.6, 0.83])
@pytest.mark.parametrize("choice", CHOICES[::12])
def test_a_misspelled_word_finds_the_most_like_of_all_choices(choice: str, cutoff: float) -> None:
    for word in (choice[1:], choice[::-1], choice[:-2], f"{choice}x", choice[:2] + "zq" + choice[3:]):
        best = max(ratio(word, each) for each in CHOICES)
        found = nearest(word, CHOICES, cutoff)
        assert (found is not None) == (best >= cutoff)
        assert found is None or ratio(word, found) == best


def test_a_word_as_like_as_the_cutoff_is_found() -> None:
    # six letters of ten in the other, in both directions: a ratio of 0.6, of which floating point makes no less
    assert nearest("abcxx", ("abcyy",), 0.6) == "abcyy"
    assert nearest("abcxx", ("abcyy",), 0.61) is None
    assert nearest("abc", ("abcdefg",), 0.6) == "abcdefg"
    assert nearest("abc", ("abcdefgh",), 0.6) is None
