"""Findings of one rule, severity and fix: one number and one entry for people, one entry per subject for programs."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archgen.cli import main
from archgen.linting.finding_groups import group_findings, number_findings, renamed
from archgen.model.finding import Accepted, Finding
from archgen.model.subject import Subject
from tests.checked import check
from tests.report.test_reports import finding

STORES = 9

MODEL = f"""archgen: 1
name: Many stores
hosts: {{a: {{}}, b: {{}}}}
components:
  job: {{kind: scheduler, runs_on: [a, b]}}
{"".join(f"  store-{number}: {{kind: database, runs_on: a}}{chr(10)}" for number in range(STORES))}
connections:
{"".join(f"  job -> store-{number}: {{protocol: postgresql, tls: true}}{chr(10)}" for number in range(STORES))}
flows:
  work:
    access: write
    steps:
{"".join(f"      - job -> store-{number}: write{chr(10)}" for number in range(STORES))}
"""

RULE = "missing-backup"


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "many.arch.yaml"
    file.write_text(MODEL, encoding="utf-8")
    return file


def lint(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    main(["lint", "many.arch.yaml", "--select", RULE, *options])
    return capsys.readouterr().out


def at(name: str, **changes: object) -> Finding:
    told = {"subject": Subject("component", name), "message": f"Nothing backs up {name}", "fingerprint": name}
    return finding(**(told | changes))


def test_hits_of_one_rule_severity_and_fix_have_one_number() -> None:
    findings = (at("a"), at("b", severity="warning"), at("c"), at("d", fix="Another."), at("e", rule="other-rule"))
    groups = group_findings(findings)
    assert [[each.subject.id for each in group.findings] for group in groups] == [["a", "c"], ["b"], ["d"], ["e"]]
    assert [group.number for group in groups] == [1, 2, 3, 4]
    assert [number for number, _ in number_findings(findings)] == [1, 2, 1, 3, 4]


def test_a_fix_that_names_its_subject_names_all_of_them() -> None:
    (group,) = group_findings((at("a", fix="Add `a: b` to a."), at("b", fix="Add `a: b` to b.")))
    assert group.fix == "Add `a: b` to a and b."


def test_a_name_within_code_or_a_longer_name_keeps_fixes_apart() -> None:
    assert len(group_findings((at("a", fix="Add `a`."), at("b", fix="Add `b`.")))) == 2
    assert len(group_findings((at("a", fix="Ask a-b."), at("c", fix="Ask c-b.")))) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("web", "them"),
        ("Give web a replica; web stands alone.", "Give them a replica; them stands alone."),
        ("web-2, a/web, web@web, @web, web#1, web/x and webs", "web-2, a/web, web@web, @web, web#1, web/x and webs"),
        ("web.", "them."),
        ("web.example", "web.example"),
        ("(web)", "(them)"),
        ("webweb web", "webweb them"),
        ("", ""),
    ],
)
def test_a_name_is_replaced_where_it_is_no_part_of_a_longer_one(text: str, expected: str) -> None:
    assert renamed(text, "web", "them") == expected
    assert renamed(text, "", "them") == text


def test_what_is_accepted_and_what_makes_a_model_invalid_stands_alone() -> None:
    accepted = Accepted("a pilot", None, None)
    assert len(group_findings((at("a"), at("b", accepted=accepted), at("c", accepted=accepted)))) == 2
    assert len(group_findings((at("a", rule="invalid-model"), at("b", rule="invalid-model")))) == 2


def test_the_text_names_every_subject_and_counts_both(many: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = lint(capsys)
    assert out.count("error[DAT001]") == 1
    assert f"missing-backup [1] on {STORES} subjects" in out
    assert all(f"store-{number}" in out for number in range(STORES))
    assert f"1 model: 1 error on {STORES} subjects" in out


def test_flows_that_a_headline_counts_are_listed_by_subject(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def lines(flows: int) -> list[str]:
        file = tmp_path / "one.arch.yaml"
        file.write_text(
            "archgen: 1\nname: Two servers\nhosts: {h-1: {}, h-2: {}}\ncomponents:\n"
            "  user: {kind: client}\n  app: {kind: app-server, runs_on: h-1}\n  other: {kind: app-server, runs_on: h-2}\n"
            "connections: {user -> app: https, user -> other: https}\nflows:\n  last: {steps: [user -> other: GET]}\n"
            + "".join(f"  f-{number}: {{steps: [user -> app: GET]}}\n" for number in range(flows)),
            encoding="utf-8",
        )
        main(["lint", str(file), "--select", "single-point-of-failure"])
        return [line.strip() for line in capsys.readouterr().out.splitlines()]

    assert "= flows: h-1: f-0, f-1, f-2, f-3, f-4, f-5, f-6, f-7; h-2: last" in lines(8)
    assert "= flows: f-0, f-1, last" in lines(2)


def test_every_format_for_people_has_one_entry(many: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = lint(capsys, "--format", "concise").splitlines()
    assert "; the same for store-1, store-2, " in line
    page = lint(capsys, "--format", "markdown")
    assert f"**1 error** on {STORES} subjects" in page
    assert page.count("| error |") == 1
    assert all(f"store-{number}" in page for number in range(STORES))


def test_every_format_for_programs_has_an_entry_per_subject(many: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listing = json.loads(lint(capsys, "--format", "json"))
    assert len({entry["fingerprint"] for entry in listing["findings"]}) == listing["summary"]["error"] == STORES
    (run,) = json.loads(lint(capsys, "--format", "sarif"))["runs"]
    assert len({result["partialFingerprints"]["archgen/v1"] for result in run["results"]}) == STORES
    assert len(json.loads(lint(capsys, "--format", "gitlab"))) == STORES
    assert len(lint(capsys, "--format", "github").splitlines()) == STORES
    assert ElementTree.fromstring(lint(capsys, "--format", "junit")).get("tests") == str(STORES)


def test_a_baseline_takes_subjects_not_groups(many: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "many.arch.yaml", "--select", RULE, "--baseline", "b.json", "--write-baseline"]) == 0
    assert f"{STORES} in the baseline" in capsys.readouterr().out
    many.write_text(MODEL.replace("  job: ", "  more: {kind: database, runs_on: a}\n  job: "), encoding="utf-8")
    assert main(["lint", "many.arch.yaml", "--select", RULE, "--baseline", "b.json"]) == 1
    out = capsys.readouterr().out
    assert f"1 model: 1 error ({STORES} in the baseline)" in out
    assert "Nothing backs up more" in out


def test_a_subject_can_be_accepted_out_of_its_group(many: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accepted = "accept:\n  - {rule: missing-backup, subject: store-0, reason: a cache}\n"
    many.write_text(MODEL + accepted, encoding="utf-8")
    out = lint(capsys)
    assert f"1 error on {STORES - 1} subjects, 1 accepted" in out


def test_the_pages_and_pictures_have_the_number_of_the_report() -> None:
    model = check("many.arch.yaml", MODEL.encode())
    numbers = {finding.fingerprint: number for number, finding in model.numbered}
    for group in model.groups:
        assert {numbers[each.fingerprint] for each in group.findings} == {group.number}
    assert len(model.groups) < len(model.findings)


def test_a_line_says_the_same_of_others_only_if_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.arch.yaml"
    path.write_text(
        "archgen: 1\nname: Two hosts\nhosts: {one: {}, two: {}}\n"
        "components:\n  job: {kind: scheduler, managed: true, replicas: 2}\n"
        "  app: {kind: service, runs_on: one}\n  api: {kind: service, runs_on: two}\n"
        "connections: {job -> app: https, job -> api: https}\n"
        "flows: {a: {steps: [job -> app: x]}, b: {steps: [job -> app: x, job -> api: x]}}\n",
        encoding="utf-8",
    )
    main(["lint", str(path), "--format", "concise", "--select", "single-point-of-failure"])
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith("takes down 2 flows: a and b; also two")


def test_the_finding_that_stands_for_others_is_the_one_that_stops_most_flows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.arch.yaml"
    path.write_text(
        "archgen: 1\nname: Two hosts\nhosts: {first: {}, second: {}}\n"
        "components:\n  job: {kind: scheduler, managed: true, replicas: 2}\n"
        "  app: {kind: web-server, runs_on: first}\n  api: {kind: web-server, runs_on: second}\n"
        "connections: {job -> app: https, job -> api: https}\n"
        "flows: {a: {steps: [job -> api: x]}, b: {steps: [job -> app: x, job -> api: x]}}\n",
        encoding="utf-8",
    )
    main(["lint", str(path), "--format", "concise", "--select", "single-point-of-failure"])
    (line,) = capsys.readouterr().out.splitlines()
    assert "Losing second (with api) takes down 2 flows" in line
    assert line.endswith("; also first")
