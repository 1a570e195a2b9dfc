"""Findings told as text and as JSON, from values made here."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archgen.model.finding import Accepted, Finding, Proof, Related
from archgen.model.subject import Subject
from archgen.report.common.encoding import encode, encode_long
from archgen.report.common.terminal import LONGEST_WORD, Style, brief, display_width, escape_controls, wrap_columns
from archgen.report.lint import json_, text
from archgen.report.lint.outcome import LintReport
from tests import contracts

SOURCE = (
    "archgen: 1",
    "name: Shop",
    "components:",
    "  lb: {kind: load-balancer, runs_on: [east, west]}",
    "  数据库: {kind: database}",
    "connections:",
    '  "lb -> 数据库": mysql',
)


def finding(**changes: Any) -> Finding:
    told: dict[str, Any] = {
        "rule": "some-rule",
        "code": "REL999",
        "severity": "error",
        "category": "reliability",
        "model": "shop",
        "subject": Subject("component", "lb"),
        "message": "The lb is alone.",
        "fix": "Add another.",
        "file": "shop.arch.yaml",
        "line": 4,
        "column": 3,
        "end_line": 4,
        "fingerprint": "0123456789abcdef",
    }
    return Finding(**(told | changes))


def related(subject: Subject, label: str, line: int, column: int, file: str = "shop.arch.yaml") -> Related:
    return Related(subject, label, file, line, column)


def outcome(*findings: Finding, source: tuple[str, ...] = SOURCE) -> LintReport:
    return LintReport(
        (("shop.arch.yaml", findings),),
        lambda file: source if file == "shop.arch.yaml" else (),
        lambda model, step: "user -> lb" if (model, step) == ("shop", "buy/1") else "",
    )


def told(*findings: Finding, source: tuple[str, ...] = SOURCE, style: Style | None = None) -> list[str]:
    return text.write(outcome(*findings, source=source), style or Style()).splitlines()


def test_a_finding_shows_its_place_its_relations_its_proof_and_the_next_step() -> None:
    one = finding(
        related=(
            related(Subject("host", "east"), "the only host", 4, 39),
            related(Subject("connection", "lb -> 数据库"), "carries the orders", 7, 3),
        ),
        flows=("buy", "browse"),
        proof=Proof((Subject("host", "east"),), "buy", "buy/1", ("user", "lb@east")),
        confidence="medium",
    )
    assert told(one) == [
        "error[REL999] some-rule [1]",
        "  The lb is alone.",
        "  --> shop.arch.yaml:4:3",
        "    |",
        "  4 |   lb: {kind: load-balancer, runs_on: [east, west]}",
        "    |   ^^",
        "    |                                       ---- the only host",
        "...",
        '  7 |   "lb -> 数据库": mysql',
        "    |   -------------- carries the orders",
        "    = flows: buy, browse",
        "    = proof: kill east → step buy/1 user -> lb fails; path user → lb@east",
        "    = confidence: medium",
        "    = fix: Add another.",
        "",
        "1 model: 1 error",
    ]


def test_an_accepted_finding_is_told_but_not_counted_as_an_error() -> None:
    lines = told(finding(accepted=Accepted("a pilot", "ops", "2027-06-30")), finding(severity="info"))
    assert lines[0] == "accepted[REL999] some-rule [1]"
    assert lines[1] == "  The lb is alone. Accepted by ops until 2027-06-30: a pilot"
    assert lines[4] == "info[REL999] some-rule [2]"
    assert lines[-1] == "1 model: 1 info finding, 1 accepted"


def test_no_findings_is_said() -> None:
    assert told() == ["1 model: no findings"]


def test_a_mark_stands_under_wide_characters() -> None:
    lines = told(finding(subject=Subject("component", "数据库"), line=5))
    at = lines.index("  5 |   数据库: {kind: database}")
    assert lines[at + 1] == "    |   ^^^^^^"


def test_a_mark_behind_wide_characters_is_shifted_by_their_width() -> None:
    source = ("说明: {a: east}",)
    lines = told(finding(subject=Subject("host", "east"), line=1, column=9), source=source)
    assert lines[5] == "    |           ^^^^"


def test_a_place_without_source_is_named_without_a_line() -> None:
    lines = told(finding(file="gone.arch.yaml"))
    assert lines[2] == "  --> gone.arch.yaml"
    assert lines[3].startswith("    = fix:")


def test_related_places_of_another_file_follow_under_its_name() -> None:
    lines = told(finding(related=(related(Subject("host", "x"), "included", 2, 1, "other.arch.yaml"),)))
    assert "  ::: other.arch.yaml" in lines


@pytest.mark.parametrize(("places", "rest"), [(12, "4 more places"), (9, "1 more place"), (8, "")])
def test_many_related_places_are_counted_not_listed(places: int, rest: str) -> None:
    many = tuple(related(Subject("host", "east"), f"place {at}", 4, 30 + at) for at in range(places))
    assert [line for line in told(finding(related=many)) if "…" in line] == ([f"    … and {rest}"] if rest else [])


def test_a_long_line_is_shown_around_its_mark() -> None:
    source = ("  a: {why: " + "x" * 400 + ", runs_on: east, more: " + "y" * 400 + "}",)
    at = source[0].index("east") + 1
    lines = told(finding(subject=Subject("host", "east"), line=1, column=at), source=source)
    excerpt, marks = lines[4], lines[5]
    assert len(excerpt) <= 100
    assert excerpt[marks.index("^") :].startswith("east")
    assert "…" in excerpt


def test_marks_far_apart_on_one_line_are_shown_each() -> None:
    source = ("  a: {first: east, why: " + "x" * 400 + ", second: west}",)
    first, second = (source[0].index(name) + 1 for name in ("east", "west"))
    one = finding(
        subject=Subject("host", "west"),
        line=1,
        column=second,
        related=(related(Subject("host", "east"), "other", 1, first),),
    )
    lines = told(one, source=source)
    assert max(map(len, lines)) <= 100
    for mark, name in (("-", "east"), ("^", "west")):
        at = next(at for at, line in enumerate(lines) if line.lstrip(" |").startswith(mark) and at > 3)
        assert lines[at - 1][lines[at].index(mark) :].startswith(name)


def test_long_names_are_cut_short() -> None:
    name = "n" * 5000
    lines = told(finding(message=f"The component {name} is alone.", subject=Subject("component", name), flows=(name,)))
    assert max(map(len, lines)) <= 100
    assert sum(map(len, lines)) < 1000


HOSTILE = (
    "\x1b[31mred\x07 \x9b2J \u202etxet\u202c \u2066x\u2069 \r\n\x00 \ud800 \u200b\ufeff <script>alert(1)</script> 🎉 é"
)


def test_nothing_that_a_model_says_steers_the_terminal() -> None:
    accepted = Accepted(HOSTILE, HOSTILE, HOSTILE)
    one = finding(
        message=HOSTILE,
        fix=HOSTILE,
        flows=(HOSTILE,),
        subject=Subject("component", HOSTILE),
        file=HOSTILE,
        related=(related(Subject("host", HOSTILE), HOSTILE, 1, 1), related(Subject("host", "x"), "x", 1, 1, HOSTILE)),
        proof=Proof((Subject("host", HOSTILE),), HOSTILE, HOSTILE, (HOSTILE,)),
    )
    hostile = LintReport(
        ((HOSTILE, (one, finding(message=HOSTILE, file=HOSTILE, accepted=accepted))), ("b", ())),
        lambda _: (HOSTILE, HOSTILE, HOSTILE, HOSTILE),
        lambda *_: HOSTILE,
    )
    output = text.write(hostile, Style())
    assert "<script>alert(1)</script> 🎉 é" in output
    assert "␛[31mred" in output
    assert "\\u{202e}" in output
    assert all(line.isprintable() for line in output.split("\n"))


@given(st.text())
def test_safe_text_is_printable_and_keeps_what_is(words: str) -> None:
    shown = escape_controls(words)
    assert all(char.isprintable() or char in "\u3000\u200d" for char in shown)
    if words.isprintable():
        assert shown == words


@given(st.text(), st.integers(20, 120))
def test_wrapped_text_keeps_its_words_and_its_width(words: str, width: int) -> None:
    safe = brief(words)
    lines = wrap_columns(safe, width, "  ")
    assert " ".join(lines).split() == safe.split()
    assert all(display_width(line) <= width or len(line.split()) == 1 for line in lines)
    assert all(len(word) <= LONGEST_WORD for word in safe.split())


@given(st.text(alphabet="e.  \t\n"), st.integers(1, 30), st.sampled_from(["", "  = fix: ", " → "]))
def test_a_text_wraps_alike_in_any_letters(words: str, width: int, first: str) -> None:
    accented = wrap_columns(words.replace("e", "é"), width, "  ", first)
    assert wrap_columns(words, width, "  ", first) == [line.replace("é", "e") for line in accented]


@pytest.mark.parametrize(("words", "width"), [("abc", 3), ("数据库", 6), ("é", 1), ("e\u0301", 1), ("🎉", 2)])
def test_columns(words: str, width: int) -> None:
    assert display_width(words) == width


def test_colour_only_paints() -> None:
    import re

    coloured = text.write(outcome(finding(), finding(severity="warning")), Style(colour=True))
    assert "\x1b[1;31merror[REL999]\x1b[0m" in coloured
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == text.write(
        outcome(finding(), finding(severity="warning")), Style()
    )


def test_json_keeps_its_contract() -> None:
    full = finding(
        related=(related(Subject("host", "east"), "here", 4, 38),),
        flows=("buy",),
        proof=Proof((Subject("host", "east"),), "buy", "buy/1", ("user", "lb@east")),
        accepted=Accepted("a pilot", None, None),
    )
    document = json.loads(json_.write(outcome(finding(), full)))
    contracts.check("lint", document)
    assert document["summary"] == {"error": 1, "warning": 0, "info": 0, "accepted": 1}
    assert document["findings"][0]["proof"] is None
    assert document["findings"][1] == {
        "rule": "some-rule",
        "code": "REL999",
        "severity": "error",
        "category": "reliability",
        "subject": {"kind": "component", "id": "lb"},
        "related": [{"kind": "host", "id": "east", "file": "shop.arch.yaml", "line": 4, "column": 38, "label": "here"}],
        "flows": ["buy"],
        "message": "The lb is alone.",
        "fix": "Add another.",
        "file": "shop.arch.yaml",
        "line": 4,
        "column": 3,
        "end_line": 4,
        "end_column": 51,
        "fixable": None,
        "changes": [],
        "fingerprint": "0123456789abcdef",
        "confidence": "high",
        "proof": {
            "kill": [{"kind": "host", "id": "east"}],
            "flow": "buy",
            "step": "buy/1",
            "path": ["user", "lb@east"],
        },
        "accepted": {"reason": "a pilot", "owner": None, "until": None},
    }


@pytest.mark.parametrize("count", [0, 1, 500, 501])
@pytest.mark.parametrize("last", ["lb", "\x1b[2J ##[ \u202e", "\udcff"])
def test_a_long_list_is_written_in_parts_as_it_is_as_a_whole(count: int, last: str) -> None:
    items = ["lb"] * (count - 1) + [last] * min(count, 1)
    document = {"version": 1, "items": [], "summary": {"items": []}}
    whole = encode({**document, "items": [{"id": each} for each in items]})
    assert encode_long(document, "items", items, lambda each: {"id": each}) == whole


def test_json_holds_a_file_name_that_is_no_unicode() -> None:
    document = json.loads(json_.write(outcome(finding(file="\udcff.arch.yaml"))))
    assert document["findings"][0]["file"] == "\udcff.arch.yaml"
