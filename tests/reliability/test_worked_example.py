"""The numbers that `docs/reliability.md` works out by hand: by the formulas it gives, and by the engine."""

from __future__ import annotations

import pytest

from archgen.analysis.assessment import FlowAssessment, assess
from archgen.analysis.topology import Topology
from archgen.language.load import load
from tests.paths import ROOT

PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
HOST, NAMES, OWN, PROGRAM, STORE = 0.999, 0.9999, 0.9999, 0.99995, 0.9998


def tier(number: int) -> dict[str, FlowAssessment]:
    file = next((ROOT / "models").glob(f"{number}-*.arch.yaml"))
    return {one.flow: one for one in assess(Topology(load(str(file), file.read_bytes()).architecture))}


def test_the_formulas_give_the_numbers_of_the_page_and_of_the_engine() -> None:
    pair = PROGRAM * OWN
    front = NAMES * PROGRAM * HOST
    both = HOST**2 * (1 - (1 - pair) ** 2) * (1 - (1 - STORE) ** 2)
    one = 2 * HOST * (1 - HOST) * pair * STORE
    primary = front * HOST * STORE
    web = 1 - (1 - pair) * (1 - HOST * pair)
    unchanged = (1 - 0.02 / 168) * (1 - 0.01 / 720) ** 3
    numbers = (front, both, one, front * (both + one), primary, web, primary * web, unchanged)
    for number in (*numbers, front * (both + one) * unchanged, primary * web * unchanged):
        assert f"{number:.12f}" in PAGE
    found = tier(2)
    for flow, lasting in (("read-page", front * (both + one)), ("write-comment", primary * web)):
        assert found[flow].result.availability == pytest.approx(lasting * unchanged, abs=1e-12)
        assert found[flow].downtime.failures == pytest.approx((1 - lasting) * 8760)
        assert found[flow].downtime.failovers == 0.0
        assert found[flow].downtime.changes == pytest.approx((1 - unchanged) * lasting * 8760)
        assert f"{found[flow].downtime.changes:.1f} of them are changes" in PAGE


def test_the_hours_of_the_page_are_those_of_the_engine() -> None:
    before, after = tier(1), tier(2)
    read, write = after["read-page"].result, after["write-comment"].result
    first = read.importance[0]
    assert (first.element.id, f"{first.hours_per_year:.1f}") == ("lb-1", "8.8")
    assert f"{first.hours_per_year:.1f} hours: {first.fussell_vesely * 100:.1f}%" in PAGE
    assert f"**: {read.downtime:.1f} hours per year" in PAGE
    assert f"**: {write.downtime:.1f} hours per year" in PAGE
    won = before["read-page"].result.downtime - read.downtime
    cost = write.downtime - before["write-comment"].result.downtime
    assert f"the second server saves the reads {won:.0f} hours per year" in " ".join(PAGE.split())
    assert f"costs the writes {cost:.1f}" in " ".join(PAGE.split())
