"""The score of findings by truths: what counts as found, missed, wrong and noise, and the floors of the corpus."""

from __future__ import annotations

import pytest
from msgspec import convert

from archgen.model.finding import Finding
from archgen.model.subject import Subject
from tests import truths
from tests.edges import all_findings
from tests.paths import TESTS
from tests.truths import Score, Signature, Truth, details, holds, score, table

MODEL = """\
archgen: 1
name: One server
hosts:
  server-1: {}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: server-1}
connections:
  user -> web: http
flows:
  page:
    title: A page
    access: read
    steps:
      - user -> web: GET /
"""


def truth(kind: str, about: str, class_: str = "must-find", flows: str = "") -> Truth:
    said = {"id": "t", "class": class_, "says": "x", "kind": kind, "about": about.split(), "flows": flows.split()}
    return convert(said, Truth)


def scored(*truths: Truth, signed: tuple[Signature, ...] = ()) -> Score:
    return score("system", FINDINGS, truths, signed)


FINDINGS = all_findings(MODEL)
SPOF = next(each for each in FINDINGS if each.rule == "single-point-of-failure")


@pytest.mark.parametrize(
    ("kind", "about", "flows", "is_found", "is_wrong"),
    [
        ("single-point", "server-1", "", True, True),
        ("single-point", "server-1", "page", True, True),
        ("single-point", "server-1", "other-flow", False, False),
        # a related replica counts where the truth names it, or its component; it is not claimed to be a single point itself
        ("single-point", "web", "", True, False),
        ("single-point", "web@server-1", "page", True, False),
        ("single-point", "other", "", False, False),
        # a truth has to name an element; what must not be said may be of any
        ("single-point", "", "", False, True),
        # the rule has to be one that claims the kind
        ("single-writer", "server-1", "", False, False),
        ("single-writer", "", "", False, False),
        ("other", "server-1", "", False, False),
        ("missing-monitoring", "server-1", "", True, True),
    ],
)
def test_a_rule_that_claims_a_kind_finds_its_truth_or_is_wrong_where_it_must_not_be_said(
    kind: str, about: str, flows: str, is_found: bool, is_wrong: bool
) -> None:
    asked = truth(kind, about, flows=flows)
    assert scored(asked).found == ((asked,) if is_found else ())
    assert scored(asked).missed == (() if is_found else (asked,))
    assert bool(scored(truth(kind, about, "must-not-say", flows)).wrong) == is_wrong


def test_what_no_truth_names_is_noise_unless_it_is_signed() -> None:
    named = truth("single-point", "server-1")
    signature = Signature("missing-tls", "connection user -> web", "it is plain HTTP")
    idle = Signature("missing-tls", "connection user -> other", "there is no such connection")
    result = scored(named, truth("plaintext", "x", "not-sayable"), signed=(signature, idle))
    assert {each.rule for each in result.noise} == {each.rule for each in FINDINGS} - {SPOF.rule, "missing-tls"}
    assert result.unused == (idle,)
    assert not scored(named, truth("single-point", "server-1", "must-not-say")).noise.count(SPOF)


def result(found: int, missed: int, wrong: int, noise: int, findings: int) -> Score:
    each = truth("single-point", "server-1")
    reported: tuple[Finding, ...] = (SPOF,) * findings
    return Score("s", reported, (each,) * found, (each,) * missed, ((SPOF, each),) * wrong, (SPOF,) * noise, ())


@pytest.mark.parametrize(
    ("numbers", "kept"),
    [
        ((97, 3, 0, 10, 100), True),
        ((96, 4, 0, 0, 100), False),
        ((100, 0, 1, 0, 100), False),
        ((100, 0, 0, 11, 100), False),
    ],
)
def test_the_floors_are_those_of_the_module(numbers: tuple[int, int, int, int, int], kept: bool) -> None:
    assert holds([result(*numbers)]) == kept
    assert table([result(*numbers)]).splitlines()[-1].startswith(f"| all | {numbers[0]} | {numbers[1]} |")
    assert len(list(details([result(*numbers)]))) == numbers[1] + numbers[2] + numbers[3]


def test_a_missing_corpus_is_skipped_and_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: object
) -> None:
    monkeypatch.setattr(truths, "CORPUS", TESTS)
    assert truths.main() == 0
    assert capsys.readouterr().out.startswith("skipped: ")


def test_subjects_are_written_as_in_the_signed_file() -> None:
    assert truths.str_of(Subject("model", "any")) == "model"
    assert truths.str_of(Subject("connection", "a -> b")) == "connection a -> b"


@pytest.mark.skipif(not truths.CORPUS.exists(), reason=f"there is no {truths.CORPUS}")
def test_the_floors_hold_and_the_page_has_the_table_of_today() -> None:
    results = list(truths.scores())
    assert holds(results), list(details(results))
    assert {each.id for score in results for each in score.missed} == set(truths.MISSES), "explain each miss in MISSES"
    page = truths.PAGE.read_text(encoding="utf-8")
    assert truths.renewed(page, results) == page, "run `python -m tests.truths --write`"
