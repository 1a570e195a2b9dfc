"""What a team makes of the catalogue: selection, severities, personas, a baseline, and what is new since a revision."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archgen.app.findings.lint import exit_code
from archgen.cli import main
from archgen.linting.policy import MEANINGLESS, PERSONAS, Policy, apply_severities, is_shown, precision, select_rules
from archgen.model.finding import CATEGORIES, SEVERITIES, Finding
from archgen.model.subject import Subject
from archgen.rules import BY_NAME, RULES
from tests.paths import ROOT

TIER = (ROOT / "models" / "1-simple-web-stack.arch.yaml").read_text(encoding="utf-8")
PLAIN = "user -> nginx: {protocol: http, port: 80}"
DAY = ("--today", "2026-12-31")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    put(tmp_path, "shop", TIER)
    return tmp_path


def put(project: Path, name: str, text: str) -> None:
    (project / "models").mkdir(exist_ok=True)
    (project / "models" / f"{name}.arch.yaml").write_text(text, encoding="utf-8")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]], str]:
    """The exit code, the findings and what was said beside them."""
    code = main(["lint", "--format", "json", *DAY, *words])
    told = capsys.readouterr()
    findings = json.loads(told.out)["findings"] if told.out else []
    return code, findings, told.err


def ids(findings: list[dict[str, Any]]) -> set[str]:
    return {one["rule"] for one in findings}


# Which rules run

SELECTORS = st.sampled_from(["all", "SEC", "SEC0", "REL", "M", *CATEGORIES, *BY_NAME])


def test_without_a_word_every_rule_runs() -> None:
    assert select_rules(Policy(), RULES) == RULES


@given(st.lists(SELECTORS), st.lists(SELECTORS))
def test_selection_keeps_the_catalogues_order_and_what_stands_fast(select: list[str], ignore: list[str]) -> None:
    ran = select_rules(Policy(tuple(select), tuple(ignore)), RULES)
    assert list(ran) == [rule for rule in RULES if rule in ran]
    assert {rule.id for rule in ran} >= MEANINGLESS
    for rule in ran:
        if rule.id not in MEANINGLESS:
            assert not select or any(precision(word, rule) for word in select)
            assert rule.id not in ignore
            assert rule.code not in ignore


@pytest.mark.parametrize(
    ("select", "ignore", "runs", "rests"),
    [
        (("missing-tls",), (), {"missing-tls"}, {"missing-firewall", "single-point-of-failure"}),
        (("SEC",), ("SEC001",), {"missing-firewall"}, {"missing-tls", "missing-backup"}),
        (("SEC001",), ("security",), {"missing-tls"}, {"missing-firewall"}),
        (("security",), ("SEC00",), set(), {"missing-tls", "missing-firewall"}),
        ((), ("SEC", "missing-backup"), {"single-point-of-failure"}, {"missing-tls", "missing-backup"}),
        (("all",), ("all",), set(), {"missing-tls", "single-point-of-failure"}),
    ],
)
def test_the_most_exact_selector_decides(
    select: tuple[str, ...], ignore: tuple[str, ...], runs: set[str], rests: set[str]
) -> None:
    ran = {rule.id for rule in select_rules(Policy(select, ignore), RULES)}
    assert runs <= ran
    assert not rests & ran


def test_lint_runs_what_is_selected(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, findings, _ = run(capsys, "--select", "security,unmonitored", "--ignore", "sec001")
    assert code == 1
    assert ids(findings) == {"missing-firewall", "unmonitored"}


def test_a_model_without_a_meaning_is_told_whatever_is_selected(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(project, "broken", "archgen: 1\nname: x\ncomponentz: {}\n")
    code, findings, _ = run(capsys, "--select", "dns", "--ignore", "model")
    assert (code, ids(findings)) == (2, {"invalid-model"})


def test_an_acceptance_of_a_rule_that_does_not_run_is_not_stale(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(project, "shop", f"{TIER}accept:\n  - {{rule: missing-backup, subject: mysql, reason: pilot, owner: ops}}\n")
    _, all_of_them, _ = run(capsys)
    _, some, _ = run(capsys, "--ignore", "missing-backup")
    assert "stale-acceptance" not in ids(all_of_them) | ids(some)
    assert "missing-backup" in ids(all_of_them) - ids(some)


def test_each_rule_speaks_the_same_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, together, _ = run(capsys)
    for rule in sorted(ids(together)):
        _, alone, _ = run(capsys, "--select", rule)
        # a general rule says more where no special one explains a failure
        assert [one for one in together if one["rule"] == rule] == [
            one for one in alone if one["fingerprint"] in {each["fingerprint"] for each in together}
        ]


# How grave a finding is


def finding(severity: Any, confidence: Any = "high", rule: str = "missing-tls") -> Finding:
    return Finding(
        rule=rule,
        code=BY_NAME[rule].code,
        severity=severity,
        category=BY_NAME[rule].category,
        model="m",
        subject=Subject("model", "m"),
        message="x",
        fix="x",
        file="m",
        line=1,
        column=1,
        end_line=1,
        fingerprint="0",
        confidence=confidence,
    )


def test_severities_follow_the_most_exact_selector() -> None:
    policy = Policy(severities=(("missing-tls", "info"), ("security", "warning"), ("all", "info")))
    rules = {rule.id: rule for rule in RULES}
    given = (finding("error"), finding("error", rule="missing-firewall"), finding("error", rule="missing-backup"))
    assert [one.severity for one in apply_severities(policy, given, rules)] == ["info", "warning", "info"]
    assert apply_severities(policy, (finding("error", rule="invalid-model"),), rules)[0].severity == "error"


def test_the_configuration_sets_severities_and_the_worst_still_come_first(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "archgen.toml").write_text(
        '[severity]\nreliability = "info"\nSEC001 = "warning"\nmissing-backup = "off"\n', encoding="utf-8"
    )
    code, findings, _ = run(capsys)
    assert code == 1
    assert {one["severity"] for one in findings if one["category"] == "reliability"} == {"info"}
    assert {one["severity"] for one in findings if one["rule"] == "missing-tls"} == {"warning"}
    assert "missing-backup" not in ids(findings)
    graves = [SEVERITIES.index(one["severity"]) for one in findings]
    assert graves == sorted(graves)


CERTIFICATE = """\
archgen: 1
name: x
certificates:
  www: {names: [www.example.org], installed_on: [web], expires: 2027-02-20}
