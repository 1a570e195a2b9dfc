"""Reasons for a program that say that one of it alone may be at work."""

from __future__ import annotations

import pytest

from archgen.model.job_starters import tells_of_one, tells_who_works


@pytest.mark.parametrize(
    ("why", "single"),
    [
        ("Sends each substation its set points, one sender at a time.", True),
        ("One active instance at any time.", True),
        ("Only one may run.", True),
        ("Exactly one of them writes.", True),
        ("There is just one writer, since the files are locked.", True),
        ("The single writer of the ledger.", True),
        ("Never two.", True),
        ("A leader, chosen by a lease.", True),
        ("A browser without screen that records a room; one at a time on each machine.", False),
        ("Takes one order at a time.", False),
        ("It has only one database.", False),
        ("A single page for each customer.", False),
        ("The leaderboard of a game.", False),
        (None, False),
    ],
)
def test_tells_of_one(why: str | None, *, single: bool) -> None:
    assert tells_of_one(why) == single


@pytest.mark.parametrize(
    ("why", "known"), [("Kubernetes elects one.", True), ("A lock in the database.", True), ("Blocks spam.", False)]
)
def test_tells_who_works(why: str, *, known: bool) -> None:
    assert tells_who_works(why) == known
