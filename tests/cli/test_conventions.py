"""The conventions of linters, row by row: where settings come from, what options take, how values are refused."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from archgen.app.config import config
from archgen.cli import main
from archgen.language.write.patch import apply_changes
from archgen.model.change import Append, Put, Remove
from archgen.model.finding import SEVERITIES
from tests.paths import ROOT

MODEL = "models/shop.arch.yaml"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a model, and a subdirectory that is the working directory."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "models").mkdir()
    (tmp_path / "repo" / "deep" / "er").mkdir(parents=True)
    (tmp_path / "repo" / MODEL).write_bytes((ROOT / "models" / "1-simple-web-stack.arch.yaml").read_bytes())
    monkeypatch.chdir(tmp_path / "repo" / "deep" / "er")
    return tmp_path / "repo"


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(words)
    out, err = capsys.readouterr()
    return code, out, err


def settings(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    code, out, err = run(capsys, "lint", "--show-settings", *words)
    assert code == 0, err
    return tomllib.loads(out)


# Where the configuration comes from


def test_the_configuration_of_the_repository_counts_below_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "archgen.toml").write_text(
        'models = ["models/*.arch.yaml"]\nbaseline = "known.json"\nfail-on = "never"\n'
    )
    (project / "known.json").write_text('{"version": 1, "findings": []}')
    code, out, _ = run(capsys, "lint", "--format", "concise")
    assert code == 0
    assert out.startswith(f"../../{MODEL}:")
    assert settings(capsys)["fail-on"] == "never"
    assert "error[" in out


@pytest.mark.parametrize(("color", "painted"), [("always", True), ("never", False), ("auto", False)])
def test_color_is_for_every_report_that_people_read(
    project: Path, capsys: pytest.CaptureFixture[str], color: str, painted: bool
) -> None:
    for form in ("text", "concise"):
        _, out, _ = run(capsys, "lint", f"../../{MODEL}", "--format", form, "--color", color)
        assert ("\x1b[1;31merror[" in out) is painted, form


def test_the_nearest_configuration_counts(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "archgen.toml").write_text('fail-on = "never"\n')
    (project / "deep" / "pyproject.toml").write_text("[tool.other]\n")
    assert settings(capsys)["fail-on"] == "never"
    (project / "deep" / "pyproject.toml").write_text('[tool.archgen]\nfail-on = "info"\n')
    assert settings(capsys)["fail-on"] == "info"


def test_nothing_above_the_repository_counts(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project.parent / "archgen.toml").write_text('fail-on = "never"\n')
    assert settings(capsys)["fail-on"] == "error"


def test_without_a_repository_the_search_ends_at_the_home_directory(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".git").rmdir()
    (project / "archgen.toml").write_text('fail-on = "never"\n')
    monkeypatch.setenv("HOME", str(project / "elsewhere"))
    assert settings(capsys)["fail-on"] == "error"
    monkeypatch.setenv("HOME", str(project))
    assert settings(capsys)["fail-on"] == "never"
    monkeypatch.setenv("HOME", str(project / "deep"))
    assert settings(capsys)["fail-on"] == "error"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away")
def test_the_configuration_of_another_user_does_not_count(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "archgen.toml").write_text('fail-on = "never"\n')
    os.chown(project / "archgen.toml", 12345, 12345)
    assert settings(capsys)["fail-on"] == "error"
    os.chown(project / "deep" / "er", 12345, 12345)
    assert settings(capsys)["fail-on"] == "never"


def test_a_configuration_can_be_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "strict.toml").write_text('fail-on = "info"\nmodels = ["models/*.arch.yaml"]\n')
    assert settings(capsys, "--config", "../../strict.toml")["fail-on"] == "info"
    code, out, _ = run(capsys, "lint", "--config", "../../strict.toml", "--format", "json")
    assert code == 1
    assert json.loads(out)["findings"][0]["file"] == f"../../{MODEL}"
    code, _, err = run(capsys, "lint", "--config", "none.toml")
    assert code == 2
    assert "no file none.toml, and --config names it" in err
    assert settings(capsys)["fail-on"] == "error"
    assert config._declared == []


def test_settings_are_shown_as_toml_with_their_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "archgen.toml").write_text('ignore = ["SCA"]\n[severity]\nmissing-tls = "info"\n')
    shown = settings(capsys, "--ignore", "DNS", "--persona", "auditor")
    assert (shown["ignore"], shown["persona"], shown["severity"]) == (
        ["DNS", "SCA"],
        "auditor",
        {"missing-tls": "info"},
    )
    assert run(capsys, "lint", "--show-settings")[1].startswith(f"# {project}/archgen.toml\n")


# What is reported


def test_statistics_count_the_findings_of_each_rule(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(project / MODEL)
    _, out, _ = run(capsys, "lint", file, "--statistics")
    found = json.loads(run(capsys, "lint", file, "--format", "json")[1])["findings"]
    counts = {line.split()[2]: int(line.split()[0]) for line in out.splitlines() if line.split()[0].isdecimal()}
    assert counts == {rule: sum(each["rule"] == rule for each in found) for rule in {each["rule"] for each in found}}
    numbers = list(counts.values())
    assert numbers == sorted(numbers, reverse=True)


def test_quiet_leaves_the_exit_code_and_the_files(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("lint", str(project / MODEL), "--quiet", "--format", "text,json=found.json")
    assert run(capsys, *words) == (1, "", "")
    assert json.loads(Path("found.json").read_text())["findings"]


def test_exit_zero_keeps_the_code_of_an_invalid_model(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "lint", str(project / MODEL))[0] == 1
    assert run(capsys, "lint", str(project / MODEL), "--exit-zero")[0] == 0
    (project / "bad.arch.yaml").write_text("archgen: 2\n")
    assert run(capsys, "lint", str(project / "bad.arch.yaml"), "--exit-zero")[0] == 2


@pytest.mark.parametrize("command", ["lint", "analyze"])
def test_color_overrides_the_environment(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    file = str(project / MODEL)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run(capsys, command, file)[1]
    assert "\x1b[" in run(capsys, command, file, "--color", "always")[1]
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run(capsys, command, file)[1]
    assert "\x1b[" not in run(capsys, command, file, "--color", "never")[1]


# Lists, and values that are refused


def test_options_take_lists(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(project / MODEL)
    assert run(capsys, "lint", file, "--format", "json=a.json,sarif=b,c.sarif,concise")[0] == 1
    assert json.loads(Path("a.json").read_text())["version"] == 1
    assert json.loads(Path("b,c.sarif").read_text())["version"] == "2.1.0"
    assert run(capsys, "draw", file, "-o", "out", "--format", "svg,mermaid", "--view", "deployment,paths")[0] == 0
    assert {name.split(".")[-1] for name in os.listdir("out")} == {"svg", "mmd"}
    both = settings(capsys, "--select", "SEC,REL", "--select", "DNS")["select"]
    assert both == ["SEC", "REL", "DNS"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("lint", "--format", "json,sarf"), "unknown format `sarf`; did you mean `sarif`?"),
        (("lint", "--color", "alway"), "unknown when `alway`; did you mean `always`?"),
        (("lint", "--jobs", "x"), "--jobs must be a whole number; got x; run"),
        (("lint", "--persona"), "--persona needs a value; run"),
        (("lint", "--quiet=yes"), "--quiet takes no value; got yes; run"),
        (("lint", "--write-baseline", "--prune-baseline"), "--prune-baseline can't be combined with --write-baseline"),
        (("lint", "--qiet"), "unknown argument --qiet; did you mean `--quiet`?"),
        (("lint", "--output-format", "json"), "unknown argument --output-format; use `--format`; run"),
        (("lint", "--output-file=x"), "unknown argument --output-file=x; use `--format FORMAT=FILE`; run"),
        (("lint", "--add-noqa"), "use `archgen accept RULE SUBJECT --reason WHY`"),
        (("lint", "--no-ignores"), "use `--ignore-acceptances`"),
        (("lint", "--fixx"), "did you mean `--fix`?"),
        (("analyze", "--output-format", "json"), "did you mean `--format`?"),
        (("lint", "--min-severity", "warn"), "unknown severity `warn`; did you mean `warning`?"),
        (("review",), "missing BASE..HEAD; run"),
        (("lnt",), "did you mean `lint`?"),
        (("draw", "../../models", "--view", "deploymnt"), "unknown view `deploymnt`; did you mean `deployment`?"),
        (("lint", "--select", "misssing-tls"), "did you mean `missing-tls`?"),
        (("explain", "misssing-tls"), "did you mean `missing-tls`?"),
    ],
)
def test_values_are_refused_in_our_words(
    project: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert message in err


# Fixes and places for programs


def test_json_and_sarif_have_the_same_fixes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(project / MODEL)
    text = Path(file).read_text()
    found = json.loads(run(capsys, "lint", file, "--format", "json")[1])["findings"]
    results = json.loads(run(capsys, "lint", file, "--format", "sarif")[1])["runs"][0]["results"]
    kinds = {"put": Put, "append": Append, "remove": Remove}
    fixes = 0
    for finding, result in zip(found, results, strict=True):
        region = result["locations"][0]["physicalLocation"]["region"]
        line = text.splitlines()[finding["end_line"] - 1]
        assert finding["end_column"] == region["endColumn"] == len(line) + 1
        assert bool(finding["changes"]) == ("fixes" in result)
        assert finding["fixable"] is not None or not finding["changes"]
        if finding["changes"]:
            fixes += 1
            paths = [(kinds[each["do"]], tuple(each["path"]), each["value"]) for each in finding["changes"]]
            changes = [Remove(path) if kind is Remove else kind(path, value) for kind, path, value in paths]
            assert replaced(text, result["fixes"][0]) == apply_changes(text, changes)
    assert fixes > 2


def replaced(text: str, fix: dict[str, Any]) -> str:
    """Return a text with the replacements of a fix in SARIF."""
    lines = text.splitlines(keepends=True)
    for each in reversed(fix["artifactChanges"][0]["replacements"]):
        region = each["deletedRegion"]
        assert (region["startColumn"], region["endColumn"]) == (1, 1)
        lines[region["startLine"] - 1 : region["endLine"] - 1] = [each["insertedContent"]["text"]]
    return "".join(lines)


def codes(capsys: pytest.CaptureFixture[str], *words: str) -> list[tuple[str, str, bool]]:
    _, out, err = run(capsys, "lint", f"../../{MODEL}", "--format", "json", *words)
    assert out, err
    return [(each["code"], each["severity"], each["accepted"] is not None) for each in json.loads(out)["findings"]]


def test_findings_below_a_severity_are_left_out_and_counted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    every = codes(capsys)
    assert {severity for _, severity, _ in every} == set(SEVERITIES)
    for least, wanted in (("info", SEVERITIES), ("warning", ("error", "warning")), ("error", ("error",))):
        assert codes(capsys, "--min-severity", least) == [each for each in every if each[1] in wanted]
    _, out, _ = run(capsys, "lint", f"../../{MODEL}", "--min-severity", "warning", "--fail-on", "info")
    assert f"{sum(severity == 'info' for _, severity, _ in every)} less severe than warning" in out


def test_rules_are_selected_beside_those_of_the_configuration(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert settings(capsys, "--extend-select", "SEC")["select"] == ["all"]
    (project / "archgen.toml").write_text('select = ["DAT"]\n')
    assert settings(capsys, "--extend-select", "SEC,REL001")["select"] == ["DAT", "SEC", "REL001"]
    assert settings(capsys, "--select", "OBS", "--extend-select", "SEC")["select"] == ["OBS", "SEC"]


def test_accepted_findings_are_open_without_their_acceptances(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project / MODEL
    file.write_text(file.read_text() + "accept:\n  - {rule: missing-backup, reason: a pilot}\n")
    accepted = [each for each in codes(capsys) if each[2]]
    assert {code for code, _, _ in accepted} == {"DAT001"}
    assert codes(capsys, "--ignore-acceptances") == [(code, severity, False) for code, severity, _ in codes(capsys)]
    words = ("lint", f"../../{MODEL}", "--select", "DAT001", "-e", "-q")
    assert run(capsys, *words)[0] == 0
    assert run(capsys, *words[:4], "-q")[0] == 0
    assert run(capsys, *words[:4], "-q", "--ignore-acceptances")[0] == 1
    assert run(capsys, *words[:4], "--diff", "--unsafe-fixes")[1] == ""
    assert "\n+  backup:" in run(capsys, *words[:4], "--diff", "--unsafe-fixes", "--ignore-acceptances")[1]


def test_an_empty_diff_says_which_fixes_it_leaves_out(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, err = run(capsys, "lint", f"../../{MODEL}", "--diff")
    every = json.loads(run(capsys, "lint", f"../../{MODEL}", "--format", "json")[1])["findings"]
    unsafe = sum(each["fixable"] == "unsafe" and bool(each["changes"]) for each in every)
    assert out == ""
    assert err == f"archgen: {unsafe} findings can be fixed with --unsafe-fixes\n"
    assert "can be fixed" not in run(capsys, "lint", f"../../{MODEL}", "--diff", "--unsafe-fixes")[2]