components:
  user: {kind: client}
  web: {kind: web-server, managed: true}
connections:
  user -> web: {protocol: https, tls: {certificate: www}}
flows:
  read: {title: Read, domain: www.example.org, steps: [{user -> web: GET /}]}
"""


@pytest.mark.parametrize(
    ("number", "told"), [(None, False), ("30", False), ("50", False), ("51", True), ("365.5", True)]
)
def test_a_threshold_is_what_a_rule_goes_by(
    project: Path, capsys: pytest.CaptureFixture[str], number: str | None, told: bool
) -> None:
    put(project, "shop", CERTIFICATE)
    if number is not None:
        text = f"[thresholds]\nexpiring-certificate = {{days = {number}}}\n"
        (project / "archgen.toml").write_text(text, encoding="utf-8")
    assert bool(run(capsys, "--select", "expiring-certificate")[1]) is told


def test_the_reaction_of_people_is_a_threshold(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, "shop", BY_NAME["manual-failover"].bad)
    assert ids(run(capsys, "--select", "manual-failover")[1]) == {"manual-failover"}
    (project / "archgen.toml").write_text("[thresholds]\nmanual-failover = {minutes = 0}\n", encoding="utf-8")
    assert run(capsys, "--select", "manual-failover")[1] == []


# Who reads it


def test_each_persona_sees_all_that_the_one_before_sees() -> None:
    cases = [finding(grave, sure) for grave in SEVERITIES for sure in ("high", "medium", "low")]
    seen = [{(one.severity, one.confidence) for one in cases if is_shown(persona, one)} for persona in PERSONAS]
    assert seen[0] < seen[1] < seen[2]
    assert len(seen[2]) == len(cases)
    assert {pair for pair in seen[2] if pair[0] == "error"} <= seen[0]


TWO_HOSTS = """\
archgen: 1
name: Two hosts
hosts: {one: {}, two: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  jobs: {kind: queue, managed: true, replicas: 2}
  app: {kind: service, runs_on: one}
  writer: {kind: worker, runs_on: two}
connections: {job -> app: https, job -> jobs: amqps, writer -> jobs: amqps}
flows:
  sure: {steps: [job -> app: x, job -> jobs: x]}
  guessed: {assumed: high, steps: [writer -> jobs: next]}
"""


def test_what_follows_from_other_findings_is_told_once_to_a_regular_reader(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*options: str) -> bool:
        return any(one["rule"] == "maintenance-downtime" for one in run(capsys, *options)[1])

    put(project, "shop", TWO_HOSTS)
    assert not told()
    assert told("--persona", "strict")
    assert told("--ignore", "single-point-of-failure")
    put(project, "shop", TWO_HOSTS.replace("assumed: high", "assumed: low"))
    assert told(), "a regular reader isn't told that `two` is a single point of failure"


_RESTARTS = ("one takes down sure; one of two takes down guessed", "two takes down guessed")


@pytest.mark.parametrize("until", ["2027-01-01", "2026-01-01"])
def test_an_acceptance_of_a_loss_is_for_its_restarts_too(
    project: Path, capsys: pytest.CaptureFixture[str], until: str
) -> None:
    """A restart takes no longer than the repair after a loss: to accept the loss and not the restart makes no sense."""

    def told(subjects: str, *options: str) -> list[tuple[str, bool]]:
        accepted = f"accept: [{{rule: single-point-of-failure, subject: {subjects}, reason: x, until: {until}}}]\n"
        put(project, "shop", TWO_HOSTS + accepted)
        found = run(capsys, *options)[1]
        return [(one["message"], one["accepted"] is not None) for one in found if one["rule"] == "maintenance-downtime"]

    holds = until > DAY[1]
    assert told("one") == []
    both, two = (f"A planned restart of {rest}" for rest in _RESTARTS)
    assert told("one", "--persona", "strict") == [(two if holds else both, False)]
    assert told("[one, two]", "--persona", "strict") == [(both, holds)]


@pytest.mark.parametrize("what", ["downgraded", "known"])
def test_what_nobody_acts_on_hides_nothing_that_follows_from_it(
    project: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    put(project, "shop", TWO_HOSTS)
    if what == "downgraded":
        (project / "archgen.toml").write_text('[severity]\nsingle-point-of-failure = "info"\n', encoding="utf-8")
    else:
        run(capsys, "--select", "single-point-of-failure", "--baseline", "known.json", "--write-baseline")
        (project / "archgen.toml").write_text('baseline = "known.json"\n', encoding="utf-8")
    assert "maintenance-downtime" in ids(run(capsys)[1])


def test_what_a_persona_is_spared_is_counted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, "shop", BY_NAME["manual-failover"].bad)
    (project / "archgen.toml").write_text('[severity]\nmanual-failover = "info"\n', encoding="utf-8")
    _, regular, _ = run(capsys)
    _, strict, _ = run(capsys, "--persona", "strict")
    unsure = [one for one in strict if one["severity"] == "info" and one["confidence"] != "high"]
    assert len(strict) - len(regular) == len(unsure)
    main(["lint", *DAY])
    footer = capsys.readouterr().out.splitlines()[-1]
    assert ("more with --persona strict" in footer) == bool(unsure)


def test_a_persona_is_told_of_what_the_next_one_sees(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, "shop", UNSURE)
    for configured, told in (("warning", "1 more with --persona strict"), ("info", "")):
        (project / "archgen.toml").write_text(f'[severity]\nmaintenance-downtime = "{configured}"\n', encoding="utf-8")
        seen = {persona: len(run(capsys, "--persona", persona)[1]) for persona in PERSONAS}
        assert seen["regular"] < seen["auditor"]
        assert seen["strict"] - seen["regular"] == bool(told)
        main(["lint", *DAY])
        footer = capsys.readouterr().out.splitlines()[-1]
        assert told in footer
        assert ("more with" in footer) == bool(told)


UNSURE = """
archgen: 1
name: A call that is only assumed
hosts: {a: {}, b: {}}
components:
  user: {kind: client}
  web: {kind: web-server, product: nginx, runs_on: [a, b]}
  db: {kind: database, product: mysql, runs_on: b}
connections: {user -> web: https, web -> db: {protocol: mysql, assumed: low}}
flows:
  read: {access: read, steps: [user -> web: GET, web -> db: SELECT]}
"""


# The configuration


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'select = ["missing-tsl"]',
            "archgen.toml: select: no rule is called `missing-tsl`; did you mean `missing-tls`?",
        ),
        ('ignore = ["MOD001"]', "archgen.toml: ignore: invalid-model can't be changed"),
        ("ignore = 1", "archgen.toml: `ignore` is a list of rules"),
        ('severity = {SEC = "fatal"}', "unknown severity of `SEC` in archgen.toml `fatal`"),
        ('severity = {dangling-reference = "info"}', "severity: dangling-reference can't be changed"),
        ('severity = "error"', "severity is a table"),
        ('persona = "lax"', "unknown persona `lax`"),
        ('fail-on = "errors"', "unknown severity `errors`; did you mean `error`?"),
        ('pages = "ftp://x"', "`pages` is the address"),
        ("[thresholds]\nmissing-tls = {days = 1}", "unknown rule with thresholds in archgen.toml `missing-tls`"),
        (
            "[thresholds]\ncertificate-mismatch = {days = 9}",
            "no thresholds any longer; set them for `expiring-certificate`",
        ),
        ("[thresholds]\nmanual-failover = {minuts = 1}", "did you mean `minutes`?"),
        ("[thresholds]\nmanual-failover = {minutes = -1}", "is a number from 0 on"),
        ("[thresholds]\nmanual-failover = 5", "`thresholds` is a table of tables"),
        ('per-model = ["SEC"]', "`per-model` is a table"),
        ('per-model = {"x*" = ["MOD002"]}', "per-model: dangling-reference can't be changed"),
        ('per-model = {"x*" = ["SCE"]}', "per-model: no rule is called `SCE`"),
        ('personna = "strict"', "unknown key `personna`; did you mean `persona`?"),
    ],
)
def test_a_policy_that_makes_no_sense_is_told(
    project: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    (project / "archgen.toml").write_text(text + "\n", encoding="utf-8")
    assert main(["lint"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--select", "sec99"], "--select: no rule is called `sec99`"),
        (["--ignore", "dangling-reference"], "--ignore: dangling-reference can't be changed"),
        (["--persona", "strikt"], "did you mean `strict`?"),
        (["--write-baseline"], "--write-baseline requires --baseline FILE"),
        (["--baseline", "none.json"], "there is no baseline none.json"),
        (
            ["--baseline", "b.json", "--write-baseline", "--since", "HEAD"],
            "--write-baseline can't be combined with --since",
        ),
        (["--since", "HEAD"], "no revision can be read here"),
    ],
)
def test_a_wrong_option_is_told(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert main(["lint", *words]) == 2
    assert message in capsys.readouterr().err


def test_the_command_line_is_stronger_than_the_configuration(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text(
        '[tool.archgen]\nselect = ["security"]\nignore = ["SEC001"]\nfail-on = "never"\n', encoding="utf-8"
    )
    code, findings, _ = run(capsys)
    assert (code, ids(findings)) == (0, {"missing-firewall"})
    code, findings, _ = run(capsys, "--select", "SEC,unmonitored", "--fail-on", "error", "--ignore", "SEC004")
    assert (code, ids(findings)) == (1, {"unmonitored"})


def test_some_rules_do_not_run_on_some_models(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, "legacy-shop", TIER)
    run(capsys, "--baseline", "b.json", "--write-baseline")
    (project / "archgen.toml").write_text('[per-model]\n"legacy-*" = ["SEC", "missing-backup"]\n', encoding="utf-8")
    _, findings, _ = run(capsys)
    told = {name: {one["rule"] for one in findings if f"/{name}." in one["file"]} for name in ("shop", "legacy-shop")}
    assert told["shop"] - told["legacy-shop"] == {"missing-tls", "missing-firewall", "missing-backup"}
    assert told["legacy-shop"] < told["shop"]
    # what could not be found there is not taken for mended
    assert run(capsys, "--baseline", "b.json")[2] == ""


def test_a_count_is_no_exit_code() -> None:
    assert exit_code((finding("error"),) * 300, "error") == 1
    assert exit_code((finding("warning"),) * 256, "error") == 0
    assert exit_code((finding("error", rule="invalid-model"),) * 300, "never") == 2


# A baseline


def test_a_baseline_hides_what_it_knows_and_survives_edits(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, said = run(capsys, "--baseline", "b.json", "--write-baseline")
    assert code == 0
    assert "entries written" in said
    put(project, "shop", TIER.replace("name: Simple", "# moved\n\nname: Another"))
    assert run(capsys, "--baseline", "b.json") == (0, [], "")
    put(project, "shop", TIER.replace(PLAIN, f"{PLAIN}\n  user -> app: http", 1))
    code, findings, _ = run(capsys, "--baseline", "b.json")
    assert code == 1
    assert [one["subject"]["id"] for one in findings if one["rule"] == "missing-tls"] == ["user -> app"]


def test_a_stale_entry_is_told_and_pruned(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "--baseline", "b.json", "--write-baseline")
    before = json.loads((project / "b.json").read_text(encoding="utf-8"))["findings"]
    put(project, "shop", TIER.replace(PLAIN, "user -> nginx: https", 1))
    _, _, said = run(capsys, "--baseline", "b.json")
    assert "missing-tls of connection user -> nginx in shop; --prune-baseline removes" in said
    # what could not have been found is not stale
    for words in (["--select", "reliability"], ["--ignore", "missing-tls"]):
        assert "missing-tls" not in run(capsys, "--baseline", "b.json", *words)[2]
    run(capsys, "--baseline", "b.json", "--prune-baseline")
    after = json.loads((project / "b.json").read_text(encoding="utf-8"))["findings"]
    assert {one["rule"] for one in before} - {one["rule"] for one in after} == {"missing-tls"}
    assert "missing-tls" not in run(capsys, "--baseline", "b.json")[2]


def test_entries_of_other_models_stay(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, "other", TIER)
    run(capsys, "--baseline", "b.json", "--write-baseline")
    whole = (project / "b.json").read_bytes()
    run(capsys, "models/other.arch.yaml", "--baseline", "b.json", "--write-baseline")
    assert (project / "b.json").read_bytes() == whole
    put(project, "other", "archgen: 1\nname: x\nhostz: {}\n")
    code, findings, _ = run(capsys, "--baseline", "b.json", "--write-baseline")
    assert (code, ids(findings)) == (2, {"invalid-model"})
    assert (project / "b.json").read_bytes() == whole
    (project / "models" / "other.arch.yaml").unlink()
    assert "in other" in run(capsys, "--baseline", "b.json")[2]


def test_what_is_no_baseline_is_not_written_over(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "b.json").write_text('{"mine": true}', encoding="utf-8")
    code, _, said = run(capsys, "--baseline", "b.json", "--write-baseline")
    assert code == 2
    assert "b.json is no baseline" in said
    assert (project / "b.json").read_text(encoding="utf-8") == '{"mine": true}'


def test_one_entry_covers_one_finding(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for place in ("a", "b"):
        (project / place).mkdir()
        (project / place / "x.arch.yaml").write_text(TIER, encoding="utf-8")
    run(capsys, "a", "--baseline", "b.json", "--write-baseline")
    _, findings, _ = run(capsys, "a", "b", "--baseline", "b.json")
    assert {Path(one["file"]).parent.name for one in findings} == {"b"}


# Since a revision


def git(project: Path, *words: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=project, check=True, capture_output=True)


def test_since_tells_only_what_is_new(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "first")
    assert run(capsys, "--since", "HEAD")[:2] == (0, [])
    put(
        project,
        "shop",
        "# a line more\n" + TIER.replace(PLAIN, f"{PLAIN}\n  user -> app: http"),
    )
    put(project, "new", TIER)
    code, findings, _ = run(capsys, "--since", "HEAD")
    assert code == 1
    assert "new" in {Path(one["file"]).name.partition(".")[0] for one in findings}
    shop = [one for one in findings if "shop" in one["file"]]
    assert {one["subject"]["id"] for one in shop if one["rule"] == "missing-tls"} == {"user -> app"}
    assert run(capsys, "--since", "no-such-branch")[0] == 2


def test_what_was_accepted_and_is_no_more_is_new(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, "shop", f"{TIER}accept:\n  - {{rule: missing-backup, subject: mysql, reason: pilot, owner: ops}}\n")
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "first")
    assert run(capsys, "--since", "HEAD", "--ignore-acceptances")[:2] == (0, [])
    put(project, "shop", TIER)
    assert ids(run(capsys, "--since", "HEAD")[1]) == {"missing-backup"}
    assert run(capsys, "--since", "HEAD", "--ignore-acceptances")[:2] == (0, [])


def test_the_configuration_of_the_page_is_one(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    block = next(each.partition("```")[0] for each in page.split("```toml\n")[1:] if "[severity]" in each)
    (project / "archgen.toml").write_text(block, encoding="utf-8")
    assert run(capsys, "--baseline", "archgen-baseline.json", "--write-baseline")[0] == 0
    assert run(capsys)[:2] == (0, [])
