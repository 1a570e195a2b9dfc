"""Random systems with doors and optional calls: analyze and what-if tell of each, and a gain is what `what-if` says of the change."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

import pytest

from archgen.analysis.topology import Topology
from archgen.app.analyze import analyze
from archgen.app.report_formats import ANALYZE, WHAT_IF
from archgen.app.what_if import what_if
from archgen.language.load import load
from archgen.linting.checked_model import CheckedModel
from archgen.report.common.assessment import Assessed
from archgen.report.common.terminal import Style
from archgen.system.internal_errors import Isolation
from tests.reliability.random_systems import NAME, system

SYSTEMS = 120

_NEXT = re.compile(r", and (?=a replica of |one more replica |a host |another provider |automatic failover )")
_FORMS = (
    (re.compile(r"one more replica of (\S+)(?: \(.*\))?"), "replica of {}"),
    (re.compile(r"(a replica of \S+ on \S+(?: in [^, ]+)?)"), "{}"),
    (re.compile(r"a (host \S+ like \S+?(?: in [^, ]+)?), with .*"), "{}"),
)
_CARRIED = re.compile(r"a host \S+ like \S+?(?: in [^, ]+)?, with (.*?)(?:, a new host)?")
_AUTOMATIC = re.compile(r"automatic failover of (\S+)")


@cache
def model(number: int) -> CheckedModel:
    files = system(number)
    loaded = load(NAME, files[NAME], files.__getitem__)
    return CheckedModel(Topology(loaded.architecture), (), loaded.source, files[NAME])


@cache
def assessed(number: int) -> Assessed:
    isolation = Isolation()
    told = analyze(model(number), 2, (), lambda _: None, isolation)
    assert not isolation.errors
    return told


def options(change: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The words of `--add` and of `--set` that ask for a change in words; None for a host in several zones."""
    add: list[str] = []
    assign: list[str] = []
    for words in _NEXT.split(change):
        part = words.removesuffix(", a new host")
        forms = ((form.fullmatch(part), option) for form, option in _FORMS)
        option = next((option.format(match[1]).removeprefix("a ") for match, option in forms if match), None)
        automatic = _AUTOMATIC.fullmatch(part)
        if automatic:
            assign.append(f"{automatic[1]}.failover=automatic")
        elif option is not None:
            add.append(option)
        else:
            return None
    return tuple(add), tuple(assign)


def carried(changes: Iterable[str]) -> set[str]:
    """The components that changes in words put on new hosts as well."""
    found = filter(None, map(_CARRIED.fullmatch, changes))
    return {name for each in found for name in each[1].split(", ")}


@pytest.mark.parametrize("number", range(SYSTEMS))
def test_every_report_is_written(number: int) -> None:
    for form in ANALYZE.values():
        assert form((assessed(number),), Style())
    outcome = what_if(model(number), (), ())
    for write in WHAT_IF.values():
        assert write(outcome, Style())


def test_a_gain_is_what_what_if_says_of_the_change() -> None:
    held: Counter[str] = Counter()
    others = 0
    for number in range(SYSTEMS):
        for flow, gains in assessed(number).gains.items():
            for gain in filter(None, gains.values()):
                asked = options(gain.change)
                if asked is not None:
                    outcome = what_if(model(number), *asked)
                    # `--add` copies all of a host: another change, where the flow uses what the gain leaves
                    more = carried(outcome.changes) - carried(_NEXT.split(gain.change))
                    if flow in model(number).topology.flows_through(more):
                        others += 1
                        continue
                    before, after = (
                        {one.flow: one.result.downtime for one in side} for side in (outcome.before, outcome.after)
                    )
                    assert gain.hours_per_year == pytest.approx(before[flow] - after[flow], abs=1e-9), (number, flow)
                    held.update(word for word in ("replica", "host", "failover") if word in gain.change)
    assert len(held) == 3
    assert min(held.values()) >= 10, held
    assert others < held["host"]
